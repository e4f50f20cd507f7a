"""The most probable flight and its covariance: Gauss-Newton over ball, drag, lift, ball's size and the camera's error.

Sightings weigh less the farther they lie off, and their noise is learnt from those that do not: both as for a
Student's t distribution with a lower edge on what counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.camera import Camera
from edge.game.trajectory_model import (
    CAMERA,
    DRAG,
    FLIGHT,
    LIFT,
    POSITION,
    SIZE,
    STATE,
    UNKNOWNS,
    Basket,
    Eye,
    Knowledge,
)
from edge.kernels.ballistics import ARRIVAL_X, ARRIVAL_Y, BALL_RADIUS_M, DRAG_PER_M, arrivals, path
from edge.types import FloatArray

# Rounds, and the squared steps in standard deviations at which it rests, or is far from rest after all of them.
_ROUNDS, _STILL, _FAR = 9, 0.03, 4.0
_STEPS = np.array([1.0, 1.0, 1.0, 1e-3, 1e-3, 1e-3, 1e-2, 1e-3])
# A sighting this many standard deviations off counts half; beside it how many sightings' worth the usual noise is
# believed against what is seen.
_HALF_SIGMAS, _BELIEF = 3.5, 12.0
_NOISE_RANGE = (0.35, 6.0)


@dataclass(frozen=True, slots=True)
class Prior:
    """Mean and standard deviation (19,) of the unknowns, and covariance (2, 2) of the start's place on the floor."""

    mean: FloatArray
    sigma: FloatArray
    place_m2: FloatArray


@dataclass(frozen=True, slots=True)
class Solution:
    """The unknowns (19,) with covariance (19, 19); weights (N,) of the sightings, 0..1; noise: their pixel noise
    against the usual."""

    unknowns: FloatArray
    covariance: FloatArray
    weights: FloatArray
    noise: float


@dataclass(frozen=True, slots=True)
class Sightings:
    """times_s (N,) from the reference time, ascending; xy_px (N, 2); log_radius (N,), NaN where unknown."""

    times_s: FloatArray
    xy_px: FloatArray
    log_radius: FloatArray

    def only(self, kept: npt.NDArray[np.bool_]) -> Sightings:
        return Sightings(self.times_s[kept], self.xy_px[kept], self.log_radius[kept])


def solve(
    start: FloatArray, seen: Sightings, eye: Eye, prior: Prior, known: Knowledge, basket: Basket
) -> Solution | None:
    """From a start (19,) near it. None where it does not come to rest or the ball would be behind the camera."""
    pixel = known.pixel_px * eye.camera.image_size[0] / 1280
    unknowns, noise = start.copy(), 1.0
    information, pull_of = _prior_information(prior)
    for _ in range(_ROUNDS):
        parts = _image_parts(unknowns, seen, eye)
        if parts is None:
            return None
        away, by, size_away, size_by = parts
        square = np.sum(away**2, axis=1) / pixel**2
        # Far from rest all of them lie off: half of them are right nevertheless (1.18: Rayleigh's median).
        scale = max(noise, float(np.sqrt(np.median(square))) / 1.18)
        weights = 1 / (1 + (square / scale**2 / _HALF_SIGMAS**2) ** 3)
        noise = _noise(square, weights)
        image_weight = weights / (max(noise, scale / 2) * pixel) ** 2
        size_weight = np.where(np.isfinite(size_away), weights, 0.0) / known.radius**2
        size_weight *= np.nan_to_num(1 / (1 + (size_away / (_HALF_SIGMAS * known.radius)) ** 6))
        all_by = np.concatenate([by.reshape(-1, UNKNOWNS), size_by])
        weighted = np.concatenate([np.repeat(image_weight, 2), size_weight])[:, None] * all_by
        normal = information + weighted.T @ all_by
        pull = pull_of(unknowns) + np.concatenate([away.ravel(), np.nan_to_num(size_away)]) @ weighted
        aim = _aim(unknowns, basket, known)
        if aim is not None:
            normal += aim[1].T @ aim[1]
            pull -= aim[0] @ aim[1]
        try:
            covariance = np.linalg.inv(normal)
        except np.linalg.LinAlgError:
            return None
        step = covariance @ pull
        unknowns = unknowns + step
        if not np.all(np.isfinite(unknowns)):
            return None
        moved = float(step @ normal @ step)
        if moved < _STILL:
            break
    return None if moved > _FAR or scale > _NOISE_RANGE[1] else Solution(unknowns, covariance, weights, noise)


def _noise(square: FloatArray, weights: FloatArray) -> float:
    """Pixel noise against the usual, of squared residuals (N,) in usual ones."""
    seen = 2 * float(weights.sum())
    spread = (_BELIEF + float(weights @ square)) / (_BELIEF + max(seen - 6.0, 0.0))
    return float(np.clip(np.sqrt(spread), *_NOISE_RANGE))


def _image_parts(
    unknowns: FloatArray, seen: Sightings, eye: Eye
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray] | None:
    """Residuals seen minus thought (N, 2) px with derivative (N, 2, 19), and those of log radius (N,), (N, 19)."""
    camera = eye.camera.changed(eye.spread @ unknowns[CAMERA])
    drag = DRAG_PER_M * float(np.exp(unknowns[DRAG]))
    points, by_flight = path(unknowns[STATE], drag, float(unknowns[LIFT]), seen.times_s, _STEPS)
    thought, depth = camera.project(points)
    by_camera = camera.project_jacobian(points)
    if not np.all(np.isfinite(thought)) or np.any(depth <= 2 * BALL_RADIUS_M):
        return None
    by_point = -by_camera[..., 5:8]
    by = np.zeros((len(points), 2, UNKNOWNS))
    by[..., FLIGHT] = by_point @ by_flight
    by[..., CAMERA] = by_camera @ eye.spread
    log_radius, radius_by = _log_radius(camera, points, by_point)
    size_by = np.zeros((len(points), UNKNOWNS))
    size_by[:, FLIGHT] = np.einsum("ni,nij->nj", radius_by, by_flight)
    size_by[:, SIZE] = 1.0
    size_by[:, CAMERA] = eye.spread[0] - radius_by @ eye.spread[5:8]
    return seen.xy_px - thought, by, seen.log_radius - log_radius - unknowns[SIZE], size_by


def _log_radius(camera: Camera, points: FloatArray, by_point: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Log of the ball's radius in px (N,), as a circle of its ellipse's area, and its change (N, 3) with the place."""
    right, down = by_point[:, 0], by_point[:, 1]
    square = np.sum(right * right, axis=1) * np.sum(down * down, axis=1) - np.sum(right * down, axis=1) ** 2
    away = points - camera.centre
    by = -away / np.sum(away**2, axis=1, keepdims=True)
    return np.log(BALL_RADIUS_M) + 0.25 * np.log(np.maximum(square, 1e-12)), by


def _prior_information(prior: Prior) -> tuple[FloatArray, Callable[[FloatArray], FloatArray]]:
    """The prior's information matrix, and what takes unknowns to its pull on them."""
    information = np.diag(1 / prior.sigma**2)
    information[:2, :2] = np.linalg.inv(prior.place_m2)
    return information, lambda unknowns: information @ (prior.mean - unknowns)


def _aim(unknowns: FloatArray, basket: Basket, known: Knowledge) -> tuple[FloatArray, FloatArray] | None:
    """Residual (2,) of where the flight comes down against the rim's centre, along and across, in what is usual, and
    its derivative (2, 19). None where it does not come down through the rim's plane."""
    steps = np.diag([1e-3, 1e-3, 1e-3, 1e-3, 1e-3, 1e-3, 1e-2, 1e-3])
    here = unknowns[FLIGHT]
    came = arrivals(np.vstack([here, here + steps]), float(basket.rim_m[2]))[:, [ARRIVAL_X, ARRIVAL_Y]]
    if not np.all(np.isfinite(came)):
        return None
    frame = shot_frame(unknowns[POSITION], basket) / np.array(known.aim_m)[:, None]
    by = np.zeros((2, UNKNOWNS))
    by[:, FLIGHT] = frame @ ((came[1:] - came[0]) / np.diagonal(steps)[:, None]).T
    return frame @ (came[0] - basket.rim_m[:2]), by


def shot_frame(start_m: FloatArray, basket: Basket) -> FloatArray:
    """Rows (2, 2): the unit vectors on the floor from where a shot starts to the rim, and to the right of that."""
    away = basket.rim_m[:2] - start_m[:2]
    along = away / max(float(np.hypot(away[0], away[1])), 1e-6)
    return np.array([along, [along[1], -along[0]]])
