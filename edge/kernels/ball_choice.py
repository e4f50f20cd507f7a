"""What a frame says of the ball: which candidates are it, where things are that are no ball, where one may begin, and
what all particles together come to. Rows are those of edge/kernels/ball.py; nothing is allocated."""

from __future__ import annotations

import numba as nb
import numpy as np
import numpy.typing as npt

from edge.kernels.ball import (
    BALL_M,
    FLIGHT,
    FOOT,
    GRAVITY_SHARE,
    HEIGHT,
    HELD,
    HOLDER,
    LOOSE,
    MIDDLE,
    MODE,
    RADIUS,
    STATE,
    UNSEEN,
    WEIGHT,
    log_likelihood,
    see,
)

Floats = npt.NDArray[np.float64]

# What is no ball was mostly there a frame ago as well, at rest or carried along by whoever it belongs to; within so
# many radii.
_STAYS, _STAYS_RADII = 0.8, 0.3
_FASTEST_M_S = 4.5
# A ball that is seen anew flies or lies, or is in the hands that it is within so many heights of.
_BEGINS_FREE, _BEGINS_HELD, _HANDS = 0.25, 0.5, 0.5
# How often a ball is seen on a frame by what moves it: hands and bodies hide it.
_SEEN = np.array([0.75, 0.8, 0.9, 0.8])
# And where it was not seen on the frame before: what hides it goes on hiding it.
_SEEN_AGAIN = np.array([0.2, 0.3, 0.4, 0.3])
_RADIUS_SIGMA, _RADIUS_GAIN = 0.25, 0.2
# Particles within so many radii of each other speak for one place.
_SAME_RADII = 1.5


@nb.njit(cache=True, nogil=True)
def elsewhere(
    candidates: Floats, before: Floats, known: int, people: Floats, persons: int, dt: float, area: float, out: Floats
) -> None:
    """Log density of each candidate's place (N, 4) for what is no ball: where one of `known` things was a frame ago,
    before (M, 3), also carried along by whoever it is at, and a little anywhere in the picture's `area`."""
    for n in range(len(candidates)):
        x, y = candidates[n, 0], candidates[n, 1]
        sigma = _STAYS_RADII * candidates[n, 2] + 1.0
        density = (1.0 - _STAYS if known else 1.0) / area
        for b in range(known):
            bx, by = before[b, 0], before[b, 1]
            nearest = (x - bx) ** 2 + (y - by) ** 2
            for k in range(persons):
                person = people[k]
                if (
                    abs(bx - person[MIDDLE]) < 0.3 * person[HEIGHT]
                    and abs(by - person[FOOT] + person[HEIGHT] / 2) < 0.6 * person[HEIGHT]
                ):
                    carried = (x - bx - dt * person[6]) ** 2 + (y - by - dt * person[7]) ** 2
                    nearest = min(nearest, carried)
            there = _STAYS * np.exp(-0.5 * nearest / sigma**2) / (2 * np.pi * sigma**2)
            density = max(density, there)
        out[n] = np.log(density)


@nb.njit(cache=True, nogil=True)
def look(
    grown: Floats, made: int, candidates: Floats, elsewhere: Floats, width: float, height: float, value: Floats,
    source: npt.NDArray[np.int64],
) -> int:  # fmt: skip
    """Every way in which grown particles and candidates (N, 4) belong together: how many.

    elsewhere (N,): log density of a candidate there that is not the ball. Of each way: value its log weight, source
    (M, 2) the grown particle and its candidate, -1 for unseen. width, height of the picture px.
    """
    ways = 0
    for g in range(made):
        row = grown[g]
        inside = 0.0 <= row[0] < width and 0.0 <= row[1] < height
        mode = int(row[MODE])
        seen = _SEEN[mode] if row[UNSEEN] <= 0.0 else _SEEN_AGAIN[mode]
        seen = seen if inside else 0.1
        if ways == len(value):
            return ways
        value[ways] = row[WEIGHT] + np.log(1.0 - seen)
        source[ways, 0], source[ways, 1] = g, -1
        ways += 1
        for n in range(len(candidates)):
            x, y, radius, sure = candidates[n, 0], candidates[n, 1], candidates[n, 2], candidates[n, 3]
            size = np.log(radius / row[RADIUS]) / _RADIUS_SIGMA
            if abs(size) > 4.0:
                continue
            noise = (0.2 * row[RADIUS] + 1.0) ** 2
            log = log_likelihood(row, x, y, noise, noise)
            if log == -np.inf or ways == len(value):
                continue
            value[ways] = (
                row[WEIGHT] + np.log(seen) + np.log(sure / (1.0 - sure)) + log - elsewhere[n] - 0.5 * size * size + 0.47
            )
            source[ways, 0], source[ways, 1] = g, n
            ways += 1
    return ways


@nb.njit(cache=True, nogil=True)
def begin(
    candidates: Floats, people: Floats, persons: int, weight: float, grown: Floats, made: int, value: Floats,
    source: npt.NDArray[np.int64], ways: int,
) -> int:  # fmt: skip
    """Add to the ways (see `look`) what a ball that was nowhere may be now, in all of log weight `weight`: each of the
    candidates, in flight, loose or in hands. How many ways there are then."""
    for n in range(len(candidates)):
        x, y, radius, sure = candidates[n, 0], candidates[n, 1], candidates[n, 2], candidates[n, 3]
        holder, nearest = -1, _HANDS
        for k in range(persons):
            hand_x, hand_y = (people[k, 0] + people[k, 2]) / 2, (people[k, 1] + people[k, 3]) / 2
            away = np.hypot(hand_x - x, hand_y - y) / people[k, HEIGHT]
            if away < nearest:
                holder, nearest = k, away
        for mode in (FLIGHT, LOOSE, HELD):
            if (mode == HELD and holder < 0) or made == len(grown) or ways == len(value):
                continue
            row = grown[made]
            row[:] = 0.0
            row[0], row[1], row[4] = x, y, 9.81 * radius / BALL_M
            covariance = row[5:30].reshape(5, 5)
            covariance[0, 0] = covariance[1, 1] = (0.2 * radius + 1.0) ** 2
            covariance[2, 2] = covariance[3, 3] = (_FASTEST_M_S * radius / BALL_M) ** 2
            covariance[4, 4] = (GRAVITY_SHARE * row[4]) ** 2
            row[RADIUS], row[MODE], row[HOLDER], row[UNSEEN] = radius, mode, -1, -1
            if mode == HELD:
                row[HOLDER] = holder
                row[2], row[3] = people[holder, 6], people[holder, 7]
            share = _BEGINS_HELD if mode == HELD else _BEGINS_FREE
            value[ways] = weight + np.log(sure / (1.0 - sure) * share / len(candidates))
            source[ways, 0], source[ways, 1] = made, -1
            made, ways = made + 1, ways + 1
    return ways


@nb.njit(cache=True, nogil=True)
def keep(
    grown: Floats, candidates: Floats, ways: int, value: Floats, source: npt.NDArray[np.int64], band: float,
    particles: Floats,
) -> int:  # fmt: skip
    """The heaviest of the ways as particles (H, ROW), alike ones being one, none `band` lighter than the best: how
    many. Log weights are relative to the best of the ways, which value[0] is left with."""
    kept = 0
    top = -np.inf
    for w in range(ways):
        top = max(top, value[w])
    near = 0
    for w in range(ways):
        if value[w] > top - band:
            value[near] = value[w]
            source[near, 0], source[near, 1] = source[w, 0], source[w, 1]
            near += 1
    while kept < len(particles):
        best = -1
        for w in range(near):
            if value[w] > -np.inf and (best < 0 or value[w] > value[best]):
                best = w
        if best < 0:
            break
        row = particles[kept]
        g, n = source[best, 0], source[best, 1]
        row[:] = grown[g]
        row[WEIGHT] = value[best] - top
        value[best] = -np.inf
        row[UNSEEN] += 1
        if n >= 0:
            noise = (0.2 * row[RADIUS] + 1.0) ** 2
            see(row, candidates[n, 0], candidates[n, 1], noise, noise)
            row[RADIUS] += _RADIUS_GAIN * (candidates[n, 2] - row[RADIUS])
            row[UNSEEN] = 0
        alike = -1
        for k in range(kept):
            other = particles[k]
            same = other[MODE] == row[MODE] and other[HOLDER] == row[HOLDER] and (other[UNSEEN] == 0) == (n >= 0)
            apart = np.hypot(other[0] - row[0], other[1] - row[1])
            faster = np.hypot(other[2] - row[2], other[3] - row[3])
            if same and apart < 0.5 * row[RADIUS] and faster < 12.0 * row[RADIUS]:
                alike = k
                break
        if alike >= 0:
            w, v = particles[alike, WEIGHT], row[WEIGHT]
            particles[alike, WEIGHT] = max(w, v) + np.log1p(np.exp(-abs(w - v)))
        else:
            kept += 1
    value[0] = top
    return kept


@nb.njit(cache=True, nogil=True)
def choose(particles: Floats, count: int, best: Floats) -> float:
    """The place that most weight speaks for: that weight, 0..1. best (ROW,) is left with the likeliest mode's mean and
    covariance there, and the rest of its likeliest particle."""
    most, place = -1.0, 0
    for i in range(count):
        weight = 0.0
        for j in range(count):
            away = np.hypot(particles[i, 0] - particles[j, 0], particles[i, 1] - particles[j, 1])
            if away < _SAME_RADII * particles[i, RADIUS]:
                weight += np.exp(particles[j, WEIGHT])
        if weight > most:
            most, place = weight, i
    centre_x, centre_y, reach = particles[place, 0], particles[place, 1], _SAME_RADII * particles[place, RADIUS]
    mode, heaviest = 0, -1.0
    for m in range(4):
        weight = 0.0
        for j in range(count):
            if particles[j, MODE] == m and np.hypot(particles[j, 0] - centre_x, particles[j, 1] - centre_y) < reach:
                weight += np.exp(particles[j, WEIGHT])
        if weight > heaviest:
            mode, heaviest = m, weight
    likeliest = -1
    for j in range(count):
        near = np.hypot(particles[j, 0] - centre_x, particles[j, 1] - centre_y) < reach
        if (
            near
            and particles[j, MODE] == mode
            and (likeliest < 0 or particles[j, WEIGHT] > particles[likeliest, WEIGHT])
        ):
            likeliest = j
    best[:] = particles[likeliest]
    best[:30] = 0.0
    for j in range(count):
        if particles[j, MODE] == mode and np.hypot(particles[j, 0] - centre_x, particles[j, 1] - centre_y) < reach:
            share = np.exp(particles[j, WEIGHT]) / heaviest
            for a in range(STATE):  # one by one: whole rows would be made anew
                best[a] += share * particles[j, a]
    for j in range(count):
        if particles[j, MODE] == mode and np.hypot(particles[j, 0] - centre_x, particles[j, 1] - centre_y) < reach:
            share = np.exp(particles[j, WEIGHT]) / heaviest
            for a in range(5):
                for b in range(5):
                    off = (particles[j, a] - best[a]) * (particles[j, b] - best[b])
                    best[5 + 5 * a + b] += share * (particles[j, 5 + 5 * a + b] + off)
    return most
