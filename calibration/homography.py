"""The floor's homography: fitted to points (paper 004, Calculating Coordinates on the Court), and the camera in it."""

from __future__ import annotations

from itertools import combinations

import cv2
import numpy as np
import numpy.typing as npt

from calibration.camera import Camera, FloatArray

_SPREAD_POINTS = 8


def fit_homography(image_px: npt.ArrayLike, court_m: npt.ArrayLike) -> FloatArray | None:
    """Homography (3, 3) from floor metres to pixels through points (N, 2), (N, 2), N >= 4; least squares for more.

    OpenCV's normalised DLT with its refinement of the reprojection error. None where the points do not determine one.
    """
    image, court = np.asarray(image_px, dtype=np.float64), np.asarray(court_m, dtype=np.float64)
    if len(image) < 4 or spread(image) < 1e-3 or spread(court) < 1e-3:
        return None
    found, _ = cv2.findHomography(court, image, 0)
    if found is None or not np.all(np.isfinite(found)) or abs(np.linalg.det(found)) < 1e-12:
        return None
    return np.asarray(found)


def apply_homography(homography: FloatArray, points: npt.ArrayLike) -> FloatArray:
    """Points (..., 2) through a homography (3, 3)."""
    flat = np.asarray(points, dtype=np.float64)
    mapped = np.concatenate([flat, np.ones((*flat.shape[:-1], 1))], axis=-1) @ homography.T
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(mapped[..., :2] / mapped[..., 2:])


def spread(points: FloatArray) -> float:
    """How far any four points (N, 2) are from having three on a line: the smallest height of the three points'
    triangle over the longest distance, of the best choice of four; of many points, among those farthest apart."""
    points = _farthest(points, _SPREAD_POINTS)
    longest = float(np.max(np.linalg.norm(points[:, None] - points[None], axis=-1)))
    if longest == 0:
        return 0.0
    best = 0.0
    for four in combinations(range(len(points)), 4):
        best = max(best, min(_height(points[list(three)]) for three in combinations(four, 3)))
    return best / longest


def _farthest(points: FloatArray, count: int) -> FloatArray:
    """At most `count` of the points (N, 2), each next one the farthest from those before."""
    chosen = [int(np.argmax(np.linalg.norm(points - points.mean(axis=0), axis=1)))]
    away = np.linalg.norm(points - points[chosen[0]], axis=1)
    while len(chosen) < min(count, len(points)):
        chosen.append(int(np.argmax(away)))
        away = np.minimum(away, np.linalg.norm(points - points[chosen[-1]], axis=1))
    return points[chosen]


def _height(triangle: FloatArray) -> float:
    """The smallest height of a triangle (3, 2)."""
    sides = np.linalg.norm(triangle - np.roll(triangle, 1, axis=0), axis=1)
    (ax, ay), (bx, by) = triangle[1] - triangle[0], triangle[2] - triangle[0]
    return float(abs(ax * by - ay * bx) / max(sides.max(), 1e-12))


def camera_from_homography(
    image_from_court: FloatArray, image_size: tuple[int, int], centre_px: npt.ArrayLike | None = None
) -> Camera | None:
    """The camera with square pixels that sees the floor through a homography (3, 3), metres to pixels.

    centre_px: the principal point, by default the middle of the image. The two axes of the floor are perpendicular
    and of the same length, which gives the focal length twice over (Zhang 2000, section 3.1); both are weighed by how
    well they determine it. None where neither does, or the camera would be below the floor.
    """
    centre = np.asarray(image_size, dtype=float) / 2 if centre_px is None else np.asarray(centre_px, dtype=float)
    shift = np.array([[1.0, 0.0, -centre[0]], [0.0, 1.0, -centre[1]], [0.0, 0.0, 1.0]])
    first, second = (shift @ image_from_court)[:, :2].T
    # With w = 1 / f^2: first' diag(w, w, 1) second = 0, and first' diag(w, w, 1) first = the same of the second.
    factor = np.array([first[:2] @ second[:2], first[:2] @ first[:2] - second[:2] @ second[:2]])
    constant = -np.array([first[2] * second[2], first[2] ** 2 - second[2] ** 2])
    weight = float(factor @ factor)
    if weight < 1e-30:
        return None
    inverse_square = float(factor @ constant) / weight
    if inverse_square <= 0:
        return None
    return camera_with_focal(image_from_court, image_size, centre, 1.0 / np.sqrt(inverse_square))


def camera_with_focal(
    image_from_court: FloatArray, image_size: tuple[int, int], centre_px: FloatArray, focal_px: float
) -> Camera | None:
    """The camera of a known focal length nearest to a homography (3, 3), metres to pixels; None if below the floor."""
    K = np.array([[focal_px, 0.0, centre_px[0]], [0.0, focal_px, centre_px[1]], [0.0, 0.0, 1.0]])
    # The middle of the image's lower edge shows floor, in front of the camera: that tells the homography's sign.
    low = np.array([image_size[0] / 2, image_size[1], 1.0])
    seen = np.linalg.pinv(image_from_court) @ low
    seen = seen / seen[2] if abs(seen[2]) > 1e-12 else seen
    sign = np.sign(image_from_court[2] @ seen)
    columns = np.linalg.inv(K) @ image_from_court
    x, y, t = (2.0 * sign / (np.linalg.norm(columns[:, 0]) + np.linalg.norm(columns[:, 1])) * columns).T
    u, _, vt = np.linalg.svd(np.column_stack([x, y, np.cross(x, y)]))
    R = u @ np.diag([1.0, 1.0, np.linalg.det(u @ vt)]) @ vt
    camera = Camera(K=K, R=R, t=np.asarray(t), image_size=image_size)
    return camera if camera.centre[2] > 0 else None
