"""Clouds of particles: the state of all targets, and the few things that happen to it."""

from __future__ import annotations

import numpy as np

from edge.kernels.normal import seed_streams, unit
from edge.kernels.particles import estimate, predict, resample, weigh_many, weigh_one
from edge.types import FloatArray

_LEAST_EFFECTIVE = 0.5


class Clouds:
    """`capacity` targets of `particles` particles each; a seed decides every random number."""

    def __init__(self, capacity: int, particles: int, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._streams = seed_streams(self._rng, particles + 1)
        self._cloud = np.zeros((5, capacity, particles), np.float32)
        self.x, self.y, self.vx, self.vy, self.w = self._cloud
        self.w[:] = 1.0 / particles
        self.alive = np.zeros(capacity, bool)
        self._scratch = np.zeros((4, particles), np.float32)
        self._mean = np.zeros((capacity, 7))
        self.spread = np.zeros(capacity, np.float32)
        self.push = np.zeros(capacity, np.float32)

    def free_slot(self) -> int | None:
        free = np.flatnonzero(~self.alive)
        return int(free[0]) if len(free) else None

    def start(
        self, k: int, xy: FloatArray, spread_px: FloatArray, speed_px_s: float, velocity_px_s: FloatArray | None = None
    ) -> None:
        """Scatter target k's particles around xy (2,) with deviations spread_px (2,), and their velocities around
        velocity_px_s (2,) (at rest where it is None) with deviation speed_px_s."""
        count = self.x.shape[1]
        vx, vy = (0.0, 0.0) if velocity_px_s is None else velocity_px_s
        self.x[k] = xy[0] + spread_px[0] * self._rng.standard_normal(count, np.float32)
        self.y[k] = xy[1] + spread_px[1] * self._rng.standard_normal(count, np.float32)
        self.vx[k] = vx + speed_px_s * self._rng.standard_normal(count, np.float32)
        self.vy[k] = vy + speed_px_s * self._rng.standard_normal(count, np.float32)
        self.w[k] = 1.0 / count
        self.alive[k] = True

    def predict(self, dt_s: float) -> None:
        predict(self._cloud, self.alive, dt_s, self.spread, self.push, self._streams, self._scratch, self._mean)

    def see(self, k: int, xy: FloatArray, sigma_px: float) -> None:
        """Target k was seen at xy (2,), within sigma_px."""
        weigh_one(self.x[k], self.y[k], self.w[k], float(xy[0]), float(xy[1]), sigma_px)
        self._resample(k)

    def see_candidates(self, k: int, candidates: FloatArray, sigma_px: float, clutter: float) -> None:
        """Target k may be any of candidates (N, 4)."""
        weigh_many(self.x[k], self.y[k], self.w[k], np.asarray(candidates, np.float32), sigma_px, clutter)
        self._resample(k)

    def mean(self, k: int) -> FloatArray:
        """(7,) x, y px, vx, vy px/s, var x, cov xy, var y px^2."""
        estimate(self.x[k], self.y[k], self.vx[k], self.vy[k], self.w[k], self._mean[k])
        return self._mean[k].copy()

    def shift(self, move: FloatArray) -> None:
        """The camera moved: carry every particle along, move (2, 3) from old to new pixels."""
        x = self.x.copy()
        self.x[:] = move[0, 0] * x + move[0, 1] * self.y + move[0, 2]
        self.y[:] = move[1, 0] * x + move[1, 1] * self.y + move[1, 2]

    def _resample(self, k: int) -> None:
        resample(
            self.x[k], self.y[k], self.vx[k], self.vy[k], self.w[k], unit(self._streams, self._streams.shape[1] - 1),
            self._scratch, _LEAST_EFFECTIVE,
        )  # fmt: skip
