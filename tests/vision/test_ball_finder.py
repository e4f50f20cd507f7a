from __future__ import annotations

import cv2
import numpy as np

from edge.config import VisionConfig
from edge.types import Detections, FloatArray, Image, ObjectClass, Rim
from edge.vision.ball import BallFinder, BallsSeen, radius_range
from edge.vision.heatmap import Sighting
from edge.vision.motion import MotionCandidates
from edge.vision.preprocess import Region

STILL = np.zeros((0, 4), np.float32)
NOTHING = Detections(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int32))
PERSONS = np.array([[100.0, 100, 180, 340]])
"""A person of 240 px: a ball has a radius of 16 px."""


class FakeNetwork:
    """Sees the balls (x, y, radius, confidence, visible) and rims it is told, inside the region it is asked for."""

    def __init__(
        self, balls: list[tuple[float, ...]] | None = None, rims: list[tuple[float, ...]] | None = None
    ) -> None:
        self.balls, self.rims = balls or [], rims or []
        self.regions: list[Region | None] = []
        self.watched: list[object] = []
        self.resets = 0

    def reset(self) -> None:
        self.resets += 1

    def watch(self, image: Image, steps: object = None) -> None:
        self.watched.append(steps)

    def find(self, least: float, region: Region | None = None) -> Sighting:
        self.regions.append(region)
        x0, y0, x1, y1 = region or (0, 0, 10_000, 10_000)
        balls = [ball for ball in self.balls if x0 <= ball[0] < x1 and y0 <= ball[1] < y1 and ball[3] >= least]
        return Sighting(
            np.array(balls, np.float32).reshape(-1, 5),
            np.array(self.rims, np.float32).reshape(-1, 5),
            np.zeros((1, 1), np.float32),
        )


def finder(network: FakeNetwork, every: int = 3) -> BallFinder:
    return BallFinder(VisionConfig(ball_whole_every=every), network)  # type: ignore[arg-type]


def look(
    balls: BallFinder,
    expected: tuple[float, float] | None = None,
    detections: Detections = NOTHING,
    moving: FloatArray = STILL,
    scene: FloatArray | None = None,
) -> BallsSeen:
    where = None if expected is None else np.array(expected)
    return balls.look(picture(-100, -100), detections, PERSONS, where, None, moving, scene)


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


def test_a_moving_camera_alone_makes_no_candidates() -> None:
    motion = MotionCandidates()
    step = np.array([[1.0, 0.0, 5.0], [0.0, 1.0, 0.0]])
    two = np.array([[1.0, 0.0, 10.0], [0.0, 1.0, 0.0]])
    for k in range(6):
        found = motion.update(picture(400 - 5 * k, 200), step, two)
    assert len(found) == 0


def test_what_has_not_a_balls_size_is_no_candidate_whoever_saw_it() -> None:
    network = FakeNetwork(
        [
            (300, 400, 16, 0.9, 1),
            (400, 400, 3, 0.9, 1),
            (600, 400, 70, 0.9, 1),
            (700, 400, 40, 0.2, 1),
            (800, 400, 40, 0.9, 1),
        ]
    )
    moving = np.array([[300, 200, 5, 0.15], [500, 200, 16, 0.15]], np.float32)
    found = look(finder(network), moving=moving).candidates
    assert sorted(found[:, 0].tolist()) == [300, 500, 800]  # of a network that is sure, a larger one as well


def test_what_network_detector_and_motion_agree_on_is_one_candidate_surer_than_each() -> None:
    network = FakeNetwork([(300, 200, 14, 0.64, 1)])
    moving = np.array([[305, 203, 12, 0.15]], np.float32)
    ((x, y, radius, confidence),) = look(finder(network), detections=ball_at(303, 201, 0.5), moving=moving).candidates
    assert (x, y, radius) == (300, 200, 14)
    assert 0.7 < confidence < 1


def test_what_has_the_balls_colour_as_well_is_surer() -> None:
    network = FakeNetwork([(300, 200, 14, 0.6, 1), (700, 300, 14, 0.6, 1)])
    balls = finder(network)
    balls._coloured = np.array([[304, 198, 12, 0.06]], np.float32)
    sure, unsure = look(balls).candidates
    assert (sure[0], unsure[0]) == (300, 700)
    odds = [row[3] / (1 - row[3]) for row in (sure, unsure)]
    assert odds[0] > 3 * odds[1]


def test_candidates_come_best_first_and_hoops_are_handed_on() -> None:
    network = FakeNetwork([(300, 200, 14, 0.5, 1), (700, 300, 14, 0.9, 1)], [(500, 90, 60, 66, 0.8)])
    seen = look(finder(network), detections=ball_at(100, 400, 0.7))
    assert seen.candidates[:, 0].tolist() == [700, 100, 300]
    assert np.allclose(seen.rims, [[500, 90, 60, 66, 0.8]])


def test_a_ball_that_rests_loses_its_weight_and_one_that_moves_keeps_it() -> None:
    resting, moving = FakeNetwork([(700, 400, 14, 0.6, 1)]), FakeNetwork()
    at_rest, in_motion = finder(resting), finder(moving)
    for k in range(60):
        still = look(at_rest).candidates
        moving.balls = [(100 + 12 * k, 300, 14, 0.6, 1)]
        flying = look(in_motion).candidates
    assert still[0, 3] < 0.1
    assert flying[0, 3] > 0.5
    at_rest.reset()
    assert look(at_rest).candidates[0, 3] > 0.5


def test_a_lamp_rests_in_the_scene_however_the_camera_moves() -> None:
    network = FakeNetwork()
    balls = finder(network)
    for k in range(60):
        network.balls = [(700 - 8 * k, 400, 14, 0.6, 1)]
        found = look(balls, scene=np.array([[1.0, 0, 8 * k], [0, 1, 0]])).candidates
    assert found[0, 3] < 0.1


def test_the_whole_frame_is_looked_at_every_so_often_and_else_the_part_about_the_ball() -> None:
    for every in (1, 2, 3, 5):
        network = FakeNetwork([(500, 300, 14, 0.9, 1)])
        balls = finder(network, every)
        for _ in range(11):
            look(balls, (500, 300))
        assert [k for k, region in enumerate(network.regions) if region is None] == list(range(0, 11, every))


def test_without_an_expected_ball_the_whole_frame_is_looked_at() -> None:
    network = FakeNetwork([(500, 300, 14, 0.9, 1)])
    balls = finder(network, 30)
    for _ in range(4):
        look(balls, None)
    assert network.regions == [None] * 4


def test_a_ball_that_is_not_where_it_was_expected_is_looked_for_everywhere_next() -> None:
    network = FakeNetwork([(500, 300, 14, 0.9, 1)])
    balls = finder(network, 30)
    for _ in range(3):
        look(balls, (500, 300))
    network.balls = [(60, 60, 14, 0.9, 1)]
    assert len(look(balls, (500, 300)).candidates) == 0
    assert len(look(balls, (500, 300)).candidates) == 1
    look(balls, (60, 60))
    look(balls, (60, 60))
    assert [region is None for region in network.regions] == [True, False, False, False, True, True, False]


def test_after_a_cut_the_whole_frame_is_looked_at_and_the_network_forgets() -> None:
    network = FakeNetwork([(500, 300, 14, 0.9, 1)])
    balls = finder(network, 30)
    look(balls, (500, 300))
    balls.reset()
    look(balls, (500, 300))
    assert network.regions == [None, None]
    assert network.resets == 1


def test_the_part_about_the_ball_holds_it_and_stays_in_the_picture() -> None:
    for x, y in ((500.0, 300.0), (950.0, 5.0), (-40.0, 560.0), (0.0, 0.0)):
        network = FakeNetwork([(min(max(x, 0), 959), min(max(y, 0), 539), 14, 0.9, 1)])
        balls = finder(network, 30)
        for _ in range(2):
            look(balls, (x, y))
        region = network.regions[1]
        assert region is not None
        x0, y0, x1, y1 = region
        assert 0 <= x0 <= min(max(x, 0), 959) <= x1 <= 960
        assert 0 <= y0 <= min(max(y, 0), 539) <= y1 <= 540
        assert x1 - x0 >= 2 * 160
        assert y1 - y0 == x1 - x0


def test_every_frame_goes_to_the_network_with_the_cameras_motion() -> None:
    network = FakeNetwork()
    balls = finder(network)
    steps = (np.eye(2, 3), np.eye(2, 3))
    assert len(balls.watch(picture(100, 200), None)) == 0
    balls.watch(picture(140, 200), None)
    assert len(balls.watch(picture(180, 200), None)) == 1
    balls.watch(picture(220, 200), steps)
    assert network.watched == [None, None, None, steps]


def test_the_radius_is_told_by_person_and_rim() -> None:
    low, high = radius_range(np.array([[0.0, 0, 60, 180]]), Rim(0, 0, 90, 20), 720)
    assert (round(low, 3), round(high, 3)) == (12.0, 24.0)


def test_without_person_and_rim_the_radius_is_told_by_the_picture() -> None:
    low, high = radius_range(np.zeros((0, 4)), None, 1000)
    assert low == high
    assert 5 < low < 20
