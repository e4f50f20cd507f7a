"""What was counted in a recording, and pictures of it, into its folder of results."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from calibration.court import Court
from edge.charts import write_charts
from edge.commands.files import write_text
from edge.figures import GameEvent
from edge.game.movement import MotionFinder
from edge.game.recount import recount
from edge.game.tables import figures_object
from edge.types import Snapshot


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
        write_text(folder / "statistics.json", json.dumps(figures_object(figures), indent=1, allow_nan=False) + "\n")
        write_charts(figures, self._events, self._court, folder)
