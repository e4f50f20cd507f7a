"""The camera that explains cones, lines, a rim tap and what is usual of lenses, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from calibration.camera import Camera, FloatArray
from calibration.view import PARAMETERS

# What is known of a camera before anything is seen: fields of view of 55 to 115 degrees, slight barrel distortion.
_FOCAL_WIDTHS, _LOG_FOCAL_SIGMA = 0.58, 0.5
_DISTORTION, _DISTORTION_SIGMA = -0.08, 0.10
# The optical axis goes nearly through the picture's middle, but for what assembling leaves, in widths of the picture.
_AXIS_SIGMA_WIDTHS = 0.012
# A lens that was measured stays as it is, but for what focusing changes.
_KNOWN_LOG_FOCAL_SIGMA, _KNOWN_DISTORTION_SIGMA, _KNOWN_AXIS_SIGMA_WIDTHS = 0.004, 0.004, 0.002
# What the priors speak of: focal length, distortion, principal point.
_INNER = [0, 1, 8, 9]
_ROBUST = 2.0


@dataclass(frozen=True, slots=True)
class Points:
    """Points of known place (N, 3) m and where they are seen (N, 2) px, with standard deviations (N,) px and (N,) m."""

    world_m: FloatArray
    image_px: FloatArray
    sigma_px: FloatArray
    sigma_m: FloatArray


@dataclass(frozen=True, slots=True)
class LinePoints:
    """Floor points (N, 2) m that lie on a line seen at (N, 2) px with normal (N, 2), known to (N,) px across it."""

    court_m: FloatArray
    image_px: FloatArray
    normal: FloatArray
    sigma_px: FloatArray


@dataclass(frozen=True, slots=True)
class Fit:
    """camera; covariance (10, 10) of `Camera.changed`'s parameters; residuals (N, 2) px of the points."""

    camera: Camera
    covariance: FloatArray
    residuals_px: FloatArray


def no_lines() -> LinePoints:
    """Nothing was seen of the lines."""
    return LinePoints(np.zeros((0, 2)), np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(0))


def fit_camera(start: Camera, points: Points, lines: LinePoints, lens_known: bool = False) -> Fit | None:
    """The most probable camera, from a start near it; robust against single wrong points. None where it fails.

    lens_known: focal length and distortion of `start` were measured and hardly move.
    """
    whiten = _whitening(start, points)
    floor = np.column_stack([lines.court_m, np.zeros(len(lines.court_m))])
    prior = _prior(start, lens_known)

    def residuals(step: FloatArray) -> FloatArray:
        camera = start.changed(step)
        seen, _ = camera.project(points.world_m)
        away = np.nan_to_num(seen - points.image_px, nan=1e3)
        on_lines, _ = camera.project(floor)
        across = np.nan_to_num(np.sum((on_lines - lines.image_px) * lines.normal, axis=-1), nan=1e2)
        cones = np.einsum("nij,nj->ni", whiten, away).ravel()
        return np.concatenate([cones, across / lines.sigma_px, (step[_INNER] - prior[0]) / prior[1]])

    def jacobian(step: FloatArray) -> FloatArray:
        camera, turn = start.changed(step), _left_jacobian(step[2:5])
        away, across = camera.project_jacobian(points.world_m), camera.project_jacobian(floor)
        for part in (away, across):
            part[..., 2:5] = part[..., 2:5] @ turn
        cones = np.einsum("nij,njk->nik", whiten, away).reshape(-1, PARAMETERS)
        onward = np.sum(across * lines.normal[..., None], axis=1) / lines.sigma_px[:, None]
        known = np.eye(PARAMETERS)[_INNER] / prior[1][:, None]
        return np.nan_to_num(np.concatenate([cones, onward, known]))

    width = start.image_size[0]
    scale = np.array([0.1, 0.05, 0.05, 0.05, 0.05, 0.3, 0.3, 0.3, 0.01 * width, 0.01 * width])
    low, high = np.full(PARAMETERS, -np.inf), np.full(PARAMETERS, np.inf)
    if not lens_known:
        low[:2] = np.log(0.3) - 0.1, -0.45 - start.distortion[0]
        high[:2] = np.log(3.0) + 0.1, 0.15 - start.distortion[0]
    begin = np.clip(np.zeros(PARAMETERS), low + 1e-6, high - 1e-6)
    try:
        found = least_squares(
            residuals,
            begin,
            jacobian,
            x_scale=scale,
            bounds=(low, high),
            loss="soft_l1",
            f_scale=_ROBUST,
            ftol=1e-6,
            xtol=1e-6,
            max_nfev=60,
        )
        # Of the step that was found; a turn on from there is one of the camera that it leads to.
        onward = np.eye(PARAMETERS)
        onward[2:5, 2:5] = _left_jacobian(found.x[2:5])
        covariance = onward @ np.linalg.inv(found.jac.T @ found.jac) @ onward.T
    except (ValueError, np.linalg.LinAlgError):
        return None
    camera = start.changed(found.x)
    seen, _ = camera.project(points.world_m)
    if not (np.all(np.isfinite(covariance)) and np.all(np.isfinite(seen))):
        return None
    return Fit(camera, covariance, seen - points.image_px)


def _prior(start: Camera, lens_known: bool) -> tuple[FloatArray, FloatArray]:
    """Mean (4,) and standard deviation (4,) of log focal length, distortion and principal point, as steps from
    `start`."""
    width, height = start.image_size
    if lens_known:
        axis = _KNOWN_AXIS_SIGMA_WIDTHS * width
        return np.zeros(4), np.array([_KNOWN_LOG_FOCAL_SIGMA, _KNOWN_DISTORTION_SIGMA, axis, axis])
    usual = np.log(_FOCAL_WIDTHS * width / start.K[0, 0])
    middle = np.array([width / 2, height / 2]) - start.K[:2, 2]
    axis = _AXIS_SIGMA_WIDTHS * width
    mean = np.array([usual, _DISTORTION - start.distortion[0], *middle])
    return mean, np.array([_LOG_FOCAL_SIGMA, _DISTORTION_SIGMA, axis, axis])


def _left_jacobian(vector: FloatArray) -> FloatArray:
    """How a rotation vector's change (3,) turns on from the rotation it stands for: (3, 3)."""
    angle = float(np.linalg.norm(vector))
    if angle < 1e-9:
        return np.eye(3)
    x, y, z = axis = vector / angle
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    share = np.sin(angle) / angle
    return np.asarray(share * np.eye(3) + (1 - share) * np.outer(axis, axis) + (1 - np.cos(angle)) / angle * cross)


def _whitening(camera: Camera, points: Points) -> FloatArray:
    """Matrices (N, 2, 2) that turn pixel residuals into standard deviations: seeing and putting down, both."""
    step = 0.01
    here, _ = camera.project(points.world_m)
    columns = [(camera.project(points.world_m + step * axis)[0] - here) / step for axis in np.eye(3)[:2]]
    jacobian = np.nan_to_num(np.stack(columns, axis=-1))
    spread = points.sigma_m[:, None, None] * jacobian
    covariance = spread @ np.swapaxes(spread, -1, -2) + points.sigma_px[:, None, None] ** 2 * np.eye(2)
    return np.asarray(np.linalg.inv(np.linalg.cholesky(covariance)))
