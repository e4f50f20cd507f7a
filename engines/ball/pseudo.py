"""Labels without a hand: what a teacher network took for a ball, kept only where it moved as a ball does.

A ball that nobody touches goes straight in x and falls evenly in y; what agrees with such a path over several frames is
a ball, whatever its confidence, and what does not is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from engines.ball.clips import Floats

WINDOW_FRAMES = 7
LEAST_ON_PATH = 5
_MOST = 4
# What a candidate may lie off the path, and its size off the others', in ball radii.
_OFF_PATH, _OFF_SIZE = 0.5, 0.35
# A path of less than this, in radii over the window, is no motion: a lamp and a sign stay where they are as well.
_LEAST_WAY = 2.0


def agreed(candidates: Sequence[Floats]) -> dict[int, Floats]:
    """The balls (N, 3) x, y, radius px of each frame that lie on a free path, by frame number.

    candidates: of each frame in turn (M, 4): x, y, radius px, confidence.
    """
    found: dict[int, list[Floats]] = {}
    # The surest few: every three of them are tried as a path.
    candidates = [rows[np.argsort(-rows[:, 3], kind="stable")[:_MOST]] for rows in candidates]
    for start in range(len(candidates) - WINDOW_FRAMES + 1):
        window = candidates[start : start + WINDOW_FRAMES]
        for number, row in _best_path(window).items():
            rows = found.setdefault(start + number, [])
            if all(np.hypot(*(other[:2] - row[:2])) > row[2] for other in rows):
                rows.append(row[:3])
    return {number: np.array(rows) for number, rows in sorted(found.items())}


def _best_path(window: Sequence[Floats]) -> dict[int, Floats]:
    """The candidates on the path that most agree with, by frame of the window; none where too few do."""
    ends = [k for k in range(len(window)) if len(window[k])]
    best: dict[int, Floats] = {}
    for first, middle, last in combinations(ends, 3):
        if last - first < LEAST_ON_PATH - 1:
            continue
        for a in window[first]:
            for c in window[last]:
                if abs(a[2] - c[2]) > _OFF_SIZE * a[2] or np.hypot(*(c[:2] - a[:2])) < _LEAST_WAY * a[2]:
                    continue
                for b in window[middle]:
                    on_path = _members(window, (first, middle, last), np.array([a, b, c]))
                    if len(on_path) > len(best):
                        best = on_path
                    if len(best) == len(ends):
                        return best
    return best if len(best) >= LEAST_ON_PATH else {}


def _members(window: Sequence[Floats], at: tuple[int, int, int], through: Floats) -> dict[int, Floats]:
    """What lies on the path through three candidates: even motion in x, even acceleration in y."""
    times = np.array(at, dtype=float)
    radius = float(np.median(through[:, 2]))
    across = np.polyfit(times, through[:, 0], 1)
    down = np.polyfit(times, through[:, 1], 2)
    members = {}
    for k, rows in enumerate(window):
        if not len(rows):
            continue
        off = np.hypot(rows[:, 0] - np.polyval(across, k), rows[:, 1] - np.polyval(down, k))
        nearest = int(np.argmin(off))
        if off[nearest] < _OFF_PATH * radius and abs(rows[nearest, 2] - radius) < _OFF_SIZE * radius:
            members[k] = rows[nearest]
    return members
