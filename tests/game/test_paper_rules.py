"""The paper's rules one by one, at its own scale (unit 1) and at another."""

from __future__ import annotations

import math

import numpy as np
import pytest

from edge.game import paper_rules as rules
from edge.game.paper_rules import MEANT, PRINTED, Body
from edge.types import BallState, PlayerState, Rim, Snapshot, TrackStatus


def body(x: float = 0.0, y: float = 0.0, unit: float = 1.0, track_id: int = 1) -> Body:
    return Body(track_id, "A", x, y, unit, None)


def ball(x: float, y: float, status: TrackStatus = TrackStatus.CONFIRMED) -> BallState:
    return BallState(np.array([x, y]), np.zeros(2), 10.0, np.eye(2), status, 0.9)


def player(box: tuple[float, float, float, float], status: TrackStatus = TrackStatus.CONFIRMED) -> PlayerState:
    return PlayerState(3, np.array(box), np.zeros(2), np.eye(2), status, 0.9, None, np.array([4.0, 2.0]), None, "B")


def snapshot(*players: PlayerState, at: BallState | None, move: np.ndarray | None = None) -> Snapshot:
    rim = Rim(50.0, 60.0, 70.0, 20.0)
    return Snapshot(5, 0.2, (1280, 720), players, at, np.zeros((0, 4)), rim, scene_from_image=move)


def test_a_player_is_his_upper_bodys_centre_and_three_hundred_pixels_tall() -> None:
    scene = rules.look(snapshot(player((100, 200, 180, 350)), at=ball(7, 8)))
    assert scene is not None
    (seen,) = scene.bodies
    assert (seen.x, seen.y, seen.unit) == (140.0, 237.5, 0.5)
    assert (seen.track_id, seen.team, seen.court_xy_m) == (3, "B", (4.0, 2.0))
    assert scene.ball == (7.0, 8.0)


def test_what_is_lost_is_not_looked_at() -> None:
    assert rules.look(snapshot(at=None)) is None
    assert rules.look(snapshot(at=ball(7, 8, TrackStatus.LOST))) is None
    scene = rules.look(snapshot(player((0, 0, 80, 300), TrackStatus.LOST), player((0, 0, 80, 0)), at=ball(7, 8)))
    assert scene is not None
    assert scene.bodies == ()


def test_the_cameras_motion_is_taken_out() -> None:
    move = np.array([[1.0, 0.0, 10.0], [0.0, 1.0, -20.0]])
    scene = rules.look(snapshot(player((0, 0, 80, 300)), at=ball(7, 8), move=move))
    assert scene is not None
    assert scene.rim is not None
    assert scene.ball == (17.0, -12.0)
    assert (scene.bodies[0].x, scene.bodies[0].y) == (50.0, 55.0)
    assert (scene.rim.x_px, scene.rim.y_px) == (60.0, 40.0)


@pytest.mark.parametrize(
    ("x", "y", "has"),
    [
        pytest.param(29, 0, True, id="within 30 px to the side"),
        pytest.param(-29, 0, True, id="to either side"),
        pytest.param(31, 0, False, id="further to the side"),
        pytest.param(0, 69, True, id="70 px below"),
        pytest.param(0, 71, False, id="further below"),
        pytest.param(0, -49, True, id="50 px above"),
        pytest.param(0, -51, False, id="further above"),
    ],
)
def test_possession_is_thirty_pixels_across_and_seventy_below_to_fifty_above(x: float, y: float, has: bool) -> None:
    assert rules.has_ball(body(), (x, y)) is has
    assert rules.has_ball(body(unit=0.5), (x / 2, y / 2)) is has


def test_of_several_the_closest_has_it() -> None:
    near, far, out = body(20, 0, track_id=1), body(-25, 0, track_id=2), body(31, 0, 0.5, track_id=3)
    assert rules.possessor([far, out, near], (0.0, 0.0)) is near
    assert rules.possessor([out], (0.0, 0.0)) is None


def test_release_is_fifty_pixels_aside_or_seventy_below() -> None:
    assert not rules.released(body(), (49.0, 0.0))
    assert rules.released(body(), (51.0, 0.0))
    assert rules.released(body(), (-51.0, 0.0))
    assert not rules.released(body(), (0.0, 69.0))
    assert rules.released(body(), (0.0, 70.0))
    assert not rules.released(body(), (0.0, -200.0))
    assert rules.released(body(unit=0.5), (26.0, 0.0))


def test_release_as_printed_is_within_fifty_pixels() -> None:
    assert rules.released(body(), (49.0, 0.0), PRINTED)
    assert not rules.released(body(), (51.0, 0.0), PRINTED)
    assert rules.released(body(), (51.0, 70.0), PRINTED)


def turned(degrees: float) -> list[tuple[float, float]]:
    angle = math.radians(degrees)
    return [(0.0, 0.0), (10.0, 0.0), (10.0 + 5 * math.cos(angle), 5 * math.sin(angle))]


def test_motion_goes_on_within_ten_degrees() -> None:
    assert rules.in_motion(turned(9.9))
    assert rules.in_motion(turned(-9.9))
    assert not rules.in_motion(turned(10.1))
    assert not rules.in_motion(turned(180.0))
    assert not rules.in_motion([(0.0, 0.0), (10.0, 0.0), (10.0, 0.0)])
    assert not rules.in_motion(turned(0.0)[1:])


def test_a_candidates_passer_stays_within_thirty_pixels() -> None:
    assert rules.is_candidate(body(129), 100.0, (900.0, 0.0), MEANT)
    assert rules.is_candidate(body(71), 100.0, (900.0, 0.0), MEANT)
    assert not rules.is_candidate(body(131), 100.0, (100.0, 0.0), MEANT)
    assert not rules.is_candidate(body(116, unit=0.5), 100.0, (100.0, 0.0), MEANT)


def test_a_candidate_as_printed_has_the_ball_still_there() -> None:
    assert rules.is_candidate(body(500), 100.0, (129.0, 0.0), PRINTED)
    assert not rules.is_candidate(body(100), 100.0, (131.0, 0.0), PRINTED)


def test_the_rings_window_is_two_hundred_by_two_hundred_and_twenty() -> None:
    # A ring of this width hangs where a player is 300 px tall.
    ring = Rim(650.0, 1090.0, 300.0 * 0.45 / 1.75, 20.0)
    assert rules.at_ring((551.0, 981.0), ring)
    assert rules.at_ring((749.0, 1199.0), ring)
    assert not rules.at_ring((549.0, 1090.0), ring)
    assert not rules.at_ring((751.0, 1090.0), ring)
    assert not rules.at_ring((650.0, 979.0), ring)
    assert not rules.at_ring((650.0, 1201.0), ring)
    assert not rules.at_ring((551.0, 1090.0), Rim(650.0, 1090.0, ring.width_px / 2, 20.0))
    assert not rules.at_ring((650.0, 1090.0), None)
