"""Shots whose flight is known: virtual ones by seed, thrown and bounced by the gym's own physics
(edge/simulator/flight.py). What the box sees of them: tests/bench/flight_sight.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calibration.court import FIBA, Court
from edge.kernels.ballistics import ARRIVAL_APEX, arrivals
from edge.simulator.flight import DRAG_PER_M, STEP_S, Hall, advance, goes_in, hall, launch_velocity
from edge.simulator.mount import WALLS_M
from edge.types import FloatArray

DISTANCES_M = (2.5, 4.6, 6.75, 8.0)
FRAMES_PER_S = 30.0
# How shots scatter about the rim's middle, along and across.
_SCATTER_M = (0.13, 0.10)
_BEFORE, _AFTER = 2, 12


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
