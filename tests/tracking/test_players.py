from __future__ import annotations

import numpy as np
import pytest

from edge.config import TrackingConfig
from edge.tracking.players import PlayerTracker
from edge.types import TrackStatus

SIZE = np.array([80.0, 240.0])


def box(x: float, y: float = 400.0) -> np.ndarray:
    return np.array([x - SIZE[0] / 2, y - SIZE[1] / 2, x + SIZE[0] / 2, y + SIZE[1] / 2])


def run(tracker: PlayerTracker, frames: list[list[np.ndarray]], fps: float = 30.0) -> list[list[int]]:
    ids = []
    for index, boxes in enumerate(frames):
        array = np.array(boxes).reshape(-1, 4)
        tracks = tracker.update(index / fps, array, np.full(len(array), 0.9), None, None)
        ids.append([t.track_id for t in tracks])
    return ids


def test_two_who_pass_each_other_keep_their_numbers() -> None:
    rng = np.random.default_rng(0)
    frames = [
        [box(200 + 6 * k, 400) + rng.normal(0, 2, 4), box(800 - 6 * k, 480) + rng.normal(0, 2, 4)] for k in range(100)
    ]
    tracker = PlayerTracker(TrackingConfig())
    run(tracker, frames)
    assert [t.track_id for t in tracker.tracks] == [1, 2]
    assert tracker.tracks[0].mean[0] == pytest.approx(200 + 6 * 99, abs=20)
    assert tracker.tracks[0].mean[2] == pytest.approx(180, abs=80)


def test_a_player_unseen_for_a_while_comes_back_under_the_same_number() -> None:
    frames = [[box(200 + 3 * k)] if not 40 <= k < 55 else [] for k in range(80)]
    tracker = PlayerTracker(TrackingConfig())
    ids = run(tracker, frames)
    assert {i for frame in ids for i in frame} == {1}
    assert tracker.tracks[0].status is TrackStatus.CONFIRMED


def test_a_player_who_left_is_forgotten() -> None:
    frames = [[box(200)] if k < 20 else [] for k in range(90)]
    assert run(PlayerTracker(TrackingConfig()), frames)[-1] == []


def test_the_same_seed_gives_the_same_bits() -> None:
    frames = [[box(200 + 5 * k), box(700 - 4 * k)] for k in range(40)]
    results = []
    for _ in range(2):
        tracker = PlayerTracker(TrackingConfig(seed=3))
        run(tracker, frames)
        results.append(np.array([t.mean for t in tracker.tracks]))
    assert np.array_equal(results[0], results[1])


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(np.zeros((0, 4)), id="nothing"),
        pytest.param(np.full((2, 4), np.nan), id="not a number"),
        pytest.param(np.array([[300.0, 300, 200, 200]]), id="inside out"),
        pytest.param(np.tile(box(5000.0), (500, 1)), id="500 boxes outside the picture"),
    ],
)
def test_bad_boxes_leave_the_state_sane(bad: np.ndarray) -> None:
    tracker = PlayerTracker(TrackingConfig())
    run(tracker, [[box(200)]] * 10)
    tracker.update(10 / 30, bad, np.full(len(bad), 0.9), None, None)
    tracker.update(11 / 30, box(200)[None], np.array([0.9]), None, None)
    known = next(t for t in tracker.tracks if t.track_id == 1)
    assert np.isfinite(known.mean).all()
    assert known.mean[0] == pytest.approx(200, abs=15)


def test_time_that_goes_back_or_jumps_is_survived() -> None:
    tracker = PlayerTracker(TrackingConfig())
    for time_s in (0.0, 0.1, 0.05, 10.0, 10.03, 10.06, 10.1):
        tracker.update(time_s, box(200)[None], np.array([0.9]), None, None)
    assert all(np.isfinite(t.mean).all() for t in tracker.tracks)
    assert tracker.tracks[-1].mean[0] == pytest.approx(200, abs=15)


def test_a_sprint_at_ten_frames_a_second_keeps_its_number() -> None:
    frames = [[box(200)]] * 10 + [[box(200 + 90 * k)] for k in range(12)] + [[box(1190 - 100 * k)] for k in range(10)]
    tracker = PlayerTracker(TrackingConfig())
    assert {i for frame in run(tracker, frames, fps=10.0) for i in frame} == {1}
    assert tracker.tracks[0].mean[0] == pytest.approx(290, abs=40)
