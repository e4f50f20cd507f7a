"""Answers that wait: the history that wins later is told of what was doubtful then."""

from __future__ import annotations

import numpy as np
import pytest

from edge.config import TrackingConfig
from edge.tracking.players import PlayerTracker
from edge.tracking.settled import SettledFrame

DT = 1 / 20


def boxes_at(xs: list[float], y: float = 400.0) -> np.ndarray:
    return np.array([[x - 30, y - 180, x + 30, y] for x in xs]).reshape(-1, 4)


def told(frames: list[np.ndarray], settle_s: float, roster: int | None = None) -> list[SettledFrame]:
    tracker = PlayerTracker(TrackingConfig(settle_s=settle_s, roster=roster))
    found = []
    for k, boxes in enumerate(frames):
        tracker.update(k * DT, boxes, np.full(len(boxes), 0.9), None, None)
        found += tracker.settled()
    return found + tracker.finish()


@pytest.mark.parametrize("settle_s", [0.0, 0.3, 2.0])
def test_every_frame_is_told_once_in_order(settle_s: float) -> None:
    frames = told([boxes_at([200, 600])] * 30, settle_s)
    assert [frame.time_s for frame in frames] == pytest.approx([k * DT for k in range(30)])
    assert all(frame.track_ids == (1, 2) and frame.seen == (True, True) for frame in frames)


def test_no_answer_before_its_time() -> None:
    tracker = PlayerTracker(TrackingConfig(settle_s=0.5))
    for k in range(30):
        tracker.update(k * DT, boxes_at([200]), np.full(1, 0.9), None, None)
        assert all(frame.time_s <= k * DT - 0.5 + 1e-9 for frame in tracker.settled())


def test_who_is_not_seen_for_a_while_is_between_where_he_was_and_will_be() -> None:
    frames = [boxes_at([200.0 + 4 * k]) if not 20 <= k < 24 else boxes_at([]) for k in range(40)]
    gap = told(frames, 0.5)[22]
    assert gap.seen == (False,)
    np.testing.assert_allclose(gap.boxes, boxes_at([288.0]), atol=1e-6)


def test_a_box_that_was_somebody_for_two_frames_only_is_nobody_in_the_end() -> None:
    frames = [boxes_at([200, 900]) if k in (10, 11) else boxes_at([200]) for k in range(30)]
    assert {number for frame in told(frames, 0.5) for number in frame.track_ids} == {1}


def test_a_reset_tells_what_was_open() -> None:
    tracker = PlayerTracker(TrackingConfig(settle_s=1.0))
    for k in range(5):
        tracker.update(k * DT, boxes_at([200]), np.full(1, 0.9), None, None)
    tracker.reset()
    assert [frame.track_ids for frame in tracker.settled()] == [(1,)] * 5
    assert tracker.finish() == []


def test_a_clock_that_goes_back_settles_what_was_before() -> None:
    tracker = PlayerTracker(TrackingConfig(settle_s=0.5))
    for time_s in (0.0, 0.05, 0.1, 0.02, 0.07):
        tracker.update(time_s, boxes_at([200]), np.full(1, 0.9), None, None)
    times = [frame.time_s for frame in [*tracker.settled(), *tracker.finish()]]
    assert times == [0.0, 0.05, 0.1, 0.02, 0.07]


def test_nothing_is_kept_of_who_has_gone() -> None:
    tracker = PlayerTracker(TrackingConfig(settle_s=0.2, lost_after_s=0.1))
    for k in range(200):
        tracker.update(k * DT, boxes_at([100.0 + 900 * (k // 10 % 2)]), np.full(1, 0.9), None, None)
    assert tracker.tracks[0].track_id > 10
    assert len(tracker._settling._last) <= 2
