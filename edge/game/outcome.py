"""Made or missed, from the ball's path at the rim."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
# A net holds a ball back: the time that a free fall through it would take, as a share of the time taken. A ball that
# came off the ring or board and then falls on freely beside the ring's middle has fallen in front of it or behind; one
# that never left its flight's course has passed in front or behind as well.
_FREE_FALL_SHARE = 0.62
_OFF_MIDDLE = 0.25
# A ball that something holds back below the ring came through it, even where it seemed to cross its plane so far off.
_HELD_HALF = 0.8
_HELD_SHARE = 0.5
# A ball that went into the ring and is then lost to something else that moves is waited for.
_PATIENCE_S = 0.9
# After a ball came down through the rim's plane, its net moves within this time if it was in it.
_NET_S = 0.6


@dataclass(frozen=True, slots=True)
class Moment:
    """One frame of the past: ball candidates (N, 4) x, y, radius px, confidence, free of camera motion; the share of
    the net's picture that changed, where it is known."""

    index: int
    time_s: float
    candidates: FloatArray
    net_motion: float | None = None


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
        # A way down that only the flight's curve shows, drawn on above the picture, is a guess.
        if not above[3] < rim.y_px <= below[3] or not (above[4] or below[4]):
            continue
        share = (rim.y_px - above[3]) / (below[3] - above[3])
        offset = (above[2] + share * (below[2] - above[2]) - rim.x_px) / rim.width_px
        decision = _way_down(path, k, float(offset), flight, rim)
        if decision.outcome is not None:
            return decision
    return decision


def _way_down(path: FloatArray, k: int, offset: float, flight: Flight, rim: Rim) -> Decision:
    """Judge one crossing of the rim's plane, between k - 1 and k of the path (M, 5), by what comes after it."""
    deep = rim.y_px + _BELOW * rim.width_px
    index, time_s = int(path[k, 0]), float(path[k, 1])
    pending = Decision(None, 0.0, index, offset)
    for m in range(k, len(path)):
        x, y = path[m, 2:4]
        if y < rim.y_px - 0.25 * rim.width_px:
            return pending
        if y < deep:
            continue
        below_ring = bool(abs(x - rim.x_px) <= _COLUMN_HALF * rim.width_px)
        # Nothing but the net holds a ball back below the ring, wherever a rim that is known badly seems to be.
        held = below_ring and _RING_HALF < abs(offset) <= _HELD_HALF and _held(path, k, m, flight, rim)
        entered = held or abs(offset) <= _RING_HALF
        inside = entered and below_ring
        if entered and not inside and path[-1, 1] - time_s < _PATIENCE_S and not _on_course(path[m], flight, rim):
            return pending
        if inside and not held and _passed_by(path, k, m, offset, flight, rim):
            return Decision(Outcome.MISSED, 0.6, index, offset)
        margin = 0.0 if held else abs(abs(offset) - _RING_HALF)
        return Decision(
            Outcome.MADE if inside else Outcome.MISSED, float(np.clip(0.6 + margin, 0.0, 0.97)), index, offset
        )
    return pending


def _passed_by(path: FloatArray, k: int, m: int, offset: float, flight: Flight, rim: Rim) -> bool:
    """Whether a ball that is seen to come down through the ring fell in front of it or behind it: nothing held it back
    between the crossing (before k) and m, and it was off the middle after a bounce, or still on its flight's course."""
    top = k - 1
    while top > 0 and path[top - 1, 3] <= path[top, 3]:
        top -= 1
    gravity = flight.gravity_px_s2
    speed = np.sqrt(2 * gravity * max(rim.y_px - path[top, 3], 0.0))
    if _fall_share(path, k, m, speed, gravity, rim) < _FREE_FALL_SHARE:
        return False
    bounced = not _on_course(path[top], flight, rim, 2.0)
    return _on_course(path[m], flight, rim) or (bounced and abs(offset) > _OFF_MIDDLE)


def _held(path: FloatArray, k: int, m: int, flight: Flight, rim: Rim) -> bool:
    """Whether a ball took far longer from the rim's plane (before k) to m than its speed at the plane lets it."""
    above, below = path[k - 1], path[k]
    speed = float((below[3] - above[3]) / (below[1] - above[1]))
    return _fall_share(path, k, m, speed, flight.gravity_px_s2, rim) < _HELD_SHARE


def _fall_share(path: FloatArray, k: int, m: int, speed_px_s: float, gravity_px_s2: float, rim: Rim) -> float:
    """The time of a free fall from the rim's plane (before k) to m, begun at a speed, as a share of the time taken."""
    above, below = path[k - 1], path[k]
    share = (rim.y_px - above[3]) / (below[3] - above[3])
    crossed_s = above[1] + share * (below[1] - above[1])
    drop = path[m, 3] - rim.y_px
    free_s = (np.sqrt(speed_px_s**2 + 2 * gravity_px_s2 * drop) - speed_px_s) / gravity_px_s2
    return float(free_s / max(path[m, 1] - crossed_s, 1e-6))


def net_motion(moments: Iterable[Moment], rim_index: int) -> float | None:
    """How much the net moved while a ball that came down through the rim's plane at `rim_index` was in it, at most."""
    after = [moment for moment in moments if moment.index >= rim_index]
    seen = [m.net_motion for m in after if m.time_s - after[0].time_s <= _NET_S and m.net_motion is not None]
    return max(seen, default=None)


def _on_course(point: FloatArray, flight: Flight, rim: Rim, slack: float = 1.0) -> bool:
    """Whether a point (5,) of the path still lies on the flight's curve."""
    x, y = flight.position(float(point[1]))
    limit = slack * (0.6 * flight.radius_px + 0.1 * rim.width_px)
    return bool(np.hypot(x - point[2], y - point[3]) < limit)


def ball_path(moments: Sequence[Moment], flight: Flight, rim: Rim) -> FloatArray:
    """The ball's most likely way from its flight onward: (M, 5) frame index, time s, x, y px, and 1 where it was seen,
    0 where the flight's curve alone says so."""
    on_flight = {s.index: s for s in flight.sightings}
    rows, starts, turns = [], [], []
    for turn, moment in enumerate(moments):
        seen = on_flight.get(moment.index)
        known = moment.candidates
        near = (np.abs(known[:, 0] - rim.x_px) < _AROUND[0] * rim.width_px) & (
            np.abs(known[:, 1] - rim.y_px) < _AROUND[1] * rim.width_px
        )
        small = (known[:, 2] > 0.35 * flight.radius_px) & (known[:, 2] < 2.5 * flight.radius_px)
        for x, y, _, confidence in known[near & small]:
            rows.append((moment.index, moment.time_s, x, y, 1.0, float(weights(np.array([confidence]))[0])))
            starts.append(False)
            turns.append(turn)
        if seen is not None:
            rows.append((seen.index, seen.time_s, seen.x, seen.y, 1.0, 1.6))
            starts.append(True)
            turns.append(turn)
        elif moment.time_s > flight.first.time_s:
            x, y = flight.position(moment.time_s)
            if y < flight.radius_px and moment.time_s < (flight.falls_through(flight.radius_px) or 0.0):
                rows.append((moment.index, moment.time_s, x, y, 0.0, 0.5))
                starts.append(True)
                turns.append(turn)
    if not rows:
        return np.zeros((0, 5))
    table = np.array(rows, dtype=np.float64)
    start_speed = max(np.hypot(*flight.velocity(s.time_s)) for s in flight.sightings)
    fall = flight.falls_through(rim.y_px + 2 * rim.width_px)
    speed = 1.3 * max(start_speed, 0.0 if fall is None else np.hypot(*flight.velocity(fall)))
    t, x, y, w = (np.ascontiguousarray(table[:, k]) for k in (1, 2, 3, 5))
    chosen = follow(np.array(turns), t, x, y, w, np.array(starts), float(speed), _GAP_FRAMES)
    return table[chosen][:, :5]
