"""Scripted play for the game's rooms: players and ball on a court, and in the picture of a camera that looks along it,
and what is told of it.

The picture has 100 px a metre: x to the right, y over the depth of the court, a tenth of it; people are 180 px tall.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from calibration.court import NBA
from edge.game.plays import PlayFinder
from edge.types import (
    BallMode,
    BallState,
    PlayerState,
    PlayEvent,
    PlayKind,
    Rim,
    ShotEvent,
    Snapshot,
    Team,
    TrackStatus,
)

FPS = 30.0
SIZE = (1920, 1080)
Place = tuple[float, float]
# Where the ball is in somebody's hands, aside of him and above the floor, m.
HANDS = (0.35, 1.1)
SPOTS = {1: (4.0, 0.0), 3: (8.0, 2.0), 2: (6.0, 5.0), 4: (9.0, -4.0)}


def px(place: Place, height_m: float = 0.0) -> Place:
    return 960 + 100 * place[0], 800 - 10 * place[1] - 100 * height_m


def player(track_id: int, place: Place, team: Team | None, court: bool = True) -> PlayerState:
    x, y = px(place)
    box = np.array([x - 30, y - 180, x + 30, y])
    return PlayerState(
        track_id, box, np.zeros(2), np.eye(2), TrackStatus.CONFIRMED, 0.9,
        court_xy_m=np.array(place) if court else None, team=team,
    )  # fmt: skip


def ball(place: Place, height_m: float, court: bool = True, mode: BallMode | None = None) -> BallState:
    return BallState(
        np.array(px(place, height_m)), np.zeros(2), 12.0, np.eye(2), TrackStatus.CONFIRMED, 0.9, mode,
        court_xyz_m=np.array([*place, height_m]) if court else None,
    )  # fmt: skip


Where = Callable[[int], Place]


class Script:
    """Put frames one after the other; people stand where they are told, teams by id: odd A, even B."""

    def __init__(self, people: dict[int, Place], court: bool = True, rim: Rim | None = None) -> None:
        self.people = dict(people)
        self.teams: dict[int, Team | None] = {one: "A" if one % 2 else "B" for one in people}
        self.court, self.rim = court, rim
        self.snapshots: list[Snapshot] = []

    def frame(self, at: Place | None, height_m: float = 1.1, cut: bool = False) -> None:
        index = len(self.snapshots)
        players = tuple(player(one, place, self.teams[one], self.court) for one, place in self.people.items())
        state = None if at is None else ball(at, height_m, self.court)
        rows = np.zeros((0, 4), np.float32) if state is None else np.array([[*state.xy_px, 12.0, 0.9]], np.float32)
        self.snapshots.append(Snapshot(index, index / FPS, SIZE, players, state, rows, self.rim, cut))

    def hold(self, who: int, seconds: float, seen: bool = True) -> None:
        for _ in range(round(seconds * FPS)):
            x, y = self.people[who]
            self.frame((x + HANDS[0], y) if seen else None, HANDS[1])

    def dribble(self, who: int, seconds: float, to: Place | None = None) -> None:
        """Bounce the ball, every 0.6 s, while he walks to a place."""
        start, count = self.people[who], round(seconds * FPS)
        for k in range(count):
            if to is not None:
                share = (k + 1) / count
                self.people[who] = (start[0] + share * (to[0] - start[0]), start[1] + share * (to[1] - start[1]))
            x, y = self.people[who]
            self.frame((x + HANDS[0], y), 0.12 + 0.85 * abs(np.cos(np.pi * k / FPS / 0.6)))

    def fly(self, start: Place, end: Place, seconds: float, heights: tuple[float, float] = (1.2, 1.2)) -> None:
        """A parabola, and nobody moves."""
        count = round(seconds * FPS)
        for k in range(1, count + 1):
            share = k / (count + 1)
            rise = 0.5 * 9.81 * seconds**2 * share * (1 - share)
            at = (start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1]))
            self.frame(at, heights[0] + share * (heights[1] - heights[0]) + rise)

    def throw(self, one: int, other: int, seconds: float) -> None:
        (x, y), (x2, y2) = self.people[one], self.people[other]
        self.fly((x + HANDS[0], y), (x2 + HANDS[0], y2), seconds)


def kinds(events: Sequence[object]) -> list[str]:
    """What was told, in order, possession left out."""
    return [event.kind.value for event in events if event.kind.value != "possession"]  # type: ignore[attr-defined]


def told(
    script: Script | list[Snapshot], shots: tuple[ShotEvent, ...] = (), finder: PlayFinder | None = None
) -> list[PlayEvent]:
    """Shots are told at the frame that their rim_index names."""
    finder = PlayFinder(NBA) if finder is None else finder
    events = []
    for snapshot in script.snapshots if isinstance(script, Script) else script:
        events += finder.update(snapshot, [shot for shot in shots if shot.rim_index == snapshot.index])
    return events + finder.finish()


def only(events: list[PlayEvent], kind: PlayKind) -> PlayEvent:
    found = [event for event in events if event.kind is kind]
    assert len(found) == 1
    return found[0]
