"""The flight of a shot in metres, from one calibrated camera.

A ball in free flight draws a curve that only one flight in space can draw: gravity is known, and with it the scale.
Drag, what spin may lift, the ball's apparent size, where the shooter stands and what the calibration may be wrong by
all take part with their uncertainty (`trajectory_solve`), and the result's uncertainty is drawn from that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from edge.game.trajectory_model import (
    DRAG,
    LIFT,
    POSITION,
    SIZE,
    STATE,
    UNKNOWNS,
    VELOCITY,
    BallTrack,
    Basket,
    Eye,
    Knowledge,
    Launch,
)
from edge.game.trajectory_solve import Prior, Sightings, Solution, shot_frame, solve
from edge.game.trajectory_start import start_flight
from edge.kernels.ballistics import (
    BALL_RADIUS_M,
    DRAG_PER_M,
    states_at,
)
from edge.types import FloatArray

LEAST_SIGHTINGS = 5
_LEAST_WEIGHT = 3.5
# Longer than any shot flies, s; how far above the ring's plane a ball that comes down may touch the ring, m.
_LONGEST_S, _CONTACT_M = 2.6, 0.15


@dataclass(frozen=True, slots=True)
class FlightFit:
    """A fitted flight: unknowns (19,) at `reference_s` with covariance, and which rows of the track support it."""

    reference_s: float
    unknowns: FloatArray
    covariance: FloatArray
    used: npt.NDArray[np.bool_]
    noise: float
    basket: Basket
    launch: Launch | None

    def positions_m(self, times_s: FloatArray) -> FloatArray:
        """Where the ball is (N, 3) at times (N,) of the track's clock, ascending."""
        drag = DRAG_PER_M * float(np.exp(self.unknowns[DRAG]))
        since = np.asarray(times_s, np.float64) - self.reference_s
        return np.asarray(states_at(self.unknowns[STATE], drag, float(self.unknowns[LIFT]), since)[:, :3])


def fit_flight(
    track: BallTrack,
    eye: Eye,
    basket: Basket,
    launch: Launch | None = None,
    known: Knowledge | None = None,
    made: bool = False,
) -> FlightFit | None:
    """The most probable free flight of a track that begins near the release. None where there is none to be found.

    made: the shot was seen to go in, so it came down within the ring, or nearly.
    """
    known = known or Knowledge()
    if made:
        known = replace(known, aim_m=(known.made_m, known.made_m))
    usable = _usable(track, launch)
    rows = np.flatnonzero(usable)[np.argsort(track.times_s[usable], kind="stable")]
    if len(rows) < LEAST_SIGHTINGS:
        return None
    reference = float(track.times_s[rows[0]]) if launch is None else launch.time_s
    with np.errstate(invalid="ignore", divide="ignore"):
        log_radius = np.log(np.where(track.radius_px[rows] > 0, track.radius_px[rows], np.nan))
    seen = Sightings(track.times_s[rows] - reference, track.xy_px[rows].astype(np.float64), log_radius)
    prior = _prior(launch, basket, known, eye)
    begun = start_flight(eye.camera, seen.times_s, seen.xy_px, prior.mean[STATE], prior.sigma[STATE])
    if begun is None:
        return None
    start = prior.mean.copy()
    start[STATE] = begun[0]
    return _refine(start, begun[1], seen, rows, _Setting(reference, len(usable), eye, basket, launch, prior, known))


@dataclass(frozen=True, slots=True)
class _Setting:
    """All of a fit beside its sightings; count: rows of the track."""

    reference_s: float
    count: int
    eye: Eye
    basket: Basket
    launch: Launch | None
    prior: Prior
    known: Knowledge


def _refine(
    start: FloatArray, agree: npt.NDArray[np.bool_], seen: Sightings, rows: npt.NDArray[np.intp], setting: _Setting
) -> FlightFit | None:
    """Solve with what agrees, then with all that the flight so found passes before it touches anything."""
    solution: Solution | None = None
    kept = agree & (seen.times_s < _free_until(start, setting.basket))
    for last in (False, True):
        if kept.sum() < LEAST_SIGHTINGS:
            return None
        solution = solve(start, seen.only(kept), setting.eye, setting.prior, setting.known, setting.basket)
        if solution is None:
            return None
        start = solution.unknowns
        if not last:
            again = seen.times_s < _free_until(start, setting.basket)
            if np.array_equal(again, kept):
                break
            kept = again
    assert solution is not None
    if solution.weights.sum() < _LEAST_WEIGHT:
        return None
    used = np.zeros(setting.count, bool)
    used[rows[kept]] = solution.weights > 0.5
    return FlightFit(
        setting.reference_s, solution.unknowns, solution.covariance, used, solution.noise, setting.basket,
        setting.launch,
    )  # fmt: skip


def _usable(track: BallTrack, launch: Launch | None) -> npt.NDArray[np.bool_]:
    """Sightings (N,) from the release until no shot flies any longer."""
    fine = np.isfinite(track.times_s) & np.all(np.isfinite(track.xy_px), axis=1)
    if not fine.any():
        return fine
    first = launch.time_s - launch.time_sigma_s if launch is not None else float(track.times_s[fine].min())
    with np.errstate(invalid="ignore"):
        return np.asarray(fine & (track.times_s >= first) & (track.times_s < first + _LONGEST_S))


def _prior(launch: Launch | None, basket: Basket, known: Knowledge, eye: Eye) -> Prior:
    """What is known before: the ball starts above the shooter's feet within reach, else somewhere before the rim."""
    mean, sigma = np.zeros(UNKNOWNS), np.ones(UNKNOWNS)
    place, place_m2 = basket.rim_m[:2], 100.0 * np.eye(2)
    if launch is not None and launch.place_m is not None and np.all(np.isfinite(launch.place_m)):
        place = launch.place_m + known.reach_m * shot_frame(launch.place_m, basket)[0]
        own = 0.01 * np.eye(2) if launch.place_covariance_m2 is None else launch.place_covariance_m2
        place_m2 = own + known.reach_sigma_m**2 * np.eye(2)
    mean[POSITION] = [*place, known.height_m]
    sigma[POSITION] = [*np.sqrt(np.diagonal(place_m2)), known.height_sigma_m if launch is not None else 2.0]
    sigma[VELOCITY] = known.speed_sigma_m_s
    sigma[DRAG], mean[LIFT], sigma[LIFT], sigma[SIZE] = known.drag, known.lift_s, known.lift_sigma_s, known.size_bias
    return Prior(mean, sigma, place_m2)


def _free_until(unknowns: FloatArray, basket: Basket) -> float:
    """When the ball first may touch ring or board, s from the reference time."""
    times = np.arange(0.0, _LONGEST_S, 0.01)
    drag = DRAG_PER_M * float(np.exp(unknowns[DRAG]))
    states = states_at(unknowns[STATE], drag, float(unknowns[LIFT]), times)
    x, y, z = states[:, 0] - basket.rim_m[0], states[:, 1] - basket.rim_m[1], states[:, 2]
    away = basket.board_x_m - basket.rim_m[0]
    reach = 1.2 * BALL_RADIUS_M
    low = (states[:, 5] < 0) & (z < basket.rim_m[2] + _CONTACT_M)
    board = (np.sign(away) * x > abs(away) - reach) & (np.abs(y) < basket.board_half_m + reach)
    board &= (z > basket.board_m[0] - reach) & (z < basket.board_m[1] + reach)
    touched = np.flatnonzero(low | board)
    return float(times[touched[0]]) if len(touched) else _LONGEST_S
