"""What the tracking benchmark asks of a tracker, and ours in that form."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from edge.config import TrackingConfig
from edge.kernels.warm import warm
from edge.tracking.players import PlayerTracker
from edge.types import FloatArray
from tests.bench.mot import CourtView, MotSequence, feet

# How far outside the lines a player may stand, m.
BESIDE_M = 0.5


@dataclass(frozen=True, slots=True)
class Followed:
    """rows (R, 6): frame (from 0), id, x, y, w, h px. seconds: spent in the tracker itself."""

    rows: FloatArray
    seconds: float


class Follows(Protocol):
    """A tracker that starts anew with every sequence."""

    name: str

    def follow(self, sequence: MotSequence) -> Followed: ...


class Ours:
    """The box's own tracker, without pictures; with `court` it also knows where the floor is."""

    name = "ours"

    def __init__(self, court: CourtView | None = None) -> None:
        self._court = court
        warm()

    def follow(self, sequence: MotSequence) -> Followed:
        tracker = PlayerTracker(TrackingConfig())
        rows: list[tuple[float, ...]] = []
        seconds = 0.0
        for frame, (boxes, confidence) in enumerate(zip(sequence.boxes, sequence.confidence, strict=True)):
            start = time.perf_counter()
            if self._court is not None:
                good = on_court(self._court, boxes)
                boxes, confidence = boxes[good], confidence[good]
            tracks = tracker.update(frame / sequence.frames_per_s, boxes, confidence, None, None)
            seen = [(track.track_id, track.box) for track in tracks if not track.misses]
            seconds += time.perf_counter() - start
            rows += [(frame, number, box[0], box[1], box[2] - box[0], box[3] - box[1]) for number, box in seen]
        return Followed(np.array(rows).reshape(-1, 6), seconds)


def on_court(court: CourtView, boxes: FloatArray) -> np.ndarray:
    """Which boxes (N, 4) stand on the marked rectangle or close beside it, (N,)."""
    reach = np.array([court.length_m, court.width_m]) / 2 + BESIDE_M
    return np.asarray((np.abs(court.floor_m(feet(boxes))) <= reach).all(axis=1))
