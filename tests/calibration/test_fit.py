"""The fitted camera against the one that made the points, and its covariance against many fits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from calibration.camera import Camera, FloatArray, look_at
from calibration.court import FIBA
from calibration.fit import LinePoints, Points, fit_camera, no_lines
from calibration.lines import sample_lines

TRUTH = replace(look_at([1.0, -10.0, 4.0], [9.5, 0.0, 0.5], (1280, 720), 82.0), distortion=(-0.11, 0.0))
NAMES = [f"{name}-{hand}" for name in ("key", "free-throw", "three-point") for hand in ("left", "right")]
MARKS = np.array([[*FIBA.landmarks()[name], 0.0] for name in NAMES])
AWAY = np.array([0.06, 0.02, 0.01, -0.015, 0.01, 0.2, -0.15, 0.1, 3.0, -2.0])


def points(world_m: FloatArray, noise_px: float = 0.0, seed: int = 0, sigma_px: float = 0.7) -> Points:
    image, _ = TRUTH.project(world_m)
    noise = np.random.default_rng(seed).normal(0.0, 1.0, image.shape) * noise_px
    count = len(world_m)
    return Points(world_m, image + noise, np.full(count, sigma_px), np.full(count, 1e-4))


def lines(noise_px: float = 0.0, seed: int = 0) -> LinePoints:
    samples = sample_lines(FIBA, TRUTH)
    noise = np.random.default_rng(seed).normal(0.0, 1.0, (len(samples.image_px), 1)) * noise_px
    image = samples.image_px + noise * samples.normal
    return LinePoints(samples.court_m, image, samples.normal, np.full(len(image), 0.5))


def floor_errors_m(camera: Camera) -> FloatArray:
    """(N,) m over the visible part of the half court."""
    x, y = np.meshgrid(np.arange(5.0, 14.0), np.arange(-5.0, 7.0))
    grid = np.column_stack([x.ravel(), y.ravel()])
    px, _ = TRUTH.project(np.column_stack([grid, np.zeros(len(grid))]))
    seen = np.all((px > 0) & (px < [1280, 720]), axis=1)
    return np.asarray(np.linalg.norm(camera.floor(px[seen]) - grid[seen], axis=1))


def test_a_usual_lens_is_found_from_points_and_lines_without_noise() -> None:
    found = fit_camera(TRUTH.changed(AWAY), points(MARKS), lines())
    assert found is not None
    assert found.camera.centre == pytest.approx(TRUTH.centre, abs=0.01)
    assert found.camera.K[0, 0] == pytest.approx(TRUTH.K[0, 0], rel=2e-3)
    assert found.camera.distortion[0] == pytest.approx(-0.11, abs=3e-3)
    assert np.abs(found.residuals_px).max() < 0.1
    assert found.residuals_px.shape == (len(MARKS), 2)
    assert floor_errors_m(found.camera).max() < 0.01


def test_a_start_that_is_turned_far_away_comes_back() -> None:
    start = TRUTH.changed([0.2, 0.05, 0.1, -0.2, 0.1, 1.0, -0.8, 0.5, 4.0, -3.0])
    found = fit_camera(start, points(MARKS), lines())
    assert found is not None
    assert floor_errors_m(found.camera).max() < 0.02
    near = fit_camera(TRUTH, points(MARKS), lines())
    assert near is not None
    assert found.covariance[2:5, 2:5] == pytest.approx(near.covariance[2:5, 2:5], rel=0.5, abs=1e-7)


def test_the_covariance_tells_how_far_many_fits_are_off() -> None:
    """Root mean square of the true floor errors over the stated ones, for noise as it was told."""
    at, _ = TRUTH.project([[9.0, 0.0, 0.0], [11.0, 3.0, 0.0], [12.0, -2.0, 0.0]])
    true_m2, told_m2 = [], []
    for seed in range(40):
        found = fit_camera(TRUTH.changed(0.5 * AWAY), points(MARKS, 0.7, seed), no_lines())
        assert found is not None
        true_m2.append(np.sum((found.camera.floor(at) - TRUTH.floor(at)) ** 2, axis=1))
        steps = np.random.default_rng(seed).multivariate_normal(np.zeros(10), found.covariance, 60)
        floor = np.array([found.camera.changed(step).floor(at) for step in steps])
        told_m2.append(np.sum(np.var(floor, axis=0), axis=1))
    ratio = np.sqrt(np.mean(true_m2) / np.mean(told_m2))
    assert 0.6 < ratio < 1.5


def test_one_mark_that_is_far_off_does_not_carry_the_others_along() -> None:
    wrong = points(MARKS, 0.5)
    wrong.image_px[0] += [40.0, -25.0]
    found = fit_camera(TRUTH.changed(AWAY), wrong, lines(0.5))
    assert found is not None
    assert np.median(floor_errors_m(found.camera)) < 0.03
    assert np.hypot(*found.residuals_px[0]) > 35.0


@pytest.mark.parametrize("more", ["lines", "ring", "marks"])
def test_whatever_more_is_seen_makes_it_surer(more: str) -> None:
    four = fit_camera(TRUTH, points(MARKS[:4], 0.5), no_lines())
    world = {"lines": MARKS[:4], "ring": np.vstack([MARKS[:4], FIBA.rim_centre()]), "marks": MARKS}[more]
    better = fit_camera(TRUTH, points(world, 0.5), lines(0.5) if more == "lines" else no_lines())
    assert four is not None
    assert better is not None
    assert np.linalg.eigvalsh(better.covariance).min() > 0
    assert better.covariance[0, 0] < 0.95 * four.covariance[0, 0], "focal length"
    assert np.trace(better.covariance[5:8, 5:8]) < np.trace(four.covariance[5:8, 5:8])


def test_marks_put_down_carelessly_make_it_less_sure() -> None:
    neat, careless = points(MARKS), replace(points(MARKS), sigma_m=np.full(len(MARKS), 0.1))
    first, second = (fit_camera(TRUTH, some, no_lines()) for some in (neat, careless))
    assert first is not None
    assert second is not None
    assert np.all(np.diag(second.covariance) >= np.diag(first.covariance))
    assert np.trace(second.covariance[5:8, 5:8]) > 4 * np.trace(first.covariance[5:8, 5:8])


def test_a_lens_that_was_measured_stays_and_makes_it_surer() -> None:
    start = replace(TRUTH.changed([0, 0, *AWAY[2:]]), distortion=(-0.11, 0.0))
    free, known = (fit_camera(start, points(MARKS[:4], 1.0), no_lines(), lens) for lens in (False, True))
    assert free is not None
    assert known is not None
    assert known.camera.K[0, 0] == pytest.approx(TRUTH.K[0, 0], rel=0.008)
    assert known.camera.distortion[0] == pytest.approx(-0.11, abs=0.008)
    assert known.covariance[0, 0] < 0.1 * free.covariance[0, 0]
    assert np.median(floor_errors_m(known.camera)) < 0.1


def test_of_four_marks_alone_the_lens_is_what_is_usual() -> None:
    """Four points leave focal length and distortion to what lenses are like: near the prior, never beyond bounds."""
    found = fit_camera(TRUTH.changed([0.3, 0.1, *[0.0] * 8]), points(MARKS[:4]), no_lines())
    assert found is not None
    assert -0.45 <= found.camera.distortion[0] <= 0.15
    assert 0.4 < found.camera.K[0, 0] / TRUTH.K[0, 0] < 2.5
    assert np.abs(found.residuals_px).max() < 1.5


def test_from_a_camera_that_looks_the_other_way_nothing_is_fitted() -> None:
    away = look_at(TRUTH.centre, 2 * TRUTH.centre - [9.5, 0.0, 4.0], (1280, 720), 82.0)
    assert fit_camera(away, points(MARKS), no_lines()) is None
