"""The rules one by one, at the paper's own scale (unit 1) and at another."""

from __future__ import annotations

import numpy as np
import pytest

from edge.tracking import paper_rules as rules


def points(*xy: tuple[float, float]) -> np.ndarray:
    return np.array(xy, float).reshape(-1, 2)


def line(*x: float) -> list[np.ndarray]:
    return [np.array([one, 50.0]) for one in x]


def test_the_candidate_region_is_the_upper_body_and_gives_its_box_back() -> None:
    boxes = points((100, 200), (180, 500)).reshape(1, 4)
    region = rules.upper_bodies(boxes)
    assert region.tolist() == [[100, 200, 180, 350]]
    np.testing.assert_allclose(rules.box_around(rules.centres(region)[0], np.array([80.0, 300.0])), boxes[0])


def test_close_is_within_fifty_pixels_both_ways() -> None:
    here = np.zeros(2)
    assert rules.close(here, np.array([49.0, -49.0]), 1.0)
    assert not rules.close(here, np.array([51.0, 0.0]), 1.0)
    assert not rules.close(here, np.array([0.0, 51.0]), 1.0)
    assert not rules.close(here, np.array([26.0, 0.0]), 0.5)


def test_the_front_players_window_is_ten_by_fifteen() -> None:
    cloud = points((9, 14), (11, 0), (0, 16), (-9, -14))
    assert rules.counts_in_front(cloud, np.zeros(2), 1.0).tolist() == [True, False, False, True]
    assert rules.counts_in_front(cloud, np.zeros(2), 2.0).all()


def test_the_back_players_window_is_fifteen_and_leaves_the_front_player_out() -> None:
    cloud = points((14, -14), (16, 0), (0, 14), (0, 6))
    counts = rules.counts_behind(cloud, np.zeros(2), np.array([0.0, 20.0]), 1.0)
    assert counts.tolist() == [True, False, False, False]


@pytest.mark.parametrize(
    ("x", "y", "counts"),
    [
        pytest.param(0, -10, False, id="right above where he was"),
        pytest.param(24, -19, False, id="the corner of that"),
        pytest.param(26, -10, True, id="beside it"),
        pytest.param(0, -21, True, id="higher up"),
        pytest.param(0, 5, True, id="below it"),
        pytest.param(100, 90, False, id="on who hides him"),
        pytest.param(100, 84, True, id="above who hides him"),
    ],
)
def test_what_does_not_count_for_who_is_hidden(x: float, y: float, counts: bool) -> None:
    assert rules.counts_hidden(points((x, y)), np.zeros(2), np.array([100.0, 100.0]), 1.0)[0] == counts
    assert rules.counts_hidden(points((x / 2, y / 2)), np.zeros(2), np.array([50.0, 50.0]), 0.5)[0] == counts


def test_mistracked_is_who_stands_exactly_still_outside_all_regions() -> None:
    around, beside = points((0, 0), (100, 100)).reshape(1, 4), points((60, 0), (100, 100)).reshape(1, 4)
    assert rules.mistracked(line(40, 50, 50), beside)
    assert not rules.mistracked(line(40, 50, 50), around)
    assert not rules.mistracked(line(50, 40, 50), beside)
    assert not rules.mistracked(line(50), beside)


def test_running_is_told_by_five_intervals_that_end_two_frames_ago() -> None:
    assert rules.running(line(0, 1, 2, 3, 4, 5, 5), 1.0) == 1
    assert rules.running(line(9, 8, 7, 6, 5, 4, 4), 1.0) == -1
    assert rules.running(line(5, 5, 5, 5, 5, 5, 5), 1.0) == 0  # equation 5 as printed says left
    assert rules.running(line(5, 5, 5, 5, 5, 5, 99), 1.0) == 0  # the last frame is the one in doubt
    assert rules.running(line(0, 5, 5, 5, 5, 5, 5), 1.0) == 1  # all five count
    assert rules.running(line(0, 0.1, 0.2, 0.3, 0.4, 0.8, 0.8), 1.0) == 0
    assert rules.running(line(0, 0.1, 0.2, 0.3, 0.4, 0.8, 0.8), 0.5) == 1
    assert rules.running(line(0, 5, 9), 1.0) == 0


def test_a_runner_is_spread_sixty_ahead_and_thirty_up_and_down() -> None:
    assert [side.tolist() for side in rules.directed(1, 1.0)] == [[0, -30], [60, 30]]
    assert [side.tolist() for side in rules.directed(-1, 0.5)] == [[-30, -15], [0, 15]]


def test_the_smallest_areas_go_until_there_are_as_many_as_players() -> None:
    boxes = np.array([[0.0, 0, 10, 10], [0, 0, 30, 30], [0, 0, 5, 5], [0, 0, 20, 20]])
    assert rules.largest(boxes, 2).tolist() == [1, 3]
    assert rules.largest(boxes, 9).tolist() == [0, 1, 2, 3]


REGIONS = np.array([[100.0, 0, 200, 200], [300, 0, 400, 200]])
NOBODY = points()


def test_first_stage_takes_the_nearest_area_without_one_of_the_team_at_its_centre() -> None:
    lost = np.array([0.0, 100.0])
    assert rules.redetect(lost, REGIONS, NOBODY, NOBODY, 1.0).tolist() == [150, 100]
    mate = points((165, 120))
    assert rules.redetect(lost, REGIONS, mate, mate, 1.0).tolist() == [350, 100]
    beside = points((175, 100))
    assert rules.redetect(lost, REGIONS, beside, beside, 1.0).tolist() == [150, 100]
    opponent = points((150, 100))
    assert rules.redetect(lost, REGIONS, NOBODY, opponent, 1.0).tolist() == [150, 100]


def test_second_stage_takes_where_the_nearest_of_several_in_one_area_is() -> None:
    lost = np.array([0.0, 100.0])
    one_each = points((150, 100), (350, 100))
    assert rules.redetect(lost, REGIONS, one_each, one_each, 1.0) is None
    crowd = points((150, 100), (350, 100), (320, 90))
    assert rules.redetect(lost, REGIONS, crowd, crowd, 1.0).tolist() == [320, 90]


def test_second_stage_takes_an_area_that_holds_nobody() -> None:
    # Too small an area for the first stage's reach: a mate outside of it is within +-20 x +-25 px of its centre.
    small = np.array([[100.0, 100, 110, 110]])
    mate = points((120, 105))
    assert rules.redetect(np.zeros(2), small, mate, mate, 1.0).tolist() == [105, 105]


def test_without_candidates_nobody_is_found() -> None:
    assert rules.redetect(np.zeros(2), np.zeros((0, 4)), NOBODY, points((5, 5)), 1.0) is None


def test_looks_fall_into_two_teams() -> None:
    rng = np.random.default_rng(0)
    team = np.array([0, 1, 0, 1, 1, 0])
    looks = np.eye(8)[team] + 0.3 * rng.standard_normal((6, 8)) / np.sqrt(8)
    means = rules.two_teams(looks / np.linalg.norm(looks, axis=1, keepdims=True))
    found = np.argmax(looks @ means.T, axis=1)
    assert (found == team).all() or (found == 1 - team).all()
