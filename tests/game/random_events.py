"""Random games as events, by seed: shots, plays and ways in any order, some of unknown players, teams and places."""

from __future__ import annotations

import numpy as np

from edge.figures import GameEvent, MotionEvent, PlayerStep
from edge.types import Outcome, PlayEvent, PlayKind, ShotEvent, ShotPhase, Team

_TEAMS: tuple[Team | None, ...] = ("A", "B", None)
_KINDS = tuple(PlayKind)


def random_events(seed: int, count: int = 40, players: int = 6) -> list[GameEvent]:
    rng = np.random.default_rng(seed)
    return [_one(rng, index, players) for index in range(count)]


def _one(rng: np.random.Generator, index: int, players: int) -> GameEvent:
    kind = rng.integers(3)
    return (_shot, _play, _motion)[kind](rng, index, players)


def _player(rng: np.random.Generator, players: int) -> int | None:
    return None if rng.random() < 0.1 else int(rng.integers(1, players + 1))


def _team(rng: np.random.Generator) -> Team | None:
    return _TEAMS[rng.integers(3)]


def _place(rng: np.random.Generator) -> tuple[float, float] | None:
    return None if rng.random() < 0.1 else (float(rng.uniform(-14, 14)), float(rng.uniform(-7.5, 7.5)))


def _shot(rng: np.random.Generator, index: int, players: int) -> ShotEvent:
    outcome = (Outcome.MADE, Outcome.MADE, Outcome.MISSED, Outcome.UNKNOWN, None)[rng.integers(5)]
    phase = ShotPhase.END if rng.random() < 0.7 else ShotPhase.NEW
    return ShotEvent(
        f"s-{index}", phase, 10 * index, index / 3, _player(rng, players), outcome, 0.9, court_xy_m=_place(rng),
        evidence={"frames": index},
    )  # fmt: skip


def _play(rng: np.random.Generator, index: int, players: int) -> PlayEvent:
    kind = _KINDS[rng.integers(len(_KINDS))]
    passed = kind is PlayKind.PASS
    return PlayEvent(
        kind, 10 * index, 10 * index + int(rng.integers(9)), index / 3, index / 3 + float(rng.random()),
        _player(rng, players), _team(rng), _player(rng, players) if passed else None,
        (True, False, None)[rng.integers(3)] if passed else None, _place(rng), _place(rng), 0.8,
    )  # fmt: skip


def _motion(rng: np.random.Generator, index: int, players: int) -> MotionEvent:
    ids = sorted(rng.permutation(np.arange(1, players + 1))[: rng.integers(players)].tolist())
    steps = [
        PlayerStep(
            one, _team(rng), (float(rng.uniform(-14, 14)), 0.0), float(rng.random()), 0.5, float(rng.uniform(0, 8))
        )
        for one in ids
    ]
    return MotionEvent(10 * index, 10 * index + 14, index / 3, index / 3 + 0.5, 15, tuple(steps))
