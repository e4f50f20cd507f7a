"""Feet on a known camera: each way finds a body that stands upright where it stands."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.camera import look_at
from calibration.view import CourtView
from edge.tracking.feet import foot_by_box, foot_by_pose, foot_by_stature, stand
from edge.types import FloatArray

CAMERA = look_at([-8.0, -10.0, 4.0], [5.0, 0.0, 1.0], (1280, 720), 70.0)
VIEW = CourtView(CAMERA)
PLACES = [(2.0, 0.0), (6.0, 3.0), (9.0, -4.0)]


def px(x_m: float, y_m: float, height_m: float) -> FloatArray:
    return np.asarray(CAMERA.project([x_m, y_m, height_m])[0])


def body(x_m: float, y_m: float, stature_m: float = 1.8) -> FloatArray:
    """The box of a pole that stands there."""
    top, foot = px(x_m, y_m, stature_m), px(x_m, y_m, 0.0)
    return np.array([foot[0] - 20, top[1], foot[0] + 20, foot[1]])


def pose(left: FloatArray, right: FloatArray, confidence: float = 0.9) -> FloatArray:
    keypoints = np.zeros((17, 3))
    keypoints[15], keypoints[16] = [*left, confidence], [*right, confidence]
    return keypoints


@pytest.mark.parametrize("place", PLACES)
def test_each_way_finds_where_a_pole_stands(place: tuple[float, float]) -> None:
    box = body(*place)
    assert foot_by_box(CAMERA, box) == pytest.approx(place, abs=1e-6)
    ankles = np.array([px(place[0], place[1], 0.09), px(place[0], place[1], 0.09)])
    assert foot_by_pose(CAMERA, ankles) == pytest.approx(place, abs=1e-6)
    assert foot_by_stature(CAMERA, box, 1.8) == pytest.approx(place, abs=0.12)


def test_equation_6_is_off_by_what_the_stature_is() -> None:
    taller = foot_by_stature(CAMERA, body(6.0, 3.0, 2.1), 1.8)
    eye = CAMERA.centre[:2]
    assert np.hypot(*(taller - eye)) > np.hypot(*(np.array([6.0, 3.0]) - eye)) + 0.3


@pytest.mark.parametrize("place", PLACES)
def test_a_raised_foot_does_not_move_where_somebody_stands(place: tuple[float, float]) -> None:
    box = body(*place)
    down, up = px(place[0], place[1], 0.09), px(place[0], place[1], 0.5)
    found = stand(VIEW, box, pose(down, up))
    assert found is not None
    assert np.hypot(*(found[0] - place)) < 0.15
    assert np.hypot(*(foot_by_pose(CAMERA, np.array([down, up])) - place)) > 0.5


def test_the_middle_between_the_feet_counts_where_a_box_reaches_out() -> None:
    box, foot = body(6.0, 3.0), px(6.0, 3.0, 0.09)
    box[0] -= 60  # an arm
    with_pose, without = stand(VIEW, box, pose(foot, foot)), stand(VIEW, box, None)
    assert with_pose is not None
    assert without is not None
    assert np.hypot(*(with_pose[0] - [6.0, 3.0])) < 0.15 < np.hypot(*(without[0] - [6.0, 3.0]))
    assert np.trace(with_pose[1]) < np.trace(without[1])


def test_ankles_that_were_not_seen_do_not_count_and_the_sky_is_no_floor() -> None:
    box = body(6.0, 3.0)
    alone = stand(VIEW, box, None)
    for keypoints in (pose(np.zeros(2), np.zeros(2), 0.1), pose(np.full(2, np.nan), np.zeros(2))):
        found = stand(VIEW, box, keypoints)
        assert found is not None
        assert alone is not None
        assert np.array_equal(found[0], alone[0])
    assert stand(VIEW, np.array([600.0, 0.0, 640.0, 20.0]), None) is None
