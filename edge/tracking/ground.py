"""Where a player stands on the court: the point of ground contact."""

from __future__ import annotations

import numpy as np

from calibration.camera import Camera
from edge.tracking.places import Floor, Places, foot_px
from edge.types import FloatArray

_ANKLES = (15, 16)
_KEYPOINT_CONFIDENCE = 0.3
# How well a box tells where the feet are, in heights.
_BOX_SIGMA = 0.02
# How far beside the lines somebody still plays, m, and how well a camera knows its floor at best.
_BESIDE_M = 0.5
_FLOOR_SIGMA_M = 0.03


def floor_under(camera: Camera, low_m: FloatArray, high_m: FloatArray) -> Floor:
    """Where boxes stand on a court between two corners, (2,) m each; people beside it do not count."""
    low, high = np.asarray(low_m) - _BESIDE_M, np.asarray(high_m) + _BESIDE_M

    def places(boxes: FloatArray) -> Places:
        foot, covariance = foot_px(boxes)
        xy, jacobian = camera.floor(foot), camera.floor_jacobian(foot)
        spread = jacobian @ covariance @ np.swapaxes(jacobian, 1, 2) + _FLOOR_SIGMA_M**2 * np.eye(2)
        inside = np.all((xy >= low) & (xy <= high), axis=1) & np.all(np.isfinite(spread), axis=(1, 2))
        # How many metres a px is across tells how tall who stands there is.
        tall = np.log((boxes[:, 3] - boxes[:, 1]) * np.hypot(jacobian[:, 0, 0], jacobian[:, 1, 0]))
        return Places(xy, spread, np.ones(len(boxes)), np.asarray(inside), tall)

    return places


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
