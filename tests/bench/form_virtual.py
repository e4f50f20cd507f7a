"""Virtual shooters whom no training saw, filmed in sessions, and what an encoder makes of their shots.

Numbers of shooters: those of the training lie below 1,000,000; whatever was chosen by figures was chosen on those from
1,000,000 on (`--tuning`); what is reported is of those from 2,000,000 on.

The box does not know with which hand a shot was taken: it compares it with each enrolled player's as one of that
player's hand (edge/form/analyse.py, `_see`). So does `identity`: sessions are filmed twice from the same random
numbers, once as of their shooter's hand and once as of the other. A shot that cannot be compared as its own shooter's
is left out; one that cannot be as another's is nobody's of that hand.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from typing import Any

import numpy as np
import numpy.typing as npt

from edge.form.baseline import make_baseline
from edge.form.virtual import Conditions, View
from edge.form.virtual_shots import AFTER_RELEASE, FAULT_NAMES, Wanted, repeated, session
from edge.simulator.shooters import Shooter, ShotType, make_shooter
from edge.simulator.style import FAULTS, ShotForm
from edge.types import FloatArray
from engines.form.evaluate import Score, apart, discriminant, score
from engines.form.shots import NO_FAULT, Shots, join

TUNING_FROM, JUDGED_FROM = 1_000_000, 2_000_000
ENROLLED = 10
# At 30 frames a second the box speaks when it has seen so much of the ball's flight.
SIGHTINGS = 5
_VISIBLE = tuple(k for k, name in enumerate(FAULT_NAMES) if k != NO_FAULT and name not in AFTER_RELEASE)
Embed = Callable[[Shots], FloatArray]
Hands = Sequence[Shots]
"""The same shots as of their shooters' own hand and, where that was asked for, as of the other, row by row; there a
shot that was refused has nothing present."""


@dataclass(frozen=True, slots=True)
class Cast:
    """cameras: so many, each with so many shooters of his own before it; every third is hard to tell types of. each:
    shots of every type of `kinds`; faulty: shots with each fault; noise: the pose network's, 1 = as measured. strength:
    of the faults, 0 = as he shoots anyway, 1 = as in training. both_hands: see above; only identity asks for it."""

    cameras: int = 4
    shooters: int = 20
    each: int = 20
    faulty: int = 2
    noise: float = 1.0
    kinds: tuple[ShotType, ...] = tuple(ShotType)
    strength: float = 1.0
    both_hands: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """All sessions of one camera. hard, left: numbers of those shooters. other: the shots as of the hand that is not
    their shooters', row by row; None where all have the same, or nobody asks."""

    view: View
    shots: Shots
    hard: frozenset[int]
    other: Shots | None = None
    left: frozenset[int] = frozenset()


def views(count: int, seed: int) -> list[View]:
    """Cameras on all sides in turn, 1.5 to 4.5 m up and 4 to 12 m away, 30 frames a second."""
    rng = np.random.default_rng([seed, 51])
    turns = rng.permutation(count)
    return [
        View(
            float(-np.pi + 2 * np.pi * (turns[k] + rng.random()) / count), float(rng.uniform(4.0, 12.0)),
            float(rng.uniform(1.5, 4.5)), 66.0, float(rng.uniform(-0.8, 0.8)),
        )
        for k in range(count)
    ]  # fmt: skip


def film_cast(cast: Cast, first: int) -> list[Judged]:
    """Sessions of shooters from number `first` on."""
    cameras = views(cast.cameras, first)
    casts = [range(first + k * cast.shooters, first + (k + 1) * cast.shooters) for k in range(len(cameras))]
    jobs = [
        (number, number - first, view, cast, cast.both_hands and mixed(numbers))
        for view, numbers in zip(cameras, casts, strict=True)
        for number in numbers
    ]
    found = spread(_film, jobs)
    out = []
    for k, (view, numbers) in enumerate(zip(cameras, casts, strict=True)):
        known = [part for part in found[k * cast.shooters : (k + 1) * cast.shooters] if part is not None]
        hard = frozenset(number for number in numbers if is_hard(number))
        left = frozenset(number for number in numbers if is_left(number))
        shots, *other = joined(known)
        out.append(Judged(view, shots, hard, other[0] if other else None, left))
    return out


def is_hard(number: int) -> bool:
    return number % 3 == 0


def is_left(number: int) -> bool:
    return make_shooter(number, is_hard(number)).forms[ShotType.CATCH].left_handed


def mixed(numbers: Iterable[int]) -> bool:
    """Whether some shoot with the one hand and some with the other."""
    return len({is_left(number) for number in numbers}) == 2


def joined(parts: list[Hands]) -> Hands:
    """Of several shooters, all of one kind."""
    return [join(list(same)) for same in zip(*parts, strict=True)]


def _film(number: int, place: int, view: View, cast: Cast, both_hands: bool) -> Hands | None:
    wanted = [Wanted(kind) for kind in cast.kinds for _ in range(cast.each)]
    wanted += [Wanted(ShotType.CATCH, fault) for fault in range(1, len(FAULT_NAMES)) for _ in range(cast.faulty)]
    return as_hands(
        number, wanted, view, place, (number, 52), Conditions(noise=cast.noise), both_hands, cast.strength
    )  # fmt: skip


def as_hands(
    number: int, wanted: list[Wanted], view: View, place: int, seed: tuple[int, ...], conditions: Conditions | None,
    both_hands: bool, strength: float = 1.0,
) -> Hands | None:  # fmt: skip
    """A session as the box has it when it speaks; None where none of its shots can be compared."""
    shooter = make_shooter(number, is_hard(number))
    draw = repeated if strength == 1.0 else partial(weaker, strength=strength)
    found = [
        session(
            shooter, wanted, view, place, np.random.default_rng(seed), conditions,
            hand="left" if left else "right", sightings=SIGHTINGS, draw=draw,
        )
        for left in (is_left(number), not is_left(number))[: 2 if both_hands else 1]
    ]  # fmt: skip
    whole = [one for one in found if one is not None]
    if not whole or not (kept := seen(whole[0])).any():
        return None
    return [one.take(kept) for one in whole]


def seen(shots: Shots) -> npt.NDArray[np.bool_]:
    """Which of them (N,) were not refused."""
    return np.asarray(shots.present.any(axis=(1, 2)))


def weaker(shooter: Shooter, one: Wanted, rng: np.random.Generator, strength: float) -> ShotForm:
    """A repetition whose fault goes so much of the way from his own form to the fault's values."""
    form, own = repeated(shooter, one, rng), shooter.forms[one.kind]
    back: dict[str, Any] = {}
    for name, value in FAULTS.get(FAULT_NAMES[one.fault], {}).items():
        # What a repetition scatters is added to the form's numbers, so it stays.
        now = np.add(getattr(form, name), (1 - strength) * np.subtract(getattr(own, name), value))
        back[name] = tuple(now.tolist()) if now.ndim else float(now)
    return replace(form, **back)


def spread(work: Callable[..., Hands | None], jobs: Sequence[tuple[object, ...]]) -> list[Hands | None]:
    """`work` on all jobs, by all processors, in order."""
    with ProcessPoolExecutor(len(os.sched_getaffinity(0)), get_context("spawn")) as pool:
        return list(pool.map(work, *zip(*jobs, strict=True), chunksize=4))


def distances(casts: list[Judged], embed: Embed) -> list[FloatArray]:
    """Of all shots (N, N) before each camera; rows asked, columns known (`by_hand`)."""
    return [by_hand(one.shots, one.other, one.shots, one.left, embed) for one in casts]


def identity(casts: list[Judged], away: list[FloatArray], count: int, seed: int = 0) -> list[Score]:
    """Who shot it, one of `count` before the same camera; every camera's shooters in groups of so many. away: as
    `distances` gives them."""
    out = []
    for one, between in zip(casts, away, strict=True):
        sound = one.shots.fault == NO_FAULT
        numbers = np.random.default_rng(seed).permutation(np.unique(one.shots.shooter))
        for start in range(0, len(numbers) - count + 1, count):
            rows = np.flatnonzero(sound & np.isin(one.shots.shooter, numbers[start : start + count]))
            here = between[np.ix_(rows, rows)]
            out.append(score(here, one.shots.shooter[rows], seed, distances=here))
    return out


def by_hand(asked: Shots, other: Shots | None, known: Shots, left: frozenset[int], embed: Embed) -> FloatArray:
    """Distances (asked, known), each shot looked at as of the known one's shooter's hand; infinite where it cannot be.

    other: `asked` as of the hand that is not its shooters'. Raises ValueError where it is needed and not there."""
    lefty = list(left)
    same = np.isin(asked.shooter, lefty)[:, None] == np.isin(known.shooter, lefty)
    base = embed(known)
    away = apart(base if asked is known else embed(asked), base)
    if same.all():
        return away
    if other is None:
        raise ValueError("shooters of both hands, and shots as of one only")
    crossed = np.full(away.shape, np.inf)
    rows = seen(other)
    if rows.any():
        crossed[rows] = apart(embed(other.take(rows)), base)
    return np.asarray(np.where(same, away, crossed))


def types(casts: list[Judged], embeddings: list[FloatArray], hard: bool, refined: bool = True) -> list[Score]:
    """Which type of shot it was, for each shooter by himself: those who are hard to tell, or those who are not."""
    out = []
    for one, embedded in zip(casts, embeddings, strict=True):
        for number in np.unique(one.shots.shooter):
            if (int(number) in one.hard) == hard:
                rows = (one.shots.fault == NO_FAULT) & (one.shots.shooter == number)
                out.append(score(embedded[rows], one.shots.kind[rows], refine=discriminant if refined else None))
    return out


def pooled(scores: list[Score], prefix: str) -> dict[str, float]:
    """Mean and standard deviation over all splits of all of them, per cent."""
    values = np.concatenate([one.accuracy for one in scores])
    return {f"{prefix}_mean": 100 * float(values.mean()), f"{prefix}_std": 100 * float(values.std())}


@dataclass(frozen=True, slots=True)
class Alarms:
    """distance of sound shots (N,) and of faulty ones (M,) to ten enrolled ones', 1 = the box's limit; fault (M,)."""

    sound: FloatArray
    faulty: FloatArray
    fault: npt.NDArray[np.integer]

    def figures(self, prefix: str = "distorted") -> dict[str, float]:
        """Per cent; recall over the faults that show between gather and release."""
        shown = np.isin(self.fault, _VISIBLE)
        limit = float(np.quantile(self.sound, 0.98)) if len(self.sound) else float("nan")
        out = {
            f"{prefix}_recall": 100 * float((self.faulty[shown] > 1).mean()),
            f"{prefix}_false_alarm": 100 * float((self.sound > 1).mean()),
            f"{prefix}_recall_at_2_percent": 100 * float((self.faulty[shown] > limit).mean()),
        }
        for fault in np.unique(self.fault):
            name = f"{prefix}_recall_{FAULT_NAMES[fault]}"
            out[name] = 100 * float((self.faulty[self.fault == fault] > 1).mean())
        return out


def alarms(casts: list[Judged], embeddings: list[FloatArray]) -> Alarms:
    """Each shooter's first ten sound catch-and-shoots enrolled; his others, and his faulty ones, against them."""
    sound, faulty, fault = [], [], []
    for one, embedded in zip(casts, embeddings, strict=True):
        launch = one.shots.launch_deg
        for number in np.unique(one.shots.shooter):
            mine = (one.shots.shooter == number) & (one.shots.kind == 0)
            good = np.flatnonzero(mine & (one.shots.fault == NO_FAULT))
            bad = np.flatnonzero(mine & (one.shots.fault != NO_FAULT))
            if len(good) <= ENROLLED:
                continue
            baseline = make_baseline(embedded[good[:ENROLLED]], launch[good[:ENROLLED]].tolist())
            sound += [baseline.distance(embedded[row], launch[row]) for row in good[ENROLLED:]]
            faulty += [baseline.distance(embedded[row], launch[row]) for row in bad]
            fault += one.shots.fault[bad].tolist()
    return Alarms(np.array(sound), np.array(faulty), np.array(fault))
