"""Where a player stands on the court: the point of ground contact through the homography."""

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


def to_court(
    xy_px: FloatArray, covariance_px2: FloatArray, court_from_image: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """A floor point (2,) px and its covariance to metres, to first order of the homography (3, 3)."""
    u, v, w = court_from_image @ np.array([xy_px[0], xy_px[1], 1.0])
    jacobian = (court_from_image[:2, :2] - np.outer([u / w, v / w], court_from_image[2, :2])) / w
    return np.array([u / w, v / w]), jacobian @ covariance_px2 @ jacobian.T
