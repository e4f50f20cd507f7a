"""What the statistics cost: an hour of ten players, each event counted when it comes, against the frames' budget.

    make bench-statistics

Ten players' ways are summed up in every frame, plays and shots come as often as in a game, and the figures are read
after every shot and every second. Naive rule to compare with: counting everything anew from the list of events.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from calibration.court import FIBA
from edge.figures import GameEvent
from edge.game.movement import MotionFinder
from edge.game.recount import recount
from edge.game.statistics import SessionStatistics
from edge.types import Outcome, PlayerState, PlayEvent, PlayKind, ShotEvent, ShotPhase, Snapshot, Team, TrackStatus
from tests.bench.common import parser, report

_PLAYERS, _FRAMES_PER_S = 10, 30.0
# Of a game: a touch every other second with a dribble and a pass, a shot every 15 seconds.
_TOUCH_EVERY_S, _SHOT_EVERY_S = 2.0, 15.0


def main(argv: Sequence[str] | None = None) -> None:
    args = parser("What the statistics cost").parse_args(argv)
    seconds = 60 if args.quick else 3600
    statistics, finder = SessionStatistics(FIBA), MotionFinder()
    rng = np.random.default_rng(0)
    events: list[GameEvent] = []
    spent_s = 0.0
    for index in range(int(seconds * _FRAMES_PER_S)):
        snapshot, told = _snapshot(index), _events(rng, index)
        start_s = time.perf_counter()
        told += finder.update(snapshot)
        for event in told:
            statistics.update(event)
        if index % _FRAMES_PER_S == 0 or any(isinstance(event, ShotEvent) for event in told):
            statistics.figures()
        spent_s += time.perf_counter() - start_s
        events += told
    start_s = time.perf_counter()
    same = recount(events, FIBA) == statistics.figures()
    anew_s = time.perf_counter() - start_s
    report(
        {
            "game_s": seconds,
            "events": len(events),
            "cost_percent_of_budget": 100 * spent_s / seconds,
            "microseconds_a_frame": 1e6 * spent_s / (seconds * _FRAMES_PER_S),
            "recount_percent_of_frame": 100 * anew_s * _FRAMES_PER_S,
            "equals_recount": int(same),
        },
        args.json,
    )


def _snapshot(index: int) -> Snapshot:
    """Everybody runs in circles."""
    time_s = index / _FRAMES_PER_S
    players = tuple(_player(one, time_s) for one in range(_PLAYERS))
    return Snapshot(index, time_s, (1280, 720), players, None, np.zeros((0, 4)), None)


def _player(one: int, time_s: float) -> PlayerState:
    turn = one + time_s / 2
    place = np.array([7 + 5 * np.cos(turn), 5 * np.sin(turn)])
    return PlayerState(
        track_id=one, box=np.zeros(4), velocity_px_s=np.zeros(2), covariance=np.eye(2), status=TrackStatus.CONFIRMED,
        confidence=0.9, court_xy_m=place, court_covariance_m2=np.eye(2), team=_team(one),
    )  # fmt: skip


def _team(one: int) -> Team:
    return "A" if one < _PLAYERS // 2 else "B"


def _events(rng: np.random.Generator, index: int) -> list[GameEvent]:
    time_s, one = index / _FRAMES_PER_S, int(rng.integers(_PLAYERS))
    events: list[GameEvent] = []
    if index % int(_TOUCH_EVERY_S * _FRAMES_PER_S) == 0:
        for kind in (PlayKind.DRIBBLE, PlayKind.POSSESSION, PlayKind.PASS):
            to = int(rng.integers(_PLAYERS)) if kind is PlayKind.PASS else None
            arrived = None if to is None else _team(to) == _team(one)
            events.append(PlayEvent(kind, index, index + 40, time_s, time_s + 1.3, one, _team(one), to, arrived))
    if index % int(_SHOT_EVERY_S * _FRAMES_PER_S) == 0:
        place = (float(rng.uniform(0, 14)), float(rng.uniform(-7, 7)))
        outcome = (Outcome.MADE, Outcome.MISSED)[rng.integers(2)]
        events.append(ShotEvent(f"s-{index}", ShotPhase.END, index, time_s, one, outcome, 0.9, court_xy_m=place))
    return events


if __name__ == "__main__":
    main()
