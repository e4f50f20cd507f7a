"""Feet: where a player stands on the court, by the box, the pose, both, or equation 6."""

from __future__ import annotations

import numpy as np

from calibration.camera import Camera
from calibration.view import CourtView
from edge.tracking.places import STATURE_M
from edge.types import FloatArray

_ANKLES = (15, 16)
_KEYPOINT_CONFIDENCE = 0.3
# How well a box tells where the feet are, in heights.
_BOX_SIGMA = 0.02
# Ankles are over the floor; what touches it lowest in a picture are the toes of the nearer foot, and a body stands
# that much behind them.
ANKLE_M = 0.09
_BEHIND_TOES_M = 0.1
# Between the box's lower edge and the lower ankle the foot that stands is best told by both.
_ANKLE_SHARE = 0.6


def stand(view: CourtView, box: FloatArray, keypoints: FloatArray | None) -> tuple[FloatArray, FloatArray] | None:
    """Where somebody stands, (2,) m, and the covariance (2, 2) m^2; None at the horizon.

    box (4,) xyxy px; keypoints (17, 3) or None. From the box's lower edge, and where a pose was taken from its ankles:
    across they tell the middle between the feet, down the lower one tells which foot is on the floor.
    """
    height = float(box[3] - box[1])
    ankles = _ankles(keypoints)
    x = float(box[0] + box[2]) / 2 if ankles is None else float(ankles[:, 0].mean())
    sigma_x = (2 * _BOX_SIGMA if ankles is None else _BOX_SIGMA) * height
    found = view.to_court(np.array([x, float(box[3])]), np.diag([sigma_x**2, (_BOX_SIGMA * height) ** 2]))
    if found is None:
        return None
    xy, covariance = found
    if ankles is not None:
        by_ankle = view.camera.floor(np.array([x, float(ankles[:, 1].max())]), ANKLE_M)
        if np.all(np.isfinite(by_ankle)):
            xy = xy + _ANKLE_SHARE * (by_ankle - xy)
    away = xy - view.camera.centre[:2]
    return xy + _BEHIND_TOES_M * away / max(float(np.hypot(*away)), _BEHIND_TOES_M), covariance


def foot_by_box(camera: Camera, box: FloatArray) -> FloatArray:
    """The floor (2,) m under the middle of a box's lower edge, box (4,) xyxy px."""
    return camera.floor(np.array([(box[0] + box[2]) / 2, box[3]]))


def foot_by_pose(camera: Camera, ankles_px: FloatArray) -> FloatArray:
    """The floor (2,) m under the middle between two ankles (2, 2) px."""
    return camera.floor(ankles_px.mean(axis=0), ANKLE_M)


def foot_by_stature(camera: Camera, box: FloatArray, stature_m: float = STATURE_M) -> FloatArray:
    """Equation 6 (Calculating the Coordinates of Players' Feet), (2,) m, from box (4,) xyxy px.

    As printed its units do not match: (player_y - height_temp) / focal_length * height_real. It is read here as the
    similar triangles that it names: somebody who is height_real tall and whose box's middle is seen at player_y stands
    where the ray through that pixel is half as high above the floor. The camera's ray does the division by the focal
    length, and also turns with the camera's tilt, which the equation leaves out.
    """
    return camera.floor((box[:2] + box[2:]) / 2, stature_m / 2)


def _ankles(keypoints: FloatArray | None) -> FloatArray | None:
    """Both ankles (2, 2) px where both were seen."""
    if keypoints is None:
        return None
    ankles = keypoints[list(_ANKLES)]
    sure = np.isfinite(ankles).all() and (ankles[:, 2] > _KEYPOINT_CONFIDENCE).all()
    return np.asarray(ankles[:, :2]) if sure else None
