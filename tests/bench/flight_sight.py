"""What the box would see of a shot whose flight is known: the ball's centre with the jitter of its network, its size
with its error, frames without it, wrong candidates; the camera as a calibration tells it, the feet as tracking does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr

from calibration.camera import Camera
from calibration.court import FIBA, Court
from calibration.quality import visible_floor
from calibration.view import floor_parameter_jacobian
from edge.game.trajectory_model import BallTrack, Basket, Launch, basket_of
from edge.kernels.ballistics import BALL_RADIUS_M
from edge.simulator.mount import place_camera
from edge.types import FloatArray
from tests.bench.court_sightings import BallModel
from tests.bench.flight_shots import FRAMES_PER_S, Path

MOUNTS = ("sideline", "high", "corner", "baseline", "wall")
PICTURE = (1280, 720)
# A camera sees a flight from the side where it looks at it at more than this angle from the flight's own direction.
SIDE_DEG = 50.0
_WRONG_SHARE, _WRONG_PX = 0.03, 60.0
_FLOOR_ERROR_M = (0.02, 0.05)
_PLACE_ERROR_M = (0.05, 0.10)


@dataclass(frozen=True, slots=True)
class SeenShot:
    """A path as one camera sees it. camera, covariance: as calibrated; rim_box_px: width of the ring's picture."""

    path: Path
    mount: str
    distance_m: float
    from_side: bool
    track: BallTrack
    launch: Launch
    camera: Camera
    covariance: FloatArray
    basket: Basket


def see(path: Path, mount: str, seed: int, court: Court = FIBA, noise: float = 1.0) -> SeenShot | None:
    """A path through a camera of that mount. noise: of the picture, against the usual. None where hardly any of it is
    in the picture."""
    rng = np.random.default_rng([seed, MOUNTS.index(mount), 62])
    camera = place_camera(mount, rng, *PICTURE, court)
    pixels, radius = picture_of(camera, path.points_m)
    usual = BallModel()
    model = replace(usual, jitter_px=noise * usual.jitter_px, radius_error=noise * usual.radius_error)
    track = _seen(path.times_s, pixels, radius, model, rng)
    flying = (path.times_s > 0) & (path.times_s < path.truth.values["flight_s"])
    if np.isfinite(track.xy_px[flying, 0]).sum() < 8:
        return None
    covariance = calibration_covariance(camera, court, float(rng.uniform(*_FLOOR_ERROR_M)))
    error = np.linalg.cholesky(covariance + 1e-14 * np.eye(10)) @ rng.standard_normal(10)
    sigma = float(rng.uniform(*_PLACE_ERROR_M))
    frame = path.times_s[np.argmin(np.abs(path.times_s))]
    launch = Launch(
        float(frame + rng.choice([-1, 0, 0, 0, 1]) / FRAMES_PER_S), path.place_m + sigma * rng.standard_normal(2),
        sigma**2 * np.eye(2),
    )  # fmt: skip
    basket = basket_of(court)
    middle, way = path.points_m[flying].mean(0)[:2] - camera.centre[:2], basket.rim_m[:2] - path.place_m
    turn = abs(float(middle @ way)) / float(np.linalg.norm(middle) * np.linalg.norm(way))
    return SeenShot(
        path, mount, float(np.linalg.norm(way)), bool(turn < np.cos(np.radians(SIDE_DEG))), track, launch,
        camera.changed(error), covariance, basket,
    )  # fmt: skip


def picture_of(camera: Camera, points_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Where the ball is (T, 2) px and its radius (T,) px: that of a circle of its ellipse's area."""
    pixels, _ = camera.project(points_m)
    away = points_m - camera.centre
    away /= np.linalg.norm(away, axis=1, keepdims=True)
    right = np.cross(away, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right, axis=1, keepdims=True)
    down = np.cross(away, right)
    across, along = (
        0.5 * (camera.project(points_m + BALL_RADIUS_M * d)[0] - camera.project(points_m - BALL_RADIUS_M * d)[0])
        for d in (right, down)
    )
    area = np.abs(across[:, 0] * along[:, 1] - across[:, 1] * along[:, 0])
    return pixels, np.sqrt(area)


def _seen(
    times: FloatArray, pixels: FloatArray, radius: FloatArray, model: BallModel, rng: np.random.Generator
) -> BallTrack:
    """One candidate a frame or none: as often as the ball's network finds it, now and then a wrong one."""
    moved = np.linalg.norm(np.diff(pixels, axis=0, prepend=pixels[:1]), axis=1)
    inside = np.all((pixels > radius[:, None]) & (pixels < np.array(PICTURE) - radius[:, None]), axis=1)
    chance = np.interp(np.nan_to_num(radius), model.radius_px, model.recall)
    chance = chance * np.interp(np.nan_to_num(moved / (2 * radius)), model.diameters, model.recall_fast)
    xy, size, luck = np.full((len(times), 2), np.nan), np.full(len(times), np.nan), rng.standard_normal()
    for k in range(len(times)):
        luck = model.stays * luck + np.sqrt(1 - model.stays**2) * rng.standard_normal()
        jitter, stretch = model.jitter_px * rng.standard_normal(2), np.exp(model.radius_error * rng.standard_normal())
        wrong = rng.random() < _WRONG_SHARE
        if inside[k] and (ndtr(luck) < chance[k] or wrong):
            xy[k], size[k] = pixels[k] + jitter, radius[k] * stretch
            if wrong:
                xy[k] += _WRONG_PX * rng.standard_normal(2)
                size[k] *= rng.uniform(0.6, 1.5)
    return BallTrack(times, xy, size)


def calibration_covariance(camera: Camera, court: Court, floor_error_m: float) -> FloatArray:
    """Covariance (10, 10) of a camera found from marks on the floor, such that floor points are off by this much at the
    median."""
    grid, pixels = visible_floor(camera, court)
    grid, pixels = grid[::7], pixels[::7]
    by = camera.project_jacobian(np.column_stack([grid, np.zeros(len(grid))])).reshape(-1, 10)
    by = by[np.all(np.isfinite(by), axis=1)]
    width = camera.image_size[0]
    # What is usual of lenses, as calibration/fit.py has it.
    usual = np.diag(1 / np.array([0.5, 0.05, 3.0, 3.0, 3.0, 9.0, 9.0, 9.0, 0.012 * width, 0.012 * width]) ** 2)
    on_floor = floor_parameter_jacobian(camera, pixels)
    low, high = 0.01, 300.0
    for _ in range(20):
        sigma = float(np.sqrt(low * high))
        covariance = np.linalg.inv(by.T @ by / sigma**2 + usual)
        off = on_floor @ covariance @ np.swapaxes(on_floor, 1, 2)
        error = float(np.nanmedian(np.sqrt(np.trace(off, axis1=1, axis2=2))))
        low, high = (sigma, high) if error < floor_error_m else (low, sigma)
    return np.asarray(0.5 * (covariance + covariance.T))
