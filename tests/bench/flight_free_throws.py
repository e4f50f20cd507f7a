"""Real free throws: the ball in 3D at 30 frames a second until it leaves the capture volume a few frames after the
release, and what a sensor over the rim measured: where it came down, at which angle, and whether it went in.

Of the flight itself nothing is recorded but its two ends, so the flight between is the one that physics allows: from
where the ball left the hands to where it came down, at the angle at which it did, with gravity and drag. The last
frames of the recording, which are smoothed in time but lie on the way, say how far that is off (`tail_cm`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path as FilePath

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares

from calibration.court import NBA
from edge.kernels.ballistics import ARRIVAL_ANGLE, ARRIVAL_APEX, ARRIVAL_S, DRAG_PER_M, arrivals, states_at
from edge.simulator.flight import launch_velocity
from edge.types import FloatArray
from tests.bench.flight_shots import FRAMES_PER_S, Path, truth_of

_FOOT_M, _INCH_M = 0.3048, 0.0254
# The ball has left the hands where it is this far from the nearer wrist.
_HELD_M = 0.34
_BEFORE = 2


@dataclass(frozen=True, slots=True)
class FreeThrow:
    """path: as seen from the release on; tail_cm: how far the last measured points lie off it, NaN where none do."""

    path: Path
    tail_cm: float


def read_free_throws(folder: FilePath) -> list[FreeThrow]:
    """All throws of all recordings (*.npz) of a folder; those with a value missing are left out."""
    throws = []
    for file in sorted(folder.glob("*.npz")):
        with np.load(file) as data:
            names = [str(name) for name in data["joint_names"]]
            for k in range(len(data["made"])):
                throw = _throw(
                    f"{file.stem}-{data['trial'][k]}", _FOOT_M * data["ball_ft"][k].astype(np.float64),
                    _FOOT_M * data["joints_ft"][k].astype(np.float64), names, bool(data["made"][k]),
                    _INCH_M * np.array([data["landing_y_in"][k], data["landing_x_in"][k]], np.float64),
                    float(data["entry_angle_deg"][k]),
                )  # fmt: skip
                if throw is not None:
                    throws.append(throw)
    return throws


def _throw(
    name: str, ball: FloatArray, joints: FloatArray, names: list[str], made: bool, landing: FloatArray,
    entry_deg: float,
) -> FreeThrow | None:  # fmt: skip
    """landing (2,) m: from the front of the rim, and to the right."""
    release = _release(ball, joints, names)
    if release is None or not np.all(np.isfinite([*landing, entry_deg])):
        return None
    start, ring = ball[release], NBA.rim_centre()
    place = np.nanmean(joints[release][[names.index("R_ANKLE"), names.index("L_ANKLE")]], axis=0)[:2]
    target = ring + np.array([landing[0] - NBA.rim_diameter_m / 2, -landing[1], 0.0])
    velocity = _velocity(start, target, entry_deg)
    if velocity is None or not np.all(np.isfinite(place)):
        return None
    flight = np.concatenate([start, velocity, [0.0, 0.0]])
    came = arrivals(flight[None], float(ring[2]))[0]
    cross = states_at(flight[:6], DRAG_PER_M, 0.0, came[[ARRIVAL_S]])[0]
    truth = truth_of(start, velocity, cross, float(came[ARRIVAL_S]), float(came[ARRIVAL_APEX]), ring, made)
    times = np.arange(-_BEFORE, int(came[ARRIVAL_S] * FRAMES_PER_S) + 1) / FRAMES_PER_S
    points = states_at(flight[:6], DRAG_PER_M, 0.0, times)[:, :3].copy()
    points[:_BEFORE] = ball[release - _BEFORE : release]
    fine = np.isfinite(points).all(axis=1)
    path = Path(name, times[fine], points[fine], place, truth)
    return FreeThrow(path, _tail_cm(ball[release:], flight))


def _release(ball: FloatArray, joints: FloatArray, names: list[str]) -> int | None:
    """The first frame on which the ball has left both hands for good."""
    wrists = joints[:, [names.index("R_WRIST"), names.index("L_WRIST")]]
    away = np.linalg.norm(wrists - ball[:, None], axis=2)
    held: npt.NDArray[np.intp] = np.flatnonzero(np.nanmin(np.where(np.isfinite(away), away, np.inf), axis=1) < _HELD_M)
    if not len(held) or held[-1] + 1 >= len(ball) or held[-1] < _BEFORE:
        return None
    first = int(held[-1]) + 1
    return first if np.all(np.isfinite(ball[first])) else None


def _velocity(start: FloatArray, target: FloatArray, entry_deg: float) -> FloatArray | None:
    """With which the ball comes down at a point (3,) at that angle."""

    def off(velocity: FloatArray) -> FloatArray:
        came = arrivals(np.concatenate([start, velocity, [0.0, 0.0]])[None], float(target[2]))[0]
        if not np.isfinite(came[0]):
            return np.full(3, 50.0)
        return np.array([*(10 * (came[:2] - target[:2])), came[ARRIVAL_ANGLE] - entry_deg])

    begin = launch_velocity(start, target, np.radians(entry_deg + 7.0), DRAG_PER_M)
    found = least_squares(off, begin, x_scale=1.0, diff_step=1e-5)
    return np.asarray(found.x) if np.abs(found.fun).max() < 0.02 else None


def _tail_cm(measured: FloatArray, flight: FloatArray) -> float:
    """Distance of the last measured point from the flight, whenever it was there; NaN where it is hardly on its way."""
    seen = measured[np.isfinite(measured).all(axis=1)]
    if len(seen) < 2 or np.linalg.norm(seen[-1] - flight[:3]) < 1.0:
        return float("nan")
    curve = states_at(flight[:6], DRAG_PER_M, 0.0, np.arange(0.0, 1.5, 0.005))[:, :3]
    return float(100 * np.linalg.norm(curve - seen[-1], axis=1).min())
