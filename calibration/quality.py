"""How wrong a calibration is expected to be, over the part of the court that the camera sees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calibration.camera import Camera, FloatArray
from calibration.court import Court
from calibration.fit import Fit
from calibration.view import floor_covariance

_GRID_M = 0.5
_MARGIN_PX = 2.0
# What no fit knows of: a floor that is not flat, marks that are not where the rules put them.
_FLOOR_M = 0.01


@dataclass(frozen=True, slots=True)
class Expected:
    """Floor points (N, 2) m that are seen, the expected distance (N,) cm of each, its median and 95th percentile."""

    court_m: FloatArray
    error_cm: FloatArray
    median_cm: float
    p95_cm: float


def visible_floor(camera: Camera, court: Court) -> tuple[FloatArray, FloatArray]:
    """Grid points (N, 2) m of the watched half court, every 0.5 m, in the picture, and their pixels (N, 2)."""
    x = np.arange(0.0, court.end_m + 1e-9, _GRID_M)
    y = np.arange(-court.width_m / 2, court.width_m / 2 + 1e-9, _GRID_M)
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    image, _ = camera.project(np.column_stack([grid, np.zeros(len(grid))]))
    size = np.array(camera.image_size, dtype=float)
    with np.errstate(invalid="ignore"):
        seen = np.all((image >= _MARGIN_PX) & (image <= size - _MARGIN_PX), axis=1)
    return grid[seen], image[seen]


def expected_error(fit: Fit, court: Court) -> Expected | None:
    """The root of the expected squared distance at every visible floor point; None where none is visible."""
    grid, image = visible_floor(fit.camera, court)
    if len(grid) == 0:
        return None
    covariance = floor_covariance(fit.camera, fit.covariance, image)
    error = 100 * np.sqrt(np.nan_to_num(np.trace(covariance, axis1=1, axis2=2), nan=1e4) + _FLOOR_M**2)
    return Expected(grid, error, float(np.median(error)), float(np.percentile(error, 95)))
