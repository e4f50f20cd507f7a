"""What is told of a fitted flight: values with their uncertainty, and its arc seen from the side."""

from __future__ import annotations

import numpy as np

from edge.game.trajectory import FlightFit
from edge.game.trajectory_model import DRAG, FLIGHT, LIFT, POSITION, STATE, VELOCITY
from edge.game.trajectory_solve import shot_frame
from edge.kernels.ballistics import (
    ARRIVAL_ANGLE,
    ARRIVAL_APEX,
    ARRIVAL_S,
    ARRIVAL_X,
    ARRIVAL_Y,
    DRAG_PER_M,
    arrivals,
    states_at,
)
from edge.types import Estimate, FloatArray, ShotFlight

_DRAWS = 128
# Nobody lets go of a shot lower or higher: where the flight was there at the release, that was at another moment.
_RELEASED_M = (1.2, 3.4)
# Standard deviations beyond which a value is not told.
_MOST = {
    "release_height_m": 0.25, "release_speed_m_s": 0.5, "release_angle_deg": 4.0, "flight_s": 0.12, "apex_m": 0.25,
    "entry_angle_deg": 3.0, "depth_cm": 15.0, "left_right_cm": 15.0,
}  # fmt: skip
# Points of an arc, its largest standard deviation, m, and how many of the drawn flights must come down at the rim.
_ARC_POINTS, _MOST_ARC_M, _COME_DOWN = 17, 0.3, 0.9


def drawn_flights(fit: FlightFit) -> FloatArray:
    """Flights (S, 8) as probable as the fit says, the fit itself first; the same always."""
    half = np.random.default_rng(5).standard_normal((_DRAWS // 2, 8))
    values, vectors = np.linalg.eigh(fit.covariance[FLIGHT, FLIGHT])
    spread = np.concatenate([half, -half]) @ (vectors * np.sqrt(np.maximum(values, 0.0))).T
    return np.asarray(fit.unknowns[FLIGHT] + np.vstack([np.zeros(8), spread]))


def landings_m(fit: FlightFit, came: FloatArray) -> FloatArray:
    """Metres (S, 2) beyond and to the right of the rim's centre."""
    frame = shot_frame(fit.unknowns[POSITION], fit.basket)
    return np.asarray((came[:, [ARRIVAL_X, ARRIVAL_Y]] - fit.basket.rim_m[:2]) @ frame.T)


def shot_flight(fit: FlightFit) -> ShotFlight | None:
    """What a coach is told of a flight. None where it does not come down through the rim's plane."""
    draws = drawn_flights(fit)
    came = arrivals(draws, float(fit.basket.rim_m[2]))
    if not np.all(np.isfinite(came[0])):
        return None
    landing = 100 * landings_m(fit, came)
    values = {
        "apex_m": came[:, ARRIVAL_APEX], "entry_angle_deg": came[:, ARRIVAL_ANGLE],
        "depth_cm": landing[:, 0], "left_right_cm": landing[:, 1],
    }  # fmt: skip
    told: dict[str, Estimate | None] = dict.fromkeys(_MOST)
    if fit.launch is not None and _RELEASED_M[0] < draws[0, 2] < _RELEASED_M[1]:
        across = np.hypot(draws[:, 3], draws[:, 4])
        values["release_height_m"] = draws[:, 2]
        values["release_speed_m_s"] = np.hypot(across, draws[:, 5])
        values["release_angle_deg"] = np.degrees(np.arctan2(draws[:, 5], across))
        values["flight_s"] = came[:, ARRIVAL_S]
    late = _late(fit)
    for name, drawn in values.items():
        told[name] = _estimate(drawn, late.get(name, 0.0), _MOST[name])
    return ShotFlight(**told, arc=_arc(fit, draws, came[:, ARRIVAL_S]))


def _arc(fit: FlightFit, draws: FloatArray, arrival_s: FloatArray) -> tuple[tuple[float, float, float], ...]:
    """See `ShotFlight`: the same share of each drawn flight, and how far they lie beside the fitted one there."""
    known = np.isfinite(arrival_s)
    along = shot_frame(fit.unknowns[POSITION], fit.basket)[0]
    sides = []
    for draw, lands_s in zip(draws[known], arrival_s[known], strict=True):
        drag, times_s = DRAG_PER_M * float(np.exp(draw[DRAG])), np.linspace(0.0, lands_s, _ARC_POINTS)
        points = states_at(draw[STATE], drag, float(draw[LIFT]), times_s)[:, :3]
        sides.append(np.column_stack([(points[:, :2] - fit.basket.rim_m[:2]) @ along, points[:, 2]]))
    side = np.array(sides)
    course = np.gradient(side[0], axis=0)
    across = np.column_stack([-course[:, 1], course[:, 0]]) / np.linalg.norm(course, axis=1, keepdims=True)
    low, high = np.percentile(np.sum((side - side[0]) * across, axis=2), [15.87, 84.13], axis=0)
    sigma = 0.5 * (high - low)
    if known.mean() < _COME_DOWN or sigma.max() > _MOST_ARC_M:
        return ()
    return tuple((round(x, 3), round(z, 3), round(s, 3)) for x, z, s in np.column_stack([side[0], sigma]).tolist())


def _late(fit: FlightFit) -> dict[str, float]:
    """What not knowing the moment of release to the frame adds to the sigma of what is told of that moment."""
    if fit.launch is None:
        return {}
    speed, by_s = fit.unknowns[VELOCITY], fit.launch.time_sigma_s
    fast = max(float(np.linalg.norm(speed)), 1e-6)
    return {
        "release_height_m": abs(float(speed[2])) * by_s,
        "release_speed_m_s": 9.81 * abs(float(speed[2])) / fast * by_s,
        "release_angle_deg": float(np.degrees(9.81 * np.hypot(speed[0], speed[1]) / fast**2)) * by_s,
        "flight_s": by_s,
    }


def _estimate(drawn: FloatArray, more_sigma: float, most: float) -> Estimate | None:
    """The first value, and half of where the middle 68 % of the others lie; None where that is too wide."""
    low, high = np.nanpercentile(drawn[1:], [15.87, 84.13])
    sigma = float(np.hypot(0.5 * (high - low), more_sigma))
    if not np.isfinite(sigma) or sigma > most or np.mean(np.isfinite(drawn)) < _COME_DOWN:
        return None
    return Estimate(float(drawn[0]), sigma)
