"""Flights made by the gym's own physics, seen by known cameras, and what is made of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from calibration.camera import Camera, look_at
from calibration.court import FIBA
from edge.game.trajectory import fit_flight
from edge.game.trajectory_model import BallTrack, Eye, Knowledge, Launch, basket_of, eye_of
from edge.game.trajectory_told import shot_flight
from edge.kernels.ballistics import BALL_RADIUS_M
from edge.simulator.flight import DRAG_PER_M, STEP_S, advance, hall, launch_velocity
from edge.types import FloatArray, ShotFlight

BASKET = basket_of(FIBA)
RIM = BASKET.rim_m
SIDE = look_at((9.0, -11.0, 3.6), (9.9, 0.0, 2.4), (1280, 720), 60.0)
BEHIND = look_at((-2.0, 0.0, 4.0), (12.4, 0.0, 3.0), (1280, 720), 50.0)
FPS, STEPS_A_FRAME = 30, 16
# What is certain stays so: the gym's ball does not spin.
PLAIN = Knowledge(lift_s=0.0, lift_sigma_s=1e-4, drag=1e-3, size_bias=1e-3, radius=0.02, pixel_px=0.2)


def fly(place: tuple[float, float], beyond_m: tuple[float, float], angle_deg: float = 52.0) -> tuple[FloatArray, ...]:
    """Times (T,) and points (T, 3) of a shot from above `place` that comes down `beyond_m` (x, y) of the rim."""
    where = hall(FIBA, (-99.0, 99.0, -99.0, 99.0), drag=True)
    start, target = np.array([*place, 2.2]), RIM + np.array([*beyond_m, 0.0])
    state = np.array([*start, *launch_velocity(start, target, np.radians(angle_deg), DRAG_PER_M), 0.0])
    points, entry = [], np.zeros(3)
    for _ in range(45):
        points.append(state[:3].copy())
        advance(state, where.parameters, STEP_S, STEPS_A_FRAME, entry)
    return np.arange(45) / FPS, np.array(points)


def track_of(camera: Camera, times: FloatArray, points: FloatArray) -> BallTrack:
    pixels, depth = camera.project(points)
    return BallTrack(times, pixels, camera.K[0, 0] * BALL_RADIUS_M / depth)


def exact(camera: Camera) -> Eye:
    return eye_of(camera, 1e-12 * np.eye(10), Knowledge())


def standing(place: tuple[float, float]) -> Launch:
    return Launch(0.0, np.array(place), 0.01 * np.eye(2))


def told(track: BallTrack, camera: Camera, place: tuple[float, float], known: Knowledge = PLAIN) -> ShotFlight:
    fit = fit_flight(track, exact(camera), BASKET, standing(place), known)
    assert fit is not None
    found = shot_flight(fit)
    assert found is not None
    return found


def test_a_flight_without_noise_is_found_again() -> None:
    place = (8.0, 0.5)
    found = told(track_of(SIDE, *fly(place, (0.10, -0.08))), SIDE, place)
    along = (RIM[:2] - place) / np.linalg.norm(RIM[:2] - place)
    beyond = np.array([10.0, -8.0])
    assert found.depth_cm is not None
    assert found.left_right_cm is not None
    assert found.depth_cm.value == pytest.approx(beyond @ along, abs=1.5)
    assert found.left_right_cm.value == pytest.approx(beyond @ [along[1], -along[0]], abs=2.5)
    assert found.release_height_m is not None
    assert found.release_height_m.value == pytest.approx(2.2, abs=0.03)
    assert found.release_angle_deg is not None
    assert found.release_angle_deg.value == pytest.approx(52.0, abs=0.5)
    assert found.entry_angle_deg is not None
    assert 40 < found.entry_angle_deg.value < 52


def test_the_arc_is_the_flight_seen_from_the_side() -> None:
    place = (8.0, 0.5)
    times, points = fly(place, (0.10, -0.08))
    along = (RIM[:2] - place) / np.linalg.norm(RIM[:2] - place)
    found = told(track_of(SIDE, times, points), SIDE, place)
    arc = np.array(found.arc)
    side = np.column_stack([(points[:, :2] - RIM[:2]) @ along, points[:, 2]])
    beside = np.min(np.linalg.norm(side[None] - arc[:, None, :2], axis=2), axis=1)
    assert arc[0, :2] == pytest.approx([side[0, 0], 2.2], abs=0.06)
    assert arc[-1, 1] == pytest.approx(RIM[2], abs=0.01)
    assert found.depth_cm is not None
    assert 100 * arc[-1, 0] == pytest.approx(found.depth_cm.value, abs=0.2)
    assert np.all(beside < 0.15)  # the truth's points lie up to 0.3 m apart
    assert np.all(arc[:, 2] < 0.01)


def test_right_is_the_shooters_right() -> None:
    """Somebody who faces the basket at positive x has negative y to his right."""
    place = (8.0, 0.0)
    found = told(track_of(SIDE, *fly(place, (0.0, -0.2))), SIDE, place)
    assert found.left_right_cm is not None
    assert found.left_right_cm.value == pytest.approx(20.0, abs=4.0)


def test_wrong_sightings_and_missing_frames_hardly_move_it() -> None:
    place = (7.0, -1.0)
    track = track_of(SIDE, *fly(place, (0.0, 0.0)))
    clean = told(track, SIDE, place)
    xy = track.xy_px.copy()
    xy[[3, 9, 17, 18]] += [[60.0, -40.0], [-90.0, 10.0], [25.0, 70.0], [300.0, 200.0]]
    xy[[5, 6, 12, 20]] = np.nan
    spoilt = told(replace(track, xy_px=xy), SIDE, place)
    for name in ("entry_angle_deg", "depth_cm", "apex_m"):
        assert getattr(spoilt, name).value == pytest.approx(getattr(clean, name).value, abs=0.8), name


def test_what_the_ball_does_after_the_board_is_no_part_of_the_flight() -> None:
    place = (8.0, 0.5)
    times, points = fly(place, (0.5, 0.0), angle_deg=45.0)
    assert points[:, 0].max() > RIM[0] + 0.2
    assert points[-1, 0] < points[:, 0].max() - 0.1  # it came off the board
    fit = fit_flight(track_of(SIDE, times, points), exact(SIDE), BASKET, standing(place), PLAIN)
    assert fit is not None
    touched = int(np.argmax(points[:, 0]))
    assert not fit.used[touched + 1 :].any()
    found = shot_flight(fit)
    assert found is not None
    assert found.depth_cm is not None
    assert found.depth_cm.value == pytest.approx(50.0, abs=6.0)


def test_stated_intervals_hold_as_often_as_they_say() -> None:
    """90 % intervals of noisy flights, all values together: 75 to 99 % of so few."""
    rng = np.random.default_rng(4)
    known, held = Knowledge(lift_s=0.0, lift_sigma_s=0.005), []
    for _ in range(24):
        place = (float(rng.uniform(5.0, 10.0)), float(rng.uniform(-3.0, 3.0)))
        beyond = rng.normal(0.0, 0.15, 2)
        times, points = fly(place, (float(beyond[0]), float(beyond[1])))
        track = track_of(SIDE, times, points)
        noisy = BallTrack(
            times, track.xy_px + 1.3 * rng.standard_normal(track.xy_px.shape),
            track.radius_px * np.exp(0.08 * rng.standard_normal(len(times))),
        )  # fmt: skip
        seen_at = (place[0] + rng.normal(0, 0.1), place[1] + rng.normal(0, 0.1))
        fit = fit_flight(noisy, exact(SIDE), BASKET, standing(seen_at), known)
        found = None if fit is None else shot_flight(fit)
        assert found is not None
        assert found.depth_cm is not None
        along = (RIM[:2] - place) / np.linalg.norm(RIM[:2] - place)
        truth = {"depth_cm": 100 * beyond @ along, "left_right_cm": 100 * beyond @ [along[1], -along[0]]}
        for name, value in truth.items():
            estimate = getattr(found, name)
            if estimate is not None:
                held.append(abs(estimate.value - value) < 1.645 * estimate.sigma)
    assert len(held) > 30
    assert 0.75 <= np.mean(held) <= 0.99


def test_what_the_view_does_not_show_is_not_told() -> None:
    """From behind the shooter and far away, how deep it falls cannot be said; to which side, it can."""
    place = (8.0, 0.0)
    times, points = fly(place, (0.0, 0.1))
    rng = np.random.default_rng(2)
    track = track_of(BEHIND, times, points)
    noisy = replace(track, xy_px=track.xy_px + 1.3 * rng.standard_normal(track.xy_px.shape))
    found = told(noisy, BEHIND, place, Knowledge())
    assert found.depth_cm is None
    assert found.left_right_cm is not None
    assert found.left_right_cm.value == pytest.approx(-10.0, abs=4 * found.left_right_cm.sigma)


def test_without_a_release_nothing_is_told_of_it() -> None:
    fit = fit_flight(track_of(SIDE, *fly((8.0, 0.5), (0.0, 0.0))), exact(SIDE), BASKET, None, PLAIN)
    assert fit is not None
    found = shot_flight(fit)
    assert found is not None
    assert found.release_height_m is None
    assert found.release_angle_deg is None
    assert found.flight_s is None
    assert found.entry_angle_deg is not None


def test_of_a_release_that_was_at_another_moment_nothing_is_told() -> None:
    launch = replace(standing((8.0, 0.5)), time_s=-0.25)
    fit = fit_flight(track_of(SIDE, *fly((8.0, 0.5), (0.0, 0.0))), exact(SIDE), BASKET, launch, PLAIN)
    assert fit is not None
    found = shot_flight(fit)
    assert found is not None
    assert found.release_height_m is None
    assert found.release_speed_m_s is None
    assert found.flight_s is None
    assert found.depth_cm is not None
    assert found.depth_cm.value == pytest.approx(0.0, abs=3.0)


GOOD = track_of(SIDE, *fly((8.0, 0.5), (0.0, 0.0)))
AWAY = look_at((9.0, -11.0, 3.6), (9.0, -30.0, 2.4), (1280, 720), 60.0)


@pytest.mark.parametrize(
    ("track", "camera"),
    [
        (BallTrack(np.zeros(0), np.zeros((0, 2)), np.zeros(0)), SIDE),
        (BallTrack(GOOD.times_s[:2], GOOD.xy_px[:2], GOOD.radius_px[:2]), SIDE),
        (BallTrack(GOOD.times_s, np.full_like(GOOD.xy_px, np.nan), GOOD.radius_px), SIDE),
        (BallTrack(np.full_like(GOOD.times_s, np.nan), GOOD.xy_px, GOOD.radius_px), SIDE),
        (BallTrack(GOOD.times_s, np.zeros_like(GOOD.xy_px) + 300.0, GOOD.radius_px), SIDE),
        (GOOD, AWAY),
    ],
    ids=["nothing", "two sightings", "nowhere", "never", "at rest", "behind the camera"],
)
def test_what_is_no_flight_is_none(track: BallTrack, camera: Camera) -> None:
    fit = fit_flight(track, exact(camera), BASKET, standing((8.0, 0.5)))
    assert fit is None or shot_flight(fit) is None


def test_sizes_may_be_unknown() -> None:
    fit = fit_flight(
        replace(GOOD, radius_px=np.full_like(GOOD.radius_px, np.nan)), exact(SIDE), BASKET, standing((8.0, 0.5)), PLAIN
    )
    assert fit is not None
    assert shot_flight(fit) is not None
