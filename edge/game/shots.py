"""Shots: a ball that leaves a player's hands upward and flies toward the rim, and what becomes of it.

A state machine over snapshots. Every flight that begins at somebody's hands is judged as it grows; one that qualifies
becomes a shot, which is followed until its outcome is known or its time is up.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import replace

import numpy as np

from edge.config import GameConfig
from edge.game.flight import GRAVITY_M_S2, GRAVITY_RANGE, LEAST_FRAMES, Flight, FlightFinder, Sighting, enough
from edge.game.open_shot import OpenShot, last_word, shot_event
from edge.game.outcome import Moment, decide
from edge.game.release import Person, Release, at_top, find_release, held_above_picture
from edge.game.still import still_candidates, still_person, still_rim
from edge.types import BallMode, Rim, ShotEvent, ShotPhase, Snapshot, TrackStatus

_PERSON_M = 1.8
_RIM_M = 0.45
_HISTORY_S = 6.0
# A shot rises at least this share of the shooter's height above the hands, or it is a pass or a bounce.
_LEAST_RISE = 0.2
# Its curve comes down through the rim's plane within this many rim widths of it, or within this share of the way it
# has to go, since a curve drawn through a few frames is not yet sure.
_AIM_WIDTHS = 2.5
_AIM_SHARE = 0.3
# Few sightings tell a curve's bend badly: until there are this many, bends of these shares of the fitted one count.
_SURE_SIGHTINGS = 8
_BENDS = (1.0, 0.5, 0.7, 1.4)
# A ball whose release nobody saw counts as a shot only where it comes down this near to the rim.
_UNSEEN_AIM_WIDTHS = 0.9
_UNSEEN_FROM_WIDTHS = 2.0
_START_FRAMES = 3
_EDGE_RADII = 2.5
_APART_WIDTHS = 1.5
# Free of the hands it was seen so often; or less often, but over so long a time.
_LEAST_FREE = 4
_FEW_FREE, _FEW_FREE_S = 3, 0.12
_SETTLED_S = 0.5
_PAUSE_S = 0.5
# Pose and ball may differ so much on when the hand let go; no shot is lifted for longer than this.
_AGREE_S, _HOLD_S = 0.12, 0.6
# Who had the ball so long before is who let it go, where it left near his hands.
_HAD_S = 0.4

Sighted = tuple[int, float]


class ShotFinder:
    """`update` takes the snapshots of one source in order and returns what is new about its shots.

    session: what every shot's id begins with.
    """

    def __init__(self, config: GameConfig, session: str = "shot") -> None:
        self._config = config
        self._session = session
        self._flights = FlightFinder()
        self._moments: deque[Moment] = deque()
        self._persons: deque[tuple[int, float, tuple[Person, ...]]] = deque()
        self._active: OpenShot | None = None
        self._last_release_s = -np.inf
        self._count = 0
        self._rim: Rim | None = None
        self._scene_began = 0
        self._image_size = (0, 0)
        self._held: Sighted | None = None
        self._holders: deque[tuple[float, int]] = deque()
        self._at_top_s = -np.inf

    def update(self, snapshot: Snapshot) -> list[ShotEvent]:
        """The phases of shots that this snapshot completes: NEW, then UPDATE with the outcome, then END."""
        events: list[ShotEvent] = []
        if snapshot.scene_cut:
            events += self._end()
            self._forget()
            self._scene_began = snapshot.index
        self._image_size = snapshot.image_size
        self._remember(snapshot)
        flights = self._flights.update(
            snapshot.index, snapshot.time_s, self._moments[-1].candidates, self._scale(), snapshot.image_size[1]
        )
        if self._active is None:
            events += self._look_for_release(snapshot, flights)
        if self._active is not None:
            events += self._follow(self._active, snapshot)
        return events

    def finish(self) -> list[ShotEvent]:
        """The source has ended: close what is open with what is known."""
        return self._end()

    def _forget(self) -> None:
        self._flights.reset()
        self._moments.clear()
        self._persons.clear()
        self._last_release_s = self._at_top_s = -np.inf
        self._held = None
        self._holders.clear()

    def _remember(self, snapshot: Snapshot) -> None:
        move = snapshot.scene_from_image
        candidates = still_candidates(snapshot.ball_candidates, move)
        self._rim = still_rim(snapshot.rim, move)
        ball = snapshot.ball
        if (
            ball is not None
            and ball.status is TrackStatus.CONFIRMED
            and ball.mode in (BallMode.HELD, BallMode.DRIBBLED)
        ):
            self._held = snapshot.index, snapshot.time_s
        if ball is not None and ball.holder_id is not None and ball.status is not TrackStatus.LOST:
            self._holders.append((snapshot.time_s, ball.holder_id))
        persons = tuple(still_person(player, move) for player in snapshot.players)
        self._moments.append(Moment(snapshot.index, snapshot.time_s, candidates, snapshot.net_motion))
        self._persons.append((snapshot.index, snapshot.time_s, persons))
        if at_top(candidates):
            self._at_top_s = snapshot.time_s
        while snapshot.time_s - self._moments[0].time_s > _HISTORY_S:
            self._moments.popleft()
            self._persons.popleft()
        while self._holders and snapshot.time_s - self._holders[0][0] > _HISTORY_S:
            self._holders.popleft()

    def _scale(self) -> tuple[float, float]:
        """Least and largest pixels per metre among the things of known size in view."""
        scales = [person.height_px / _PERSON_M for person in self._persons[-1][2] if person.height_px > 20]
        scales = [max(scales)] if scales else []
        if self._rim is not None:
            scales.append(self._rim.width_px / _RIM_M)
        if not scales:
            return 40.0, 400.0
        return min(scales), max(scales)

    def _least_gravity(self) -> float:
        return GRAVITY_M_S2 * GRAVITY_RANGE[0] * self._scale()[0]

    def _look_for_release(self, snapshot: Snapshot, flights: list[Flight]) -> list[ShotEvent]:
        for flight in flights:
            if flight.taken or flight.misses or flight.gravity_px_s2 < self._least_gravity():
                continue
            release = find_release(flight, self._moments, self._persons, self._had_by(flight.first.time_s))
            if release is None:
                release = self._unseen_release(flight)
            elif not self._is_shot(flight, release, snapshot.time_s):
                continue
            else:
                release = self._let_go(release, snapshot)
            if release is not None and release.time_s > self._last_release_s + _PAUSE_S:
                return self._begin(release, flight)
        waited = snapshot.time_s > self._last_release_s + _PAUSE_S + self._config.outcome_wait_s / 2
        if waited and snapshot.time_s - self._at_top_s <= _HISTORY_S:
            held = held_above_picture(self._moments, self._persons)
            if held is not None and held.time_s > self._last_release_s + _PAUSE_S:
                return self._begin(held, None)
        return []

    def _had_by(self, since_s: float) -> int | None:
        """Who had the ball most, by its tracker, in the last moments before a flight began."""
        near = Counter(who for time_s, who in self._holders if since_s - _HAD_S <= time_s <= since_s)
        return near.most_common(1)[0][0] if near else None

    def _let_go(self, release: Release, snapshot: Snapshot) -> Release | None:
        """The release, not before the tracker of the ball has seen the last of the hands: they lift the ball along
        nearly the curve on which it flies on. None while they have it still; in slow motion they seem to for ever."""
        held = self._held
        if held is not None and held[0] == snapshot.index and snapshot.time_s < release.time_s + _HOLD_S:
            return None
        if held is None or held[0] == snapshot.index or held[1] < release.time_s + _AGREE_S:
            return release
        after = [moment for moment in self._moments if moment.index > held[0]]
        if not after or held[1] > release.time_s + _HOLD_S:
            return release
        return replace(release, index=after[0].index, time_s=after[0].time_s)

    def _is_shot(self, flight: Flight, release: Release, now_s: float) -> bool:
        x, y = flight.position(release.time_s)
        rise = y - flight.position(flight.apex_time_s())[1]
        free = [s for s in flight.sightings if s.index >= release.index]
        over_s = flight.last.time_s - flight.first.time_s
        if not enough(len(flight.sightings), over_s) or not _is_free(free) or rise < _LEAST_RISE * release.height_px:
            return False
        rim = self._rim
        if rim is None:
            return rise > 2 * _LEAST_RISE * release.height_px
        bends = _BENDS if len(flight.sightings) < _SURE_SIGHTINGS else _BENDS[:1]
        limit = max(_AIM_WIDTHS * rim.width_px, _AIM_SHARE * abs(x - rim.x_px))
        return any(_lands_near(flight.bent(bend), rim, limit, now_s) for bend in bends)

    def _unseen_release(self, flight: Flight) -> Release | None:
        """A ball already in the air when the scene began or it came into the picture, which comes down at the rim."""
        rim = self._rim
        if rim is None or len(flight.sightings) < LEAST_FRAMES + 2:
            return None
        lands_s = flight.falls_through(rim.y_px)
        first = flight.first
        if lands_s is None or not (first.index <= self._scene_began + _START_FRAMES or self._at_edge(first)):
            return None
        far = np.hypot(first.x - rim.x_px, first.y - rim.y_px) > _UNSEEN_FROM_WIDTHS * rim.width_px
        if not far or not _lands_near(flight, rim, _UNSEEN_AIM_WIDTHS * rim.width_px, lands_s):
            return None
        return Release(first.index, first.time_s, None, 0.0, None, 0.5, seen=False)

    def _at_edge(self, sighting: Sighting) -> bool:
        margin = _EDGE_RADII * sighting.radius
        width, height = self._image_size
        return not (margin < sighting.x < width - margin and margin < sighting.y < height - margin)

    def _begin(self, release: Release, flight: Flight | None) -> list[ShotEvent]:
        self._count += 1
        shot = self._active = OpenShot(f"{self._session}-{self._count}", release, flight)
        self._last_release_s = release.time_s
        return [self._event(shot, ShotPhase.NEW)]

    def _follow(self, shot: OpenShot, snapshot: Snapshot) -> list[ShotEvent]:
        wait_s = self._config.outcome_wait_s
        if shot.flight is not None:
            shot.flight.taken = True
            if self._rim is not None:
                shot.flight = self._arriving(shot.flight, shot.release, self._rim)
                since = [m for m in self._moments if m.index >= shot.release.index]
                decision = decide(since, shot.flight, self._rim)
                if decision.outcome is not None or decision.rim_index is not None:
                    shot.decision = decision
                lands_s = shot.flight.falls_through(self._rim.y_px)
                if lands_s is not None:
                    # What is further back than memory is not seen any more.
                    wait_s = max(wait_s, min(lands_s - shot.release.time_s + 1.0, _HISTORY_S))
        events = []
        if shot.decision.outcome is not None and shot.decision.outcome != shot.announced:
            shot.announced, shot.decided_s = shot.decision.outcome, snapshot.time_s
            events.append(self._event(shot, ShotPhase.UPDATE))
        settled = shot.decided_s is not None and snapshot.time_s - shot.decided_s > _SETTLED_S
        if settled or snapshot.time_s - shot.release.time_s > wait_s:
            events += self._end()
        return events

    def _arriving(self, flight: Flight, release: Release, rim: Rim) -> Flight:
        """The flight that comes down at the rim: a ball that left the picture is found anew when it comes back."""
        for other in self._flights.flights:
            if other is flight or other.first.index <= flight.last.index or other.first.index <= release.index:
                continue
            lands_s = other.falls_through(rim.y_px)
            above = other.first.y < rim.y_px
            # One that begins at the rim is the same ball's bounce.
            far = np.hypot(other.first.x - rim.x_px, other.first.y - rim.y_px) > _APART_WIDTHS * rim.width_px
            if (
                far
                and above
                and lands_s is not None
                and _lands_near(other, rim, _UNSEEN_AIM_WIDTHS * rim.width_px, lands_s)
            ):
                other.taken = True
                return other
        return flight

    def _end(self) -> list[ShotEvent]:
        if self._active is None:
            return []
        shot = self._active
        if shot.decision.outcome is None:
            shot.decision = last_word(shot, self._rim)
        event = self._event(shot, ShotPhase.END)
        self._active = None
        return [event]

    def _event(self, shot: OpenShot, phase: ShotPhase) -> ShotEvent:
        return shot_event(shot, phase, self._moments)


def _is_free(seen: list[Sighting]) -> bool:
    """Whether sightings since the release are enough to say that nobody's hands have the ball."""
    if len(seen) < _LEAST_FREE:
        return len(seen) >= _FEW_FREE and seen[-1].time_s - seen[0].time_s >= _FEW_FREE_S
    return True


def _lands_near(flight: Flight, rim: Rim, limit_px: float, now_s: float) -> bool:
    """Whether the ball comes down through the rim's plane within limit_px of the rim, and not long ago."""
    lands_s = flight.falls_through(rim.y_px)
    if lands_s is None or lands_s <= now_s - _SETTLED_S:
        return False
    return abs(flight.position(lands_s)[0] - rim.x_px) < limit_px
