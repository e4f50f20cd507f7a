"""The ball by itself: gravity, quadratic drag, ring (torus), board, floor, walls and net. SI units throughout."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numba
import numpy as np

from calibration.court import Court
from edge.types import FloatArray

GRAVITY_M_S2 = 9.81
BALL_RADIUS_M = 0.121
# 0.5 rho Cd A / m with rho = 1.2 kg/m3, Cd = 0.5, a size 7 ball of 0.62 kg.
DRAG_PER_M = 0.5 * 1.2 * 0.5 * math.pi * BALL_RADIUS_M**2 / 0.62
RING_TUBE_M = 0.009
NET_LENGTH_M = 0.45
STEP_S = 1 / 480

TOUCHED_RING, TOUCHED_BOARD, TOUCHED_FLOOR, THROUGH_RING, ENTERED = 1, 2, 4, 8, 16


@dataclass(frozen=True, slots=True)
class Hall:
    """Where the ball can bounce. `parameters`: ring centre (3), inner radius, board's plane x, half width, bottom and
    top, walls x0, x1, y0, y1, drag per metre."""

    parameters: FloatArray

    @property
    def ring(self) -> FloatArray:
        """Centre of the ring (3,) m."""
        return self.parameters[:3]


def hall(court: Court, walls_m: tuple[float, float, float, float], drag: bool) -> Hall:
    """The basket at the positive end of `court` in a room with walls x0, x1, y0, y1."""
    ring = court.rim_centre(1)
    board_x = court.end_m - court.board_from_baseline_m
    bottom = court.board_bottom_m
    board = [board_x, court.board_width_m / 2, bottom, bottom + court.board_height_m]
    return Hall(np.array([*ring, court.rim_diameter_m / 2, *board, *walls_m, DRAG_PER_M if drag else 0.0]))


@numba.njit(cache=True)
def _bounce(state, nx, ny, nz, depth, restitution, grip):  # type: ignore[no-untyped-def]
    """Push the ball out along the unit normal and reflect its velocity; `grip` is the tangential share kept."""
    state[0] += nx * depth
    state[1] += ny * depth
    state[2] += nz * depth
    normal = state[3] * nx + state[4] * ny + state[5] * nz
    if normal >= 0.0:
        return
    for axis, n in ((3, nx), (4, ny), (5, nz)):
        along = normal * n
        state[axis] = (state[axis] - along) * grip - restitution * along


@numba.njit(cache=True)
def _ring(state, p):  # type: ignore[no-untyped-def]
    """Contact with the ring, a torus: the nearest point of its centre circle decides."""
    dx, dy, dz = state[0] - p[0], state[1] - p[1], state[2] - p[2]
    radial = math.sqrt(dx * dx + dy * dy)
    centre = p[3] + RING_TUBE_M
    reach = BALL_RADIUS_M + RING_TUBE_M
    if radial < 1e-9 or abs(dz) > reach or abs(radial - centre) > reach:
        return False
    distance = math.sqrt((radial - centre) ** 2 + dz * dz)
    if distance >= reach or distance < 1e-9:
        return False
    out = (radial - centre) / distance
    _bounce(state, out * dx / radial, out * dy / radial, dz / distance, reach - distance, 0.52, 0.92)
    return True


@numba.njit(cache=True)
def _board(state, p):  # type: ignore[no-untyped-def]
    """Contact with the board, a box 3 cm deep: its nearest point decides."""
    x = min(max(state[0], p[4]), p[4] + 0.03)
    y = min(max(state[1], -p[5]), p[5])
    z = min(max(state[2], p[6]), p[7])
    dx, dy, dz = state[0] - x, state[1] - y, state[2] - z
    distance = math.sqrt(dx * dx + dy * dy + dz * dz)
    if distance >= BALL_RADIUS_M or distance < 1e-9:
        return False
    depth = BALL_RADIUS_M - distance
    _bounce(state, dx / distance, dy / distance, dz / distance, depth, 0.62, 0.9)
    return True


@numba.njit(cache=True)
def _floor_and_walls(state, p, dt):  # type: ignore[no-untyped-def]
    touched = False
    if state[2] < BALL_RADIUS_M:
        touched = True
        _bounce(state, 0.0, 0.0, 1.0, BALL_RADIUS_M - state[2], 0.76, 0.86 if state[5] < -0.5 else 1.0)
        if state[5] < 0.35:
            state[5] = 0.0
            slow = max(0.0, 1.0 - 0.55 * dt / max(1e-6, math.hypot(state[3], state[4])))
            state[3] *= slow
            state[4] *= slow
    for axis in range(2):
        low, high = p[8 + 2 * axis] + BALL_RADIUS_M, p[9 + 2 * axis] - BALL_RADIUS_M
        if state[axis] < low:
            state[axis] = low
            state[3 + axis] = abs(state[3 + axis]) * 0.6
        elif state[axis] > high:
            state[axis] = high
            state[3 + axis] = -abs(state[3 + axis]) * 0.6
    return touched


@numba.njit(cache=True)
def _net(state, p, dt):  # type: ignore[no-untyped-def]
    """Inside the net the ball slows to about 2 m/s; cords that narrow to the bottom keep it near the ring's axis."""
    hold = 1.0 - math.exp(-14.0 * dt)
    state[3] -= state[3] * hold
    state[4] -= state[4] * hold
    state[5] += (-2.2 - state[5]) * hold
    dx, dy = state[0] - p[0], state[1] - p[1]
    radial = math.hypot(dx, dy)
    room = max(0.11 - 0.18 * (p[2] - state[2]), 0.03)
    if radial > room:
        outward = max(0.0, (state[3] * dx + state[4] * dy) / radial)
        state[0] -= dx / radial * (radial - room)
        state[1] -= dy / radial * (radial - room)
        state[3] -= outward * dx / radial
        state[4] -= outward * dy / radial
    if state[2] < p[2] - NET_LENGTH_M:
        state[6] = 0.0


@numba.njit(cache=True)
def advance(state, p, dt, steps, entry):  # type: ignore[no-untyped-def]
    """Move `state` (7,): position, velocity, 1 while in the net, by `steps` of `dt`; return a mask of what it touched.

    `entry` (3,), zero before, receives the velocity with which the ball first meets ring or board or comes down through
    the ring's plane. Without drag and contact the steps sum to the closed form exactly (constant acceleration).
    """
    mask = 0
    before = np.zeros(3)
    for _ in range(steps):
        above = state[2]
        speed = math.sqrt(state[3] ** 2 + state[4] ** 2 + state[5] ** 2)
        for axis in range(3):
            acceleration = -p[12] * speed * state[3 + axis] - (GRAVITY_M_S2 if axis == 2 else 0.0)
            state[axis] += (state[3 + axis] + 0.5 * acceleration * dt) * dt
            state[3 + axis] += acceleration * dt
        before[:] = state[3:6]
        crossed = above > p[2] >= state[2]
        if crossed and math.hypot(state[0] - p[0], state[1] - p[1]) < p[3]:
            mask |= THROUGH_RING
            state[6] = 1.0
        if _ring(state, p):
            mask |= TOUCHED_RING
        if _board(state, p):
            mask |= TOUCHED_BOARD
        met = crossed or mask & (TOUCHED_RING | TOUCHED_BOARD)
        if met and entry[0] == 0.0 and entry[1] == 0.0 and entry[2] == 0.0:
            mask |= ENTERED
            entry[:] = before
        if _floor_and_walls(state, p, dt):
            mask |= TOUCHED_FLOOR
        if state[6] > 0.0:
            _net(state, p, dt)
    return mask


@numba.njit(cache=True)
def _range_at(start, velocity, height, drag, dt):  # type: ignore[no-untyped-def]
    """Horizontal distance and time at which a free ball comes down to `height`; (-1, -1) where it never rises to it."""
    x, z = 0.0, start
    vx, vz = velocity[0], velocity[1]
    for step in range(2400):
        speed = math.sqrt(vx * vx + vz * vz)
        ax, az = -drag * speed * vx, -GRAVITY_M_S2 - drag * speed * vz
        next_x, next_z = x + (vx + 0.5 * ax * dt) * dt, z + (vz + 0.5 * az * dt) * dt
        if next_z < height <= z and vz < 0:
            share = (z - height) / (z - next_z)
            return x + share * (next_x - x), (step + share) * dt
        x, z = next_x, next_z
        vx, vz = vx + ax * dt, vz + az * dt
        if vz < 0 and z < height:
            return -1.0, -1.0
    return -1.0, -1.0


def launch_velocity(start_m: FloatArray, target_m: FloatArray, angle_rad: float, drag_per_m: float) -> FloatArray:
    """Velocity (3,) m/s that carries the ball from `start_m` (3,) down to `target_m` (3,) at the launch angle.

    The drag-free speed is v^2 = g d^2 / (2 cos^2(a) (d tan(a) - h)); drag is met by aiming farther, a few times over.
    """
    away = target_m[:2] - start_m[:2]
    distance = float(np.hypot(away[0], away[1]))
    direction = away / distance
    rise = float(target_m[2] - start_m[2])
    angle = max(angle_rad, math.atan2(rise, distance) + 0.25)
    aim = distance
    velocity = np.zeros(2)
    for _ in range(8):
        speed = math.sqrt(GRAVITY_M_S2 * aim**2 / (2 * math.cos(angle) ** 2 * (aim * math.tan(angle) - rise)))
        velocity = speed * np.array([math.cos(angle), math.sin(angle)])
        reached, _ = _range_at(float(start_m[2]), velocity, float(target_m[2]), drag_per_m, STEP_S)
        if reached < 0 or abs(reached - distance) < 1e-4:
            break
        aim += distance - reached
    return np.array([direction[0] * velocity[0], direction[1] * velocity[0], velocity[1]])


def throw_velocity(start_m: FloatArray, target_m: FloatArray, seconds: float, drag_per_m: float) -> FloatArray:
    """Velocity (3,) m/s of a pass that arrives at `target_m` (3,) after `seconds` (drag to first order)."""
    velocity = (target_m - start_m) / seconds
    velocity[2] += 0.5 * GRAVITY_M_S2 * seconds
    speed = float(np.linalg.norm(velocity))
    return np.asarray(velocity * (1 + 0.5 * drag_per_m * speed * seconds))


def goes_in(start_m: FloatArray, velocity_m_s: FloatArray, where: Hall) -> bool:
    """Whether a ball thrown so comes to pass down through the ring, rebounds from ring and board included."""
    state = np.concatenate([start_m, velocity_m_s, [0.0]])
    entry = np.zeros(3)
    for _ in range(60):
        mask = advance(state, where.parameters, STEP_S, 40, entry)
        if mask & THROUGH_RING:
            return True
        if mask & TOUCHED_FLOOR:
            return False
    return False


def shot_velocity(
    start_m: FloatArray, angle_rad: float, wish_made: bool, where: Hall, rng: np.random.Generator
) -> FloatArray:
    """Velocity (3,) of a shot whose scatter is drawn until physics gives the wished outcome (at most 40 draws)."""
    p = where.parameters
    away = p[:2] - start_m[:2]
    along = away / max(float(np.hypot(away[0], away[1])), 1e-6)
    across = np.array([-along[1], along[0]])
    spread = 0.07 if wish_made else 0.24
    velocity: FloatArray = np.zeros(3)
    for _ in range(40):
        target = p[:3].copy()
        target[:2] += along * (0.02 + rng.normal(0.0, spread)) + across * rng.normal(0.0, spread * 0.6)
        velocity = launch_velocity(start_m, target, angle_rad, float(p[12]))
        if goes_in(start_m, velocity, where) == wish_made:
            break
    return velocity
