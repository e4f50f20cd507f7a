from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from calibration.camera import look_at
from calibration.store import Calibration, CalibrationError, RimBox, from_camera, load, save

CAMERA = look_at([2.0, -9.0, 3.5], [11.0, 0.0, 1.5], (1280, 720), 70.0)
RIM = RimBox(x=600, y=150, width=60, height=14)


def test_what_is_saved_is_loaded_and_others_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "calibration.json"
    calibration = from_camera(CAMERA, RIM, "fiba")
    save(path, calibration)
    assert load(path) == calibration
    assert calibration.status == "calibrated"
    assert path.stat().st_mode & 0o777 == 0o644
    assert [entry.name for entry in path.parent.iterdir()] == ["calibration.json"]


def test_a_rim_alone_is_a_calibration() -> None:
    calibration = Calibration(image_size=(1280, 720), rim=RIM)
    assert calibration.status == "rim-only"
    assert calibration.homography() is None
    assert Calibration(image_size=(1280, 720)).status == "uncalibrated"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such calibration file"),
        ("{", "not JSON"),
        ('{"image_size": [1280, 720], "rims": 1}', "rims"),
        ('{"image_size": [1280, 720], "court": "moon"}', "unknown court 'moon'"),
        ('{"schema_version": 2, "image_size": [1280, 720]}', "schema_version"),
        (json.dumps({"image_size": [1280, 720], "court_from_image": [[1, 0, 0]] * 3}), "invertible"),
        ('{"image_size": [1280, 720], "rim": {"x": 1, "y": 1, "width": 0, "height": 3}}', "rim.width"),
    ],
)
def test_a_file_that_cannot_be_used_says_so_in_one_line(tmp_path: Path, content: str | None, message: str) -> None:
    path = tmp_path / "calibration.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(CalibrationError, match=message) as caught:
        load(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_homography_is_the_camera_on_the_floor() -> None:
    points = np.array([[10.0, -3.0, 0.0], [13.0, 4.0, 0.0], [8.5, 0.0, 0.0]])
    image, depth = CAMERA.project(points)
    assert (depth > 0).all()
    back = np.column_stack([image, np.ones(3)]) @ CAMERA.court_from_image().T
    assert np.allclose(back[:, :2] / back[:, 2:], points[:, :2], atol=1e-8)


def test_a_ray_goes_through_its_point() -> None:
    point = np.array([12.4, 0.3, 3.05])
    ray = CAMERA.ray(CAMERA.project(point)[0])
    to_point = point - CAMERA.centre
    assert np.allclose(ray, to_point / np.linalg.norm(to_point), atol=1e-9)


def test_what_is_behind_the_camera_has_no_pixel() -> None:
    image, depth = CAMERA.project([-5.0, -20.0, 1.0])
    assert depth < 0
    assert np.isnan(image).all()
