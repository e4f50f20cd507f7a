"""Pictures and videos of a user's own, as clips to learn from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from engines.ball.clips import Clip, Image, photo_clip
from engines.ball.layout import FRAMES

PICTURES = (".jpg", ".jpeg", ".png")
BALLS, RIMS = ("ball", "basketball", "sports ball"), ("hoop", "rim")
# A photo is shrunk to this, as a camera would see it.
_LARGEST_PX = 1600
_PART_PX = 720


@dataclass(frozen=True, slots=True)
class Known:
    """balls (x, y, radius) and rims (x, y, width, height) px of a picture; None: nobody looked."""

    balls: tuple[tuple[float, ...], ...] | None
    rims: tuple[tuple[float, ...], ...] | None


class LessonError(Exception):
    """What was given to learn from cannot be used; the message names the file and what to do."""


def read_photos(folder: Path, known: Mapping[str, Known] | None = None) -> list[Clip]:
    """Every picture below a folder, in order of name. Raises LessonError.

    With a data.yaml of YOLO's form the pictures lie in images/ and their boxes in labels/, of which those of balls and
    hoops are taken; without one the pictures are thought to show neither, but for those that are `known` by file name.
    """
    if not folder.is_dir():
        raise LessonError(f"{folder}: no such folder of photos")
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in PICTURES)
    if not paths:
        raise LessonError(f"{folder}: holds no pictures ({', '.join(PICTURES)})")
    names = _class_names(folder / "data.yaml")
    return [_photo(path, names, (known or {}).get(path.name)) for path in paths]


def read_known(path: Path) -> dict[str, Known]:
    """What pictures show, from JSON: {"FILE": {"balls": [[x, y, radius], ...], "rims": [[x, y, width, height], ...]}}.

    px of the whole picture; null for what it may show without anyone having looked. Raises LessonError.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): Known(_rows(row["balls"], 3), _rows(row["rims"], 4)) for name, row in data.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise LessonError(f"{path}: cannot be read as labels of pictures ({' '.join(str(error).split())})") from None


def _rows(values: Any, length: int) -> tuple[tuple[float, ...], ...] | None:
    if values is None:
        return None
    rows = tuple(tuple(float(value) for value in row) for row in values)
    if any(len(row) != length or not np.isfinite(row).all() or min(row[2:]) <= 0 for row in rows):
        raise ValueError(f"{values}: rows of {length} numbers are needed, sizes above 0")
    return rows


def _photo(path: Path, names: list[str], known: Known | None) -> Clip:
    image = cv2.imread(str(path))
    if image is None:
        raise LessonError(f"{path}: is no picture that can be read; remove it or save it anew")
    scale = min(1.0, _LARGEST_PX / max(image.shape[:2]))
    if scale < 1:
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    height, width = image.shape[:2]
    balls: list[tuple[float, ...]] = []
    rims: list[tuple[float, ...]] = []
    for name, (x, y, w, h) in _boxes(path, names):
        if name in BALLS:
            balls.append((x * width, y * height, (w * width + h * height) / 4))
        elif name in RIMS:
            rims.append((x * width, y * height, w * width, h * height))
    if known is not None:
        balls = [tuple(scale * value for value in row) for row in known.balls or ()]
        rims = [tuple(scale * value for value in row) for row in known.rims or ()]
    clip = photo_clip(np.asarray(image, np.uint8), balls, rims)
    if known is None:
        return clip
    return replace(clip, whole=known.balls is not None, rims_known=known.rims is not None)


def _class_names(path: Path) -> list[str]:
    if not path.is_file():
        return []
    import yaml

    try:
        names = yaml.safe_load(path.read_text(encoding="utf-8"))["names"]
        ordered = [names[key] for key in sorted(names)] if isinstance(names, dict) else list(names)
    except (yaml.YAMLError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise LessonError(f"{path}: has no list of 'names' ({' '.join(str(error).split())})") from None
    return [str(name).lower() for name in ordered]


def _boxes(path: Path, names: list[str]) -> list[tuple[str, tuple[float, float, float, float]]]:
    if not names:
        return []
    labels = path.parent.parent / "labels" / f"{path.stem}.txt"
    if not labels.is_file():
        raise LessonError(f"{labels}: the boxes of {path.name} are missing; an empty file says that it shows nothing")
    rows = []
    for number, line in enumerate(labels.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        try:
            index, x, y, w, h = (float(part) for part in line.split()[:5])
            if index not in range(len(names)) or not np.isfinite((x, y, w, h)).all() or min(w, h) <= 0:
                raise ValueError(line)
            rows.append((names[int(index)], (x, y, w, h)))
        except ValueError:
            raise LessonError(
                f"{labels}:{number}: not 'class x y width height' with one of {len(names)} classes"
            ) from None
    return rows


def read_video(path: Path) -> list[Image]:
    """All frames of a video, (H, W, 3) BGR. Raises LessonError where there are fewer than three."""
    capture = cv2.VideoCapture(str(path))
    frames: list[Image] = []
    while True:
        read, image = capture.read()
        if not read:
            break
        frames.append(np.asarray(image, np.uint8))
    capture.release()
    if len(frames) < FRAMES:
        raise LessonError(f"{path}: {len(frames)} frames can be read, at least {FRAMES} are needed")
    return frames


def video_clips(frames: list[Image], balls: Mapping[int, Any]) -> list[Clip]:
    """Clips of a video's frames whose balls (N, 3) x, y, radius px are known, by frame number; rims are not.

    Of each the part about the first ball is kept.
    """
    clips = []
    for number in sorted(balls):
        if number < FRAMES - 1:
            continue
        known = np.array([[*ball, 1.0] for ball in balls[number]], dtype=np.float64).reshape(-1, 4)
        height, width = frames[number].shape[:2]
        x, y = (
            int(np.clip(at - _PART_PX / 2, 0, max(side - _PART_PX, 0)))
            for at, side in zip(known[0], (width, height), strict=False)
        )
        three = np.stack(
            [frame[y : y + _PART_PX, x : x + _PART_PX] for frame in frames[number - FRAMES + 1 : number + 1]]
        )
        known[:, :2] -= (x, y)
        clips.append(Clip(three, known, np.zeros((0, 4)), whole=False, rims_known=False))
    return clips
