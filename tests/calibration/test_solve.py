"""From frames of virtual gyms to a calibration: solved near the truth, or refused with a reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from calibration.camera import Camera, FloatArray
from calibration.colour import Image
from calibration.lens import Lens
from calibration.model import Calibration, CalibrationError
from calibration.quality import visible_floor
from calibration.solve import USABLE_CM, CalibrationRequest, Outcome, Stopped, calibrate
from calibration.store import load, save
from edge.simulator import VirtualGym
from tests.calibration.conftest import SIZE, bare, pictures

Pixels = dict[str, tuple[float, float]]
KEY = CalibrationRequest(layout="key", colour="blue")


def calibration_camera(calibration: Calibration) -> Camera:
    camera = calibration.camera_model()
    assert camera is not None
    return camera


def errors_cm(gym: VirtualGym, calibration: Calibration | None) -> FloatArray:
    """Distance (N,) cm between visible floor points and where a calibration puts their pixels."""
    assert calibration is not None
    camera = calibration_camera(calibration)
    grid, pixels = visible_floor(gym.camera, gym.court)
    return np.asarray(100 * np.linalg.norm(np.nan_to_num(camera.floor(pixels), nan=1e3) - grid, axis=1))


def mark_pixels(gym: VirtualGym, noise_px: float = 0.0) -> Pixels:
    """Where the cones' landmarks are in the picture, by hand."""
    floor = np.array([[x, y, 0.0] for x, y in gym.landmarks.values()])
    px, _ = gym.camera.project(floor)
    px = px + np.random.default_rng(0).normal(0.0, 1.0, px.shape) * noise_px
    return {name: (float(x), float(y)) for name, (x, y) in zip(gym.landmarks, px, strict=True)}


def ring_px(gym: VirtualGym) -> tuple[float, float]:
    x, y = gym.camera.project(gym.court.rim_centre())[0]
    return float(x), float(y)


def reordered(points: Mapping[str, tuple[float, float]], order: tuple[int, ...]) -> Pixels:
    """The same pixels under each other's names."""
    at = list(points.values())
    return {name: at[k] for name, k in zip(points, order, strict=True)}


def assert_near(gym: VirtualGym, outcome: Outcome, p95_cm: float) -> None:
    assert outcome.verdict != "refused", outcome.detail
    errors = errors_cm(gym, outcome.calibration)
    assert np.percentile(errors, 95) < p95_cm
    assert outcome.calibration is not None
    quality = outcome.calibration.quality
    assert quality is not None
    assert quality.error_p95_cm <= USABLE_CM
    assert np.percentile(errors, 95) < 3 * quality.error_p95_cm, "what it says of itself"


def assert_refused(outcome: Outcome, word: str) -> None:
    assert outcome.verdict == "refused"
    assert outcome.calibration is None
    assert word in outcome.detail
    assert "\n" not in outcome.detail


@pytest.fixture(scope="session")
def solved(frames: list[Image]) -> Outcome:
    return calibrate(frames, KEY)


@pytest.fixture(scope="module")
def side_gym() -> VirtualGym:
    """Cones on the three-point line's ends and the free-throw line's, a lens bent by a quarter."""
    return VirtualGym(bare(cone_layout="three-point"), 0, *SIZE)


@pytest.fixture(scope="module")
def side_frames(side_gym: VirtualGym) -> list[Image]:
    return pictures(side_gym)


def test_four_cones_are_solved_to_a_centimetre_or_two(gym: VirtualGym, solved: Outcome) -> None:
    assert_near(gym, solved, 2.0)
    assert solved.verdict == "good"
    assert solved.calibration is solved.proposal
    assert solved.image.shape == (SIZE[1], SIZE[0], 3)


def test_a_calibration_has_all_that_the_file_keeps(gym: VirtualGym, solved: Outcome, tmp_path: Path) -> None:
    calibration = solved.calibration
    assert calibration is not None
    assert (calibration.image_size, calibration.court, calibration.status) == (SIZE, "fiba", "calibrated")
    assert calibration.created is not None
    assert calibration.camera is not None
    assert np.linalg.eigvalsh(np.array(calibration.camera.covariance)).min() > 0
    assert calibration.quality is not None
    assert calibration.quality.line_share > 0.8
    for mark in calibration.landmarks:
        assert (mark.court_x_m, mark.court_y_m) == pytest.approx(gym.landmarks[mark.name], abs=1e-3)
        assert gym.camera.floor([mark.x, mark.y]) == pytest.approx(gym.landmarks[mark.name], abs=0.06)
        expected, _ = calibration_camera(calibration).project([mark.court_x_m, mark.court_y_m, 0.0])
        assert mark.residual_px == pytest.approx(np.hypot(*(expected - [mark.x, mark.y])), abs=0.02)
    save(tmp_path / "calibration.json", calibration)
    assert load(tmp_path / "calibration.json") == calibration


def test_the_ring_is_where_it_is(gym: VirtualGym, solved: Outcome) -> None:
    assert solved.calibration is not None
    rim = solved.calibration.rim
    assert rim is not None
    assert (rim.x + rim.width / 2, rim.y + rim.height / 2) == pytest.approx(ring_px(gym), abs=3.0)


def test_every_cone_that_was_seen_is_named(gym: VirtualGym, solved: Outcome) -> None:
    named = {point.name: (point.x, point.y) for point in solved.seen if point.name}
    assert set(named) == set(gym.landmarks)
    for name, place_m in gym.landmarks.items():
        assert gym.camera.floor(named[name]) == pytest.approx(place_m, abs=0.06)


@pytest.mark.parametrize("how", ["any colour", "a tap"])
def test_the_colour_may_be_found_out_or_shown(gym: VirtualGym, frames: list[Image], solved: Outcome, how: str) -> None:
    middles, _ = gym.camera.project(gym.cones_m + np.array([0.0, 0.0, 0.08]))
    tap = (float(middles[2, 0]), float(middles[2, 1]))
    request = replace(KEY, colour="auto") if how == "any colour" else replace(KEY, colour="red", cone_tap=tap)
    assert_near(gym, calibrate(frames, request), 2.0)


@pytest.mark.parametrize(("seed", "court"), [(8, "high-school"), (12, "3x3")])
def test_people_signs_bags_other_lines_and_uneven_light_do_not_matter(seed: int, court: str) -> None:
    clutter = {"players_per_team": (2, 1), "distractors": 2, "other_lines": True, "uneven": 0.3, "lamp_change": 0.1}
    gym = VirtualGym(bare(cone_layout="auto", court=court, cone_colour="any", **clutter), seed, *SIZE)
    assert gym.layout is not None
    outcome = calibrate(pictures(gym, 6), CalibrationRequest(court=court, layout=gym.layout))
    assert_near(gym, outcome, 5.0)
    assert outcome.calibration is not None
    assert outcome.calibration.court == court


def test_points_by_hand_need_no_cones(gym: VirtualGym, frames: list[Image]) -> None:
    outcome = calibrate(frames, CalibrationRequest(points=mark_pixels(gym, 1.5)))
    assert_near(gym, outcome, 2.0)
    assert {point.name for point in outcome.seen} == set(gym.landmarks)


def test_of_more_points_than_four_a_wrong_one_is_left_out(gym: VirtualGym, frames: list[Image]) -> None:
    outcome = calibrate(frames, CalibrationRequest(points={**mark_pixels(gym), "corner-left": (480.0, 500.0)}))
    assert_near(gym, outcome, 2.0)
    assert outcome.calibration is not None
    assert {mark.name for mark in outcome.calibration.landmarks} == set(gym.landmarks)
    assert "corner-left" in outcome.detail


def test_points_may_be_places_in_metres(gym: VirtualGym, frames: list[Image]) -> None:
    floor = {f"{x},{y}": (x, y) for x, y in ((13.0, 2.0), (13.5, -3.0), (9.0, -2.0), (8.5, 3.0), (11.0, 0.5))}
    px, _ = gym.camera.project(np.array([[x, y, 0.0] for x, y in floor.values()]))
    points = {name: (float(x), float(y)) for name, (x, y) in zip(floor, px, strict=True)}
    assert_near(gym, calibrate(frames, CalibrationRequest(points=points)), 2.0)


def test_where_a_cone_is_hidden_the_lines_replace_it(side_gym: VirtualGym, side_frames: list[Image]) -> None:
    middles, _ = side_gym.camera.project(side_gym.cones_m + np.array([0.0, 0.0, 0.15]))
    x, y = middles[1].astype(int)
    hidden = [frame.copy() for frame in side_frames]
    for frame in hidden:
        frame[y - 28 : y + 28, x - 22 : x + 22] = (90, 90, 95)
    outcome = calibrate(hidden, CalibrationRequest(layout="three-point", colour="blue"))
    assert_near(side_gym, outcome, 5.0)
    assert "three-point-right" in outcome.detail
    assert len([point for point in outcome.seen if point.name]) == 3


def test_a_cone_off_its_mark_is_named_and_never_believed() -> None:
    gym = VirtualGym(bare(cone_layout="three-point"), 0, *SIZE)
    gym.cones_m = gym.cones_m + np.array([[0.5, 0.2, 0.0], *[[0.0, 0.0, 0.0]] * 3])
    outcome = calibrate(pictures(gym, 1), CalibrationRequest(layout="three-point", colour="blue"))
    assert "three-point-left" in outcome.detail
    if outcome.calibration is not None:
        assert_near(gym, outcome, 8.0)


def test_a_measured_lens_is_kept_and_makes_four_points_surer(side_gym: VirtualGym, side_frames: list[Image]) -> None:
    camera = side_gym.camera
    lens = Lens(SIZE, float(camera.K[0, 0]), (SIZE[0] / 2, SIZE[1] / 2), camera.distortion, 0.1, 9)
    plain = CalibrationRequest(points=mark_pixels(side_gym, 1.0), lines=False)
    without, known = (calibrate(side_frames, request).proposal for request in (plain, replace(plain, lens=lens)))
    assert known is not None
    assert known.camera is not None
    assert known.camera.K[0][0] == pytest.approx(camera.K[0, 0], rel=0.01)
    assert known.camera.distortion == pytest.approx(camera.distortion, abs=0.01)
    assert np.percentile(errors_cm(side_gym, known), 95) < 0.5 * np.percentile(errors_cm(side_gym, without), 95)


def test_a_tap_on_the_ring_sharpens_the_focal_length(side_gym: VirtualGym, side_frames: list[Image]) -> None:
    plain = CalibrationRequest(points=mark_pixels(side_gym, 1.0), lines=False)
    both = [calibrate(side_frames, request) for request in (plain, replace(plain, rim=ring_px(side_gym)))]
    cameras = [outcome.proposal.camera for outcome in both if outcome.proposal is not None]
    variances = [camera.covariance[0][0] for camera in cameras if camera is not None and camera.covariance is not None]
    assert variances[1] < 0.8 * variances[0]
    p95 = [np.percentile(errors_cm(side_gym, outcome.proposal), 95) for outcome in both]
    assert p95[1] < p95[0]


def test_without_lines_four_points_are_less_sure(gym: VirtualGym, frames: list[Image]) -> None:
    points = mark_pixels(gym, 1.0)
    outcome = calibrate(frames, CalibrationRequest(points=points, lines=False))
    assert_refused(outcome, "off by")
    assert outcome.proposal is not None


@pytest.mark.parametrize("order", [(1, 0, 3, 2), (3, 2, 1, 0), (1, 0, 2, 3)], ids=["left-right", "ends", "two"])
def test_points_in_mirrored_or_swapped_order_are_refused(
    gym: VirtualGym, frames: list[Image], order: tuple[int, ...]
) -> None:
    outcome = calibrate(frames, CalibrationRequest(points=reordered(mark_pixels(gym), order)))
    assert_refused(outcome, "mirrored")
    assert len(outcome.seen) == 4


@pytest.mark.parametrize("order", [(1, 2, 3, 0), (2, 3, 0, 1), (3, 0, 1, 2)])
def test_points_turned_round_are_refused(
    side_gym: VirtualGym, side_frames: list[Image], order: tuple[int, ...]
) -> None:
    outcome = calibrate(side_frames, CalibrationRequest(points=reordered(mark_pixels(side_gym), order)))
    assert outcome.verdict == "refused"
    assert outcome.calibration is None


def test_the_key_s_corners_half_turned_are_refused_and_why(gym: VirtualGym, frames: list[Image]) -> None:
    outcome = calibrate(frames, CalibrationRequest(points=reordered(mark_pixels(gym), (2, 3, 0, 1))))
    assert_refused(outcome, "turned round")


def test_a_tap_beside_the_ring_is_refused(gym: VirtualGym, frames: list[Image]) -> None:
    x, y = ring_px(gym)
    assert_refused(calibrate(frames, replace(KEY, rim=(x + 90.0, y))), "ring")


def on_a_line(gym: VirtualGym) -> Pixels:
    places = {f"{x},0": [x, 0.0, 0.0] for x in (8.0, 9.5, 11.0, 12.5)}
    return {name: tuple(gym.camera.project(place)[0]) for name, place in places.items()}


@pytest.mark.parametrize(
    ("points", "word"),
    [
        (on_a_line, "line"),
        (lambda gym: dict(list(mark_pixels(gym).items())[:3]), "four"),
        (lambda gym: {**mark_pixels(gym), "key-left": (-5.0, 100.0)}, "outside"),
        (lambda gym: dict.fromkeys(gym.landmarks, (480.0, 270.0)), "line"),
    ],
    ids=["collinear", "three", "outside", "all one place"],
)
def test_points_that_determine_nothing_are_refused(
    gym: VirtualGym, frames: list[Image], points: Callable[[VirtualGym], Pixels], word: str
) -> None:
    outcome = calibrate(frames, CalibrationRequest(points=points(gym)))
    assert_refused(outcome, word)


@pytest.mark.parametrize("by_hand", [False, True], ids=["cones", "points"])
def test_the_wrong_court_is_refused_and_the_right_one_is_named(
    gym: VirtualGym, frames: list[Image], by_hand: bool
) -> None:
    points = mark_pixels(gym) if by_hand else None
    outcome = calibrate(frames, replace(KEY, court="nba", points=points))
    assert_refused(outcome, "fiba")
    assert outcome.proposal is not None


@pytest.mark.parametrize("layout", ["half-court", "three-point"])
def test_a_wrong_layout_is_refused_and_the_right_one_is_named(frames: list[Image], layout: str) -> None:
    assert_refused(calibrate(frames, replace(KEY, layout=layout)), "layout 'key'")


def test_cones_on_a_line_are_refused_and_shown(gym: VirtualGym) -> None:
    line = VirtualGym(bare(), 9, *SIZE)
    line.cones_m = np.column_stack([np.linspace(7.0, 12.5, 4), np.linspace(-1.0, 1.5, 4), np.zeros(4)])
    outcome = calibrate(pictures(line, 1), KEY)
    assert_refused(outcome, "cones")
    assert 2 <= len(outcome.seen) <= 4
    assert all(point.name is None for point in outcome.seen)


@pytest.mark.parametrize("colour", ["auto", "blue"])
@pytest.mark.parametrize("picture", ["plain", "noise"])
def test_a_picture_without_a_court_is_refused(picture: str, colour: str) -> None:
    noise = np.random.default_rng(0).normal(0.0, 6.0, (SIZE[1], SIZE[0], 1)) if picture == "noise" else 0.0
    image = np.clip(np.full((SIZE[1], SIZE[0], 3), 120.0) + noise, 0, 255).astype(np.uint8)
    outcome = calibrate([image], replace(KEY, colour=colour))
    assert_refused(outcome, "cone")
    assert (outcome.proposal, outcome.seen) == (None, ())


def test_a_gym_without_cones_is_refused() -> None:
    gym = VirtualGym(bare(cones=False), 9, *SIZE)
    outcome = calibrate(pictures(gym, 1), KEY)
    assert_refused(outcome, "cone")


def test_two_cones_are_too_few_and_shown() -> None:
    gym = VirtualGym(bare(), 9, *SIZE)
    gym.cones_m = gym.cones_m[:2]
    outcome = calibrate(pictures(gym, 1), KEY)
    assert_refused(outcome, "cone")
    assert len(outcome.seen) <= 2


def test_whoever_asked_may_stop_it(frames: list[Image]) -> None:
    asked = []

    def stop() -> bool:
        asked.append(True)
        return len(asked) > 1

    with pytest.raises(Stopped):
        calibrate(frames, replace(KEY, court="nba"), stop)
    assert len(asked) == 2, "and it stops at once"


@pytest.mark.parametrize(
    ("request_", "word"),
    [
        (CalibrationRequest(court="fibba"), "fiba"),
        (CalibrationRequest(court="nba", court_changes={"width_m": 14.0}), "custom"),
        (CalibrationRequest(court="custom", court_changes={"width_m": -1.0}), "width_m"),
        (CalibrationRequest(layout="keys"), "key"),
        (CalibrationRequest(colour="blau"), "blue"),
        (CalibrationRequest(points={"corner-lift": (1.0, 2.0)}), "corner-lift"),
        (CalibrationRequest(points={"1,x": (1.0, 2.0)}), "1,x"),
        (CalibrationRequest(layout="key", cone_tap=(3.0, 3.0)), "tap"),
        (CalibrationRequest(lens=Lens((640, 480), 500.0, (320.0, 240.0), (0.0, 0.0), 0.1, 9)), "640x480"),
    ],
)
def test_a_request_that_makes_no_sense_raises_in_one_line(request_: CalibrationRequest, word: str) -> None:
    grey = np.full((SIZE[1], SIZE[0], 3), 120, np.uint8)
    with pytest.raises(CalibrationError, match=word) as caught:
        calibrate([grey], request_)
    assert "\n" not in str(caught.value)


def test_no_frames_is_an_error() -> None:
    with pytest.raises(CalibrationError, match="camera"):
        calibrate([], KEY)
