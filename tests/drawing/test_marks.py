"""What is drawn over a frame is where it should be: particles, teams, the court's map and its lines that fade."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np

from calibration.court import FIBA
from edge.annotate import Annotator
from edge.court_map import CourtMap
from edge.drawing import ORANGE, team_colour
from edge.track_marks import PARTICLE
from edge.types import BallMode, BallState, Explanation, Frame, Image, PlayerState, Snapshot, Team, TrackStatus

GREEN = np.full((720, 1280, 3), (60, 110, 60), np.uint8)


def player(number: int, left_px: float, x_m: float, y_m: float, team: Team | None) -> PlayerState:
    box, place = np.array([left_px, 200.0, left_px + 90, 460.0]), np.array([x_m, y_m])
    status = TrackStatus.OCCLUDED if team is None else TrackStatus.CONFIRMED
    return PlayerState(
        number, box, np.zeros(2), np.diag([90.0, 200.0]), status, 0.9, None, place, 0.01 * np.eye(2), team
    )


def scene() -> tuple[Snapshot, Explanation]:
    players = (
        player(4, 300, 9.0, -2.0, "A"), player(11, 600, 7.5, 3.0, "B"), player(7, 850, 5.0, 0.0, None),
    )  # fmt: skip
    ball = BallState(
        np.array([420.0, 330.0]), np.zeros(2), 11.0, 40 * np.eye(2), TrackStatus.CONFIRMED, 0.8, BallMode.HELD, 4
    )
    snapshot = Snapshot(90, 3.0, (1280, 720), players, ball, np.zeros((0, 4)), None)
    times = np.linspace(0.0, 3.0, 60)
    trails = {
        4: np.column_stack([times, 3.0 + 2.0 * times, np.full(60, -2.0)]),
        11: np.column_stack([times, np.full(60, 7.5), -3.0 + 2.0 * times]),
    }
    particles = np.array([[500.0, 100.0], [520.0, 110.0], [np.nan, 3.0]])
    boxes = np.array([[305.0, 205.0, 392.0, 455.0], [610.0, 190.0, 690.0, 470.0]])
    rivals = {7: (np.array([1000.0, 500.0]), 0.3)}
    return snapshot, Explanation(particles, boxes, {4: 0, 11: 1}, rivals, trails, np.array([[700.0, 650.0]]))


def draw(annotator: Annotator, name: str) -> Image:
    snapshot, behind = scene()
    image = annotator.draw(Frame(90, 3.0, GREEN), snapshot, (), behind)
    if "COURTSIDE_SCREENSHOTS" in os.environ:
        cv2.imwrite(str(Path(os.environ["COURTSIDE_SCREENSHOTS"]) / f"{name}.png"), image)
    return image


def test_debug_marks_are_where_the_particles_are_and_say_what_they_are() -> None:
    debug, plain = draw(Annotator(FIBA, tracks=True), "debug"), draw(Annotator(FIBA), "plain")
    for x, y in ((500, 100), (520, 110)):
        assert tuple(debug[y, x]) == PARTICLE
        assert tuple(plain[y, x]) == tuple(GREEN[0, 0])
    assert not np.array_equal(debug[600:, :300], plain[600:, :300]), "a legend"
    assert tuple(debug[500, 996]) != tuple(plain[500, 996]), "another history's place"


def test_boxes_have_the_colour_of_the_team() -> None:
    image = draw(Annotator(), "teams")
    assert tuple(image[330, 300]) == team_colour("A")
    assert tuple(image[330, 690]) == team_colour("B")
    assert np.array_equal(image[600:, 1000:], GREEN[600:, 1000:]), "without a court there is no map"


def test_lines_on_the_map_fade_and_only_now_has_an_icon() -> None:
    snapshot, behind = scene()
    drawn = CourtMap(FIBA, 512)
    image = drawn.draw(snapshot.players, behind.trails, 3.0, 4).astype(float)
    bare = drawn.draw((), {}, 3.0, None).astype(float)

    def changed(x_m: float, y_m: float) -> float:
        x, y = drawn.px(np.array([x_m, y_m])).round().astype(int)
        return float(np.abs(image[y, x] - bare[y, x]).sum())

    assert changed(8.2, -2.0) > changed(6.5, -2.0) > changed(4.0, -2.0) > 0
    radius_px = round(drawn.size[0] / (FIBA.width_m + 1.8) * 0.45)
    x, y = drawn.px(np.array([9.0, -2.0])).round().astype(int)
    assert tuple(image[y + radius_px, x]) == team_colour("A")
    border = [image[y, x + r].sum() for r in range(radius_px, 2 * radius_px)]
    assert min(border) < 90, "a black border for who has the ball"


def test_a_map_of_people_whose_place_is_not_known_is_the_bare_court() -> None:
    drawn = CourtMap(FIBA, 256)
    lost = player(1, 0, np.nan, 0.0, "A")
    assert np.array_equal(drawn.draw((lost,), {}, 0.0, None), drawn.draw((), {}, 0.0, None))


def trailed(index: int, x: float, status: TrackStatus, shift: float | None = None) -> Snapshot:
    """The ball at (x, 330); the camera has turned so that the scene lies `shift` px to the right of the picture."""
    ball = BallState(np.array([x, 330.0]), np.zeros(2), 4.0, np.eye(2), status, 0.8)
    to_scene = None if shift is None else np.array([[1.0, 0.0, shift], [0.0, 1.0, 0.0]])
    return Snapshot(index, index / 30, (1280, 720), (), ball, np.zeros((0, 4)), None, False, to_scene)


def drawn(annotator: Annotator, snapshots: list[Snapshot]) -> Image:
    return [annotator.draw(Frame(one.index, one.time_s, GREEN), one, ()) for one in snapshots][-1]


def test_the_trail_joins_only_places_where_the_ball_was_seen() -> None:
    seen, hidden = TrackStatus.CONFIRMED, TrackStatus.OCCLUDED
    path = [(100, seen), (200, seen), (300, hidden), (400, hidden), (500, seen), (600, TrackStatus.TENTATIVE)]
    image = drawn(Annotator(), [trailed(k, x, status) for k, (x, status) in enumerate(path)])
    assert tuple(image[330, 150]) == tuple(image[330, 550]) == ORANGE
    for x in (250, 350, 450):
        assert tuple(image[330, x]) == tuple(GREEN[0, 0])


def test_the_trail_stays_where_the_ball_was_when_the_camera_turns() -> None:
    """The ball stands still in the scene at x 500, 520, 540 while the camera turns 100 px a frame."""
    turning = [trailed(k, 500 + 20 * k - 100 * k, TrackStatus.CONFIRMED, 100.0 * k) for k in range(3)]
    image = drawn(Annotator(), turning)
    assert tuple(image[330, 310]) == tuple(image[330, 325]) == ORANGE, "in this picture it went from 300 to 340"
    assert tuple(image[330, 400]) == tuple(GREEN[0, 0]), "not where earlier pictures had it"


def test_the_plain_picture_says_who_it_is_and_in_what_state() -> None:
    snapshot, _ = scene()
    named = Annotator().draw(Frame(90, 3.0, GREEN), snapshot, ())
    assert np.any(named[180:197, 865:960] != GREEN[0, 0]), "occluded, beside the number"
