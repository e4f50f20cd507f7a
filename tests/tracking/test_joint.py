"""Who is which box: identities through drops, crossings, absences and crowds; on the floor and in the picture."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.court import find_court
from edge.config import TrackingConfig
from edge.simulator import VirtualGym
from edge.tracking.ground import floor_under
from edge.tracking.joint import BOXES, JointAssociation
from edge.tracking.players import Floor, PlayerTracker

DT = 1 / 20
SURE = 0.01 * np.eye(2)


def step(joint: JointAssociation, players: int, xy: list[list[float]]) -> list[int]:
    places = np.array(xy, dtype=float).reshape(-1, 2)
    spread = np.tile(SURE, (len(places), 1, 1))
    count = len(places)
    alike, noise, detected = np.zeros(count), np.full(count, 0.01), np.full(players, 0.97)
    return joint.assign(DT, places, spread, np.ones(count), alike, noise, detected, np.zeros((players, count)))


def test_the_middle_one_goes_and_the_others_stay_who_they_are() -> None:
    joint = JointAssociation()
    spots = [[0.0, 0.0], [3.0, 0.0], [6.0, 0.0]]
    for spot in spots:
        joint.add(np.array(spot), SURE, 1.0, 0.0)
    for _ in range(3):
        assert step(joint, 3, spots) == [0, 1, 2]
    joint.drop(1)
    for _ in range(3):
        assert step(joint, 2, spots[::-1]) == [2, 0]


def test_two_who_cross_in_one_box_come_out_as_they_went_in() -> None:
    joint = JointAssociation()
    joint.add(np.array([-2.0, 0.0]), SURE, 1.0, 0.0)
    joint.add(np.array([2.0, 0.1]), SURE, 1.0, 0.0)
    for k in range(1, 41):
        x = -2.0 + 0.1 * k
        hidden = abs(x) < 0.35
        found = step(joint, 2, [[0.0, 0.05]] if hidden else [[-x, 0.1], [x, 0.0]])
        if not hidden:
            assert found == [1, 0], k


@pytest.mark.parametrize("name", ["3x3", "fiba"])
def test_the_floor_counts_who_stands_on_the_court(name: str) -> None:
    court = find_court(name, {})
    low = np.array([0.0 if court.baskets == 1 else -court.end_m, -court.width_m / 2])
    camera = VirtualGym("practice", 0, 1280, 720).camera
    floor = floor_under(camera, low, np.array([court.end_m, court.width_m / 2]))
    for x_m, counts in ((court.end_m - 1.6, True), (court.end_m + 2.0, False)):
        x, y = camera.project(np.array([[x_m, 0.0, 0.0]]))[0][0]
        assert floor(np.array([[x - 20, y - 120, x + 20, y]])).good.tolist() == [counts]
    sky = floor(np.array([[600.0, -4000.0, 640.0, -3900.0]]))
    assert sky.good.tolist() == [False]
    assert floor(np.zeros((0, 4))).good.shape == (0,)


def boxes_at(xs: list[float], y: float = 400.0) -> np.ndarray:
    return np.array([[x - 30, y - 180, x + 30, y] for x in xs]).reshape(-1, 4)


def ids(tracker: PlayerTracker, time_s: float, xs: list[float], floor: Floor | None = None) -> dict[int, float]:
    boxes = boxes_at(xs)
    tracks = tracker.update(time_s, boxes, np.full(len(boxes), 0.9), None, None, floor)
    return {track.track_id: float(track.mean[0]) for track in tracks if not track.misses}


def test_a_known_roster_takes_nobody_else_and_forgets_nobody() -> None:
    tracker = PlayerTracker(TrackingConfig(roster=2))
    for k in range(20):
        assert set(ids(tracker, k * DT, [100, 500, 900])) == {1, 2}
    for k in range(20, 220):
        assert set(ids(tracker, k * DT, [100])) == {1}
    assert set(ids(tracker, 220 * DT, [100, 530])) == {1, 2}


def test_more_boxes_than_there_is_room_for_leave_the_surest() -> None:
    tracker = PlayerTracker(TrackingConfig())
    for k in range(10):
        ids(tracker, k * DT, [100])
    crowd = boxes_at([1000 + 150 * k for k in range(BOXES + 12)] + [100.0])
    sure = np.full(len(crowd), 0.5)
    sure[-1] = 0.9
    for k in range(10, 15):
        tracks = tracker.update(k * DT, crowd, sure, None, None)
    known = next(track for track in tracks if track.track_id == 1)
    assert known.misses == 0
    assert known.mean[0] == pytest.approx(100, abs=5)
    assert len(tracks) <= 24


def test_time_that_goes_back_forgets_who_is_gone_as_soon_as_ever() -> None:
    tracker = PlayerTracker(TrackingConfig(lost_after_s=1.0))
    for k in range(10):
        ids(tracker, 100 + k * DT, [100, 500])
    for k in range(30):
        ids(tracker, k * DT, [100])
    assert [track.track_id for track in tracker.tracks] == [1]


def test_another_floor_begins_anew() -> None:
    def floor(shift_m: float) -> Floor:
        camera = VirtualGym("practice", 0, 1280, 720).camera
        return floor_under(camera, np.array([-90.0 + shift_m, -90.0]), np.array([90.0, 90.0]))

    tracker, first, second = PlayerTracker(TrackingConfig()), floor(0.0), floor(1.0)
    for k in range(5):
        assert set(ids(tracker, k * DT, [500, 700], first)) == {1, 2}
    assert set(ids(tracker, 5 * DT, [500, 700], second)) == {3, 4}


def test_a_sudden_jump_is_no_faster_than_people_are() -> None:
    tracker = PlayerTracker(TrackingConfig())
    for k in range(10):
        ids(tracker, k * DT, [100])
    ids(tracker, 10 * DT, [200])
    (track,) = tracker.tracks[:1]
    assert np.hypot(*track.mean[2:4]) < 1.2 * 8 * 180 / 1.8
