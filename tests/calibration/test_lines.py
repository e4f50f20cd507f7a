"""Lines of the court: drawn stripes of known place, and a virtual gym's painted ones under its true camera."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest

from calibration.camera import look_at
from calibration.court import FIBA
from calibration.lines import LEAST_CONTRAST, LineSamples, find_lines, sample_lines
from edge.simulator import VirtualGym
from tests.calibration.conftest import SIZE, bare, pictures

CAMERA = replace(look_at([1.0, -10.0, 4.0], [9.5, 0.0, 0.5], (960, 540), 80.0), distortion=(-0.12, 0.01))


def stripes(*places: tuple[float, float, float], ground: float = 100.0) -> np.ndarray:
    """A grey picture (60, 200) with upright stripes: middle and width, px, and level above the ground."""
    fine = np.full((60, 200 * 20), ground)
    at = (np.arange(200 * 20) + 0.5) / 20
    for middle, width, level in places:
        fine[:, np.abs(at - middle) <= width / 2] = ground + level
    return fine.reshape(60, 200, 20).mean(axis=2).astype(np.float32)


def across(count: int = 8, x: float = 100.0, width_px: float = 4.0) -> LineSamples:
    """Samples of an upright line expected at x."""
    rows = np.linspace(20, 40, count)
    normal = np.tile([1.0, 0.0], (count, 1))
    image = np.column_stack([np.full(count, x), rows])
    return LineSamples(np.zeros((count, 2)), image, normal, np.full(count, width_px), np.full(count, 80.0))


@pytest.mark.parametrize("offset", [0.0, 0.3, -2.25, 5.6])
@pytest.mark.parametrize("width", [1.5, 4.0, 9.0])
@pytest.mark.parametrize("level", [40.0, -40.0])
def test_a_stripe_s_middle_is_found_to_a_fraction_of_a_pixel(offset: float, width: float, level: float) -> None:
    found = find_lines(stripes((100 + offset, width, level)), across(width_px=width), 8.0)
    assert found.offset_px == pytest.approx(np.full(8, offset), abs=0.25)
    assert np.all(found.contrast > 0.5 * abs(level))


def test_contrast_is_that_of_the_paint() -> None:
    found = find_lines(stripes((100.0, 6.0, 30.0)), across(width_px=6.0), 5.0)
    assert found.contrast == pytest.approx(np.full(8, 30.0), rel=0.15)


@pytest.mark.parametrize(
    "picture",
    [
        stripes(),
        stripes((100.0, 4.0, 0.5 * LEAST_CONTRAST)),
        stripes((112.0, 4.0, 40.0)),
        stripes((150.0, 100.0, 60.0)),
    ],
    ids=["nothing", "too pale", "too far", "an edge"],
)
def test_what_is_no_line_is_not_found(picture: np.ndarray) -> None:
    found = find_lines(picture, across(), 6.0)
    assert np.isnan(found.offset_px).all()
    assert np.all(found.contrast == 0)


def test_of_two_equal_stripes_the_nearer_one_is_taken() -> None:
    found = find_lines(stripes((97.0, 4.0, 40.0), (109.0, 4.0, 40.0)), across(), 12.0)
    assert found.offset_px == pytest.approx(np.full(8, -3.0), abs=0.2)


def test_only_the_commoner_kind_of_stripe_counts() -> None:
    picture = stripes((100.0, 4.0, 40.0))
    picture[:26] = stripes((100.0, 4.0, -40.0))[:26]
    found = find_lines(picture, across(), 6.0)
    rows = across().image_px[:, 1]
    assert np.isfinite(found.offset_px[rows > 30]).all()
    assert np.isnan(found.offset_px[rows < 24]).all()


def test_every_sample_has_its_own_reach() -> None:
    reach = np.array([2.0, 8.0] * 4)
    found = find_lines(stripes((105.0, 4.0, 40.0)), across(), reach)
    assert np.isnan(found.offset_px[::2]).all()
    assert found.offset_px[1::2] == pytest.approx(np.full(4, 5.0), abs=0.2)


def test_no_samples_no_matches() -> None:
    away = look_at([2.0, -9.0, 3.5], [2.0, -30.0, 3.0], (960, 540), 60.0)
    samples = sample_lines(FIBA, away)
    assert len(samples.image_px) == 0
    assert len(find_lines(stripes(), samples, 6.0).offset_px) == 0


def test_samples_lie_on_the_court_s_lines_and_in_the_picture() -> None:
    samples = sample_lines(FIBA, CAMERA)
    assert len(samples.court_m) > 200
    image, _ = CAMERA.project(np.column_stack([samples.court_m, np.zeros(len(samples.court_m))]))
    assert samples.image_px == pytest.approx(image)
    assert np.all((image > 0) & (image < [960, 540]))
    lines = FIBA.half_court_lines()
    paint = np.concatenate([np.linspace(a, b, 200) for line in lines for a, b in pairwise(line)])
    assert max(np.linalg.norm(paint - place, axis=1).min() for place in samples.court_m) < 0.05


def test_normals_and_widths_are_those_of_the_paint() -> None:
    """Half the paint's width to either side of a long line is half the sample's width along its normal."""
    samples = sample_lines(FIBA, CAMERA)
    assert np.linalg.norm(samples.normal, axis=1) == pytest.approx(np.ones(len(samples.normal)))
    assert samples.px_per_m * FIBA.line_width_m == pytest.approx(samples.width_px)
    base = np.abs(samples.court_m[:, 0] - (FIBA.end_m + 0.025)) < 1e-6
    assert base.sum() > 20
    court = samples.court_m[base]
    edge, _ = CAMERA.project(np.column_stack([court + np.array([0.025, 0.0]), np.zeros(len(court))]))
    across_px = np.abs(np.sum((edge - samples.image_px[base]) * samples.normal[base], axis=1))
    assert 2 * across_px == pytest.approx(samples.width_px[base])
    along, _ = CAMERA.project(np.column_stack([court + np.array([0.0, 0.01]), np.zeros(len(court))]))
    leaving = np.sum((along - samples.image_px[base]) * samples.normal[base], axis=1)
    assert leaving == pytest.approx(np.zeros(len(court)), abs=0.01)


@pytest.fixture(scope="module")
def painted() -> tuple[VirtualGym, np.ndarray]:
    gym = VirtualGym(bare(cones=False, mount="high"), 1, *SIZE)
    return gym, cv2.cvtColor(pictures(gym, 1)[0], cv2.COLOR_BGR2GRAY).astype(np.float32)


def test_under_the_true_camera_the_painted_lines_are_where_expected(painted: tuple[VirtualGym, np.ndarray]) -> None:
    gym, grey = painted
    samples = sample_lines(gym.court, gym.camera)
    offset = find_lines(grey, samples, 6.0).offset_px
    there = np.isfinite(offset)
    assert there.mean() > 0.75
    assert np.median(np.abs(offset[there])) < 0.3
    assert (np.abs(offset[there]) < 1.0).mean() > 0.9


def test_under_a_turned_camera_they_are_off_by_what_it_turned(painted: tuple[VirtualGym, np.ndarray]) -> None:
    gym, grey = painted
    turned = gym.camera.changed([0, 0, 0.002, 0.004, 0, 0, 0, 0, 0, 0])
    samples = sample_lines(gym.court, turned)
    true, _ = gym.camera.project(np.column_stack([samples.court_m, np.zeros(len(samples.court_m))]))
    expected = np.sum((true - samples.image_px) * samples.normal, axis=1)
    offset = find_lines(grey, samples, 8.0).offset_px
    assert np.percentile(np.abs(expected), 90) > 1.5
    assert np.nanmedian(np.abs(offset - expected)) < 0.3
    assert np.nanmean(np.abs(offset - expected) < 1.0) > 0.8
