"""What any method of finding events is to the rest of the house, and the one place that opens the settings' one."""

from __future__ import annotations

from typing import Protocol

from edge.config import GameConfig
from edge.game.paper import PaperShotFinder
from edge.game.shots import ShotFinder
from edge.types import ShotEvent, Snapshot


class FindsShots(Protocol):
    """Takes the snapshots of one source in order; `finish` once it has ended."""

    def update(self, snapshot: Snapshot) -> list[ShotEvent]: ...

    def finish(self) -> list[ShotEvent]: ...


def open_shot_finder(config: GameConfig, session: str = "shot") -> FindsShots:
    """The finder of shots that `game.method` names. session: what every shot's id begins with."""
    return PaperShotFinder(session) if config.method == "paper" else ShotFinder(config, session)
