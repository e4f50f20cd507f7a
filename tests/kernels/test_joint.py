"""The joint filter's Gaussians against matrices, and a whole step."""

from __future__ import annotations

import numpy as np
import pytest

from edge.kernels.joint import Filter, Moves, Seen, advance, breathe, follow, make_filter, score, step


def seen_at(xy: list[list[float]], spread: float = 0.01, gain: float = 8.0, tall: float = 0.0) -> Seen:
    """Boxes at these places, all as tall as one another."""
    count = len(xy)
    return Seen(
        np.array(xy).reshape(count, 2), np.tile(spread * np.eye(2), (count, 1, 1)), np.full(count, gain),
        np.full(count, tall), np.full(count, 0.02),
    )  # fmt: skip


def talls(players: int, of: float = 0.0) -> np.ndarray:
    """One particle's, variance 0.02 all in all."""
    return np.tile([of, 0.0, 0.02, -0.01, 0.02], (1, players, 1))


def test_moving_on_is_the_matrix_product() -> None:
    rng = np.random.default_rng(1)
    mean = rng.normal(0, 1, (2, 3, 4))
    root = rng.normal(0, 1, (2, 3, 4, 4))
    spread = root @ np.swapaxes(root, 2, 3)
    dt, push = 0.05, np.array([4.0, 1.0, 9.0])
    step = np.eye(4)
    step[0, 2] = step[1, 3] = dt
    noise = np.kron(np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]]), np.eye(2))
    wanted_mean = mean @ step.T
    wanted = step @ spread @ step.T + push[:, None, None] * noise
    advance(mean, spread, 2, 3, dt, push, np.full(3, 1e3), np.full(3, 1e6))
    assert np.allclose(mean, wanted_mean)
    assert np.allclose(spread, wanted)


def test_nobody_runs_faster_than_people_do_and_the_unknown_has_an_end() -> None:
    mean, spread = np.array([[[0.0, 0, 30, 40]]]), 100 * np.eye(4)[None, None]
    advance(mean, spread, 1, 1, 0.1, np.ones(1), np.array([5.0]), np.array([9.0]))
    assert np.allclose(mean[0, 0], [0.3, 0.4, 3, 4])
    assert max(spread[0, 0, 0, 0], spread[0, 0, 1, 1]) == pytest.approx(9)


def test_a_pose_passes_and_a_stature_stays() -> None:
    tall = np.array([[[0.5, 0.2, 0.003, -0.001, 0.004]]])
    breathe(tall, 1, 1, 0.5, 0.01, 0.0)
    np.testing.assert_allclose(tall[0, 0], [0.5, 0.1, 0.003, -0.0005, 0.25 * 0.004 + 0.75 * 0.01])


def test_a_box_nearer_by_costs_less_and_one_far_away_more_than_none() -> None:
    mean, spread = np.zeros((1, 1, 4)), 0.01 * np.eye(4)[None, None]
    cost = np.zeros((1, 1, 3))
    seen = seen_at([[0.0, 0], [0.3, 0], [9, 0]])
    score(mean, spread, talls(1), 1, 1, 3, seen, np.zeros(1), np.zeros((1, 3)), cost)
    near, further, far = cost[0, 0]
    assert near < further < 0 < far
    width = 0.02 - 2 * 0.01 + 0.02 + 0.02
    both_at_best = 2 * np.log(1 + 0.02 / 9)
    assert near == pytest.approx(np.log(2 * np.pi * 0.02) + 0.5 * np.log(width / 0.04) - 8 - both_at_best, abs=1e-6)


def test_of_two_boxes_at_one_place_the_one_as_tall_as_he_is_costs_less() -> None:
    seen = seen_at([[0.0, 0], [0.0, 0]])._replace(tall=np.array([0.0, 0.3]))
    cost = np.zeros((1, 1, 2))
    mean, spread = np.zeros((1, 1, 4)), 0.01 * np.eye(4)[None, None]
    score(mean, spread, talls(1, 0.28), 1, 1, 2, seen, np.zeros(1), np.zeros((1, 2)), cost)
    assert cost[0, 0, 1] < cost[0, 0, 0]


def test_who_is_seldom_seen_costs_more_to_be_a_box() -> None:
    cost = np.zeros((1, 2, 1))
    mean, spread = np.zeros((1, 2, 4)), np.tile(0.01 * np.eye(4), (1, 2, 1, 1))
    score(mean, spread, talls(2), 1, 2, 1, seen_at([[0.0, 0]]), np.array([3.0, 0.0]), np.zeros((2, 1)), cost)
    assert cost[0, 1, 0] - cost[0, 0, 0] == pytest.approx(3.0)


def test_a_look_is_kalmans_update_and_who_is_unseen_stays() -> None:
    rng = np.random.default_rng(2)
    mean = rng.normal(0, 1, (1, 2, 4))
    root = rng.normal(0, 1, (1, 2, 4, 4))
    spread = root @ np.swapaxes(root, 2, 3)
    noise = np.array([[[0.3, 0.1], [0.1, 0.5]]])
    seen = seen_at([[0.4, -0.2]], tall=0.1)._replace(noise=noise)
    tall = talls(2)
    out_mean, out_spread, out_tall = np.zeros_like(mean), np.zeros_like(spread), np.zeros_like(tall)
    pairs = np.array([[0, -1]], np.int16)
    follow(mean, spread, tall, 1, 2, np.zeros(1, np.int64), pairs, seen, out_mean, out_spread, out_tall)
    p = spread[0, 0]
    gain = p[:, :2] @ np.linalg.inv(p[:2, :2] + noise[0])
    assert np.allclose(out_mean[0, 0], mean[0, 0] + gain @ (seen.xy[0] - mean[0, 0, :2]))
    assert np.allclose(out_spread[0, 0], p - gain @ p[:2])
    assert np.array_equal(out_mean[0, 1], mean[0, 1])
    own = np.array([[0.02, -0.01], [-0.01, 0.02]])
    kalman = own.sum(axis=1) / (own.sum() + 0.02)
    assert np.allclose(out_tall[0, 0, :2], kalman * 0.1)
    assert np.allclose(out_tall[0, 0, [2, 3, 4]], (own - np.outer(kalman, own.sum(axis=1)))[[0, 0, 1], [0, 1, 1]])
    assert np.array_equal(out_tall[0, 1], tall[0, 1])


def test_half_a_player_teaches_nothing_about_how_tall_he_is() -> None:
    tall, pairs = talls(1), np.zeros((1, 1), np.int16)
    mean, spread, out = np.zeros((1, 1, 4)), np.eye(4)[None, None], np.zeros((1, 1, 5))
    half = seen_at([[0.0, 0]], tall=float(np.log(0.3)))
    follow(mean, spread, tall, 1, 1, np.zeros(1, np.int64), pairs, half, mean.copy(), spread.copy(), out)
    assert np.array_equal(out, tall)


def ready(players: list[list[float]]) -> Filter:
    own = make_filter(8, 4, 4, 3, 5, 200)
    own.spread[:], own.tall[:] = 0.01 * np.eye(4), [0.0, 0.0, 0.02, -0.01, 0.02]
    own.mean[:, :, : len(players), :2] = players
    return own


def test_a_step_tells_who_is_who_remembers_it_and_goes_on_from_there() -> None:
    own = ready([[0.0, 0], [3.0, 0]])
    more, now, particles = np.zeros((4, 4)), 0, 1
    for frame, order in enumerate(([0, 1], [1, 0], [0, 1]), start=1):
        seen = seen_at([[3.0 * k, 0.1] for k in order])
        slow = Moves(np.zeros(4), np.ones(4), np.ones(4))
        particles = step(
            own, now, frame, particles, 2, 2, slow, 0.05, 0.9, 0.01, 0.0, seen, np.full(4, 3.0), more, 10.0
        )
        now = 1 - now
        assert own.boxes_of[0, :2].tolist() == order
        assert own.ring_boxes[frame, 0, :2].tolist() == order
        assert own.weight[0] == 0
    assert 0 < own.mean[now, 0, 0, 1] < 0.1
