from __future__ import annotations

import numpy as np
import pytest

from edge.kernels.motion import moved
from edge.kernels.particles import advance, estimate, resample, weigh_many, weigh_one


def particles(count: int = 400, seed: int = 0) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    x, y, vx, vy = (rng.normal(0, 10, count).astype(np.float32) for _ in range(4))
    return x, y, vx, vy, np.full(count, 1 / count, np.float32)


def test_weights_follow_the_gaussian_and_sum_to_one() -> None:
    x, y, _, _, w = particles()
    weigh_one(x, y, w, 3.0, -2.0, 4.0)
    expected = np.exp(-((x - 3.0) ** 2 + (y + 2.0) ** 2) / 32)
    assert w.sum() == pytest.approx(1.0, abs=1e-5)
    assert np.allclose(w, expected / expected.sum(), atol=1e-5)


def test_many_candidates_pull_by_their_confidence() -> None:
    x, y, _, _, w = particles()
    weigh_many(x, y, w, np.array([[10, 0, 5, 0.8], [-10, 0, 5, 0.1]], np.float32), 3.0, 0.001)
    assert w[x > 5].sum() > 4 * w[x < -5].sum()


def test_resampling_keeps_the_mean_and_evens_the_weights() -> None:
    x, y, vx, vy, w = particles(4000)
    weigh_one(x, y, w, 8.0, 0.0, 3.0)
    out = np.zeros(7)
    estimate(x, y, vx, vy, w, out)
    before = out.copy()
    assert resample(x, y, vx, vy, w, 0.37, np.zeros((4, 4000), np.float32), 0.9)
    estimate(x, y, vx, vy, w, out)
    assert np.allclose(out[:2], before[:2], atol=0.1)
    assert np.allclose(w, 1 / 4000)


def test_even_weights_are_not_resampled() -> None:
    x, y, vx, vy, w = particles()
    kept = x.copy()
    assert not resample(x, y, vx, vy, w, 0.5, np.zeros((4, 400), np.float32), 0.5)
    assert np.array_equal(x, kept)


def test_advance_moves_by_velocity_and_skips_the_dead() -> None:
    x, y, vx, vy = (np.ones((2, 3), np.float32) for _ in range(4))
    still = np.zeros(2, np.float32)
    advance(x, y, vx, vy, np.array([True, False]), 0.5, still, still, np.zeros((4, 2, 3), np.float32))
    assert np.all(x[0] == 1.5)
    assert np.all(x[1] == 1.0)


def test_moved_marks_the_new_place_and_not_the_one_left() -> None:
    frames = [np.zeros((20, 30, 3), np.uint8) for _ in range(3)]
    for k, frame in enumerate(frames):
        frame[8:12, 5 + 7 * k : 9 + 7 * k] = 200
    mask = np.zeros((20, 30), np.uint8)
    moved(frames[2], frames[1], frames[0], 22, mask)
    assert mask[10, 20] == 255
    assert mask[:, :18].sum() == 0
