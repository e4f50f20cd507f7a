"""What a frame brings to whoever tracks players, made fit for it; what is not taken as it came is counted by reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Protocol

import numpy as np
import numpy.typing as npt

from edge.types import FloatArray

# No picture has pixels so far out; squares of what is further would leave the range of numbers.
_FARTHEST_PX = 1e6
LONGEST_STEP_S = 1.0


class Remembered(Protocol):
    """Somebody who was seen at a time, s."""

    seen_s: float


def usable(
    boxes: FloatArray, confidence: FloatArray, most: int, image_size: tuple[int, int] | None, dropped: Counter[str]
) -> tuple[FloatArray, FloatArray]:
    """The boxes (N, 4) xyxy px that can be people, as float64, and their confidence (N,): in the order in which they
    came, or the surest first where there are more than `most`. image_size: width and height px, where known."""
    boxes = np.asarray(boxes, dtype=np.float64)
    finite = np.asarray((np.abs(boxes) < _FARTHEST_PX).all(axis=1))
    good = finite & (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
    if not good.all():
        note(dropped, "not finite", ~finite)
        note(dropped, "inside out", finite & ~good)
    if image_size is not None:
        width, height = image_size
        inside = (boxes[:, 2] > 0) & (boxes[:, 3] > 0) & (boxes[:, 0] < width) & (boxes[:, 1] < height)
        note(dropped, "outside", good & ~inside)
        good &= inside
    kept = np.flatnonzero(good)
    if len(kept) > most:
        dropped["too many"] += len(kept) - most
        kept = kept[np.argsort(-confidence[kept], kind="stable")][:most]
    elif len(kept) == len(boxes):
        return boxes, confidence
    return boxes[kept], confidence[kept]


def note(dropped: Counter[str], reason: str, which: npt.NDArray[np.bool_] | np.bool_) -> None:
    """One more for each that is left out, (N,)."""
    if which.any():
        dropped[reason] += int(np.count_nonzero(which))


def passed_s(before_s: float | None, now_s: float, tracks: Iterable[Remembered], dropped: Counter[str]) -> float:
    """Seconds since the last frame; below 0 where time went back: what was seen later was seen now, then."""
    passed = 0.0 if before_s is None else now_s - before_s
    if passed < 0:
        dropped["clock went back"] += 1
        for track in tracks:
            track.seen_s = min(track.seen_s, now_s)
    elif passed > LONGEST_STEP_S:
        dropped["gap"] += 1
    return passed


def step_s(passed: float) -> float:
    """As far as anybody is moved on at once, s."""
    return min(max(passed, 0.0), LONGEST_STEP_S)
