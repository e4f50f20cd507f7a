"""`courtside calibrate show` and `undo`: what is known drawn over a picture, and the way back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import cv2
import numpy as np
import pytest

from calibration.camera import look_at
from calibration.court import FIBA
from calibration.files import reference_path
from calibration.model import Calibration, Quality, RimBox, from_camera, ring_box
from calibration.picture import draw_calibration
from calibration.store import load, save
from calibration.watch import load_reference, save_reference
from edge.commands.calibrate_rim import read_picture
from edge.simulator import VirtualGym
from tests.cli.test_cli import run

Capture = pytest.CaptureFixture[str]
SIZE = (320, 180)
CAMERA = replace(look_at([1.0, -10.0, 4.0], [9.5, 0.0, 1.2], SIZE, 82.0), distortion=(-0.1, 0.0))
QUALITY = Quality(verdict="good", error_median_cm=2, error_p95_cm=5, line_share=0.9, detail="good: 2 cm, 5 cm at worst")
KNOWN = from_camera(
    CAMERA,
    ring_box(CAMERA, FIBA),
    "fiba",
    np.eye(10) * 1e-6,
    quality=QUALITY,
    created=datetime(2026, 3, 4, 5, 6, tzinfo=timezone.utc),
)
RIM = Calibration(image_size=SIZE, rim=RimBox(x=100, y=40, width=30, height=10))


@pytest.fixture
def photo(tmp_path: Path) -> str:
    path = tmp_path / "photo.png"
    cv2.imwrite(str(path), np.full((SIZE[1], SIZE[0], 3), 90, np.uint8))
    return str(path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "court.json"


def test_what_is_known_is_drawn_over_a_picture_and_said(capsys: Capture, path: Path, photo: str) -> None:
    save(path, KNOWN)
    code, told, err = run(capsys, "calibrate", "show", "--image", photo, "--out", str(path))
    assert (code, err) == (0, "")
    assert told.count("\n") == 1
    assert "fiba court, good: 2 cm" in told
    assert "2026-03-04 05:06 UTC" in told
    drawn = read_picture(path.with_suffix(".png"))
    assert np.array_equal(drawn, draw_calibration(read_picture(Path(photo)), KNOWN))
    assert (drawn != 90).mean() > 0.2
    assert load(path) == KNOWN, "only looked at"


def test_over_the_virtual_gym_the_drawn_lines_lie_on_the_painted_ones(capsys: Capture, path: Path) -> None:
    gym = VirtualGym("empty", 0, 640, 360)
    save(path, gym.calibration)
    size = ("--set", "source.width=640", "--set", "source.height=360")
    assert run(capsys, "calibrate", "show", "--source", "gym://empty", "--out", str(path), *size)[0] == 0
    drawn = read_picture(path.with_suffix(".png")).astype(int)
    px, _ = gym.camera.project([[8.2 + 0.025, y, 0.0] for y in np.linspace(-2.0, 2.0, 9)])
    for x, y in px.astype(int):
        patch = drawn[y - 2 : y + 3, x - 2 : x + 3].reshape(-1, 3)
        assert (patch[:, 0] - patch[:, 2]).max() > 100, "a line's blue"


def test_a_rim_alone_is_shown_as_such(capsys: Capture, path: Path, photo: str) -> None:
    save(path, RIM)
    code, told, _ = run(capsys, "calibrate", "show", "--image", photo, "--out", str(path))
    assert code == 0
    assert "rim-only" in told
    drawn = read_picture(path.with_suffix(".png"))
    assert 20 < (drawn != 90).any(axis=2).sum() < 400


def test_a_file_of_version_1_is_shown_as_if_it_were_of_today(capsys: Capture, path: Path, photo: str) -> None:
    camera = replace(CAMERA, distortion=(0.0, 0.0))
    old = {
        "schema_version": 1,
        "image_size": SIZE,
        "court": "fiba",
        "court_from_image": camera.court_from_image().tolist(),
    }
    path.write_text(json.dumps(old))
    code, told, err = run(capsys, "calibrate", "show", "--image", photo, "--out", str(path))
    assert (code, err) == (0, "")
    assert "fiba court" in told
    drawn = read_picture(path.with_suffix(".png")).astype(int)
    (x, y), _ = camera.project([FIBA.end_m - FIBA.free_throw_m + 0.025, 0.0, 0.0])
    patch = drawn[int(y) - 2 : int(y) + 3, int(x) - 2 : int(x) + 3].reshape(-1, 3)
    assert (patch[:, 0] - patch[:, 2]).max() > 100


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such calibration file"),
        ("{ torn", "undo"),
        ("[]", "again"),
        ('{"schema_version": 3, "image_size": [320, 180]}', "newer"),
        ('{"schema_version": 2, "image_size": [320, 180], "court": "moon"}', "moon"),
        ('{"schema_version": 2, "image_size": [640, 360]}', "640x360"),
    ],
)
def test_a_file_that_cannot_be_shown_says_so_in_one_line(
    capsys: Capture, path: Path, photo: str, content: str | None, message: str
) -> None:
    if content is not None:
        path.write_text(content)
    code, told, err = run(capsys, "calibrate", "show", "--image", photo, "--out", str(path))
    assert (code, told) == (2, "")
    assert err.startswith(f"courtside: error: {path}")
    assert err.count("\n") == 1
    assert message in err
    assert not path.with_suffix(".png").exists()
    assert (path.read_text() if path.exists() else None) == content


def test_a_missing_picture_is_one_line(capsys: Capture, path: Path) -> None:
    save(path, KNOWN)
    code, _, err = run(capsys, "calibrate", "show", "--image", "absent.png", "--out", str(path))
    assert (code, err.count("\n")) == (2, 1)
    assert "absent.png" in err


@pytest.mark.parametrize("now", ["another", "rubbish", "nothing"])
def test_undo_brings_the_one_before_back(capsys: Capture, path: Path, now: str) -> None:
    save(path, KNOWN)
    save(path, RIM)
    if now == "rubbish":
        path.write_text("{ torn")
    elif now == "nothing":
        path.unlink()
    save_reference(reference_path(path), np.zeros((SIZE[1], SIZE[0]), np.uint8))
    code, told, err = run(capsys, "calibrate", "undo", "--out", str(path))
    assert (code, err) == (0, "")
    assert load(path) == KNOWN
    assert "fiba court, good" in told
    assert not reference_path(path).exists(), "it is the scene of what was undone"


def test_undo_brings_the_scene_of_the_one_before_back(capsys: Capture, path: Path) -> None:
    scene = np.full((SIZE[1], SIZE[0]), 77, np.uint8)
    save(path, KNOWN)
    save_reference(reference_path(path), scene)
    save(path, RIM)
    assert run(capsys, "calibrate", "undo", "--out", str(path))[0] == 0
    assert load(path) == KNOWN
    back = load_reference(reference_path(path), SIZE)
    assert back is not None
    assert np.array_equal(back, scene)


def test_undo_where_there_is_nothing_before_says_so_and_changes_nothing(capsys: Capture, path: Path) -> None:
    save(path, KNOWN)
    code, _, err = run(capsys, "calibrate", "undo", "--out", str(path))
    assert (code, err.count("\n")) == (2, 1)
    assert "no earlier calibration" in err
    assert load(path) == KNOWN


@pytest.mark.parametrize("what", ["show", "undo"])
def test_the_settings_say_which_file(capsys: Capture, path: Path, photo: str, what: str) -> None:
    save(path, RIM)
    save(path, KNOWN)
    image = ("--image", photo) if what == "show" else ()
    code, told, _ = run(capsys, "calibrate", what, *image, "--set", f"calibration={path}")
    assert code == 0
    assert str(path) in told
    assert ("fiba" in told) == (what == "show")


@pytest.mark.parametrize("what", ["show", "undo"])
def test_what_is_said_before_the_command_s_name_counts_too(
    capsys: Capture, path: Path, photo: str, tmp_path: Path, what: str
) -> None:
    """Else another court's file would be shown, or undone."""
    for calibration in (KNOWN, RIM, KNOWN):
        save(path, calibration)
    other = f"calibration={tmp_path / 'other.json'}"
    image = ("--image", photo) if what == "show" else ()
    code, told, err = run(capsys, "calibrate", "--out", str(path), "--set", other, what, *image)
    assert (code, err) == (0, "")
    assert str(path) in told
    code, told, err = run(capsys, "calibrate", "--set", f"calibration={path}", what, *image)
    assert (code, err) == (0, "")
    assert str(path) in told
