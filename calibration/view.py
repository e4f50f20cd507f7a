"""From pixels to metres on the floor, with what is not known exactly carried through."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from calibration.camera import Camera, FloatArray

PARAMETERS = 10
_GRID = (32, 18)
# Central differences: small against any change that matters, large against rounding.
_STEP = 1e-5


class CourtView:
    """A calibrated camera and the covariance (10, 10) of its fit (`Camera.changed` names the parameters), or None."""

    def __init__(self, camera: Camera, covariance: npt.ArrayLike | None = None) -> None:
        self.camera = camera
        self._grid_px = _pixel_grid(camera.image_size)
        self._grid_m2 = np.zeros((*_GRID[::-1], 2, 2))
        if covariance is not None:
            self._grid_m2 = floor_covariance(camera, np.asarray(covariance), self._grid_px)

    def to_court(
        self, xy_px: npt.NDArray[Any], covariance_px2: npt.NDArray[Any]
    ) -> tuple[FloatArray, FloatArray] | None:
        """A floor point (2,) px and its covariance (2, 2) px^2 to metres, the camera's own uncertainty added.

        To first order. None for a pixel at or above the horizon.
        """
        xy = self.camera.floor(xy_px)
        jacobian = self.camera.floor_jacobian(xy_px)
        if not (np.all(np.isfinite(xy)) and np.all(np.isfinite(jacobian))):
            return None
        own = self._grid_m2[self._cell(xy_px)]
        if not np.all(np.isfinite(own)):
            return None
        return xy, jacobian @ covariance_px2 @ jacobian.T + own

    def _cell(self, xy_px: npt.NDArray[Any]) -> tuple[int, int]:
        """Row and column of the grid's point nearest to a pixel."""
        share = np.asarray(xy_px) / np.array(self.camera.image_size)
        column, row = np.clip(np.floor(share * np.array(_GRID)), 0, np.array(_GRID) - 1).astype(int)
        return int(row), int(column)


def floor_covariance(camera: Camera, covariance: FloatArray, pixels: FloatArray) -> FloatArray:
    """Covariance (..., 2, 2) m^2 of the floor points under pixels (..., 2) due to the camera's own (10, 10)."""
    jacobian = floor_parameter_jacobian(camera, pixels)
    return np.asarray(jacobian @ covariance @ np.swapaxes(jacobian, -1, -2))


def floor_parameter_jacobian(camera: Camera, pixels: FloatArray) -> FloatArray:
    """Change (..., 2, 10) of the floor points under pixels (..., 2) with the camera's parameters."""
    columns = []
    for step in _STEP * np.eye(PARAMETERS):
        there, here = camera.changed(step).floor(pixels), camera.changed(-step).floor(pixels)
        columns.append((there - here) / (2 * _STEP))
    return np.stack(columns, axis=-1)


def _pixel_grid(image_size: tuple[int, int]) -> FloatArray:
    """Middles (rows, columns, 2) px of the grid's cells."""
    x, y = ((np.arange(count) + 0.5) * size / count for count, size in zip(_GRID, image_size, strict=True))
    return np.stack(np.meshgrid(x, y), axis=-1)
