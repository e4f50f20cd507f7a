"""What others do with the same sightings: a parabola in the picture with the rim's width as its scale, and a flight in
space from gravity and the rays alone, without drag, size or place.

Both are given what ours has to find out: which sightings belong to the free flight.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from calibration.camera import Camera
from calibration.court import Court
from calibration.model import ring_box
from edge.types import Estimate, FloatArray
from tests.bench.flight_sight import SeenShot

_GRAVITY_M_S2 = 9.81
_REJECT, _ROUNDS = 3.5, 4
Found = dict[str, Estimate]


def free_rows(shot: SeenShot, until_s: float | None = None) -> npt.NDArray[np.bool_]:
    """Sightings (T,) between the release and a frame before the ring, or until a time."""
    end = shot.path.truth.values["flight_s"] - 0.03 if until_s is None else until_s
    return np.asarray((shot.track.times_s >= 0) & (shot.track.times_s < end) & np.isfinite(shot.track.xy_px[:, 0]))


def image_parabola(shot: SeenShot, court: Court, until_s: float | None = None) -> Found:
    """Depth and entry angle as a side view that is parallel to the flight would give them."""
    rows, box = free_rows(shot, until_s), ring_box(shot.camera, court)
    if rows.sum() < 5 or box is None:
        return {}
    t, xy = shot.track.times_s[rows], shot.track.xy_px[rows]
    across = _robust_fit(np.vander(t, 2), xy[:, 0])
    down = _robust_fit(np.vander(t, 3), xy[:, 1])
    if across is None or down is None:
        return {}
    fall = down[0][1] ** 2 - 4 * down[0][0] * (down[0][2] - (box.y + box.height / 2))
    if down[0][0] <= 0 or fall < 0:
        return {}
    lands = (-down[0][1] + np.sqrt(fall)) / (2 * down[0][0])
    metres = court.rim_diameter_m / box.width
    way = np.sign(across[0][0]) or 1.0
    depth = 100 * metres * way * (across[0][0] * lands + across[0][1] - (box.x + box.width / 2))
    angle = np.degrees(np.arctan2(np.sqrt(fall), abs(across[0][0])))
    sigma = 100 * metres * float(np.sqrt(np.array([lands, 1.0]) @ across[1] @ np.array([lands, 1.0])))
    slope = np.array([2 * lands, 1.0, 0.0])
    turn = np.degrees(np.sqrt(slope @ down[1] @ slope) / np.hypot(across[0][0], np.sqrt(fall)))
    return {"depth_cm": Estimate(float(depth), sigma), "entry_angle_deg": Estimate(float(angle), float(turn))}


def without_drag(shot: SeenShot) -> Found:
    """Linear least squares over the rays of all sightings."""
    rows = free_rows(shot)
    if rows.sum() < 5:
        return {}
    t, xy = shot.track.times_s[rows], shot.track.xy_px[rows]
    system, right = _rays(shot.camera, t, xy)
    found = _robust_fit(system, right)
    if found is None:
        return {}
    start, covariance = found
    draws = np.random.default_rng(1).multivariate_normal(start, covariance, 200, method="eigh")
    values = _landing(np.vstack([start, draws]), shot)
    return {
        name: Estimate(float(value[0]), float(np.nanstd(value[1:])))
        for name, value in values.items()
        if np.isfinite(value[0])
    }


def _landing(flights: FloatArray, shot: SeenShot) -> dict[str, FloatArray]:
    rim = shot.basket.rim_m
    with np.errstate(invalid="ignore"):
        fall = np.sqrt(flights[:, 5] ** 2 - 2 * _GRAVITY_M_S2 * (rim[2] - flights[:, 2]))
    lands = (flights[:, 5] + fall) / _GRAVITY_M_S2
    off = flights[:, :2] + lands[:, None] * flights[:, 3:5] - rim[:2]
    along = rim[:2] - flights[0, :2]
    along = along / np.linalg.norm(along)
    return {
        "depth_cm": 100 * off @ along,
        "left_right_cm": 100 * off @ np.array([along[1], -along[0]]),
        "entry_angle_deg": np.degrees(np.arctan2(fall, np.hypot(flights[:, 3], flights[:, 4]))),
    }


def _rays(camera: Camera, t: FloatArray, xy: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Rows (2 N, 6) and right sides: the flight lies on the two planes through each ray."""
    ray = camera.ray(xy)
    right = np.cross(ray, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right, axis=1, keepdims=True)
    normals = np.stack([right, np.cross(ray, right)], axis=1)
    system = np.concatenate([normals, normals * t[:, None, None]], axis=2)
    known = np.einsum("nij,j->ni", normals, camera.centre) + normals[..., 2] * (0.5 * _GRAVITY_M_S2 * t**2)[:, None]
    return system.reshape(-1, 6), known.ravel()


def _robust_fit(system: FloatArray, right: FloatArray) -> tuple[FloatArray, FloatArray] | None:
    """Least squares (K,) with covariance (K, K), what lies far off left out round by round."""
    kept = np.ones(len(right), bool)
    for _ in range(_ROUNDS):
        if kept.sum() <= system.shape[1]:
            return None
        found = np.linalg.lstsq(system[kept], right[kept], rcond=None)[0]
        off = np.abs(system @ found - right)
        kept = off < _REJECT * max(1.4826 * float(np.median(off[kept])), 1e-9)
    free = max(int(kept.sum()) - system.shape[1], 1)
    noise = float(np.sum((system[kept] @ found - right[kept]) ** 2)) / free
    return found, noise * np.linalg.pinv(system[kept].T @ system[kept])
