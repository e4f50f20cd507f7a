"""Angles between limbs in space from a picture, as far as it tells them."""

from __future__ import annotations

import math

import numpy as np

from edge.form.motion import PERCENTILE, Motion
from edge.form.skeleton import LIMBS, SHOULDERS, bone_length, trunk_length
from edge.types import Estimate, FloatArray

UNKNOWN = Estimate(float("nan"), float("inf"))
# An angle less sure than this is not told.
_LEAST_SURE_DEG = 15.0
# What a pose network's noise does to an angle; a limb's length is known to these shares of it.
_NOISE_DEG, _FULL = 6.0, (0.92, 1.0)


def limb_lengths(motion: Motion) -> dict[str, float]:
    """Of `LIMBS` and the trunk, by name: the length where it is not foreshortened, px; a usual body's where the clip
    shows less than 8/10 of that, since then it was foreshortened all along."""
    seen = {name: bone_length(motion.points, near, far, PERCENTILE) for name, (near, far, _) in LIMBS.items()}
    usual = {name: share * motion.stature_px for name, (_, _, share) in LIMBS.items()}
    lengths = {name: px if px > 0.8 * usual[name] else usual[name] for name, px in seen.items()}
    return lengths | {"trunk": trunk_length(motion.points, PERCENTILE)}


def joint_angle(
    middle: FloatArray, first: FloatArray, second: FloatArray, first_px: float, second_px: float
) -> Estimate:
    """The angle at a joint between two limbs, deg, 180 = straight; joints (2,) px, the limbs' true lengths px.

    What a limb lacks in the picture it has in depth, towards the camera or away from it, which no picture says. So
    there are two angles: both limbs turned to the same side, or not. Where these are apart, the middle is told as that
    much less sure; where they are too far apart (both limbs point at the camera), nothing is.
    """
    u, v = first - middle, second - middle
    if not (np.isfinite(u).all() and np.isfinite(v).all()):
        return UNKNOWN
    angles = [_turned(u, v, share * first_px, share * second_px, side) for share in _FULL for side in (1, -1)]
    sigma = math.hypot((max(angles) - min(angles)) / 2, _NOISE_DEG)
    return Estimate(sum(angles) / len(angles), sigma) if sigma <= _LEAST_SURE_DEG else UNKNOWN


def _turned(u: FloatArray, v: FloatArray, u_px: float, v_px: float, side: int) -> float:
    """The angle between two limbs of those lengths, both turned to one side (1) or not (-1)."""
    (ux, uy), (vx, vy) = u.tolist(), v.tolist()
    depth_u = math.sqrt(max(u_px**2 - ux * ux - uy * uy, 0.0))
    depth_v = math.sqrt(max(v_px**2 - vx * vx - vy * vy, 0.0))
    size = math.hypot(ux, uy, depth_u) * math.hypot(vx, vy, depth_v)
    cosine = (ux * vx + uy * vy + side * depth_u * depth_v) / max(size, 1e-9)
    return math.degrees(math.acos(min(max(cosine, -1.0), 1.0)))


def surest(*estimates: Estimate) -> Estimate:
    """The one with the least sigma."""
    return min(estimates, key=lambda estimate: estimate.sigma)


def elbow(p: FloatArray, lengths: dict[str, float], side: int) -> Estimate:
    """Joints p (17, 2) px, lengths of `limb_lengths`; side: 0 left, 1 right."""
    return joint_angle(p[7 + side], p[5 + side], p[9 + side], lengths["upper arm"], lengths["forearm"])


def knee(p: FloatArray, lengths: dict[str, float]) -> Estimate:
    """Of the knee that the view tells more of."""
    thigh, shank = lengths["thigh"], lengths["shank"]
    return surest(*(joint_angle(p[13 + side], p[11 + side], p[15 + side], thigh, shank) for side in (0, 1)))


def hip(p: FloatArray, lengths: dict[str, float]) -> Estimate:
    """Between trunk and thigh, of the side that the view tells more of."""
    trunk, thigh = lengths["trunk"], lengths["thigh"]
    return surest(*(joint_angle(p[11 + side], p[SHOULDERS[side]], p[13 + side], trunk, thigh) for side in (0, 1)))
