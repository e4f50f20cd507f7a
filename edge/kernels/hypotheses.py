"""Who is which box, as hypotheses: the cheapest joint association of each particle, what differs from it little, and
which of all those go on (Murty 1968, Cox and Hingorani 1996).

Arrays have room for the most particles, players and boxes; the counts say how much of it is in use. cost (H, T, N):
what it costs, as minus a log likelihood, that player t is box n instead of unseen.
"""

from __future__ import annotations

import numba as nb
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Small = npt.NDArray[np.int16]
Marks = npt.NDArray[np.uint64]

_FAR = 1e9
# Any odd number that mixes bits well: Knuth's for 64 bits, and FNV's.
_MIX, _SHIFT = np.uint64(6364136223846793005), np.uint64(1099511628211)


@nb.njit(cache=True, nogil=True, error_model="numpy")
def assign(cost: Floats, players: int, boxes: int, room: Floats, links: Integers, out: Small) -> float:
    """The cheapest joint association of one particle; the cost of it.

    cost (T, N); out (T,): box of each player or -1, which costs nothing. room (4, T + N + 2) and links
    (2, T + N + 2) are scratch.
    """
    owner = links[0]
    owner[: boxes + 1] = 0
    total, alone = 0.0, True
    for t in range(players):
        best, least = -1, 0.0
        for n in range(boxes):
            if cost[t, n] < least:
                best, least = n, cost[t, n]
        out[t] = best
        total += least
        if best >= 0:
            alone = alone and owner[best] == 0
            owner[best] = 1
    # Where everybody can have what is cheapest for him, nothing is cheaper.
    return total if alone else _kuhn_munkres(cost, players, boxes, room, links, out)


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _kuhn_munkres(cost: Floats, players: int, boxes: int, room: Floats, links: Integers, out: Small) -> float:
    """By potentials and shortest augmenting paths; each player has a column of his own for being unseen."""
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


@nb.njit(cache=True, nogil=True, error_model="numpy")
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
        if weight[h] == np.inf:
            continue
        base = weight[h] + assign(cost[h], players, boxes, room, links, best[h])
        a, holder = best[h], links[1]
        holder[:boxes] = -1
        for i in range(players):
            if a[i] >= 0:
                holder[a[i]] = i
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
                taken = holder[n]
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


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _sink(heap: Integers, size: int, value: Floats, k: int) -> None:
    """Entry k of a heap of indices moves down to where its value belongs, the least on top."""
    while True:
        child = 2 * k + 1
        if child >= size:
            return
        if child + 1 < size and value[heap[child + 1]] < value[heap[child]]:
            child += 1
        if value[heap[k]] <= value[heap[child]]:
            return
        heap[k], heap[child] = heap[child], heap[k]
        k = child


@nb.njit(cache=True, nogil=True, error_model="numpy")
def choose(
    count: int, players: int, most: int, band: float, best: Small, value: Floats, parent: Integers, change: Integers,
    heap: Integers, past: Marks, at: int, chosen: Integers, boxes_of: Small, weight: Floats, marks: Marks, now: Marks,
) -> int:  # fmt: skip
    """The heaviest of the branches, two of the same recent past being one: how many.

    past (H, W): a number for each of the last frames' associations of each particle, at the oldest of them, which
    counts no longer. chosen (most,): their parents in order of weight; boxes_of (most, T) their associations; weight
    (most,) minus their log weights; now (most,) a number for this frame's association. heap (M,) and marks (most,) are
    scratch.
    """
    least = np.inf
    for k in range(count):
        least = min(least, value[k])
    size, kept, frames = 0, 0, past.shape[1]
    for k in range(count):
        if value[k] <= least + band:
            heap[size] = k
            size += 1
    for k in range(size // 2 - 1, -1, -1):
        _sink(heap, size, value, k)
    while size > 0 and kept < most:
        k = heap[0]
        size -= 1
        heap[0] = heap[size]
        _sink(heap, size, value, 0)
        h = parent[k]
        boxes_of[kept, :players] = best[h, :players]
        if change[k, 0] >= 0:
            boxes_of[kept, change[k, 0]] = change[k, 1]
        if change[k, 2] >= 0:
            boxes_of[kept, change[k, 2]] = change[k, 3]
        mark = np.uint64(1)
        for t in range(players):
            mark = (mark ^ np.uint64(boxes_of[kept, t] + 2)) * _SHIFT
        now[kept] = mark
        for w in range(1, frames):
            mark = mark * _MIX + past[h, (at + w) % frames]
        known = False
        for other in range(kept):
            if marks[other] == mark:
                known = True
                break
        if known:
            continue
        marks[kept], chosen[kept], weight[kept] = mark, h, value[k] - least
        kept += 1
    return kept


@nb.njit(cache=True, nogil=True, error_model="numpy")
def trace(boxes_of: Small, parents: Small, newest: int, back: int, out: Small) -> None:
    """The history that has won, (back + 1, T) boxes or -1, oldest frame first.

    boxes_of (L, H, T) associations of the particles of the last frames, in a ring, parents (L, H) who they came from;
    newest: the last frame's place in the ring, where the heaviest particle is the first.
    """
    h, ring = 0, len(boxes_of)
    for k in range(back + 1):
        at = (newest - k) % ring
        out[back - k] = boxes_of[at, h]
        h = parents[at, h]


@nb.njit(cache=True, nogil=True, error_model="numpy")
def prune(parents: Small, newest: int, back: int, particles: int, weight: Floats) -> None:
    """What has been told of the frame `back` frames ago holds: particles that come from another history than the
    heaviest, the first, weigh nothing from now on (N-scan pruning, Blackman 2004)."""
    ring, winner = len(parents), 0
    for k in range(particles):
        h = k
        for step in range(back):
            h = parents[(newest - step) % ring, h]
        if k == 0:
            winner = h
        elif h != winner:
            weight[k] = np.inf
