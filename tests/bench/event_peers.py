"""The naive rule beside ours and the paper's: whoever is nearest to the ball, within three feet of it, has it.

A change of holder is a pass; a shot is the ball at the ring, of whoever had it a second before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np

from calibration.court import Court
from edge.game.reach import m_per_px
from edge.types import PlayerState, PlayEvent, PlayKind, ShotEvent, ShotPhase, Snapshot, TrackStatus

NEAR_M, AT_RING_M, BEFORE_S, AGAIN_S = 0.9144, 0.6, 1.08, 2.0


class NaiveRules:
    """`update` gives plays, `shots` those of shots of the same frame."""

    def __init__(self, court: Court | None = None) -> None:
        self._court = court
        self._since: tuple[PlayerState, Snapshot] | None = None
        self._last: tuple[PlayerState, Snapshot] | None = None
        self._had: deque[tuple[float, int]] = deque()
        self._shot_s = -np.inf

    def update(self, snapshot: Snapshot, shots: Sequence[ShotEvent] = ()) -> list[PlayEvent]:
        """A pass where another has it than before, and the possession that ended."""
        owner = _nearest(snapshot)
        if owner is None:
            return []
        self._had.append((snapshot.time_s, owner.track_id))
        before, since = self._last, self._since
        self._last = (owner, snapshot)
        if before is None or since is None or before[0].track_id == owner.track_id:
            self._since = since or (owner, snapshot)
            return []
        self._since = (owner, snapshot)
        return [
            _event(PlayKind.POSSESSION, since[0], since[1], before[1], None),
            _event(PlayKind.PASS, before[0], before[1], snapshot, owner),
        ]

    def shots(self, snapshot: Snapshot) -> list[ShotEvent]:
        """Call it after `update`."""
        if not self._at_ring(snapshot) or snapshot.time_s - self._shot_s < AGAIN_S:
            return []
        self._shot_s = snapshot.time_s
        had = [track_id for time_s, track_id in self._had if time_s <= snapshot.time_s - BEFORE_S]
        shot_id = f"naive-{snapshot.index}"
        return [
            ShotEvent(
                shot_id, ShotPhase.END, snapshot.index, snapshot.time_s - BEFORE_S, had[-1] if had else None, None, 1.0
            )
        ]

    def finish(self) -> list[PlayEvent]:
        """The last possession."""
        if self._since is None or self._last is None:
            return []
        return [_event(PlayKind.POSSESSION, self._since[0], self._since[1], self._last[1], None)]

    def _at_ring(self, snapshot: Snapshot) -> bool:
        ball = snapshot.ball
        if ball is None or ball.status is TrackStatus.LOST:
            return False
        if ball.court_xyz_m is not None and self._court is not None:
            x, y = np.abs(ball.court_xyz_m[0]), ball.court_xyz_m[1]
            return bool(np.hypot(x - self._court.rim_centre()[0], y) < AT_RING_M)
        rim = snapshot.rim
        return rim is not None and bool(np.hypot(*(ball.xy_px - (rim.x_px, rim.y_px))) < rim.width_px)


def _nearest(snapshot: Snapshot) -> PlayerState | None:
    ball = snapshot.ball
    if ball is None or ball.status is TrackStatus.LOST or not snapshot.players:
        return None
    away = {}
    for player in snapshot.players:
        if ball.court_xyz_m is not None and player.court_xy_m is not None:
            away[player.track_id] = float(np.hypot(*(ball.court_xyz_m[:2] - player.court_xy_m)))
            continue
        scale, box = m_per_px(player), np.asarray(player.box, float)
        gap = np.maximum(np.maximum(box[:2] - ball.xy_px, ball.xy_px - box[2:]), 0.0)
        away[player.track_id] = np.inf if scale is None else scale * float(np.hypot(*gap))
    best = min(snapshot.players, key=lambda player: away[player.track_id])
    return best if away[best.track_id] <= NEAR_M else None


def _event(kind: PlayKind, player: PlayerState, begin: Snapshot, end: Snapshot, to: PlayerState | None) -> PlayEvent:
    arrived = None if to is None or None in (player.team, to.team) else player.team == to.team
    return PlayEvent(
        kind, begin.index, end.index, begin.time_s, end.time_s, player.track_id, player.team,
        None if to is None else to.track_id, arrived, confidence=1.0,
    )  # fmt: skip
