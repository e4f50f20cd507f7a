"""The calibration file: one JSON per court, checked whenever it is read, replaced atomically, the earlier ones kept."""

from __future__ import annotations

import json
import os
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from calibration.files import earlier_files, forget, keep, reference_path, scene_aside, write_atomically
from calibration.homography import camera_from_homography
from calibration.model import (
    SCHEMA_VERSION,
    Calibration,
    CalibrationError,
    _shape,
)


def load(path: Path) -> Calibration:
    """Read and check a calibration file; one of an older version is brought up to date. Raises CalibrationError."""
    again = "calibrate again, or bring the previous one back with 'courtside calibrate undo'"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CalibrationError(f"{path}: no such calibration file; make one with 'courtside calibrate'") from None
    except UnicodeDecodeError:
        raise CalibrationError(f"{path}: not JSON (it is not text); {again}") from None
    except OSError as error:
        raise CalibrationError(f"{path}: cannot be read: {error}") from None
    except json.JSONDecodeError as error:
        raise CalibrationError(f"{path}: not JSON ({error.msg} in line {error.lineno}); {again}") from None
    except (RecursionError, ValueError):  # nested as deep, or a number as long, as nobody writes
        raise CalibrationError(f"{path}: is not a calibration; {again}") from None
    try:
        return Calibration.model_validate(_up_to_date(path, data))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise CalibrationError(f"{path}: {where + ': ' if where else ''}{first['msg']}; {again}") from None


def save(path: Path, calibration: Calibration) -> None:
    """Write the file atomically: a power cut leaves the old file or the new one, never half of one.

    The file that was there goes into `history_folder`, whatever it holds, and so does its picture of the scene, which
    stays in place as well only where the camera is the same. Raises OSError, and then what was there is there still.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = keep(path)
    try:
        with nullcontext() if _same_camera(path, calibration) else scene_aside(path):
            _write(path, calibration)
    except BaseException:
        if kept is not None:
            forget(kept)
        raise


def undo(path: Path) -> Path:
    """Put the newest usable earlier calibration back in its place, its picture of the scene with it; returns the file
    it came from.

    What stood there before goes, so that doing it again leads further back. Raises CalibrationError where there is no
    earlier one, OSError.
    """
    for earlier in earlier_files(path):
        try:
            calibration = load(earlier)
        except CalibrationError:
            continue
        with scene_aside(path):
            _write(path, calibration)
        # It is back whatever happens now: whoever watches the camera makes a picture of its own where none comes back.
        with suppress(OSError):
            os.replace(reference_path(earlier), reference_path(path))
        with suppress(OSError):
            earlier.unlink()
        return earlier
    raise CalibrationError(f"{path}: no earlier calibration to go back to; make one with 'courtside calibrate'")


def _write(path: Path, calibration: Calibration) -> None:
    write_atomically(path, (calibration.model_dump_json(indent=2) + "\n").encode())


def _same_camera(path: Path, calibration: Calibration) -> bool:
    """Whether the file holds the very camera, so that its picture of the scene is right for the calibration too."""
    try:
        known = load(path)
    except CalibrationError:
        return False
    return (known.image_size, known.camera) == (calibration.image_size, calibration.camera)


def _up_to_date(path: Path, data: Any) -> Any:
    """The content of a file of any version that was ever written, as the newest. Raises CalibrationError."""
    version = data.get("schema_version", 1) if isinstance(data, dict) else SCHEMA_VERSION
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise CalibrationError(
            f"{path}: is of version {version}, made by a newer courtside (this one knows {SCHEMA_VERSION}): "
            "update this box or calibrate again"
        )
    if version != 1:
        return data
    # Version 1 kept the homography beside the camera.
    data = {**data, "schema_version": SCHEMA_VERSION}
    homography = data.pop("court_from_image", None)
    if homography is not None and data.get("camera") is None:
        size = data.get("image_size")
        if _shape(homography) != (3, 3) or _shape(size) != (2,):
            raise CalibrationError(f"{path}: court_from_image: must be three rows of three numbers; calibrate again")
        camera = camera_from_homography(np.linalg.pinv(np.array(homography)), (int(size[0]), int(size[1])))
        if camera is None:
            raise CalibrationError(f"{path}: court_from_image: no camera can see the floor so; calibrate again")
        data["camera"] = {"K": camera.K.tolist(), "R": camera.R.tolist(), "t": camera.t.tolist()}
    return data
