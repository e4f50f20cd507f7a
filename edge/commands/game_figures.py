"""What was counted in a recording, and pictures of it, into its folder of results."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from calibration.court import Court
from edge.charts import write_charts
from edge.commands.files import write_text
from edge.figures import GameEvent, Zone
from edge.game.movement import MotionFinder
from edge.game.recount import recount
from edge.game.tables import Row, figures_object
from edge.types import Snapshot

# What is counted by where on the court somebody is.
_BY_PLACE = (
    "points", "distance_m", "seen_s", "top_speed_m_s", "mean_speed_m_s",
    *(f"{zone.value}_{count}" for zone in Zone for count in ("attempts", "made")),
)  # fmt: skip


class GameFigures:
    """Collects the events of one recording. court: None where it is not calibrated."""

    def __init__(self, court: Court | None) -> None:
        self._court = court
        self._motion = MotionFinder()
        self._events: list[GameEvent] = []

    def add(self, events: Iterable[GameEvent]) -> None:
        self._events += events

    def move(self, snapshot: Snapshot) -> None:
        """Where everybody is on the next frame."""
        self._events += self._motion.update(snapshot)

    def write(self, folder: Path) -> None:
        """statistics.json and the charts; nothing comes after it."""
        self._events += self._motion.finish()
        figures = recount(self._events, self._court)
        told = figures_object(figures)
        if self._court is None:
            told = _without_court(told)
        write_text(folder / "statistics.json", json.dumps(told, indent=1, allow_nan=False) + "\n")
        write_charts(figures, self._events, self._court, folder)


def _without_court(told: dict[str, Any]) -> dict[str, Any]:
    """The same with null, not 0, for what nobody can know without a court."""

    def unknown(row: Row) -> Row:
        return row | dict.fromkeys(_BY_PLACE)

    return told | {
        "session": unknown(told["session"]),
        "teams": {team: unknown(row) for team, row in told["teams"].items()},
        "players": [unknown(row) for row in told["players"]],
    }
