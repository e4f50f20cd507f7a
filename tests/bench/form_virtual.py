"""Virtual shooters whom no training saw, filmed in sessions, and what an encoder makes of their shots.

Numbers of shooters: those of the training lie below 1,000,000; whatever was chosen by figures was chosen on those from
1,000,000 on (`--tuning`); what is reported is of those from 2,000,000 on.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context

import numpy as np
import numpy.typing as npt

from edge.form.baseline import make_baseline
from edge.form.virtual import Conditions, View
from edge.form.virtual_shots import AFTER_RELEASE, FAULT_NAMES, Wanted, session
from edge.simulator.shooters import ShotType, make_shooter
from edge.types import FloatArray
from engines.form.evaluate import Score, discriminant, nearest, score
from engines.form.shots import NO_FAULT, Shots, join

TUNING_FROM, JUDGED_FROM = 1_000_000, 2_000_000
ENROLLED = 10
_VISIBLE = tuple(k for k, name in enumerate(FAULT_NAMES) if k != NO_FAULT and name not in AFTER_RELEASE)
Embed = Callable[[Shots], FloatArray]


@dataclass(frozen=True, slots=True)
class Cast:
    """cameras: so many, each with so many shooters of his own before it; every third is hard to tell types of. each:
    shots of every type; faulty: shots with each fault; noise: the pose network's, 1 = as measured."""

    cameras: int = 4
    shooters: int = 20
    each: int = 20
    faulty: int = 2
    noise: float = 1.0


@dataclass(frozen=True, slots=True)
class Judged:
    """All sessions of one camera."""

    view: View
    shots: Shots
    hard: frozenset[int]


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
    jobs = [
        (first + k * cast.shooters + n, k * cast.shooters + n, view, cast)
        for k, view in enumerate(cameras)
        for n in range(cast.shooters)
    ]
    parts = spread(_film, jobs)
    out = []
    for k, view in enumerate(cameras):
        here = parts[k * cast.shooters : (k + 1) * cast.shooters]
        known = [part for part in here if part is not None]
        shots = join(known)
        hard = frozenset(int(number) for number in np.unique(shots.shooter) if _is_hard(int(number)))
        out.append(Judged(view, shots, hard))
    return out


def _is_hard(number: int) -> bool:
    return number % 3 == 0


def _film(number: int, place: int, view: View, cast: Cast) -> Shots | None:
    wanted = [Wanted(kind) for kind in ShotType for _ in range(cast.each)]
    wanted += [Wanted(ShotType.CATCH, fault) for fault in range(1, len(FAULT_NAMES)) for _ in range(cast.faulty)]
    rng = np.random.default_rng([number, 52])
    return session(make_shooter(number, _is_hard(number)), wanted, view, place, rng, Conditions(noise=cast.noise))


def spread(work: Callable[..., Shots | None], jobs: list[tuple[object, ...]]) -> list[Shots | None]:
    """`work` on all jobs, by all processors, in order."""
    with ProcessPoolExecutor(len(os.sched_getaffinity(0)), get_context("spawn")) as pool:
        return list(pool.map(work, *zip(*jobs, strict=True), chunksize=4))


def identity(casts: list[Judged], embeddings: list[FloatArray], count: int, seed: int = 0) -> list[Score]:
    """Who shot it, one of `count` before the same camera; every camera's shooters in groups of so many."""
    out = []
    for one, embedded in zip(casts, embeddings, strict=True):
        sound = one.shots.fault == NO_FAULT
        numbers = np.random.default_rng(seed).permutation(np.unique(one.shots.shooter))
        for start in range(0, len(numbers) - count + 1, count):
            rows = sound & np.isin(one.shots.shooter, numbers[start : start + count])
            out.append(score(embedded[rows], one.shots.shooter[rows], seed))
    return out


def types(casts: list[Judged], embeddings: list[FloatArray], hard: bool, refined: bool = True) -> list[Score]:
    """Which type of shot it was, for each shooter by himself."""
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
            baseline = make_baseline(embedded[good[:ENROLLED]], launch[good[:ENROLLED]])
            sound += [baseline.distance(embedded[row], launch[row]) for row in good[ENROLLED:]]
            faulty += [baseline.distance(embedded[row], launch[row]) for row in bad]
            fault += one.shots.fault[bad].tolist()
    return Alarms(np.array(sound), np.array(faulty), np.array(fault))


@dataclass(frozen=True, slots=True)
class Change:
    """How shots are seen that are asked for, against how they were enrolled."""

    name: str
    azimuth_deg: float = 0.0
    height_m: float | None = None
    distance_m: float | None = None
    fps: float = 30.0
    conditions: Conditions | None = None


CHANGES = (
    Change("as enrolled"),
    Change("side +15 deg", 15.0),
    Change("side +30 deg", 30.0),
    Change("side +60 deg", 60.0),
    Change("side +90 deg", 90.0),
    Change("other side (mirror)", 180.0),
    Change("height 1 m", height_m=1.0),
    Change("height 5 m", height_m=5.0),
    Change("distance 13 m", distance_m=13.0),
    Change("legs hidden", conditions=Conditions(hidden=(13, 14, 15, 16))),
    Change("guide arm hidden", conditions=Conditions(hidden=(7, 9))),
    Change("head hidden", conditions=Conditions(hidden=(0, 1, 2, 3, 4))),
    Change("blur 1/100 s", conditions=Conditions(blur_s=0.01)),
    Change("blur 1/50 s", conditions=Conditions(blur_s=0.02)),
    Change("left and right exchanged in 2 of 5 frames", conditions=Conditions(exchanged=0.4)),
    Change("double noise", conditions=Conditions(noise=2.0)),
    Change("15 frames/s", fps=15.0),
    Change("20 frames/s", fps=20.0),
    Change("60 frames/s", fps=60.0),
)


def _changed(number: int, place: int, view: View, change: Change, count: int, occasion: int) -> Shots | None:
    other = replace(
        view, azimuth_rad=view.azimuth_rad + np.radians(change.azimuth_deg), fps=change.fps,
        height_m=change.height_m or view.height_m, distance_m=change.distance_m or view.distance_m,
    )  # fmt: skip
    if change.name == "other side (mirror)":
        other = replace(view, azimuth_rad=-view.azimuth_rad)
    wanted = [Wanted(ShotType.CATCH)] * count
    rng = np.random.default_rng([number, 53, occasion])
    return session(make_shooter(number, _is_hard(number)), wanted, other, place, rng, change.conditions)


def limits(first: int, embed: Embed, groups: int, shooters: int = 5) -> list[dict[str, float | str]]:
    """Ten shots of each of five shooters enrolled before a camera from the side; others asked for, seen otherwise.

    Per cent: how many are known (3 nearest), how many sound ones are beyond their shooter's limit, how many are not
    judged, for they were seen from elsewhere, how many are refused.
    """
    sides = [View(float(np.radians(side * angle)), 8.0, 2.8) for angle in (60, 90, 120) for side in (-1, 1)]
    asked = 8
    jobs = [
        (first + k * shooters + n, k, sides[k % len(sides)], change, asked if occasion else ENROLLED + 2, occasion)
        for occasion, change in enumerate((CHANGES[0], *CHANGES))
        for k in range(groups)
        for n in range(shooters)
    ]
    found = spread(_changed, jobs)
    size = groups * shooters
    enrolled = [join([p for p in found[k * shooters : (k + 1) * shooters] if p is not None]) for k in range(groups)]
    return [
        _row(change, [found[c * size + k * shooters : c * size + (k + 1) * shooters] for k in range(groups)], enrolled,
             embed, asked)
        for c, change in enumerate(CHANGES, start=1)
    ]  # fmt: skip


def _row(
    change: Change, found: list[list[Shots | None]], enrolled: list[Shots], embed: Embed, asked: int
) -> dict[str, float | str]:
    right = beyond = elsewhere = seen = wanted = 0
    for part, known in zip(found, enrolled, strict=True):
        wanted += len(part) * asked
        told = [one for one in part if one is not None]
        if not told:
            continue
        fresh = join(told)
        base = embed(known)
        embedded = embed(fresh)
        names = nearest(base, known.shooter, embedded)
        right += int((names == fresh.shooter).sum())
        seen += len(fresh)
        limit = {}
        for number in np.unique(known.shooter):
            first = np.flatnonzero(known.shooter == number)[:ENROLLED]
            limit[number] = make_baseline(base[first], known.launch_deg[first], known.view_rad[first])
        for k, number in enumerate(fresh.shooter):
            if number in limit and not limit[number].knows(fresh.view_rad[k]):
                elsewhere += 1
            elif number in limit:
                beyond += limit[number].distance(embedded[k], fresh.launch_deg[k]) > 1
    share = 100 / max(seen, 1)
    return {
        "seen": change.name, "identity": right * share, "false_alarm": beyond * share,
        "not_judged": elsewhere * share,
        "refused": 100 * max(0.0, 1 - seen / wanted),
    }  # fmt: skip
