"""Tells of every shot that is over how it flew, where the camera is calibrated and stands still."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from calibration.camera import Camera
from calibration.court import Court
from edge.game.trajectory import fit_flight, shot_flight
from edge.game.trajectory_model import BallTrack, Basket, Eye, Knowledge, Launch, basket_of, eye_of
from edge.types import FloatArray, Outcome, ShotEvent, ShotFlight, ShotPhase, Snapshot

_HISTORY_S = 8.0
# A sighting is the candidate nearest to where the ball is thought to be, within so many of its radii.
_NEAR_RADII = 3.0
# Feet that jump are not where they seem: the place is that of the gather, or of so long before the release, and what
# he moves until then is added.
_BEFORE_S, _MOVED_M = 0.4, 0.15


@dataclass(frozen=True, slots=True)
class _Seen:
    """One frame: the ball's x, y, radius px (3,), NaN where it was not seen; by track id place (2,) and covariance."""

    index: int
    time_s: float
    ball: FloatArray
    places: dict[int, tuple[FloatArray, FloatArray]]


class FlightMeter:
    """`see` every snapshot of one source in order; `measured` fills in the flight of shots that are over."""

    def __init__(self) -> None:
        self._eye: Eye | None = None
        self._basket: Basket | None = None
        self._seen: deque[_Seen] = deque()
        self._known = Knowledge()

    def use(self, camera: Camera | None, covariance: FloatArray | None = None, court: Court | None = None) -> None:
        """The camera, its fit's covariance (10, 10), and the court whose basket at positive x it watches; without
        them nothing is told."""
        known = camera is not None and court is not None
        self._eye = eye_of(camera, covariance, self._known) if known and camera is not None else None
        self._basket = basket_of(court) if known and court is not None else None
        self._seen.clear()

    def see(self, snapshot: Snapshot) -> None:
        """Remember one snapshot; nothing where no camera is known."""
        if self._eye is None:
            return
        if snapshot.scene_cut:
            self._seen.clear()
        places = {
            player.track_id: (np.asarray(player.court_xy_m), np.asarray(player.court_covariance_m2))
            for player in snapshot.players
            if player.court_xy_m is not None and player.court_covariance_m2 is not None
        }
        self._seen.append(_Seen(snapshot.index, snapshot.time_s, _sighting(snapshot), places))
        while snapshot.time_s - self._seen[0].time_s > _HISTORY_S:
            self._seen.popleft()

    def measured(self, events: Iterable[ShotEvent]) -> tuple[ShotEvent, ...]:
        """The events, those that end a shot with its flight where that can be told."""
        return tuple(
            replace(event, flight=self._flight(event)) if event.phase is ShotPhase.END else event for event in events
        )

    def _flight(self, event: ShotEvent) -> ShotFlight | None:
        if self._eye is None or self._basket is None or not self._seen:
            return None
        track = BallTrack(
            np.array([one.time_s for one in self._seen]), np.array([one.ball[:2] for one in self._seen]),
            np.array([one.ball[2] for one in self._seen]),
        )  # fmt: skip
        made = event.outcome is Outcome.MADE
        fit = fit_flight(track, self._eye, self._basket, self._launch(event), self._known, made)
        return None if fit is None else shot_flight(fit)

    def _launch(self, event: ShotEvent) -> Launch:
        gather = next((one.time_s for one in self._seen if one.index == event.gather_index), np.inf)
        by_s = min(gather, event.release_time_s - _BEFORE_S)
        known = [one for one in self._seen if event.player_id in one.places]
        if event.player_id is None or not known:
            return Launch(event.release_time_s)
        place, covariance = min(known, key=lambda one: abs(one.time_s - by_s)).places[event.player_id]
        return Launch(event.release_time_s, place, covariance + _MOVED_M**2 * np.eye(2))


def _sighting(snapshot: Snapshot) -> FloatArray:
    """Raw x, y and radius px (3,) of the ball."""
    ball, candidates = snapshot.ball, snapshot.ball_candidates
    if ball is None or not len(candidates):
        return np.full(3, np.nan)
    away = np.linalg.norm(candidates[:, :2] - ball.xy_px, axis=1)
    nearest = int(np.argmin(away))
    if not away[nearest] < _NEAR_RADII * max(ball.radius_px, float(candidates[nearest, 2])):
        return np.full(3, np.nan)
    return np.asarray(candidates[nearest, :3], np.float64)
