"""Two teams by what people wear: told apart where the colours part, left open where they do not."""

from __future__ import annotations

import numpy as np
import pytest

from edge.tracking.teams import TeamFinder, two_centres, unhidden
from edge.types import FloatArray

RED, BLUE, BLACK = (np.array(look, float) for look in ([30, 50, 30, 10, 0, 0], [25, 5, -40, 10, 0, 0], [8] + [0] * 5))


def wear(finder: TeamFinder, looks: dict[int, FloatArray], rounds: int, seed: int = 1, noise: float = 4.0) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(rounds):
        for track_id, look in looks.items():
            finder.see(track_id, look + rng.normal(0, noise, 6))


def test_two_colours_are_two_teams_and_an_official_is_of_neither() -> None:
    finder = TeamFinder()
    wear(finder, {1: RED, 2: RED, 3: RED, 4: BLUE, 5: BLUE, 6: BLUE, 9: BLACK}, 12)
    names = [finder.team(track_id) for track_id in range(1, 7)]
    assert names[0] is not None
    assert names[3] is not None
    assert names[0] != names[3]
    assert names == [names[0]] * 3 + [names[3]] * 3
    assert finder.team(9) is None
    assert finder.probability(9)[2] > 0.9
    assert finder.probability(1).sum() == pytest.approx(1.0)


def test_nothing_is_told_before_enough_was_seen() -> None:
    finder = TeamFinder()
    wear(finder, {1: RED, 2: RED, 3: BLUE, 4: BLUE}, 2)
    assert [finder.team(track_id) for track_id in range(1, 5)] == [None] * 4
    assert finder.colours is None
    assert np.allclose(finder.probability(1), 1 / 3)


@pytest.mark.parametrize("seed", range(5))
def test_one_colour_is_not_cut_in_two(seed: int) -> None:
    finder = TeamFinder()
    wear(finder, dict.fromkeys(range(1, 11), RED), 12, seed, noise=6.0)
    assert finder.colours is None
    assert {finder.team(track_id) for track_id in range(1, 11)} == {None}


def test_ten_who_dress_as_they_like_are_no_teams() -> None:
    rng = np.random.default_rng(3)
    finder = TeamFinder()
    wear(finder, {one: rng.uniform([5, -60, -60, 3, -30, -30], [58, 60, 60, 35, 30, 30]) for one in range(10)}, 12)
    assert finder.colours is None


def test_somebody_who_comes_late_joins_his_team_under_its_old_name() -> None:
    finder = TeamFinder()
    wear(finder, {1: RED, 2: RED, 3: BLUE, 4: BLUE}, 12)
    before = finder.team(1), finder.team(3)
    wear(finder, {21: BLUE}, 2)
    assert finder.team(21) is None, "two looks are too few"
    wear(finder, {21: BLUE}, 2)
    assert finder.team(21) == before[1]
    wear(finder, {31: RED, 32: RED, 33: BLUE, 34: BLUE}, 8, seed=5)
    assert (finder.team(31), finder.team(33)) == before, "as after a cut: new numbers, the same names"


def test_a_track_that_goes_over_to_another_player_changes_its_team() -> None:
    finder = TeamFinder()
    wear(finder, {1: RED, 2: RED, 3: RED, 4: BLUE, 5: BLUE, 6: BLUE}, 12)
    red, blue = finder.team(1), finder.team(4)
    wear(finder, {1: BLUE}, 12)
    assert finder.team(1) == blue != red


def test_a_few_bad_looks_change_nothing() -> None:
    finder = TeamFinder()
    wear(finder, {1: RED, 2: RED, 3: BLUE, 4: BLUE}, 12)
    name = finder.team(1)
    wear(finder, {1: BLACK}, 3)
    assert finder.team(1) == name
    finder.see(1, np.full(6, np.nan))
    assert finder.team(1) == name


def test_centres_are_found_whatever_others_wear() -> None:
    points = np.array([RED, RED + 2, RED - 2, BLUE, BLUE + 2, BLACK + np.array([0, 60, -60, 0, 0, 0])])
    found = two_centres(points, np.ones(6))
    assert found is not None
    assert min(np.linalg.norm(found - RED, axis=1)) < 3
    assert min(np.linalg.norm(found - BLUE, axis=1)) < 3
    assert two_centres(points[:3], np.ones(3)) is None


def test_those_not_seen_yet_are_looked_at_first() -> None:
    finder = TeamFinder()
    wear(finder, {1: RED, 2: RED}, 3)
    wear(finder, {1: RED}, 1)
    assert finder.next_to_see([1, 2, 3], 2) == [3, 2]
    assert finder.next_to_see([], 2) == []


def test_whose_trunk_is_behind_another_is_not_looked_at() -> None:
    boxes = np.array([[100, 100, 160, 300], [120, 120, 180, 330], [400, 100, 460, 300]], float)
    assert unhidden(boxes).tolist() == [False, True, True]
    assert unhidden(np.zeros((0, 4))).tolist() == []
