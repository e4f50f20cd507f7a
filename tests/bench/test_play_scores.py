"""What counts as right in the paper's tables, on scenes small enough to count by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from calibration.camera import look_at
from calibration.court import NBA
from edge.kernels.boxes import iou
from edge.types import BallMode, BallState, TrackStatus
from tests.bench.court_play import SIZE, Scene, scene_from_gym
from tests.bench.court_sightings import sight
from tests.bench.play_followers import FrameFollowed, follow, same
from tests.bench.play_scores import (
    ANYBODY,
    BALL,
    FAST,
    HOLDER,
    MODE,
    NORMAL,
    OCCLUDED,
    PLAYERS,
    Score,
    add,
    conditions,
    score,
    score_joined,
)
from tests.bench.play_tables import Played, figures, gym_plays, rows

FRAMES = 10
BOXES = np.array([[100.0, 300.0, 160.0, 480.0], [600.0, 300.0, 660.0, 480.0]])


def _scene() -> Scene:
    camera = look_at((9.0, -11.0, 3.6), (9.0, 0.0, 1.0), SIZE, 70.0)
    boxes = np.tile(BOXES, (FRAMES, 1, 1))
    below = np.column_stack([(BOXES[:, 0] + BOXES[:, 2]) / 2, BOXES[:, 3]])
    return Scene(
        "made", "nba", True, camera, NBA, 30.0, boxes, np.ones((FRAMES, 2), bool),
        np.tile(camera.floor(below), (FRAMES, 1, 1)), np.array([0, 1]), np.full((FRAMES, 2, 2, 2), np.nan),
        np.tile([160.0, 400.0], (FRAMES, 1)), np.full(FRAMES, 8.0), np.zeros(FRAMES), np.ones(FRAMES, bool),
        [BallMode.HELD] * FRAMES, np.ones(FRAMES, np.int64),
    )  # fmt: skip


def _ball(xy: tuple[float, float], status: TrackStatus = TrackStatus.CONFIRMED, **more: object) -> BallState:
    return BallState(np.array(xy), np.zeros(2), 8.0, np.eye(2), status, 0.9, **more)  # type: ignore[arg-type]


def _frames(ids: list[list[int]], ball: BallState | None = None) -> list[FrameFollowed]:
    return [FrameFollowed(numbers, BOXES[: len(numbers)], ball) for numbers in ids]


def _shares(frames: list[FrameFollowed], scene: Scene | None = None) -> Score:
    return score(_scene() if scene is None else scene, frames)


def test_two_who_are_exchanged_are_wrong_until_they_are_back() -> None:
    found = _shares(_frames([[1, 2]] * 4 + [[2, 1]] * 3 + [[1, 2]] * 3))
    assert found.share(PLAYERS) == pytest.approx(0.7)
    assert found.share(ANYBODY) == 1.0


def test_a_new_number_is_wrong_for_good_and_so_are_frames_before_the_first() -> None:
    found = _shares(_frames([[]] * 2 + [[1, 2]] * 4 + [[1, 7]] * 4))
    assert found.share(PLAYERS) == pytest.approx((8 + 4) / 20)
    assert found.share(ANYBODY) == pytest.approx(0.8)


def test_a_track_that_is_somebodys_own_is_nobody_elses() -> None:
    # Both stand in one box: the one track there is the first one's alone.
    scene = _scene()
    both = replace(scene, boxes=np.tile(BOXES[:1], (FRAMES, 2, 1)), feet_m=np.repeat(scene.feet_m[:, :1], 2, axis=1))
    assert _shares(_frames([[1]] * FRAMES), both).share(PLAYERS) == pytest.approx(0.5)


def test_near_on_the_floor_is_right_though_the_boxes_hardly_overlap() -> None:
    low = BOXES.copy()
    low[:, 1] = 430.0
    assert iou(low, BOXES)[0, 0] < 0.5
    assert _shares([FrameFollowed([1, 2], low, None)] * FRAMES).share(PLAYERS) == 1.0
    assert _shares([FrameFollowed([1, 2], low - np.array([0, 160, 0, 160]), None)] * FRAMES).share(PLAYERS) == 0.0


def test_who_is_out_of_the_picture_does_not_count() -> None:
    scene = _scene()
    scene.seen[5:, 1] = False
    found = _shares(_frames([[1, 2]] * 5 + [[1]] * 5), scene)
    assert (found.right[PLAYERS], found.total[PLAYERS]) == (15, 15)


@pytest.mark.parametrize(
    ("away", "status", "expected"),
    [
        (11.9, TrackStatus.CONFIRMED, 1.0),
        (12.1, TrackStatus.CONFIRMED, 0.0),
        (3.0, TrackStatus.OCCLUDED, 1.0),
        (3.0, TrackStatus.LOST, 0.0),
    ],
)
def test_the_ball_is_right_within_a_radius_and_a_half_unless_lost(
    away: float, status: TrackStatus, expected: float
) -> None:
    found = _shares(_frames([[1, 2]] * FRAMES, _ball((160.0 + away, 400.0), status)))
    assert found.share(BALL) == expected
    assert found.total[NORMAL] == FRAMES


def test_a_small_ball_may_be_six_px_off_and_one_outside_does_not_count() -> None:
    scene = replace(_scene(), radius_px=np.full(FRAMES, 2.0))
    assert _shares(_frames([[1, 2]] * FRAMES, _ball((165.9, 400.0))), scene).share(BALL) == 1.0
    scene.in_picture[:4] = False
    assert _shares(_frames([[1, 2]] * FRAMES, None), scene).total[BALL] == 6


def test_each_frame_is_of_one_condition() -> None:
    scene = _scene()
    # 30 px at 3840 are 10 px here, in two frames; the ball sets off at frame 4.
    scene.ball_px[:, 0] += np.maximum(np.arange(FRAMES) - 3, 0) * 5.1
    scene.hidden[7:] = 0.6
    assert conditions(scene).tolist() == [NORMAL] * 5 + [FAST] * 2 + [OCCLUDED] * 3


def test_mode_and_holder_are_those_of_the_truth_whatever_the_number() -> None:
    held = _ball((160.0, 400.0), mode=BallMode.HELD, holder_id=9)
    wrong = _ball((160.0, 400.0), mode=BallMode.PASSED, holder_id=2)
    lost = _ball((160.0, 400.0), TrackStatus.LOST, mode=BallMode.HELD, holder_id=9)
    frames = _frames([[9, 2]] * 5, held) + _frames([[9, 2]] * 3, wrong) + _frames([[9, 2]] * 2, lost)
    found = _shares(frames)
    assert found.share(MODE) == pytest.approx(0.5)
    assert found.share(HOLDER) == pytest.approx(0.5)
    assert found.modes["held", "passed"] == 3
    scene = _scene()
    scene.holder[5:] = 0
    assert _shares(frames, scene).total[HOLDER] == 5


def test_sightings_are_joined_by_straight_lines() -> None:
    scene = _scene()
    scene.ball_px[:, 0] += 20.0 * np.arange(FRAMES)
    seen = [np.array([[*xy, 8.0, 0.9], [1000.0, 50.0, 8.0, 0.99]]) for xy in scene.ball_px]
    gap = [rows if k in (0, 1, 8, 9) else rows[1:] for k, rows in enumerate(seen)]
    assert score_joined(scene, gap).share(BALL) == 1.0
    assert score_joined(scene, [seen[0], *[rows[1:] for rows in seen[1:]]]).share(BALL) == pytest.approx(0.1)
    assert score_joined(scene, [rows[1:] for rows in seen]).total[BALL] == 0


def test_the_same_box_is_found_and_none_where_none_overlaps() -> None:
    assert same(BOXES[1] + 5.0, BOXES) == 1
    assert same(BOXES[1] + 100.0, BOXES) is None


def test_scores_add_up_frame_by_frame() -> None:
    one, two = Score(), Score()
    one.count(BALL, np.array([True]))
    two.count(BALL, np.array([True, False, False]))
    assert add([one, two]).share(BALL) == pytest.approx(0.5)
    assert np.isnan(Score().share(BALL))


@pytest.mark.parametrize("method", ["joint", "paper"])
def test_both_methods_follow_a_play_of_the_virtual_gym(method: str) -> None:
    scene = scene_from_gym("threes", 4, 3.0)
    seen = sight(scene, 1)
    followed = follow(seen, method)  # type: ignore[arg-type]
    found = score(scene, followed.frames)
    assert len(followed.frames) == len(scene)
    assert found.share(ANYBODY) > 0.8
    assert found.share(BALL) > 0.4
    again = score(scene, follow(seen, method).frames)  # type: ignore[arg-type]
    assert again == found


def test_keys_have_a_prefix_for_split_method_and_source() -> None:
    scene = _scene()
    ours, paper, joined = _shares(_frames([[1, 2]] * FRAMES)), _shares(_frames([[1]] * FRAMES)), Score()
    played = [
        Played(one, {"": ours, "paper_": paper, "joined_": joined}, {"": 0.01, "paper_": 0.02})
        for one in (scene, replace(scene, source="gym", tuning=False))
    ]
    found = figures(played)
    assert found["player_accuracy"] == 1.0
    assert found["paper_player_accuracy"] == 0.5
    assert found["heldout_paper_gym_player_accuracy"] == 0.5
    assert "tune_gym_player_accuracy" not in found
    assert found["play_frames"] == 2 * FRAMES
    assert found["paper_play_us_per_frame"] == pytest.approx(2000.0)
    lines = rows(played)
    assert lines[-1][2:5] == ["the paper", "89.50", ""]
    assert "tune_player_accuracy" not in figures(played[:1])


def test_gyms_of_both_splits_are_different_ones_of_both_sizes() -> None:
    tune, held_out = (gym_plays(4, tuning) for tuning in (True, False))
    assert not set(tune) & set(held_out)
    for plays in (tune, held_out):
        assert [scenario for scenario, _ in plays] == ["threes", "game", "threes", "game"]
