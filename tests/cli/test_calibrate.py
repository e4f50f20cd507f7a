"""`courtside calibrate rim`: from the virtual gym's truth, from a picture, and without losing what was known."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from calibration.camera import look_at
from calibration.model import RimBox, from_camera
from calibration.store import load, save
from edge.cli import main
from edge.simulator import VirtualGym

SMALL_GYM = ("--set", "source.width=320", "--set", "source.height=180")


def test_the_gyms_truth_is_written_whole(tmp_path: Path) -> None:
    out = tmp_path / "gym.json"
    assert main(["calibrate", "rim", "--source", "gym://form", "--out", str(out), *SMALL_GYM]) == 0
    assert load(out) == VirtualGym("form", 0, 320, 180).calibration
    assert cv2.imread(str(out.with_suffix(".png"))).shape == (180, 320, 3)


def test_a_rim_in_a_picture(tmp_path: Path) -> None:
    picture, out = tmp_path / "photo.png", tmp_path / "court.json"
    cv2.imwrite(str(picture), np.zeros((128, 160, 3), np.uint8))
    assert main(["calibrate", "rim", "--image", str(picture), "--rim", "60,20,30,10@7", "--out", str(out)]) == 0
    found = load(out)
    assert found.status == "rim-only"
    assert found.image_size == (160, 128)
    assert found.rim == RimBox(x=60, y=20, width=30, height=10, frame=7)
    drawn = cv2.imread(str(out.with_suffix(".png")))
    assert drawn[30, 75].max() > 0
    assert drawn[100, 20].max() == 0


def test_the_file_that_the_settings_name_may_be_new(tmp_path: Path) -> None:
    picture, path = tmp_path / "photo.png", tmp_path / "new.json"
    cv2.imwrite(str(picture), np.zeros((128, 160, 3), np.uint8))
    named = ["--set", f"calibration={path}"]
    assert main(["calibrate", "rim", "--image", str(picture), "--rim", "60,20,30,10", *named]) == 0
    assert load(path).rim == RimBox(x=60, y=20, width=30, height=10)


def test_what_the_file_held_is_kept(tmp_path: Path) -> None:
    picture, out = tmp_path / "photo.png", tmp_path / "court.json"
    cv2.imwrite(str(picture), np.zeros((128, 160, 3), np.uint8))
    known = from_camera(look_at([2, -9, 3.5], [11, 0, 1.5], (160, 128), 70), None, "nba")
    save(out, known)
    assert main(["calibrate", "rim", "--image", str(picture), "--rim", "60,20,30,10", "--out", str(out)]) == 0
    assert (load(out).camera, load(out).court) == (known.camera, "nba")


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        (b"no picture", ("--rim", "1,2,30,9"), "is not a picture"),
        (b"", ("--rim", "1,2,30,9"), "is not a picture"),
        (None, (), "where is the rim?"),
        (None, ("--rim", "500,2,30,9"), "not in a 160x128 image"),
    ],
)
def test_bad_input_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, options: tuple[str, ...], message: str
) -> None:
    picture, out = tmp_path / "photo.png", tmp_path / "court.json"
    if content is None:
        cv2.imwrite(str(picture), np.zeros((128, 160, 3), np.uint8))
    else:
        picture.write_bytes(content)
    assert main(["calibrate", "rim", "--image", str(picture), "--out", str(out), *options]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1
    assert not out.exists()
