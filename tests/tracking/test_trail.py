"""Trails: equation 8's step response at any frame rate, and a smoother that does not lag."""

from __future__ import annotations

import numpy as np
import pytest

from edge.tracking.trail import TRAIL_S, LowPass, Trails

SPREAD = 0.01 * np.eye(2)


def test_low_pass_is_equation_8_at_the_papers_rate() -> None:
    low, expected = LowPass(), np.zeros(2)
    low.update(0.0, np.zeros(2))
    for k in range(1, 20):
        expected = 0.9 * expected + 0.1 * np.array([1.0, -2.0])
        assert low.update(k / 30, np.array([1.0, -2.0])) == pytest.approx(expected)


@pytest.mark.parametrize("rate", [10, 20, 30, 60])
def test_low_pass_answers_a_step_alike_at_any_rate(rate: int) -> None:
    low = LowPass()
    low.update(0.0, np.zeros(2))
    for k in range(1, rate + 1):
        place = low.update(k / rate, np.ones(2))
    assert place == pytest.approx(np.full(2, 1 - 0.9**30))


def test_low_pass_lags_behind_a_runner_by_its_time_constant() -> None:
    low = LowPass()
    for k in range(120):
        place = low.update(k / 30, np.array([5.0 * k / 30, 0.0]))
    lag_s = (119 / 30) - place[0] / 5.0
    assert lag_s == pytest.approx(0.9 / 0.1 / 30, abs=0.01)


def run(trails: Trails, seconds: float, noise_m: float, speed: float = 5.0) -> np.ndarray:
    rng = np.random.default_rng(2)
    for k in range(round(30 * seconds)):
        xy = np.array([speed * k / 30, 1.0]) + rng.normal(0, noise_m, 2)
        trails.update(k / 30, {7: (xy, SPREAD)})
    return trails.trail(7)


def test_a_runner_is_where_he_runs_without_lag() -> None:
    trails = Trails()
    rows = run(trails, 4.0, 0.0)
    found = trails.place(7, 119 / 30)
    assert found is not None
    assert found[0] == pytest.approx([5.0 * 119 / 30, 1.0], abs=0.02)
    assert rows[:, 1] == pytest.approx(5.0 * rows[:, 0], abs=0.02)
    assert rows[-1, 0] - rows[0, 0] <= TRAIL_S + 1e-6
    assert np.all(np.diff(rows[:, 0]) > 0)


def test_what_came_after_makes_a_trail_surer() -> None:
    trails = Trails()
    rows = run(trails, 4.0, 0.3)
    middle = rows[10:-15]
    assert np.sqrt(np.mean((middle[:, 2] - 1.0) ** 2)) < 0.12


def test_one_wild_look_hardly_moves_anybody_and_many_do() -> None:
    trails = Trails()
    for k in range(60):
        trails.update(k / 30, {1: (np.zeros(2), SPREAD)})
    trails.update(2.0, {1: (np.array([6.0, 0.0]), SPREAD)})
    place = trails.place(1, 2.0)
    assert place is not None
    assert np.hypot(*place[0]) < 0.5
    for k in range(61, 90):
        trails.update(k / 30, {1: (np.array([6.0, 0.0]), SPREAD)})
    place = trails.place(1, 89 / 30)
    assert place is not None
    assert np.hypot(*(place[0] - [6.0, 0.0])) < 0.2


def test_unseen_is_less_sure_and_then_not_known() -> None:
    trails = Trails()
    run(trails, 1.0, 0.0)
    near, far = trails.place(7, 1.0), trails.place(7, 1.8)
    assert near is not None
    assert far is not None
    assert np.trace(far[1]) > np.trace(near[1])
    trails.update(3.5, {})
    assert trails.place(7, 3.5) is None
    assert trails.trail(7).shape == (0, 3)


def test_time_that_goes_back_and_what_is_not_finite_do_no_harm() -> None:
    trails = Trails()
    run(trails, 1.0, 0.0)
    trails.update(1.0, {7: (np.array([np.nan, 0.0]), SPREAD), 8: (np.zeros(2), np.full((2, 2), np.inf))})
    assert trails.place(8, 1.0) is None
    trails.update(0.2, {7: (np.array([1.0, 1.0]), SPREAD)})
    place = trails.place(7, 0.2)
    assert place is not None
    assert place[0] == pytest.approx([1.0, 1.0])
