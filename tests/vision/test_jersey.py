"""The colours that a player wears, on figures drawn of rectangles."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from edge.types import FloatArray, Image
from edge.vision.jersey import jersey_look

FLOOR, SKIN, RED, BLUE, WHITE = (120, 170, 205), (110, 150, 205), (40, 40, 190), (180, 90, 30), (235, 235, 235)
BOX = np.array([100.0, 50.0, 180.0, 290.0])


def figure(jersey: tuple[int, int, int], shorts: tuple[int, int, int]) -> Image:
    image = np.full((360, 300, 3), FLOOR, np.uint8)
    cv2.circle(image, (140, 68), 16, SKIN, -1)
    cv2.rectangle(image, (118, 92), (162, 165), jersey, -1)
    cv2.rectangle(image, (118, 165), (162, 215), shorts, -1)
    cv2.rectangle(image, (120, 215), (160, 290), SKIN, -1)
    return image


def lab(colour: tuple[int, int, int]) -> FloatArray:
    return np.asarray(cv2.cvtColor(np.array([[colour]], np.float32) / 255, cv2.COLOR_BGR2Lab)[0, 0])


def seen(image: Image, box: FloatArray = BOX, keypoints: FloatArray | None = None) -> FloatArray:
    look = jersey_look(image, box, keypoints)
    assert look is not None
    return look / [0.6, 1, 1, 0.36, 0.6, 0.6]


@pytest.mark.parametrize("jersey", [RED, BLUE, WHITE])
def test_jersey_and_shorts_are_read(jersey: tuple[int, int, int]) -> None:
    look = seen(figure(jersey, BLUE))
    assert look[:3] == pytest.approx(lab(jersey), abs=4)
    assert look[3:] == pytest.approx(lab(BLUE), abs=4)


def test_an_arm_before_it_and_a_number_on_it_change_nothing() -> None:
    image = figure(RED, BLUE)
    cv2.putText(image, "23", (122, 130), cv2.FONT_HERSHEY_SIMPLEX, 0.8, WHITE, 3)
    cv2.line(image, (118, 100), (162, 150), SKIN, 12)
    assert seen(image)[:3] == pytest.approx(lab(RED), abs=5)


def test_floor_beside_a_leaning_player_is_left_out() -> None:
    image = figure(RED, BLUE)
    image[92:165, 140:] = FLOOR  # only the left half of the trunk is where the box has it
    assert seen(image)[:3] == pytest.approx(lab(RED), abs=5)


def test_a_jersey_of_the_colour_of_skin_or_floor_is_still_read() -> None:
    assert seen(figure(FLOOR, BLUE))[:3] == pytest.approx(lab(FLOOR), abs=4)
    assert seen(figure(SKIN, BLUE))[:3] == pytest.approx(lab(SKIN), abs=4)


def test_a_pose_tells_where_the_trunk_is() -> None:
    image = np.full((360, 300, 3), FLOOR, np.uint8)
    image[150:215, 190:230] = RED
    image[215:260, 190:230] = BLUE
    keypoints = np.full((17, 3), 0.0)
    for index, place in {5: (222, 150), 6: (198, 150), 11: (220, 215), 12: (200, 215)}.items():
        keypoints[index] = [*place, 0.9]
    box = np.array([60.0, 60.0, 240.0, 330.0])
    assert seen(image, box, keypoints)[:3] == pytest.approx(lab(RED), abs=4)
    keypoints[5, 2] = 0.1
    assert np.linalg.norm(seen(image, box, keypoints)[:3] - lab(RED)) > 20, "without shoulders the box is taken"


def test_nothing_is_read_of_what_is_too_small_or_not_there() -> None:
    image = figure(RED, BLUE)
    assert jersey_look(image, np.array([100.0, 50.0, 108.0, 70.0])) is None
    assert jersey_look(image, BOX + 1000) is None
    assert jersey_look(image, np.array([np.nan, 0.0, 10.0, 90.0])) is None
