"""Cones against drawn ones of known place, size and colour; and against things that are none."""

from __future__ import annotations

import tracemalloc
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest

from calibration.camera import FloatArray, look_at
from calibration.colour import COLOURS, Image, learn_colour
from calibration.cones import MOST_CANDIDATES, average, find_cones, paper_cones
from calibration.silhouette import Cone
from edge.simulator import VirtualGym
from edge.simulator.cones import ConeKind, draw_cones
from tests.calibration.conftest import SIZE, bare, pictures

CAMERA = replace(look_at([0.0, 0.0, 3.5], [7.0, 1.0, 0.0], (960, 540), 80.0), distortion=(-0.12, 0.01))
BLUE = np.array([204.0, 96.0, 34.0])
FLOOR = (120, 150, 175)


def floor_picture() -> Image:
    return np.full((540, 960, 3), FLOOR, np.uint8)


def with_cones(feet_m: Sequence[tuple[float, float]], height_m: float = 0.4, bands: int = 0) -> Image:
    image, depth = floor_picture(), np.full((540, 960), np.inf, np.float32)
    feet = np.column_stack([np.array(feet_m), np.zeros(len(feet_m))])
    kind = ConeKind(height_m, bands, True, BLUE, BLUE)
    draw_cones(image, depth, CAMERA, feet, kind, np.random.default_rng(0))
    return image


def outline(foot_m: tuple[float, float], height_m: float) -> FloatArray:
    """Pixels (N, 2) of a cone's plate and tip."""
    kind = ConeKind(height_m, 0, True, BLUE, BLUE)
    angle = np.linspace(0, 2 * np.pi, 180)
    circle = np.column_stack([np.cos(angle), np.sin(angle), np.zeros(180)])
    foot = np.array([*foot_m, 0.0])
    tip = foot + [0.0, 0.0, height_m] + kind.radii_m[1] * circle
    return CAMERA.project(np.concatenate([foot + kind.plate_m * circle, tip]))[0]


def nearest(cones: Sequence[Cone], at: FloatArray) -> Cone:
    return min(cones, key=lambda cone: float(np.hypot(*(np.array(cone.foot) - at))))


def lower_edge(px: FloatArray) -> tuple[float, float]:
    """The middle of an outline's lower edge, px."""
    return float(px[:, 0].min() + px[:, 0].max()) / 2, float(px[:, 1].max())


@pytest.mark.parametrize("foot_m", [(4.0, 0.3), (5.5, -2.5), (9.0, 4.0), (8.0, -3.5)])
@pytest.mark.parametrize("height_m", [0.25, 0.4, 0.5])
def test_foot_and_size_are_those_of_the_solid(height_m: float, foot_m: tuple[float, float]) -> None:
    px = outline(foot_m, height_m)
    wide, high = np.ptp(px, axis=0)
    cone = nearest(find_cones(with_cones([foot_m], height_m), COLOURS["blue"]), np.array(lower_edge(px)))
    away = np.subtract(cone.foot, lower_edge(px))
    assert np.hypot(*away) < 0.04 * high + 0.5, "pixels, and a little of a plate's round front"
    if foot_m == (4.0, 0.3):
        assert abs(away[0]) < 0.2, "an upright cone's axis"
    assert 0.6 * wide < cone.width < wide
    assert 0.8 * high < cone.height < high + 1
    assert cone.likeness > 0.45


@pytest.mark.parametrize("foot_m", [(4.0, 0.3), (5.5, -2.5), (9.0, 4.0), (8.0, -3.5)])
@pytest.mark.parametrize("bands", [1, 2])
@pytest.mark.parametrize("height_m", [0.25, 0.4])
def test_pale_bands_do_not_move_the_foot(height_m: float, bands: int, foot_m: tuple[float, float]) -> None:
    px = outline(foot_m, height_m)
    cone = nearest(find_cones(with_cones([foot_m], height_m, bands), COLOURS["blue"]), np.array(lower_edge(px)))
    assert np.hypot(*np.subtract(cone.foot, lower_edge(px))) < 0.07 * np.ptp(px[:, 1]) + 0.8


@pytest.mark.parametrize("colour", COLOURS)
def test_every_preset_finds_its_own_cones_and_no_other_s(colour: str) -> None:
    gym = VirtualGym(bare(cone_colour=colour, cone_height_m=0.45), 9, *SIZE)
    image = average(pictures(gym, 1))
    feet, _ = gym.camera.project(gym.cones_m)
    found = find_cones(image, COLOURS[colour])
    assert len(found) <= MOST_CANDIDATES
    for foot in feet:
        # A plate's front edge is up to 13 px before its middle.
        assert min(np.hypot(*(np.array(cone.foot) - foot)) for cone in found[:8]) < 14.0
    others = [name for name in COLOURS if abs((COLOURS[name].hue_deg - COLOURS[colour].hue_deg + 180) % 360 - 180) > 90]
    assert others
    for other in others:
        for cone in find_cones(image, COLOURS[other]):
            away = np.linalg.norm(feet - np.array(cone.foot), axis=1).min()
            assert not (cone.clear and away < cone.height), f"a {colour} cone passes as {other}"


def test_a_cone_behind_somebody_s_leg_is_still_found() -> None:
    image = with_cones([(5.0, 0.0)], 0.5)
    px = outline((5.0, 0.0), 0.5)
    whole = nearest(find_cones(image, COLOURS["blue"]), px.mean(axis=0))
    left = round(float(px[:, 0].max() - 0.3 * np.ptp(px[:, 0])))
    image[:, left : left + 20] = (60, 60, 60)
    cone = nearest(find_cones(image, COLOURS["blue"]), px.mean(axis=0))
    assert cone.foot[1] == pytest.approx(whole.foot[1], abs=1.5)
    assert abs(cone.foot[0] - whole.foot[0]) < 0.3 * whole.width


def test_a_cone_in_the_shade_is_as_good_as_one_in_the_light() -> None:
    image = with_cones([(5.0, -1.5), (5.0, 1.5)])
    shade = np.ones((540, 960, 1))
    shade[:, :480] = 0.45
    found = find_cones((image * shade).astype(np.uint8), COLOURS["blue"])
    for foot in ((5.0, -1.5), (5.0, 1.5)):
        px = outline(foot, 0.4)
        there = nearest(found, np.array(lower_edge(px)))
        assert there.clear
        assert there.foot == pytest.approx(lower_edge(px), abs=2.0)


@pytest.mark.parametrize("shape", ["sign", "jersey", "upside down"])
def test_other_things_of_the_colour_are_less_like_a_cone(shape: str) -> None:
    image, ink = with_cones([(5.0, 2.0)]), tuple(float(value) for value in BLUE)
    if shape == "sign":
        cv2.rectangle(image, (560, 280), (660, 320), ink, -1)
    elif shape == "jersey":
        cv2.ellipse(image, (600, 300), (14, 30), 40, 0, 360, ink, -1)
    else:
        cv2.fillConvexPoly(image, np.array([[580, 270], [620, 270], [602, 330], [598, 330]]), ink)
    found = find_cones(image, COLOURS["blue"])
    px = outline((5.0, 2.0), 0.4)
    cone = nearest(found, np.array(lower_edge(px)))
    other = nearest(found, np.array([600.0, 325.0]))
    assert cone is not other
    assert other.likeness < 0.6 * cone.likeness
    assert found[0] is cone


def test_where_there_is_no_colour_there_is_no_cone() -> None:
    noise = np.random.default_rng(0).normal(0, 4, (540, 960, 1))
    grey = np.clip(130 + noise, 0, 255).astype(np.uint8).repeat(3, axis=2)
    for colour in COLOURS.values():
        assert find_cones(grey, colour) == []


def test_the_median_of_frames_has_no_walker_and_less_noise() -> None:
    rng = np.random.default_rng(0)
    scene = rng.integers(60, 200, (40, 90, 1)).repeat(3, axis=2)
    frames = []
    for k in range(9):
        frame = np.clip(scene + rng.normal(0, 6, scene.shape), 0, 255)
        frame[:, 10 * k : 10 * k + 10] = 255
        frames.append(frame.astype(np.uint8))
    away = np.abs(average(frames).astype(float) - scene)
    assert away.max() < 20
    assert away.mean() < 0.6 * 6 * np.sqrt(2 / np.pi)


def test_the_median_is_the_same_in_strips_and_takes_the_room_of_few_frames() -> None:
    frames = list(np.random.default_rng(2).integers(0, 255, (15, 470, 200, 3), dtype=np.uint8))
    expected = np.sort(np.stack(frames), axis=0)[7]
    tracemalloc.start()
    taken = average(frames)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert np.array_equal(taken, expected)
    assert most < 6 * frames[0].nbytes


def test_a_single_frame_is_taken_as_it_is_and_not_shared() -> None:
    frame = floor_picture()
    taken = average([frame])
    assert np.array_equal(taken, frame)
    taken[:] = 0
    assert frame.min() > 0


def test_the_paper_s_rule_takes_its_colour_and_its_size() -> None:
    """Regions of 500 px and more at 3840 x 2160 are 125 px at half that size, after opening by two."""
    image = np.full((1080, 1920, 3), 128, np.uint8)
    ink = (220, 60, 40)
    image[200:216, 300:316] = ink
    image[500:510, 700:710] = ink
    image[700:730, 900:930] = (40, 60, 220)
    assert paper_cones(image) == pytest.approx(np.array([[307.5, 207.5]]))
    red = paper_cones(image, (-12, 150, 50), (12, 255, 255))
    assert red == pytest.approx(np.array([[914.5, 714.5]])), "a range of hues goes round"


@pytest.mark.parametrize("off_px", [(0, 0), (4, -5), (-3, 2)])
def test_a_tap_on_or_near_a_cone_learns_its_colour(off_px: tuple[int, int]) -> None:
    image = with_cones([(5.0, 0.0)])
    px = outline((5.0, 0.0), 0.4)
    x, y = px[:, 0].mean() + off_px[0], px[:, 1].mean() + off_px[1]
    learnt = learn_colour(image, (float(x), float(y)))
    assert learnt is not None
    assert learnt.hue_deg == pytest.approx(218.0, abs=6.0)
    assert 12.0 <= learnt.reach_deg <= 30.0
    cone = find_cones(image, learnt)[0]
    assert cone.clear
    assert cone.foot == pytest.approx(lower_edge(px), abs=2.0)


@pytest.mark.parametrize("tap", [(900.0, 30.0), (-300.0, 350.0), (540.0, -150.0), (2000.0, 200.0)])
def test_a_tap_where_nothing_is_teaches_nothing(tap: tuple[float, float]) -> None:
    image = with_cones([(5.0, 0.0)])
    image[:] = np.where((image == FLOOR).all(axis=2, keepdims=True), 128, image)
    assert learn_colour(image, tap) is None
