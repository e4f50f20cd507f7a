"""What the tracking benchmark asks of a tracker, and the box's two methods in that form."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from calibration.homography import camera_from_homography
from edge.config import TrackingConfig
from edge.kernels.warm import warm
from edge.tracking.ground import floor_under
from edge.tracking.method import TracksPlayers, open_player_tracker
from edge.tracking.places import Floor
from edge.tracking.players import PlayerTracker
from edge.tracking.settled import SettledFrame
from edge.types import FloatArray
from tests.bench.mot import CourtView, MotSequence

OURS, PAPER = "ours", "paper"


@dataclass(frozen=True, slots=True)
class Followed:
    """rows (R, 6): frame (from 0), id, x, y, w, h px. seconds: spent in the tracker itself. settled: rows once more, as
    they were told after a while, where the tracker does so."""

    rows: FloatArray
    seconds: float
    settled: FloatArray | None = None


class Follows(Protocol):
    """A tracker that starts anew with every sequence."""

    name: str

    def follow(self, sequence: MotSequence) -> Followed: ...


class Ours:
    """The box's own tracker, without pictures; with `court` it also knows where the floor is, with `roster` how many
    play."""

    def __init__(self, court: CourtView | None = None, roster: int | None = None, name: str = OURS) -> None:
        self.name = name
        self._court, self._config = court, TrackingConfig(roster=roster)
        warm()

    def follow(self, sequence: MotSequence) -> Followed:
        floor = None if self._court is None else _floor(self._court)
        return _follow(open_player_tracker(self._config), sequence, floor)


class Paper:
    """The paper's method, without pictures: every look is alike. Of the court it knows nothing, of who plays how
    many."""

    name = PAPER

    def __init__(self, roster: int | None = None) -> None:
        self._config = TrackingConfig(method="paper", roster=roster)

    def follow(self, sequence: MotSequence) -> Followed:
        return _follow(open_player_tracker(self._config), sequence, None)


def _follow(tracker: TracksPlayers, sequence: MotSequence, floor: Floor | None) -> Followed:
    rows: list[tuple[float, ...]] = []
    settled: list[SettledFrame] = []
    seconds = 0.0
    for frame, (boxes, confidence) in enumerate(zip(sequence.boxes, sequence.confidence, strict=True)):
        start = time.perf_counter()
        tracks = tracker.update(frame / sequence.frames_per_s, boxes, confidence, None, None, floor)
        seen = [(track.track_id, track.box) for track in tracks if not track.misses]
        if isinstance(tracker, PlayerTracker):
            settled += tracker.settled()
        seconds += time.perf_counter() - start
        rows += [(frame, number, box[0], box[1], box[2] - box[0], box[3] - box[1]) for number, box in seen]
    if isinstance(tracker, PlayerTracker):
        settled += tracker.finish()
    return Followed(np.array(rows).reshape(-1, 6), seconds, _rows(settled) if settled else None)


def _rows(settled: list[SettledFrame]) -> FloatArray:
    """Of frames that were all settled, in order."""
    rows = [
        (frame, number, *box[:2], *(box[2:] - box[:2]))
        for frame, one in enumerate(settled)
        for number, box in zip(one.track_ids, one.boxes, strict=True)
    ]
    return np.array(rows).reshape(-1, 6)


def _floor(court: CourtView) -> Floor:
    camera = camera_from_homography(court.image_from_court, court.image_size)
    if camera is None:
        raise ValueError("no camera sees the floor through this homography")
    corner_m = np.array([court.length_m, court.width_m]) / 2
    return floor_under(camera, -corner_m, corner_m)
