"""That the tracker of the ball keeps to the paper's rules. The ball's radius is 20 px here, as in the paper."""

from __future__ import annotations

import numpy as np
import pytest

from edge.config import TrackingConfig
from edge.tracking.paper_ball import PaperBallTracker
from edge.types import BallState, TrackStatus

RADIUS = 20.0


class Run:
    """A tracker and its clock, 30 frames a second."""

    def __init__(self) -> None:
        self.tracker = PaperBallTracker(TrackingConfig(method="paper", particles=1000))
        self.frame = 0

    def __call__(self, *places: tuple[float, ...], times: int = 1, radius: float = RADIUS) -> BallState:
        """places: x, y and where it is not 0.9 the confidence."""
        rows = [[x, y, radius, *(more or (0.9,))] for x, y, *more in places]
        for _ in range(times):
            state = self.tracker.update(self.frame / 30, np.array(rows, np.float32).reshape(-1, 4), None)
            self.frame += 1
        assert state is not None
        return state


def test_no_ball_ever_is_no_ball() -> None:
    tracker = PaperBallTracker(TrackingConfig(method="paper"))
    assert tracker.update(0.0, np.zeros((0, 4), np.float32), None) is None
    assert tracker.expected(0.0) is None


def test_it_starts_at_the_surest_within_a_range_of_twenty_pixels() -> None:
    run = Run()
    state = run((500, 500, 0.3), (100, 100, 0.8))
    assert state.xy_px.tolist() == [100, 100]
    # All over +-20 px: a variance of 40^2 / 12.
    np.testing.assert_allclose(state.covariance, np.eye(2) * 40**2 / 12)


def test_what_is_out_of_range_is_not_seen_and_what_is_in_range_is() -> None:
    for x, misses in ((138.0, False), (142.0, True)):
        run = Run()
        run((100, 100), times=5)
        assert (run((x, 100)).status is TrackStatus.OCCLUDED) == misses


def test_the_range_goes_by_the_balls_own_radius() -> None:
    run = Run()
    run((100, 100), times=5, radius=40)
    assert run((170, 100), radius=40).status is not TrackStatus.OCCLUDED


def test_a_steady_ball_is_followed_by_its_velocity() -> None:
    run = Run()
    for k in range(30):
        state = run((100 + 16 * k, 300))
    assert state.status is TrackStatus.CONFIRMED
    assert state.velocity_px_s[0] == pytest.approx(480, abs=120)
    expected = run.tracker.expected(0.1)
    assert expected is not None
    assert expected[0] == pytest.approx(state.xy_px[0] + 0.1 * state.velocity_px_s[0])
    assert state.xy_px[0] == pytest.approx(100 + 16 * 29, abs=5)


def test_the_faster_it_is_the_more_noise() -> None:
    at_rest, moving = Run(), Run()
    for k in range(12):
        still, fast = at_rest((100, 300)), moving((100 + 18 * k, 300))
    # Down the picture neither moves.
    assert fast.covariance[1, 1] > 1.1 * still.covariance[1, 1]


def test_a_fast_ball_is_looked_for_in_fifty_pixels() -> None:
    fast, slow = Run(), Run()
    for k in range(6):
        fast((100 + 17 * k, 300))
        slow((100 + 10 * k, 300))
    assert fast((185 + 60, 300)).status is not TrackStatus.OCCLUDED
    assert slow((150 + 60, 300)).status is TrackStatus.OCCLUDED


@pytest.mark.parametrize(
    ("away", "missed", "found"),
    [
        pytest.param(65, 1, True, id="within fifty at once"),
        pytest.param(75, 1, False, id="not beyond fifty at once"),
        pytest.param(75, 2, False, id="not beyond fifty the second time"),
        pytest.param(75, 3, True, id="within eighty the third time"),
        pytest.param(110, 3, False, id="not beyond eighty the third time"),
        pytest.param(110, 4, False, id="not beyond eighty the fourth time"),
        pytest.param(110, 5, True, id="anywhere the fifth time"),
    ],
)
def test_a_lost_ball_is_looked_for_wider_and_wider(away: float, missed: int, found: bool) -> None:
    run = Run()
    run((100, 300), times=5)
    run(times=missed)
    state = run((100 + away, 300))
    assert (state.status in (TrackStatus.CONFIRMED, TrackStatus.TENTATIVE)) == found


def test_re_detection_takes_the_candidate_nearest_to_where_the_ball_was() -> None:
    run = Run()
    run((100, 300), times=5)
    assert run(times=6).status is TrackStatus.LOST
    assert run.tracker.expected(0.0) is None
    state = run((900, 300, 0.9), (400, 300, 0.2), (1500, 300, 0.9))
    assert state.xy_px.tolist() == [400, 300]


def test_a_ball_that_stands_still_in_a_candidate_is_not_mistracked() -> None:
    run = Run()
    state = run((100, 300), times=50)
    assert state.status is TrackStatus.CONFIRMED
    np.testing.assert_allclose(state.xy_px, [100, 300], atol=4)


def test_the_surer_of_two_candidates_in_range_draws_the_ball() -> None:
    run = Run()
    run((100, 300), times=3)
    state = run((85, 300, 0.9), (115, 300, 0.6), times=3)
    assert state.xy_px[0] < 95
    assert state.confidence == pytest.approx(0.9)


def test_the_camera_carries_the_ball_along() -> None:
    run = Run()
    run((100, 300), times=5)
    moved = np.array([[1.0, 0, 200], [0, 1, 0]])
    state = run.tracker.update(5 / 30, np.array([[300.0, 300, RADIUS, 0.9]]), moved)
    assert state is not None
    assert state.status is TrackStatus.CONFIRMED
    np.testing.assert_allclose(state.xy_px, [300, 300], atol=6)


def test_nan_candidates_are_ignored_and_a_reset_forgets() -> None:
    run = Run()
    state = run((100, 300), (float("nan"), 3.0), times=5)
    np.testing.assert_allclose(state.xy_px, [100, 300], atol=6)
    run.tracker.reset()
    assert run.tracker.expected(0.0) is None


def test_the_same_seed_gives_the_same_bits() -> None:
    one, other = Run(), Run()
    for k in range(20):
        a, b = one((100 + 7 * k, 300)), other((100 + 7 * k, 300))
    assert np.array_equal(a.xy_px, b.xy_px)
