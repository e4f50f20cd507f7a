"""Boxes' middles against Kalman's matrices; who hides whom; by how much a camera panned."""

from __future__ import annotations

import numpy as np
import pytest

from edge.kernels.centres import COLUMNS, begin, common_shift, foresee, look

FASTEST = 4.5


def standing(xs: list[float], lower: list[float] | None = None) -> np.ndarray:
    state = np.zeros((len(xs) + 1, COLUMNS))
    for row, box in zip(state, boxes_at(xs, lower), strict=False):
        begin(row, box)
    return state


def boxes_at(xs: list[float], lower: list[float] | None = None) -> np.ndarray:
    edges = [400.0] * len(xs) if lower is None else lower
    return np.array([[x - 30, y - 200, x + 30, y] for x, y in zip(xs, edges, strict=True)])


def test_a_look_after_a_step_is_kalmans_filter() -> None:
    state, dt = standing([100.0]), 0.05
    begin_px = state[0, 0]
    before = np.array([[state[0, 4], 0], [0, state[0, 8]]])
    foresee(state, 1, dt, np.zeros(1))
    push = 2.0 * 200.0**2
    step = np.array([[1, dt], [0, 1]])
    spread = step @ before @ step.T + push * np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
    look(state, 1, np.zeros(1, np.int16), boxes_at([104.0]), FASTEST)
    gain = spread[:, 0] / (spread[0, 0] + (0.03 * 200) ** 2)
    np.testing.assert_allclose(state[0, [0, 2]], [begin_px + 4 * gain[0], 4 * gain[1]])
    after = spread - np.outer(gain, spread[0])
    np.testing.assert_allclose(state[0, [4, 7, 8]], [after[0, 0], after[0, 1], after[1, 1]])


def test_a_jump_is_followed_at_once_but_nobody_gets_faster_than_people_are() -> None:
    state = standing([100.0])
    foresee(state, 1, 0.05, np.zeros(1))
    look(state, 1, np.zeros(1, np.int16), boxes_at([600.0]), FASTEST)
    assert state[0, 0] == pytest.approx(600)
    assert np.hypot(*state[0, 2:4]) == pytest.approx(FASTEST * 200)


def test_who_is_behind_is_hidden_by_as_much_as_is_covered() -> None:
    state, hidden = standing([100.0, 130.0, 500.0], [400.0, 450.0, 400.0]), np.zeros(3)
    foresee(state, 3, 0.0, hidden)
    np.testing.assert_allclose(hidden, [0.5 * 0.75, 0, 0])


@pytest.mark.parametrize("pan", [(0.0, 0.0), (25.0, -8.0), (-60.0, 3.0)])
def test_the_camera_s_pan_is_what_most_have_in_common(pan: tuple[float, float]) -> None:
    xs = [100.0, 300.0, 520.0, 700.0, 1000.0]
    state, shift = standing(xs), np.zeros(3)
    seen = boxes_at(xs) + np.tile(pan, 2)
    seen[2] += [40, 0, 40, 0]  # one of them runs
    assert common_shift(state, 5, seen[::-1].copy(), 5, shift, np.zeros((2, 5))) == 5
    np.testing.assert_allclose(shift[:2], pan, atol=1e-9)


def test_without_anybody_like_them_there_is_no_pan() -> None:
    state, shift = standing([100.0, 300.0]), np.zeros(3)
    assert common_shift(state, 2, np.zeros((0, 4)), 0, shift, np.zeros((2, 2))) == 0
