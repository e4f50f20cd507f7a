"""A teacher's balls are taken where they fly as balls do, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from engines.ball.pseudo import LEAST_ON_PATH, WINDOW_FRAMES, agreed

NONE = np.zeros((0, 4))


def flight(count: int, x: float = 100.0, speed: float = 14.0, radius: float = 10.0, top: float = 6.0) -> np.ndarray:
    """Places (N, 4) of a thrown ball, a frame each."""
    t = np.arange(count, dtype=float)
    return np.column_stack(
        [x + speed * t, 300 - 20 * t + 0.7 * (t - top) * t, np.full(count, radius), np.full(count, 0.3)]
    )


def rows(*parts: np.ndarray) -> np.ndarray:
    return np.concatenate([np.atleast_2d(part) for part in parts])


def test_a_thrown_ball_among_clutter_is_kept_and_the_clutter_is_not() -> None:
    rng = np.random.default_rng(0)
    path = flight(12)
    seen = []
    for place in path:
        clutter = np.column_stack(
            [rng.uniform(0, 1200, 3), rng.uniform(0, 700, 3), rng.uniform(5, 20, 3), np.full(3, 0.9)]
        )
        seen.append(rows(clutter, place))
    found = agreed(seen)
    assert sorted(found) == list(range(12))
    for number, balls in found.items():
        assert balls.shape == (1, 3)
        assert np.allclose(balls[0], path[number, :3])


def test_frames_on_which_it_was_missed_are_left_out() -> None:
    seen = [place[None] for place in flight(10)]
    seen[4] = NONE
    found = agreed(seen)
    assert sorted(found) == [0, 1, 2, 3, 5, 6, 7, 8, 9]


def test_a_lamp_is_not_kept() -> None:
    rng = np.random.default_rng(1)
    lamps = np.tile([640.0, 80.0, 12.0, 0.95], (20, 1, 1))
    lamps[..., :2] += rng.normal(0, 0.5, (20, 1, 2))
    assert agreed(lamps) == {}


@pytest.mark.parametrize("seed", range(5))
def test_random_clutter_is_not_kept(seed: int) -> None:
    rng = np.random.default_rng(seed)
    seen = [
        np.column_stack([rng.uniform(0, 1280, 3), rng.uniform(0, 720, 3), rng.uniform(5, 20, 3), rng.random(3)])
        for _ in range(20)
    ]
    assert agreed(seen) == {}


def test_a_ball_that_turns_at_every_frame_is_not_kept() -> None:
    seen = [np.array([[300.0 + 60 * (k % 2), 200.0 + 10 * k, 10.0, 0.8]]) for k in range(20)]
    assert agreed(seen) == {}


def test_what_changes_its_size_on_the_way_is_not_kept() -> None:
    path = flight(7)
    path[:, 2] = [6, 25, 6, 25, 6, 25, 6]
    assert agreed([place[None] for place in path]) == {}


def test_a_flight_too_short_to_be_sure_is_not_kept() -> None:
    seen = [place[None] for place in flight(LEAST_ON_PATH - 1)] + [NONE] * WINDOW_FRAMES
    assert agreed(seen) == {}
    assert len(agreed([place[None] for place in flight(LEAST_ON_PATH)] + [NONE] * WINDOW_FRAMES)) == LEAST_ON_PATH


def test_two_balls_in_the_air_one_after_the_other_are_both_kept() -> None:
    first, second = flight(9), flight(9, x=900, speed=-11, radius=8)
    seen = [place[None] for place in first] + [NONE] * WINDOW_FRAMES + [place[None] for place in second]
    found = agreed(seen)
    assert sorted(found) == [*range(9), *range(9 + WINDOW_FRAMES, 18 + WINDOW_FRAMES)]
    assert np.allclose(found[20][0], second[20 - 9 - WINDOW_FRAMES, :3])


def test_two_balls_in_the_air_at_once_only_true_balls_are_kept_and_none_twice() -> None:
    first, second = flight(12), flight(12, x=900, speed=-11, radius=8)
    found = agreed([rows(a, b) for a, b in zip(first, second, strict=True)])
    assert sorted(found) == list(range(12))
    for number, balls in found.items():
        true = rows(first[number], second[number])[:, :3]
        off = np.abs(balls[:, None] - true[None]).max(axis=2)
        assert (off.min(axis=1) < 1e-9).all()
        assert len(set(off.argmin(axis=1))) == len(balls)


def test_too_few_frames_give_nothing() -> None:
    assert agreed([place[None] for place in flight(WINDOW_FRAMES - 1)]) == {}
    assert agreed([]) == {}
