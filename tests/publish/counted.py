"""Figures of shots alone."""

from __future__ import annotations

from edge.figures import Figures
from edge.types import ShotStats


def counted(*shots: int) -> Figures:
    """Attempts, made, missed, unknown, streak, best streak."""
    return Figures(shots=ShotStats(*shots))
