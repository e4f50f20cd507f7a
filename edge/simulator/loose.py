"""Balls that nobody plays with: they lie, roll, bounce and are thrown by someone out of sight, by the same physics."""

from __future__ import annotations

import math

import numpy as np

from edge.simulator.flight import BALL_RADIUS_M, STEP_S, Hall, advance, launch_velocity
from edge.types import FloatArray

# Where they lie at first, and whereto they are sent back: x0, x1, y0, y1.
_AREA_M = (1.0, 13.5, -6.5, 6.5)
_LIE, _ROLL, _BOUNCE, _THROW = range(4)
_SHARES = (0.3, 0.3, 0.2, 0.2)
_REST_S = (0.3, 4.0)
_STILL_M_S = 0.15
# Nearer to the ring's axis there is no arc from the floor into it.
_UNDER_RING_M = 1.5


class LooseBalls:
    """`states` (N, 7) after each step: position m, velocity m/s, and whether it is in the net."""

    def __init__(self, count: int, where: Hall, rng: np.random.Generator) -> None:
        self.hall, self._rng = where, rng
        self.states: FloatArray = np.zeros((count, 7))
        self._habits = rng.choice(len(_SHARES), size=count, p=_SHARES)
        self._rest_s = rng.uniform(0.0, 2.0, count)
        for state in self.states:
            state[:3] = self._place()

    def step(self, dt: float, played_m: FloatArray | None) -> None:
        """One frame on; they give way to the ball that is played with, at `played_m` (3,), and to each other."""
        steps, entry = max(1, math.ceil(dt / STEP_S)), np.zeros(3)
        for number, state in enumerate(self.states):
            self._rest_s[number] -= dt
            still = float(np.linalg.norm(state[3:6])) < _STILL_M_S and state[2] < 2 * BALL_RADIUS_M
            if still and self._rest_s[number] <= 0.0 and self._habits[number] != _LIE:
                state[3:6] = self._push(int(self._habits[number]), state[:3])
                self._rest_s[number] = self._rng.uniform(*_REST_S)
            advance(state, self.hall.parameters, dt / steps, steps, entry)
        for number, state in enumerate(self.states):
            for other in self.states[:number]:
                push_apart(state, other)
            if played_m is not None:
                push_apart(state, np.concatenate([played_m, np.zeros(4)]))

    def _place(self) -> FloatArray:
        x0, x1, y0, y1 = _AREA_M
        return np.array([self._rng.uniform(x0, x1), self._rng.uniform(y0, y1), BALL_RADIUS_M])

    def _push(self, habit: int, place_m: FloatArray) -> FloatArray:
        """The velocity (3,) with which a ball at rest sets off, towards somewhere in the area or to the ring."""
        towards = self._place() - place_m
        towards /= max(float(np.linalg.norm(towards)), 1e-6)
        if habit == _ROLL:
            return np.asarray(towards * self._rng.uniform(0.6, 3.0))
        ring = self.hall.ring + self._rng.normal(0.0, 0.25, 3)
        if habit == _BOUNCE or float(np.linalg.norm(ring[:2] - place_m[:2])) < _UNDER_RING_M:
            return np.asarray(towards * self._rng.uniform(0.2, 2.5) + [0.0, 0.0, self._rng.uniform(3.0, 6.0)])
        angle = math.radians(self._rng.uniform(48, 56))
        return launch_velocity(place_m, ring, angle, float(self.hall.parameters[12]))


def push_apart(first: FloatArray, second: FloatArray) -> None:
    """Two balls (7,) that touch part, in place, along the line of their centres; alike in mass, they swap the speed at
    which they meet. None is pushed into the floor."""
    gap = first[:3] - second[:3]
    distance = float(np.linalg.norm(gap))
    if not 0.0 < distance < 2 * BALL_RADIUS_M:
        return
    along = gap / distance
    closing = min(float((first[3:6] - second[3:6]) @ along), 0.0)
    for state, sign in ((first, 1.0), (second, -1.0)):
        state[:3] += sign * (BALL_RADIUS_M - distance / 2) * along
        state[3:6] -= sign * closing * along
        state[2] = max(state[2], BALL_RADIUS_M)
