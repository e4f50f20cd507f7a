"""What was counted in a recording, into its folder of results."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from calibration.court import Court
from edge.commands.session_files import write_text
from edge.figures import GameEvent
from edge.game.movement import MotionFinder
from edge.game.recount import recount
from edge.game.tables import figures_object

if TYPE_CHECKING:
    from edge.pipeline import Step


class GameFigures:
    """Collects the events of one recording. court: None where it is not calibrated."""

    def __init__(self, court: Court | None) -> None:
        self._court = court
        self._motion = MotionFinder()
        self._events: list[GameEvent] = []

    def add(self, step: Step) -> None:
        self._events += (*step.events, *step.plays, *self._motion.update(step.snapshot))

    def finish(self, last: Sequence[GameEvent]) -> None:
        """The recording has ended; last: what was known only then."""
        self._events += (*last, *self._motion.finish())

    def write(self, folder: Path) -> None:
        figures = recount(self._events, self._court)
        write_text(folder / "statistics.json", json.dumps(figures_object(figures), indent=1, allow_nan=False) + "\n")
