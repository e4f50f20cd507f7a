from __future__ import annotations

import math

import numpy as np
import pytest

from edge.kernels.ballistics import DRAG_PER_M, GRAVITY_M_S2, arrivals, path, states_at

THROWN = np.array([1.0, 2.0, 2.2, 4.0, 1.0, 7.0])


def test_without_air_the_flight_is_the_closed_form_forwards_and_back() -> None:
    times = np.array([-0.3, -0.01, 0.0, 0.4, 1.2])
    states = states_at(THROWN, 0.0, 0.0, times)
    expected = THROWN[:3] + times[:, None] * THROWN[3:] - [0, 0, 0.5 * GRAVITY_M_S2] * times[:, None] ** 2
    assert states[:, :3] == pytest.approx(expected, abs=1e-9)
    assert states[:, 5] == pytest.approx(7.0 - GRAVITY_M_S2 * times, abs=1e-9)


def test_drag_takes_the_energy_and_back_in_time_gives_it_again() -> None:
    there = states_at(THROWN, DRAG_PER_M, 0.0, np.array([1.0]))[0]
    free = states_at(THROWN, 0.0, 0.0, np.array([1.0]))[0]
    assert there[0] < free[0] - 0.2
    back = states_at(there, DRAG_PER_M, 0.0, np.array([-1.0]))[0]
    assert back == pytest.approx(THROWN, abs=1e-4)


def test_lift_stands_at_right_angles_to_the_flight() -> None:
    """It turns the velocity and does no work: with gravity and it alone, energy stays."""
    states = states_at(THROWN, 0.0, 0.08, np.linspace(0.0, 1.2, 30))
    energy = GRAVITY_M_S2 * states[:, 2] + 0.5 * np.sum(states[:, 3:] ** 2, axis=1)
    assert energy == pytest.approx(energy[0], rel=1e-4)
    assert states[-1, 2] > states_at(THROWN, 0.0, 0.0, np.array([1.2]))[0, 2] + 0.1


def test_arrival_is_where_the_closed_form_comes_down() -> None:
    flight = np.concatenate([THROWN, [-60.0, 0.0]])  # the log of hardly any drag
    x, y, time_s, angle, apex = arrivals(flight[None], 3.05)[0]
    falls = math.sqrt(49.0 - 2 * GRAVITY_M_S2 * (3.05 - 2.2))
    assert time_s == pytest.approx((7.0 + falls) / GRAVITY_M_S2, abs=1e-6)
    assert (x, y) == pytest.approx((1.0 + 4.0 * time_s, 2.0 + time_s), abs=1e-6)
    assert angle == pytest.approx(math.degrees(math.atan2(falls, math.hypot(4.0, 1.0))), abs=1e-6)
    assert apex == pytest.approx(2.2 + 49.0 / (2 * GRAVITY_M_S2), abs=1e-6)


def test_a_ball_that_never_rises_to_the_height_does_not_arrive() -> None:
    low = np.concatenate([THROWN, [0.0, 0.0]])
    low[5] = 2.0
    assert np.isnan(arrivals(low[None], 3.05)).all()


def test_the_paths_derivative_is_that_of_differences() -> None:
    times = np.linspace(0.0, 1.0, 5)
    here, by = path(THROWN, DRAG_PER_M, 0.02, times, np.full(8, 1e-4))
    step = np.array([0.0, 0.01, 0.0, 0.0, -0.02, 0.03])
    there = states_at(THROWN + step, DRAG_PER_M, 0.02, times)[:, :3]
    assert here + by[..., :6] @ step == pytest.approx(there, abs=2e-5)
