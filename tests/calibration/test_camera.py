"""Projection, lens and homography against closed forms and against each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from calibration.camera import Camera, look_at
from calibration.homography import apply_homography, camera_from_homography, fit_homography
from calibration.view import CourtView, floor_parameter_jacobian

PLAIN = look_at([2.0, -9.0, 3.5], [11.0, 0.0, 1.5], (1280, 720), 90.0)
LENSES = [(0.0, 0.0), (-0.2, 0.0), (-0.15, 0.02), (0.05, 0.0)]


def lens(distortion: tuple[float, float]) -> Camera:
    return replace(PLAIN, distortion=distortion)


@pytest.mark.parametrize("distortion", LENSES)
def test_a_pixel_s_ray_goes_back_through_the_point(distortion: tuple[float, float]) -> None:
    camera = lens(distortion)
    points = np.random.default_rng(0).uniform([6, -4, 0], [14, 6, 3], (50, 3))
    px, depth = camera.project(points)
    assert (depth > 0).all()
    away = points - camera.centre
    assert camera.ray(px) == pytest.approx(away / np.linalg.norm(away, axis=1, keepdims=True), abs=1e-9)
    floor = points * [1, 1, 0]
    assert camera.floor(camera.project(floor)[0]) == pytest.approx(floor[:, :2], abs=1e-8)
    assert camera.height_above(points[0, :2], px[0]) == pytest.approx(points[0, 2])


@pytest.mark.parametrize("distortion", LENSES)
def test_the_projection_s_change_with_the_camera_is_that_of_small_steps(distortion: tuple[float, float]) -> None:
    camera = lens(distortion)
    points = np.random.default_rng(1).uniform([6, -4, 0], [14, 6, 3], (20, 3))
    step = 1e-6
    pairs = [(camera.changed(step * axis), camera.changed(-step * axis)) for axis in np.eye(10)]
    columns = [(more.project(points)[0] - less.project(points)[0]) / (2 * step) for more, less in pairs]
    found = camera.project_jacobian(points)
    assert found.shape == (20, 2, 10)
    assert found == pytest.approx(np.stack(columns, axis=-1), rel=1e-4, abs=1e-2)
    assert np.isnan(camera.project_jacobian([-5.0, -20.0, 1.0])).any()


def test_barrel_distortion_pulls_towards_the_middle_by_the_model_s_factor() -> None:
    point = np.array([13.0, 4.0, 0.0])
    middle = np.array([640.0, 360.0])
    there, here = PLAIN.project(point)[0] - middle, lens((-0.2, 0.0)).project(point)[0] - middle
    radius = np.linalg.norm(here) / PLAIN.K[0, 0]
    assert there == pytest.approx(here / (1 - 0.2 * radius**2))
    assert lens((-0.2, 0.0)).undistort(here + middle) == pytest.approx(there + middle)


def test_above_the_horizon_there_is_no_floor() -> None:
    assert np.isnan(PLAIN.floor([640.0, -2000.0])).all()
    assert CourtView(PLAIN).to_court(np.array([640.0, -2000.0]), np.eye(2)) is None


@pytest.mark.parametrize("distortion", LENSES)
def test_floor_covariance_is_that_of_many_pixels(distortion: tuple[float, float]) -> None:
    camera = lens(distortion)
    at, covariance = np.array([700.0, 420.0]), np.array([[4.0, 1.0], [1.0, 2.0]])
    found = CourtView(camera).to_court(at, covariance)
    assert found is not None
    floor = camera.floor(np.random.default_rng(0).multivariate_normal(at, covariance, 20000))
    assert floor.mean(axis=0) == pytest.approx(found[0], abs=0.03)
    assert np.cov(floor.T) == pytest.approx(found[1], rel=0.12, abs=1e-4)


def test_the_fit_s_own_covariance_is_that_of_many_cameras() -> None:
    camera, at = lens((-0.1, 0.0)), np.array([700.0, 430.0])
    sigma = np.array([0.01, 0.004, 0.002, 0.002, 0.002, 0.02, 0.02, 0.02, 3.0, 2.0])
    steps = np.random.default_rng(0).normal(size=(3000, 10)) * sigma
    floor = np.array([camera.changed(step).floor(at) for step in steps])
    found = CourtView(camera, np.diag(sigma**2)).to_court(at, np.zeros((2, 2)))
    assert found is not None
    # The view keeps its own part on a grid of the image, so the place is off by up to half a cell.
    assert np.cov(floor.T) == pytest.approx(found[1], rel=0.25, abs=2e-4)
    jacobian = floor_parameter_jacobian(camera, at)
    assert np.cov(floor.T) == pytest.approx(jacobian @ np.diag(sigma**2) @ jacobian.T, rel=0.12, abs=1e-4)


def test_four_points_give_the_camera_back() -> None:
    court = np.array([[14.0, 2.4], [14.0, -2.4], [8.2, -2.4], [8.2, 2.4]])
    image, _ = PLAIN.project(np.column_stack([court, np.zeros(4)]))
    homography = fit_homography(image, court)
    assert homography is not None
    assert apply_homography(homography, court) == pytest.approx(image, abs=1e-4)
    for scale in (1.0, -2.0):
        camera = camera_from_homography(scale * homography, PLAIN.image_size)
        assert camera is not None
        assert camera.centre == pytest.approx(PLAIN.centre, abs=1e-4)
        assert pytest.approx(PLAIN.K, abs=0.01) == camera.K


def test_points_in_mirrored_order_have_no_camera_above_the_floor() -> None:
    court = np.array([[14.0, 2.4], [14.0, -2.4], [8.2, -2.4], [8.2, 2.4]])
    image, _ = PLAIN.project(np.column_stack([court, np.zeros(4)]))
    mirrored = fit_homography(image[::-1], court)
    assert mirrored is not None
    assert camera_from_homography(mirrored, PLAIN.image_size) is None


def test_points_on_a_line_determine_nothing() -> None:
    court = np.array([[14.0, 7.5], [14.0, 2.4], [14.0, -2.4], [8.2, -2.4]])
    image, _ = PLAIN.project(np.column_stack([court, np.zeros(4)]))
    assert fit_homography(image, court) is None
    assert fit_homography(image[:3], court[:3]) is None


def test_what_is_behind_the_camera_has_no_pixel() -> None:
    image, depth = PLAIN.project([-5.0, -20.0, 1.0])
    assert depth < 0
    assert np.isnan(image).all()
