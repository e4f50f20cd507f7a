from __future__ import annotations

import numpy as np

from edge.config import TrackingConfig
from edge.tracking.bootstrap import BootstrapPlayerTracker
from edge.types import FloatArray, TrackStatus

FPS = 30.0


def box(x: float, y: float = 300.0) -> list[float]:
    return [x - 25, y - 90, x + 25, y + 90]


def feed(tracker: BootstrapPlayerTracker, frames: list[list[list[float]]], start: int = 0) -> dict[int, FloatArray]:
    for index, rows in enumerate(frames, start):
        boxes = np.array(rows, np.float32).reshape(-1, 4)
        tracker.update(index / FPS, boxes, np.full(len(boxes), 0.9, np.float32), None, None)
    return {track.track_id: track.box for track in tracker.tracks}


def test_two_who_cross_keep_their_numbers() -> None:
    frames = [[box(200 + 6 * i, 300), box(560 - 6 * i, 330)] for i in range(60)]
    found = feed(BootstrapPlayerTracker(TrackingConfig(particles=500)), frames)
    assert sorted(found) == [1, 2]
    assert abs(found[1][0] + 25 - 554) < 15
    assert abs(found[2][0] + 25 - 206) < 15


def test_who_is_not_seen_is_hidden_for_a_while_and_then_gone() -> None:
    tracker = BootstrapPlayerTracker(TrackingConfig(lost_after_s=0.5))
    feed(tracker, [[box(200)]] * 10)
    feed(tracker, [[]] * 3, 10)
    assert tracker.tracks[0].status is TrackStatus.OCCLUDED
    feed(tracker, [[]] * 20, 13)
    assert tracker.tracks == []


def test_with_a_roster_nobody_leaves_and_nobody_else_comes() -> None:
    tracker = BootstrapPlayerTracker(TrackingConfig(roster=1, lost_after_s=0.1))
    feed(tracker, [[box(200)]] * 10)
    feed(tracker, [[]] * 30, 10)
    found = feed(tracker, [[box(205), box(700)]] * 5, 40)
    assert list(found) == [1]


def test_boxes_that_are_none_and_a_clock_that_goes_back_leave_it_sane() -> None:
    tracker = BootstrapPlayerTracker(TrackingConfig())
    feed(tracker, [[box(200), [np.nan] * 4, [50.0, 50.0, 40.0, 60.0]]] * 5)
    found = feed(tracker, [[box(200)]] * 5, -100)
    assert list(found) == [1]
    assert np.isfinite(found[1]).all()
    assert np.isfinite(tracker.particles()[0]).all()


def test_a_seed_decides_everything() -> None:
    frames = [[box(200 + 3 * i)] for i in range(20)]
    first, second = (feed(BootstrapPlayerTracker(TrackingConfig(seed=4)), frames)[1] for _ in range(2))
    assert np.array_equal(first, second)
