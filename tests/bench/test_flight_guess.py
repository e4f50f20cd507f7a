"""The guess at made or missed from a part of the flight."""

from __future__ import annotations

import numpy as np
import pytest

from edge.game.trajectory import fit_flight
from edge.game.trajectory_model import Knowledge
from tests.bench.flight_guess import for_shooter, made_chance
from tests.game.test_trajectory import BASKET, PLAIN, SIDE, exact, fly, standing, track_of


def test_a_third_of_a_flight_tells_a_good_shot_from_a_bad_one() -> None:
    place = (8.0, 0.5)
    chances = []
    for beyond in ((0.0, 0.0), (0.5, 0.4)):
        times, points = fly(place, beyond)
        few = track_of(SIDE, times[:12], points[:12])
        fit = fit_flight(few, exact(SIDE), BASKET, standing(place), PLAIN)
        assert fit is not None
        chances.append(made_chance(fit))
    assert chances[0] > chances[1] + 0.2
    assert all(0.0 <= chance <= 1.0 for chance in chances)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 1.0])
def test_who_makes_more_comes_down_nearer_to_the_middle(share: float) -> None:
    """Of shots drawn as widely as that, the share comes down within what counts as even."""
    aim = for_shooter(Knowledge(), share).aim_m
    landed = np.random.default_rng(1).normal(0.0, aim[0], (20_000, 2))
    inside = float(np.mean(np.hypot(*landed.T) < 0.165))
    assert inside == pytest.approx(min(max(share / 0.9, 0.1), 0.95), abs=0.01)
