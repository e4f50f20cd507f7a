"""From about a second of frames to a calibration that says how good it is, or why it is refused and what to move."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timezone

import numpy as np

from calibration.colour import AUTO, COLOURS, ConeColour, Image, learn_colour
from calibration.cones import average, find_cones
from calibration.court import COURTS, LAYOUTS, CourtError
from calibration.homography import spread
from calibration.model import Calibration, CalibrationError, Landmark, Quality, from_camera, ring_box
from calibration.quality import Expected, expected_error
from calibration.refine import LINES_ALONE, LINES_SEEN, PROVEN, RING_OFF_PX, Solved, mark_offsets_m, refine, wrong_marks
from calibration.request import CalibrationRequest, Outcome, SeenPoint, Verdict
from calibration.scene import Marks, Scene, Stopped, stopped
from calibration.search import solve_cones, solve_points, solve_three_cones
from calibration.silhouette import Cone

__all__ = ["CalibrationRequest", "Outcome", "SeenPoint", "Stopped", "Verdict", "calibrate"]

# Expected error over the visible court, 95th percentile.
GOOD_CM, USABLE_CM = 10.0, 20.0
# A second fit that the lines like nearly as much makes the first doubtful; so does one of cones that is hardly odder.
_LINES_AHEAD, _ODDITY_AHEAD, _MOST_ODDITY = 0.12, 1.2, 2.5
# Another court is only named where its lines fit so much better.
_OTHER_COURT_AHEAD, _LINES_CLEAR = 0.1, 0.9
_SAME_VIEW_M = 0.3
_NO_CONES = (
    "the layout's cones were not recognised for certain: show all of them, check the layout, choose their colour, tap "
    "one, or set the points by hand"
)
_LEAST_MARKS = 4
# Of clear cones, so many are held against other layouts.
_CLEAR_TRIED = 6
# Where no four cones do, so many colours are searched for three.
_COLOURS_OF_THREE = 2


def calibrate(
    frames: Sequence[Image], request: CalibrationRequest, stop: Callable[[], bool] = lambda: False
) -> Outcome:
    """Solve the court from frames (H, W, 3) BGR of one camera that stands still; raises Stopped where `stop` says so.

    Raises CalibrationError where the request makes no sense; what the picture does not allow is a refused Outcome.
    """
    if not frames:
        raise CalibrationError("calibrate: no picture came from the camera; check its cable and 'courtside doctor'")
    try:
        scene = Scene(average(frames), request, stop)
    except CourtError as error:
        raise CalibrationError(f"calibrate: {error}") from None
    if request.lens is not None and request.lens.image_size != scene.size:
        sizes = "{}x{}, not {}x{}".format(*request.lens.image_size, *scene.size)
        raise CalibrationError(f"calibrate: the lens was measured at {sizes}; take its pictures at the camera's size")
    return _by_cones(scene) if request.points is None else _by_hand(scene)


def _by_hand(scene: Scene) -> Outcome:
    """Marks that somebody pointed at: believed, unless together they are impossible."""
    points = scene.request.points or {}
    seen = tuple(SeenPoint(name, *at) for name, at in points.items())
    image = np.array(list(points.values()), dtype=float).reshape(-1, 2)
    if len(points) < 4:
        return _refused(scene, seen, f"{len(points)} of at least four points are given: add the others")
    if not np.all((image >= 0) & (image <= np.array(scene.size))):
        return _refused(scene, seen, "a point lies outside the picture of {}x{} pixels".format(*scene.size))
    if spread(scene.landmarks_m) < 0.02 or spread(image) < 0.01:
        return _refused(scene, seen, "three of the points lie on one line: choose points that span an area")
    marks = {k: (float(x), float(y)) for k, (x, y) in enumerate(points.values())}
    found = solve_points(scene, marks)
    if not found or np.median(mark_offsets_m(scene, found[0].fit.camera, found[0].marks)) > 1.0:
        reason = "no camera above the floor can see the points so: their order is mirrored, or two are swapped"
        return _refused(scene, seen, reason)
    if _turned_round(scene, marks, found[0].line_share):
        reason = (
            "the painted lines fit better when the points are turned round: left and right are as you face the basket"
        )
        return _refused(scene, seen, reason)
    return _judged(scene, found[0], seen, None)


def _turned_round(scene: Scene, marks: Marks, line_share: float) -> bool:
    """Whether the lines like another turn of four points clearly better: somebody began at another corner."""
    if len(marks) != 4 or not scene.request.lines or line_share > _LINES_CLEAR:
        return False
    order = np.argsort(np.arctan2(*(scene.landmarks_m - scene.landmarks_m.mean(axis=0)).T)).tolist()
    for turn in (1, 2, 3):
        found = solve_points(scene, {k: marks[order[(place + turn) % 4]] for place, k in enumerate(order)})
        if found and found[0].line_share > max(line_share + _OTHER_COURT_AHEAD, LINES_SEEN):
            return True
    return False


def _by_cones(scene: Scene) -> Outcome:
    """Find the cones of each colour that is possible, and the assignment that the lines or the cones alone confirm."""
    by_colour = [find_cones(scene.image, colour) for colour in _colours(scene) if not stopped(scene)]
    by_colour.sort(key=_strength, reverse=True)
    best: tuple[list[Solved], list[Cone]] | None = None
    for cones in by_colour:
        solved = solve_cones(scene, cones)
        if solved and (best is None or solved[0].merit > best[0][0].merit):
            best = (solved, cones)
        if best is not None and best[0][0].line_share > LINES_ALONE:
            break
    if best is None or best[0][0].line_share < PROVEN:
        for cones in by_colour[:_COLOURS_OF_THREE]:
            solved = solve_three_cones(scene, cones)
            if solved:
                best = (solved, cones)
                break
    if best is None:
        outcome = _no_assignment(scene, by_colour[0])
    else:
        solved, cones = best
        second = solved[1] if len(solved) > 1 else None
        outcome = _judged(scene, solved[0], _seen_cones(scene, solved[0], cones), second)
    other = _other_layout(scene, by_colour[0]) if outcome.calibration is None else None
    if other is None:
        return outcome
    reason = f"the cones stand like layout {other!r}, not {scene.request.layout!r}: choose that one, or move the cones"
    return replace(outcome, detail=reason)


def _other_layout(scene: Scene, cones: list[Cone]) -> str | None:
    """Another layout of the same court that clear cones stand like, as the lines say."""
    clear = [cone for cone in cones if cone.clear][:_CLEAR_TRIED]
    if len(clear) < _LEAST_MARKS or not scene.request.lines:
        return None
    for name in LAYOUTS:
        if name == scene.request.layout:
            continue
        try:
            found = solve_cones(scene.at(name), clear)
        except CourtError:
            continue
        if found and len(found[0].marks) >= _LEAST_MARKS and found[0].line_share > LINES_ALONE:
            return name
    return None


def _strength(cones: list[Cone]) -> float:
    """How clearly four cones stand out."""
    return sum(sorted((cone.likeness * cone.contrast for cone in cones), reverse=True)[:4])


def _colours(scene: Scene) -> list[ConeColour]:
    request = scene.request
    if request.cone_tap is not None:
        learnt = learn_colour(scene.image, request.cone_tap)
        if learnt is None:
            raise CalibrationError("calibrate: there is no colour where you tapped: tap on the middle of a cone")
        return [learnt]
    if request.colour == AUTO:
        return list(COLOURS.values())
    if request.colour not in COLOURS:
        known = ", ".join([AUTO, *COLOURS])
        raise CalibrationError(f"calibrate: unknown cone colour {request.colour!r}; known: {known}, or tap a cone")
    return [COLOURS[request.colour]]


def _seen_cones(scene: Scene, solved: Solved, cones: list[Cone]) -> tuple[SeenPoint, ...]:
    named = [SeenPoint(scene.names[k], *at) for k, at in solved.marks.items()]
    left = [cone for i, cone in enumerate(cones) if i not in solved.cone_of.values() and cone.clear]
    return (*named, *(SeenPoint(None, *cone.foot) for cone in left))


def _judged(scene: Scene, solved: Solved, seen: tuple[SeenPoint, ...], second: Solved | None) -> Outcome:
    """The verdict on the best fit, in a coach's words."""
    expected = expected_error(solved.fit, scene.court)
    proposal = _proposal(scene, solved)
    reason = _doubt(scene, solved, second, expected)
    if reason is not None or expected is None:
        return Outcome("refused", reason or "", None, proposal, scene.image, seen)
    verdict: Verdict = "good" if expected.p95_cm <= GOOD_CM else "usable"
    detail = f"{verdict}: expected error {expected.median_cm:.0f} cm, {expected.p95_cm:.0f} cm at worst"
    if solved.lines_used:
        detail += f", {100 * solved.line_share:.0f} % of the court's lines found"
    if solved.left_out:
        names = ", ".join(scene.names[k] for k in solved.left_out)
        by_hand = scene.request.points is not None
        detail += f"; left out, because it lies elsewhere: {names}" if by_hand else f"; no cone was seen at {names}"
    quality = Quality(
        verdict=verdict,
        error_median_cm=round(expected.median_cm, 2),
        error_p95_cm=round(expected.p95_cm, 2),
        line_share=round(solved.line_share, 3),
        detail=detail,
    )
    calibration = proposal.model_copy(update={"quality": quality})
    return Outcome(verdict, detail, calibration, calibration, scene.image, seen)


def _doubt(scene: Scene, solved: Solved, second: Solved | None, expected: Expected | None) -> str | None:
    """Why a fit is not to be believed and what to do, or None."""
    if expected is None:
        return "no part of the court's floor is in the picture: turn the camera to the court"
    wrong = wrong_marks(scene, solved.fit.camera, solved.marks)
    if wrong.size and wrong.any():
        off_m = np.where(wrong, mark_offsets_m(scene, solved.fit.camera, solved.marks), 0.0)
        name = scene.names[list(solved.marks)[int(np.argmax(off_m))]]
        where = f"court {scene.court.name!r}"
        if scene.request.points is None:
            where = f"layout {scene.request.layout!r} on {where}"
        return (
            f"these are not marks of {where}, or one is wrong ({name} would be {100 * off_m.max():.0f} cm off): "
            "check court and layout, then the marks"
        )
    if len(solved.marks) < _LEAST_MARKS and solved.line_share < LINES_ALONE:
        return "most marks are not where the painted lines say: check the court and the layout"
    if scene.request.lines and solved.line_share < _LINES_CLEAR:
        other = _better_court(scene, solved)
        if other is not None:
            return f"the painted lines are not those of court {scene.court.name!r} but of {other!r}: choose that one"
    if solved.ring_off_px > RING_OFF_PX:
        return "the ring is not where you tapped it: tap the middle of the ring again, or check layout and court"
    if second is not None and second.ring_off_px > RING_OFF_PX > 2 * solved.ring_off_px:
        second = None  # the tapped ring has decided
    if second is not None and _differs(solved, second):
        if solved.lines_used and second.line_share > solved.line_share - _LINES_AHEAD:
            return "the lines fit in more than one way: tap the ring, or use a layout whose sides differ"
        if not solved.lines_used and second.oddity < solved.oddity + _ODDITY_AHEAD:
            return f"{_NO_CONES} (what was found fits in more than one way, and the lines do not decide)"
    if not solved.lines_used and solved.oddity > _MOST_ODDITY:
        return f"{_NO_CONES} (what was found is not of one size, and the lines do not decide)"
    if expected.p95_cm > USABLE_CM:
        return (
            f"the court would be off by up to {expected.p95_cm:.0f} cm: put the cones farther apart, use more of them, "
            "or measure the lens with 'courtside calibrate lens'"
        )
    return None


def _differs(first: Solved, second: Solved) -> bool:
    """Whether two fits put the lower middle of the picture on different places of the court."""
    middle = np.array(first.fit.camera.image_size) * [0.5, 0.7]
    here, there = first.fit.camera.floor(middle), second.fit.camera.floor(middle)
    return bool(not np.all(np.isfinite(here - there)) or np.linalg.norm(here - there) > _SAME_VIEW_M)


def _better_court(scene: Scene, solved: Solved) -> str | None:
    """Another court on which the same marks fit the painted lines much better."""
    best, name = max(solved.line_share + _OTHER_COURT_AHEAD, LINES_SEEN + 0.1), None
    for court in COURTS.values():
        if court.name == scene.court.name or not set(scene.names) <= set(court.landmarks()):
            continue
        other = refine(scene.on(court), solved.fit.camera, solved.marks, {}, [], 0.0)
        if other is not None and other.line_share > best:
            best, name = other.line_share, court.name
    return name


def _proposal(scene: Scene, solved: Solved) -> Calibration:
    camera = solved.fit.camera
    landmarks = []
    for k, (x, y) in solved.marks.items():
        court_x, court_y = scene.landmarks_m[k]
        expected, _ = camera.project([court_x, court_y, 0.0])
        landmarks.append(
            Landmark(
                name=scene.names[k],
                x=round(x, 2),
                y=round(y, 2),
                court_x_m=round(float(court_x), 4),
                court_y_m=round(float(court_y), 4),
                residual_px=round(float(np.nan_to_num(np.hypot(*(expected - [x, y])), nan=1e3)), 2),
            )
        )
    return from_camera(
        camera,
        ring_box(camera, scene.court),
        scene.court.name,
        solved.fit.covariance,
        court_changes=dict(scene.request.court_changes),
        created=datetime.now(timezone.utc).replace(microsecond=0),
        landmarks=tuple(landmarks),
    )


def _no_assignment(scene: Scene, cones: list[Cone]) -> Outcome:
    """No four regions can be the layout: say what was seen."""
    clear = [cone for cone in cones if cone.clear]
    seen = tuple(SeenPoint(None, *cone.foot) for cone in clear)
    if len(clear) < 4:
        found = f"only {len(clear)} of {len(scene.names)} cones were" if clear else "no cone was"
        reason = f"{found} found: show all of them, tap one to teach its colour, or set the points by hand"
    else:
        reason = (
            f"{len(clear)} things look like cones, but no four of them stand like the layout {scene.request.layout!r}: "
            "check layout and court, or set the points by hand"
        )
    return _refused(scene, seen, reason)


def _refused(scene: Scene, seen: tuple[SeenPoint, ...], reason: str) -> Outcome:
    return Outcome("refused", reason, None, None, scene.image, seen)
