from __future__ import annotations

import numpy as np
import pytest

from edge.kernels.flight import find_flight, follow


def cloud(frames: int, clutter: int, seed: int, ball: bool = True) -> tuple[np.ndarray, ...]:
    """Candidates of a known flight among clutter, sorted by frame."""
    rng = np.random.default_rng(seed)
    rows = []
    for index in range(frames):
        t = index / 30
        rows += [[index, t, *rng.uniform(0, 1000, 2), rng.uniform(8, 20), 0.7] for _ in range(clutter)]
        if ball:
            x, y = 100 + 400 * t, 500 - 900 * t + 0.5 * 1400 * t * t
            rows.append([index, t, *(np.array([x, y]) + rng.normal(0, 0.5, 2)), 12.0, 1.0])
    table = np.array(rows)
    return (table[:, 0].astype(np.int64), *(np.ascontiguousarray(table[:, k]) for k in range(1, 6)))


@pytest.mark.parametrize("seed", range(5))
def test_a_flight_is_found_among_clutter_with_its_gravity(seed: int) -> None:
    score, count, first, curve = find_flight(*cloud(16, 5, seed), 200.0, 8000.0, 1.5)
    assert count >= 14
    assert first <= 2
    assert score > 10
    assert curve[5] == pytest.approx(1400, rel=0.08)
    assert curve[2] == pytest.approx(400, rel=0.05)


def test_gravity_out_of_range_is_no_flight() -> None:
    score, count, _, _ = find_flight(*cloud(16, 0, 0), 3000.0, 8000.0, 0.5)
    assert (score, count) == (0.0, 0)


def test_nothing_gives_nothing() -> None:
    empty = np.zeros(0)
    score, count, first, _ = find_flight(np.zeros(0, np.int64), *[empty] * 5, 200.0, 8000.0, 1.5)
    assert (score, count, first) == (0.0, 0, -1)


def test_follow_takes_the_ball_and_not_the_clutter() -> None:
    frame, t, x, y, r, w = cloud(30, 3, 1)
    is_ball = r == 12.0
    start = is_ball & (frame == 0)
    path = follow(frame, t, x, y, w, start, 2500.0, 6)
    assert is_ball[path].mean() > 0.9
    assert np.all(np.diff(frame[path]) > 0)


def test_follow_without_a_start_is_empty() -> None:
    frame, t, x, y, _, w = cloud(10, 1, 1)
    assert len(follow(frame, t, x, y, w, np.zeros(len(frame), bool), 2500.0, 6)) == 0
