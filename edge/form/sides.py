"""Which hand shoots, and which way the shooter looks in the picture."""

from __future__ import annotations

from typing import Literal

import numpy as np

from edge.form.skeleton import ANKLES, ELBOWS, HIPS, KNEES, LEFT_EAR, NOSE, RIGHT_EAR, SHOULDERS, WRISTS, middle
from edge.types import FloatArray

Hand = Literal["left", "right"]

# The arms are compared from .. to, seconds after the release.
_FOLLOWED_S = (0.03, 0.30)
# Nine of ten shoot with the right hand, and a pose network takes one arm for the other more often than that, for whole
# clips: so much evidence is needed for a left one. Right-handers of real videos come to -2.9 at worst, left-handers of
# virtual play, where nothing is mistaken, to -3.2 and more; so who is known to be left-handed should be told to be.
_MOST_ARE_RIGHT = 3.0
# What counts as a clear difference between the arms: bends of the elbows (deg); statures from the shoulder to the
# wrist, forward, and up; wrists' speeds (statures a second).
_BEND_DEG, _REACH, _FORWARD, _HEIGHT, _SPEED = 30.0, 0.06, 0.08, 0.08, 1.0
# How far, in statures, what lies ahead of the body is when it is seen from the side: the hands with the ball ahead of
# the shoulders, the nose ahead of the ears, the knees ahead of hips and ankles.
_HANDS_AHEAD, _NOSE_AHEAD, _KNEES_AHEAD = 0.16, 0.055, 0.06
# From one shoulder to the other, body heights, as pose networks place them.
_SHOULDERS_WIDE = 0.2
# Of a ball's way in the first moments, so much goes along the floor.
_LEVEL_SHARE, _FLOWN_S = 0.62, 0.30


def shooting_hand(
    times_s: FloatArray, points: FloatArray, release_s: float, stature_px: float, looks: float
) -> tuple[Hand, float]:
    """points (T, 17, 2) px, looks: `facing` -> the hand that shoots, and how clearly so, 0..1.

    After the release the shooting arm is the straighter one and goes on further towards the ring; its wrist was the
    quicker one at the release. The other hand may stay as high.
    """
    after = (times_s >= release_s + _FOLLOWED_S[0]) & (times_s <= release_s + _FOLLOWED_S[1])
    about = np.abs(times_s - release_s) <= 0.07
    bends = np.stack([elbow_deg(points, side) for side in (0, 1)], axis=1)
    wrists, shoulders = points[:, WRISTS] / stature_px, points[:, SHOULDERS] / stature_px
    reach = np.linalg.norm(wrists - shoulders, axis=2)
    speeds = np.gradient(-wrists[..., 1], times_s, axis=0) if len(times_s) > 2 else np.zeros_like(reach)
    evidence = [
        1.5 * _mean((bends[after, 1] - bends[after, 0]) / _BEND_DEG),
        _mean((reach[after, 1] - reach[after, 0]) / _REACH),
        _mean((wrists[after, 1, 0] - wrists[after, 0, 0]) * np.clip(looks, -1, 1) / _FORWARD),
        0.5 * _mean((wrists[after, 0, 1] - wrists[after, 1, 1]) / _HEIGHT),
        0.5 * _mean((bends[about, 1] - bends[about, 0]) / _BEND_DEG),
        0.5 * _mean((speeds[about, 1] - speeds[about, 0]) / _SPEED),
    ]
    total = _MOST_ARE_RIGHT + float(np.clip(evidence, -2.0, 2.0).sum())
    return ("left" if total < 0 else "right"), float(min(abs(total) / 2.0, 1.0))


def elbow_deg(points: FloatArray, side: int) -> FloatArray:
    """points (T, 17, 2) -> (T,): the angle at an elbow in the picture, 180 = straight."""
    upper = points[:, SHOULDERS[side]] - points[:, ELBOWS[side]]
    lower = points[:, WRISTS[side]] - points[:, ELBOWS[side]]
    cross = upper[:, 0] * lower[:, 1] - upper[:, 1] * lower[:, 0]
    return np.asarray(np.degrees(np.abs(np.arctan2(cross, (upper * lower).sum(axis=1)))))


def facing(
    times_s: FloatArray, points: FloatArray, ball: FloatArray, gather_s: float, release_s: float, stature_px: float
) -> float:
    """Which way the shooter looks: 1 to the picture's right, -1 to its left, about 0 towards or away from the camera.

    points (T, 17, 2), ball (T, 2) px, NaN where not seen. From where the ball flies, and where hands, nose and knees
    are ahead of the body; each says about the sine of the angle that the view makes with the way he looks.
    """
    during = (times_s >= gather_s - 1e-6) & (times_s <= release_s + 1e-6)
    p = points[during]
    legs = (middle(p, HIPS) + middle(p, ANKLES)) / 2
    says = [
        (1.0, _mean((middle(p, WRISTS) - middle(p, SHOULDERS))[:, 0]) / (_HANDS_AHEAD * stature_px)),
        (0.7, _mean(p[:, NOSE, 0] - middle(p, (LEFT_EAR, RIGHT_EAR))[:, 0]) / (_NOSE_AHEAD * stature_px)),
        (
            0.5,
            _mean((middle(p, KNEES) - legs)[:, 0]) / (_KNEES_AHEAD * stature_px),
        ),
        (2.0, _flight(times_s, ball, release_s, stature_px)),
    ]
    known = [(weight, float(np.clip(value, -1.3, 1.3))) for weight, value in says if value != 0.0]
    return sum(weight * value for weight, value in known) / max(sum(weight for weight, _ in known), 1e-9)


def seen_from(pose: FloatArray, looks: float) -> float:
    """From where he is seen, rad: 0 = from in front, pi/2 = from the side, pi = from behind.

    pose (T, 17, 2), x to the right, in body heights; looks: `facing`. His right shoulder is on the picture's left from
    in front, and on its right from behind."""
    widths = pose[:, SHOULDERS[1], 0] - pose[:, SHOULDERS[0], 0]
    widths = widths[np.isfinite(widths)]
    across = float(np.median(widths)) / _SHOULDERS_WIDE if len(widths) else 0.0
    return float(np.arctan2(np.clip(looks, -1, 1), -np.clip(across, -1, 1)))


def _flight(times_s: FloatArray, ball: FloatArray, release_s: float, stature_px: float) -> float:
    """How much of the ball's way after the release goes to the picture's right; 0 where it was not seen."""
    flown = (times_s >= release_s) & (times_s <= release_s + _FLOWN_S) & np.isfinite(ball[:, 0])
    if flown.sum() < 3:
        return 0.0
    way = ball[flown][-1] - ball[flown][0]
    length = float(np.hypot(way[0], way[1]))
    return float(way[0]) / length / _LEVEL_SHARE if length > 0.15 * stature_px else 0.0


def _mean(values: FloatArray) -> float:
    values = values[np.isfinite(values)]
    return float(values.mean()) if len(values) else 0.0
