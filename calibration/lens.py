"""A lens measured once with a checkerboard: focal length, principal point and distortion."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError
from scipy.optimize import least_squares

from calibration.camera import Camera, FloatArray
from calibration.files import write_atomically

Image = npt.NDArray[np.uint8]

LEAST_BOARDS = 4
# Where nobody says how many corners the board has: at least so many, columns and rows.
_LEAST_CORNERS = (4, 3)
_ROBUST_PX = 1.0
# Boards all seen alike fit any focal length: one that is not known to so much of itself is none. Corners are never
# found better than to a tenth of a pixel.
_MOST_FOCAL_SIGMA, _LEAST_ERROR_PX = 0.02, 0.1


class LensError(Exception):
    """The lens cannot be measured or read; one line that says what to do."""


@dataclass(frozen=True, slots=True)
class Lens:
    """focal_px, centre_px (x, y) and the division model's two coefficients (see `Camera`), for one image size.

    error_px: root mean square of the corners' reprojection; boards: how many pictures had one.
    """

    image_size: tuple[int, int]
    focal_px: float
    centre_px: tuple[float, float]
    distortion: tuple[float, float]
    error_px: float
    boards: int


class _LensFile(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    lens_version: int = Field(1, ge=1, le=1)
    image_size: tuple[PositiveInt, PositiveInt]
    focal_px: float = Field(gt=1)
    centre_px: tuple[float, float]
    distortion: tuple[float, float]
    error_px: float = Field(ge=0)
    boards: int = Field(ge=0)


def board_size(images: Sequence[Image]) -> tuple[int, int] | None:
    """Columns and rows of inner corners of the board that most of the pictures show; None where none has one."""
    sizes: dict[tuple[int, int], int] = {}
    flags = cv2.CALIB_CB_NORMALIZE_IMAGE | cv2.CALIB_CB_LARGER | cv2.CALIB_CB_EXHAUSTIVE
    for image in images:
        grey = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        found, _, meta = cv2.findChessboardCornersSBWithMeta(grey, _LEAST_CORNERS, flags)
        if found:
            rows, columns = sorted(meta.shape[:2])
            sizes[(columns, rows)] = sizes.get((columns, rows), 0) + 1
    return max(sizes, key=lambda size: (sizes[size], size)) if sizes else None


def find_board(image: Image, columns: int, rows: int) -> FloatArray | None:
    """Inner corners (rows * columns, 2) px of a checkerboard, row by row, below a pixel; None without one."""
    grey = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    flags = cv2.CALIB_CB_NORMALIZE_IMAGE | cv2.CALIB_CB_EXHAUSTIVE | cv2.CALIB_CB_ACCURACY
    found, corners = cv2.findChessboardCornersSB(grey, (columns, rows), flags)
    if not found:
        found, corners = cv2.findChessboardCorners(
            grey, (columns, rows), cv2.CALIB_CB_ADAPTIVE_THRESH | cv2.CALIB_CB_NORMALIZE_IMAGE
        )
        if not found:
            return None
        stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 60, 1e-3)
        corners = cv2.cornerSubPix(grey, corners, (5, 5), (-1, -1), stop)
    # OpenCV counts from the first pixel's middle, the court's camera from its corner.
    return np.asarray(corners, dtype=np.float64).reshape(-1, 2) + 0.5


def measure_lens(boards: Sequence[FloatArray], columns: int, rows: int, image_size: tuple[int, int]) -> Lens:
    """The lens from corners (rows * columns, 2) px of at least four boards, seen at different angles.

    Starts from OpenCV's calibration, then fits focal length, principal point and the division model over all boards.
    Raises LensError where the boards do not determine a lens.
    """
    if len(boards) < LEAST_BOARDS:
        raise LensError(f"lens: a board was found in {len(boards)} pictures, at least {LEAST_BOARDS} are needed")
    squares = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1).reshape(-1, 2).astype(np.float64)
    flat = np.column_stack([squares, np.zeros(len(squares))])
    targets = [flat.astype(np.float32)] * len(boards)
    _, K, _, turns, shifts = cv2.calibrateCamera(
        targets, [board.astype(np.float32) for board in boards], image_size, None, None,
        flags=cv2.CALIB_FIX_ASPECT_RATIO | cv2.CALIB_ZERO_TANGENT_DIST | cv2.CALIB_FIX_K3,
    )  # fmt: skip
    poses = np.concatenate(
        [np.concatenate([turn.ravel(), shift.ravel()]) for turn, shift in zip(turns, shifts, strict=True)]
    )
    seen = np.stack(boards)
    width, height = image_size

    def residuals(x: FloatArray) -> FloatArray:
        return (_project(x, flat, image_size) - seen).ravel()

    start = np.concatenate([[np.log(K[0, 0]), K[0, 2] / width, K[1, 2] / height, 0.0, 0.0], poses])
    fitted = least_squares(residuals, start, loss="soft_l1", f_scale=_ROBUST_PX, x_scale="jac", max_nfev=200)
    off = residuals(fitted.x)
    log_focal, x, y, first, second = fitted.x[:5]
    lens = Lens(
        image_size,
        float(np.exp(log_focal)),
        (float(x * width), float(y * height)),
        (float(first), float(second)),
        float(np.sqrt(np.mean(np.sum(off.reshape(-1, 2) ** 2, axis=1)))),
        len(boards),
    )
    unsure = _focal_sigma(fitted.jac, lens.error_px)
    if not np.all(np.isfinite(off)) or not (0.2 < lens.focal_px / width < 10) or not unsure < _MOST_FOCAL_SIGMA:
        raise LensError("lens: the boards do not determine it: show them at more angles and nearer to the corners")
    return lens


def _focal_sigma(jacobian: FloatArray, error_px: float) -> float:
    """Standard deviation of the focal length's logarithm; infinite where it is not determined at all."""
    try:
        variance = np.linalg.inv(jacobian.T @ jacobian)[0, 0]
    except np.linalg.LinAlgError:
        return float("inf")
    return float(np.sqrt(variance) * max(error_px, _LEAST_ERROR_PX)) if variance >= 0 else float("inf")


def save_lens(path: Path, lens: Lens) -> None:
    """Write a lens as JSON, atomically: the box may read it meanwhile. Raises OSError."""
    fields = {name: getattr(lens, name) for name in Lens.__slots__}
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, (json.dumps({"lens_version": 1, **fields}, indent=2) + "\n").encode())


def load_lens(path: Path) -> Lens:
    """Read and check a lens. Raises LensError in one line."""
    try:
        data = _LensFile.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise LensError(f"{path}: no such lens file; make one with 'courtside calibrate lens'") from None
    except OSError as error:
        raise LensError(f"{path}: cannot be read: {error.strerror}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise LensError(f"{path}: {where + ': ' if where else ''}{first['msg']}; measure the lens again") from None
    return Lens(**{name: getattr(data, name) for name in Lens.__slots__})


def _project(x: FloatArray, flat: FloatArray, image_size: tuple[int, int]) -> FloatArray:
    """Corners (boards, N, 2) px for parameters: log focal length, principal point in shares of the image, two
    distortion coefficients, then rotation vector and translation of each board."""
    width, height = image_size
    focal = float(np.exp(x[0]))
    K = np.array([[focal, 0, x[1] * width], [0, focal, x[2] * height], [0, 0, 1.0]])
    out = []
    for pose in x[5:].reshape(-1, 6):
        camera = Camera(K, cv2.Rodrigues(pose[:3])[0], pose[3:], image_size, (float(x[3]), float(x[4])))
        out.append(np.nan_to_num(camera.project(flat)[0], nan=1e4))
    return np.stack(out)
