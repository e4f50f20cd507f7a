"""Where the ball is and what moves it: a Rao-Blackwellised particle filter's arithmetic.

A particle is a history of what moved the ball (its modes), who held it and which candidates were it; given that
history the ball is a Gaussian, so that only the history is sampled. Every particle goes on in all the ways that a
rule of basketball allows; the heaviest are kept.

A state is x, y px, vx, vy px/s and the downward acceleration a px/s^2 that a free ball has in the picture, with its
covariance. Rows of `particles` (H, ROW) hold state, covariance, radius, mode, holder, frames unseen and log weight;
the columns have names here. Rows of `people` (P, PERSON): the two hands x, y, x, y, within standard deviations across
and down, velocity x, y, height, the box's middle x and lower edge, all px. Nothing is allocated.
"""

from __future__ import annotations

import numba as nb
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

HELD, DRIBBLED, FLIGHT, LOOSE = 0, 1, 2, 3
STATE = 5
COVARIANCE = slice(5, 30)
RADIUS, MODE, HOLDER, UNSEEN, WEIGHT, SPARE = 30, 31, 32, 33, 34, 35
ROW = 36
PERSON = 11
HANDS, HANDS_SIGMA, VELOCITY, HEIGHT, MIDDLE, FOOT = slice(0, 4), slice(4, 6), slice(6, 8), 8, 9, 10

_LOG_2PI = np.log(2 * np.pi)
BALL_M = 0.12
# Which mode follows which, a second (rows: from; columns: to). A ball in the air meets hands, floor and rim often.
_RATE = np.array([[0.0, 1.2, 1.2, 0.3], [1.2, 0.0, 0.6, 0.4], [2.0, 0.3, 0.0, 0.8], [1.5, 0.4, 1.5, 0.0]])
_TO_OTHERS = 0.3
_BOUNCES = np.array([0.0, 0.5, 0.3, 2.0])
# A dribbled ball turns at the floor and at the hand: so often a second while it is as near to either, in heights.
_TURNS, _TURNS_NEAR = 10.0, 0.15
# Accelerations that are not known, m/s^2, and how much a change of mode may change the speed, m/s.
_PUSH = np.array([25.0, 8.0, 3.0, 12.0])
_KICK = np.array([2.0, 3.0, 6.0, 4.0])
_HOLD_S = 0.15
# A place near hands tells little again and again: its covariance counts so many times.
_HANDS_TIMES, _HANDS_WORTH = 8.0, 0.4
_REACH = 0.75
GRAVITY_SHARE = 0.5
# What hardly falls does not fly: slow motion at half speed has a quarter of the gravity.
_LEAST_GRAVITY = 0.25
_GATE = 16.0


@nb.njit(cache=True, nogil=True)
def _predict(row: Floats, out: Floats, mode: int, kick: bool, dt: float, gravity: float, person: Floats) -> None:
    """`row` after dt s in `mode`; person: who holds it, where somebody does."""
    out[:] = row
    m, p = out[:STATE], out[5:30].reshape(5, 5)
    scale = row[RADIUS] / BALL_M
    if kick:
        sigma = (_KICK[mode] * scale) ** 2
        p[2, 2] += sigma
        p[3, 3] += sigma
        if mode == DRIBBLED:
            m[3] = -0.8 * m[3]
        m[4] = gravity
        for k in range(5):
            p[4, k] = p[k, 4] = 0.0
        p[4, 4] = (GRAVITY_SHARE * gravity) ** 2
    free = mode in (FLIGHT, DRIBBLED)
    if mode == HELD:
        keep = np.exp(-dt / _HOLD_S)
        for k in range(2):
            m[2 + k] = person[6 + k] + keep * (m[2 + k] - person[6 + k])
            for j in range(5):
                p[2 + k, j] *= keep
            for j in range(5):
                p[j, 2 + k] *= keep
    m[0] += dt * m[2]
    m[1] += dt * m[3]
    for k in range(5):
        p[0, k] += dt * p[2, k]
        p[1, k] += dt * p[3, k]
    for k in range(5):
        p[k, 0] += dt * p[k, 2]
        p[k, 1] += dt * p[k, 3]
    if free:
        m[1] += 0.5 * dt * dt * m[4]
        m[3] += dt * m[4]
        for k in range(5):
            p[1, k] += 0.5 * dt * dt * p[4, k]
            p[3, k] += dt * p[4, k]
        for k in range(5):
            p[k, 1] += 0.5 * dt * dt * p[k, 4]
            p[k, 3] += dt * p[k, 4]
    push = (_PUSH[mode] * scale) ** 2
    for k in range(2):
        p[k, k] += 0.25 * push * dt**4 + (0.1 * row[RADIUS]) ** 2
        p[k, k + 2] += 0.5 * push * dt**3
        p[k + 2, k] += 0.5 * push * dt**3
        p[k + 2, k + 2] += push * dt**2
    out[MODE] = mode


@nb.njit(cache=True, nogil=True)
def log_likelihood(row: Floats, x: float, y: float, rx: float, ry: float) -> float:
    """Log density of the place (x, y), known within variances rx and ry; minus infinity beyond the gate."""
    a, b, d = row[5] + rx, row[6], row[11] + ry
    det = a * d - b * b
    dx, dy = x - row[0], y - row[1]
    far = (d * dx * dx - 2 * b * dx * dy + a * dy * dy) / det
    if not far < _GATE:
        return -np.inf
    return -0.5 * far - 0.5 * np.log(det) - _LOG_2PI


@nb.njit(cache=True, nogil=True)
def see(row: Floats, x: float, y: float, rx: float, ry: float) -> None:
    """Kalman's update by a place."""
    m, p = row[:STATE], row[5:30].reshape(5, 5)
    a, b, d = p[0, 0] + rx, p[0, 1], p[1, 1] + ry
    det = a * d - b * b
    dx, dy = x - m[0], y - m[1]
    p00, p01, p02, p03, p04 = p[0, 0], p[0, 1], p[0, 2], p[0, 3], p[0, 4]
    p11, p12, p13, p14 = p[1, 1], p[1, 2], p[1, 3], p[1, 4]
    first, second = (p00, p01, p02, p03, p04), (p01, p11, p12, p13, p14)
    for i in range(5):
        gain_x = (first[i] * d - second[i] * b) / det
        gain_y = (second[i] * a - first[i] * b) / det
        m[i] += gain_x * dx + gain_y * dy
        for j in range(5):
            p[i, j] -= gain_x * first[j] + gain_y * second[j]


@nb.njit(cache=True, nogil=True)
def _between_hands(x: float, y: float, person: Floats) -> tuple[float, float]:
    """The place between somebody's hands that is nearest to (x, y)."""
    dx, dy = person[2] - person[0], person[3] - person[1]
    length = dx * dx + dy * dy
    share = 0.0 if length <= 0.0 else ((x - person[0]) * dx + (y - person[1]) * dy) / length
    share = min(max(share, 0.0), 1.0)
    return person[0] + share * dx, person[1] + share * dy


@nb.njit(cache=True, nogil=True)
def _near_hands(row: Floats, dt: float, person: Floats) -> bool:
    """Whether a ball can be in somebody's hands on this frame."""
    x, y = row[0] + dt * row[2], row[1] + dt * row[3]
    at = _between_hands(x, y, person)
    return np.hypot(x - at[0], y - at[1]) < _REACH * person[HEIGHT] + 2 * np.sqrt(max(row[5], row[11]))


@nb.njit(cache=True, nogil=True)
def _in_hands(row: Floats, mode: int, person: Floats) -> float:
    """Draw a held or dribbled ball to its holder; the log likelihood of its being there, against anywhere near him."""
    sx, sy = person[4], person[5]
    if mode == DRIBBLED:  # between the hand at the hip and the floor, beside the body
        x, y = person[MIDDLE], person[FOOT] - 0.25 * person[HEIGHT]
        sx, sy = 0.3 * person[HEIGHT], 0.22 * person[HEIGHT]
    else:
        x, y = _between_hands(row[0], row[1], person)
    log = log_likelihood(row, x, y, sx * sx, sy * sy)
    see(row, x, y, _HANDS_TIMES * sx * sx, _HANDS_TIMES * sy * sy)
    log += np.log(2 * np.pi * (0.35 * person[HEIGHT]) ** 2)
    return log * _HANDS_WORTH if log > 0.0 else log


@nb.njit(cache=True, nogil=True)
def _falls(row: Floats, gravity: float) -> float:
    """Log probability that what is said to fly falls as things do."""
    sigmas = (row[4] - _LEAST_GRAVITY * gravity) / np.sqrt(row[29])
    return -np.log1p(np.exp(-1.7 * sigmas))


@nb.njit(cache=True, nogil=True)
def _bounces(row: Floats, mode: int, person: Floats) -> float:
    """How often a second what moves the ball turns it round, where it is now."""
    if mode != DRIBBLED:
        return _BOUNCES[mode]
    hand_y = _between_hands(row[0], row[1], person)[1]
    near = _TURNS_NEAR * person[HEIGHT]
    at_floor = person[FOOT] - row[1] < near and row[3] > 0.0
    at_hand = row[1] - hand_y < 2.0 * near and row[3] < 0.0
    return _TURNS if at_floor or at_hand else _BOUNCES[mode]


@nb.njit(cache=True, nogil=True)
def branch(
    particles: Floats, count: int, dt: float, gravity_share: float, people: Floats, persons: int, grown: Floats
) -> int:
    """Everything that each of `count` particles may have become dt s later, into `grown` (G, ROW): how many.

    people has a row at least, also where nobody is there; only what is held or dribbled looks at it.
    gravity_share: of 9.81 m/s^2, at the scale that the ball's radius tells. Column SPARE is left with the parent.
    """
    made = 0
    for h in range(count):
        row = particles[h]
        mode, holder = int(row[MODE]), int(row[HOLDER])
        gravity = gravity_share * 9.81 * row[RADIUS] / BALL_M
        leaves = 0.0
        for other in range(4):
            leaves += _RATE[mode, other]
        if mode == HELD:
            leaves += _TO_OTHERS
        bounces = _bounces(row, mode, people[max(holder, 0)])
        stay = np.exp(-dt * (leaves + bounces))
        for other in range(4):
            held = other in (HELD, DRIBBLED)
            for kick in range(2):
                same = other == mode
                if same and kick == 1 and bounces == 0.0:
                    continue
                if not same and kick == 0:
                    continue
                for k in range(persons if held else 1):
                    if held and same and kick == 1 and k != holder:
                        continue
                    if other == DRIBBLED and mode != LOOSE and mode != FLIGHT and k != holder:
                        continue
                    rate = bounces if same else _RATE[mode, other]
                    if held and same and k != holder:
                        rate = _TO_OTHERS
                    if held and k != holder and not _near_hands(row, dt, people[k]):
                        continue
                    if made == len(grown):
                        return made
                    stays = same and kick == 0 and (not held or k == holder)
                    log = np.log(stay if stays else min(rate * dt, 0.5))
                    out = grown[made]
                    _predict(row, out, other, kick == 1 or (held and k != holder), dt, gravity, people[k])
                    out[HOLDER] = k if held else -1
                    out[WEIGHT] = row[WEIGHT] + log
                    if other == FLIGHT:
                        out[WEIGHT] += _falls(out, gravity)
                    if held:
                        out[WEIGHT] += _in_hands(out, other, people[k])
                    out[SPARE] = h
                    if out[WEIGHT] > -1e9:
                        made += 1
    return made
