"""The particle filter's arithmetic: many targets at once, structure of arrays, nothing allocated per frame.

Arrays are (targets, particles) float32: position x, y px, velocity vx, vy px/s, weight. Rows of targets that are not
alive are skipped. Random numbers come from outside, so that a seed decides everything.
"""

from __future__ import annotations

import numba as nb
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]


@nb.njit(cache=True, nogil=True, fastmath=True)
def advance(
    x: Array, y: Array, vx: Array, vy: Array, alive: Flags, dt: float, spread: Array, push: Array, noise: Array
) -> None:
    """Move every particle by its velocity over dt s, and scatter it.

    spread (targets,) px and push (targets,) px/s: standard deviations added to position and velocity.
    noise (4, targets, particles): standard normal numbers.
    """
    for k in range(x.shape[0]):
        if not alive[k]:
            continue
        for i in range(x.shape[1]):
            x[k, i] += vx[k, i] * dt + spread[k] * noise[0, k, i]
            y[k, i] += vy[k, i] * dt + spread[k] * noise[1, k, i]
            vx[k, i] += push[k] * noise[2, k, i]
            vy[k, i] += push[k] * noise[3, k, i]


@nb.njit(cache=True, nogil=True, fastmath=True)
def weigh_one(x: Array, y: Array, w: Array, at_x: float, at_y: float, sigma: float) -> None:
    """Multiply the weights (particles,) of one target by the Gaussian likelihood of one position, px."""
    scale = -0.5 / (sigma * sigma)
    total = 0.0
    for i in range(len(w)):
        dx, dy = x[i] - at_x, y[i] - at_y
        w[i] *= np.exp(scale * (dx * dx + dy * dy)) + 1e-12
        total += w[i]
    for i in range(len(w)):
        w[i] /= total


@nb.njit(cache=True, nogil=True, fastmath=True)
def weigh_many(x: Array, y: Array, w: Array, candidates: Array, sigma: float, clutter: float) -> None:
    """Multiply the weights (particles,) of one target by the likelihood of several candidates, none of them certain.

    candidates (N, 4): x, y, radius px, confidence: each adds its confidence times a Gaussian; `clutter` is what a
    particle far from all of them keeps.
    """
    scale = -0.5 / (sigma * sigma)
    total = 0.0
    for i in range(len(w)):
        likelihood = clutter
        for c in range(len(candidates)):
            dx, dy = x[i] - candidates[c, 0], y[i] - candidates[c, 1]
            likelihood += candidates[c, 3] * np.exp(scale * (dx * dx + dy * dy))
        w[i] *= likelihood
        total += w[i]
    for i in range(len(w)):
        w[i] /= total


@nb.njit(cache=True, nogil=True, fastmath=True)
def estimate(x: Array, y: Array, vx: Array, vy: Array, w: Array, out: npt.NDArray[np.float64]) -> None:
    """Weighted mean and covariance of one target: out (7,) = x, y, vx, vy, var x, cov xy, var y."""
    out[:] = 0.0
    for i in range(len(w)):
        out[0] += w[i] * x[i]
        out[1] += w[i] * y[i]
        out[2] += w[i] * vx[i]
        out[3] += w[i] * vy[i]
    for i in range(len(w)):
        dx, dy = x[i] - out[0], y[i] - out[1]
        out[4] += w[i] * dx * dx
        out[5] += w[i] * dx * dy
        out[6] += w[i] * dy * dy


@nb.njit(cache=True, nogil=True)
def resample(
    x: Array, y: Array, vx: Array, vy: Array, w: Array, start: float, scratch: Array, least_share: float
) -> bool:
    """Systematic resampling of one target where its effective sample size is below `least_share` of its particles.

    start in [0, 1): the one random number it takes. scratch (4, particles). True where it resampled.
    """
    n = len(w)
    squares = 0.0
    for i in range(n):
        squares += w[i] * w[i]
    if 1.0 / squares >= least_share * n:
        return False
    for i in range(n):
        scratch[0, i], scratch[1, i], scratch[2, i], scratch[3, i] = x[i], y[i], vx[i], vy[i]
    reached, source = float(w[0]), 0
    for i in range(n):
        wanted = (i + start) / n
        while reached < wanted and source < n - 1:
            source += 1
            reached += w[source]
        x[i], y[i], vx[i], vy[i] = scratch[0, source], scratch[1, source], scratch[2, source], scratch[3, source]
    w[:] = 1.0 / n
    return True
