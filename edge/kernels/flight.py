"""Ballistic paths among ball candidates: find one, and follow a ball through candidates frame by frame.

Candidates come as parallel arrays sorted by frame: `frame` int64 (counting the frames that were seen), `t` seconds,
`x`, `y`, `r` px, `w` weight, all (N,).
A flight is x = x0 + vx s, y = y0 + vy s + g s^2 / 2 with s = t - t_ref, y downward: what a thrown ball draws in the
image of a distant camera.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

# Gaps between the three candidates that a flight is drawn through, in seconds: too near and noise decides the curve,
# too far and the ball has hit something between. At 30 frames a second: two to seven frames.
_NEAR_S, _FAR_S = 0.05, 0.25
# A shoe or a head that sways covers less than this many ball radii between the outer two of the three.
_LEAST_WAY = 1.5
# What a frame without a fitting candidate costs, against a weight of about one for a frame with one.
_MISS_COST = 0.15


@nb.njit(cache=True, nogil=True)
def _support(
    frame: IntArray,
    t: FloatArray,
    x: FloatArray,
    y: FloatArray,
    r: FloatArray,
    w: FloatArray,
    curve: FloatArray,
    radius: float,
    slack: float,
) -> tuple[float, int, int]:
    """Score of a curve (t_ref, x0, vx, y0, vy, g), how many frames support it and the first of them."""
    score, count, first = 0.0, 0, -1
    best, current = 0.0, -1
    for i in range(len(frame)):
        if frame[i] != current:
            if best > 0.0:
                score += best
                count += 1
                if first < 0:
                    first = current
            best, current = 0.0, frame[i]
        if r[i] < 0.45 * radius or r[i] > 2.2 * radius:
            continue
        s = t[i] - curve[0]
        dx = x[i] - curve[1] - curve[2] * s
        dy = y[i] - curve[3] - curve[4] * s - 0.5 * curve[5] * s * s
        limit = slack + 0.3 * radius
        off = (dx * dx + dy * dy) / (limit * limit)
        if off < 1.0 and w[i] * (1.0 - 0.5 * off) > best:
            best = w[i] * (1.0 - 0.5 * off)
    if best > 0.0:
        score += best
        count += 1
        if first < 0:
            first = current
    if first >= 0:
        score -= _MISS_COST * (frame[-1] - first + 1 - count)
    return score, count, first


@nb.njit(cache=True, nogil=True)
def find_flight(
    frame: IntArray,
    t: FloatArray,
    x: FloatArray,
    y: FloatArray,
    r: FloatArray,
    w: FloatArray,
    gravity_low: float,
    gravity_high: float,
    slack: float,
) -> tuple[float, int, int, FloatArray]:
    """The best-supported flight that reaches the newest frame: score, supporting frames, first of them, and the curve
    (6,) t_ref, x0, vx, y0, vy, g in px and seconds. Score 0 where there is none.

    gravity_low, gravity_high: px/s^2; slack: px that a candidate may lie off the curve beside 0.3 of its radius.
    """
    n = len(frame)
    best_score, best_count, best_first = 0.0, 0, -1
    best_curve = np.zeros(6)
    curve = np.zeros(6)
    for c in range(n - 1, -1, -1):
        if frame[c] != frame[n - 1]:
            break
        for b in range(c - 1, -1, -1):
            if t[c] - t[b] > _FAR_S:
                break
            if t[c] - t[b] < _NEAR_S or r[b] < 0.5 * r[c] or r[b] > 2.0 * r[c]:
                continue
            for a in range(b - 1, -1, -1):
                if t[b] - t[a] > _FAR_S:
                    break
                if t[b] - t[a] < _NEAR_S or r[a] < 0.5 * r[c] or r[a] > 2.0 * r[c]:
                    continue
                if np.hypot(x[c] - x[a], y[c] - y[a]) < _LEAST_WAY * r[c]:
                    continue
                tb, tc = t[b] - t[a], t[c] - t[a]
                vx = (x[c] - x[a]) / tc
                if abs(x[b] - x[a] - vx * tb) > slack + 0.3 * r[b]:
                    continue
                g = 2.0 * ((y[c] - y[a]) / tc - (y[b] - y[a]) / tb) / (tc - tb)
                if g < gravity_low or g > gravity_high:
                    continue
                curve[0], curve[1], curve[2], curve[3] = t[a], x[a], vx, y[a]
                curve[4], curve[5] = (y[b] - y[a]) / tb - 0.5 * g * tb, g
                score, count, first = _support(frame, t, x, y, r, w, curve, r[b], slack)
                if score > best_score:
                    best_score, best_count, best_first = score, count, first
                    best_curve[:] = curve
    return best_score, best_count, best_first, best_curve


@nb.njit(cache=True, nogil=True)
def follow(
    frame: IntArray,
    t: FloatArray,
    x: FloatArray,
    y: FloatArray,
    w: FloatArray,
    start: npt.NDArray[np.bool_],
    speed_px_s: float,
    gap: int,
) -> Any:
    """The best path through candidates that begins at one of `start` (N,): indices (M,) in order of time.

    Dynamic programming: a candidate's weight is its reward; a step costs the square of its speed as a share of
    `speed_px_s`, which no step may exceed, and a little for each frame without a candidate, of which at most `gap`
    may follow each other.
    """
    n = len(frame)
    score = np.full(n, -1e18)
    came = np.full(n, -1, np.int64)
    for i in range(n):
        if start[i]:
            score[i] = w[i]
        for j in range(i - 1, -1, -1):
            frames = frame[i] - frame[j]
            if frames == 0 or score[j] < -1e17:
                continue
            if frames > gap:
                break
            share = np.hypot(x[i] - x[j], y[i] - y[j]) / ((t[i] - t[j]) * speed_px_s)
            if share > 1.0:
                continue
            gain = score[j] + w[i] - 0.8 * share * share - 0.12 * (frames - 1)
            if gain > score[i]:
                score[i], came[i] = gain, j
    path = np.zeros(n, np.int64)
    length = 0
    i = -1
    for k in range(n):
        if score[k] > -1e17 and (i < 0 or score[k] > score[i]):
            i = k
    while i >= 0:
        path[length] = i
        length += 1
        i = came[i]
    return path[:length][::-1].copy()
