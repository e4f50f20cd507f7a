"""Shots whose flight is known, and what the box would see of them: virtual ones by seed, and real free throws.

Virtual: thrown and bounced by the gym's own physics (edge/simulator/flight.py), seen by a camera of one of its mounts.
What is seen: the centre with the jitter of the ball's network, its size with its error, frames without it, wrong
candidates; the camera is known as a calibration tells it, and the shooter's feet as tracking does.
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
from edge.kernels.ballistics import ARRIVAL_APEX, BALL_RADIUS_M, arrivals
from edge.simulator.flight import DRAG_PER_M, STEP_S, Hall, advance, goes_in, hall, launch_velocity
from edge.simulator.mount import WALLS_M, place_camera
from edge.types import FloatArray
from tests.bench.court_sightings import BallModel

MOUNTS = ("sideline", "high", "corner", "baseline", "wall")
DISTANCES_M = (2.5, 4.6, 6.75, 8.0)
PICTURE = (1280, 720)
FRAMES_PER_S = 30.0
# A camera sees a flight from the side where it looks at it at more than this angle from the flight's own direction.
SIDE_DEG = 50.0
_WRONG_SHARE, _WRONG_PX = 0.03, 60.0
# How shots scatter about the rim's middle, along and across.
_SCATTER_M = (0.13, 0.10)
_BEFORE, _AFTER = 2, 12
_FLOOR_ERROR_M = (0.02, 0.05)
_PLACE_ERROR_M = (0.05, 0.10)


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of a flight, by the names and units of `ShotFlight`; made: whether it went in."""

    values: dict[str, float]
    made: bool


@dataclass(frozen=True, slots=True)
class Path:
    """A ball's way: times_s (T,) with the release at 0, points_m (T, 3); place_m (2,): the shooter's feet."""

    name: str
    times_s: FloatArray
    points_m: FloatArray
    place_m: FloatArray
    truth: Truth


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


@dataclass(frozen=True, slots=True)
class Air:
    """What a shot flies through: drag against the simulator's, and lift per second (see edge/kernels/ballistics.py)."""

    drag: float = 1.0
    lift_s: float = 0.0


def virtual_path(seed: int, distance_m: float, court: Court = FIBA, air: Air | None = None) -> Path:
    """One shot of the gym's physics. With `air` the free flight is that air's."""
    rng = np.random.default_rng([seed, int(100 * distance_m), 61])
    where = hall(court, WALLS_M, drag=True)
    around = np.radians(rng.uniform(-75.0, 75.0))
    place = where.ring[:2] - distance_m * np.array([np.cos(around), np.sin(around)])
    along = (where.ring[:2] - place) / distance_m
    reach = rng.uniform(0.05, 0.45) * along + rng.normal(0.0, 0.1) * np.array([-along[1], along[0]])
    start = np.array([*(place + reach), rng.uniform(1.85, 2.65)])
    velocity = _reaching(start, where, rng)
    name = f"virtual-{seed}-{distance_m:g}"
    if air is None:
        made = goes_in(start, velocity, where)
        return _thrown(name, start, velocity, place, where.parameters, made, rng)
    return spun_path(name, start, velocity, place, court, air, rng)


def _reaching(start: FloatArray, where: Hall, rng: np.random.Generator) -> FloatArray:
    """Velocity (3,) of a shot that comes down through the ring's plane around its middle, as shots of players do."""
    along = (where.ring[:2] - start[:2]) / np.linalg.norm(where.ring[:2] - start[:2])
    velocity: FloatArray = np.zeros(3)
    for _ in range(20):
        off = rng.normal([0.03, 0.0], _SCATTER_M)
        target = where.ring + np.array([*(off[0] * along + off[1] * np.array([along[1], -along[0]])), 0.0])
        velocity = launch_velocity(start, target, np.radians(rng.uniform(44.0, 58.0)), DRAG_PER_M)
        came = arrivals(np.array([[*start, *velocity, 0.0, 0.0]]), float(where.ring[2]))[0]
        if np.isfinite(came[0]) and came[ARRIVAL_APEX] > where.ring[2] + 0.1:
            break
    return velocity


def _thrown(
    name: str, start: FloatArray, velocity: FloatArray, place: FloatArray, hall_parameters: FloatArray, made: bool,
    rng: np.random.Generator,
) -> Path:  # fmt: skip
    """Frames from a little before the release until the ball has bounced; truth from the free flight."""
    truth = _truth(start, velocity, hall_parameters, made)
    first = rng.uniform(0.0, 1 / FRAMES_PER_S)
    count = int(np.ceil((truth.values["flight_s"]) * FRAMES_PER_S)) + _AFTER
    times = first + np.arange(count) / FRAMES_PER_S
    state, entry, now = np.array([*start, *velocity, 0.0]), np.zeros(3), 0.0
    points = []
    for time in times:
        steps = round((time - now) / STEP_S)
        advance(state, hall_parameters, STEP_S, steps, entry)
        now += steps * STEP_S
        points.append(state[:3] + (time - now) * state[3:6])
    return _with_hands(name, times, np.array(points), start, velocity, place, truth)


def _with_hands(
    name: str, times: FloatArray, points: FloatArray, start: FloatArray, velocity: FloatArray, place: FloatArray,
    truth: Truth,
) -> Path:  # fmt: skip
    """Before the release the ball is pushed: it gathers its speed over a quarter of a second."""
    before = times[0] - np.arange(_BEFORE, 0, -1) / FRAMES_PER_S
    pushed = start + velocity * (before + before**2 / 0.5)[:, None]
    return Path(name, np.concatenate([before, times]), np.vstack([pushed, points]), place, truth)


def _truth(start: FloatArray, velocity: FloatArray, hall_parameters: FloatArray, made: bool) -> Truth:
    """The flight as if nothing were in its way, to the ring's plane."""
    free, ring = hall_parameters.copy(), hall_parameters[:3]
    free[[0, 4]] = 500.0
    free[8:12] = [-900.0, 900.0, -900.0, 900.0]
    state, entry, steps, apex = np.array([*start, *velocity, 0.0]), np.zeros(3), 0, start[2]
    while not (state[5] < 0 and state[2] <= ring[2]) and steps < 2000:
        before = state.copy()
        advance(state, free, STEP_S, 1, entry)
        apex, steps = max(apex, state[2]), steps + 1
    share = (before[2] - ring[2]) / (before[2] - state[2])
    cross = before + share * (state - before)
    return truth_of(start, velocity, cross[:6], (steps - 1 + share) * STEP_S, float(apex), ring, made)


def truth_of(
    start: FloatArray, velocity: FloatArray, cross: FloatArray, flight_s: float, apex_m: float, ring: FloatArray,
    made: bool,
) -> Truth:  # fmt: skip
    """From the state (6,) at the ring's plane."""
    along = (ring[:2] - start[:2]) / np.linalg.norm(ring[:2] - start[:2])
    off = 100 * (cross[:2] - ring[:2])
    across = float(np.hypot(velocity[0], velocity[1]))
    values = {
        "release_height_m": float(start[2]),
        "release_speed_m_s": float(np.linalg.norm(velocity)),
        "release_angle_deg": float(np.degrees(np.arctan2(velocity[2], across))),
        "flight_s": flight_s,
        "apex_m": apex_m,
        "entry_angle_deg": float(np.degrees(np.arctan2(-cross[5], np.hypot(cross[3], cross[4])))),
        "depth_cm": float(off @ along),
        "left_right_cm": float(off @ np.array([along[1], -along[0]])),
    }
    return Truth(values, made)


def spun_path(
    name: str, start: FloatArray, velocity: FloatArray, place: FloatArray, court: Court, air: Air,
    rng: np.random.Generator,
) -> Path:  # fmt: skip
    """The same throw in another air: it ends at the ring's plane, and goes in where it comes down inside."""
    ring = court.rim_centre()
    spun, aimed = velocity.copy(), _fly(start, velocity, Air(), ring[2])
    for _ in range(6):
        # The thrower knows his own spin: he aims so that the ball comes down where it was meant to.
        state, _, _ = _fly(start, spun, air, ring[2])
        spun[:2] += 0.9 * (aimed[0][:2] - state[:2]) / aimed[1]
    cross, flight_s, apex = _fly(start, spun, air, ring[2])
    made = bool(np.hypot(*(cross[:2] - ring[:2])) < 0.15)
    truth = truth_of(start, spun, cross, flight_s, apex, ring, made)
    times = rng.uniform(0.0, 1 / FRAMES_PER_S) + np.arange(int(flight_s * FRAMES_PER_S)) / FRAMES_PER_S
    points = np.array([_state_at(start, spun, air, time)[:3] for time in times])
    return _with_hands(name, times, points, start, spun, place, truth)


def _step(state: FloatArray, air: Air, dt: float) -> FloatArray:
    """Fourth-order Runge-Kutta."""

    def rate(at: FloatArray) -> FloatArray:
        velocity = at[3:]
        across = max(float(np.hypot(velocity[0], velocity[1])), 1e-9)
        up = np.array([-velocity[2] * velocity[0] / across, -velocity[2] * velocity[1] / across, across])
        drag = air.drag * DRAG_PER_M * float(np.linalg.norm(velocity))
        return np.concatenate([velocity, np.array([0.0, 0.0, -9.81]) - drag * velocity + air.lift_s * up])

    first = rate(state)
    second = rate(state + 0.5 * dt * first)
    third = rate(state + 0.5 * dt * second)
    fourth = rate(state + dt * third)
    return np.asarray(state + dt / 6 * (first + 2 * second + 2 * third + fourth))


def _state_at(start: FloatArray, velocity: FloatArray, air: Air, time_s: float) -> FloatArray:
    state = np.concatenate([start, velocity])
    steps = max(1, round(60 * time_s))
    for _ in range(steps):
        state = _step(state, air, time_s / steps)
    return state


def _fly(start: FloatArray, velocity: FloatArray, air: Air, height_m: float) -> tuple[FloatArray, float, float]:
    """State (6,) where it comes down through a height, when, and the apex."""
    state, now, dt, apex = np.concatenate([start, velocity]), 0.0, 1 / 60, float(start[2])
    while now < 4.0:
        after = _step(state, air, dt)
        apex = max(apex, float(after[2]), float(state[2] + max(state[5], 0.0) ** 2 / 19.62) if after[5] < 0 else 0.0)
        if after[5] < 0 and after[2] <= height_m:
            low, high = 0.0, dt
            for _ in range(30):
                middle = 0.5 * (low + high)
                low, high = (middle, high) if _step(state, air, middle)[2] > height_m else (low, middle)
            return _step(state, air, low), now + low, apex
        state, now = after, now + dt
    return state, now, apex


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
