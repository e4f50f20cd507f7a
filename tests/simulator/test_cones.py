"""Cones: their feet are where the truth says, in their colour, whatever else is about."""

from dataclasses import replace
from itertools import islice, pairwise

import cv2
import numpy as np
import pytest

from calibration.camera import FloatArray, look_at
from edge.simulator import Scenario, SimulatorError, VirtualGym, find_scenario
from edge.simulator.cones import ConeKind, draw_cones
from edge.simulator.scenario import CONE_COLOURS

BARE = Scenario(
    players_per_team=(0, 0), noise=0.0, blur_px=0.0, cones=True, mount="wall", cone_layout="auto", cone_colour="blue"
)
CAMERA = replace(look_at([0.0, 0.0, 3.5], [7.0, 1.0, 0.0], (1280, 720), 85.0), distortion=(-0.12, 0.01))
RED = np.array([40.0, 40.0, 220.0])


def outline(foot: FloatArray, parts: list[tuple[float, float]]) -> FloatArray:
    """Pixels (N, 2) of circles about the vertical over `foot`: (radius, height) m."""
    angle = np.linspace(0, 2 * np.pi, 90)
    circles = [foot + np.column_stack([r * np.cos(angle), r * np.sin(angle), np.full(angle.size, z)]) for r, z in parts]
    return CAMERA.project(np.concatenate(circles))[0]


@pytest.mark.parametrize("place", [(3.0, 0.3), (5.0, -2.5), (9.0, 5.0)])
@pytest.mark.parametrize("height_m", [0.23, 0.5])
def test_a_cone_covers_the_pixels_of_its_solid(place: tuple[float, float], height_m: float) -> None:
    foot = np.array([*place, 0.0])
    kind = ConeKind(height_m, 1, True, RED, RED)
    image = np.full((720, 1280, 3), 128, np.uint8)
    depth = np.full((720, 1280), np.inf, np.float32)
    draw_cones(image, depth, CAMERA, foot[None], kind, np.random.default_rng(0))
    rows, columns = np.nonzero(np.isfinite(depth))
    body = [(kind.radii_m[0], 0.02), (kind.radii_m[1], height_m)]
    px = outline(foot, [*body, (kind.plate_m, 0.0), (0.97 * kind.plate_m, 0.02)])
    low, high = px.min(axis=0), px.max(axis=0)
    assert [columns.min(), rows.min()] == pytest.approx(low, abs=0.8)
    assert [columns.max() + 1, rows.max() + 1] == pytest.approx(high, abs=0.8)
    hull = np.zeros((720, 1280), np.uint8)
    cv2.fillPoly(hull, [np.round((cv2.convexHull(px.astype(np.float32)) - 0.5) * 16).astype(np.int32)], 1, 8, 4)
    assert np.all(hull[rows, columns] | (cv2.dilate(hull, np.ones((3, 3)))[rows, columns]))
    _, straight = CAMERA.project(foot)
    assert np.abs(depth[rows, columns] - straight).max() < 0.4 * height_m + 0.05


def test_a_cone_stands_on_a_soft_shadow_and_behind_what_is_nearer() -> None:
    foot = np.array([5.0, 0.5, 0.0])
    kind = ConeKind(0.4, 2, False, RED, RED)
    image = np.full((720, 1280, 3), 128, np.uint8)
    free = np.full((720, 1280), np.inf, np.float32)
    hidden = np.full((720, 1280), 1.0, np.float32)
    covered = image.copy()
    draw_cones(image, free, CAMERA, foot[None], kind, np.random.default_rng(0))
    draw_cones(covered, hidden, CAMERA, foot[None], kind, np.random.default_rng(0))
    assert np.all(covered == 128)
    assert np.all(hidden == 1.0)
    dark = (image < 120).all(axis=2) & ~np.isfinite(free)
    assert dark.sum() > 20
    pale = (image > 120).all(axis=2) & np.isfinite(free)
    assert pale.sum() > 10


@pytest.mark.parametrize("seed", range(4))
def test_cones_in_a_gym_change_the_picture_at_their_feet_only(seed: int) -> None:
    gym = VirtualGym(BARE, seed)
    with_cones = next(gym.frames())[0].image.astype(int)
    without = next(VirtualGym(replace(BARE, cones=False), seed).frames())[0].image.astype(int)
    changed = (np.abs(with_cones - without).max(axis=2) > 25).astype(np.uint8)
    count, labels, _, _ = cv2.connectedComponentsWithStats(cv2.dilate(changed, np.ones((5, 5))))
    feet, _ = gym.camera.project(gym.cones_m + np.array([0.0, 0.0, 0.03]))
    there = {int(labels[int(y), int(x)]) for x, y in feet} - {0}
    # The board may stand before a cone.
    assert len(there) == count - 1
    assert len(there) >= len(feet) - 1


def test_cones_stand_on_their_landmarks_but_for_a_hand() -> None:
    away = []
    for seed in range(60):
        gym = VirtualGym("cones", seed)
        assert len(gym.landmarks) == len(gym.cones_m)
        assert np.all(gym.cones_m[:, 2] == 0)
        away.append(gym.cones_m[:, :2] - np.array(list(gym.landmarks.values())))
    assert np.concatenate(away).std() == pytest.approx(0.01, rel=0.2)


@pytest.mark.parametrize("colour", CONE_COLOURS)
def test_every_colour_is_that_colour(colour: str) -> None:
    hues = {"orange": 16, "red": 0, "yellow": 52, "green": 118, "blue": 218, "pink": 324}
    gym = VirtualGym(replace(BARE, cone_colour=colour, cone_height_m=0.6), 0)
    image = next(gym.frames())[0].image
    found = []
    for x, y in gym.camera.project(gym.cones_m + np.array([0.0, 0.0, 0.07]))[0].astype(int):
        patch = cv2.cvtColor(image[y - 1 : y + 2, x - 1 : x + 2].astype(np.float32) / 255, cv2.COLOR_BGR2HSV)
        found.append(abs((np.median(patch[..., 0]) - hues[colour] + 180) % 360 - 180))
    assert np.median(found) < 15


def test_any_colour_is_drawn_by_seed() -> None:
    drawn = {VirtualGym("cones", seed).scenario.cone_colour for seed in range(40)}
    assert drawn == set(CONE_COLOURS)


def test_distractors_change_the_picture_and_nothing_of_the_truth() -> None:
    cones = replace(find_scenario("cones"), cone_colour="red")
    gyms = [VirtualGym(replace(cones, distractors=count), 3, 640, 360) for count in range(4)]
    runs = [list(islice(gym.some_frames(10), 2)) for gym in gyms]
    for gym, run in zip(gyms[1:], runs[1:], strict=True):
        assert np.array_equal(gym.cones_m, gyms[0].cones_m)
        assert np.array_equal(gym.camera.R, gyms[0].camera.R)
        assert gym.landmarks == gyms[0].landmarks
        for (_, truth), (_, plain) in zip(run, runs[0], strict=True):
            for player, same in zip(truth.players, plain.players, strict=True):
                assert np.array_equal(player.keypoints_px, same.keypoints_px)
    pictures = [run[1][0].image.astype(int) for run in runs]
    for fewer, more in pairwise(pictures):
        assert (np.abs(fewer - more).max(axis=2) > 40).sum() > 10


def test_light_changes_slowly_and_within_its_amount() -> None:
    still = replace(BARE, cones=False, mount="sideline")
    lit = VirtualGym(replace(still, lamp_change=0.2), 4, 320, 180, fps=5)
    level = next(VirtualGym(still, 4, 320, 180, fps=5).frames())[0].image.mean()
    means = np.array([frame.image.mean() for frame, _ in islice(lit.some_frames(10), 30)]) / level
    assert 0.78 < means.min() < 0.95
    assert 1.05 < means.max() < 1.22
    assert np.abs(np.diff(means)).max() < 0.15


def test_uneven_light_falls_on_the_floor() -> None:
    still = replace(BARE, cones=False, mount="high")
    even, uneven = (
        next(VirtualGym(replace(still, uneven=amount), 1, 640, 360).frames())[0].image.astype(float)
        for amount in (0.0, 0.5)
    )
    share = (uneven.sum(axis=2) + 1) / (even.sum(axis=2) + 1)
    assert np.percentile(share, 99) > 1.2
    assert np.percentile(share, 1) < 0.8


@pytest.mark.parametrize(
    "wrong",
    [
        {"court": "fibaa"},
        {"cone_layout": "ring"},
        {"cone_colour": "grey"},
        {"cone_height_m": 5.0},
        {"distractors": 9},
        {"uneven": -1.0},
        {"lamp_change": 2.0},
    ],
)
def test_what_cannot_be_is_refused_by_name(wrong: dict[str, str | float]) -> None:
    name = next(iter(wrong))
    with pytest.raises(SimulatorError, match=name):
        Scenario(**wrong)  # type: ignore[arg-type]
