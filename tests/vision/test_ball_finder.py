from __future__ import annotations

import cv2
import numpy as np

from edge.config import VisionConfig
from edge.types import Detections, ObjectClass, Rim
from edge.vision.ball import BallFinder, radius_range
from edge.vision.motion import MotionCandidates

STILL = np.zeros((0, 4), np.float32)
NOTHING = Detections(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int32))


class NoTiles:
    """A detector that sees nothing and remembers where it was asked to look."""

    def __init__(self) -> None:
        self.regions: list = []

    def detect_many(self, image: np.ndarray, regions: list, least: object) -> Detections:
        self.regions.append(list(regions))
        return NOTHING


def picture(x: float, y: float) -> np.ndarray:
    image = np.full((540, 960, 3), (120, 140, 130), np.uint8)
    cv2.circle(image, (round(x), round(y)), 12, (30, 90, 200), -1)
    return image


def ball_at(x: float, y: float, confidence: float) -> Detections:
    box = np.array([[x - 12, y - 12, x + 12, y + 12]], np.float32)
    return Detections(box, np.array([confidence], np.float32), np.array([ObjectClass.BALL], np.int32))


def test_a_moving_ball_is_a_candidate_where_it_is() -> None:
    motion = MotionCandidates()
    for k in range(6):
        found = motion.update(picture(100 + 40 * k, 200))
    assert len(found) == 1
    assert np.hypot(found[0, 0] - 300, found[0, 1] - 200) < 2
    assert abs(found[0, 2] - 12) < 2


def test_what_moves_and_has_not_a_balls_size_is_no_candidate() -> None:
    finder = BallFinder(VisionConfig(ball_tiles=0), NoTiles())  # type: ignore[arg-type]
    persons = np.array([[100.0, 100, 200, 700]])
    moving = np.array([[300, 200, 12, 0.15], [500, 200, 40, 0.15]], np.float32)
    found = finder.look(picture(0, 0), NOTHING, persons, None, None, moving, None)
    assert found[:, 0].tolist() == [500]


def test_a_moving_camera_alone_makes_no_candidates() -> None:
    motion = MotionCandidates()
    step = np.array([[1.0, 0.0, 5.0], [0.0, 1.0, 0.0]])
    two = np.array([[1.0, 0.0, 10.0], [0.0, 1.0, 0.0]])
    for k in range(6):
        found = motion.update(picture(400 - 5 * k, 200), step, two)
    assert len(found) == 0


def test_a_ball_that_rests_loses_its_weight_and_one_that_moves_keeps_it() -> None:
    finder = BallFinder(VisionConfig(ball_tiles=0), NoTiles())  # type: ignore[arg-type]
    image = picture(-100, -100)
    persons = np.array([[100.0, 100, 180, 340]])
    for k in range(60):
        resting = finder.look(image, ball_at(700, 400, 0.6), persons, None, None, STILL, None)
        moving = BallFinder(VisionConfig(ball_tiles=0), NoTiles())  # type: ignore[arg-type]
        if k == 59:
            fresh = moving.look(image, ball_at(300, 300, 0.6), persons, None, None, STILL, None)
    assert resting[0, 3] < 0.1
    assert fresh[0, 3] > 0.5


def test_tiles_look_at_the_expected_ball_first_and_stay_in_the_picture() -> None:
    detector = NoTiles()
    finder = BallFinder(VisionConfig(ball_tiles=2), detector)  # type: ignore[arg-type]
    persons = np.array([[100.0, 100, 180, 340]])
    finder.look(picture(0, 0), NOTHING, persons, np.array([950.0, 5.0]), Rim(600, 150, 40, 9), STILL, None)
    x0, y0, x1, y1 = detector.regions[0][0]
    assert (x1, y0) == (960, 0)
    assert x1 - x0 == y1 - y0
    assert len(detector.regions[0]) == 2


def test_the_radius_is_told_by_person_and_rim() -> None:
    low, high = radius_range(np.array([[0.0, 0, 60, 180]]), Rim(0, 0, 90, 20), 720)
    assert (round(low, 3), round(high, 3)) == (12.0, 24.0)
