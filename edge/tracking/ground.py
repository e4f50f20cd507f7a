"""The floor under the boxes: where on the court each one stands, and whether that counts."""

from __future__ import annotations

import numpy as np

from calibration.camera import Camera
from edge.tracking.places import Floor, Places, foot_px
from edge.types import FloatArray

# How far beside the lines somebody still plays, m, and how well a camera knows its floor at best.
_BESIDE_M = 0.5
_FLOOR_SIGMA_M = 0.03
_STEP_PX = 0.05


def floor_under(camera: Camera, low_m: FloatArray, high_m: FloatArray) -> Floor:
    """Where boxes stand on a court between two corners, (2,) m each; people beside it do not count."""
    low, high = np.asarray(low_m) - _BESIDE_M, np.asarray(high_m) + _BESIDE_M

    eye, step = camera.centre, np.array([[0.0, 0.0], [_STEP_PX, 0.0], [0.0, _STEP_PX]])
    least = _FLOOR_SIGMA_M**2 * np.eye(2)

    def places(boxes: FloatArray) -> Places:
        foot, covariance = foot_px(boxes)
        top = foot - (boxes[:, 3:] - boxes[:, 1:2]) * np.array([0.0, 1.0])
        # One ray for each foot, one a little beside and one a little below it, and one for the head.
        rays = camera.ray(np.concatenate([foot + step[:, None], top[None]]))
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = -eye[2] / rays[:3, :, 2:]
            at = np.where(reach > 0, eye[:2] + reach * rays[:3, :, :2], np.nan)
        jacobian = np.stack([at[1] - at[0], at[2] - at[0]], axis=-1) / _STEP_PX
        spread = jacobian @ covariance @ jacobian.transpose(0, 2, 1) + least
        inside = ((at[0] >= low) & (at[0] <= high)).all(axis=1) & np.isfinite(spread).all(axis=(1, 2))
        return Places(at[0], spread, np.ones(len(boxes)), inside, _tall(at[0] - eye[:2], rays[3], float(eye[2])))

    return places


def _tall(away: FloatArray, ray: FloatArray, eye_m: float) -> FloatArray:
    """Log of how tall, in m, who stands at away (N, 2) m from a camera eye_m up is, whose head rays (N, 3) meet."""
    along = (away * ray[:, :2]).sum(axis=1) / np.maximum((ray[:, :2] ** 2).sum(axis=1), 1e-12)
    return np.asarray(np.log(np.clip(eye_m + along * ray[:, 2], 0.3, 3.0)))
