"""What is known of one camera and its court, checked field by field."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator, model_validator

from calibration.camera import Camera, FloatArray
from calibration.court import Court, CourtError, find_court
from calibration.view import PARAMETERS, CourtView

SCHEMA_VERSION = 2


class CalibrationError(Exception):
    """The calibration cannot be used or made; the message names the file or the reason and what to do."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class RimBox(_Part):
    """The ring's ellipse in the image: upper left corner, width and height, px; `frame`: the frame of a recording with
    a moving camera that these pixels belong to."""

    x: float
    y: float
    width: float = Field(gt=1)
    height: float = Field(gt=0)
    frame: int = Field(0, ge=0)


class CameraModel(_Part):
    """K (3, 3), R (3, 3) world to camera, t (3,) metres, distortion as in `Camera`, covariance (10, 10) of the fit."""

    K: list[list[float]]
    R: list[list[float]]
    t: list[float]
    distortion: tuple[float, float] = (0.0, 0.0)
    covariance: list[list[float]] | None = None

    @field_validator("K", "R")
    @classmethod
    def _three_by_three(cls, value: list[list[float]]) -> list[list[float]]:
        if _shape(value) != (3, 3):
            raise ValueError("must be three rows of three finite numbers")
        return value

    @field_validator("K")
    @classmethod
    def _pinhole(cls, value: list[list[float]]) -> list[list[float]]:
        (focal_x, skew, _), (zero, focal_y, _), last = value
        if not (focal_x > 0 and focal_y > 0 and skew == zero == 0 and last == [0, 0, 1]):
            raise ValueError("must be [f, 0, cx], [0, f, cy], [0, 0, 1] with f above 0")
        return value

    @field_validator("R")
    @classmethod
    def _rotation(cls, value: list[list[float]]) -> list[list[float]]:
        matrix = np.array(value)
        if not np.allclose(matrix @ matrix.T, np.eye(3), atol=1e-4) or np.linalg.det(matrix) < 0:
            raise ValueError("must be a rotation matrix")
        return value

    @field_validator("t")
    @classmethod
    def _three(cls, value: list[float]) -> list[float]:
        if _shape(value) != (3,):
            raise ValueError("must be three finite numbers")
        return value

    @field_validator("covariance")
    @classmethod
    def _covariance(cls, value: list[list[float]] | None) -> list[list[float]] | None:
        if value is not None and _shape(value) != (PARAMETERS, PARAMETERS):
            raise ValueError(f"must be {PARAMETERS} rows of {PARAMETERS} finite numbers")
        if value is not None and not _is_covariance(np.array(value)):
            raise ValueError("must be symmetric, with no variance below 0")
        return value


class Landmark(_Part):
    """A cone or a tapped point: where it was seen, px, where it stands, m, and how far the fit is from it, px."""

    name: str
    x: float
    y: float
    court_x_m: float
    court_y_m: float
    residual_px: float = Field(ge=0)


class Quality(_Part):
    """What the calibration says of itself: expected error over the visible part of the half court."""

    verdict: Literal["good", "usable"]
    error_median_cm: float = Field(ge=0)
    error_p95_cm: float = Field(ge=0)
    line_share: float = Field(ge=0, le=1, description="Share of the court's visible lines that were found.")
    detail: str


class Calibration(_Part):
    """What one camera knows of its court. Only the rim is needed to find shots; with `camera` players stand on the
    court in metres and points above the floor can be projected."""

    schema_version: Literal[2] = 2
    created: AwareDatetime | None = None
    image_size: tuple[int, int]
    rim: RimBox | None = None
    court: str = "fiba"
    court_changes: dict[str, float] = Field(default_factory=dict)
    camera: CameraModel | None = None
    landmarks: tuple[Landmark, ...] = ()
    quality: Quality | None = None

    @model_validator(mode="after")
    def _known_court(self) -> Calibration:
        try:
            find_court(self.court, self.court_changes)
        except CourtError as error:
            raise ValueError(str(error)) from None
        return self

    @field_validator("image_size")
    @classmethod
    def _size(cls, value: tuple[int, int]) -> tuple[int, int]:
        if min(value) < 1:
            raise ValueError("must be width and height in pixels")
        return value

    @property
    def status(self) -> str:
        """`uncalibrated`, `rim-only` or `calibrated`."""
        if self.camera is not None:
            return "calibrated"
        return "rim-only" if self.rim is not None else "uncalibrated"

    def court_model(self) -> Court:
        """The court's dimensions."""
        return find_court(self.court, self.court_changes)

    def camera_model(self) -> Camera | None:
        """The camera, or None where only the rim is known."""
        if self.camera is None:
            return None
        known = self.camera
        return Camera(np.array(known.K), np.array(known.R), np.array(known.t), self.image_size, known.distortion)

    def view(self) -> CourtView | None:
        """From pixels to metres, or None where only the rim is known."""
        camera = self.camera_model()
        return None if camera is None or self.camera is None else CourtView(camera, self.camera.covariance)


def from_camera(
    camera: Camera, rim: RimBox | None, court: str, covariance: np.ndarray | None = None, **more: Any
) -> Calibration:
    """The calibration of a camera in space. more: further fields of `Calibration`."""
    model = CameraModel(
        K=camera.K.tolist(),
        R=camera.R.tolist(),
        t=camera.t.tolist(),
        distortion=camera.distortion,
        covariance=None if covariance is None else covariance.tolist(),
    )
    return Calibration(image_size=camera.image_size, rim=rim, court=court, camera=model, **more)


def ring_box(camera: Camera, court: Court) -> RimBox | None:
    """The box around the projected ring, or None where the camera does not see all of it."""
    ring, _ = camera.project(court.ring())
    (x0, y0), (x1, y1) = ring.min(axis=0), ring.max(axis=0)
    width, height = camera.image_size
    if not (np.all(np.isfinite(ring)) and x0 >= 0 and y0 >= 0 and x1 <= width and y1 <= height):
        return None
    if x1 - x0 <= 1 or y1 - y0 <= 0:
        return None
    return RimBox(x=float(x0), y=float(y0), width=float(x1 - x0), height=float(y1 - y0))


def _is_covariance(matrix: FloatArray) -> bool:
    """Whether a matrix (N, N) is symmetric, but for rounding, and has no variance below 0."""
    variance = np.diagonal(matrix)
    if np.any(variance < 0):
        return False
    rounding = 1e-3 * np.sqrt(np.outer(variance, variance)) + 1e-12 * variance.max()
    return bool(np.all(np.abs(matrix - matrix.T) <= rounding))


def _shape(value: Any) -> tuple[int, ...]:
    try:
        array = np.array(value, dtype=float)
    except (TypeError, ValueError, OverflowError):
        return ()
    return array.shape if np.all(np.isfinite(array)) else ()
