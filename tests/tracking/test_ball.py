from __future__ import annotations

import numpy as np
import pytest

from edge.config import TrackingConfig
from edge.tracking.ball import BallTracker, Person
from edge.types import BallMode, BallState, FloatArray, TrackStatus

FPS = 30.0
RADIUS = 12.0
METRE = RADIUS / 0.12
FLOOR_Y = 600.0


def candidate(x: float, y: float, confidence: float = 0.8) -> list[float]:
    return [x, y, RADIUS, confidence]


def somebody(track_id: int = 1, x: float = 400.0, wrists: FloatArray | None = None, speed: float = 0.0) -> Person:
    """1.8 m tall, on the floor at x."""
    box = np.array([x - 0.3 * METRE, FLOOR_Y - 1.8 * METRE, x + 0.3 * METRE, FLOOR_Y])
    return Person(track_id, box, np.array([speed, 0.0]), wrists)


def feed(
    tracker: BallTracker, rows: list[list[list[float]]], start: int = 0, people: tuple[Person, ...] = ()
) -> list[BallState | None]:
    return [
        tracker.update(index / FPS, np.array(candidates, np.float32).reshape(-1, 4), None, people)
        for index, candidates in enumerate(rows, start)
    ]


def thrown(x: float, y: float, vx_m: float, vy_m: float, frames: int) -> list[list[float]]:
    t = np.arange(frames) / FPS
    return [candidate(x + vx_m * METRE * s, y + vy_m * METRE * s + 0.5 * 9.81 * METRE * s * s) for s in t]


def test_a_flying_ball_is_followed() -> None:
    path = thrown(100, 500, 4, -6, 30)
    state = feed(BallTracker(TrackingConfig()), [[one] for one in path])[-1]
    assert state is not None
    assert state.status is TrackStatus.CONFIRMED
    assert np.hypot(*(state.xy_px - path[-1][:2])) < 0.5 * RADIUS
    assert state.velocity_px_s[0] == pytest.approx(4 * METRE, rel=0.15)


def test_a_flight_that_is_not_seen_for_a_while_goes_on_as_balls_do() -> None:
    path = thrown(100, 500, 4, -6, 24)
    tracker = BallTracker(TrackingConfig())
    feed(tracker, [[one] for one in path[:16]])
    state = feed(tracker, [[]] * 8, 16)[-1]
    assert state is not None
    assert state.status is TrackStatus.OCCLUDED
    assert np.hypot(*(state.xy_px - path[-1][:2])) < 2 * RADIUS


def test_a_shot_is_held_then_in_flight_and_its_shooter_held_it() -> None:
    tracker, shooter = BallTracker(TrackingConfig()), somebody(7)
    states = feed(tracker, [[candidate(410, 520)]] * 20, people=(shooter,))
    assert states[-1] is not None
    assert (states[-1].mode, states[-1].holder_id) == (BallMode.HELD, 7)
    state = feed(tracker, [[one] for one in thrown(410, 430, 3, -7, 14)], 20, (shooter,))[-1]
    assert state is not None
    assert (state.mode, state.holder_id) == (BallMode.IN_FLIGHT, None)


def test_a_flat_throw_is_a_pass_and_who_catches_it_holds_it() -> None:
    tracker, people = BallTracker(TrackingConfig()), (somebody(1, 300.0), somebody(2, 900.0))
    feed(tracker, [[candidate(310, 500)]] * 15, people=people)
    path = thrown(310, 490, 10, -2, 18)
    states = feed(tracker, [[one] for one in path], 15, people)
    assert states[9] is not None
    assert states[9].mode is BallMode.PASSED
    state = feed(tracker, [[candidate(905, 495)]] * 12, 33, people)[-1]
    assert state is not None
    assert (state.mode, state.holder_id) == (BallMode.HELD, 2)


def test_a_ball_that_goes_up_and_down_beside_its_holder_is_dribbled() -> None:
    tracker = BallTracker(TrackingConfig())
    rows, people = [], []
    for index in range(75):
        share = (index / FPS / 0.62) % 1.0
        height = RADIUS + 0.85 * METRE * (2 * share - 1) ** 2
        x = 420 + 60 * index / FPS
        rows.append([candidate(x + 25, FLOOR_Y - height)])
        people.append((somebody(3, x, speed=60.0),))
    told = [
        tracker.update(i / FPS, np.array(row, np.float32), None, who)
        for i, (row, who) in enumerate(zip(rows, people, strict=True))
    ]
    modes = [state.mode for state in told[25:] if state is not None]
    assert modes.count(BallMode.DRIBBLED) > 0.7 * len(modes)
    holders = [state.holder_id for state in told[25:] if state is not None]
    assert holders.count(3) > 0.7 * len(holders)
    assert set(holders) <= {3, None}


def test_a_held_ball_that_is_hidden_goes_with_its_holder() -> None:
    tracker = BallTracker(TrackingConfig())
    feed(tracker, [[candidate(400, 500)]] * 15, people=(somebody(1, 400.0),))
    state = None
    for index in range(15, 45):
        x = 400.0 + 8.0 * (index - 14)
        wrists = np.array([[x - 10, 500.0], [x + 10, 500.0]])
        state = tracker.update(index / FPS, np.zeros((0, 4)), None, (somebody(1, x, wrists, 240.0),))
    assert state is not None
    assert (state.status, state.mode, state.holder_id) == (TrackStatus.OCCLUDED, BallMode.HELD, 1)
    assert abs(state.xy_px[0] - 640.0) < 3 * RADIUS


def test_a_lost_ball_is_found_again_elsewhere() -> None:
    tracker = BallTracker(TrackingConfig())
    feed(tracker, [[candidate(200, 200)]] * 10)
    state = feed(tracker, [[]] * 30, 10)[-1]
    assert state is not None
    assert state.status is TrackStatus.LOST
    assert tracker.expected(0.0) is None
    state = feed(tracker, [[candidate(900, 500)]] * 4, 40)[-1]
    assert state is not None
    assert np.hypot(state.xy_px[0] - 900, state.xy_px[1] - 500) < RADIUS


def test_a_surer_ball_elsewhere_takes_over_from_a_shoe() -> None:
    tracker = BallTracker(TrackingConfig())
    feed(tracker, [[candidate(250, 680, 0.15)]] * 15)
    state = feed(tracker, [[candidate(250, 680, 0.15), candidate(400, 200, 0.9)]] * 5, 15)[-1]
    assert state is not None
    assert np.hypot(state.xy_px[0] - 400, state.xy_px[1] - 200) < RADIUS


def test_one_glimpse_elsewhere_does_not_take_the_ball_away() -> None:
    tracker = BallTracker(TrackingConfig())
    feed(tracker, [[candidate(250, 400)]] * 15)
    state = feed(tracker, [[candidate(250, 400), candidate(900, 100, 0.9)]], 15)[-1]
    assert state is not None
    assert abs(state.xy_px[0] - 250) < RADIUS


def test_a_camera_that_pans_takes_the_ball_along() -> None:
    tracker = BallTracker(TrackingConfig())
    feed(tracker, [[candidate(600, 400)]] * 10)
    move = np.array([[1.0, 0.0, -40.0], [0.0, 1.0, 0.0]])
    state = tracker.update(10 / FPS, np.zeros((0, 4)), move)
    assert state is not None
    assert state.xy_px[0] == pytest.approx(560, abs=RADIUS)


def test_no_ball_ever_is_no_ball() -> None:
    assert feed(BallTracker(TrackingConfig()), [[]] * 5) == [None] * 5


@pytest.mark.parametrize("bad", [[np.nan, 3.0, 1.0, 0.9], [50.0, 50.0, -2.0, 0.9], [np.inf, 5.0, 9.0, 0.9]])
def test_what_cannot_be_a_ball_is_left_out(bad: list[float]) -> None:
    state = feed(BallTracker(TrackingConfig()), [[candidate(200, 200), bad]] * 5)[-1]
    assert state is not None
    assert state.xy_px == pytest.approx([200, 200], abs=3)


def test_five_hundred_candidates_a_clock_that_goes_back_and_a_long_gap_leave_it_sane() -> None:
    tracker = BallTracker(TrackingConfig())
    rng = np.random.default_rng(3)
    crowd = np.column_stack([rng.uniform(0, 1280, 500), rng.uniform(0, 720, 500), np.full(500, 9.0), np.full(500, 0.3)])
    for time_s in (0.0, 0.03, 0.06, -5.0, 0.0, 10.0, 10.0, 10.03):
        state = tracker.update(time_s, crowd, None, tuple(somebody(n, 30.0 * n) for n in range(40)))
        assert state is None or (np.isfinite(state.xy_px).all() and np.isfinite(state.covariance).all())
    assert len(tracker.particles())


def test_a_holder_who_leaves_leaves_the_ball_loose() -> None:
    tracker = BallTracker(TrackingConfig())
    feed(tracker, [[candidate(400, 500)]] * 10, people=(somebody(5, 400.0),))
    state = feed(tracker, [[candidate(400, 500)]] * 3, 10)[-1]
    assert state is not None
    assert state.holder_id is None
    assert state.mode is not BallMode.HELD


def test_the_same_frames_give_the_same_states() -> None:
    rows = [[one] for one in thrown(100, 500, 4, -6, 20)]
    first, second = (feed(BallTracker(TrackingConfig()), rows)[-1] for _ in range(2))
    assert first is not None
    assert second is not None
    assert np.array_equal(first.xy_px, second.xy_px)
    assert np.array_equal(first.covariance, second.covariance)
