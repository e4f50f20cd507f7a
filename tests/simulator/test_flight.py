"""The ball against closed forms, and its contact with ring, board and floor."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.court import FIBA
from edge.simulator.flight import (
    BALL_RADIUS_M,
    DRAG_PER_M,
    GRAVITY_M_S2,
    STEP_S,
    THROUGH_RING,
    TOUCHED_BOARD,
    TOUCHED_FLOOR,
    TOUCHED_RING,
    advance,
    goes_in,
    hall,
    launch_velocity,
    shot_velocity,
    throw_velocity,
)
from edge.simulator.mount import WALLS_M

VACUUM, AIR = hall(FIBA, WALLS_M, drag=False), hall(FIBA, WALLS_M, drag=True)
FREE_THROW_M = np.array([8.3, 0.1, 2.3])


def fly(position: list[float], velocity: list[float], where: object, steps: int) -> tuple[np.ndarray, int, np.ndarray]:
    state, entry = np.array([*position, *velocity, 0.0]), np.zeros(3)
    mask = advance(state, where.parameters, STEP_S, steps, entry)  # type: ignore[attr-defined]
    return state, mask, entry


@settings(max_examples=40, deadline=None)
@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(2, 8), st.integers(1, 240))
def test_without_drag_the_flight_is_the_parabola(vx: float, vy: float, vz: float, steps: int) -> None:
    state, mask, _ = fly([0.0, 0.0, 2.0], [vx, vy, vz], VACUUM, steps)
    t = steps * STEP_S
    expected = [vx * t, vy * t, 2.0 + vz * t - GRAVITY_M_S2 * t * t / 2]
    if mask == 0 and expected[2] > BALL_RADIUS_M:
        assert state[:3] == pytest.approx(expected, abs=1e-9)
        assert state[5] == pytest.approx(vz - GRAVITY_M_S2 * t)


def test_drag_slows_a_level_throw_as_the_integral_says() -> None:
    # Over 0.1 s gravity hardly matters: v(t) = v0 / (1 + k v0 t).
    state, _, _ = fly([0.0, 0.0, 3.0], [12.0, 0.0, 0.0], AIR, 48)
    assert state[3] == pytest.approx(12.0 / (1 + DRAG_PER_M * 12.0 * 0.1), rel=2e-3)


@pytest.mark.parametrize("where", [VACUUM, AIR])
@pytest.mark.parametrize("angle_deg", [52.0, 56.0, 60.0])
def test_a_shot_aimed_at_the_ring_comes_down_through_its_centre(where: object, angle_deg: float) -> None:
    p = where.parameters  # type: ignore[attr-defined]
    velocity = launch_velocity(FREE_THROW_M, p[:3], math.radians(angle_deg), float(p[12]))
    assert math.degrees(math.atan2(velocity[2], math.hypot(*velocity[:2]))) == pytest.approx(angle_deg, abs=0.01)
    state = np.array([*FREE_THROW_M, *velocity, 0.0])
    for _ in range(2000):
        before = state.copy()
        if advance(state, p, STEP_S, 1, np.zeros(3)) & THROUGH_RING:
            share = (before[2] - p[2]) / (before[2] - state[2])
            at = before[:2] + share * (state[:2] - before[:2])
            assert math.dist(at, p[:2]) < 0.02
            return
    pytest.fail("never came down through the ring")


def test_ball_dropped_through_the_ring_touches_nothing_and_slows_in_the_net() -> None:
    ring = VACUUM.ring
    state, mask, entry = fly([ring[0], ring[1], ring[2] + 0.5], [0.0, 0.0, 0.0], VACUUM, 200)
    assert mask & THROUGH_RING
    assert not mask & TOUCHED_RING
    assert entry[2] == pytest.approx(-math.sqrt(2 * GRAVITY_M_S2 * 0.5), rel=0.01)
    free = math.sqrt(2 * GRAVITY_M_S2 * (ring[2] + 0.5 - state[2]))
    assert abs(state[5]) < 0.8 * free


def test_the_net_keeps_a_fast_ball_near_the_rings_axis() -> None:
    ring = AIR.ring
    state = np.array([ring[0] - 0.05, ring[1], ring[2] + 0.01, 4.0, 0.5, -4.0, 0.0])
    while state[2] > ring[2] - 0.45:
        advance(state, AIR.parameters, STEP_S, 1, np.zeros(3))
        assert math.dist(state[:2], ring[:2]) < 0.13
    assert math.dist(state[:2], ring[:2]) < 0.05


def test_ball_dropped_on_the_rings_edge_bounces_off_it() -> None:
    ring = VACUUM.ring
    _, mask, _ = fly([ring[0] - 0.26, ring[1], ring[2] + 0.5], [0.0, 0.0, 0.0], VACUUM, 480)
    assert mask & TOUCHED_RING
    assert not mask & THROUGH_RING


def test_the_board_sends_the_ball_back_slower() -> None:
    state, mask, _ = fly([12.3, 0.5, 3.4], [6.0, 0.0, 1.0], VACUUM, 60)
    assert mask & TOUCHED_BOARD
    assert -6.0 < state[3] < -1.0


def test_bounces_lose_height_and_the_ball_comes_to_rest_on_the_floor() -> None:
    state, mask, _ = fly([5.0, 0.0, 1.8], [0.0, 0.0, 0.0], VACUUM, 480)
    assert mask & TOUCHED_FLOOR
    assert state[2] < 1.8 * 0.7
    state, _, _ = fly([5.0, 0.0, 1.8], [0.6, 0.0, 0.0], VACUUM, 480 * 20)
    assert state[2] == pytest.approx(BALL_RADIUS_M, abs=1e-3)
    assert state[3:6] == pytest.approx(np.zeros(3), abs=1e-2)


def test_a_pass_arrives_where_it_was_aimed() -> None:
    start, target = np.array([7.0, -3.0, 1.3]), np.array([9.0, 2.5, 1.25])
    velocity = throw_velocity(start, target, 0.75, DRAG_PER_M)
    state, _, _ = fly(start.tolist(), velocity.tolist(), AIR, 360)
    assert math.dist(state[:3], target) < 0.15


@pytest.mark.parametrize("wish", [True, False])
def test_the_wished_outcome_is_reached_by_physics(wish: bool) -> None:
    rng = np.random.default_rng(3)
    for start in ([8.2, -0.4, 2.4], [10.2, -2.9, 2.3], [6.0, 3.0, 2.5]):
        velocity = shot_velocity(np.array(start), math.radians(53.0), wish, AIR, rng)
        assert goes_in(np.array(start), velocity, AIR) is wish
