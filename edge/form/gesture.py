"""What tells a shot from passes, dribbles, rebounds, throws and other gestures: how arms, hands and ball go."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge.form.motion import Motion
from edge.form.phases import Phases
from edge.form.skeleton import WRISTS
from edge.types import FloatArray

# The ball is at the hands within this many statures of a wrist, and has left them beyond it.
_AT_HANDS, _GONE = 0.20, 0.26
_BEFORE_S, _SETTLE_S = 0.6, 0.05


@dataclass(frozen=True, slots=True)
class Gesture:
    """Lengths in statures. lift: how far the hands rise; apart: the wrists from each other on the way up (median);
    guide: how high the lower wrist is over the shoulders just before the release; reach: the higher one at it;
    straightens: how much further the shooting wrist is from its shoulder at the release than at the set point;
    stays: how high the shooting wrist is still, 0.2 s later; ball: 1 = it was in the hands and flew up out of them,
    -1 = it was elsewhere or stayed, 0 = not seen."""

    lift: float
    apart: float
    guide: float
    reach: float
    straightens: float
    stays: float
    ball: float


def look_at(motion: Motion, phases: Phases) -> Gesture:
    side = 1 if phases.hand == "right" else 0
    dip, at, release = motion.row(phases.dip_s), motion.row(phases.set_point_s), motion.row(phases.release_s)
    hands = motion.hands_y()
    raised = np.stack([motion.raised(0), motion.raised(1)], axis=1)
    apart = np.linalg.norm(motion.points[:, WRISTS[0]] - motion.points[:, WRISTS[1]], axis=1) / motion.stature_px
    arm = np.linalg.norm(motion.points[:, WRISTS[side]] - motion.points[:, 5 + side], axis=1) / motion.stature_px
    before = raised[max(at, release - 10) : release + 1]
    later = motion.row(phases.release_s + 0.2)
    return Gesture(
        lift=float(hands[release] - hands[dip]),
        apart=_median(apart[(dip + release) // 2 : release + 1]),
        guide=_median(before.min(axis=1)),
        reach=float(np.fmax(*raised[release])),
        straightens=float(arm[release] - arm[at]),
        stays=float(raised[later, side]),
        ball=_ball(motion, phases.release_s),
    )


def _median(values: FloatArray) -> float:
    values = values[np.isfinite(values)]
    return float(np.median(values)) if len(values) else float("nan")


def _ball(motion: Motion, release_s: float) -> float:
    """Whether the ball was in the hands before and flew up after."""
    t = motion.frames_s
    seen = np.isfinite(motion.ball[:, 0])
    ways = np.fmin(*(np.hypot(*(motion.seen[:, wrist] - motion.ball).T) for wrist in WRISTS)) / motion.stature_px
    hands_y = np.fmin(motion.seen[:, WRISTS[0], 1], motion.seen[:, WRISTS[1], 1])
    before = seen & (t >= release_s - _BEFORE_S) & (t <= release_s)
    after = seen & (t > release_s + _SETTLE_S)
    known = before & np.isfinite(ways)
    held = float(np.mean(ways[known] < _AT_HANDS)) if known.sum() >= 3 else float("nan")
    if after.sum() >= 2:
        gone = after & (ways > _GONE) & (motion.ball[:, 1] < hands_y)
        flown = float(gone.sum() / after.sum())
    else:
        flown = float("nan")
    says = [2 * share - 1 for share in (held, flown) if np.isfinite(share)]
    return min(says) if says else 0.0
