"""Made or missed from what happens at the hoop alone: for a clip or a camera that sees no more of the shot than that.

The ball comes down through the ring, the net holds it back, and the net swings on after it has gone: each of these says
something, and what they say adds up in log odds.

Two judges, because neither can do the other's work: of clips cropped at a hoop this one has 39 of 40 right and the
judge of shots followed from the hands (`outcome`), which needs their flight, 19; of 15 followed shots of recordings in
which the hoop is small that one has 15 right and this one 8, since there a net's swing is a few pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edge.game.flight import weights
from edge.game.outcome import Decision, Moment
from edge.kernels.flight import follow
from edge.types import FloatArray, Outcome, Rim

# A ball's radius (0.12 m) against the ring's width (0.45 m), and what it may seem to differ by.
_RADIUS_WIDTHS = 0.27
_SLACK = 1.8
# The fastest that a ball is at a hoop, about 12 m/s, in rim widths a second.
_FASTEST = 27.0
_GAP_FRAMES = 9
# In rim widths from the ring's middle: where a ball may come through it, and the net with the ball in it.
_RING_HALF = 0.5
_NET_HALF = 0.75
_NET = (0.15, 0.9)
# What falls freely is through the net in about this time; what the net holds takes longer.
_FREE_S = 0.1
_HELD_S = 0.1
# The net's picture while a ball is in it and until so long after; what changes of it when it hangs still, and when
# a ball has swung it.
_SWING_S = (0.1, 0.6)
_STILL_NET, _SWUNG_NET = 0.08, 0.40
# Log odds of a way down through the ring; of none, where the ball is seen on after it was nearest to the ring and where
# it is lost there; and from where on an outcome is told.
_THROUGH, _SEEN_ASIDE, _LOST_ASIDE = 1.0, -3.0, -1.0
_SEEN_ROWS = 2
_ABOVE = 0.3
_LEAST_ODDS = 0.3


@dataclass(frozen=True, slots=True)
class HoopEvidence:
    """Log odds for made of each sign: the way down through the ring, the ball held below it, the net's swing.

    rim_index: the frame of the ball's way down through the rim's plane or, without one, nearest to the ring;
    offset_widths: how far off the ring's middle it was there."""

    through: float
    held: float
    swing: float
    rim_index: int | None
    offset_widths: float | None

    @property
    def log_odds(self) -> float:
        return self.through + self.held + self.swing


def judge(moments: Sequence[Moment], rim: Rim) -> Decision:
    """The outcome of the one shot that these moments show; UNKNOWN where the signs say nothing."""
    seen = evidence(moments, rim)
    odds = seen.log_odds
    confidence = float(1 / (1 + np.exp(-abs(odds))))
    outcome = Outcome.UNKNOWN if abs(odds) < _LEAST_ODDS else Outcome.MADE if odds > 0 else Outcome.MISSED
    return Decision(outcome, 0.0 if outcome is Outcome.UNKNOWN else confidence, seen.rim_index, seen.offset_widths)


def evidence(moments: Sequence[Moment], rim: Rim) -> HoopEvidence:
    """What a clip's moments say, each sign by itself."""
    path = hoop_path(moments, rim)
    if not len(path):
        return HoopEvidence(0.0, 0.0, 0.0, None, None)
    at = np.column_stack([path[:, 1], (path[:, 2] - rim.x_px) / rim.width_px, (path[:, 3] - rim.y_px) / rim.width_px])
    crossings = _ways_down(at)
    entries = [(k, offset) for k, offset in crossings if abs(offset) <= _RING_HALF and not _came_out(at, k)]
    if entries:
        k, offset = max(entries, key=lambda entry: _in_net_s(at, entry[0]))
        held_s = _in_net_s(at, k)
        through, held = _THROUGH, float(np.clip((held_s - _FREE_S) / _HELD_S, -1.0, 1.5))
    else:
        k = int(np.argmin(np.hypot(at[:, 1], at[:, 2])))
        offset, held = float(at[k, 1]), 0.0
        through = _SEEN_ASIDE if len(at) - k > _SEEN_ROWS else _LOST_ASIDE
    return HoopEvidence(through, held, _swing(moments, at[k, 0]), int(path[k, 0]), float(offset))


def hoop_path(moments: Sequence[Moment], rim: Rim) -> FloatArray:
    """The ball's most likely way: (M, 4) frame index, time s, x, y px."""
    rows, turns = [], []
    for turn, moment in enumerate(moments):
        share = moment.candidates[:, 2] / (_RADIUS_WIDTHS * rim.width_px)
        fits = moment.candidates[(share > 1 / _SLACK) & (share < _SLACK)]
        worth = weights(fits[:, 3])
        rows += [(moment.index, moment.time_s, x, y, w) for (x, y, _, _), w in zip(fits, worth, strict=True)]
        turns += [turn] * len(fits)
    if not rows:
        return np.zeros((0, 4))
    table = np.array(rows, dtype=np.float64)
    t, x, y, w = (np.ascontiguousarray(table[:, k]) for k in range(1, 5))
    anywhere = np.ones(len(table), bool)
    chosen = follow(np.array(turns), t, x, y, w, anywhere, _FASTEST * rim.width_px, _GAP_FRAMES)
    return np.asarray(table[chosen][:, :4])


def _ways_down(at: FloatArray) -> list[tuple[int, float]]:
    """Each way down through the rim's plane of a path (M, 3) of s and rim widths: the row below it and how far off the
    ring's middle it was."""
    found = []
    for k in range(1, len(at)):
        above, below = at[k - 1], at[k]
        if above[2] < 0 <= below[2]:
            share = -above[2] / (below[2] - above[2])
            found.append((k, float(above[1] + share * (below[1] - above[1]))))
    return found


def _came_out(at: FloatArray, k: int) -> bool:
    """Whether a ball that came down before row k is seen above the ring again: it rolled or bounced out."""
    return int((at[k:, 2] < -_ABOVE).sum()) >= _SEEN_ROWS


def _in_net_s(at: FloatArray, k: int) -> float:
    """For how long the ball is in the net after it came down before row k."""
    inside = (np.abs(at[k:, 1]) < _NET_HALF) & (at[k:, 2] > _NET[0]) & (at[k:, 2] < _NET[1])
    if not inside.any():
        return 0.0
    first = int(np.argmax(inside))
    rest = inside[first:]
    last = first + (int(np.argmin(rest)) if not rest.all() else len(rest)) - 1
    return float(at[k + last, 0] - at[k + first, 0])


def _swing(moments: Sequence[Moment], time_s: float) -> float:
    """Log odds from the net's picture after the ball was at the ring."""
    after = [m.net_motion for m in moments if _SWING_S[0] <= m.time_s - time_s <= _SWING_S[1]]
    seen = [value for value in after if value is not None]
    if len(seen) < 3:
        return 0.0
    middle = (_STILL_NET + _SWUNG_NET) / 2
    return float(np.clip(2.0 * (np.median(seen) - middle) / (_SWUNG_NET - middle), -2.0, 2.0))
