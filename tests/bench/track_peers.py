"""Other people's trackers of boxes, as the package `trackers` has them, at their own settings."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import supervision as sv
from trackers import BoTSORTTracker, ByteTrackTracker, OCSORTTracker, SORTTracker

from tests.bench.followers import Followed
from tests.bench.mot import MotSequence


class Peer:
    """One of them; it learns the frame rate of each sequence."""

    def __init__(self, name: str, start: Callable[..., Any], **settings: Any) -> None:
        self.name = name
        self._make = start
        self._settings = settings

    def start(self, frames_per_s: float) -> Any:
        """A tracker of this kind that has seen nothing yet."""
        return self._make(frame_rate=frames_per_s, **self._settings)

    @staticmethod
    def detections(boxes: np.ndarray, confidence: np.ndarray) -> sv.Detections:
        """Boxes (N, 4) xyxy px and confidences (N,) as these trackers take them."""
        return sv.Detections(
            xyxy=boxes.astype(np.float32).reshape(-1, 4),
            confidence=confidence.astype(np.float32),
            class_id=np.zeros(len(boxes), int),
        )

    def follow(self, sequence: MotSequence) -> Followed:
        tracker = self.start(sequence.frames_per_s)
        seen = zip(sequence.boxes, sequence.confidence, strict=True)
        detections = [self.detections(boxes, confidence) for boxes, confidence in seen]
        start = time.perf_counter()
        found = [tracker.update(one) for one in detections]
        seconds = time.perf_counter() - start
        return Followed(np.concatenate([_rows(frame, one) for frame, one in enumerate(found)]), seconds)


def peers() -> list[Peer]:
    """BoT-SORT sees boxes alone here, so it can neither compensate the camera's motion nor compare looks."""
    return [
        Peer("sort", SORTTracker),
        Peer("bytetrack", ByteTrackTracker),
        Peer("ocsort", OCSORTTracker),
        Peer("botsort", BoTSORTTracker, enable_cmc=False),
    ]


def _rows(frame: int, found: sv.Detections) -> np.ndarray:
    """Rows (R, 6) of what has an identity by now; -1 stands for none."""
    number = np.full(len(found), -1) if found.tracker_id is None else found.tracker_id
    boxes = found.xyxy[number >= 0]
    return np.column_stack([np.full(len(boxes), frame), number[number >= 0], boxes[:, :2], boxes[:, 2:] - boxes[:, :2]])
