"""How the room's files lie on the disk: written whole or not at all, each calibration with its picture of the scene,
the earlier ones kept."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
from pathlib import Path

HISTORY_KEPT = 20
_SCENE = ".scene.png"


def write_atomically(path: Path, data: bytes) -> None:
    """A power cut leaves the old file or the new one, never half of one. Raises OSError."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            # Made for its owner alone; the service that reads it may run under an account of its own.
            os.fchmod(file.fileno(), 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def reference_path(path: Path) -> Path:
    """The picture of the calibrated scene beside its calibration file, the one in use or one of the history."""
    return path.with_suffix(_SCENE)


@contextmanager
def scene_aside(path: Path) -> Iterator[None]:
    """Takes the picture of the scene away before its calibration is replaced, and gives it back where that fails.

    So no calibration ever stands beside another one's picture. Raises OSError.
    """
    aside = path.with_suffix(".scene.part")
    aside.unlink(missing_ok=True)
    with suppress(FileNotFoundError):
        os.replace(reference_path(path), aside)
    try:
        yield
    except BaseException:
        with suppress(OSError):
            os.replace(aside, reference_path(path))
        raise
    with suppress(OSError):
        aside.unlink()


def history_folder(path: Path) -> Path:
    """Where the earlier calibrations of a file are kept, each with its picture of the scene."""
    return path.with_name(f"{path.stem}-history")


def earlier_files(path: Path) -> list[Path]:
    """The earlier calibrations of a file, the newest first."""
    return sorted(history_folder(path).glob("*.json"), reverse=True)


def keep(path: Path) -> Path | None:
    """Copy a calibration and its picture into the history, which loses its oldest; None where there is none to keep.

    Raises OSError.
    """
    if not path.exists():
        return None
    folder = history_folder(path)
    folder.mkdir(exist_ok=True)
    kept = folder / f"{datetime.now(timezone.utc):%Y%m%dT%H%M%S.%fZ}.json"
    # The picture first: no calibration is ever there without its own.
    if reference_path(path).exists():
        shutil.copy2(reference_path(path), reference_path(kept))
    shutil.copy2(path, kept)
    _prune(path)
    return kept


def forget(kept: Path) -> None:
    """Take one calibration and its picture out of the history. Raises OSError."""
    kept.unlink(missing_ok=True)
    reference_path(kept).unlink(missing_ok=True)


def _prune(path: Path) -> None:
    """Only the newest stay; neither do pictures whose calibration is gone."""
    for old in earlier_files(path)[HISTORY_KEPT:]:
        old.unlink()
    whose = {reference_path(kept) for kept in earlier_files(path)}
    for picture in history_folder(path).glob(f"*{_SCENE}"):
        if picture not in whose:
            picture.unlink()
