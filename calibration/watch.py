"""Whether the camera still hangs where it was calibrated: the scene then, kept as a picture, against the scene now."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from calibration.store import CalibrationError

Image = npt.NDArray[np.uint8]


def reference_path(calibration_path: Path) -> Path:
    """The picture of the calibrated scene beside its calibration file."""
    return calibration_path.with_suffix(".scene.png")


def save_reference(path: Path, image: Image) -> None:
    """Write the scene as grey PNG, atomically. Raises OSError."""
    grey = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(cv2.imencode(".png", grey)[1].tobytes())
            os.fchmod(file.fileno(), 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def load_reference(path: Path, image_size: tuple[int, int]) -> Image | None:
    """The scene (H, W) uint8, or None where none was kept. Raises CalibrationError where it cannot be used."""
    try:
        data = np.fromfile(path, dtype=np.uint8)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CalibrationError(f"{path}: cannot be read: {error.strerror}") from None
    try:
        image = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
    except cv2.error:
        image = None
    if image is None:
        raise CalibrationError(f"{path}: is not a picture; delete it, or calibrate again")
    if (image.shape[1], image.shape[0]) != image_size:
        raise CalibrationError(f"{path}: is not of the calibration's size; delete it, or calibrate again")
    return np.asarray(image, dtype=np.uint8)
