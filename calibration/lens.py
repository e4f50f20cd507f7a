"""A lens measured once with a checkerboard: focal length, principal point and distortion."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lens:
    """focal_px, centre_px (x, y) and the division model's two coefficients (see `Camera`), for one image size."""

    image_size: tuple[int, int]
    focal_px: float
    centre_px: tuple[float, float]
    distortion: tuple[float, float]
    error_px: float
