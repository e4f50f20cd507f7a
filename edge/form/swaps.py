"""Left and right put straight: seen from the side, a pose network takes one arm or leg for the other now and then."""

from __future__ import annotations

import numpy as np

from edge.form.skeleton import ANKLES, ELBOWS, EXCHANGED, HIPS, KNEES, SHOULDERS, WRISTS
from edge.types import FloatArray

# Arms and legs are mistaken apart from each other.
_HALVES = ((*SHOULDERS, *ELBOWS, *WRISTS), (*HIPS, *KNEES, *ANKLES))
# Statures: what a frame taken for exchanged costs, as the network is mostly right; and the most that one joint's way
# from one frame to the next says.
_EXCHANGED_COSTS, _MOST = 0.03, 0.15


def unswapped(points: FloatArray, stature_px: float) -> FloatArray:
    """points (T, 17, 2) px -> the same with left and right exchanged, arms and legs each by themselves, on those frames
    where that makes the joints go less far altogether (Viterbi over two states a frame)."""
    out = points.copy()
    for half in _HALVES:
        joints = np.array(half)
        straight = points[:, joints] / stature_px
        crossed = points[:, EXCHANGED[joints]] / stature_px
        exchanged = _exchanged(_way(straight), _way(straight, crossed))
        rows = np.flatnonzero(exchanged)
        out[np.ix_(rows, joints)] = points[np.ix_(rows, EXCHANGED[joints])]
    return out


def _way(before: FloatArray, after: FloatArray | None = None) -> FloatArray:
    """(T - 1,): how far joints (T, J, 2) go from each frame to the next, or to the next of `after`."""
    gone = np.linalg.norm((before if after is None else after)[1:] - before[:-1], axis=2)
    return np.asarray(np.where(np.isfinite(gone), np.minimum(gone, _MOST), 0.0).sum(axis=1))


def _exchanged(stay: FloatArray, cross: FloatArray) -> list[bool]:
    """Of each frame whether it is exchanged, given what it costs to go on in the same way (T - 1,) and in the other."""
    costs, came = [0.0, _EXCHANGED_COSTS], []
    for same, other in zip(stay.tolist(), cross.tolist(), strict=True):
        from_straight = (costs[0] + same, costs[1] + other)
        from_crossed = (costs[0] + other, costs[1] + same)
        came.append((int(from_straight[1] < from_straight[0]), int(from_crossed[1] < from_crossed[0])))
        costs = [min(from_straight), min(from_crossed) + _EXCHANGED_COSTS]
    state = int(costs[1] < costs[0])
    states = [state]
    for before in reversed(came):
        state = before[state]
        states.append(state)
    return [bool(state) for state in reversed(states)]
