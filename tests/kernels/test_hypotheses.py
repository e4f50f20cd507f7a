"""Associations of players and boxes: the cheapest against SciPy, those beside it, and what of their past is kept."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from edge.kernels.hypotheses import assign, branch, choose, prune, trace

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


def branches(cost: np.ndarray, weight: np.ndarray) -> tuple[int, dict[str, np.ndarray]]:
    particles, players, boxes = cost.shape
    made = {
        "best": np.full((particles, players), -1, np.int16), "value": np.zeros(500),
        "parent": np.zeros(500, np.int64), "change": np.full((500, 4), -1, np.int64),
    }  # fmt: skip
    count = branch(weight, cost, particles, players, boxes, BAND, *scratch(players, boxes), *made.values())
    return count, made


def pick(cost: np.ndarray, weight: np.ndarray, past: np.ndarray, most: int = 50) -> tuple[np.ndarray, np.ndarray]:
    """Associations (K, T) and weights (K,) that go on. past (H, W): what particles have behind them."""
    count, made = branches(cost, weight)
    players = cost.shape[1]
    pairs, chosen, weights = np.full((most, players), -1, np.int16), np.zeros(most, np.int64), np.zeros(most)
    kept = choose(
        count, players, most, 2 * BAND, made["best"], made["value"], made["parent"], made["change"],
        np.zeros(500, np.int64), past, 0, chosen, pairs, weights, np.zeros(most, np.uint64), np.zeros(most, np.uint64),
    )  # fmt: skip
    return pairs[:kept], weights[:kept]


def test_those_that_go_on_are_the_likeliest_in_order() -> None:
    rng = np.random.default_rng(5)
    cost = rng.normal(-4, 2, (3, 4, 5))
    weight, past = np.array([0.0, 0.5, 1.0]), np.arange(12, dtype=np.uint64).reshape(3, 4)
    count, made = branches(cost, weight)
    _, weights = pick(cost, weight, past, most=12)
    values = np.sort(made["value"][:count])
    np.testing.assert_allclose(weights, (values - values[0])[:12])


def test_two_who_stand_close_may_be_either_way_round() -> None:
    cost = np.array([[[-5.0, -4.0], [-4.5, -5.0]]])
    pairs, weights = pick(cost, np.zeros(1), np.zeros((1, 4), np.uint64))
    ways = {tuple(pair): weight for pair, weight in zip(pairs.tolist(), weights.tolist(), strict=True)}
    assert ways[0, 1] == 0
    assert ways[1, 0] == pytest.approx(1.5)
    assert ways[-1, 1] == pytest.approx(5.0)
    assert np.all(np.diff(weights) >= 0)


def test_what_is_far_less_likely_is_not_followed() -> None:
    cost = np.array([[[-50.0, 40.0], [40.0, -50.0]]])
    pairs, _ = pick(cost, np.zeros(1), np.zeros((1, 4), np.uint64))
    assert pairs.tolist() == [[0, 1]]


def test_particles_of_one_recent_past_are_one() -> None:
    cost = np.tile(np.array([[[-50.0, 40.0], [40.0, -50.0]]]), (2, 1, 1))
    same, other = np.full((2, 4), 7, np.uint64), np.full((2, 4), 7, np.uint64)
    other[1, 2] = 8
    same[1, 0] = 8  # the oldest frame has gone out of sight by now
    assert len(pick(cost, np.array([0.0, 1.0]), same)[0]) == 1
    assert len(pick(cost, np.array([0.0, 1.0]), other)[0]) == 2


def ring() -> tuple[np.ndarray, np.ndarray]:
    """Two particles over four frames, in a ring of three; both of the last two come from the first of frame 2."""
    boxes, parents = np.full((3, 2, 1), -1, np.int16), np.zeros((3, 2), np.int16)
    boxes[1] = [[5], [6]]  # frame 1
    boxes[2], parents[2] = [[7], [8]], [1, 0]  # frame 2: crossed over
    boxes[0], parents[0] = [[9], [4]], [0, 0]  # frame 3
    return boxes, parents


def test_the_past_is_that_of_whoever_has_won() -> None:
    boxes, parents = ring()
    path = np.zeros((5, 1), np.int16)
    trace(boxes, parents, 0, 2, path)
    assert path[:3, 0].tolist() == [6, 7, 9]


def test_another_past_than_what_was_told_weighs_nothing() -> None:
    _, parents = ring()
    weight = np.array([0.0, 1.0])
    prune(parents, 0, 1, 2, weight)
    assert weight.tolist() == [0.0, 1.0]
    prune(parents, 2, 1, 2, weight)
    assert weight.tolist() == [0.0, np.inf]
    count, made = branches(np.full((2, 1, 1), -5.0), weight)
    assert set(made["parent"][:count]) == {0}
