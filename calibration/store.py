"""The calibration file: one JSON per court, checked whenever it is read, replaced atomically when it is written."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from calibration.camera import Camera
from calibration.court import COURTS


class CalibrationError(Exception):
    """The calibration file cannot be used; the message names the file and what to do."""


class RimBox(BaseModel):
    """The ring's ellipse in the image: upper left corner, width and height, px; `frame`: the frame of a recording with
    a moving camera that these pixels belong to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    x: float
    y: float
    width: float = Field(gt=1)
    height: float = Field(gt=0)
    frame: int = Field(0, ge=0)


class CameraModel(BaseModel):
    """K (3, 3), R (3, 3) world to camera, t (3,) metres."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    K: list[list[float]]
    R: list[list[float]]
    t: list[float]

    @field_validator("K", "R")
    @classmethod
    def _three_by_three(cls, value: list[list[float]]) -> list[list[float]]:
        if np.shape(value) != (3, 3) or not np.all(np.isfinite(value)):
            raise ValueError("must be three rows of three finite numbers")
        return value

    @field_validator("t")
    @classmethod
    def _three(cls, value: list[float]) -> list[float]:
        if np.shape(value) != (3,) or not np.all(np.isfinite(value)):
            raise ValueError("must be three finite numbers")
        return value


class Calibration(BaseModel):
    """What one camera knows of its court. Only the rim is needed to find shots; with `court_from_image` players stand
    on the court in metres; with `camera` points above the floor can be projected as well."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = 1
    image_size: tuple[int, int]
    rim: RimBox | None = None
    court: str = "fiba"
    court_from_image: list[list[float]] | None = None
    camera: CameraModel | None = None

    @field_validator("court")
    @classmethod
    def _known_court(cls, value: str) -> str:
        if value not in COURTS:
            raise ValueError(f"unknown court {value!r}; known: {', '.join(sorted(COURTS))}")
        return value

    @field_validator("court_from_image")
    @classmethod
    def _invertible(cls, value: list[list[float]] | None) -> list[list[float]] | None:
        if value is None:
            return None
        if np.shape(value) != (3, 3) or not np.all(np.isfinite(value)) or abs(np.linalg.det(value)) < 1e-12:
            raise ValueError("must be an invertible matrix of three rows of three finite numbers")
        return value

    @property
    def status(self) -> str:
        """`uncalibrated`, `rim-only` or `calibrated`."""
        if self.court_from_image is not None:
            return "calibrated"
        return "rim-only" if self.rim is not None else "uncalibrated"

    def homography(self) -> npt.NDArray[np.float64] | None:
        """`court_from_image` as (3, 3), or None."""
        return None if self.court_from_image is None else np.array(self.court_from_image)


def from_camera(camera: Camera, rim: RimBox | None, court: str) -> Calibration:
    """The whole calibration of a camera that is known exactly (the virtual gym's)."""
    return Calibration(
        image_size=camera.image_size,
        rim=rim,
        court=court,
        court_from_image=camera.court_from_image().tolist(),
        camera=CameraModel(K=camera.K.tolist(), R=camera.R.tolist(), t=camera.t.tolist()),
    )


def load(path: Path) -> Calibration:
    """Read and check a calibration file. Raises CalibrationError in one line."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Calibration.model_validate(data)
    except FileNotFoundError:
        raise CalibrationError(f"{path}: no such calibration file; make one with 'courtside calibrate rim'") from None
    except (OSError, UnicodeDecodeError) as error:
        raise CalibrationError(f"{path}: cannot be read: {error}") from None
    except json.JSONDecodeError as error:
        raise CalibrationError(f"{path}: not JSON ({error.msg} in line {error.lineno}); calibrate again") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "file"
        raise CalibrationError(f"{path}: {where}: {first['msg']}; calibrate again") from None


def save(path: Path, calibration: Calibration) -> None:
    """Write the file atomically: a power cut leaves the old file or the new one, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(calibration.model_dump_json(indent=2) + "\n")
            file.flush()
            os.fsync(file.fileno())
            # Made for its owner alone; the service that reads it may run under an account of its own.
            os.fchmod(file.fileno(), 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
