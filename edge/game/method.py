"""What any method of finding events is to the rest of the house, and the one place that opens the settings' one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from calibration.court import Court
from edge.config import GameConfig
from edge.game.paper import PaperPlayFinder, PaperShotFinder
from edge.game.plays import PlayFinder
from edge.game.shots import ShotFinder
from edge.types import PlayEvent, ShotEvent, Snapshot


class FindsShots(Protocol):
    """Takes the snapshots of one source in order; `finish` once it has ended."""

    def update(self, snapshot: Snapshot) -> list[ShotEvent]: ...

    def finish(self) -> list[ShotEvent]: ...


class FindsPlays(Protocol):
    """Takes the snapshots of one source in order, each with what is new about its shots; `use` tells of the court."""

    def use(self, court: Court | None) -> None: ...

    def update(self, snapshot: Snapshot, shots: Sequence[ShotEvent] = ()) -> list[PlayEvent]: ...

    def finish(self) -> list[PlayEvent]: ...


def open_shot_finder(config: GameConfig, session: str = "shot") -> FindsShots:
    """The finder of shots that `game.method` names. session: what every shot's id begins with."""
    return PaperShotFinder(session) if config.method == "paper" else ShotFinder(config, session)


def open_play_finder(config: GameConfig) -> FindsPlays:
    """The finder of what happens beside shots, by the same setting."""
    return PaperPlayFinder() if config.method == "paper" else PlayFinder()
