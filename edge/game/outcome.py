"""Made or missed, from the ball's path at the rim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edge.game.flight import Flight, weights
from edge.kernels.flight import follow
from edge.types import FloatArray, Outcome, Rim

# In rim widths: how far off the ring's middle a ball may come down through it, how far below the ring it must be seen
# again, how far to the side it may be there, and how far around the rim the path is followed.
_RING_HALF = 0.52
_BELOW = 0.85
_COLUMN_HALF = 0.95
_AROUND = (7.0, 7.0)
_GAP_FRAMES = 9
# A net holds a ball back. One that falls on as if there were none has passed in front of the ring or behind it.
_FREE_FALL_SHARE = 0.62


@dataclass(frozen=True, slots=True)
class Moment:
    """One frame of the past: ball candidates (N, 4) x, y, radius px, confidence, free of camera motion."""

    index: int
    time_s: float
    candidates: FloatArray


@dataclass(frozen=True, slots=True)
class Decision:
    """outcome None: not known yet. rim_index: frame nearest to the ball's (last) way down through the rim's plane."""

    outcome: Outcome | None
    confidence: float
    rim_index: int | None
    offset_widths: float | None


_OPEN = Decision(None, 0.0, None, None)


def decide(moments: Sequence[Moment], flight: Flight, rim: Rim) -> Decision:
    """What the path after the release says so far."""
    path = ball_path(moments, flight, rim)
    if len(path) < 3:
        return _OPEN
    decision = _OPEN
    for k in range(1, len(path)):
        above, below = path[k - 1], path[k]
        if not above[3] < rim.y_px <= below[3]:
            continue
        share = (rim.y_px - above[3]) / (below[3] - above[3])
        offset = (above[2] + share * (below[2] - above[2]) - rim.x_px) / rim.width_px
        decision = _way_down(path[k - 1 :], offset, int(path[k, 0]), flight, rim)
        if decision.outcome is not None:
            return decision
    return decision


def _way_down(path: FloatArray, offset: float, index: int, flight: Flight, rim: Rim) -> Decision:
    """Judge one crossing of the rim's plane by what comes after it; path (M, 4) begins just above the plane."""
    deep = rim.y_px + _BELOW * rim.width_px
    for k in range(1, len(path)):
        x, y = path[k, 2:]
        if y < rim.y_px - 0.25 * rim.width_px:
            return Decision(None, 0.0, index, offset)
        if y < deep:
            continue
        inside = abs(offset) <= _RING_HALF and abs(x - rim.x_px) <= _COLUMN_HALF * rim.width_px
        if inside and _falls_freely(path[: k + 1], flight, rim):
            return Decision(Outcome.MISSED, 0.6, index, offset)
        margin = abs(abs(offset) - _RING_HALF)
        outcome = Outcome.MADE if inside else Outcome.MISSED
        return Decision(outcome, float(np.clip(0.6 + margin, 0.0, 0.97)), index, offset)
    return Decision(None, 0.0, index, offset)


def _falls_freely(path: FloatArray, flight: Flight, rim: Rim) -> bool:
    """Whether the ball takes no longer from the rim's plane downward than its flight would, and keeps its course."""
    start = flight.falls_through(rim.y_px)
    end = flight.falls_through(float(path[-1, 3]))
    if start is None or end is None:
        return False
    above, below = path[0], path[1]
    share = (rim.y_px - above[3]) / (below[3] - above[3])
    took = path[-1, 1] - (above[1] + share * (below[1] - above[1]))
    free = end - start
    on_course = abs(flight.position(end)[0] - path[-1, 2]) < 0.6 * flight.radius_px + 0.1 * rim.width_px
    return bool(took > 0 and free / took > _FREE_FALL_SHARE and on_course and took > 0)


def ball_path(moments: Sequence[Moment], flight: Flight, rim: Rim) -> FloatArray:
    """The ball's most likely way from its flight onward: (M, 4) frame index, time s, x, y px."""
    on_flight = {s.index: s for s in flight.sightings}
    rows, starts = [], []
    for moment in moments:
        seen = on_flight.get(moment.index)
        known = moment.candidates
        near = (np.abs(known[:, 0] - rim.x_px) < _AROUND[0] * rim.width_px) & (
            np.abs(known[:, 1] - rim.y_px) < _AROUND[1] * rim.width_px
        )
        small = (known[:, 2] > 0.35 * flight.radius_px) & (known[:, 2] < 2.5 * flight.radius_px)
        for x, y, _, confidence in known[near & small]:
            rows.append((moment.index, moment.time_s, x, y, float(weights(np.array([confidence]))[0])))
            starts.append(False)
        if seen is not None:
            rows.append((seen.index, seen.time_s, seen.x, seen.y, 1.6))
            starts.append(True)
        elif moment.time_s > flight.first.time_s:
            x, y = flight.position(moment.time_s)
            if y < flight.radius_px and moment.time_s < (flight.falls_through(flight.radius_px) or 0.0):
                rows.append((moment.index, moment.time_s, x, y, 0.5))
                starts.append(True)
    if not rows:
        return np.zeros((0, 4))
    table = np.array(rows, dtype=np.float64)
    frame = table[:, 0].astype(np.int64)
    start_speed = max(np.hypot(*flight.velocity(s.time_s)) for s in flight.sightings)
    fall = flight.falls_through(rim.y_px + 2 * rim.width_px)
    speed = 1.3 * max(start_speed, 0.0 if fall is None else np.hypot(*flight.velocity(fall)))
    t, x, y, w = (np.ascontiguousarray(table[:, k]) for k in range(1, 5))
    chosen = follow(frame, t, x, y, w, np.array(starts), float(speed), _GAP_FRAMES)
    return table[chosen][:, :4]
