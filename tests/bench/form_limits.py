"""What the paper names as limits: shots seen otherwise than they were enrolled."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from edge.form.baseline import LEAST_SHOTS, make_baseline
from edge.form.virtual import Conditions, View
from edge.form.virtual_shots import Wanted
from edge.simulator.shooters import ShotType
from engines.form.evaluate import by_distance
from engines.form.shots import Shots
from tests.bench.form_virtual import ENROLLED, Embed, Hands, as_hands, by_hand, is_left, joined, mixed, spread


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


def _changed(
    number: int, place: int, view: View, change: Change, count: int, occasion: int, both_hands: bool
) -> Hands | None:
    other = replace(
        view, azimuth_rad=view.azimuth_rad + np.radians(change.azimuth_deg), fps=change.fps,
        height_m=change.height_m or view.height_m, distance_m=change.distance_m or view.distance_m,
    )  # fmt: skip
    if change.name == "other side (mirror)":
        other = replace(view, azimuth_rad=-view.azimuth_rad)
    wanted = [Wanted(ShotType.CATCH)] * count
    return as_hands(number, wanted, other, place, (number, 53, occasion), change.conditions, both_hands)


def limits(first: int, embed: Embed, groups: int, shooters: int = 5) -> list[dict[str, float | str]]:
    """Ten shots of each of five shooters enrolled before a camera from the side; others asked for, seen otherwise.

    Per cent: how many are known (3 nearest, each shot as of each enrolled player's hand), how many sound ones of those
    that are judged are beyond their shooter's limit, how many are not judged, for they were seen from elsewhere, how
    many are refused.
    """
    sides = [View(float(np.radians(side * angle)), 8.0, 2.8) for angle in (60, 90, 120) for side in (-1, 1)]
    asked = 8
    casts = [range(first + k * shooters, first + (k + 1) * shooters) for k in range(groups)]
    jobs = [
        (number, k, sides[k % len(sides)], change, asked if occasion else ENROLLED + 2, occasion,
         occasion > 0 and mixed(numbers))
        for occasion, change in enumerate((CHANGES[0], *CHANGES))
        for k, numbers in enumerate(casts)
        for number in numbers
    ]  # fmt: skip
    found = iter(spread(_changed, jobs))
    sessions = [[[next(found) for _ in numbers] for numbers in casts] for _ in (None, *CHANGES)]
    left = frozenset(number for numbers in casts for number in numbers if is_left(number))
    enrolled = [joined([part for part in parts if part is not None])[0] for parts in sessions[0]]
    return [
        _row(change, parts, enrolled, left, embed, asked) for change, parts in zip(CHANGES, sessions[1:], strict=True)
    ]


def _row(
    change: Change, found: list[list[Hands | None]], enrolled: list[Shots], left: frozenset[int], embed: Embed,
    asked: int,
) -> dict[str, float | str]:  # fmt: skip
    right = beyond = elsewhere = judged = told = wanted = 0
    for parts, known in zip(found, enrolled, strict=True):
        wanted += len(parts) * asked
        there = [one for one in parts if one is not None]
        if not there:
            continue
        fresh, *other = joined(there)
        names = by_distance(by_hand(fresh, other[0] if other else None, known, left, embed), known.shooter)
        right += int((names == fresh.shooter).sum())
        told += len(fresh)
        counts = against_own(fresh, known, embed)
        beyond, judged, elsewhere = beyond + counts[0], judged + counts[1], elsewhere + counts[2]
    return {
        "seen": change.name, "identity": 100 * right / max(told, 1), "false_alarm": 100 * beyond / max(judged, 1),
        "not_judged": 100 * elsewhere / max(told, 1), "refused": 100 * max(0.0, 1 - told / wanted),
    }  # fmt: skip


def against_own(fresh: Shots, known: Shots, embed: Embed) -> tuple[int, int, int]:
    """How many shots are beyond their shooters' limits, of how many that are judged; and how many are not."""
    base, embedded = embed(known), embed(fresh)
    beyond = judged = elsewhere = 0
    for number in np.intersect1d(known.shooter, fresh.shooter):
        first = np.flatnonzero(known.shooter == number)[:ENROLLED]
        if len(first) < LEAST_SHOTS:
            continue
        own = make_baseline(base[first], known.launch_deg[first].tolist(), known.view_rad[first].tolist())
        for k in np.flatnonzero(fresh.shooter == number):
            knows = own.knows(fresh.view_rad[k])
            judged, elsewhere = judged + knows, elsewhere + (not knows)
            beyond += bool(knows and own.distance(embedded[k], fresh.launch_deg[k]) > 1)
    return beyond, judged, elsewhere
