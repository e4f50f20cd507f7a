"""Tells of every shot that is over how it flew, where the camera is calibrated.

A calibration belongs to the picture that a recording begins with: where the camera moves, the ball is carried back to
it, until a cut.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from calibration.camera import Camera
from calibration.court import Court
from calibration.model import Calibration
from edge.game.still import still_candidates
from edge.game.trajectory import FlightFit, fit_flight
from edge.game.trajectory_model import BallTrack, Basket, Eye, Knowledge, Launch, basket_of, eye_of
from edge.game.trajectory_told import drawn_flights, landings_m, shot_flight
from edge.kernels.ballistics import arrivals
from edge.types import FloatArray, Outcome, ShotEvent, ShotFlight, ShotPhase, Snapshot

_HISTORY_S = 8.0
# A sighting is the candidate nearest to where the ball is thought to be, within so many of its radii.
_NEAR_RADII = 3.0
# Feet that jump are not where they seem: the place is that of the gather, or of so long before the release, and what
# he moves until then is added.
_BEFORE_S, _MOVED_M = 0.4, 0.15
# Of a ball that may be no shot: it comes down anywhere.
_ANYWHERE_M = (6.0, 6.0)


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
        self._begun, self._lost = False, False

    def use(self, calibration: Calibration | None) -> None:
        """From the next snapshot on; nothing is told without a camera. It watches the basket at positive x."""
        camera = None if calibration is None else calibration.camera_model()
        self._eye = self._basket = None
        if calibration is not None and calibration.camera is not None and camera is not None:
            covariance = calibration.camera.covariance
            self.look(camera, calibration.court_model(), None if covariance is None else np.array(covariance))
        self._seen.clear()

    def look(self, camera: Camera, court: Court, covariance: FloatArray | None = None) -> None:
        """As `use`, of what a calibration holds."""
        self._eye, self._basket = eye_of(camera, covariance, self._known), basket_of(court)

    def see(self, snapshot: Snapshot) -> None:
        """Remember one snapshot; nothing where nobody knows where the camera looks."""
        if snapshot.scene_cut:
            self._seen.clear()
            self._lost = self._lost or (self._begun and snapshot.scene_from_image is not None)
        self._begun = True
        if self._eye is None or self._lost:
            return
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

    @property
    def sees(self) -> bool:
        """Whether flights can be measured at all."""
        return self._eye is not None and not self._lost

    def share_at_ring(self, event: ShotEvent, near_m: float) -> float | None:
        """Of all flights that what was seen since the release allows, the share (0..1) that comes down through the
        ring's plane within so many metres of its centre; None where nothing can be said. What shots aim at is left
        out of it."""
        fit = self._fit(event, replace(self._known, aim_m=_ANYWHERE_M), False)
        if fit is None:
            return None
        came = arrivals(drawn_flights(fit), float(fit.basket.rim_m[2]))
        with np.errstate(invalid="ignore"):
            near = np.linalg.norm(landings_m(fit, came), axis=1) < near_m
        return float(near.mean())

    def _flight(self, event: ShotEvent) -> ShotFlight | None:
        fit = self._fit(event, self._known, event.outcome is Outcome.MADE)
        return None if fit is None else shot_flight(fit)

    def _fit(self, event: ShotEvent, known: Knowledge, made: bool) -> FlightFit | None:
        if self._eye is None or self._basket is None or not self._seen:
            return None
        track = BallTrack(
            np.array([one.time_s for one in self._seen]), np.array([one.ball[:2] for one in self._seen]),
            np.array([one.ball[2] for one in self._seen]),
        )  # fmt: skip
        return fit_flight(track, self._eye, self._basket, self._launch(event), known, made)

    def _launch(self, event: ShotEvent) -> Launch:
        gather = next((one.time_s for one in self._seen if one.index == event.gather_index), np.inf)
        by_s = min(gather, event.release_time_s - _BEFORE_S)
        known = [one for one in self._seen if event.player_id in one.places]
        if event.player_id is None or not known:
            return Launch(event.release_time_s)
        place, covariance = min(known, key=lambda one: abs(one.time_s - by_s)).places[event.player_id]
        return Launch(event.release_time_s, place, covariance + _MOVED_M**2 * np.eye(2))


def _sighting(snapshot: Snapshot) -> FloatArray:
    """Raw x, y and radius px (3,) of the ball, in the picture that was calibrated."""
    ball, candidates = snapshot.ball, snapshot.ball_candidates
    if ball is None or not len(candidates):
        return np.full(3, np.nan)
    away = np.linalg.norm(candidates[:, :2] - ball.xy_px, axis=1)
    nearest = int(np.argmin(away))
    if not away[nearest] < _NEAR_RADII * max(ball.radius_px, float(candidates[nearest, 2])):
        return np.full(3, np.nan)
    chosen = still_candidates(candidates[nearest : nearest + 1], snapshot.scene_from_image)
    return np.asarray(chosen[0, :3], np.float64)
