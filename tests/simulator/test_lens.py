"""What is drawn lies where the camera says, through bent lenses too, on every court, and after a bump."""

from dataclasses import replace
from itertools import islice, pairwise

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from calibration.camera import FloatArray, look_at
from edge.simulator import Scenario, VirtualGym
from edge.simulator.mount import _division
from edge.simulator.observe import lens_scale
from edge.types import Image

BARE = Scenario(players_per_team=(0, 0), noise=0.0, blur_px=0.0)
REACH_PX = 7.0


def offsets_px(gym: VirtualGym, image: Image) -> FloatArray:
    """How far (N,) px the white paint's middle lies from where `gym.camera` puts the painted lines' middles."""
    blue = image[:, :, 0].astype(float)
    found = []
    for line in gym.court.half_court_lines():
        for first, second in pairwise(line):
            for share in np.linspace(0.15, 0.85, 5):
                here, along = first + share * (second - first), (second - first) / np.linalg.norm(second - first)
                across = gym.court.line_width_m / 2 * np.array([-along[1], along[0]])
                px, _ = gym.camera.project(np.column_stack([np.stack([here, here - across, here + across]), [0, 0, 0]]))
                found.append(_offset(blue, px))
    return np.array([offset for offset in found if offset is not None])


def _offset(blue: FloatArray, px: FloatArray) -> float | None:
    width = float(np.linalg.norm(px[2] - px[1]))
    height_px, width_px = blue.shape
    if not (3.0 < width < 6.0 and np.all((px > 20) & (px < [width_px - 20, height_px - 20]))):
        return None
    steps = np.arange(-REACH_PX, REACH_PX + 0.01, 0.25)
    at = px[0] + steps[:, None] * (px[2] - px[1]) / width
    profile = map_coordinates(blue, [at[:, 1] - 0.5, at[:, 0] - 0.5], order=1)
    left, right = profile[:6].mean(), profile[-6:].mean()
    bright = profile - (left + (right - left) * np.linspace(0, 1, len(steps)))
    # Where lines meet, or the board stands in front, there is no single peak to measure.
    if abs(left - right) > 25 or bright.max() < 60 or bright.min() < -25:
        return None
    inside = np.clip(bright - 0.3 * bright.max(), 0.0, None)
    return float(inside @ steps / inside.sum())


@pytest.mark.parametrize(("mount", "seed", "court"), [("wall", 5, "fiba"), ("wall", 12, "nba"), ("high", 0, "3x3")])
def test_painted_lines_are_where_the_camera_projects_them(mount: str, seed: int, court: str) -> None:
    gym = VirtualGym(replace(BARE, mount=mount, court=court), seed)
    frame, _ = next(gym.frames())
    away = offsets_px(gym, frame.image)
    assert len(away) > 100
    assert np.percentile(np.abs(away), 95) < 0.7
    assert abs(np.median(away)) < 0.15


def test_a_bump_moves_camera_truth_and_picture_but_not_the_calibration() -> None:
    gym = VirtualGym(replace(BARE, mount="wall"), 5)
    before, frames = gym.camera, gym.frames()
    first, truth = next(frames)
    gym.turn(1.5, 0.5, -0.5, shift_m=(0.02, 0.0, -0.01))
    second, bumped = next(frames)
    assert truth.camera is before
    assert bumped.camera is gym.camera
    assert bumped.index == 1
    assert gym.camera.centre - before.centre == pytest.approx([0.02, 0.0, -0.01])
    turned = np.arccos((np.trace(gym.camera.R @ before.R.T) - 1) / 2)
    assert np.degrees(turned) == pytest.approx(np.sqrt(1.5**2 + 0.5**2 + 0.5**2))
    kept = gym.calibration.camera_model()
    assert kept is not None
    assert pytest.approx(before.R) == kept.R
    away = offsets_px(gym, second.image)
    assert np.percentile(np.abs(away), 95) < 0.7
    assert len(away) > 100
    # The old camera's lines are no longer where it thinks.
    assert not np.array_equal(first.image, second.image)


@pytest.mark.parametrize(
    ("angles", "direction"),
    [((1.0, 0.0, 0.0), (1.0, 0.0)), ((0.0, 1.0, 0.0), (0.0, -1.0))],
)
def test_yaw_moves_the_picture_right_and_pitch_up(
    angles: tuple[float, float, float], direction: tuple[float, float]
) -> None:
    gym = VirtualGym("practice", 1, 640, 360)
    middle = gym.camera.floor([320.0, 200.0])
    gym.turn(*angles)
    moved, _ = gym.camera.project([*middle, 0.0])
    away = moved - [320.0, 200.0]
    assert away / np.linalg.norm(away) == pytest.approx(direction, abs=0.05)
    assert np.linalg.norm(away) == pytest.approx(np.radians(1.0) * gym.camera.K[0, 0], rel=0.1)


def test_the_play_goes_on_unchanged_through_a_bump() -> None:
    plain = list(islice(VirtualGym("practice", 2, 640, 360).play(), 30))
    gym = VirtualGym("practice", 2, 640, 360)
    play = gym.play()
    bumped = list(islice(play, 10))
    gym.turn(3.0, 0.0, 0.0)
    bumped += islice(play, 20)
    for one, other in zip(plain, bumped, strict=True):
        assert np.array_equal(one.players[0].keypoints_m, other.players[0].keypoints_m)
    assert np.array_equal(plain[5].players[0].keypoints_px, bumped[5].players[0].keypoints_px)
    assert not np.array_equal(plain[25].players[0].keypoints_px, bumped[25].players[0].keypoints_px)


@pytest.mark.parametrize("bend", [0.5, 0.6, 0.75, 0.9, 1.0])
def test_the_division_model_follows_the_lens_family(bend: float) -> None:
    """theta -> tan(bend theta) / bend, for a horizontal field of 110 degrees and its corners."""
    reach = np.tan(bend * np.radians(55)) / bend * np.hypot(1.0, 9 / 16)
    l1, l2 = _division(bend, reach)
    camera = replace(look_at([0, 0, 3], [5, 0, 0], (1280, 720), 90.0), distortion=(l1, l2))
    seen = np.linspace(0.0, reach, 40)
    ideal = np.tan(np.arctan(bend * seen) / bend)
    eye = np.column_stack([ideal, np.zeros(40), np.ones(40)])
    px, _ = camera.project((eye - camera.t) @ camera.R)
    assert (px[:, 0] - 640.0) / camera.K[0, 0] == pytest.approx(seen, abs=0.006 * reach)


def test_things_shrink_through_a_bent_lens_as_its_picture_does() -> None:
    camera = look_at([0, 0, 3], [5, 0, 1], (1280, 720), 90.0)
    bent = replace(camera, distortion=(-0.15, 0.01))
    eye = np.array([0.9, 0.2, 1.0]) * 6.0
    across = np.array([-0.2, 0.9, 0.0]) / np.hypot(0.2, 0.9) * 0.1
    px, _ = bent.project((np.stack([eye - across, eye, eye + across]) - bent.t) @ bent.R)
    width = np.linalg.norm(px[2] - px[0])
    assert width == pytest.approx(0.2 * camera.K[0, 0] / 6.0 * lens_scale(bent, px[1]), rel=1e-3)
    assert lens_scale(camera, px[1]) == 1.0
