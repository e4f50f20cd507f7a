"""Where players stand, in a picture that moved since it was calibrated."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from calibration.view import CourtView
from edge.simulator import VirtualGym
from edge.standing import Standing
from edge.types import FloatArray

STILL = np.array([[1.0, 0, 0], [0, 1.0, 0]])
PANNED = np.array([[1.0, 0, 60.0], [0, 1.0, -4.0]])


@pytest.fixture(scope="module")
def scene() -> Any:
    gym = VirtualGym("threes", 5, 640, 360, 30)
    truth = next(iter(gym.play()))
    calibration = SimpleNamespace(
        view=lambda: CourtView(gym.camera), camera_model=lambda: gym.camera, court_model=lambda: gym.court
    )
    boxes = np.array([player.box for player in truth.players if player.box is not None])
    return calibration, boxes


def standing(calibration: Any, moving: bool = True) -> Standing:
    found = Standing(moving)
    found.recalibrate(calibration)
    return found


def seen(number: int, box: FloatArray) -> Any:
    return SimpleNamespace(track_id=number, box=box, misses=0)


def carried_away(boxes: FloatArray) -> FloatArray:
    return boxes - np.tile(PANNED[:, 2], 2)


def test_boxes_stand_where_they_stood_after_the_camera_panned(scene: Any) -> None:
    calibration, boxes = scene
    here = standing(calibration)
    here.turn(False, STILL)
    assert here.floor is not None
    before = here.floor(boxes).xy
    here.turn(False, PANNED)
    np.testing.assert_allclose(here.floor(carried_away(boxes)).xy, before, atol=1e-6)


def test_a_track_keeps_its_place_on_the_court_through_a_pan(scene: Any) -> None:
    calibration, boxes = scene
    here = standing(calibration)
    for frame in range(6):
        here.turn(False, STILL if frame < 3 else PANNED)
        box = boxes[0] if frame < 3 else carried_away(boxes)[0]
        here.update(frame / 30, [seen(1, box)], {})
        if frame == 2:
            before = here.place(1, frame / 30)
    after = here.place(1, 5 / 30)
    assert before is not None
    assert after is not None
    np.testing.assert_allclose(after[0], before[0], atol=0.02)


def test_places_come_back_to_the_pixels_of_the_panned_picture(scene: Any) -> None:
    calibration, _ = scene
    here = standing(calibration)
    here.turn(False, STILL)
    still = here.in_picture({1: (np.array([9.0, 1.0]), 0.3)})[1]
    here.turn(False, PANNED)
    panned = here.in_picture({1: (np.array([9.0, 1.0]), 0.3)})[1]
    np.testing.assert_allclose(panned[0], still[0] - PANNED[:, 2])
    assert panned[1] == 0.3


def test_the_floor_is_one_object_until_another_calibration_is_used(scene: Any) -> None:
    calibration, _ = scene
    here = standing(calibration)
    here.turn(False, STILL)
    first = here.floor
    here.turn(False, PANNED)
    assert here.floor is first
    here.recalibrate(calibration)
    assert here.floor is not first


@pytest.mark.parametrize(("moving", "known"), [(True, False), (False, True)])
def test_after_a_cut_only_a_fixed_camera_knows_where_it_looks(scene: Any, moving: bool, known: bool) -> None:
    calibration, boxes = scene
    here = standing(calibration, moving)
    here.turn(True, STILL)
    assert here.floor is not None  # a recording's first frame continues nothing, and yet it is what was calibrated
    here.turn(True, STILL)
    assert (here.floor is not None) is known
    here.update(0.0, [seen(1, boxes[0])], {})
    assert (here.place(1, 0.0) is not None) is known


def test_another_calibration_after_a_cut_is_believed(scene: Any) -> None:
    calibration, _ = scene
    here = standing(calibration)
    here.turn(True, STILL)
    here.turn(True, STILL)
    assert here.floor is None
    here.recalibrate(calibration)
    assert here.floor is not None


def test_without_a_calibration_nobody_stands_anywhere(scene: Any) -> None:
    _, boxes = scene
    here = standing(None)
    here.turn(False, STILL)
    here.update(0.0, [seen(1, boxes[0])], {})
    assert here.floor is None
    assert here.place(1, 0.0) is None
