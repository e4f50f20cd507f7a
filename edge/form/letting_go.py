"""When the ball leaves the hand: by ball and wrists, or by the shooting arm alone."""

from __future__ import annotations

import numpy as np

from edge.form.motion import STEP_S, Motion
from edge.form.resample import resample
from edge.form.skeleton import WRISTS
from edge.types import FloatArray

# From the wrist to the ball's centre when the fingers let go, in statures: the hand's length and most of a ball's
# radius, as measured where releases were looked up by eye.
_LETS_GO = 0.135
# The ball is looked at so long before and after the time that is guessed; frames without a ball are bridged for so
# long, and so far back a flight is drawn on to the hand.
_ABOUT_S, _BRIDGED_S, _DRAWN_BACK_S = 0.35, 0.07, 0.15
# A ball on its way away from the hand is so much quicker than the hand (statures a second), and stays away.
_LEAST_SPEED, _STAYS_S = 0.8, 0.12
# A wrist that is above the head is so much higher than the shoulders, statures; a rise counts that is at least this
# share of the quickest.
_OVERHEAD, _RISE_SHARE = 0.08, 0.45
# The hand lets go when the wrist's rise has slowed down to this share of its speed.
_SLOWED = 0.35
_POSE_ABOUT_S = 0.35


def release_by_ball(motion: Motion, about_s: float) -> float | None:
    """When the ball is further from the nearer wrist than a hand is long, between frames; None where nothing tells."""
    near = np.abs(motion.frames_s - about_s) <= _ABOUT_S
    seen = near & np.isfinite(motion.ball[:, 0])
    if seen.sum() < 3:
        return None
    t = motion.frames_s[seen]
    away, above = _from_hand(motion, t, motion.ball[seen])
    known = np.isfinite(away)
    t, away, above = t[known], away[known], above[known]
    free = np.flatnonzero(away > _LETS_GO)
    for first in free:
        after = (t >= t[first]) & (t <= t[first] + _STAYS_S)
        leaves = after.sum() >= 2 and (away[after] > _LETS_GO).all() and above[first]
        if leaves and _speed(t[after], away[after]) > _LEAST_SPEED:
            return _crossing(t, away, int(first))
    return None


def _from_hand(motion: Motion, t: FloatArray, ball: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Of each ball (N, 2): its distance from the nearer wrist in statures, and whether it is higher than that."""
    wrists = motion.seen[:, WRISTS]
    weights = np.isfinite(wrists[..., 0]).astype(float)
    at, _ = resample(motion.frames_s, wrists, weights, t)
    ways = np.linalg.norm(at - ball[:, None], axis=2) / motion.stature_px
    nearer = np.argmin(np.nan_to_num(ways, nan=np.inf), axis=1)
    rows = np.arange(len(t))
    return np.asarray(ways[rows, nearer]), np.asarray(ball[:, 1] < at[rows, nearer, 1])


def _speed(t: FloatArray, away: FloatArray) -> float:
    return float(np.polyfit(t - t[0], away, 1)[0])


def _crossing(t: FloatArray, away: FloatArray, first: int) -> float | None:
    """When the distance was that of a hand letting go: between the frames about it, or on the line of what follows."""
    if first > 0 and t[first] - t[first - 1] <= _BRIDGED_S:
        share = (_LETS_GO - away[first - 1]) / (away[first] - away[first - 1])
        return float(t[first - 1] + np.clip(share, 0.0, 1.0) * (t[first] - t[first - 1]))
    after = slice(first, first + 4)
    slope, value = np.polyfit(t[after] - t[first], away[after], 1)
    back_s = (value - _LETS_GO) / slope
    return float(t[first] - np.clip(back_s, 0.0, _DRAWN_BACK_S)) if back_s <= 2 * _DRAWN_BACK_S else None


def release_by_pose(motion: Motion, about_s: float | None) -> float | None:
    """When a wrist's quickest rise over the head slows down, about a time or anywhere; None where there is none."""
    best: tuple[float, float] | None = None
    for side in (0, 1):
        for time_s, speed in rises(motion, side):
            if about_s is not None and abs(time_s - about_s) > _POSE_ABOUT_S:
                continue
            if best is None or speed > best[1]:
                best = (time_s, speed)
    return None if best is None else best[0]


def rises(motion: Motion, side: int) -> list[tuple[float, float]]:
    """Every time that a wrist goes up over the head: when its last quick rise slows down, s, and how quick that was,
    statures a second."""
    raised = motion.raised(side)
    if not np.isfinite(raised).any():
        return []
    over = raised > _OVERHEAD
    edges = np.flatnonzero(np.diff(np.concatenate([[0], over.astype(int), [0]])))
    found = []
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        last = _last_rise(raised, begin, end)
        if last is not None:
            found.append((float(motion.times_s[0]) + STEP_S * last[0], last[1]))
    return found


def _last_rise(raised: FloatArray, begin: int, end: int) -> tuple[float, float] | None:
    """The row, between rows, in which the last quick rise of rows begin..end slows down, and its speed."""
    piece = raised[begin : min(end + 10, len(raised))]
    if len(piece) < 5:
        return None
    speed = np.gradient(piece, STEP_S)
    top = int(np.nanargmax(piece[: end - begin + 1]))
    peaks = [k for k in range(1, min(top + 1, len(speed) - 1)) if speed[k] >= speed[k - 1] and speed[k] > speed[k + 1]]
    if not peaks:
        return None
    quickest = max(speed[k] for k in peaks)
    peak = [k for k in peaks if speed[k] > _RISE_SHARE * quickest][-1]
    if speed[peak] <= 0:
        return None
    slow = np.flatnonzero(~(speed[peak:] >= _SLOWED * speed[peak]))
    row = peak + (int(slow[0]) if len(slow) else len(speed) - 1 - peak)
    return float(begin + row), float(speed[peak])
