"""Who is which box, for all players at once: a Rao-Blackwellised particle filter's arithmetic.

A particle is a history of who was which box; given it, every player is a Gaussian (position and velocity on a plane),
so that only the history is sampled (Sarkka et al. 2007). Of each particle the best joint association and what differs
from it little goes on (Murty 1968, Cox and Hingorani 1996); the heaviest are kept.

Arrays have room for the most particles, players and boxes; the counts say how much of it is in use. mean (H, T, 4) x,
y, vx, vy; spread (H, T, 4, 4) their covariance; cost (H, T, N) what it costs that player t is box n instead of unseen.
"""

from __future__ import annotations

import numba as nb
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Small = npt.NDArray[np.int16]

_FAR = 1e9
# A share of the boxes is off by several times what is expected: arms, bags, players half hidden.
_TAIL_SHARE, _TAIL_TIMES = 0.02, 3.0
_LOG_TAIL = np.log(_TAIL_SHARE / _TAIL_TIMES**2)
_LOG_2PI = np.log(2 * np.pi)


@nb.njit(cache=True, nogil=True)
def advance(
    mean: Floats, spread: Floats, particles: int, players: int, dt: float, push: Floats, fastest: Floats, widest: Floats
) -> None:
    """Move every Gaussian by dt s. push (T,): spectral density of the acceleration; fastest (T,): speed that nobody
    exceeds; widest (T,): variance beyond which a position is simply unknown."""
    for h in range(particles):
        for t in range(players):
            m, p = mean[h, t], spread[h, t]
            speed = np.hypot(m[2], m[3])
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
                p *= widest[t] / wide


@nb.njit(cache=True, nogil=True)
def score(
    mean: Floats, spread: Floats, particles: int, players: int, boxes: int, seen: Floats, noise: Floats,
    gain: Floats, more: Floats, cost: Floats,
) -> None:  # fmt: skip
    """Fill cost: minus the log of how much likelier box n is as player t than as nobody, player t being unseen.

    seen (N, 2) positions and noise (N, 2, 2) their covariances; gain (N,): log of detection over miss and clutter
    density; more (T, N): further cost of the pair.
    """
    for h in range(particles):
        for t in range(players):
            m, p = mean[h, t], spread[h, t]
            for n in range(boxes):
                a, b = p[0, 0] + noise[n, 0, 0], p[0, 1] + noise[n, 0, 1]
                d = p[1, 1] + noise[n, 1, 1]
                det = a * d - b * b
                x, y = seen[n, 0] - m[0], seen[n, 1] - m[1]
                far = (d * x * x - 2 * b * x * y + a * y * y) / det
                near, tail = -0.5 * far, _LOG_TAIL - 0.5 * far / _TAIL_TIMES**2
                most = max(near, tail)
                log = most + np.log(np.exp(near - most) + np.exp(tail - most)) - 0.5 * np.log(det) - _LOG_2PI
                cost[h, t, n] = more[t, n] - log - gain[n]


@nb.njit(cache=True, nogil=True)
def assign(cost: Floats, players: int, boxes: int, room: Floats, links: Integers, out: Small) -> float:
    """The cheapest joint association of one particle (Kuhn-Munkres with potentials); the cost of it.

    cost (T, N); out (T,): box of each player or -1, which costs nothing. room (4, T + N + 2) and links
    (2, T + N + 2) are scratch.
    """
    columns = boxes + players
    u, v, least, used = room[0], room[1], room[2], room[3]
    owner, way = links[0], links[1]
    for j in range(columns + 1):
        v[j] = 0.0
        owner[j] = 0
    for i in range(players + 1):
        u[i] = 0.0
    for i in range(1, players + 1):
        owner[0] = i
        j0 = 0
        for j in range(columns + 1):
            least[j] = _FAR
            used[j] = 0.0
        while True:
            used[j0] = 1.0
            i0, delta, j1 = owner[j0], _FAR, 0
            for j in range(1, columns + 1):
                if used[j] > 0:
                    continue
                if j <= boxes:
                    price = cost[i0 - 1, j - 1]
                else:
                    price = 0.0 if j - boxes == i0 else _FAR / 1e3
                reduced = price - u[i0] - v[j]
                if reduced < least[j]:
                    least[j] = reduced
                    way[j] = j0
                if least[j] < delta:
                    delta = least[j]
                    j1 = j
            for j in range(columns + 1):
                if used[j] > 0:
                    u[owner[j]] += delta
                    v[j] -= delta
                else:
                    least[j] -= delta
            j0 = j1
            if owner[j0] == 0:
                break
        while j0:
            j1 = way[j0]
            owner[j0] = owner[j1]
            j0 = j1
    total = 0.0
    out[:players] = -1
    for j in range(1, boxes + 1):
        if owner[j]:
            out[owner[j] - 1] = j - 1
            total += cost[owner[j] - 1, j - 1]
    return total


@nb.njit(cache=True, nogil=True)
def branch(
    weight: Floats, cost: Floats, particles: int, players: int, boxes: int, band: float, room: Floats, links: Integers,
    best: Small, value: Floats, parent: Integers, change: Integers,
) -> int:  # fmt: skip
    """Every particle's best association and those within `band` of it that differ in one pair or a swap: how many.

    weight (H,): minus log weights. Of each: value (M,) minus the log weight; parent (M,) the particle; change (M, 4):
    two players and their boxes instead, -1 for none. best (H, T) the particles' own.
    """
    count, most = 0, len(value)
    for h in range(particles):
        base = weight[h] + assign(cost[h], players, boxes, room, links, best[h])
        a = best[h]
        if count < most:
            value[count], parent[count] = base, h
            change[count, 0] = change[count, 2] = -1
            count += 1
        for i in range(players):
            own = cost[h, i, a[i]] if a[i] >= 0 else 0.0
            if a[i] >= 0 and -own < band and count < most:
                value[count], parent[count] = base - own, h
                change[count, 0], change[count, 1], change[count, 2] = i, -1, -1
                count += 1
            for n in range(boxes):
                taken = -1
                for j in range(players):
                    if a[j] == n:
                        taken = j
                extra = cost[h, i, n] - own
                if taken == i or (taken >= 0 and (taken < i and a[i] >= 0)):
                    continue
                if taken >= 0:  # a swap: the other takes what this one had
                    extra += (cost[h, taken, a[i]] if a[i] >= 0 else 0.0) - cost[h, taken, n]
                if extra < band and count < most:
                    value[count], parent[count] = base + extra, h
                    change[count, 0], change[count, 1] = i, n
                    change[count, 2], change[count, 3] = taken, a[i]
                    count += 1
    return count


@nb.njit(cache=True, nogil=True)
def choose(
    count: int, players: int, most: int, band: float, best: Small, value: Floats, parent: Integers, change: Integers,
    recent: Small, chosen: Integers, boxes_of: Small, marks: npt.NDArray[np.uint64],
) -> int:  # fmt: skip
    """The heaviest of the branches, two of the same recent past being one: how many.

    recent (H, W, T): the last associations of each particle, oldest first. chosen (most,): their parents in order of
    weight, boxes_of (most, T) their associations; value is left with their weights in its first places.
    """
    order = np.argsort(value[:count])
    least, kept = value[order[0]], 0
    weights = np.empty(most)
    for k in order:
        if value[k] > least + band or kept == most:
            break
        h = parent[k]
        boxes_of[kept, :players] = best[h, :players]
        if change[k, 0] >= 0:
            boxes_of[kept, change[k, 0]] = change[k, 1]
        if change[k, 2] >= 0:
            boxes_of[kept, change[k, 2]] = change[k, 3]
        mark = np.uint64(14695981039346656037)
        for w in range(1, recent.shape[1]):
            for t in range(players):
                mark = (mark ^ np.uint64(recent[h, w, t] + 2)) * np.uint64(1099511628211)
        for t in range(players):
            mark = (mark ^ np.uint64(boxes_of[kept, t] + 2)) * np.uint64(1099511628211)
        known = False
        for other in range(kept):
            known = known or marks[other] == mark
        if known:
            continue
        marks[kept], chosen[kept], weights[kept] = mark, h, value[k] - least
        kept += 1
    value[:kept] = weights[:kept]
    return kept


@nb.njit(cache=True, nogil=True)
def follow(
    mean: Floats, spread: Floats, recent: Small, particles: int, players: int, chosen: Integers, boxes_of: Small,
    seen: Floats, noise: Floats, mean_out: Floats, spread_out: Floats, recent_out: Small,
) -> None:  # fmt: skip
    """Each kept particle from its parent, with its players seen where they are: Kalman's update of every pair."""
    for k in range(particles):
        h = chosen[k]
        recent_out[k, :-1] = recent[h, 1:]
        recent_out[k, -1] = -1
        recent_out[k, -1, :players] = boxes_of[k, :players]
        for t in range(players):
            m, p = mean_out[k, t], spread_out[k, t]
            m[:] = mean[h, t]
            p[:] = spread[h, t]
            n = boxes_of[k, t]
            if n < 0:
                continue
            a, b, d = p[0, 0] + noise[n, 0, 0], p[0, 1] + noise[n, 0, 1], p[1, 1] + noise[n, 1, 1]
            det = a * d - b * b
            x, y = seen[n, 0] - m[0], seen[n, 1] - m[1]
            first, second = (p[0, 0], p[0, 1], p[0, 2], p[0, 3]), (p[1, 0], p[1, 1], p[1, 2], p[1, 3])
            for i in range(4):
                gain_x = (first[i] * d - second[i] * b) / det
                gain_y = (second[i] * a - first[i] * b) / det
                m[i] += gain_x * x + gain_y * y
                for j in range(4):
                    p[i, j] -= gain_x * first[j] + gain_y * second[j]
