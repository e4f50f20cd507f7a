"""Which region is the cone on which landmark: every four regions in every order, judged by the camera they imply."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np

from calibration.camera import Camera, FloatArray
from calibration.silhouette import Cone

# Barrel distortion that is tried, as l1 times the squared half diagonal in focal lengths.
_BARREL = (0.0, -0.08, -0.2, -0.35)
_FOV_DEG = (35.0, 130.0)
_HEIGHT_M = (1.5, 14.0)
_FARTHEST_M = 45.0
_NEAREST_M = 0.8
_CONE_HEIGHT_M = (0.04, 1.1)
# Spread of the logarithm of the cones' sizes in metres, and of the focal lengths, that counts as one.
_SIZE_SPREAD, _FOCAL_SPREAD = 0.18, 0.25
_CANDIDATES = {4: 14, 5: 11, 6: 10}
_CANDIDATES_OF_THREE = 10
_FOV_TRIED_DEG, _USUAL_BEND = (62.0, 76.0, 90.0, 106.0), -0.08
# Sine of the roll that a camera on a wall may have.
_LEVEL = 0.1
KEPT = 32


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A camera, and the index of the cone on each landmark (by the landmark's index), and how odd that is."""

    camera: Camera
    cone_of: dict[int, int]
    oddity: float


def hypotheses(cones: Sequence[Cone], landmarks_m: FloatArray, image_size: tuple[int, int]) -> list[Hypothesis]:
    """The least odd assignments of cones to landmarks (L, 2) m, L >= 4, best first, at most `KEPT`.

    Four cones on four landmarks in the same sense of rotation give a homography and with square pixels a camera. It
    must hang above the floor, have a usual lens, and see cones that are all of one size in metres.
    """
    usable = list(range(min(len(cones), _CANDIDATES.get(len(landmarks_m), 9))))
    found: list[Hypothesis] = []
    for marks in combinations(range(len(landmarks_m)), 4):
        order = _counter_clockwise(landmarks_m[list(marks)])
        if order is None:
            continue
        ring = [marks[k] for k in order]
        found += _four(cones, usable, landmarks_m[ring], ring, image_size)
    found.sort(key=lambda hypothesis: hypothesis.oddity)
    return _different(found)


def hypotheses_of_three(
    cones: Sequence[Cone],
    landmarks_m: FloatArray,
    image_size: tuple[int, int],
    stop: Callable[[], bool] = lambda: False,
) -> list[Hypothesis]:
    """As `hypotheses`, where one cone cannot be seen: three cones on three landmarks, for a few fields of view.

    Three points and a focal length give up to four cameras; a camera on a wall hangs nearly level. What is found is
    rough, and only the lines can confirm it. Ends early, with what it has, where `stop` says so.
    """
    usable = range(min(len(cones), _CANDIDATES_OF_THREE))
    width, height = image_size
    found: list[Hypothesis] = []
    for fov in _FOV_TRIED_DEG:
        focal = width / 2 / np.tan(np.radians(fov) / 2)
        K = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1.0]])
        for marks in combinations(range(len(landmarks_m)), 3):
            if stop():
                break
            ring = _turned_left(landmarks_m[list(marks)], marks)
            court = np.column_stack([landmarks_m[ring], np.zeros(3)])
            for three in combinations(usable, 3):
                turned = _turned_left(np.array([cones[k].foot for k in three]) * [1.0, -1.0], three)
                for shift in range(3):
                    order = turned[shift:] + turned[:shift]
                    found += _cameras_of_three(cones, order, ring, court, K, image_size)
    found.sort(key=lambda hypothesis: hypothesis.oddity)
    return _different(found)


def _cameras_of_three(
    cones: Sequence[Cone],
    order: list[int],
    ring: list[int],
    court: FloatArray,
    K: FloatArray,
    image_size: tuple[int, int],
) -> list[Hypothesis]:
    """The likely cameras among the up to four that see three cones on three landmarks (3, 3) m."""
    chosen = [cones[k] for k in order]
    feet = np.array([cone.foot for cone in chosen])
    lens = Camera(K, np.eye(3), np.zeros(3), image_size, (_USUAL_BEND, 0.0))
    _, turns, shifts = cv2.solveP3P(court, lens.undistort(feet), K, None, cv2.SOLVEPNP_AP3P)
    out = []
    for turn, shift in zip(turns, shifts, strict=True):
        R = cv2.Rodrigues(turn)[0]
        camera = Camera(K, R, shift.ravel(), image_size, lens.distortion)
        depth = court @ R[2] + camera.t[2]
        x, y, z = camera.centre
        if depth.min() < _NEAREST_M or not _HEIGHT_M[0] < z < _HEIGHT_M[1] or np.hypot(x, y) > _FARTHEST_M:
            continue
        if abs(R[0, 2]) > _LEVEL or R[1, 2] > 0:
            continue
        upright = float(np.sqrt(np.clip(1 - R[2, 2] ** 2, 0.01, 1)))
        height_m = np.log([cone.height for cone in chosen]) - np.log(K[0, 0] * upright / depth)
        width_m = np.log([cone.width for cone in chosen]) - np.log(K[0, 0] / depth)
        size = float(np.exp(np.median(height_m)))
        if not _CONE_HEIGHT_M[0] < size < _CONE_HEIGHT_M[1]:
            continue
        shape = -0.5 * sum(float(np.log(max(cone.likeness, 0.02))) for cone in chosen)
        oddity = float(np.hypot(height_m.std(), width_m.std())) / _SIZE_SPREAD + 10.0 * abs(float(R[0, 2])) + shape
        out.append(Hypothesis(camera, dict(zip(ring, order, strict=True)), oddity))
    return out


def _turned_left(points: FloatArray, names: Sequence[int]) -> list[int]:
    """The names of three points (3, 2) in the order that goes around counter-clockwise, y up."""
    (ax, ay), (bx, by) = points[1] - points[0], points[2] - points[0]
    return list(names) if ax * by - ay * bx > 0 else [names[0], names[2], names[1]]


def _four(
    cones: Sequence[Cone], usable: list[int], court_m: FloatArray, ring: list[int], image_size: tuple[int, int]
) -> list[Hypothesis]:
    """Hypotheses for four landmarks (4, 2), counter-clockwise."""
    quads = []
    for four in combinations(usable, 4):
        # The picture's y goes down: counter-clockwise on the floor is clockwise in its coordinates.
        order = _counter_clockwise(np.array([cones[k].foot for k in four]) * [1.0, -1.0])
        if order is not None:
            turned = [four[k] for k in order]
            quads += [turned[shift:] + turned[:shift] for shift in range(4)]
    if not quads:
        return []
    chosen = np.array(quads)
    feet = np.array([cone.foot for cone in cones])[chosen]
    sizes = np.log(np.array([(cone.height, cone.width) for cone in cones]))[chosen]
    shape = -np.log(np.array([max(cone.likeness, 0.02) for cone in cones]))[chosen].sum(axis=1)
    out = []
    for barrel in _BARREL:
        oddity, focal, R, t = _cameras(feet, sizes, court_m, image_size, barrel)
        total = oddity + 0.5 * shape
        for k in np.argsort(total)[:KEPT]:
            if not np.isfinite(total[k]):
                break
            K = np.array([[focal[k], 0, image_size[0] / 2], [0, focal[k], image_size[1] / 2], [0, 0, 1.0]])
            half = 0.5 * float(np.hypot(*image_size)) / focal[k]
            camera = Camera(K, R[k], t[k], image_size, (float(barrel / half**2), 0.0))
            out.append(Hypothesis(camera, dict(zip(ring, chosen[k].tolist(), strict=True)), float(total[k])))
    return out


def _cameras(
    feet_px: FloatArray, log_sizes: FloatArray, court_m: FloatArray, image_size: tuple[int, int], barrel: float
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Oddity (Q,), focal length (Q,), R (Q, 3, 3), t (Q, 3) of the cameras that see `court_m` (4, 2) at (Q, 4, 2)."""
    middle = np.array(image_size) / 2
    half = float(np.hypot(*image_size)) / 2
    flat = (feet_px - middle) / half
    flat = flat / (1.0 + barrel * np.sum(flat**2, axis=-1, keepdims=True))
    homography = _solve_homographies(court_m, flat)
    first, second, third = homography[..., 0], homography[..., 1], homography[..., 2]
    # Zhang 2000: both conditions give 1 / f^2; they are joined by how well each determines it.
    factor = np.stack(
        [np.sum(first[:, :2] * second[:, :2], 1), np.sum(first[:, :2] ** 2 - second[:, :2] ** 2, axis=1)], axis=1
    )
    constant = -np.stack([first[:, 2] * second[:, 2], first[:, 2] ** 2 - second[:, 2] ** 2], axis=1)
    with np.errstate(all="ignore"):
        inverse = np.sum(factor * constant, axis=1) / np.sum(factor**2, axis=1)
        focal = 1.0 / np.sqrt(inverse)
        columns = np.stack([first, second, third], axis=2)
        columns[:, :2] /= focal[:, None, None]
        lengths = np.linalg.norm(columns[:, :, :2], axis=1)
        skew = np.abs(np.sum(columns[:, :, 0] * columns[:, :, 1], axis=1)) / (lengths[:, 0] * lengths[:, 1])
        uneven = np.abs(np.log(lengths[:, 0] / lengths[:, 1]))
        columns = columns * (2.0 / lengths.sum(axis=1))[:, None, None]
        # In front of the camera: the depth of the four points is positive.
        homogeneous = np.column_stack([court_m, np.ones(4)])
        depth = np.einsum("qc,pc->qp", columns[:, 2], homogeneous)
        sign = np.sign(depth.mean(axis=1))
        columns, depth = columns * sign[:, None, None], depth * sign[:, None]
        x, y, t = columns[:, :, 0], columns[:, :, 1], columns[:, :, 2]
        rough = np.nan_to_num(np.stack([x, y, np.cross(x, y)], axis=2), posinf=0.0, neginf=0.0)
        u, _, vt = np.linalg.svd(rough)
        turn = np.ones((len(rough), 3))
        turn[:, 2] = np.linalg.det(u @ vt)
        R = (u * turn[:, None]) @ vt
        centre = -np.einsum("qji,qj->qi", R, t)
        fov = np.degrees(2 * np.arctan(middle[0] / half / focal))
        upright = np.sqrt(np.clip(1 - R[:, 2, 2] ** 2, 0.01, 1))
        height_m = log_sizes[..., 0] - np.log(focal[:, None] * half * upright[:, None] / depth)
        width_m = log_sizes[..., 1] - np.log(focal[:, None] * half / depth)
        uneven_size = np.hypot(height_m.std(axis=1), width_m.std(axis=1))
        oddity = uneven_size / _SIZE_SPREAD + np.hypot(skew, uneven) / _FOCAL_SPREAD
        oddity = oddity + ((fov - 85) / 35) ** 2 + 3.0 * np.abs(R[:, 0, 2])
        good = np.isfinite(oddity) & (depth > _NEAREST_M).all(axis=1)
        good &= (fov > _FOV_DEG[0]) & (fov < _FOV_DEG[1])
        good &= (centre[:, 2] > _HEIGHT_M[0]) & (centre[:, 2] < _HEIGHT_M[1])
        good &= np.hypot(centre[:, 0], centre[:, 1]) < _FARTHEST_M
        size = np.exp(np.median(height_m, axis=1))
        good &= (size > _CONE_HEIGHT_M[0]) & (size < _CONE_HEIGHT_M[1])
    return np.where(good, oddity, np.inf), focal * half, R, t


def _solve_homographies(court_m: FloatArray, image: FloatArray) -> FloatArray:
    """Homographies (Q, 3, 3) that take `court_m` (4, 2) exactly to `image` (Q, 4, 2); NaN where there is none."""
    count = len(image)
    system = np.zeros((count, 8, 8))
    x, y = court_m[:, 0], court_m[:, 1]
    for row, axis in ((0, 0), (1, 1)):
        part = system[:, row::2]
        part[:, :, 3 * axis] = x
        part[:, :, 3 * axis + 1] = y
        part[:, :, 3 * axis + 2] = 1.0
        part[:, :, 6] = -image[..., axis] * x
        part[:, :, 7] = -image[..., axis] * y
    singular = np.abs(np.linalg.det(system)) < 1e-14
    system[singular] = np.eye(8)
    solved = np.linalg.solve(system, image.reshape(count, 8, 1))[..., 0]
    solved[singular] = np.nan
    return np.concatenate([solved, np.ones((count, 1))], axis=1).reshape(count, 3, 3)


def _counter_clockwise(points: FloatArray) -> list[int] | None:
    """The order of four points (4, 2) around their hull, y up; None where they are not in convex position."""
    middle = points.mean(axis=0)
    order = np.argsort(np.arctan2(points[:, 1] - middle[1], points[:, 0] - middle[0]))
    ring = points[order]
    edges = np.roll(ring, -1, axis=0) - ring
    turn = np.roll(edges, -1, axis=0)
    cross = edges[:, 0] * turn[:, 1] - edges[:, 1] * turn[:, 0]
    size = np.linalg.norm(edges, axis=1) * np.linalg.norm(turn, axis=1)
    return [int(k) for k in order] if np.all(cross > 0.02 * size) else None


def _different(found: list[Hypothesis]) -> list[Hypothesis]:
    """The best of each assignment."""
    kept: dict[tuple[tuple[int, int], ...], Hypothesis] = {}
    for hypothesis in found:
        kept.setdefault(tuple(sorted(hypothesis.cone_of.items())), hypothesis)
        if len(kept) == KEPT:
            break
    return list(kept.values())
