"""The 17 COCO joints, the bones between them, and how long these are in a body of usual build."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from edge.types import FloatArray

JOINTS = 17
NOSE, LEFT_EAR, RIGHT_EAR = 0, 3, 4
HEAD = (0, 1, 2, 3, 4)
# Left and right.
SHOULDERS, ELBOWS, WRISTS, HIPS, KNEES, ANKLES = (5, 6), (7, 8), (9, 10), (11, 12), (13, 14), (15, 16)
EXCHANGED: npt.NDArray[np.int_] = np.array([0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15])
"""Of each joint the same on the other side of the body."""
JOINT_NAMES = (
    "nose", "left eye", "right eye", "left ear", "right ear", "left shoulder", "right shoulder", "left elbow",
    "right elbow", "left wrist", "right wrist", "left hip", "right hip", "left knee", "right knee", "left ankle",
    "right ankle",
)  # fmt: skip

# Lengths as shares of body height (Drillis and Contini 1966; shoulder and hip joints as a pose network marks them).
TRUNK, UPPER_ARM, FOREARM, THIGH, SHANK = 0.274, 0.182, 0.150, 0.245, 0.239
LIMBS: dict[str, tuple[tuple[int, int], tuple[int, int], float]] = {
    "upper arm": (SHOULDERS, ELBOWS, UPPER_ARM),
    "forearm": (ELBOWS, WRISTS, FOREARM),
    "thigh": (HIPS, KNEES, THIGH),
    "shank": (KNEES, ANKLES, SHANK),
}
"""By name: the joints at the near end, at the far end, and the length; from the trunk outwards."""


def middle(points: FloatArray, pair: tuple[int, int]) -> FloatArray:
    """(..., 17, C) -> (..., C): halfway between a left and a right joint; where only one is known, that one."""
    left, right = points[..., pair[0], :], points[..., pair[1], :]
    both = (left + right) / 2
    return np.asarray(np.where(np.isfinite(both), both, np.where(np.isfinite(left), left, right)))


def seen_only(keypoints: FloatArray, least_confidence: float) -> FloatArray:
    """(T, 17, 3) -> (T, 17, 2) px, NaN for what was not seen or is hardly sure."""
    known = keypoints[..., 2:] >= least_confidence
    return np.asarray(np.where(known, keypoints[..., :2], np.nan), dtype=np.float64)


def bone_length(points: FloatArray, near: tuple[int, int], far: tuple[int, int], percentile: float) -> float:
    """How long a limb is: an upper percentile of its lengths in the picture, left and right taken together.

    points (T, 17, 2). What points at the camera looks shorter than it is, never longer. NaN where it was never seen.
    """
    lengths = np.concatenate([np.hypot(*(points[:, a] - points[:, b]).T) for a, b in zip(near, far, strict=True)])
    lengths = lengths[np.isfinite(lengths)]
    return float(np.percentile(lengths, percentile)) if len(lengths) else float("nan")


def trunk_length(points: FloatArray, percentile: float) -> float:
    """From the hips' middle to the shoulders', as `bone_length`."""
    lengths = np.hypot(*(middle(points, SHOULDERS) - middle(points, HIPS)).T)
    lengths = lengths[np.isfinite(lengths)]
    return float(np.percentile(lengths, percentile)) if len(lengths) else float("nan")
