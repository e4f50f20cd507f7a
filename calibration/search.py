"""Cameras to begin from: marks tried in every way that makes sense, each refined and held against the lines."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from calibration.assign import Hypothesis, hypotheses, hypotheses_of_three
from calibration.camera import Camera
from calibration.fit import no_lines
from calibration.lens import Lens
from calibration.refine import (
    LINES_ALONE,
    LINES_SEEN,
    PROVEN,
    REACHES_PX,
    WIDE_REACHES_PX,
    Solved,
    feet,
    fit_marks,
    refine,
    take_in,
    wrong_marks,
)
from calibration.scene import Marks, Scene, stopped
from calibration.silhouette import Cone

_FEWEST = 4
_START_FOV_DEG = (45.0, 60.0, 75.0, 90.0, 105.0)


def solve_cones(scene: Scene, cones: list[Cone]) -> list[Solved]:
    """The hypotheses that hold, each fitted, the best first."""
    return _solve_all(scene, cones, hypotheses(cones, scene.landmarks_m, scene.size), REACHES_PX)


def solve_three_cones(scene: Scene, cones: list[Cone]) -> list[Solved]:
    """As `solve_cones`, where a cone is hidden: only what the lines prove."""
    if not scene.request.lines:
        return []
    tried = hypotheses_of_three(cones, scene.landmarks_m, scene.size, scene.stop)
    out = []
    for solved in _solve_all(scene, cones, tried, WIDE_REACHES_PX):
        if solved.line_share < LINES_SEEN:
            continue
        # Three cones leave a rough start, from which the lines may be caught by their neighbours: look once more.
        again = refine(scene, solved.fit.camera, solved.marks, solved.cone_of, cones, solved.oddity, WIDE_REACHES_PX)
        best = again if again is not None and again.line_share > solved.line_share else solved
        if best.line_share > LINES_ALONE:
            out.append(best)
    return sorted(out, key=lambda solved: -solved.merit)


def _solve_all(scene: Scene, cones: list[Cone], tried: list[Hypothesis], reaches_px: tuple[float, ...]) -> list[Solved]:
    """Once the lines have proven one, only other turns of the same cones are still tried."""
    out: list[Solved] = []
    proven: set[int] | None = None
    for hypothesis in tried:
        stopped(scene)
        if proven is not None and set(hypothesis.cone_of.values()) != proven:
            continue
        solved = _solve_one(scene, hypothesis, cones, reaches_px)
        if solved is None:
            continue
        out.append(solved)
        if solved.line_share > PROVEN:
            proven = set(hypothesis.cone_of.values())
    return sorted(out, key=lambda solved: -solved.merit)


def solve_points(scene: Scene, marks: Marks) -> list[Solved]:
    """The cameras above the floor that see marks given by hand, the best first.

    Of more than four, one may be wrong: where all together are impossible, each is left out in turn.
    """
    found = _solve_marks(scene, marks)
    if len(marks) > _FEWEST and not any(_agree(scene, solved) for solved in found):
        for k in marks:
            rest = {other: at for other, at in marks.items() if other != k}
            part = (replace(solved, left_out=(*solved.left_out, k)) for solved in _solve_marks(scene, rest))
            found.extend(solved for solved in part if _agree(scene, solved))
    return sorted(found, key=lambda solved: (-_agree(scene, solved), -solved.merit))


def _solve_marks(scene: Scene, marks: Marks) -> list[Solved]:
    found = (refine(scene, start, marks, {}, [], 0.0) for start in _starts(scene, marks) if not stopped(scene))
    return [solved for solved in found if solved is not None and solved.fit.camera.centre[2] > 0.3]


def _agree(scene: Scene, solved: Solved) -> bool:
    """Whether no mark that was kept lies elsewhere than the camera says."""
    return not wrong_marks(scene, solved.fit.camera, solved.marks).any()


def _solve_one(scene: Scene, hypothesis: Hypothesis, cones: list[Cone], reaches_px: tuple[float, ...]) -> Solved | None:
    """One hypothesis: fit its cones, take in those on the other landmarks, then the lines."""
    camera = _with_lens(hypothesis.camera, scene.request.lens)
    chosen = dict(hypothesis.cone_of)
    fit = fit_marks(scene, camera, feet(camera, cones, chosen), no_lines())
    if fit is None:
        return None
    chosen = take_in(scene, fit.camera, cones, chosen)
    marks = feet(fit.camera, cones, chosen)
    return refine(scene, fit.camera, marks, chosen, cones, hypothesis.oddity, reaches_px)


def _with_lens(camera: Camera, lens: Lens | None) -> Camera:
    if lens is None:
        return camera
    K = np.array([[lens.focal_px, 0, lens.centre_px[0]], [0, lens.focal_px, lens.centre_px[1]], [0, 0, 1.0]])
    return replace(camera, K=K, distortion=lens.distortion)


def _starts(scene: Scene, marks: Marks) -> list[Camera]:
    """Cameras to begin from where points are given: for fields of view from narrow to wide."""
    court = np.column_stack([scene.landmarks_m[list(marks)], np.zeros(len(marks))])
    image = np.array(list(marks.values()))
    width, height = scene.size
    starts = []
    for fov in _START_FOV_DEG:
        focal = width / 2 / np.tan(np.radians(fov) / 2)
        K = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1.0]])
        found, turns, shifts, _ = cv2.solvePnPGeneric(court, image, K, None, flags=cv2.SOLVEPNP_IPPE)
        for turn, shift in zip(turns if found else (), shifts if found else (), strict=True):
            camera = Camera(K, cv2.Rodrigues(turn)[0], shift.ravel(), scene.size)
            if camera.centre[2] > 0.3:
                starts.append(_with_lens(camera, scene.request.lens))
    return starts
