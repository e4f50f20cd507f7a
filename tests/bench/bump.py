"""A knocked camera: found within seconds, made up for where that is proven, and never imagined in hours of play."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from calibration.camera import FloatArray
from calibration.watch import Drift, MountWatch
from edge.simulator import Truth, VirtualGym
from edge.types import Image
from tests.bench.mounts import court_errors_cm, scenario

SMALLEST_DEG, LARGEST_DEG = 0.2, 5.0
WITHIN_S = 10.0
_LARGEST_SHIFT_M = 0.10
# What a realigned camera may be off at the 95th percentile, and no more.
REALIGNED_CM = 10.0
# Seconds of play before the knock, so that it has been steady once; and how long an alarm is waited for.
_BEFORE_S, _AFTER_S = 6, 12
_GYM_FPS = 10
# Of the players' boxes, so many are not there, as a detector would miss them.
_MISSED = 0.1


@dataclass
class Tally:
    """Knocks and what was said of them."""

    bumps: int = 0
    found: int = 0
    early: int = 0
    delay_s: list[float] = field(default_factory=list)
    blocked: int = 0
    proven: int = 0
    realigned_cm: list[float] = field(default_factory=list)
    stated: list[float] = field(default_factory=list)
    wrong: int = 0


def seconds(gym: VirtualGym) -> Iterator[tuple[Image, FloatArray, float]]:
    """A picture each second of play, with the boxes of most players and the time, s."""
    rng = np.random.default_rng([gym.seed, 5])
    for frame, truth in gym.some_frames(_GYM_FPS):
        yield frame.image, _boxes(truth, rng), frame.time_s


def _boxes(truth: Truth, rng: np.random.Generator) -> FloatArray:
    boxes = [player.box for player in truth.players if player.box is not None and rng.random() > _MISSED]
    return np.array(boxes, dtype=np.float64).reshape(-1, 4)


def shift(seed: int) -> tuple[float, float, float]:
    """By how much a knock moves the camera itself, m: half of them turn it on the spot, half move it by 1 to 10 cm."""
    rng = np.random.default_rng([seed, 7])
    if seed % 2 == 0:
        return 0.0, 0.0, 0.0
    way = rng.normal(size=3)
    x, y, z = rng.uniform(0.01, _LARGEST_SHIFT_M) * way / np.linalg.norm(way)
    return float(x), float(y), float(z)


def knock(seed: int) -> tuple[float, float, float]:
    """Yaw, pitch and roll, degrees, of one knock by 0.2 to 5 degrees, smaller ones as often as larger ones."""
    rng = np.random.default_rng([seed, 6])
    size = float(np.exp(rng.uniform(np.log(SMALLEST_DEG), np.log(LARGEST_DEG))))
    axis = rng.normal(size=3) * (1.0, 1.0, 0.5)
    yaw, pitch, roll = size * axis / np.linalg.norm(axis)
    return float(yaw), float(pitch), float(roll)


def one_bump(seed: int, tally: Tally, say: Callable[[str], None]) -> None:
    """A mount that is knocked after some seconds of play."""
    gym = VirtualGym(replace(scenario(seed), cones=False, lamp_change=0.15), seed=seed, fps=_GYM_FPS)
    before = gym.camera
    angles = knock(seed)
    frames = seconds(gym)
    watch = MountWatch(before, gym.court, next(frames)[0])
    alarmed = False
    for _ in range(_BEFORE_S):
        image, boxes, time_s = next(frames)
        alarmed |= watch.look(image, time_s, boxes).state in ("moved", "blocked")
    tally.early += alarmed
    gym.turn(*angles, shift(seed))
    knocked_s, drift = time_s, Drift("unsure")
    for _ in range(_AFTER_S):
        image, boxes, time_s = next(frames)
        drift = watch.look(image, time_s, boxes)
        if drift.state in ("moved", "blocked"):
            break
    tally.bumps += 1
    if alarmed:
        say(f"bump, seed {seed}: an alarm before the knock")
        return
    size = float(np.linalg.norm(angles))
    if drift.state not in ("moved", "blocked") or time_s - knocked_s > WITHIN_S:
        say(f"bump, seed {seed}: {size:.2f} degrees not found ({drift.state})")
        return
    tally.found += 1
    tally.delay_s.append(time_s - knocked_s)
    if drift.camera is None:
        tally.blocked += 1
        say(f"bump, seed {seed}: {size:.2f} degrees, {drift.state}")
        return
    true_cm = float(np.percentile(court_errors_cm(gym, before.floor), 95))
    tally.stated.append(drift.error_cm / true_cm)
    left = float(np.percentile(court_errors_cm(gym, drift.camera.floor), 95))
    if not drift.proven:
        say(f"bump, seed {seed}: {size:.2f} degrees found, not proven, {left:.1f} cm would be left")
        return
    tally.proven += 1
    tally.realigned_cm.append(left)
    tally.wrong += left > REALIGNED_CM
    if left > REALIGNED_CM / 2:
        say(f"bump, seed {seed}: {size:.2f} degrees, off by {true_cm:.1f} cm, realigned to {left:.1f} cm")


def play(seed: int, length_s: int, say: Callable[[str], None]) -> tuple[int, float]:
    """Alarms in so much play on one mount that nobody knocks, with a slow change of light; and the hours looked at."""
    gym = VirtualGym(replace(scenario(seed), cones=False, lamp_change=0.15), seed=seed, fps=_GYM_FPS)
    frames = seconds(gym)
    watch = MountWatch(gym.camera, gym.court, next(frames)[0])
    alarms, before = 0, "steady"
    for _ in range(length_s):
        image, boxes, time_s = next(frames)
        drift = watch.look(image, time_s, boxes)
        if drift.state in ("moved", "blocked") and drift.state != before:
            alarms += 1
            say(f"play, seed {seed}: {drift.state} at {time_s:.0f} s")
        before = drift.state
    return alarms, length_s / 3600


def knocks(seeds: Iterable[int], say: Callable[[str], None]) -> dict[str, float]:
    """A knock on the mount of every seed."""
    tally = Tally()
    for seed in seeds:
        one_bump(seed, tally, say)
    return {
        "bump_found_share": tally.found / max(tally.bumps, 1),
        "bumps": tally.bumps,
        "bump_found_in_cm_share": (tally.found - tally.blocked) / max(tally.bumps, 1),
        "bump_alarms_before": tally.early,
        "bump_delay_median_s": float(np.median(tally.delay_s)) if tally.delay_s else float("nan"),
        "bump_delay_max_s": max(tally.delay_s, default=float("nan")),
        "bump_stated_over_true_median": float(np.median(tally.stated)) if tally.stated else float("nan"),
        "bump_realigned_share": tally.proven / max(tally.bumps, 1),
        "bump_realigned_p95_cm": float(np.percentile(tally.realigned_cm, 95)) if tally.realigned_cm else float("nan"),
        "bump_wrong_realigned": tally.wrong,
    }


def plays(seeds: Iterable[int], each_s: int, say: Callable[[str], None]) -> dict[str, float]:
    """So many seconds of play on the mount of every seed, and the alarms that nobody caused."""
    alarms, hours = 0, 0.0
    for seed in seeds:
        more, longer = play(seed, each_s, say)
        alarms, hours = alarms + more, hours + longer
    return {"bump_false_alarms_per_h": alarms / max(hours, 1e-9), "bump_hours_of_play": hours}
