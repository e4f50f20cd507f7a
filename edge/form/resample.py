"""Joints at any time between the frames: a local curve through what was seen near it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from edge.types import FloatArray

# What is further apart than this is not joined, and nothing is told further than this outside what was seen.
LONGEST_GAP_S, _OUTSIDE_S = 0.20, 0.04
# The curve is drawn through what lies within about twice this of a time, or within twice this many frames.
_BAND_S, _BAND_FRAMES = 0.022, 0.75
# Holds the curve straight where few frames say how it bends.
_STIFFNESS = 0.05
# A joint that is in one frame so far (shares of the stature, and a second's motion) from where it is in the frames
# beside it was mistaken for another.
_JUMP, _JUMP_A_S = 0.10, 1.5
# So many times are worked out together.
_BLOCK = 256


def resample(
    times_s: FloatArray, points: FloatArray, weights: FloatArray, at_s: FloatArray
) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """points (T, J, 2) at times_s (T,), NaN where not seen, weights (T, J) >= 0 -> (N, J, 2) at at_s (N,), NaN where
    nothing near was seen; and (N, J) whether it was seen there, rather than filled in.

    Where it was seen: local quadratic regression with a Gaussian kernel, so that a peak keeps its height and what the
    pose network shakes by is smoothed away; in gaps of up to 0.2 s straight lines.
    """
    step_s = float(np.median(np.diff(times_s)))
    band_s = max(_BAND_S, _BAND_FRAMES * step_s)
    curve = np.full((len(at_s), points.shape[1], 2), np.nan)
    for first in range(0, len(at_s), _BLOCK):
        now = at_s[first : first + _BLOCK]
        near = slice(*np.searchsorted(times_s, [now[0] - 5 * band_s, now[-1] + 5 * band_s]))
        curve[first : first + _BLOCK] = _local_quadratic(times_s[near], points[near], weights[near], now, band_s)
    out, present = np.full_like(curve, np.nan), np.zeros(curve.shape[:2], dtype=bool)
    for joint in range(points.shape[1]):
        seen = np.flatnonzero(np.isfinite(points[:, joint, 0]))
        if len(seen) < 2:
            continue
        t = times_s[seen]
        after = np.searchsorted(t, at_s)
        before_s = np.where(after > 0, at_s - t[np.maximum(after - 1, 0)], np.inf)
        after_s = np.where(after < len(t), t[np.minimum(after, len(t) - 1)] - at_s, np.inf)
        gap_s, nearest_s = before_s + after_s, np.minimum(before_s, after_s)
        told = (gap_s <= LONGEST_GAP_S) | (nearest_s <= _OUTSIDE_S)
        present[:, joint] = told & (nearest_s <= 0.75 * step_s)
        # Straight lines end where the frames do, at the last value.
        line = np.stack([np.interp(at_s, t, points[seen, joint, axis]) for axis in (0, 1)], axis=1)
        smooth = np.isfinite(curve[:, joint, 0]) & present[:, joint] & ((gap_s <= 2.5 * step_s) | np.isinf(gap_s))
        out[:, joint] = np.where(smooth[:, None], curve[:, joint], line)
        out[~told, joint] = np.nan
    return out, present


def _local_quadratic(
    times_s: FloatArray, points: FloatArray, weights: FloatArray, at_s: FloatArray, band_s: float
) -> FloatArray:
    """The value at each of at_s of a parabola through the points near it, (N, J, 2)."""
    apart = (times_s[None, :] - at_s[:, None]) / band_s
    kernel = np.exp(-0.5 * apart**2)
    seen = np.isfinite(points[..., 0])
    weight = np.where(seen, weights, 0.0)
    value = np.where(seen[..., None], points, 0.0) * weight[..., None]
    m0, m1, m2, m3, m4 = ((kernel * apart**k) @ weight for k in range(5))
    s0, s1, s2 = (np.einsum("nt,tjc->njc", kernel * apart**k, value) for k in range(3))
    slope, bend = m2 + 0.1 * _STIFFNESS * m0, m4 + _STIFFNESS * m0
    # The normal equations' first unknown, the value itself, by Cramer's rule.
    c0, c1, c2 = slope * bend - m3 * m3, m2 * m3 - m1 * bend, m1 * m3 - slope * m2
    whole = m0 * c0 + m1 * c1 + m2 * c2
    enough = (m0 > 1e-3) & (whole > 1e-12)
    solved = (c0[..., None] * s0 + c1[..., None] * s1 + c2[..., None] * s2) / np.where(enough, whole, 1.0)[..., None]
    return np.asarray(np.where(enough[..., None], solved, np.nan))


def without_jumps(times_s: FloatArray, points: FloatArray, stature_px: float) -> FloatArray:
    """points (T, J, 2) without those that lie far from where the joint is in the two frames before and after."""
    out = points.copy()
    step_s = float(np.median(np.diff(times_s)))
    limit = (_JUMP + _JUMP_A_S * step_s) * stature_px
    padded = np.pad(points, ((2, 2), (0, 0), (0, 0)), constant_values=np.nan)
    around = np.stack([padded[k : k + len(points)] for k in range(5)])
    known = np.isfinite(around[..., 0]).sum(axis=0)
    # NaN is sorted to the end.
    middle_row = np.maximum(known - 1, 0) // 2
    usual = np.take_along_axis(np.sort(around, axis=0), middle_row[None, ..., None], axis=0)[0]
    far = np.hypot(*np.moveaxis(points - usual, -1, 0)) > limit
    out[far & (known >= 4)] = np.nan
    return out
