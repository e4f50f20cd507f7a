"""Tells shots from high passes, before they come down: by where a flight in metres goes.

What flies up towards the ring in the picture may be a lob to somebody under the basket (paper 004 counts these as
shots, and says so). Where the camera is calibrated, the flight so far tells where it comes down through the ring's
plane, and how surely. Its first frames tell little of that, so where there is somebody to be passed to, a shot is told
a fifth of a second later if it is not sure at once; what goes elsewhere by then is no shot, unless more of its way, or
the net, says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from edge.game.flight_meter import FlightMeter
from edge.types import Outcome, ShotEvent, ShotPhase, Snapshot

# A shot that misses everything comes down no further from the ring's centre than this, m.
_NEAREST_M = 0.8
# Of all flights that are possible, the share that comes down there: enough to be sure of a shot; too little for one.
_SURE, _LEAST = 0.3, 0.08
# How long a flight is watched before it is judged, and how often after that, s.
_WAIT_S, _AGAIN_S = 0.2, 0.2


@dataclass(slots=True)
class _Doubted:
    """A shot that is not told yet: its events so far, and when it is judged next."""

    due_s: float
    events: list[ShotEvent] = field(default_factory=list)


class AimCheck:
    """`keep` takes each snapshot with what is told of shots, in order, and gives back what is to be believed of it."""

    def __init__(self, meter: FlightMeter) -> None:
        self._meter = meter
        self._doubted: dict[str, _Doubted] = {}

    def keep(self, snapshot: Snapshot | None, events: Iterable[ShotEvent]) -> tuple[ShotEvent, ...]:
        """Events of shots; one that was doubted at first begins with its NEW later. snapshot: None at the end."""
        kept: list[ShotEvent] = []
        for event in events:
            doubted = self._doubted.get(event.shot_id)
            if doubted is not None:
                doubted.events.append(event)
                kept += self._judge(event.shot_id, event.phase is ShotPhase.END)
            elif event.phase is ShotPhase.NEW and snapshot is not None and self._doubts(event, snapshot):
                self._doubted[event.shot_id] = _Doubted(snapshot.time_s + _WAIT_S, [event])
            else:
                kept.append(event)
        for shot_id, doubted in list(self._doubted.items()):
            if snapshot is None or snapshot.time_s >= doubted.due_s:
                doubted.due_s += _AGAIN_S
                kept += self._judge(shot_id, snapshot is None)
        return tuple(kept)

    def _doubts(self, event: ShotEvent, snapshot: Snapshot) -> bool:
        """Whether it may be a pass: somebody else is there, and its way is not plain yet."""
        if not self._meter.sees or all(player.track_id == event.player_id for player in snapshot.players):
            return False
        share = self._meter.share_at_ring(event, _NEAREST_M)
        return share is None or share < _SURE

    def _judge(self, shot_id: str, over: bool) -> list[ShotEvent]:
        """All that was held back, where it is a shot; it is forgotten where it is over and none."""
        events = self._doubted[shot_id].events
        made = any(event.outcome is Outcome.MADE for event in events)
        share = None if made else self._meter.share_at_ring(events[-1], _NEAREST_M)
        if share is None or share >= _LEAST:
            del self._doubted[shot_id]
            return events
        if over:
            del self._doubted[shot_id]
        return []
