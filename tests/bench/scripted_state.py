"""What goes on in a game that is made up by seed, frame by frame: everybody's place, the ball's, and what happened."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from calibration.court import NBA
from edge.types import BallMode, FloatArray
from tests.bench.nba_heights import HANDS_M, arc
from tests.bench.nba_play import FRAMES_PER_S, NOBODY

RING = NBA.rim_centre()
_HANDS_AWAY_M = 0.42


@dataclass(frozen=True, slots=True)
class TrueEvent:
    """kind: "pass", "shot" or a `PlayKind`'s value. player, to_player: rows of the game's players, None where nobody.
    detail: which kind of it."""

    kind: str
    start_s: float
    end_s: float
    player: int | None
    to_player: int | None = None
    detail: str = ""


@dataclass(slots=True)
class State:
    rng: np.random.Generator
    xy: FloatArray
    target: FloatArray
    team: np.ndarray
    speed: FloatArray
    holder: int = 0
    ball: FloatArray = field(default_factory=lambda: np.zeros(3))
    players: list[FloatArray] = field(default_factory=list)
    balls: list[FloatArray] = field(default_factory=list)
    modes: list[BallMode] = field(default_factory=list)
    holders: list[int] = field(default_factory=list)
    events: list[TrueEvent] = field(default_factory=list)

    @property
    def now_s(self) -> float:
        return len(self.balls) / FRAMES_PER_S

    def frame(self, ball: FloatArray, mode: BallMode, holder: int) -> None:
        """Take down one frame and move everybody on."""
        self.ball = np.array([ball[0], ball[1], max(float(ball[2]), 0.12)])
        self.players.append(self.xy.copy())
        self.balls.append(self.ball)
        self.modes.append(mode)
        self.holders.append(holder)
        way = self.target - self.xy
        far = np.linalg.norm(way, axis=1, keepdims=True)
        self.xy = self.xy + way / np.maximum(far, 1e-6) * np.minimum(far, self.speed[:, None] / FRAMES_PER_S)
        gap = self.xy[:, None] - self.xy[None]
        near = np.linalg.norm(gap, axis=2) + 10 * np.eye(len(gap))
        push = np.where(near[..., None] < 0.75, gap / np.maximum(near[..., None], 1e-3), 0.0).sum(axis=1)
        self.xy = self.xy + 1.5 / FRAMES_PER_S * push

    def mates(self, of: int) -> list[int]:
        return [k for k in range(len(self.team)) if self.team[k] == self.team[of] and k != of]

    def rivals(self, of: int) -> list[int]:
        return [k for k in range(len(self.team)) if self.team[k] != self.team[of]]

    def away(self, k: int, place: FloatArray) -> float:
        return float(np.hypot(*(self.xy[k] - place[:2])))

    def in_hands(self, k: int, height: float) -> FloatArray:
        """The ball before somebody's body, toward the ring."""
        to_ring = RING[:2] - self.xy[k]
        return np.array([*(self.xy[k] + _HANDS_AWAY_M * to_ring / max(float(np.hypot(*to_ring)), 1e-6)), height])


def hold(state: State, seconds: float) -> None:
    start = state.ball.copy() if state.balls else state.in_hands(state.holder, HANDS_M)
    frames = max(1, int(seconds * FRAMES_PER_S))
    for k in range(frames):
        share = min(1.0, (k + 1) / 5)
        state.frame((1 - share) * start + share * state.in_hands(state.holder, HANDS_M), BallMode.HELD, state.holder)


def fly(state: State, end: FloatArray, seconds: float, mode: BallMode, bounce: bool = False) -> None:
    """From where the ball is to `end` (3,) in so many seconds, once off the floor on the way or not at all."""
    start, count = state.ball.copy(), max(2, int(seconds * FRAMES_PER_S))
    if bounce:
        first = max(1, int(0.6 * count))
        height = np.concatenate(
            [arc(start[2], 0.12, first, FRAMES_PER_S), arc(0.12, end[2], count - first, FRAMES_PER_S)]
        )
    else:
        height = arc(start[2], end[2], count, FRAMES_PER_S)
    for k in range(count):
        share = (k + 1) / (count + 1)
        state.frame(np.array([*((1 - share) * start[:2] + share * end[:2]), height[k]]), mode, NOBODY)


def stand(state: State, *players: int) -> None:
    for k in players:
        state.target[k] = state.xy[k]
