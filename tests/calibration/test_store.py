from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from calibration.camera import look_at
from calibration.court import FIBA
from calibration.files import HISTORY_KEPT, history_folder, reference_path
from calibration.model import Calibration, CalibrationError, RimBox, from_camera, ring_box
from calibration.store import load, save, undo
from calibration.view import PARAMETERS

CAMERA = look_at([2.0, -9.0, 3.5], [11.0, 0.0, 1.5], (1280, 720), 70.0)
RIM = RimBox(x=600, y=150, width=60, height=14)
CALIBRATED = from_camera(CAMERA, RIM, "fiba", np.eye(PARAMETERS) * 1e-4)
RIM_ONLY = Calibration(image_size=(1280, 720), rim=RIM)


def with_camera(**changes: object) -> str:
    """A file's content with other values in its camera."""
    data = CALIBRATED.model_dump(mode="json")
    return json.dumps({**data, "camera": {**data["camera"], **changes}})


def uneven(row: int, column: int, value: float) -> list[list[float]]:
    matrix = np.eye(PARAMETERS)
    matrix[row, column] = value
    return matrix.tolist()


def saved_with_scene(path: Path, calibration: Calibration, scene: bytes) -> None:
    save(path, calibration)
    reference_path(path).write_bytes(scene)


def test_what_is_saved_is_loaded_and_others_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "calibration.json"
    calibration = from_camera(CAMERA, RIM, "custom", np.eye(PARAMETERS) * 1e-4, court_changes={"width_m": 14.0})
    save(path, calibration)
    assert load(path) == calibration
    assert calibration.status == "calibrated"
    assert calibration.court_model().width_m == 14.0
    assert path.stat().st_mode & 0o777 == 0o644
    assert [entry.name for entry in path.parent.iterdir()] == ["calibration.json"]


def test_a_rim_alone_is_a_calibration() -> None:
    calibration = Calibration(image_size=(1280, 720), rim=RIM)
    assert calibration.status == "rim-only"
    assert calibration.view() is None
    assert Calibration(image_size=(1280, 720)).status == "uncalibrated"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such calibration file"),
        ("{", "not JSON"),
        ("\x00\xff", "not JSON"),
        ("[1, 2]", "Calibration"),
        ('{"image_size": [1280, 720], "rims": 1}', "rims"),
        ('{"image_size": [1280, 720], "court": "moon"}', "unknown court 'moon'"),
        ('{"schema_version": 3, "image_size": [1280, 720]}', "made by a newer courtside"),
        ('{"schema_version": "x", "image_size": [1280, 720]}', "schema_version"),
        (json.dumps({"image_size": [1280, 720], "court_from_image": [[1, 0, 0]] * 2}), "court_from_image"),
        (json.dumps({"image_size": [1280, 720], "court_from_image": [[1, 0, 0]] * 3}), "no camera can see"),
        ('{"image_size": [1280, 720], "rim": {"x": 1, "y": 1, "width": 0, "height": 3}}', "rim.width"),
        (with_camera(R=[[1] * 3] * 3), "rotation matrix"),
        (with_camera(K=[[0.0] * 3] * 3), r"camera\.K: .*f above 0"),
        (with_camera(K=[[-900, 0, 640], [0, 900, 360], [0, 0, 1]]), r"camera\.K: .*f above 0"),
        (with_camera(K=[[900, 5, 640], [0, 900, 360], [0, 0, 1]]), r"camera\.K: .*f, 0, cx"),
        (with_camera(K=[[900, 0, 640], [0, 900, 360], [0, 0, 2]]), r"camera\.K: .*0, 0, 1"),
        (with_camera(covariance=np.eye(8).tolist() if PARAMETERS != 8 else [[1.0]]), r"camera\.covariance: .* rows of"),
        (with_camera(covariance=uneven(0, 1, 0.5)), r"camera\.covariance: .*symmetric"),
        (with_camera(covariance=uneven(2, 2, -1e-9)), r"camera\.covariance: .*below 0"),
        (with_camera(covariance=uneven(2, 2, 1.0)).replace("1.0", "NaN"), "again"),
        ("[" * 100_000, "is not a calibration"),
        ('{"image_size": ' + "[" * 900 + "]" * 900 + "}", "image_size"),
        ('{"image_size": [' + "9" * 5000 + ", 720]}", "again"),
        (json.dumps({"image_size": [1280, 720], "court_from_image": [[10**400] * 3] * 3}), "court_from_image"),
    ],
)
def test_a_file_that_cannot_be_used_says_so_in_one_line(tmp_path: Path, content: str | None, message: str) -> None:
    path = tmp_path / "calibration.json"
    if content is not None:
        path.write_bytes(content.encode("latin-1"))
    with pytest.raises(CalibrationError, match=message) as caught:
        load(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("keep_camera", [True, False])
def test_a_file_of_version_1_is_brought_up_to_date(tmp_path: Path, keep_camera: bool) -> None:
    old = {
        "schema_version": 1,
        "image_size": [1280, 720],
        "rim": RIM.model_dump(),
        "court": "fiba",
        "court_from_image": CAMERA.court_from_image().tolist(),
        "camera": {"K": CAMERA.K.tolist(), "R": CAMERA.R.tolist(), "t": CAMERA.t.tolist()} if keep_camera else None,
    }
    path = tmp_path / "calibration.json"
    path.write_text(json.dumps(old), encoding="utf-8")
    camera = load(path).camera_model()
    assert camera is not None
    assert camera.centre == pytest.approx(CAMERA.centre, abs=1e-4)
    assert load(path).rim == RIM


def test_earlier_files_are_kept_and_can_be_brought_back(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    first, second = (Calibration(image_size=(1280, 720), rim=RIM.model_copy(update={"x": x})) for x in (1.0, 2.0))
    save(path, first)
    save(path, second)
    path.write_text("{ torn", encoding="utf-8")
    undo(path)
    assert load(path) == first
    with pytest.raises(CalibrationError, match="no earlier calibration"):
        undo(path)
    assert load(path) == first


def test_each_calibration_keeps_its_own_picture_of_the_scene(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    saved_with_scene(path, CALIBRATED, b"first")
    save(path, RIM_ONLY)
    assert not reference_path(path).exists(), "that is not its scene"
    saved_with_scene(path, CALIBRATED, b"third")
    undo(path)
    assert load(path) == RIM_ONLY
    assert not reference_path(path).exists(), "it never had one"
    undo(path)
    assert load(path) == CALIBRATED
    assert reference_path(path).read_bytes() == b"first"
    assert list(history_folder(path).iterdir()) == []


def test_the_scene_stays_where_the_camera_does(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    saved_with_scene(path, CALIBRATED, b"scene")
    save(path, CALIBRATED.model_copy(update={"rim": None}))
    assert reference_path(path).read_bytes() == b"scene"
    undo(path)
    assert load(path) == CALIBRATED
    assert reference_path(path).read_bytes() == b"scene"


@pytest.mark.parametrize("change", ["save", "undo"])
def test_what_cannot_be_written_leaves_all_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    path = tmp_path / "calibration.json"
    save(path, RIM_ONLY)
    saved_with_scene(path, CALIBRATED, b"scene")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    before = sorted(path.parent.rglob("*"))
    monkeypatch.setattr("calibration.files.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save(path, RIM_ONLY) if change == "save" else undo(path)
    assert load(path) == CALIBRATED
    assert reference_path(path).read_bytes() == b"scene"
    assert sorted(path.parent.rglob("*")) == before


def test_the_history_does_not_grow_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    for x in range(25):
        save(path, Calibration(image_size=(1280, 720), rim=RIM.model_copy(update={"x": float(x)})))
    kept = sorted(history_folder(path).glob("*.json"))
    assert [rim.x for entry in kept if (rim := load(entry).rim)] == [float(x) for x in range(4, 24)]
    for number in range(HISTORY_KEPT + 3):
        saved_with_scene(path, CALIBRATED.model_copy(update={"court": ("fiba", "nba")[number % 2]}), b"scene")
    assert len(list(history_folder(path).iterdir())) == 2 * HISTORY_KEPT, "pictures go with their calibrations"


def test_the_ring_s_box_is_around_the_projected_ring() -> None:
    box = ring_box(CAMERA, FIBA)
    assert box is not None
    middle, _ = CAMERA.project(FIBA.rim_centre())
    assert (box.x + box.width / 2, box.y + box.height / 2) == pytest.approx(tuple(middle), abs=0.5)
    away = look_at([2.0, -9.0, 3.5], [-11.0, 0.0, 1.5], (1280, 720), 70.0)
    assert ring_box(away, FIBA) is None
