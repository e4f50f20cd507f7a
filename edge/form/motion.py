"""A player's joints and the ball on an even clock of 100 Hz, whatever the frames' clock was."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from edge.form.resample import resample, without_jumps
from edge.form.skeleton import (
    LIMBS,
    SHANK,
    SHOULDERS,
    THIGH,
    TRUNK,
    WRISTS,
    bone_length,
    middle,
    seen_only,
    trunk_length,
)
from edge.form.swaps import unswapped
from edge.types import FloatArray

STEP_S = 0.01
LEAST_CONFIDENCE = 0.2
# Limbs foreshorten, so an upper percentile; not the uppermost, as noise lengthens.
PERCENTILE = 80.0


@dataclass(frozen=True, slots=True)
class Motion:
    """times_s (G,) every 10 ms; points (G, 17, 2) px, NaN where a joint is not known; seen (T, 17, 2) px and frames_s
    (T,): as the frames had it, without jumps; ball (T, 2) px on the frames, NaN where not seen; stature_px."""

    times_s: FloatArray
    points: FloatArray
    frames_s: FloatArray
    seen: FloatArray
    ball: FloatArray
    stature_px: float

    def raised(self, side: int) -> FloatArray:
        """(G,): how high a wrist is above the shoulders' middle, in statures."""
        return np.asarray((middle(self.points, SHOULDERS)[:, 1] - self.points[:, WRISTS[side], 1]) / self.stature_px)

    def hands_y(self) -> FloatArray:
        """(G,): how high the wrists' middle is in the picture, in statures; where one is not seen, the other."""
        return np.asarray(-middle(self.points, WRISTS)[:, 1] / self.stature_px)

    def between(self, begin_s: float, end_s: float) -> Motion:
        """The same from one time to another."""
        rows = slice(self.row(begin_s), self.row(end_s) + 1)
        frames = slice(*np.searchsorted(self.frames_s, [begin_s - 1e-9, end_s + 1e-9]))
        return replace(
            self, times_s=self.times_s[rows], points=self.points[rows], frames_s=self.frames_s[frames],
            seen=self.seen[frames], ball=self.ball[frames],
        )  # fmt: skip

    def row(self, time_s: float) -> int:
        """The row of a time, the nearest there is."""
        return int(np.clip(round((time_s - float(self.times_s[0])) / STEP_S), 0, len(self.times_s) - 1))


def open_motion(
    times_s: FloatArray, keypoints: FloatArray, ball: FloatArray | None, stature_px: float | None = None
) -> Motion:
    """times_s (T,), keypoints (T, 17, 3), ball (T, 2) or None; stature_px where it is known, else from the joints."""
    seen = seen_only(keypoints, LEAST_CONFIDENCE)
    rough = body_px(seen, float("nan")) if stature_px is None else stature_px
    if np.isfinite(rough):
        seen = without_jumps(times_s, unswapped(seen, rough), rough)
    grid = np.arange(float(times_s[0]), float(times_s[-1]) + STEP_S / 2, STEP_S)
    points, _ = resample(times_s, seen, np.nan_to_num(keypoints[..., 2]), grid)
    where = np.full((len(times_s), 2), np.nan) if ball is None else ball
    # Smoothed joints tell lengths better: noise makes limbs longer.
    return Motion(grid, points, times_s, seen, where, body_px(points, rough) if stature_px is None else stature_px)


def body_px(points: FloatArray, stature_px: float) -> float:
    """The player's height in the picture, px, from trunk and legs (T, 17, 2), which stand upright for most of a clip;
    from the trunk alone, or `stature_px`, where they were not seen."""
    parts = (
        (trunk_length(points, PERCENTILE), TRUNK),
        (bone_length(points, *LIMBS["thigh"][:2], PERCENTILE), THIGH),
        (bone_length(points, *LIMBS["shank"][:2], PERCENTILE), SHANK),
    )
    if all(np.isfinite(length) for length, _ in parts):
        return sum(length for length, _ in parts) / sum(share for _, share in parts)
    if np.isfinite(parts[0][0]):
        return parts[0][0] / TRUNK
    return stature_px
