"""A basketball in free flight: gravity, quadratic drag and the lift of its spin, in metres and seconds, z up.

The acceleration is -g z - k |v| v + s (e x v): k per metre is the drag, s per second the lift that backspin gives, and
e the horizontal unit vector about which the ball turns, so that e x v points up and back from where it flies.
"""

from __future__ import annotations

import math
from typing import Any

import numba as nb
import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

GRAVITY_M_S2 = 9.81
BALL_RADIUS_M = 0.12
# Half the air's density times the drag coefficient and the ball's section over its mass.
DRAG_PER_M = 0.5 * 1.2 * 0.5 * math.pi * BALL_RADIUS_M**2 / 0.62
STEP_S = 1 / 60
# What `arrivals` tells of each flight.
ARRIVAL_X, ARRIVAL_Y, ARRIVAL_S, ARRIVAL_ANGLE, ARRIVAL_APEX = range(5)
_LONGEST_S = 4.0


@nb.njit(cache=True, nogil=True)
def _push(vx: float, vy: float, vz: float, drag: float, lift: float) -> tuple[float, float, float]:
    """Acceleration, m/s^2."""
    across = math.sqrt(vx * vx + vy * vy)
    speed = math.sqrt(across * across + vz * vz)
    ax, ay, az = -drag * speed * vx, -drag * speed * vy, -GRAVITY_M_S2 - drag * speed * vz
    if across > 1e-9:
        ax -= lift * vz * vx / across
        ay -= lift * vz * vy / across
        az += lift * across
    return ax, ay, az


@nb.njit(cache=True, nogil=True)
def _advance(state: FloatArray, dt: float, drag: float, lift: float) -> None:
    """Move `state` (6,), position and velocity, by `dt` s, backwards too: the midpoint rule."""
    ax, ay, az = _push(state[3], state[4], state[5], drag, lift)
    half = 0.5 * dt
    ax, ay, az = _push(state[3] + half * ax, state[4] + half * ay, state[5] + half * az, drag, lift)
    state[0] += (state[3] + half * ax) * dt
    state[1] += (state[4] + half * ay) * dt
    state[2] += (state[5] + half * az) * dt
    state[3] += ax * dt
    state[4] += ay * dt
    state[5] += az * dt


@nb.njit(cache=True, nogil=True)
def states_at(start: FloatArray, drag: float, lift: float, times_s: FloatArray) -> FloatArray:
    """Position and velocity (N, 6) at `times_s` (N,), ascending, of a ball that is at `start` (6,) at time 0."""
    found = np.empty((len(times_s), 6))
    for way in (1.0, -1.0):
        state, now = start.copy(), 0.0
        for k in range(len(times_s)):
            i = k if way > 0 else len(times_s) - 1 - k
            if way * times_s[i] < 0 or (way < 0 and times_s[i] == 0.0):
                continue
            away = times_s[i] - now
            steps = max(1, math.ceil(abs(away) / STEP_S))
            for _ in range(steps):
                _advance(state, away / steps, drag, lift)
            now = times_s[i]
            found[i] = state
    return found


@nb.njit(cache=True, nogil=True)
def path(start: FloatArray, drag: float, lift: float, times_s: FloatArray, change: FloatArray) -> Any:
    """Positions (N, 3) at `times_s` as in `states_at`, and how they change (N, 3, 8) with start (6), log drag and lift.

    change (8,): the steps of the differences; where the ball starts moves all of the path alike.
    """
    here = states_at(start, drag, lift, times_s)[:, :3].copy()
    by = np.zeros((len(times_s), 3, 8))
    for axis in range(3):
        by[:, axis, axis] = 1.0
    for column in range(3, 8):
        other, thick, spin = start.copy(), drag, lift
        if column < 6:
            other[column] += change[column]
        elif column == 6:
            thick = drag * math.exp(change[6])
        else:
            spin += change[7]
        there = states_at(other, thick, spin, times_s)
        by[:, :, column] = (there[:, :3] - here) / change[column]
    return here, by


@nb.njit(cache=True, nogil=True)
def arrivals(starts: FloatArray, height_m: float) -> FloatArray:
    """Where flights come down through a height: (S, 5) x, y m, time s, angle below horizontal in degrees, apex m.

    starts (S, 8): position and velocity at time 0, log of the drag against `DRAG_PER_M`, lift. NaN where one does not
    come down through the height within four seconds.
    """
    found = np.full((len(starts), 5), np.nan)
    for i in range(len(starts)):
        state, drag, lift = starts[i, :6].copy(), DRAG_PER_M * math.exp(starts[i, 6]), starts[i, 7]
        now, before, apex = 0.0, state.copy(), state[2]
        while now < _LONGEST_S:
            before[:] = state
            _advance(state, STEP_S, drag, lift)
            now += STEP_S
            if before[5] > 0.0 >= state[5]:
                rise = before[5] / (before[5] - state[5]) * STEP_S
                apex = before[2] + 0.5 * before[5] * rise
            if state[5] < 0.0 and before[2] >= height_m > state[2]:
                share = _fallen(before[2] - height_m, before[5], (state[5] - before[5]) / STEP_S)
                _advance(before, share, drag, lift)
                found[i, 0], found[i, 1], found[i, 2] = before[0], before[1], now - STEP_S + share
                found[i, 3] = math.degrees(math.atan2(-before[5], math.hypot(before[3], before[4])))
                found[i, 4] = apex
                break
    return found


@nb.njit(cache=True, nogil=True)
def _fallen(above_m: float, speed_m_s: float, pull_m_s2: float) -> float:
    """Seconds until a ball that moves up at a speed and is pulled (downwards: negative) has come down by a height."""
    root = math.sqrt(max(speed_m_s * speed_m_s - 2.0 * pull_m_s2 * above_m, 0.0))
    return (-speed_m_s - root) / pull_m_s2 if pull_m_s2 < 0.0 else STEP_S
