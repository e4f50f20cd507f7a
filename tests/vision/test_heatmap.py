"""The ball's network at work, its answers given by a test: where they land, and what the network is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
import pytest

from edge.config import EnginesConfig
from edge.simulator import VirtualGym
from edge.simulator.truth import Truth
from edge.types import BallMode, Frame
from edge.vision import open_vision
from edge.vision.heatmap import HeatmapFinder
from engines.backend import EngineError
from engines.zoo import find
from tests.vision.fakes import Ball, FakeEngine, heat_engine

STEP = find("courtside-ball").input.step


def finder(balls: list[Ball], rims: Sequence[Ball] = ()) -> tuple[HeatmapFinder, FakeEngine]:
    engine = heat_engine(lambda tensor: balls, rims)
    return HeatmapFinder(find("courtside-ball"), engine), engine


def picture(value: int, height: int = 96, width: int = 128) -> np.ndarray:
    return np.full((height, width, 3), (value, value + 1, value + 2), np.uint8)


def test_a_peak_with_its_offsets_is_a_ball_at_its_very_centre() -> None:
    network, _ = finder([(50.3, 33.7, 11.0, 0.9, 0.75)])
    sighting = network.look(picture(0))
    assert sighting.balls.dtype == np.float32
    assert np.allclose(sighting.balls, [[50.3, 33.7, 11.0, 0.9, 0.75]], atol=1e-4)
    assert sighting.rims.shape == (0, 5)
    assert sighting.heat.shape == (24, 32)
    assert sighting.heat[8, 12] == np.float32(0.9)


def test_a_hoop_is_a_box() -> None:
    network, _ = finder([], [(90.0, 20.0, 40.0, 44.0, 0.8)])
    sighting = network.look(picture(0))
    assert np.allclose(sighting.rims, [[90, 20, 40, 44, 0.8]], atol=1e-3)
    assert sighting.balls.shape == (0, 5)


def test_balls_come_best_first_and_those_too_unsure_are_left_out() -> None:
    network, _ = finder([(20, 20, 5, 0.6, 1), (60, 60, 5, 0.9, 1), (100, 30, 5, 0.2, 1)])
    assert network.look(picture(0)).balls[:, 3].tolist() == [np.float32(0.9), np.float32(0.6)]
    assert len(network.look(picture(0), 0.15).balls) == 3


def test_two_balls_side_by_side_are_two_and_two_peaks_on_one_ball_are_one() -> None:
    network, _ = finder([(40, 40, 10, 0.9, 1), (61, 40, 10, 0.8, 1)])
    assert len(network.look(picture(0)).balls) == 2
    network, _ = finder([(40, 40, 10, 0.7, 1), (48.9, 40, 10, 0.8, 1)])
    ((x, *_),) = network.look(picture(0)).balls
    assert x == pytest.approx(48.9, abs=1e-3)
    # A small one within a large one is the same ball, whichever is surer.
    network, _ = finder([(40, 40, 3, 0.9, 1), (58, 40, 22, 0.8, 1)])
    assert len(network.look(picture(0)).balls) == 1


def test_only_the_hottest_of_neighbouring_cells_counts() -> None:
    network, _ = finder([(40, 40, 1.0, 0.9, 1), (44, 40, 1.0, 0.8, 1), (44, 44, 1.0, 0.7, 1)])
    assert len(network.look(picture(0)).balls) == 1


def test_an_absurd_size_stays_a_number() -> None:
    network, _ = finder([(40, 40, 1e30, 0.9, 1)])
    assert np.isfinite(network.look(picture(0)).balls).all()


def test_the_network_sees_rgb_of_three_frames_the_newest_last() -> None:
    network, engine = finder([])
    for value in (10, 20, 30, 40):
        network.look(picture(value))
    (planes,) = engine.fed[-1]
    assert planes.dtype == np.uint8
    assert planes[:, 50, 50].tolist() == [22, 21, 20, 32, 31, 30, 42, 41, 40]


def test_before_there_are_three_the_first_frame_stands_for_the_earlier_ones() -> None:
    network, engine = finder([])
    for value in (10, 20):
        network.look(picture(value))
    assert engine.fed[0][0, 2::3, 0, 0].tolist() == [10, 10, 10]
    assert engine.fed[1][0, 2::3, 0, 0].tolist() == [10, 10, 20]
    network.reset()
    network.look(picture(30))
    assert engine.fed[2][0, 2::3, 0, 0].tolist() == [30, 30, 30]


def test_a_photo_has_nothing_before_it_and_leaves_nothing_behind() -> None:
    network, engine = finder([(20, 20, 5, 0.9, 1)])
    network.look(picture(10))
    assert len(network.look_still(picture(20)).balls) == 1
    network.look(picture(30))
    assert engine.fed[1][0, 2::3, 0, 0].tolist() == [20, 20, 20]
    assert engine.fed[2][0, 2::3, 0, 0].tolist() == [30, 30, 30]


def test_a_picture_of_another_size_begins_anew() -> None:
    network, engine = finder([])
    network.look(picture(10))
    network.look(picture(20, 160, 200))
    assert engine.fed[1].shape == (1, 9, 160, 224)
    assert engine.fed[1][0, 2::3, 0, 0].tolist() == [20, 20, 20]


@pytest.mark.parametrize("size", [(95, 127), (81, 113), (96, 128), (17, 1)])
def test_odd_sizes_are_filled_up_at_the_right_and_below(size: tuple[int, int]) -> None:
    network, engine = finder([(3, 9, 4, 0.9, 1)])
    sighting = network.look(picture(200, *size))
    (planes,) = engine.fed[0]
    assert all(have % STEP == 0 and 0 <= have - want < STEP for have, want in zip(planes.shape[1:], size, strict=True))
    assert (planes[:, : size[0], : size[1]] >= 200).all()
    assert not planes[:, size[0] :].any()
    assert not planes[:, :, size[1] :].any()
    assert np.allclose(sighting.balls[0, :2], [3, 9])


@pytest.mark.parametrize(
    ("region", "origin", "size"),
    [
        ((40, 20, 72, 52), (40, 20), (32, 32)),
        ((40, 20, 73, 52), (40, 20), (64, 32)),
        ((101, 60, 128, 90), (96, 60), (32, 32)),
        ((-50, -50, 10, 10), (0, 0), (32, 32)),
        ((120, 85, 500, 500), (96, 64), (32, 32)),
        (None, (0, 0), (128, 96)),
    ],
)
def test_a_region_is_shown_in_whole_steps_and_its_balls_are_in_the_frames_px(
    region: tuple[int, int, int, int] | None, origin: tuple[int, int], size: tuple[int, int]
) -> None:
    network, engine = finder([(7.5, 9.25, 4, 0.9, 1)], [(5, 6, 10, 12, 0.9)])
    image = np.zeros((90, 128, 3), np.uint8)
    image[..., 0] = np.arange(128)
    image[..., 1] = np.arange(90)[:, None]
    network.watch(image)
    sighting = network.find(region=region)
    (planes,) = engine.fed[0]
    assert planes.shape[::-1][:2] == size
    assert (planes[8, 0, 0], planes[7, 0, 0]) == origin
    assert np.allclose(sighting.balls[0, :2], [7.5 + origin[0], 9.25 + origin[1]])
    assert np.allclose(sighting.rims[0, :2], [5 + origin[0], 6 + origin[1]])


def striped(shift: int) -> np.ndarray:
    """A scene as a camera sees it that has turned by `shift` px to the right."""
    scene = np.random.default_rng(0).integers(0, 255, (96, 300, 3), np.uint8)
    return np.ascontiguousarray(scene[:, 60 + shift : 188 + shift])


@pytest.mark.parametrize("region", [None, (48, 16, 112, 80)])
def test_a_moving_cameras_earlier_frames_are_laid_on_the_newest(region: tuple[int, int, int, int] | None) -> None:
    network, engine = finder([])
    for shift in (0, 3):
        network.watch(striped(shift), None)
    # A point of this frame lies 5 px further to the right in the last and 8 px in the one before.
    last, before = (np.array([[1.0, 0, away], [0, 1.0, 0]]) for away in (5.0, 8.0))
    network.watch(striped(8), (last, before))
    network.find(region=region)
    (planes,) = engine.fed[0]
    seen = slice(None) if region else slice(0, 128 - 8)
    for frame in (0, 1):
        assert np.array_equal(planes[3 * frame : 3 * frame + 3, :, seen], planes[6:, :, seen])


def test_a_camera_at_rest_is_not_warped() -> None:
    network, engine = finder([])
    for shift in (0, 3, 8):
        network.look(striped(shift))
    assert np.array_equal(engine.fed[-1][0, 2], striped(0)[..., 0])
    assert np.array_equal(engine.fed[-1][0, 5], striped(3)[..., 0])


@pytest.mark.parametrize("name", ["picodet-s-640", "movenet-thunder", "efficientnet-lite0"])
def test_a_network_of_another_kind_is_refused_at_once(name: str) -> None:
    with pytest.raises(EngineError, match=f"{name}: .*ball") as caught:
        open_vision(EnginesConfig(ball=name, appearance="none"))
    assert "\n" not in str(caught.value)


@pytest.fixture(scope="module")
def flight() -> list[tuple[list[Frame], Truth]]:
    """Ten moments of balls in flight that nothing hides, three frames each, in a plain gym."""
    return list(islice(_in_flight(), 10))


def _in_flight() -> Iterator[tuple[list[Frame], Truth]]:
    for burst in VirtualGym("threes", 3, 1280, 720, 30.0).bursts(7, 3):
        truth = burst[-1][1]
        ball = truth.ball
        if ball is not None and ball.phase is BallMode.IN_FLIGHT and ball.hidden_share == 0:
            yield [frame for frame, _ in burst], truth


def test_the_shipped_network_finds_balls_in_flight(flight: list[tuple[list[Frame], Truth]]) -> None:
    hits, false = 0, 0
    with open_vision(EnginesConfig(appearance="none")) as vision:
        for frames, truth in flight:
            vision.ball.reset()
            for frame in frames:
                vision.ball.watch(frame.image)
            balls = vision.ball.find(0.5).balls
            assert truth.ball is not None
            off = np.hypot(*(balls[:, :2] - truth.ball.centre_px).T)
            hits += bool((off < 3).any())
            false += int((off >= 2 * truth.ball.radius_px).sum())
    assert hits >= 8
    assert false <= 3


def test_the_shipped_network_finds_the_hoop(flight: list[tuple[list[Frame], Truth]]) -> None:
    gym = VirtualGym("threes", 3, 1280, 720, 30.0)
    middle = gym.camera.project(gym.court.ring(24))[0].mean(axis=0)
    with open_vision(EnginesConfig(appearance="none")) as vision:
        rims = vision.ball.look_still(flight[0][0][-1].image, 0.4).rims
    assert len(rims) >= 1
    x, y, width, height, _ = rims[0]
    assert abs(x - middle[0]) < 0.3 * width
    assert y - height < middle[1] < y + 0.5 * height
