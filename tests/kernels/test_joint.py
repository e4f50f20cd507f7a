"""The joint filter's arithmetic against SciPy and against matrices."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from edge.kernels.joint import advance, assign, branch, choose, follow, score

BAND = 10.0


def cheapest(cost: np.ndarray) -> float:
    """By SciPy, each player free to be unseen at no cost."""
    players = len(cost)
    unseen = np.where(np.eye(players) > 0, 0.0, 1e6)
    full = np.hstack([cost, unseen])
    return float(full[linear_sum_assignment(full)].sum())


def scratch(players: int, boxes: int) -> tuple[np.ndarray, np.ndarray]:
    return np.zeros((4, players + boxes + 2)), np.zeros((2, players + boxes + 2), np.int64)


@pytest.mark.parametrize(("players", "boxes"), [(1, 1), (6, 6), (6, 3), (3, 9), (10, 14), (5, 0)])
def test_the_joint_association_is_the_cheapest(players: int, boxes: int) -> None:
    rng = np.random.default_rng(players * 100 + boxes)
    for _ in range(30):
        cost = rng.normal(-1, 4, (players, boxes))
        out = np.full(players, -7, np.int16)
        total = assign(cost, players, boxes, *scratch(players, boxes), out)
        assert total == pytest.approx(cheapest(cost), abs=1e-9)
        taken = out[out >= 0]
        assert len(set(taken.tolist())) == len(taken)
        assert total == pytest.approx(sum(cost[t, n] for t, n in enumerate(out) if n >= 0))


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


def test_a_box_nearer_by_costs_less_and_one_far_away_more_than_none() -> None:
    mean, spread = np.zeros((1, 1, 4)), 0.01 * np.eye(4)[None, None]
    seen = np.array([[0.0, 0], [0.3, 0], [9, 0]])
    cost = np.zeros((1, 1, 3))
    score(mean, spread, 1, 1, 3, seen, np.tile(0.01 * np.eye(2), (3, 1, 1)), np.full(3, 8.0), np.zeros((1, 3)), cost)
    near, further, far = cost[0, 0]
    assert near < further < 0 < far
    assert near == pytest.approx(np.log(2 * np.pi * 0.02) - 8 - np.log(1 + 0.02 / 9), abs=1e-6)


def test_a_look_is_kalmans_update_and_who_is_unseen_stays() -> None:
    rng = np.random.default_rng(2)
    mean = rng.normal(0, 1, (1, 2, 4))
    root = rng.normal(0, 1, (1, 2, 4, 4))
    spread = root @ np.swapaxes(root, 2, 3)
    seen, noise = np.array([[0.4, -0.2]]), np.array([[[0.3, 0.1], [0.1, 0.5]]])
    recent = np.zeros((1, 3, 2), np.int16)
    out_mean, out_spread, out_recent = np.zeros_like(mean), np.zeros_like(spread), np.zeros_like(recent)
    pairs = np.array([[0, -1]], np.int16)
    follow(mean, spread, recent, 1, 2, np.zeros(1, np.int64), pairs, seen, noise, out_mean, out_spread, out_recent)
    p = spread[0, 0]
    gain = p[:, :2] @ np.linalg.inv(p[:2, :2] + noise[0])
    assert np.allclose(out_mean[0, 0], mean[0, 0] + gain @ (seen[0] - mean[0, 0, :2]))
    assert np.allclose(out_spread[0, 0], p - gain @ p[:2])
    assert np.array_equal(out_mean[0, 1], mean[0, 1])
    assert out_recent[0, -1].tolist() == [0, -1]


def branches(cost: np.ndarray, weight: np.ndarray) -> tuple[int, dict[str, np.ndarray]]:
    particles, players, boxes = cost.shape
    made = {
        "best": np.full((particles, players), -1, np.int16), "value": np.zeros(500),
        "parent": np.zeros(500, np.int64), "change": np.full((500, 4), -1, np.int64),
    }  # fmt: skip
    count = branch(weight, cost, particles, players, boxes, BAND, *scratch(players, boxes), *made.values())
    return count, made


def pick(cost: np.ndarray, weight: np.ndarray, recent: np.ndarray, most: int = 50) -> tuple[np.ndarray, np.ndarray]:
    """Associations (K, T) and weights (K,) that go on."""
    count, made = branches(cost, weight)
    players = cost.shape[1]
    pairs, chosen = np.full((most, players), -1, np.int16), np.zeros(most, np.int64)
    kept = choose(
        count, players, most, 2 * BAND, made["best"], made["value"], made["parent"], made["change"], recent, chosen,
        pairs, np.zeros(most, np.uint64),
    )  # fmt: skip
    return pairs[:kept], made["value"][:kept]


def test_two_who_stand_close_may_be_either_way_round() -> None:
    cost = np.array([[[-5.0, -4.0], [-4.5, -5.0]]])
    pairs, weights = pick(cost, np.zeros(1), np.zeros((1, 4, 2), np.int16))
    ways = {tuple(pair): weight for pair, weight in zip(pairs.tolist(), weights.tolist(), strict=True)}
    assert ways[0, 1] == 0
    assert ways[1, 0] == pytest.approx(1.5)
    assert ways[-1, 1] == pytest.approx(5.0)
    assert np.all(np.diff(weights) >= 0)


def test_what_is_far_less_likely_is_not_followed() -> None:
    cost = np.array([[[-50.0, 40.0], [40.0, -50.0]]])
    pairs, _ = pick(cost, np.zeros(1), np.zeros((1, 4, 2), np.int16))
    assert pairs.tolist() == [[0, 1]]


def test_particles_of_one_recent_past_are_one() -> None:
    cost = np.tile(np.array([[[-50.0, 40.0], [40.0, -50.0]]]), (2, 1, 1))
    same, other = np.zeros((2, 4, 2), np.int16), np.zeros((2, 4, 2), np.int16)
    other[1, 2] = 1, 0
    other[1, 3] = 1, 1
    same[1, 0] = 1, 0  # the oldest frame has gone out of sight by now
    assert len(pick(cost, np.array([0.0, 1.0]), same)[0]) == 1
    assert len(pick(cost, np.array([0.0, 1.0]), other)[0]) == 2
