"""Many shots as arrays: what the encoder learns from and is judged by."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engines.form.layout import FILLED_IN, FRAMES, JOINTS, SEEN, UNKNOWN

FloatArray = npt.NDArray[np.floating]
IntArray = npt.NDArray[np.integer]
NO_FAULT = 0


@dataclass(frozen=True, slots=True)
class Shots:
    """N shots. pose (N, 64, 17, 2) and present (N, 64, 17) as the encoder takes them; duration_s (N,).

    shooter, kind, fault (N,) int: whose, which type of shot, which fault (`NO_FAULT` = none). session (N,): shots of
    one shooter before one camera; azimuth_rad (N,): where that camera stands round the shooter. depth (N, 64, 17): how
    far each joint is behind the body's middle, in body heights, for small turns; zeros where it is not known.
    launch_deg (N,): how steeply the ball left, and view_rad (N,): from where the player was seen, which no encoder
    takes; NaN where they are not known.
    """

    pose: FloatArray
    present: FloatArray
    duration_s: FloatArray
    shooter: IntArray
    kind: IntArray
    fault: IntArray
    session: IntArray
    azimuth_rad: FloatArray
    depth: FloatArray
    launch_deg: FloatArray
    view_rad: FloatArray

    def __len__(self) -> int:
        return len(self.duration_s)

    def take(self, rows: npt.NDArray[np.integer] | npt.NDArray[np.bool_]) -> Shots:
        """Those of `rows`, indices or a mask."""
        return Shots(*(getattr(self, field.name)[rows] for field in fields(self)))


def pack(pose: npt.NDArray[np.floating], present: npt.NDArray[np.bool_]) -> tuple[FloatArray, FloatArray]:
    """pose (..., 64, 17, 2), NaN = not known, present (..., 64, 17) bool -> both as the encoder takes them."""
    if pose.shape[-3:] != (FRAMES, JOINTS, 2) or present.shape != pose.shape[:-1]:
        raise ValueError(f"pose {pose.shape} and present {present.shape}: expected (..., 64, 17, 2) and (..., 64, 17)")
    known = np.isfinite(pose).all(axis=-1)
    level = np.where(known, np.where(present, SEEN, FILLED_IN), UNKNOWN)
    return np.where(known[..., None], pose, 0.0).astype(np.float32), level.astype(np.float32)


def join(parts: list[Shots]) -> Shots:
    """All of them in one, in order."""
    return Shots(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Shots)))


def save(shots: Shots, path: Path) -> None:
    """As .npz, poses in half precision: they are noisier than that."""
    arrays = {field.name: getattr(shots, field.name) for field in fields(shots)}
    small = {key: value.astype(np.float16) if value.ndim > 1 else value for key, value in arrays.items()}
    with path.open("wb") as stream:
        np.savez(stream, **small)


def load(path: Path) -> Shots:
    """What `save` wrote. Raises ValueError where it is something else."""
    try:
        with np.load(path, allow_pickle=False) as found:
            arrays = {field.name: found[field.name] for field in fields(Shots)}
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(f"{path}: holds no shots ({error}); delete it to have them made anew") from None
    return Shots(**{key: value.astype(np.float32) if value.ndim > 1 else value for key, value in arrays.items()})
