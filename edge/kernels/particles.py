"""The particle filter's arithmetic: many targets at once, structure of arrays, nothing allocated per frame.

`cloud` (5, targets, particles) float32 holds x, y px, vx, vy px/s and weight; a row is one of those of one target,
(particles,). Targets that are not alive are skipped. All that is written belongs to the caller. Random numbers come
from `streams` (4, at least particles + 1) uint32, see `edge.kernels.normal`: the last column decides where
resampling begins, the others scatter one particle each.

`summary` (7,) float64 of a target is x, y, vx, vy, var x, cov xy, var y.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np
import numpy.typing as npt

from edge.kernels.hypotheses import assign
from edge.kernels.normal import FAST, exp_of, fill_normal, unit

Array = npt.NDArray[np.float32]
Streams = npt.NDArray[np.uint32]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Small = npt.NDArray[np.int16]

_ZERO, _ONE, _HUGE = np.float32(0), np.float32(1), np.float32(3e38)
_LOG_2PI = np.log(2 * np.pi)
_FAR = 1e6


@nb.njit(cache=True, nogil=True, fastmath=FAST)
def move(x: Array, y: Array, vx: Array, vy: Array, dt: float, spread: float, push: float, noise: Array) -> None:
    """Carry the particles of one target on by their velocity over dt s, and scatter them: spread px and push px/s are
    the standard deviations, noise (4, particles) standard normal numbers."""
    step, wide, hard = np.float32(dt), np.float32(spread), np.float32(push)
    for i in range(len(x)):
        x[i] += vx[i] * step + wide * noise[0, i]
        y[i] += vy[i] * step + wide * noise[1, i]
        vx[i] += hard * noise[2, i]
        vy[i] += hard * noise[3, i]


@nb.njit(cache=True, nogil=True, fastmath=FAST)
def weigh_one(x: Array, y: Array, w: Array, at_x: float, at_y: float, sigma: float) -> None:
    """Multiply the weights of one target by the Gaussian likelihood of one position, px, and make their sum 1.

    Logarithms are what is compared: the likeliest particle's is taken off all, so that however far the position is,
    weights never all vanish. What is not finite tells nothing.
    """
    if not (np.isfinite(at_x) and np.isfinite(at_y)):
        return
    here_x, here_y, scale = np.float32(at_x), np.float32(at_y), np.float32(-0.5 / (sigma * sigma))
    nearest = _HUGE
    for i in range(len(w)):
        dx, dy = x[i] - here_x, y[i] - here_y
        # One that weighs nothing cannot be the likeliest.
        nearest = min(nearest, dx * dx + dy * dy if w[i] > _ZERO else _HUGE)
    total = _ZERO
    for i in range(len(w)):
        dx, dy = x[i] - here_x, y[i] - here_y
        w[i] *= exp_of(min(scale * (dx * dx + dy * dy - nearest), _ZERO))
        total += w[i]
    _scale_to_one(w, total)


@nb.njit(cache=True, nogil=True, fastmath=FAST)
def _scale_to_one(w: Array, total: Any) -> None:
    """Divide by their sum; where that is nought or no number, all weigh the same."""
    if total > _ZERO and total < np.inf:
        share = _ONE / total
        for i in range(len(w)):
            w[i] *= share
    else:
        w[:] = _ONE / np.float32(len(w))


@nb.njit(cache=True, nogil=True, fastmath=FAST)
def estimate(x: Array, y: Array, vx: Array, vy: Array, w: Array, out: Floats) -> None:
    """Weighted mean and covariance of one target into its summary, out (7,)."""
    mean_x, mean_y, mean_vx, mean_vy = _ZERO, _ZERO, _ZERO, _ZERO
    # From the first particle on: far from the origin squares of pixels would eat up single precision.
    from_x, from_y = x[0], y[0]
    for i in range(len(w)):
        mean_x += w[i] * (x[i] - from_x)
        mean_y += w[i] * (y[i] - from_y)
        mean_vx += w[i] * vx[i]
        mean_vy += w[i] * vy[i]
    xx, xy, yy = _ZERO, _ZERO, _ZERO
    for i in range(len(w)):
        dx, dy = (x[i] - from_x) - mean_x, (y[i] - from_y) - mean_y
        xx += w[i] * dx * dx
        xy += w[i] * dx * dy
        yy += w[i] * dy * dy
    out[0], out[1], out[2], out[3] = from_x + mean_x, from_y + mean_y, mean_vx, mean_vy
    out[4], out[5], out[6] = xx, xy, yy


@nb.njit(cache=True, nogil=True, fastmath=FAST)
def effective(w: Array) -> float:
    """How many even weights are worth as much as these (Kong, Liu and Wong 1994)."""
    squares = _ZERO
    for i in range(len(w)):
        squares += w[i] * w[i]
    return 1.0 / float(squares)


@nb.njit(cache=True, nogil=True)
def resample(
    x: Array, y: Array, vx: Array, vy: Array, w: Array, start: float, scratch: Array, least_share: float
) -> bool:
    """Systematic resampling of one target where its effective sample size is below `least_share` of its particles.

    start in [0, 1): the one random number it takes. scratch (4, particles). True where it resampled.
    """
    n = len(w)
    if effective(w) >= least_share * n:
        return False
    for i in range(n):
        scratch[0, i], scratch[1, i], scratch[2, i], scratch[3, i] = x[i], y[i], vx[i], vy[i]
    reached, source = float(w[0]) * n, 0
    for i in range(n):
        wanted = i + start
        while reached < wanted and source < n - 1:
            source += 1
            reached += float(w[source]) * n
        x[i], y[i], vx[i], vy[i] = scratch[0, source], scratch[1, source], scratch[2, source], scratch[3, source]
    w[:] = _ONE / np.float32(n)
    return True


@nb.njit(cache=True, nogil=True, fastmath=FAST)
def roughen(row: Array, share: float, noise: Array) -> None:
    """Tell the copies of one particle apart after resampling: a row (particles,) of even weights, noise as many.

    Scattered by `share` of its own deviation and drawn towards its mean by as much, so that neither mean nor variance
    grows as they do by Gordon's roughening (Liu and West 2001, "Combined parameter and state estimation", 10.3.2).
    """
    n = np.float32(len(row))
    first, mean, square = row[0], _ZERO, _ZERO
    for i in range(len(row)):
        mean += row[i] - first
    mean = first + mean / n
    for i in range(len(row)):
        square += (row[i] - mean) * (row[i] - mean)
    kept, added = np.float32(np.sqrt(1 - share * share)), np.float32(share) * np.sqrt(square / n)
    for i in range(len(row)):
        row[i] = mean + kept * (row[i] - mean) + added * noise[i]


@nb.njit(cache=True, nogil=True)
def predict(
    cloud: Array, alive: Flags, dt: float, spread: Array, push: Array, streams: Streams, noise: Array, summary: Floats
) -> None:
    """Move all targets, and say where that leaves them: summary (targets, 7).

    spread (targets,) px and push (targets,) px/s; noise (4, particles) is scratch.
    """
    for k in range(cloud.shape[1]):
        if alive[k]:
            fill_normal(streams, noise)
            move(cloud[0, k], cloud[1, k], cloud[2, k], cloud[3, k], dt, spread[k], push[k], noise)
            estimate(cloud[0, k], cloud[1, k], cloud[2, k], cloud[3, k], cloud[4, k], summary[k])


@nb.njit(cache=True, nogil=True)
def associate(
    summary: Floats, alive: Flags, kind: Small, looks: Floats, count: int, gain: float,
    cost: Floats, room: Floats, links: Integers, pair: Small,
) -> int:  # fmt: skip
    """Which look is which target's, no look two targets' own, the likeliest way overall: pair (targets,), -1 unseen.

    looks (at least count, 4): x, y, standard deviation px, kind; what is not finite, or has no deviation, is nobody's,
    and how many of those there are is returned. Targets see looks of their own kind only. gain: log of the
    probability of detection over that of a miss and over the density of false looks, px^2: what is likelier to be false
    is nobody's. cost (targets, looks), room (4, targets + looks + 2) and links (2, the same) are scratch.
    """
    ignored = 0
    for n in range(count):
        good = np.isfinite(looks[n, 0]) and np.isfinite(looks[n, 1]) and np.isfinite(looks[n, 2]) and looks[n, 2] > 0
        ignored += not good
        for k in range(len(alive)):
            cost[k, n] = _FAR
            if not (good and alive[k] and kind[k] == looks[n, 3]):
                continue
            noise = looks[n, 2] * looks[n, 2]
            a, b, d = summary[k, 4] + noise, summary[k, 5], summary[k, 6] + noise
            det = a * d - b * b
            dx, dy = looks[n, 0] - summary[k, 0], looks[n, 1] - summary[k, 1]
            away = (d * dx * dx - 2 * b * dx * dy + a * dy * dy) / det
            price = 0.5 * (away + np.log(det)) + _LOG_2PI - gain
            if price < 0.0:  # nor where the summary is no number
                cost[k, n] = price
    assign(cost, len(alive), count, room, links, pair)
    return ignored


@nb.njit(cache=True, nogil=True)
def step(
    cloud: Array, alive: Flags, kind: Small, dt: float, spread: Array, push: Array, looks: Floats, count: int,
    gain: float, least_share: float, rough: float, streams: Streams, noise: Array, cost: Floats, room: Floats,
    links: Integers, summary: Floats, pair: Small, size: Floats, drawn: Flags,
) -> int:  # fmt: skip
    """One frame of all targets: predict, associate, weigh, estimate, resample, roughen; how many looks were no good.

    summary (targets, 7), pair (targets,), size (targets,) effective sample sizes before resampling, and drawn
    (targets,): which were resampled. rough: see `roughen`. The rest as in `predict`, `associate` and `resample`.
    """
    predict(cloud, alive, dt, spread, push, streams, noise, summary)
    ignored = associate(summary, alive, kind, looks, count, gain, cost, room, links, pair)
    last = streams.shape[1] - 1
    for k in range(cloud.shape[1]):
        drawn[k] = False
        if not alive[k]:
            continue
        x, y, vx, vy, w = cloud[0, k], cloud[1, k], cloud[2, k], cloud[3, k], cloud[4, k]
        if pair[k] >= 0:
            look = looks[pair[k]]
            weigh_one(x, y, w, look[0], look[1], look[2])
            estimate(x, y, vx, vy, w, summary[k])
        size[k] = effective(w)
        if size[k] < least_share * len(w):
            drawn[k] = resample(x, y, vx, vy, w, unit(streams, last), noise, 1.0)
            if rough > 0.0:
                fill_normal(streams, noise)
                for j in range(4):
                    roughen(cloud[j, k], rough, noise[j])
    return ignored
