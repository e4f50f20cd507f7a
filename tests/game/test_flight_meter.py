"""A shot through snapshots of a calibrated camera, and what its end is told of its flight."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from calibration.model import Calibration, from_camera
from edge.game.flight_meter import FlightMeter
from edge.types import BallState, Outcome, PlayerState, ShotEvent, ShotPhase, Snapshot, TrackStatus
from tests.game.test_trajectory import SIDE, fly, track_of

PLACE = (8.0, 0.5)
CALIBRATION = from_camera(SIDE, None, "fiba", 1e-10 * np.eye(10))
END = ShotEvent("shot-1", ShotPhase.END, 0, 0.0, 3, Outcome.MADE, 0.9)
ASIDE = np.array([[40.0, 60.0, 30.0, 0.6]])


def snapshots(move: np.ndarray | None = None, cut_at: int | None = None) -> list[Snapshot]:
    """The tracker's ball lags a little; a head counts as a ball as well. move (2, 3): `scene_from_image`."""
    track = track_of(SIDE, *fly(PLACE, (0.05, 0.0)))
    shooter = PlayerState(
        3, np.array([100.0, 100.0, 150.0, 250.0]), np.zeros(2), np.eye(2), TrackStatus.CONFIRMED, 0.9,
        court_xy_m=np.array(PLACE), court_covariance_m2=0.01 * np.eye(2),
    )  # fmt: skip
    shown = []
    for index, (time_s, xy, radius) in enumerate(zip(track.times_s, track.xy_px, track.radius_px, strict=True)):
        if move is not None:
            xy = np.linalg.solve(move[:, :2], xy - move[:, 2])
        ball = BallState(xy + 2.0, np.zeros(2), float(radius), np.eye(2), TrackStatus.CONFIRMED, 0.9)
        candidates = np.vstack([ASIDE, [*xy, radius, 0.9]])
        cut = index == cut_at
        shown.append(Snapshot(index, float(time_s), (1280, 720), (shooter,), ball, candidates, None, cut, move))
    return shown


def ended(meter: FlightMeter, shown: list[Snapshot]) -> ShotEvent:
    for snapshot in shown:
        meter.see(snapshot)
    (event,) = meter.measured([END])
    return event


def calibrated(calibration: Calibration | None = CALIBRATION) -> FlightMeter:
    meter = FlightMeter()
    meter.use(calibration)
    return meter


def test_the_end_of_a_shot_tells_how_it_flew() -> None:
    flight = ended(calibrated(), snapshots()).flight
    assert flight is not None
    assert flight.depth_cm is not None
    assert flight.depth_cm.value == pytest.approx(5.0, abs=3.0)
    assert flight.release_angle_deg is not None
    assert flight.release_angle_deg.value == pytest.approx(52.0, abs=1.5)
    assert flight.release_height_m is not None
    assert flight.release_height_m.value == pytest.approx(2.2, abs=0.1)


def test_what_is_not_over_is_told_nothing_of() -> None:
    meter = calibrated()
    for snapshot in snapshots():
        meter.see(snapshot)
    (event,) = meter.measured([replace(END, phase=ShotPhase.UPDATE)])
    assert event.flight is None


@pytest.mark.parametrize("calibration", [None, Calibration(image_size=(1280, 720))], ids=["none", "no camera"])
def test_without_a_camera_nothing_is_told(calibration: Calibration | None) -> None:
    assert ended(calibrated(calibration), snapshots()).flight is None


def test_a_moving_cameras_ball_is_carried_back_to_the_picture_that_was_calibrated() -> None:
    move = np.array([[1.0, 0.0, -35.0], [0.0, 1.0, 12.0]])
    flight = ended(calibrated(), snapshots(move)).flight
    assert flight is not None
    assert flight.depth_cm is not None
    assert flight.depth_cm.value == pytest.approx(5.0, abs=3.0)


def test_after_a_cut_of_a_moving_camera_nobody_knows_where_it_looks() -> None:
    move = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    assert ended(calibrated(), snapshots(move, cut_at=1)).flight is None
    assert ended(calibrated(), snapshots(None, cut_at=0)).flight is not None


def test_a_shooter_nobody_knows_is_no_obstacle() -> None:
    meter = calibrated()
    for snapshot in snapshots():
        meter.see(snapshot)
    (event,) = meter.measured([replace(END, player_id=None)])
    assert event.flight is not None
    assert event.flight.entry_angle_deg is not None
