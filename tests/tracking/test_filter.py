"""The compiled frame step, as its callers see it."""

from __future__ import annotations

import numpy as np
import pytest

from edge.tracking.filter import Info, Observations, Settings, State, new_state, place, seed_streams, step

PARTICLES = 200


def start(targets: int = 3, seed: int = 1, looks: int = 6) -> tuple[State, np.ndarray]:
    state, rng = new_state(targets, PARTICLES, looks, Settings()), np.random.default_rng(seed)
    for k in range(targets):
        place(state, k, [150.0 * k, 80.0], 4.0, 60.0, rng)
    state.spread_px[:], state.push_px_s[:] = 1.0, 15.0
    return state, seed_streams(rng, PARTICLES + 1)


def walk(frames: int, seed: int = 1) -> tuple[State, Info, np.ndarray]:
    """Three who run to the right at 100 px/s, seen within 2 px in no telling order; the truth (3, 2) at the end."""
    state, rng = start(seed=seed)
    chance = np.random.default_rng(9)
    looks = np.zeros((6, 4))
    truth = np.array([[150.0 * k, 80.0] for k in range(3)])
    for _ in range(frames):
        truth = truth + np.array([4.0, 0.0])
        looks[:3, :2] = (truth + chance.normal(0, 2, (3, 2)))[chance.permutation(3)]
        looks[:3, 2] = 2.0
        state, info = step(state, Observations(looks, 3, 0.04), rng)
    return state, info, truth


def test_three_are_followed_with_the_covariance_that_their_errors_have() -> None:
    _, info, truth = walk(40)
    assert np.all(np.hypot(*(info.summary[:, :2] - truth).T) < 4)
    assert np.allclose(info.summary[:, 2], 100, atol=45)
    assert np.all((info.summary[:, 4] > 0.3) & (info.summary[:, 4] < 4))
    assert sorted(info.pair.tolist()) == [0, 1, 2]
    assert info.ignored[0] == 0


def test_a_seed_gives_the_same_bits() -> None:
    one, other, third = walk(15)[0], walk(15)[0], walk(15, seed=2)[0]
    assert one.cloud.tobytes() == other.cloud.tobytes()
    assert one.cloud.tobytes() != third.cloud.tobytes()


def test_what_it_returns_are_the_states_own_arrays() -> None:
    state, rng = start()
    again, info = step(state, Observations(np.zeros((0, 4)), 0, 0.04), rng)
    assert again is state
    assert info is state.info


def test_looks_for_which_there_is_no_room_are_counted_and_left_out() -> None:
    state, rng = start(looks=2)
    looks = np.tile([0.0, 80.0, 2.0, 0.0], (500, 1))
    looks[1, 0] = np.nan
    _, info = step(state, Observations(looks, 500, 0.04), rng)
    assert info.ignored[0] == 499
    assert info.pair.tolist() == [0, -1, -1]


@pytest.mark.parametrize("dt_s", [0.0, 10.0])
def test_gaps_leave_a_sane_state(dt_s: float) -> None:
    state, rng = start()
    for _ in range(5):
        _, info = step(state, Observations(np.array([[0.0, 80.0, 2.0, 0.0]]), 1, dt_s), rng)
    assert np.isfinite(state.cloud).all()
    assert np.allclose(state.cloud[4].sum(axis=1), 1, atol=1e-4)
    assert np.isfinite(info.summary).all()


def test_too_few_streams_or_rows_are_refused() -> None:
    state, rng = start()
    with pytest.raises(ValueError, match="201"):
        step(state, Observations(np.zeros((1, 4)), 1, 0.04), rng[:, :50])
    with pytest.raises(ValueError, match="rows"):
        step(state, Observations(np.zeros((1, 4)), 2, 0.04), rng)
