"""Where a player stands on the court: the point of ground contact."""

from __future__ import annotations

import numpy as np

from edge.types import FloatArray

_ANKLES = (15, 16)
_KEYPOINT_CONFIDENCE = 0.3
# How well a box tells where the feet are, in heights.
_BOX_SIGMA = 0.02


def ground_contact(box: FloatArray, keypoints: FloatArray | None) -> tuple[FloatArray, FloatArray]:
    """The point between the feet, (2,) px, and its covariance (2, 2) px^2.

    Across, the ankles tell it best where a pose was taken; down, the box's lower edge does.
    """
    height = float(box[3] - box[1])
    x, sigma_x = float(box[0] + box[2]) / 2, 2 * _BOX_SIGMA * height
    if keypoints is not None:
        ankles = keypoints[list(_ANKLES)]
        if (ankles[:, 2] > _KEYPOINT_CONFIDENCE).all():
            x, sigma_x = float(ankles[:, 0].mean()), _BOX_SIGMA * height
    return np.array([x, float(box[3])]), np.diag([sigma_x**2, (_BOX_SIGMA * height) ** 2])
