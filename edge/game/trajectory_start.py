"""A first guess of a flight: but for drag, every sighting's ray is linear in where the ball starts and how fast.

X(t) = p + v t - g t^2 z / 2 + d(t) has to lie on the sighting's ray: two linear equations in p and v, where d is what
drag did to the flight found without it. Few sightings at a time are solved, and the flight that half of all sightings
agree with best is kept (least median of squares, Rousseeuw 1984).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.camera import Camera
from edge.kernels.ballistics import DRAG_PER_M, GRAVITY_M_S2, states_at
from edge.types import FloatArray

_TRIES, _PICKED, _FIRST_PART = 48, 4, 0.6
# A ball's ray passes by it at about this distance, m; sightings this many pixels and spreads off do not agree.
_RAY_M, _AGREE_PX, _OUTLIER = 0.02, 3.0, 4.0
_FASTEST_M_S, _NEAREST_M = 20.0, 0.5


@dataclass(frozen=True, slots=True)
class _Rays:
    """Linear in a flight (6,): metres beside each sighting's ray, rows (N, 2, 6) less right (N, 2), and metres before
    the camera, deep (N, 6) less deep_right (N,)."""

    rows: FloatArray
    right: FloatArray
    deep: FloatArray
    deep_right: FloatArray
    focal_px: float


def start_flight(
    camera: Camera, times_s: FloatArray, xy_px: FloatArray, mean: FloatArray, sigma: FloatArray
) -> tuple[FloatArray, npt.NDArray[np.bool_]] | None:
    """Position and velocity (6,) at time 0, and which sightings (N,) agree. None where they determine nothing.

    times_s (N,), xy_px (N, 2), finite. mean, sigma (6,): what is known of the result before.
    """
    rays = _rays(camera, times_s, xy_px, np.zeros((len(times_s), 3)))
    if len(times_s) < _PICKED or not np.all(np.isfinite(rays.right)):
        return None
    information, pull = np.diag(1 / sigma**2), mean / sigma**2
    try:
        found, agree = _agreed(rays, information, pull)
        if np.linalg.norm(found[3:]) < _FASTEST_M_S:
            rays = _rays(camera, times_s, xy_px, _dragged(found, times_s))
            found, agree = _agreed(rays, information, pull)
    except np.linalg.LinAlgError:
        return None
    return (found, agree) if np.all(np.isfinite(found)) else None


def _agreed(rays: _Rays, information: FloatArray, pull: FloatArray) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """The flight (6,) of the sightings (N,) that agree with the best of those drawn through a few."""
    weight = 1 / _RAY_M**2
    normal = weight * np.swapaxes(rays.rows, 1, 2) @ rays.rows
    moment = weight * np.einsum("nij,ni->nj", rays.rows, rays.right)
    picked = _subsets(len(rays.rows))
    tried = np.linalg.solve(normal[picked].sum(1) + information, (moment[picked].sum(1) + pull)[..., None])[..., 0]
    off = tried @ rays.rows.reshape(-1, 6).T - rays.right.ravel()
    depth = tried @ rays.deep.T - rays.deep_right
    # In the picture, or what is near to the camera is near to every ray.
    away = rays.focal_px * np.hypot(off[:, ::2], off[:, 1::2]) / np.maximum(depth, _NEAREST_M)
    away[depth < _NEAREST_M] = np.inf
    middle = np.median(away, axis=1)
    best = int(np.argmin(middle))
    agree = away[best] < _OUTLIER * max(float(middle[best]), _AGREE_PX)
    return np.linalg.solve(normal[agree].sum(0) + information, moment[agree].sum(0) + pull), agree


def _dragged(start: FloatArray, times_s: FloatArray) -> FloatArray:
    """How far (N, 3) m drag takes a ball from where it would be without."""
    free = start[:3] + times_s[:, None] * start[3:]
    free[:, 2] -= 0.5 * GRAVITY_M_S2 * times_s**2
    return np.asarray(states_at(start, DRAG_PER_M, 0.0, times_s)[:, :3] - free)


def _rays(camera: Camera, times_s: FloatArray, xy_px: FloatArray, dragged: FloatArray) -> _Rays:
    focal = np.diagonal(camera.K)[:2]
    flat = (camera.undistort(xy_px) - camera.K[:2, 2]) / focal
    across = camera.R[None, :2] - flat[..., None] * camera.R[2]
    fallen = dragged - np.array([0.0, 0.0, 0.5 * GRAVITY_M_S2]) * times_s[:, None] ** 2
    right = flat * camera.t[2] - camera.t[:2] - np.einsum("nij,nj->ni", across, fallen)
    rows = np.concatenate([across, across * times_s[:, None, None]], axis=2)
    ahead = np.broadcast_to(camera.R[2], (len(times_s), 3))
    deep = np.concatenate([ahead, ahead * times_s[:, None]], axis=1)
    return _Rays(rows, right, deep, -camera.t[2] - fallen @ camera.R[2], float(focal[0]))


def _subsets(count: int) -> npt.NDArray[np.int64]:
    """Indices (tries, picked), one from each quarter of the sightings so that they lie well apart, every other time of
    the first part of them, since the last may be of a ball that bounced; the same always."""
    span = count * np.where(np.arange(_TRIES) % 2, 1.0, _FIRST_PART)[:, None] / _PICKED
    # Fractions of multiples of irrational numbers are spread evenly.
    share = np.outer(np.arange(1, _TRIES + 1), np.sqrt([2.0, 3.0, 5.0, 7.0])) % 1.0
    return np.minimum(((np.arange(_PICKED) + share) * span).astype(np.int64), count - 1)
