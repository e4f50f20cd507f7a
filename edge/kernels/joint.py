"""Who is which box, for all players at once: a Rao-Blackwellised particle filter's arithmetic.

A particle is a history of who was which box; given it, every player is a Gaussian (position and velocity on a plane,
and beside it how tall he is), so that only the history is sampled (Sarkka et al. 2007).

Arrays have room for the most particles, players and boxes; the counts say how much of it is in use. mean (H, T, 4) x,
y, vx, vy; spread (H, T, 4, 4) their covariance; tall (H, T, 5): log stature, how much taller or smaller than it his
pose makes him, and their covariance (three numbers); cost (H, T, N) what it costs that player t is box n instead of
unseen.
"""

from __future__ import annotations

from typing import NamedTuple

import numba as nb
import numpy as np

from edge.kernels.hypotheses import Floats, Integers, Marks, Small, branch, choose

# A share of the boxes is off by several times what is expected: arms, bags, players half hidden.
_TAIL_SHARE, _TAIL_TIMES = 0.02, 3.0
_LOG_TAIL = np.log(_TAIL_SHARE / _TAIL_TIMES**2)
_LOG_2PI = np.log(2 * np.pi)
# Beyond so much of a difference the smaller of two terms does not count.
_NOTHING = 20.0
# Variance of the log heights of what is nobody known.
_ANY_HEIGHT = 0.2**2


class Filter(NamedTuple):
    """All that the filter remembers, two of each where a frame is made from the one before, and its scratch."""

    mean: Floats
    spread: Floats
    tall: Floats
    past: Marks
    weight: Floats
    cost: Floats
    room: Floats
    links: Integers
    best: Small
    value: Floats
    parent: Integers
    change: Integers
    heap: Integers
    chosen: Integers
    boxes_of: Small
    marks: Marks
    now: Marks
    ring_boxes: Small
    ring_parents: Small


class Seen(NamedTuple):
    """Boxes of a frame: xy (N, 2) on the plane within noise (N, 2, 2); gain (N,) minus the log density of what is
    nobody there; tall (N,) log height and its variance tall_noise (N,)."""

    xy: Floats
    noise: Floats
    gain: Floats
    tall: Floats
    tall_noise: Floats


class Moves(NamedTuple):
    """How each player (T,) moves, as `advance` takes it."""

    push: Floats
    fastest: Floats
    widest: Floats


def make_filter(particles: int, players: int, boxes: int, frames: int, ring: int, branches: int) -> Filter:
    """Room for so many of each; frames: how long particles must agree to be one; ring: frames that are remembered."""
    pairs, both = players + boxes + 2, (2, particles, players)
    return Filter(
        mean=np.zeros((*both, 4)), spread=np.zeros((*both, 4, 4)), tall=np.zeros((*both, 5)),
        past=np.zeros((2, particles, frames), np.uint64), weight=np.zeros(particles),
        cost=np.zeros((particles, players, boxes)), room=np.zeros((4, pairs)), links=np.zeros((2, pairs), np.int64),
        best=np.full((particles, players), -1, np.int16), value=np.zeros(branches),
        parent=np.zeros(branches, np.int64), change=np.full((branches, 4), -1, np.int64),
        heap=np.zeros(branches, np.int64), chosen=np.zeros(particles, np.int64),
        boxes_of=np.full((particles, players), -1, np.int16), marks=np.zeros(particles, np.uint64),
        now=np.zeros(particles, np.uint64), ring_boxes=np.full((ring, particles, players), -1, np.int16),
        ring_parents=np.zeros((ring, particles), np.int16),
    )  # fmt: skip


def make_seen(boxes: int) -> Seen:
    """Room for so many boxes."""
    return Seen(np.zeros((boxes, 2)), np.zeros((boxes, 2, 2)), np.zeros(boxes), np.zeros(boxes), np.zeros(boxes))


@nb.njit(cache=True, nogil=True, error_model="numpy")
def advance(
    mean: Floats, spread: Floats, particles: int, players: int, dt: float, push: Floats, fastest: Floats, widest: Floats
) -> None:
    """Move every Gaussian by dt s. push (T,): spectral density of the acceleration; fastest (T,): speed that nobody
    exceeds; widest (T,): variance beyond which a position is simply unknown."""
    for h in range(particles):
        for t in range(players):
            m, p = mean[h, t], spread[h, t]
            speed = np.sqrt(m[2] * m[2] + m[3] * m[3])
            if speed > fastest[t]:
                m[2] *= fastest[t] / speed
                m[3] *= fastest[t] / speed
            m[0] += dt * m[2]
            m[1] += dt * m[3]
            for k in range(4):
                p[0, k] += dt * p[2, k]
                p[1, k] += dt * p[3, k]
            for k in range(4):
                p[k, 0] += dt * p[k, 2]
                p[k, 1] += dt * p[k, 3]
            for k in range(2):
                p[k, k] += push[t] * dt**3 / 3
                p[k, k + 2] += push[t] * dt**2 / 2
                p[k + 2, k] += push[t] * dt**2 / 2
                p[k + 2, k + 2] += push[t] * dt
            wide = max(p[0, 0], p[1, 1])
            if wide > widest[t]:
                for i in range(4):
                    for j in range(4):
                        p[i, j] *= widest[t] / wide


@nb.njit(cache=True, nogil=True, error_model="numpy")
def breathe(tall: Floats, particles: int, players: int, stays: float, pose: float, drift: float) -> None:
    """The same for heights: `stays`, the share of a pose that is left of it; pose: variance of poses among all that
    there are; drift: by how much the variance of what is constant grows all the same."""
    for h in range(particles):
        for t in range(players):
            q = tall[h, t]
            q[1] *= stays
            q[2] += drift
            q[3] *= stays
            q[4] = stays * stays * q[4] + (1 - stays * stays) * pose


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _robust(far: float) -> float:
    """Log of a Gaussian's exponential with a heavy tail, of a squared Mahalanobis distance."""
    near, tail = -0.5 * far, _LOG_TAIL - 0.5 * far / _TAIL_TIMES**2
    if near > tail + _NOTHING:
        return near
    if tail > near + _NOTHING:
        return tail
    most = max(near, tail)
    return most + np.log1p(np.exp(min(near, tail) - most))


@nb.njit(cache=True, nogil=True, error_model="numpy")
def score(
    mean: Floats, spread: Floats, tall: Floats, particles: int, players: int, boxes: int, seen: Seen, unseen: Floats,
    more: Floats, cost: Floats,
) -> None:  # fmt: skip
    """Fill cost: minus the log of how much likelier box n is as player t than as nobody, player t being unseen.

    unseen (T,): log of detection over miss; more (T, N): further cost of the pair.
    """
    for h in range(particles):
        for t in range(players):
            m, p, q = mean[h, t], spread[h, t], tall[h, t]
            usual = q[2] + 2 * q[3] + q[4]
            for n in range(boxes):
                noise = seen.noise[n]
                a, b, d = p[0, 0] + noise[0, 0], p[0, 1] + noise[0, 1], p[1, 1] + noise[1, 1]
                det = a * d - b * b
                x, y = seen.xy[n, 0] - m[0], seen.xy[n, 1] - m[1]
                far = (d * x * x - 2 * b * x * y + a * y * y) / det
                width = usual + seen.tall_noise[n]
                off = seen.tall[n] - q[0] - q[1]
                log = _robust(far) + _robust(off * off / width) - 0.5 * np.log(det * width / _ANY_HEIGHT)
                cost[h, t, n] = more[t, n] - log + _LOG_2PI - unseen[t] - seen.gain[n]


@nb.njit(cache=True, nogil=True, error_model="numpy")
def follow(
    mean: Floats, spread: Floats, tall: Floats, particles: int, players: int, chosen: Integers, boxes_of: Small,
    seen: Seen, mean_out: Floats, spread_out: Floats, tall_out: Floats,
) -> None:  # fmt: skip
    """Each kept particle from its parent, with its players seen where they are: Kalman's update of every pair."""
    for k in range(particles):
        h = chosen[k]
        for t in range(players):
            m, p, q = mean_out[k, t], spread_out[k, t], tall_out[k, t]
            m[:] = mean[h, t]
            p[:] = spread[h, t]
            q[:] = tall[h, t]
            n = boxes_of[k, t]
            if n < 0:
                continue
            noise = seen.noise[n]
            a, b, d = p[0, 0] + noise[0, 0], p[0, 1] + noise[0, 1], p[1, 1] + noise[1, 1]
            det = a * d - b * b
            x, y = seen.xy[n, 0] - m[0], seen.xy[n, 1] - m[1]
            first, second = (p[0, 0], p[0, 1], p[0, 2], p[0, 3]), (p[1, 0], p[1, 1], p[1, 2], p[1, 3])
            for i in range(4):
                gain_x = (first[i] * d - second[i] * b) / det
                gain_y = (second[i] * a - first[i] * b) / det
                m[i] += gain_x * x + gain_y * y
                for j in range(4):
                    p[i, j] -= gain_x * first[j] + gain_y * second[j]
            _measure(q, seen.tall[n], seen.tall_noise[n])


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _measure(q: Floats, tall: float, noise: float) -> None:
    """Kalman's update of stature and pose, whose sum was seen."""
    own, pose = q[2] + q[3], q[3] + q[4]
    width, off = own + pose + noise, tall - q[0] - q[1]
    if off * off > _TAIL_TIMES**2 * width:
        return  # half of somebody, or two: nothing to learn from
    q[0] += own / width * off
    q[1] += pose / width * off
    q[2] -= own * own / width
    q[3] -= own * pose / width
    q[4] -= pose * pose / width


@nb.njit(cache=True, nogil=True, error_model="numpy")
def step(
    f: Filter, now: int, frame: int, particles: int, players: int, boxes: int, moves: Moves, dt: float, stays: float,
    pose: float, drift: float, seen: Seen, unseen: Floats, more: Floats, band: float,
) -> int:  # fmt: skip
    """The particles of frame number `frame`, dt s later, in buffer 1 - now, from those in buffer `now`, the heaviest
    first. Returns how many there are; nothing is allocated. The other numbers are those of `breathe`."""
    advance(f.mean[now], f.spread[now], particles, players, dt, moves.push, moves.fastest, moves.widest)
    breathe(f.tall[now], particles, players, stays, pose, drift)
    score(f.mean[now], f.spread[now], f.tall[now], particles, players, boxes, seen, unseen, more, f.cost)
    count = branch(
        f.weight, f.cost, particles, players, boxes, band, f.room, f.links, f.best, f.value, f.parent, f.change
    )
    past, after = f.past[now], f.past[1 - now]
    at = frame % past.shape[1]
    kept = choose(
        count, players, len(f.weight), 2 * band, f.best, f.value, f.parent, f.change, f.heap, past, at, f.chosen,
        f.boxes_of, f.weight, f.marks, f.now,
    )  # fmt: skip
    follow(
        f.mean[now], f.spread[now], f.tall[now], kept, players, f.chosen, f.boxes_of, seen, f.mean[1 - now],
        f.spread[1 - now], f.tall[1 - now],
    )  # fmt: skip
    place = frame % len(f.ring_boxes)
    for k in range(kept):
        after[k] = past[f.chosen[k]]
        after[k, at] = f.now[k]
        f.ring_parents[place, k] = f.chosen[k]
        for t in range(players):
            f.ring_boxes[place, k, t] = f.boxes_of[k, t]
    return kept
