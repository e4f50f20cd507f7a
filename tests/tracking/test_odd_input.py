"""What no camera should send: each has a name and is counted; the tracker stays as it was or begins anew."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest

from calibration.court import find_court
from edge.config import TrackingConfig
from edge.simulator import VirtualGym
from edge.tracking.ground import floor_under
from edge.tracking.joint import BOXES
from edge.tracking.method import open_ball_tracker, open_player_tracker
from edge.tracking.players import PlayerTracker

DT = 1 / 20
SIZE = (1280, 720)


def boxes_at(xs: list[float], y: float = 400.0) -> np.ndarray:
    return np.array([[x - 30, y - 180, x + 30, y] for x in xs]).reshape(-1, 4)


def feed(tracker: PlayerTracker, time_s: float, boxes: np.ndarray) -> set[int]:
    """Ids of those seen."""
    tracks = tracker.update(time_s, boxes, np.full(len(boxes), 0.9), None, None, image_size=SIZE)
    return {track.track_id for track in tracks if not track.misses}


def known(roster: int | None = None) -> PlayerTracker:
    """A tracker that has followed two players for a second."""
    tracker = PlayerTracker(TrackingConfig(roster=roster))
    for k in range(20):
        feed(tracker, k * DT, boxes_at([200, 600]))
    return tracker


def sane(tracker: PlayerTracker) -> None:
    for track in tracker.tracks:
        assert np.isfinite(track.mean).all()
        assert (track.size > 0).all()
        assert track.mean[4] > 0
        assert track.mean[6] > 0


NAN = np.array([[np.nan, 0, 1, 1], [0, 0, np.inf, 5]])


@pytest.mark.parametrize(
    ("odd", "reason", "count"),
    [
        pytest.param(np.zeros((0, 4)), None, 0, id="no boxes"),
        pytest.param(NAN, "not finite", 2, id="not a number"),
        pytest.param(np.array([[300.0, 300, 200, 200]]), "inside out", 1, id="inside out"),
        pytest.param(boxes_at([5000.0, -900.0]), "outside", 2, id="outside the picture"),
        pytest.param(boxes_at(np.linspace(10, 1270, 500).tolist(), 700.0), "too many", 500 - BOXES, id="500 boxes"),
    ],
)
@pytest.mark.parametrize("roster", [None, 2])
def test_odd_boxes_are_counted_and_the_players_known_stay(
    odd: np.ndarray, reason: str | None, count: int, roster: int | None
) -> None:
    tracker = known(roster)
    feed(tracker, 20 * DT, odd)
    assert dict(tracker.dropped) == ({} if reason is None else {reason: count})
    sane(tracker)
    assert {1, 2} <= feed(tracker, 21 * DT, boxes_at([200, 600]))
    sane(tracker)


def test_a_clock_that_goes_back_is_counted_and_nobody_changes() -> None:
    tracker = known()
    assert feed(tracker, 0.2, boxes_at([200, 600])) == {1, 2}
    assert tracker.dropped == {"clock went back": 1}
    assert feed(tracker, 0.25, boxes_at([200, 600])) == {1, 2}
    sane(tracker)


@pytest.mark.parametrize(("roster", "after"), [(None, {3, 4}), (2, {1, 2})])
def test_after_ten_seconds_without_a_frame_only_a_roster_is_remembered(roster: int | None, after: set[int]) -> None:
    tracker = known(roster)
    assert feed(tracker, 11.0, boxes_at([210, 590])) == after
    assert tracker.dropped == {"gap": 1}
    sane(tracker)


def test_frames_of_another_camera_start_anew() -> None:
    tracker = PlayerTracker(TrackingConfig(roster=3))
    for k in range(20):
        feed(tracker, k * DT, boxes_at([100, 300, 500]))
    assert feed(tracker, 20 * DT, boxes_at([800, 1000, 1200], y=700.0)) == {4, 5, 6}
    assert tracker.dropped == {"another view": 1}
    sane(tracker)


def test_who_stands_beside_the_court_is_counted() -> None:
    court = find_court("fiba", {})
    corner = np.array([court.end_m, court.width_m / 2])
    camera = VirtualGym("practice", 0, *SIZE).camera
    x, y = camera.project(np.array([[court.end_m + 2.0, 0.0, 0.0]]))[0][0]
    tracker = PlayerTracker(TrackingConfig())
    box = np.array([[x - 20, y - 120, x + 20, y]])
    assert tracker.update(0.0, box, np.ones(1), None, None, floor_under(camera, -corner, corner)) == []
    assert tracker.dropped == {"beside the court": 1}


@pytest.mark.parametrize("method", ["joint", "bootstrap", "paper"])
def test_every_method_counts_alike_and_forgets_who_is_gone_after_the_clock_went_back(
    method: Literal["joint", "bootstrap", "paper"],
) -> None:
    tracker = open_player_tracker(TrackingConfig(method=method, particles=50))

    def give(time_s: float, boxes: np.ndarray) -> None:
        tracker.update(time_s, boxes, np.full(len(boxes), 0.9), None, None, image_size=SIZE)

    for k in range(10):
        give(100 + k * DT, boxes_at([200, 600]))
    give(100.5, np.concatenate([NAN, [[0, 0, 1e30, 1e30], [300, 300, 200, 200]], boxes_at([5000.0])]))
    assert tracker.dropped == {"not finite": 3, "inside out": 1, "outside": 1}
    give(5.0, boxes_at([200]))
    for k in range(1, 60):
        give(5.0 + k * DT, boxes_at([200]))
    assert tracker.dropped["clock went back"] == 1
    assert [round(float(track.box[0])) // 100 for track in tracker.tracks] == [1], "nobody waits for the old time"


@pytest.mark.parametrize("method", ["joint", "paper"])
def test_candidates_that_are_no_numbers_are_counted_and_the_ball_stays(method: Literal["joint", "paper"]) -> None:
    ball = open_ball_tracker(TrackingConfig(method=method, particles=100))
    for k in range(10):
        ball.update(k * DT, np.array([[300.0, 200.0, 9.0, 0.9]]), None)
    state = ball.update(10 * DT, np.array([[np.nan, 200.0, 9.0, 0.9], [300.0, 200.0, 9.0, 0.9]]), None)
    assert ball.dropped == {"ball not finite": 1}
    assert state is not None
    assert np.hypot(*(state.xy_px - [300, 200])) < 9
