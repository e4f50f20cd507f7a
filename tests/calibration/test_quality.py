"""The stated error against many cameras drawn from the fit's covariance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from calibration.camera import look_at
from calibration.court import FIBA, THREE_BY_THREE, Court
from calibration.fit import Fit
from calibration.quality import expected_error, visible_floor

CAMERA = replace(look_at([1.0, -10.0, 4.0], [9.5, 0.0, 0.5], (1280, 720), 82.0), distortion=(-0.11, 0.0))
SIGMA = np.array([0.01, 0.006, 0.002, 0.002, 0.003, 0.02, 0.03, 0.02, 3.0, 2.0])
AWAY = look_at([2.0, -9.0, 3.5], [2.0, -30.0, 3.0], (1280, 720), 60.0)


def fit(scale: float = 1.0) -> Fit:
    return Fit(CAMERA, np.diag((scale * SIGMA) ** 2), np.zeros((4, 2)))


@pytest.mark.parametrize("court", [FIBA, THREE_BY_THREE], ids=["fiba", "3x3"])
def test_visible_floor_is_on_the_court_and_in_the_picture(court: Court) -> None:
    grid, image = visible_floor(CAMERA, court)
    assert len(grid) > 100
    assert np.all((image >= 2) & (image <= [1278, 718]))
    assert np.all((grid[:, 0] >= 0) & (grid[:, 0] <= court.end_m) & (np.abs(grid[:, 1]) <= court.width_m / 2))
    assert CAMERA.floor(image) == pytest.approx(grid, abs=1e-6)
    assert len(np.unique(grid, axis=0)) == len(grid)


def test_a_camera_that_sees_all_of_the_half_court_has_every_half_metre_of_it() -> None:
    above = look_at([7.0, -0.1, 12.0], [7.0, 0.0, 0.0], (1280, 720), 100.0)
    assert len(visible_floor(above, FIBA)[0]) == 29 * 31


def test_the_expected_error_is_that_of_many_cameras() -> None:
    found = expected_error(fit(), FIBA)
    assert found is not None
    _, image = visible_floor(CAMERA, FIBA)
    rng = np.random.default_rng(0)
    cameras = [CAMERA.changed(rng.normal(size=10) * SIGMA) for _ in range(400)]
    square_m2 = np.mean([np.sum((camera.floor(image) - found.court_m) ** 2, axis=1) for camera in cameras], axis=0)
    # A centimetre for a floor and marks that are not as they should be.
    drawn_cm = 100 * np.sqrt(square_m2 + 0.01**2)
    assert np.median(drawn_cm / found.error_cm) == pytest.approx(1.0, abs=0.05)
    assert np.percentile(np.abs(drawn_cm / found.error_cm - 1), 95) < 0.15
    assert found.median_cm == pytest.approx(np.median(drawn_cm), rel=0.08)
    assert found.p95_cm == pytest.approx(np.percentile(drawn_cm, 95), rel=0.12)
    assert found.p95_cm > found.median_cm


def test_a_perfect_fit_still_is_a_centimetre_off() -> None:
    found = expected_error(fit(0.0), FIBA)
    assert found is not None
    assert found.error_cm == pytest.approx(np.ones(len(found.error_cm)))


def test_twice_as_unsure_is_twice_the_error() -> None:
    once, twice = expected_error(fit(3.0), FIBA), expected_error(fit(6.0), FIBA)
    assert once is not None
    assert twice is not None
    assert twice.p95_cm == pytest.approx(2 * once.p95_cm, rel=0.01)


def test_the_error_grows_with_the_distance_where_the_camera_s_turn_is_unsure() -> None:
    turn = np.zeros(10)
    turn[2] = 0.003
    found = expected_error(Fit(CAMERA, np.diag(turn**2), np.zeros((4, 2))), FIBA)
    assert found is not None
    distance = np.linalg.norm(found.court_m - CAMERA.centre[:2], axis=1)
    assert np.corrcoef(distance, found.error_cm)[0, 1] > 0.8


def test_where_no_floor_is_in_the_picture_there_is_no_error_to_state() -> None:
    assert expected_error(Fit(AWAY, np.eye(10) * 1e-6, np.zeros((4, 2))), FIBA) is None
