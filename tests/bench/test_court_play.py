"""Scenes before virtual cameras, and what is seen of them, held against what was put in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from calibration.court import NBA
from edge.types import BallMode
from tests.bench.court_bodies import pose_bodies
from tests.bench.court_play import SIZE, Scene, scene_from_gym, scene_from_nba
from tests.bench.court_sightings import BallModel, Looks, ball_candidates, ball_recall, sight
from tests.bench.mot import feet
from tests.bench.nba_play import CourtPlay

FRAMES = 150


@pytest.fixture(scope="module")
def scene() -> Scene:
    """Four players about the key, the first of whom holds the ball."""
    places = np.array([[8.0, -3.0], [9.0, 2.0], [7.0, 4.0], [11.0, 0.0]])
    drift = np.linspace(0.0, 1.5, FRAMES)[:, None, None] * np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
    players = places + drift
    ball = np.column_stack([players[:, 0] + [0.4, 0.0], np.full(FRAMES, 1.1)])
    play = CourtPlay(
        "made", "match", players, np.array([0, 0, 1, 1]), ball, [BallMode.HELD] * FRAMES, np.zeros(FRAMES, np.int64)
    )
    found = scene_from_nba(play, 3, 10.0)
    assert found is not None
    return found


def test_boxes_stand_where_the_players_stand_and_are_as_tall(scene: Scene) -> None:
    assert scene.seen.mean() > 0.9
    t = FRAMES // 2
    whole = scene.seen[t] & (scene.boxes[t, :, 3] < SIZE[1] - 1) & (scene.boxes[t, :, 1] > 1)
    floor = scene.camera.floor(feet(scene.boxes[t]))
    assert whole.any()
    np.testing.assert_allclose(floor[whole], scene.feet_m[t][whole], atol=0.35)
    tall = [scene.camera.height_above(scene.feet_m[t, p], [scene.boxes[t, p, [0, 2]].mean(), scene.boxes[t, p, 1]])
            for p in np.flatnonzero(whole)]  # fmt: skip
    assert all(1.7 < height < 2.35 for height in tall)


def test_the_camera_hangs_as_the_box_does(scene: Scene) -> None:
    assert 3.0 <= scene.camera.centre[2] <= 5.0
    assert abs(scene.camera.centre[1]) > NBA.width_m / 2 or scene.camera.centre[0] > NBA.end_m
    assert scene.camera.image_size == SIZE


def test_the_ball_is_as_large_as_a_ball_and_nearer_the_holder_than_anybody(scene: Scene) -> None:
    away = np.linalg.norm(scene.ball_px[:, None] - (scene.boxes[..., :2] + scene.boxes[..., 2:]) / 2, axis=2)
    assert (np.argmin(away, axis=1) == 0).mean() > 0.7
    assert (scene.holder == 1).all()
    height = scene.boxes[:, 0, 3] - scene.boxes[:, 0, 1]
    np.testing.assert_allclose(2 * scene.radius_px / height, 0.24 / 2.0, rtol=0.35)


def test_play_at_the_other_basket_is_turned_about() -> None:
    players = np.tile([[-9.0, 1.0]], (FRAMES, 1, 1))
    ball = np.tile([-8.6, 1.0, 1.1], (FRAMES, 1))
    play = CourtPlay(
        "o", "o", players, np.zeros(1, np.int64), ball, [BallMode.HELD] * FRAMES, np.zeros(FRAMES, np.int64)
    )
    found = scene_from_nba(play, 1, 10.0)
    assert found is not None
    np.testing.assert_allclose(found.feet_m[0, 0], [9.0, -1.0])
    assert scene_from_nba(replace(play, modes=[BallMode.LOOSE] * FRAMES), 1, 10.0) is None


def test_hands_are_on_a_held_ball_and_bodies_hide_what_is_behind_them(scene: Scene) -> None:
    rng = np.random.default_rng(0)
    players, ball = np.zeros((5, 1, 2)), np.tile([0.4, 0.0, 1.1], (5, 1))
    bodies = pose_bodies(players, ball, np.zeros(5, np.int64), [BallMode.HELD] * 5, 30.0, rng)
    assert np.linalg.norm(bodies.hands_m[:, 0] - ball[:, None], axis=2).max() < 0.14
    # A ball on the far side of the body, as the camera sees it, cannot be seen; one before it can.
    eye = scene.camera.centre[:2]
    place = np.array([9.0, 0.0])
    to_eye = (eye - place) / np.linalg.norm(eye - place)
    hidden = []
    for side in (-0.4, 0.4):
        there = np.tile([*(place + side * to_eye), 1.2], (FRAMES, 1))
        play = CourtPlay(
            "made", "match", np.tile(place, (FRAMES, 1, 1)), np.zeros(1, np.int64), there, [BallMode.HELD] * FRAMES,
            np.zeros(FRAMES, np.int64),
        )  # fmt: skip
        found = scene_from_nba(play, 3, 10.0)
        assert found is not None
        np.testing.assert_allclose(found.camera.centre, scene.camera.centre)
        hidden.append(float(found.hidden.mean()))
    assert hidden[0] > 0.6
    assert hidden[1] < 0.3


def test_a_play_of_the_virtual_gym_comes_with_its_own_truth() -> None:
    scene = scene_from_gym("threes", 4, 2.0)
    assert scene.boxes.shape == (60, 6, 4)
    assert scene.team.tolist() == [0, 0, 0, 1, 1, 1]
    assert set(scene.holder.tolist()) <= {0, 1, 2, 3, 4, 5, 6}
    held = np.array([mode in (BallMode.HELD, BallMode.DRIBBLED) for mode in scene.modes])
    assert ((scene.holder > 0) == held).all()


def test_the_same_seed_sees_the_same(scene: Scene) -> None:
    first, again, other = sight(scene, 1), sight(scene, 1), sight(scene, 2)
    for one, two in zip(first.candidates, again.candidates, strict=True):
        np.testing.assert_array_equal(one, two)
    assert any(len(one) != len(two) for one, two in zip(first.candidates, other.candidates, strict=True))
    np.testing.assert_array_equal(first.boxes[9], again.boxes[9])


def test_the_ball_is_found_as_often_as_the_model_says_and_missed_in_runs(scene: Scene) -> None:
    model = BallModel(false_a_frame=0.0)
    long = _repeat(scene, 40)
    found = np.array([len(rows) for rows in ball_candidates(long, model, np.random.default_rng(0))])
    expected = ball_recall(long, model)
    assert found.mean() == pytest.approx(expected.mean(), abs=0.03)
    missed = found == 0
    again = (missed[1:] & missed[:-1]).sum() / max(missed[:-1].sum(), 1)
    assert again > missed.mean() + 0.1


def test_recall_falls_with_size_speed_and_what_hides_it(scene: Scene) -> None:
    plain = replace(scene, hidden=np.zeros(FRAMES), radius_px=np.full(FRAMES, 9.0), in_picture=np.ones(FRAMES, bool))
    assert ball_recall(plain, BallModel()).mean() == pytest.approx(0.9, abs=0.01)
    assert ball_recall(replace(plain, radius_px=np.full(FRAMES, 3.0)), BallModel()).mean() < 0.6
    assert ball_recall(replace(plain, hidden=np.ones(FRAMES)), BallModel()).max() == 0.0
    fast = replace(plain, ball_px=np.column_stack([np.arange(FRAMES) * 60.0, np.zeros(FRAMES)]))
    assert ball_recall(fast, BallModel())[1:].mean() == pytest.approx(0.9 * 0.85, abs=0.01)
    assert ball_recall(replace(plain, in_picture=np.zeros(FRAMES, bool)), BallModel()).max() == 0.0


def test_false_balls_are_on_people_and_as_many_as_the_model_says(scene: Scene) -> None:
    long = _repeat(replace(scene, hidden=np.ones(FRAMES), seen=np.ones_like(scene.seen)), 40)
    rows = ball_candidates(long, BallModel(), np.random.default_rng(0))
    assert np.mean([len(one) for one in rows]) == pytest.approx(0.2, abs=0.06)
    for t, some in enumerate(rows[:2000]):
        for x, y, _, sure in some:
            near = (long.boxes[t, :, :2] - 8 < [x, y]) & ([x, y] < long.boxes[t, :, 2:] + 8)
            assert near.all(axis=1).any()
            assert 0.5 <= sure <= 0.9


def test_looks_are_alike_as_the_appearance_network_has_them() -> None:
    rng = np.random.default_rng(0)
    boxes = np.array([[100.0 * k, 0.0, 100.0 * k + 50, 150.0] for k in range(10)])
    team = np.arange(10) // 5
    same, mates, others = [], [], []
    for _ in range(20):
        looks = Looks(team, rng)
        first, second = looks.embed(boxes, boxes, 1), looks.embed(boxes, boxes, 2)
        np.testing.assert_allclose(np.linalg.norm(first, axis=1), 1.0, rtol=1e-5)
        alike = first @ second.T
        same.append(np.diag(alike).mean())
        mates.append(alike[0, 1:5].mean())
        others.append(alike[0, 5:].mean())
    assert np.mean(same) == pytest.approx(0.85, abs=0.03)
    assert np.mean(mates) == pytest.approx(0.75, abs=0.04)
    assert np.mean(others) == pytest.approx(0.60, abs=0.04)


def _repeat(scene: Scene, times: int) -> Scene:
    parts = ("boxes", "seen", "feet_m", "wrists_px", "ball_px", "radius_px", "hidden", "in_picture", "holder")
    return replace(
        scene, modes=scene.modes * times, **{name: np.concatenate([getattr(scene, name)] * times) for name in parts}
    )
