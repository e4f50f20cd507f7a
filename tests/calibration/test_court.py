"""The painted lines and landmarks of the courts against the rule books' figures."""

import numpy as np
import pytest

from calibration.court import COURT_NAMES, COURTS, FIBA, LAYOUTS, CourtError, find_court, layout_landmarks

HALF_LINE = 0.025


def test_three_point_line_keeps_its_distance() -> None:
    ring = FIBA.rim_centre(1)[:2]
    three = FIBA.half_court_lines()[4]
    distance = np.linalg.norm(three[1:-1] - ring, axis=1)
    assert distance == pytest.approx(np.full(len(distance), 6.75 - HALF_LINE))
    assert np.abs(three[:, 1]).max() == pytest.approx(7.5 - 0.9 - HALF_LINE)
    # The straight parts run along the side line: both ends of each have the same y.
    assert three[0, 1] == pytest.approx(three[1, 1])
    assert three[-1, 1] == pytest.approx(three[-2, 1])


def test_free_throw_line_and_key() -> None:
    key = FIBA.half_court_lines()[2]
    assert key[:, 0].min() == pytest.approx(14.0 - 5.8 + HALF_LINE)
    assert np.ptp(key[:, 1]) == pytest.approx(4.9 - 2 * HALF_LINE)


@pytest.mark.parametrize("court", COURTS.values(), ids=COURTS)
def test_lines_stay_on_their_half_and_the_other_side_is_the_mirror_image(court) -> None:
    half = court.line_width_m / 2
    for here, there in zip(court.half_court_lines(1), court.half_court_lines(-1), strict=True):
        assert there == pytest.approx(here * [-1.0, 1.0])
        assert np.all(here[:, 0] >= -half - 1e-9)
        assert np.all(np.abs(here) <= [court.end_m + half + 1e-9, court.width_m / 2 + half + 1e-9])


# Centre-to-centre figures that the rule books give, metres: name, court, landmark, landmark, distance.
@pytest.mark.parametrize(
    ("court", "first", "second", "distance_m"),
    [
        ("fiba", "corner-left", "corner-right", 15.05),
        ("fiba", "corner-left", "far-corner-left", 28.05),
        ("fiba", "key-left", "key-right", 4.85),
        ("nba", "corner-left", "corner-right", 50 * 0.3048 + 0.0508),
        ("nba", "key-left", "key-right", 16 * 0.3048 - 0.0508),
        ("nba", "free-throw-left", "key-left", 19 * 0.3048),
        ("ncaa", "three-point-left", "three-point-right", 2 * 21.65625 * 0.3048 - 0.0508),
        ("high-school", "three-point-left", "three-point-right", 2 * 19.75 * 0.3048 - 0.0508),
        ("high-school", "corner-left", "far-corner-left", 84 * 0.3048 + 0.0508),
        ("3x3", "corner-left", "halfway-left", 11.05),
    ],
)
def test_landmarks_stand_where_the_rules_put_the_lines(court: str, first: str, second: str, distance_m: float) -> None:
    marks = find_court(court).landmarks()
    assert np.hypot(*np.subtract(marks[first], marks[second])) == pytest.approx(distance_m)


@pytest.mark.parametrize("court", COURT_NAMES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_has_its_landmarks_on_the_courts_lines(court: str, layout: str) -> None:
    if court == "3x3" and layout == "full-court":
        pytest.skip("half a court has no far corners")
    model = find_court(court)
    lines = model.half_court_lines() + model.half_court_lines(-1)
    for point in layout_landmarks(model, layout).values():
        assert min(_distance(line, np.array(point)) for line in lines) < 1e-9


def _distance(line: np.ndarray, point: np.ndarray) -> float:
    start, step = line[:-1], np.diff(line, axis=0)
    share = np.clip(np.sum((point - start) * step, axis=1) / np.maximum(np.sum(step * step, axis=1), 1e-12), 0, 1)
    return float(np.linalg.norm(start + share[:, None] * step - point, axis=1).min())


def test_a_custom_court_has_the_dimensions_that_were_given() -> None:
    court = find_court("custom", {"length_m": 24.0, "width_m": 13.0})
    assert (court.end_m, court.width_m, court.rim_height_m) == (12.0, 13.0, 3.05)


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("fibba", {}, "did you mean 'fiba'"),
        ("moon", {}, "known: fiba, nba"),
        ("nba", {"width_m": 14.0}, "choose 'custom'"),
        ("custom", {"widht_m": 14.0}, "did you mean 'width_m'"),
        ("custom", {"width_m": -1.0}, "more than 0"),
        ("custom", {"width_m": float("nan")}, "more than 0"),
        ("custom", {"key_width_m": 20.0}, "does not fit into a width_m"),
        ("custom", {"free_throw_m": 20.0}, "does not fit into half a length_m"),
    ],
)
def test_a_court_that_cannot_be_says_so(name: str, changes: dict[str, float], message: str) -> None:
    with pytest.raises(CourtError, match=message):
        find_court(name, changes)


@pytest.mark.parametrize(
    ("layout", "message"),
    [
        ("half-cort", "did you mean 'half-court'"),
        ("corner-left,corner-right,key-left", "at least four"),
        ("corner-left,corner-right,key-left,kee-right", "did you mean 'key-right'"),
    ],
)
def test_a_layout_that_cannot_be_says_so(layout: str, message: str) -> None:
    with pytest.raises(CourtError, match=message):
        layout_landmarks(FIBA, layout)
