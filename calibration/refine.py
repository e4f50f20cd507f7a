"""From a rough camera to an exact one: marks, then the lines that lie near them, then marks again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.camera import Camera, FloatArray
from calibration.fit import Fit, LinePoints, Points, fit_camera, no_lines
from calibration.lines import find_lines, sample_lines
from calibration.model import ring_box
from calibration.scene import Marks, Scene
from calibration.silhouette import Cone
from calibration.view import floor_parameter_jacobian

# How well a cone's foot is seen, px at 1280 across, and how well a cone or a finger is put on a mark.
_CONE_SIGMA_PX, _CONE_SIGMA_M = 0.7, 0.015
_TAP_SIGMA_PX = 1.5
_RIM_TAP_SIGMA_PX, _RIM_SIGMA_M = 2.5, 0.02
# Neighbouring samples of a line err together, and paint lies where somebody's tape was.
_LINE_SIGMA_PX, _PAINT_SIGMA_M, _SAMPLES_A_FACT = 0.35, 0.01, 8.0
REACHES_PX, WIDE_REACHES_PX = (12.0, 6.0, 3.0, 3.0), (30.0, 20.0, 12.0, 6.0, 3.0, 3.0)
_ON_LINE_PX = 1.2
_LEAST_SAMPLES, _CONVINCING_SAMPLES = 40, 300
# Share of the visible lines that is found at their places when a camera is right; below _HOPELESS after one round it
# is wrong; above PROVEN the lines overrule a cone, above LINES_ALONE they need hardly any.
LINES_SEEN, _HOPELESS, PROVEN, LINES_ALONE = 0.35, 0.12, 0.6, 0.8
_CONE_NEAR_PX = 12.0
# A ring is hit by a finger to within so many pixels at 1280 across.
RING_OFF_PX = 8.0
_WRONG_MARK_M, _WRONG_MARK_PX = 0.2, 3.0
_WIDEST_FOOT_M = 0.25


@dataclass(frozen=True, slots=True)
class Solved:
    """A fitted camera with its marks (landmark's index to px), the cones behind them, the landmarks whose marks were
    left out, the share of the visible lines that lies where expected, whether lines took part, and how far the ring is
    from where somebody tapped on it, px at 1280 across (0 where nobody did)."""

    fit: Fit
    marks: Marks
    cone_of: dict[int, int]
    left_out: tuple[int, ...]
    line_share: float
    lines_used: bool
    oddity: float
    ring_seen: bool
    ring_off_px: float

    @property
    def merit(self) -> float:
        """Higher is better: the lines decide where they are seen, else how usual the cones' camera is."""
        marks = 0.6 * len(self.marks) - 0.3 * self.oddity + (0.3 if self.ring_seen else 0.0)
        return 10.0 * self.line_share + marks - min(self.ring_off_px / RING_OFF_PX, 2.0)


def refine(
    scene: Scene,
    start: Camera,
    marks: Marks,
    cone_of: dict[int, int],
    cones: list[Cone],
    oddity: float,
    reaches_px: tuple[float, ...] = REACHES_PX,
) -> Solved | None:
    """Fit the marks, then the marks and the lines that lie near enough, looking ever nearer.

    Where the lines prove the camera, a mark that lies elsewhere is left out. Lines that are not the court's are not
    believed: then the marks alone count.
    """
    alone = fit_marks(scene, start, marks, no_lines())
    if alone is None:
        return None
    fit, share = alone, 0.0
    left_out: tuple[int, ...] = ()
    for reach in reaches_px:
        if share > PROVEN:
            marks, cone_of, left_out = _proven_marks(scene, fit.camera, marks, cone_of, cones)
        lines, _ = _lines_near(scene, fit, reach)
        better = fit_marks(scene, fit.camera, marks, lines) if len(lines.court_m) >= _LEAST_SAMPLES else None
        if better is None:
            break
        fit = better
        lines, share = _lines_near(scene, fit, REACHES_PX[-1])
        if share < _HOPELESS:
            break
    if share > PROVEN:
        marks, cone_of, left_out = _proven_marks(scene, fit.camera, marks, cone_of, cones)
        fit = fit_marks(scene, fit.camera, marks, lines) or fit
        lines, share = _lines_near(scene, fit, REACHES_PX[-1])
    used = share >= LINES_SEEN and len(lines.court_m) >= _LEAST_SAMPLES
    if not used:
        fit = alone
    ring = ring_box(fit.camera, scene.court) is not None
    tapped = scene.request.rim is not None
    ring_off = float(np.hypot(*fit.residuals_px[-1])) / scene.scale if tapped else 0.0
    return Solved(fit, marks, cone_of, left_out, share, used, oddity, ring, ring_off)


def wrong_marks(scene: Scene, camera: Camera, marks: Marks) -> npt.NDArray[np.bool_]:
    """Which marks (M,) lie elsewhere than a camera says, by more than a far cone's seeing explains."""
    expected, _ = camera.project(np.column_stack([scene.landmarks_m, np.zeros(len(scene.landmarks_m))])[list(marks)])
    off_px = np.linalg.norm(expected - np.array(list(marks.values())).reshape(-1, 2), axis=1)
    off_m = mark_offsets_m(scene, camera, marks)
    return np.asarray((off_m > _WRONG_MARK_M) & ~(off_px < _WRONG_MARK_PX * scene.scale))


def mark_offsets_m(scene: Scene, camera: Camera, marks: Marks) -> FloatArray:
    """How far the floor under each mark's pixel is from its landmark, (M,) m; 99 above the horizon."""
    floor = camera.floor(np.array(list(marks.values())).reshape(-1, 2))
    return np.nan_to_num(np.linalg.norm(floor - scene.landmarks_m[list(marks)], axis=1), nan=99.0)


def _proven_marks(
    scene: Scene, camera: Camera, marks: Marks, cone_of: dict[int, int], cones: list[Cone]
) -> tuple[Marks, dict[int, int], tuple[int, ...]]:
    """Marks measured anew with a camera that the lines have proven; those that lie elsewhere go, or are found anew."""

    def right(of: Marks) -> Marks:
        wrong = wrong_marks(scene, camera, of)
        return {k: at for (k, at), bad in zip(of.items(), wrong, strict=True) if not bad}

    if not cone_of:
        kept = right(marks)
        return kept, {}, tuple(k for k in range(len(scene.landmarks_m)) if k not in kept)
    kept = right(feet(camera, cones, cone_of))
    taken = take_in(scene, camera, cones, {k: cone_of[k] for k in kept})
    kept = right(feet(camera, cones, taken))
    left = tuple(k for k in range(len(scene.landmarks_m)) if k not in kept)
    return kept, {k: taken[k] for k in kept}, left


def take_in(scene: Scene, camera: Camera, cones: list[Cone], chosen: dict[int, int]) -> dict[int, int]:
    """The cones nearest to the landmarks that have none yet, where near enough."""
    chosen = dict(chosen)
    for k, landmark in enumerate(scene.landmarks_m):
        expected, _ = camera.project(np.append(landmark, 0.0))
        free = [i for i in range(len(cones)) if i not in chosen.values()]
        if k in chosen or not free or not np.all(np.isfinite(expected)):
            continue
        away = [float(np.hypot(*(np.array(_foot(camera, cones[i])) - expected))) for i in free]
        if min(away) < _CONE_NEAR_PX * scene.scale:
            chosen[k] = free[int(np.argmin(away))]
    return chosen


def feet(camera: Camera, cones: list[Cone], cone_of: dict[int, int]) -> Marks:
    return {k: _foot(camera, cones[i]) for k, i in cone_of.items()}


def _foot(camera: Camera, cone: Cone) -> tuple[float, float]:
    """Where the middle of a cone's foot is, px: its lower edge is nearer to the camera by half its width."""
    floor = camera.floor(np.array(cone.foot))
    away = floor - camera.centre[:2]
    distance = float(np.hypot(*away))
    if not np.isfinite(distance) or distance < 0.5:
        return cone.foot
    depth = float(camera.R[2] @ np.append(floor, 0.0) + camera.t[2])
    radius_m = min(cone.width / 2 * depth / camera.K[0, 0], _WIDEST_FOOT_M)
    middle, _ = camera.project(np.append(floor + away / distance * radius_m, 0.0))
    return (float(middle[0]), float(middle[1])) if np.all(np.isfinite(middle)) else cone.foot


def fit_marks(scene: Scene, start: Camera, marks: Marks, lines: LinePoints) -> Fit | None:
    return fit_camera(start, _points(scene, marks), lines, scene.request.lens is not None)


def _points(scene: Scene, marks: Marks) -> Points:
    """The marks, and the rim's tap, as the fit wants them."""
    by_hand = scene.request.points is not None
    world = [np.append(scene.landmarks_m[k], 0.0) for k in marks]
    image = list(marks.values())
    sigma_px = [(_TAP_SIGMA_PX if by_hand else _CONE_SIGMA_PX) * scene.scale] * len(marks)
    sigma_m = [_CONE_SIGMA_M] * len(marks)
    if scene.request.rim is not None:
        world.append(scene.court.rim_centre())
        image.append(scene.request.rim)
        sigma_px.append(_RIM_TAP_SIGMA_PX * scene.scale)
        sigma_m.append(_RIM_SIGMA_M)
    count = len(world)
    return Points(
        np.array(world).reshape(count, 3),
        np.array(image, dtype=float).reshape(count, 2),
        np.array(sigma_px),
        np.array(sigma_m),
    )


def _lines_near(scene: Scene, fit: Fit, reach_px: float) -> tuple[LinePoints, float]:
    """Lines within reach of where the fit puts them, and the share of the visible samples that lie right there."""
    samples = sample_lines(scene.court, fit.camera)
    if not len(samples.court_m) or not scene.request.lines:
        return no_lines(), 0.0
    jacobian = floor_parameter_jacobian(fit.camera, samples.image_px)
    variance_m2 = np.nan_to_num(np.einsum("nij,jk,nik->n", jacobian, fit.covariance, jacobian) / 2, nan=1.0)
    spread_m = np.sqrt(np.clip(variance_m2, 0.0, 1.0))
    reach = np.clip(2.5 * spread_m * samples.px_per_m, 2.0 * scene.scale, max(2.0, reach_px) * scene.scale)
    found = find_lines(scene.grey, samples, reach)
    good = np.isfinite(found.offset_px)
    image = samples.image_px[good] + found.offset_px[good, None] * samples.normal[good]
    one = np.hypot(_LINE_SIGMA_PX * scene.scale, _PAINT_SIGMA_M * samples.px_per_m[good])
    lines = LinePoints(samples.court_m[good], image, samples.normal[good], one * np.sqrt(_SAMPLES_A_FACT))
    clear = samples.width_px > 0.5 * scene.scale
    right_there = good & (np.abs(found.offset_px) < _ON_LINE_PX * scene.scale)
    # A camera that sees a short piece of one line proves nothing by finding it.
    return lines, float(right_there[clear].sum()) / max(int(clear.sum()), _CONVINCING_SAMPLES)
