"""What players know of a shot: times, heights, angles, each with how sure it is.

Lengths are in statures (the player's own height = 1). Angles are the body's in space as far as the picture tells
(`edge.form.angles`); forward lean and drift are told where the player is seen from the side, sideways ones where he is
seen from in front or behind. What the view does not tell is NaN with an infinite sigma.
"""

from __future__ import annotations

import numpy as np

from edge.form.angles import UNKNOWN, elbow, hip, knee, limb_lengths
from edge.form.motion import STEP_S, Motion, open_motion
from edge.form.normalise import span_s, views
from edge.form.phases import find_dip
from edge.form.sides import Hand
from edge.form.skeleton import ANKLES, HIPS, SHOULDERS, WRISTS, middle
from edge.types import Estimate, FloatArray, ShotClip

# Seen from the side (1) or from in front (0): from here on forward is told, and below it sideways.
_SIDE = 0.5
# From wrist to ball at the release, and from ankle to floor, statures.
_HAND, _ANKLE = 0.08, 0.05
_BALL_NEAR_S = 0.07
_LENGTH_SIGMA, _TIME_SIGMA_S, _LEAN_SIGMA_DEG = 0.015, 0.02, 3.0
_LANDS_S = 0.45
# Straight legs are a little shorter than the sum of their bones.
_STRAIGHT = 0.985


def measure_scalars(clip: ShotClip, hand: Hand | None = None) -> dict[str, float]:
    """The values alone, those that are known."""
    return {name: estimate.value for name, estimate in scalars(clip, hand).items() if np.isfinite(estimate.value)}


def scalars(clip: ShotClip, hand: Hand | None = None) -> dict[str, Estimate]:
    """By name with its unit; hand: where it is known.

    release_time_s (gather to release), release_height_statures (the ball's centre over the floor),
    elbow_, knee_, hip_, trunk_ with set_deg and release_deg, knee_dip_deg, jump_height_statures,
    follow_through_s, balance_deg (feet to shoulders against the vertical at the release, in the picture),
    drift_forward_statures, drift_side_statures (gather to landing; side: to the picture's right),
    dip_share, lift_share, set_share of the time.
    """
    motion = open_motion(clip.times_s, clip.keypoints, clip.ball, clip.stature_px)
    view = views(clip, motion.seen, hand)
    side = 1 if view.hand == "right" else 0
    gather_s, release_s = span_s(clip)
    set_s = float(clip.times_s[clip.set_point])
    dip_s = min(max(find_dip(motion, release_s)[0], gather_s), set_s)
    lengths = limb_lengths(motion)
    at = {"set": motion.row(set_s), "release": motion.row(release_s)}
    found = _times(clip, gather_s, dip_s, set_s, release_s)
    for name, row in at.items():
        joints = motion.points[row]
        found[f"elbow_{name}_deg"] = elbow(joints, lengths, side)
        found[f"knee_{name}_deg"] = knee(joints, lengths)
        found[f"hip_{name}_deg"] = hip(joints, lengths)
        found[f"trunk_{name}_deg"] = _trunk(joints, view.facing)
    found["knee_dip_deg"] = _sharpest_knee(motion, lengths, motion.row(gather_s), at["release"])
    found["release_height_statures"] = _release_height(motion, side, gather_s, release_s)
    found["jump_height_statures"] = _jump(motion, lengths, gather_s, release_s)
    found["balance_deg"] = _balance(motion.points[at["release"]])
    found["drift_forward_statures"], found["drift_side_statures"] = _drift(motion, gather_s, release_s, view.facing)
    return found


def _times(clip: ShotClip, gather_s: float, dip_s: float, set_s: float, release_s: float) -> dict[str, Estimate]:
    whole = release_s - gather_s
    step_s = float(np.median(np.diff(clip.times_s)))
    sigma = float(np.hypot(_TIME_SIGMA_S, step_s / 2))
    followed = UNKNOWN
    if clip.follow_through is not None:
        followed = Estimate(float(clip.times_s[clip.follow_through]) - release_s, sigma)
    shares = {"dip": dip_s - gather_s, "lift": set_s - dip_s, "set": release_s - set_s}
    return {
        "release_time_s": Estimate(whole, sigma),
        "follow_through_s": followed,
        **{f"{name}_share": Estimate(part / whole, sigma / whole) for name, part in shares.items()},
    }


def _sharpest_knee(motion: Motion, lengths: dict[str, float], begin: int, end: int) -> Estimate:
    """The smallest angle of those told every 30 ms; the third-smallest, since noise makes the smallest."""
    known = [angle for row in range(begin, end, 3) if np.isfinite((angle := knee(motion.points[row], lengths)).value)]
    if len(known) < 6:
        return UNKNOWN
    return sorted(known, key=lambda angle: angle.value)[2]


def _floor_y(motion: Motion, gather_s: float) -> float:
    """How far down the ankles' middle is in the picture about the gather, px; NaN where none was seen.

    The nearer foot is lower in the picture than the body's own place on the floor, the further one higher.
    """
    about = np.abs(motion.times_s - gather_s) < 0.25
    y = middle(motion.points[about], ANKLES)[:, 1]
    y = y[np.isfinite(y)]
    return float(np.median(y)) if len(y) else float("nan")


def _release_height(motion: Motion, side: int, gather_s: float, release_s: float) -> Estimate:
    """The ball's centre over the floor at the release; a hand above the wrist where the ball was not seen there."""
    ball_y = float(motion.points[motion.row(release_s), WRISTS[side], 1]) - _HAND * motion.stature_px
    near = np.isfinite(motion.ball[:, 0]) & (np.abs(motion.frames_s - release_s) <= _BALL_NEAR_S)
    t = motion.frames_s[near]
    if len(t) and t[0] <= release_s <= t[-1]:
        ball_y = float(np.interp(release_s, t, motion.ball[near, 1]))
    height = (_floor_y(motion, gather_s) - ball_y) / motion.stature_px + _ANKLE
    return Estimate(height, 3 * _LENGTH_SIGMA) if np.isfinite(height) else UNKNOWN


def _jump(motion: Motion, lengths: dict[str, float], gather_s: float, release_s: float) -> Estimate:
    """How far the hips rise above where straight legs on the floor have them; NaN until the top was seen."""
    begin, end = motion.row(gather_s), motion.row(release_s + _LANDS_S)
    hips = -middle(motion.points[begin : end + 1], HIPS)[:, 1]
    if not np.isfinite(hips).any() or float(motion.times_s[-1]) < release_s + 0.1:
        return UNKNOWN
    legs = _STRAIGHT * (lengths["thigh"] + lengths["shank"])
    rise = (float(np.nanmax(hips)) + _floor_y(motion, gather_s) - legs) / motion.stature_px
    return Estimate(max(rise, 0.0), 2 * _LENGTH_SIGMA) if np.isfinite(rise) else UNKNOWN


def _tilt(low: FloatArray, high: FloatArray) -> float:
    """Of a line against the vertical, deg, to the picture's right positive."""
    return float(np.degrees(np.arctan2(high[0] - low[0], low[1] - high[1])))


def _trunk(joints: FloatArray, facing: float) -> Estimate:
    """Forward lean; from the side only."""
    lean = _tilt(middle(joints, HIPS), middle(joints, SHOULDERS))
    if abs(facing) < _SIDE or not np.isfinite(lean):
        return UNKNOWN
    share = min(abs(facing), 1.0)
    return Estimate(lean * float(np.sign(facing)) / share, _LEAN_SIGMA_DEG / share)


def _balance(joints: FloatArray) -> Estimate:
    lean = abs(_tilt(middle(joints, ANKLES), middle(joints, SHOULDERS)))
    return Estimate(lean, _LEAN_SIGMA_DEG) if np.isfinite(lean) else UNKNOWN


def _drift(motion: Motion, gather_s: float, release_s: float, facing: float) -> tuple[Estimate, Estimate]:
    """Forward and to the picture's right, from the gather to where he is in the air after the release."""
    hips = middle(motion.points, HIPS)[:, 0]
    after = hips[motion.row(release_s + 0.1) : motion.row(release_s + _LANDS_S) + 1]
    start = hips[max(0, motion.row(gather_s) - 2) : motion.row(gather_s) + 3]
    after, start = after[np.isfinite(after)], start[np.isfinite(start)]
    if not len(start) or len(after) * STEP_S < 0.1:
        return UNKNOWN, UNKNOWN
    way = float(after[-5:].mean() - start.mean()) / motion.stature_px
    share = min(abs(facing), 1.0)
    if share >= _SIDE:
        return Estimate(way * float(np.sign(facing)) / share, _LENGTH_SIGMA / share), UNKNOWN
    return UNKNOWN, Estimate(way, _LENGTH_SIGMA)
