"""How high a ball is whose height nobody recorded: a made-up course that play and physics allow.

Held: about 1.1 m, slowly wandering; for a moment after a catch and before a release it comes from and goes to where the
flight begins. Dribbled: pushed from a hand at 0.75 to 1.2 m to the floor and back a little faster than it would fall,
as in the half game recorded 25 times a second. Passed: the parabola that the time allows between two pairs of hands, or
by chance one bounce on short passes. A shot: the parabola from above the head to the rim in the time that it took.
Loose: it falls and bounces, from the rim where it was there, until somebody takes it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calibration.court import NBA
from edge.types import FloatArray

G_M_S2 = 9.81
RADIUS_M = 0.12
HANDS_M, CHEST_M, RELEASE_M, REBOUND_M, LOOSE_M = 1.1, 1.3, 2.25, 2.1, 0.8
_RIM_M = NBA.rim_height_m + RADIUS_M
_HIGHEST_RISE_M = 3.5
_BOUNCE_PASS, _BOUNCE_PASS_S, _BOUNCED_AT = 0.25, (0.35, 0.9), 0.6
_RESTITUTION = 0.75
_WANDER_M, _WANDER_S = 0.15, 1.5
_DRIBBLE_TOP_M, _PUSHED = (0.75, 1.2), (0.75, 0.95)
_BLEND_S = 0.3


@dataclass(frozen=True, slots=True)
class Gap:
    """Frames [begin, end) on which nobody has the ball; who had it before and has it after, -1 for nobody; the first
    frame on which it is over the rim; and whether it was passed."""

    begin: int
    end: int
    before: int
    after: int
    reached: int | None
    passed: bool


def gap_height(gap: Gap, frames_per_s: float, rng: np.random.Generator) -> FloatArray:
    """Heights (end - begin,) m of one gap."""
    count = gap.end - gap.begin
    if gap.passed:
        seconds = count / frames_per_s
        bounces = rng.random() < _BOUNCE_PASS and _BOUNCE_PASS_S[0] < seconds < _BOUNCE_PASS_S[1]
        return _bounce_pass(count, frames_per_s) if bounces else arc(CHEST_M, CHEST_M, count, frames_per_s)
    taken = gap.after >= 0
    if gap.reached is None:
        return fall(HANDS_M, LOOSE_M if taken else None, count, frames_per_s)
    over = gap.reached - gap.begin
    shot = arc(RELEASE_M, _RIM_M, over, frames_per_s) if gap.before >= 0 else fall(_RIM_M, _RIM_M, over, frames_per_s)
    soon = count - over < 1.2 * frames_per_s
    after = fall(_RIM_M, (REBOUND_M if soon else LOOSE_M) if taken else None, count - over, frames_per_s)
    return np.concatenate([shot, after])


def arc(from_m: float, to_m: float, count: int, frames_per_s: float) -> FloatArray:
    """The parabola of a throw of `count` frames between two heights, (count,) m; flatter than gravity's where it would
    rise out of a gym."""
    share = (np.arange(count) + 1) / (count + 1)
    seconds = (count + 1) / frames_per_s
    bulge = 0.5 * G_M_S2 * seconds**2
    bulge = min(bulge, 4 * _HIGHEST_RISE_M)
    return np.asarray(from_m + (to_m - from_m) * share + bulge * share * (1 - share))


def _bounce_pass(count: int, frames_per_s: float) -> FloatArray:
    down = max(1, int(_BOUNCED_AT * count))
    first = np.linspace(CHEST_M, RADIUS_M, down)
    return np.concatenate([first, arc(RADIUS_M, HANDS_M, count - down, frames_per_s)])


def fall(from_m: float, to_m: float | None, count: int, frames_per_s: float) -> FloatArray:
    """A dropped ball that bounces, (count,) m; in the last moment it comes to `to_m`, where somebody takes it."""
    height, speed, steps = from_m, 0.0, 4
    found = np.empty(count)
    for t in range(count):
        for _ in range(steps):
            speed -= G_M_S2 / frames_per_s / steps
            height += speed / frames_per_s / steps
            if height < RADIUS_M:
                height, speed = RADIUS_M, -_RESTITUTION * speed
        found[t] = height
    if to_m is not None and count:
        blend = min(count, max(1, int(2 * _BLEND_S * frames_per_s)))
        weight = _ease(np.linspace(0.0, 1.0, blend + 1)[1:])
        found[count - blend :] = (1 - weight) * found[count - blend :] + weight * to_m
    return found


def _ease(share: FloatArray) -> FloatArray:
    """0..1 to 0..1 without a jerk at the ends."""
    return np.asarray(share * share * (3 - 2 * share))


def carried_height(
    dribbled: FloatArray, first_m: float, last_m: float, frames_per_s: float, rng: np.random.Generator
) -> FloatArray:
    """Heights (T,) m of a ball that somebody has: dribbled (T,) says when it bounces; from `first_m` at the catch to
    `last_m` at the release."""
    count = len(dribbled)
    seconds = np.arange(count) / frames_per_s
    wander = _WANDER_M * np.sin(2 * np.pi * (seconds / _WANDER_S + rng.random()))
    held = HANDS_M + wander
    share = np.linspace(1.0, 0.0, max(2, int(_BLEND_S * frames_per_s)))[:count]
    ends = np.zeros(count)
    ends[: len(share)] += _ease(share) * (first_m - held[0])
    ends[count - len(share) :] += _ease(share[::-1]) * (last_m - held[-1])
    top = rng.uniform(*_DRIBBLE_TOP_M)
    beat = 1.0 / (rng.uniform(*_PUSHED) * 2 * np.sqrt(2 * (top - RADIUS_M) / G_M_S2))
    since = np.cumsum(dribbled) - 1.0
    # A whole number of beats, so that it ends in the hand as it began.
    total = max(float(np.sum(dribbled)) - 1.0, 1.0) / frames_per_s
    beat = max(1, round(beat * total)) / total
    swing = 1.0 - np.abs(1.0 - 2.0 * ((since / frames_per_s * beat) % 1.0))
    bounce = RADIUS_M + (top - RADIUS_M) * (1.0 - swing**2)
    near = _closeness(np.asarray(dribbled, bool), frames_per_s)
    held = held + near * (top - held)
    return np.asarray(np.where(dribbled, bounce, np.maximum(held + ends, RADIUS_M)))


def _closeness(dribbled: FloatArray, frames_per_s: float) -> FloatArray:
    """1 at the first and last dribble, falling to 0 a moment before and after, (T,)."""
    at = np.flatnonzero(dribbled)
    if len(at) == 0:
        return np.zeros(len(dribbled))
    t = np.arange(len(dribbled))
    away = np.maximum(np.maximum(at[0] - t, t - at[-1]), 0) / (_BLEND_S * frames_per_s)
    return _ease(np.clip(1.0 - away, 0.0, 1.0))
