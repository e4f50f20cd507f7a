"""Figures of shots alone, and a session of them."""

from __future__ import annotations

from edge.figures import Figures, SessionFigures
from edge.types import ShotStats


def counted(*shots: int) -> Figures:
    """Attempts, made, missed, unknown, streak, best streak."""
    return Figures(shots=ShotStats(*shots))


def session(everybody: Figures, players: dict[int, Figures] | None = None) -> SessionFigures:
    return SessionFigures(everybody, players=players or {})
