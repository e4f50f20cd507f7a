"""Who was who some frames ago, by the history that has won since: what is worth waiting for a little."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from edge.tracking.joint import RING, JointAssociation
from edge.types import FloatArray

# Answers that nobody takes are forgotten from here on.
_MOST_WAITING = 4096


class Named(Protocol):
    """What has an identity."""

    track_id: int


@dataclass(frozen=True, slots=True)
class SettledFrame:
    """One frame of the past. track_ids (K,), boxes (K, 4) xyxy px, and seen (K,) bool: whether that box was given, or
    lies between two that were."""

    time_s: float
    track_ids: tuple[int, ...]
    boxes: FloatArray
    seen: tuple[bool, ...]


class Settling:
    """Frames go in by `add` and come out by `take` when `settle_s` have passed; not more than RING - 1 frames wait."""

    def __init__(self, settle_s: float) -> None:
        self._settle_s = settle_s
        self._open: deque[tuple[int, float, FloatArray]] = deque()
        self._done: deque[SettledFrame] = deque(maxlen=_MOST_WAITING)
        self._last: dict[int, tuple[float, FloatArray]] = {}

    def add(self, time_s: float, boxes: FloatArray, joint: JointAssociation, tracks: Sequence[Named]) -> None:
        """A frame whose boxes (N, 4) have just been told apart."""
        if self._open and time_s < self._open[-1][1]:
            self.flush(joint, tracks)  # the clock went back: what was before it is over
        self._open.append((joint.frame, time_s, boxes))
        ripe = sum(then_s <= time_s - self._settle_s for _, then_s, _ in self._open)
        self._close(max(ripe, len(self._open) - RING + 2), joint, tracks)

    def flush(self, joint: JointAssociation, tracks: Sequence[Named]) -> None:
        """Settle all that waits."""
        self._close(len(self._open), joint, tracks)
        self._last.clear()

    def take(self) -> list[SettledFrame]:
        """What has settled since, oldest first."""
        done = list(self._done)
        self._done.clear()
        return done

    def _close(self, count: int, joint: JointAssociation, tracks: Sequence[Named]) -> None:
        """Settle the oldest `count` frames."""
        if count <= 0:
            return
        path = joint.history(joint.frame - self._open[0][0])[: len(self._open)]
        for k in range(count):
            told = []
            for t in range(path.shape[1]):
                box, seen = self._at(t, k, path, tracks[t].track_id)
                if box is not None:
                    told.append((tracks[t].track_id, box, seen))
            numbers, boxes, seen_ones = zip(*told, strict=True) if told else ((), (), ())
            rows = np.array(boxes).reshape(-1, 4)
            self._done.append(SettledFrame(self._open[k][1], tuple(numbers), rows, tuple(seen_ones)))
        for _ in range(count):
            frame, _, _ = self._open.popleft()
        here = {track.track_id for track in tracks}
        self._last = {number: last for number, last in self._last.items() if number in here}
        if self._settle_s:
            joint.settle(joint.frame - frame)

    def _at(self, t: int, k: int, path: np.ndarray, number: int) -> tuple[FloatArray | None, bool]:
        """Box of player t in the k-th frame that waits: his own, or between the one before and the one to come."""
        _, time_s, boxes = self._open[k]
        if path[k, t] >= 0:
            box = boxes[path[k, t]]
            self._last[number] = time_s, box
            return box, True
        before = self._last.get(number)
        after = next((i for i in range(k + 1, len(path)) if path[i, t] >= 0), None)
        if before is None or after is None:
            return None, False
        _, then_s, there = self._open[after]
        later = there[path[after, t]]
        share = (time_s - before[0]) / max(then_s - before[0], 1e-9)
        return before[1] + share * (later - before[1]), False
