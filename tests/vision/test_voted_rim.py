"""A ring by the vote of many unsure looks."""

from __future__ import annotations

import numpy as np
import pytest

from edge.vision.rim import agreed_rim, voted_rim


def boxes(count: int, x: float, width: float, confidence: float, seed: int = 0) -> np.ndarray:
    """Looks (count, 5) at one hoop, ring and net as high as wide, a few pixels off."""
    rows = np.tile([x, 150.0, width, width, confidence], (count, 1))
    rows[:, :2] += np.random.default_rng(seed).normal(0, 3, (count, 2))
    return rows


def test_many_unsure_looks_at_one_place_beat_a_sure_one_elsewhere() -> None:
    rim = voted_rim(np.concatenate([boxes(12, 100, 80, 0.2), boxes(1, 300, 80, 0.9)]), None)
    assert rim is not None
    assert rim.x_px == pytest.approx(100, abs=3)
    assert rim.width_px == pytest.approx(80)
    # The ring's middle: the box begins at 110 and a ring is a quarter as high as wide.
    assert rim.y_px == pytest.approx(120, abs=3)


def test_a_hoop_too_small_for_the_ball_has_no_vote() -> None:
    looks = np.concatenate([boxes(5, 100, 80, 0.2), boxes(20, 300, 15, 0.5)])
    with_ball, without = voted_rim(looks, 21.0), voted_rim(looks, None)
    assert with_ball is not None
    assert without is not None
    assert with_ball.x_px == pytest.approx(100, abs=3)
    assert without.x_px == pytest.approx(300, abs=3)


def test_looks_that_do_not_agree_tell_nothing() -> None:
    scattered = np.concatenate([boxes(1, x, 80, 0.3, seed) for seed, x in enumerate((50, 150, 250))])
    assert voted_rim(scattered, None) is None
    assert voted_rim(np.zeros((0, 5)), 20.0) is None


def test_a_hoop_that_most_looks_see_unsurely_is_agreed_upon() -> None:
    looks = [boxes(1, 100, 80, 0.15, seed) if seed % 4 else np.zeros((0, 5)) for seed in range(20)]
    rim = agreed_rim(looks, 21.0)
    assert rim is not None
    assert rim.x_px == pytest.approx(100, abs=3)
    assert rim.width_px == pytest.approx(80)


@pytest.mark.parametrize("seen", [4, 9])
def test_a_hoop_that_few_looks_see_is_none(seen: int) -> None:
    looks = [boxes(1, 100, 80, 0.9, seed) for seed in range(seen)] + [np.zeros((0, 5))] * (20 - seen)
    assert agreed_rim(looks, 21.0) is None


def test_two_hoops_alike_are_none_and_one_of_another_size_is_no_rival() -> None:
    both = [np.concatenate([boxes(1, 100, 80, 0.3, seed), boxes(1, 400, 80, 0.2, seed)]) for seed in range(20)]
    small = [np.concatenate([boxes(1, 100, 80, 0.3, seed), boxes(1, 400, 20, 0.9, seed)]) for seed in range(20)]
    assert agreed_rim(both, 21.0) is None
    assert agreed_rim(small, 21.0) is not None
    assert agreed_rim([], 21.0) is None
