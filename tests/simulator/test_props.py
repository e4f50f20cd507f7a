"""What things look like: plain stays what it was, any differs by seed, and the lens and sensor do what they say."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import cv2
import numpy as np
import pytest

from calibration.camera import Camera
from calibration.court import FIBA
from edge.simulator import SCENARIOS, Scenario, SimulatorError, VirtualGym
from edge.simulator.flight import BALL_RADIUS_M
from edge.simulator.mount import place_camera
from edge.simulator.optics import response
from edge.simulator.props import ALIKE, BallSkin, draw_props, draw_skin
from edge.simulator.raster import draw
from edge.simulator.render import ball_primitive
from edge.types import FloatArray, Image

SIZE = (640, 360)
BARE = Scenario(players_per_team=(0, 0), noise=0.0, blur_px=0.0)
WHITE = (255.0, 255.0, 255.0)


def frame(scenario: Scenario, seed: int, index: int = 0) -> Image:
    return next(islice(VirtualGym(scenario, seed, *SIZE).frames(), index, None))[0].image


# Mean grey of 4 x 3 fields of frame 30 as the gym drew it before it had props, shutters and further balls.
BEFORE = {
    ("practice", 0): [149.0, 156.3, 157.3, 129.7, 99.7, 102.0, 106.0, 89.7, 115.3, 100.0, 93.3, 102.3],
    ("game", 3): [165.3, 166.7, 162.7, 137.0, 121.0, 120.3, 121.3, 96.7, 142.3, 135.7, 119.0, 130.3],
    ("cones", 3): [122.3, 122.7, 131.0, 145.3, 84.7, 104.3, 121.7, 115.3, 109.3, 123.7, 122.0, 125.3],
}


@pytest.mark.parametrize(("name", "seed"), BEFORE)
def test_plain_gyms_look_as_they_always_did(name: str, seed: int) -> None:
    fields = cv2.resize(frame(SCENARIOS[name], seed, 30), (4, 3), interpolation=cv2.INTER_AREA).mean(axis=2)
    assert fields.ravel() == pytest.approx(BEFORE[(name, seed)], abs=0.25)


def test_plain_is_the_default_and_any_is_drawn_by_seed() -> None:
    assert {draw_props(BARE, seed) for seed in range(5)} == {draw_props(BARE, 0)}
    anything = replace(BARE, props="any", extra_balls=2)
    drawn = [draw_props(anything, seed) for seed in range(60)]
    assert drawn[7] == draw_props(anything, 7)
    assert len({props.balls[0] for props in drawn}) > 50
    assert {props.net is None for props in drawn} == {True, False}
    assert len({props.ring for props in drawn}) == 5
    assert min(props.board.opacity for props in drawn) < 0.3
    assert {len(props.balls) for props in drawn} == {3}
    assert 15 < sum(len(set(props.balls)) == 1 for props in drawn) < 45


def test_balls_are_of_leather_mostly() -> None:
    rng = np.random.default_rng(1)
    skins = [draw_skin(rng) for _ in range(400)]
    leather = [skin for skin in skins if skin.pattern == ALIKE and skin.colour[2] > skin.colour[1] > skin.colour[0]]
    assert 0.75 < len(leather) / len(skins) < 0.95
    bright = [skin.colour[2] for skin in leather]
    assert min(bright) < 100
    assert max(bright) > 240


def test_the_same_play_in_other_clothes() -> None:
    plain, other = SCENARIOS["threes"], replace(SCENARIOS["threes"], props="any")
    (image, truth), (any_image, any_truth) = (
        next(islice(VirtualGym(scenario, 2, *SIZE).frames(), 20, None)) for scenario in (plain, other)
    )
    assert np.abs(image.image.astype(int) - any_image.image).mean() > 8
    assert np.array_equal(truth.players[0].keypoints_px, any_truth.players[0].keypoints_px)
    assert np.array_equal(frame(other, 2, 20), any_image.image)
    means = [frame(replace(BARE, props="any"), seed).mean(axis=(0, 1)) for seed in range(8)]
    assert np.std(means, axis=0).min() > 12


def test_a_net_that_is_none_leaves_the_ring_alone() -> None:
    seed = next(seed for seed in range(100) if draw_props(replace(BARE, props="any"), seed).net is None)
    gym = VirtualGym(replace(BARE, props="any"), seed, 1280, 720)
    image = next(gym.frames())[0].image.astype(int)
    again = next(VirtualGym(replace(BARE, props="any", frame_blur_px=0.0), seed, 1280, 720).frames())[0].image
    assert np.array_equal(image, again)
    below, _ = gym.camera.project(FIBA.rim_centre(1) - np.array([0.0, 0.0, 0.25]))
    x, y = below.astype(int)
    assert np.ptp(image[y - 3 : y + 4, x - 8 : x + 9].mean(axis=2)) < 60


def streak(camera: Camera, velocity_m_s: FloatArray, shutter_s: float) -> FloatArray:
    """How much of each pixel (H, W) a white ball on black covers in the mean of the exposure, roughly."""
    width, height = camera.image_size
    image, depth = np.zeros((height, width, 3), np.uint8), np.full((height, width), np.inf, np.float32)
    row = ball_primitive(camera, np.array([9.0, 0.0, 1.5]), velocity_m_s, shutter_s, WHITE)
    draw(image, depth, row, np.array([0]), BallSkin(WHITE, WHITE, 1.0).row()[None], np.eye(3)[None])
    return np.asarray(image.mean(axis=2) / 255.0)


def test_a_longer_exposure_spreads_the_same_light_along_the_path() -> None:
    camera = place_camera("sideline", np.random.default_rng(0), 1280, 720, FIBA)
    velocity = np.array([9.0, 0.0, 0.0])
    still = streak(camera, velocity * 0, 1 / 30)
    light, span = still.sum(), np.ptp(np.nonzero(still.any(axis=0))[0])
    for shutter_s in (1 / 125, 1 / 60, 1 / 30):
        image = streak(camera, velocity, shutter_s)
        centre = camera.project(np.array([9.0, 0.0, 1.5]))[0]
        scale = span / (2 * BALL_RADIUS_M)
        columns = np.nonzero(image.any(axis=0))[0]
        assert image.sum() == pytest.approx(light, rel=0.06)
        assert np.ptp(columns) == pytest.approx(span + 9.0 * shutter_s * scale, abs=3)
        assert columns.mean() == pytest.approx(centre[0], abs=1.5)
    assert streak(camera, velocity, 1 / 30).max() < 0.9 * still.max()


def test_exposure_is_one_table_a_camera() -> None:
    assert response(0.0, 3) is None
    tables = [response(1.0, seed) for seed in range(12)]
    middles = np.array([table[128, 0].astype(int) for table in tables if table is not None])
    assert len(middles) == 12
    assert middles.mean(axis=1).std() > 15
    assert np.ptp(middles, axis=1).max() > 10
    mild = response(0.1, 0)
    assert mild is not None
    assert np.abs(mild[:, 0].astype(int) - np.arange(256)[:, None]).max() < 25
    assert (np.diff(mild[:, 0].astype(int), axis=0) >= 0).all()
    table = response(0.8, 5)
    assert np.array_equal(frame(replace(BARE, exposure=0.8), 5), cv2.LUT(frame(BARE, 5), table))


def test_frame_blur_is_of_the_whole_picture_and_before_the_noise() -> None:
    sharp, soft = frame(BARE, 1), frame(replace(BARE, frame_blur_px=1.5), 1)
    assert np.array_equal(soft, cv2.GaussianBlur(sharp, (0, 0), 1.5))
    noisy = frame(replace(BARE, frame_blur_px=1.5, noise=4.0), 1).astype(int)
    assert (noisy - soft).std() == pytest.approx(4.0, rel=0.15)


@pytest.mark.parametrize(
    ("field", "value"),
    [("props", "some"), ("shutter_s", -0.1), ("exposure", 2.0), ("frame_blur_px", -1.0), ("frame_blur_px", 30.0)],
)
def test_what_cannot_be_is_refused(field: str, value: object) -> None:
    with pytest.raises(SimulatorError, match=field):
        replace(BARE, **{field: value})  # type: ignore[arg-type]
