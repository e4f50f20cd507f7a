"""Shots of a ball whose place on the court is known: straight to the ring from somebody, where it turns or slows.

On the floor plan a ball in flight goes straight on, as fast at the end as in the beginning; at ring and net that ends.
One that flies on is a pass under the basket. Where its height is known, it comes over the ring as well. The box does
not know the ball's place: this is for recordings that do, to measure how well who had the ball is told.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from calibration.court import Court
from edge.game.possession import Possession, PossessionFinder
from edge.types import FloatArray, ShotEvent, ShotPhase, Snapshot, Team

# The ball is at the ring within so many metres of its middle, once it was so far away since the last time.
_AT_RING_M, _AWAY_M = 0.5, 1.3
_OVER_RING_M = 0.25
# Its way there was straight to within this share of the way to go and so many metres, and not slower than this.
_ASIDE_SHARE, _ASIDE_M, _SLOWEST_M_S, _STEP_S = 0.12, 0.12, 1.6, 0.1
# What share of its speed it loses or turns at the ring, measured over this time before and after.
_STOPPED, _SPAN_S = 0.35, 0.25
_LONGEST_S, _WAIT_S, _PAUSE_S = 2.2, 0.4, 1.0
# Whoever had the ball this long before or after it left: hands push it along.
_BEFORE_S, _AFTER_S = 0.35, 0.05
# Who shoots is mostly of the team that had the ball in these seconds; of the other at least so likely.
_ATTACK_S, _LEAST_ATTACK = 3.0, 0.15


class CourtShotFinder:
    """`update` takes the snapshots of one source in order; each shot is told once, as over, without an outcome."""

    def __init__(self, court: Court, session: str = "shot") -> None:
        sides = (1,) if court.baskets == 1 else (1, -1)
        self._rings = np.array([court.rim_centre(side) for side in sides])
        self._session, self._count = session, 0
        self._possession = PossessionFinder()
        self._told: deque[Possession] = deque()
        self._way: deque[tuple[int, float, FloatArray]] = deque()
        self._arrived: tuple[float, FloatArray] | None = None
        self._was_away = True
        self._last_s = -np.inf

    def update(self, snapshot: Snapshot) -> list[ShotEvent]:
        """The shot that this snapshot makes sure, if any."""
        self._told.extend(self._possession.update(snapshot))
        if snapshot.scene_cut:
            self._way.clear()
            self._arrived = None
        ball = None if snapshot.ball is None else snapshot.ball.court_xyz_m
        if ball is not None and np.isfinite(ball[:2]).all():
            self._way.append((snapshot.index, snapshot.time_s, np.asarray(ball, float)))
            self._look_at_ring(snapshot.time_s, self._way[-1][2])
        long_ago_s = snapshot.time_s - _LONGEST_S - _WAIT_S - _ATTACK_S
        while self._way and self._way[0][1] < long_ago_s:
            self._way.popleft()
        while self._told and self._told[0].seen.time_s < long_ago_s:
            self._told.popleft()
        if self._arrived is not None and snapshot.time_s - self._arrived[0] >= _WAIT_S:
            return self._judge()
        return []

    def finish(self) -> list[ShotEvent]:
        """The source has ended: a shot that has come to the ring."""
        self._told.extend(self._possession.finish())
        return [] if self._arrived is None else self._judge()

    def _look_at_ring(self, now_s: float, ball: FloatArray) -> None:
        away = np.hypot(self._rings[:, 0] - ball[0], self._rings[:, 1] - ball[1])
        nearest = int(np.argmin(away))
        self._was_away = self._was_away or bool(away[nearest] > _AWAY_M)
        over = not np.isfinite(ball[2]) or ball[2] > self._rings[nearest, 2] - _OVER_RING_M
        if away[nearest] < _AT_RING_M and over and self._was_away and self._arrived is None:
            self._arrived, self._was_away = (now_s, self._rings[nearest]), False

    def _judge(self) -> list[ShotEvent]:
        if self._arrived is None:
            return []
        (arrived_s, ring), self._arrived = self._arrived, None
        index = np.array([row[0] for row in self._way])
        times = np.array([row[1] for row in self._way])
        places = np.array([row[2][:2] for row in self._way])
        at = int(np.searchsorted(times, arrived_s))
        release = _release(times, places, at, ring[:2])
        if not _stops(times, places, at) or times[release] - self._last_s < _PAUSE_S:
            return []
        self._last_s = float(times[release])
        self._count += 1
        player_id, sure, place = self._shooter(self._last_s)
        return [
            ShotEvent(
                f"{self._session}-{self._count}", ShotPhase.END, int(index[release]), self._last_s, player_id, None,
                sure, rim_index=int(index[at]), court_xy_m=place,
                evidence={"flight_s": round(arrived_s - self._last_s, 3)},
            )
        ]  # fmt: skip

    def _shooter(self, release_s: float) -> tuple[int | None, float, tuple[float, float] | None]:
        """Who had the ball most when it left, how surely, and where he stood."""
        shares: dict[int, float] = {}
        near = [t for t in self._told if release_s - _BEFORE_S <= t.seen.time_s <= release_s + _AFTER_S]
        attack = self._attack(release_s)
        for told in near:
            for player in told.seen.players:
                share = told.shares.get(player.track_id, 0.0) * (_LEAST_ATTACK + attack.get(player.team, 0.5))
                shares[player.track_id] = shares.get(player.track_id, 0.0) + share / len(near)
        best = max(shares, key=lambda one: shares[one], default=None)
        if best is None or shares[best] < 0.1:
            return None, 0.0, None
        spot = next((p for p in near[-1].seen.players if p.track_id == best), None)
        court = None if spot is None else spot.court_xy_m
        return best, round(min(1.0, shares[best]), 3), None if court is None else (float(court[0]), float(court[1]))

    def _attack(self, release_s: float) -> dict[Team | None, float]:
        """How much of the last seconds each team had the ball, of what either had it."""
        had: dict[Team | None, float] = {}
        for told in self._told:
            if release_s - _ATTACK_S <= told.seen.time_s <= release_s:
                for player in told.seen.players:
                    had[player.team] = had.get(player.team, 0.0) + told.shares.get(player.track_id, 0.0)
        total = sum(had.values())
        return {team: share / total for team, share in had.items()} if total > 0 else {}


def _release(times: FloatArray, places: FloatArray, at: int, ring: FloatArray) -> int:
    """Where the straight way (T, 2) to the ring began that ends at row `at`."""
    release = at
    for k in range(at - 1, -1, -1):
        to_ring = ring - places[k]
        far = float(np.hypot(*to_ring))
        between = places[k : at + 1] - places[k]
        aside = np.abs(between @ np.array([-to_ring[1], to_ring[0]])) / max(far, 1e-6)
        ahead = int(np.searchsorted(times, times[k] + _STEP_S))
        ahead = min(max(ahead, k + 1), at)
        speed = (far - float(np.hypot(*(ring - places[ahead])))) / max(float(times[ahead] - times[k]), 1e-6)
        if aside.max() > _ASIDE_M + _ASIDE_SHARE * far or speed < _SLOWEST_M_S:
            break
        release = k
    return release


def _stops(times: FloatArray, places: FloatArray, at: int) -> bool:
    """Whether the ball's course ends at row `at`."""
    before = (times >= times[at] - _SPAN_S) & (times <= times[at])
    after = (times >= times[at]) & (times <= times[at] + 2 * _SPAN_S)
    if before.sum() < 2 or after.sum() < 2:
        return False
    came, goes = (_velocity(times[part], places[part]) for part in (before, after))
    return bool(np.hypot(*(goes - came)) > _STOPPED * np.hypot(*came))


def _velocity(times: FloatArray, places: FloatArray) -> FloatArray:
    return np.asarray((places[-1] - places[0]) / max(float(times[-1] - times[0]), 1e-6))
