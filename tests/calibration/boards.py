"""Checkerboards seen through a lens of known focal length and distortion, drawn ray by ray."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from calibration.camera import Camera
from calibration.colour import Image

SQUARE_M = 0.1
_FINE = 2


def lens_camera(
    size: tuple[int, int], focal_px: float, centre_px: tuple[float, float], distortion: tuple[float, float]
) -> Camera:
    """A camera at the origin that looks along z."""
    K = np.array([[focal_px, 0, centre_px[0]], [0, focal_px, centre_px[1]], [0, 0, 1.0]])
    return Camera(K, np.eye(3), np.zeros(3), size, distortion)


def draw_board(
    camera: Camera, columns: int, rows: int, middle_m: tuple[float, float, float], turn_deg: tuple[float, float, float]
) -> Image:
    """A board with so many inner corners, its middle at `middle_m` before the camera, turned about x, y and z."""
    turn = cv2.Rodrigues(np.radians(np.array(turn_deg)))[0]
    width, height = camera.image_size
    x, y = ((np.arange(_FINE * side) + 0.5) / _FINE for side in (width, height))
    rays = replace(camera, R=np.eye(3), t=np.zeros(3)).ray(np.stack(np.meshgrid(x, y), axis=-1))
    normal = turn[:, 2]
    reach = (np.array(middle_m) @ normal) / (rays @ normal)
    at = (reach[..., None] * rays - np.array(middle_m)) @ turn[:, :2] / SQUARE_M
    column, row = at[..., 0] + (columns + 1) / 2, at[..., 1] + (rows + 1) / 2
    inside = (column > 0) & (column < columns + 1) & (row > 0) & (row < rows + 1)
    sheet = (column > -0.8) & (column < columns + 1.8) & (row > -0.8) & (row < rows + 1.8) & (reach > 0)
    with np.errstate(invalid="ignore"):
        dark = inside & ((np.floor(column) + np.floor(row)) % 2 == 0)
    level = np.where(sheet, np.where(dark, 30.0, 225.0), 110.0)
    grey = level.reshape(height, _FINE, width, _FINE).mean(axis=(1, 3))
    return np.asarray(grey[..., None].repeat(3, axis=2), dtype=np.uint8)


POSES: tuple[tuple[tuple[float, float, float], tuple[float, float, float]], ...] = (
    ((0.0, 0.0, 1.0), (0.0, 0.0, 0.0)),
    ((-0.35, -0.2, 1.1), (25.0, -15.0, 5.0)),
    ((0.4, -0.2, 1.2), (20.0, 30.0, -10.0)),
    ((-0.4, 0.25, 1.2), (-30.0, -25.0, 10.0)),
    ((0.4, 0.25, 1.1), (-25.0, 20.0, 0.0)),
    ((0.0, 0.0, 0.8), (35.0, 0.0, 20.0)),
    ((0.1, 0.0, 0.9), (0.0, -40.0, -5.0)),
)


def draw_boards(camera: Camera, columns: int = 7, rows: int = 5, count: int = len(POSES)) -> list[Image]:
    """Boards all over the picture."""
    return [draw_board(camera, columns, rows, *pose) for pose in POSES[:count]]
