"""How far and how fast players go, summed up each half second from their places on the court.

Places tremble, and a way along every one of them grows while a player stands. So the places of half a second are
averaged, and a way counts from the last place that was left for good.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from edge.figures import MotionEvent, PlayerStep
from edge.types import PlayerState, Snapshot, Team, TrackStatus

EVERY_S = 0.5
# While nobody's place is known there is less to tell.
EMPTY_S = 10.0
# Whoever is averaged within so much of where they were stands.
STILL_M = 0.25
# Nobody runs faster: whoever seems to was taken for somebody else.
_FASTEST_M_S = 11.0
# Unseen for longer, where somebody went in between is not known.
_UNSEEN_S = 1.5
_TRUSTED = (TrackStatus.CONFIRMED, TrackStatus.OCCLUDED)


@dataclass(frozen=True, slots=True)
class _Place:
    time_s: float
    x_m: float
    y_m: float


@dataclass(slots=True)
class _Sums:
    """The places of one player within a while, until their mean is taken."""

    count: int = 0
    time_s: float = 0.0
    x_m: float = 0.0
    y_m: float = 0.0
    team: Team | None = None

    def mean(self) -> _Place:
        return _Place(self.time_s / self.count, self.x_m / self.count, self.y_m / self.count)


class MotionFinder:
    """`update` takes the snapshots of one source in order."""

    def __init__(self) -> None:
        self._sums: dict[int, _Sums] = {}
        self._last: dict[int, tuple[_Place, _Place]] = {}
        self._first: tuple[int, float] | None = None
        self._newest: tuple[int, float] | None = None
        self._frames = 0

    def update(self, snapshot: Snapshot) -> list[MotionEvent]:
        """A while that is over with this snapshot."""
        told = []
        broken = snapshot.scene_cut or (self._newest is not None and snapshot.time_s < self._newest[1])
        if self._first is not None and (broken or self._due(snapshot, snapshot.time_s - self._first[1])):
            told = self.finish()
        if broken:
            self._last.clear()
        self._first = self._first or (snapshot.index, snapshot.time_s)
        # Those that a live source dropped count as well: possession spans them too.
        self._frames += 1 if self._newest is None else max(1, snapshot.index - self._newest[0])
        self._newest = (snapshot.index, snapshot.time_s)
        for player in snapshot.players:
            self._add(snapshot.time_s, player)
        return told

    def finish(self) -> list[MotionEvent]:
        """The source has ended: what is left."""
        if self._first is None or self._newest is None:
            return []
        steps = tuple(self._step(player_id, sums) for player_id, sums in sorted(self._sums.items()))
        (start, start_s), (end, end_s) = self._first, self._newest
        event = MotionEvent(start, end, start_s, end_s, self._frames, steps)
        self._sums, self._first, self._frames = {}, None, 0
        gone = [one for one, (place, _) in self._last.items() if end_s - place.time_s > _UNSEEN_S]
        for player_id in gone:
            del self._last[player_id]
        return [event]

    def _due(self, snapshot: Snapshot, lasted_s: float) -> bool:
        """Whether what was summed up until now is to be told; a while in which nobody was ends with the first."""
        if self._sums or lasted_s >= EMPTY_S:
            return lasted_s >= EVERY_S
        return lasted_s > 0 and any(player.court_xy_m is not None for player in snapshot.players)

    def _add(self, time_s: float, player: PlayerState) -> None:
        if player.court_xy_m is None or player.status not in _TRUSTED:
            return
        x_m, y_m = player.court_xy_m.tolist()
        if not math.isfinite(x_m + y_m):
            return
        sums = self._sums.get(player.track_id)
        if sums is None:
            sums = self._sums[player.track_id] = _Sums()
        sums.count += 1
        sums.time_s += time_s
        sums.x_m += x_m
        sums.y_m += y_m
        sums.team = player.team or sums.team

    def _step(self, player_id: int, sums: _Sums) -> PlayerStep:
        now = sums.mean()
        before, left = self._last.get(player_id, (now, now))
        elapsed_s = now.time_s - before.time_s
        speed = _distance_m(before, now) / elapsed_s if elapsed_s > 0 else 0.0
        if not 0 < elapsed_s <= _UNSEEN_S or speed > _FASTEST_M_S:
            left, elapsed_s, speed = now, 0.0, 0.0
        away = _distance_m(left, now)
        moved = away > STILL_M
        self._last[player_id] = now, now if moved else left
        return PlayerStep(
            player_id=player_id,
            team=sums.team,
            xy_m=(round(now.x_m, 3), round(now.y_m, 3)),
            distance_m=round(away, 3) if moved else 0.0,
            seconds=round(elapsed_s, 3),
            speed_m_s=round(speed, 3) if moved else 0.0,
        )


def _distance_m(one: _Place, other: _Place) -> float:
    return math.hypot(other.x_m - one.x_m, other.y_m - one.y_m)
