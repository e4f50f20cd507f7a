"""`courtside engines train-ball`: what is missing or wrong is one line, before hours are spent."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.cli import main
from edge.commands import training
from edge.types import Detections, ObjectClass
from engines.ball.clips import photo_clip

OUT = ("--out", "{tmp}/ball.onnx")


@pytest.fixture
def _with_torch() -> None:
    pytest.importorskip("torch", reason="training needs PyTorch: pip install 'courtside[train]'")


def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, *argv: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one command."""
    try:
        code = main(["engines", "train-ball", *(part.replace("{tmp}", str(tmp_path)) for part in argv)])
    except SystemExit as leaving:
        code = int(leaving.code or 0)
    told = capsys.readouterr()
    return code, told.out, told.err


def test_without_pytorch_it_says_what_to_install(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    for name in ("train", "network"):
        monkeypatch.delitem(sys.modules, f"engines.ball.{name}", raising=False)
    code, _, err = run(capsys, tmp_path, *OUT)
    assert code == 2
    assert "training needs PyTorch" in err
    assert "pip install 'courtside[train]'" in err
    assert err.strip().count("\n") == 0


def test_help_says_what_it_learns_from(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, _ = run(capsys, tmp_path, "--help")
    assert code == 0
    for word in ("--photos", "--videos", "--labels", "virtual gym", "--set engines.ball="):
        assert word in out


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ((), "--out"),
        ((*OUT, "--steps", "0"), "at least 1 is needed"),
        ((*OUT, "--gyms", "-3"), "at least 1 is needed"),
        ((*OUT, "--steps", "many"), "--steps"),
    ],
)
def test_a_wrong_command_line_is_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, argv: tuple[str, ...], message: str
) -> None:
    code, _, err = run(capsys, tmp_path, *argv)
    assert code == 2
    assert message in err
    assert err.strip().count("\n") == 0


@pytest.mark.usefixtures("_with_torch")
@pytest.mark.parametrize(
    ("argv", "code", "message"),
    [
        (("--out", "{tmp}/ball"), 2, "ball: cannot be written as a network; name a file that ends in .onnx"),
        (("--out", "{tmp}/folder.onnx"), 2, "folder.onnx: cannot be written as a network"),
        (("--photos", "{tmp}/absent"), 2, "absent: no such folder of photos"),
        (("--photos", "{tmp}/empty"), 2, "empty: holds no pictures"),
        (("--photos", "{tmp}/broken"), 2, "a.jpg: is no picture that can be read"),
        (("--labels", "{tmp}/absent.json"), 2, "absent.json: cannot be read as labels of pictures"),
        (("--videos", "{tmp}/absent"), 2, "absent: holds no videos"),
        (("--videos", "{tmp}/broken"), 2, "a.mp4: 0 frames can be read"),
        (("--videos", "{tmp}/short", "--teacher", "picodet"), 1, "did you mean 'picodet-s-"),
    ],
)
def test_bad_input_is_one_line_and_a_code(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, argv: tuple[str, ...], code: int, message: str
) -> None:
    for name in ("empty", "broken", "short", "folder.onnx"):
        (tmp_path / name).mkdir()
    (tmp_path / "broken" / "a.jpg").write_bytes(b"no picture")
    (tmp_path / "broken" / "a.mp4").write_bytes(b"no video")
    write_video(tmp_path / "short" / "a.avi", 3)
    found, _, err = run(capsys, tmp_path, *OUT, *argv)
    assert found == code
    assert message in err
    assert "Traceback" not in err
    assert not (tmp_path / "ball.onnx").exists()


def write_video(path: Path, frames: int) -> None:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 30, (320, 240))  # type: ignore[attr-defined]
    for _ in range(frames):
        writer.write(np.full((240, 320, 3), 90, np.uint8))
    writer.release()


def test_pictures_with_balls_of_their_own_are_not_painted_upon_unless_there_are_no_others() -> None:
    image = np.zeros((40, 40, 3), np.uint8)
    plain, hoop, ball = photo_clip(image), photo_clip(image, (), [(9, 9, 5, 5)]), photo_clip(image, [(9, 9, 5)])
    assert training._sorted([plain, ball, hoop]) == ([plain, hoop], [ball])
    assert training._sorted([ball]) == ([ball], [ball])
    assert training._sorted([]) == ([], [])


class Teacher:
    """Sees a person, and a ball of another size each way."""

    def detect(self, frame: object, least: dict[ObjectClass, float]) -> Detections:
        self.least = least[ObjectClass.BALL]
        boxes = np.array([[0, 0, 50, 90], [100, 60, 120, 84]], np.float32)
        kinds = np.array([ObjectClass.PERSON, ObjectClass.BALL], np.int32)
        return Detections(boxes, np.array([0.9, 0.3], np.float32), kinds)


def test_the_teachers_boxes_become_balls() -> None:
    teacher = Teacher()
    balls = training._balls(teacher, np.zeros((9, 9, 3), np.uint8))  # type: ignore[arg-type]
    assert np.allclose(balls, [[110, 72, 11, 0.3]])
    assert teacher.least <= 0.15


@pytest.mark.usefixtures("_with_torch")
def test_a_short_training_writes_a_network_that_the_box_opens(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from edge.config import EnginesConfig
    from edge.vision import open_vision
    from engines.ball import train

    (tmp_path / "photos").mkdir()
    noise = np.random.default_rng(0).integers(0, 255, (400, 400, 3), np.uint8)
    cv2.imwrite(str(tmp_path / "photos" / "a.png"), noise)
    (tmp_path / "labels.json").write_text(json.dumps({"a.png": {"balls": [[200, 200, 12]], "rims": []}}))
    monkeypatch.setattr(training, "gym_clips", lambda seeds: [photo_clip(noise, [(90, 80, 11)])] * len(seeds))

    def plan(steps: int, seed: int) -> train.Plan:
        return short(steps=steps, seed=seed, batch=1, workers=0)

    short = train.Plan
    monkeypatch.setattr(train, "Plan", plan)
    given = ("--photos", "{tmp}/photos", "--labels", "{tmp}/labels.json", "--gyms", "2", "--steps", "2")
    code, out, _ = run(capsys, tmp_path, *OUT, *given)
    assert code == 0
    assert "2 moments of 2 gyms, 1 photos, 0 moments of videos" in out
    with open_vision(EnginesConfig(ball=str(tmp_path / "ball.onnx"), appearance="none")) as vision:
        sighting = vision.ball.look_still(np.zeros((90, 150, 3), np.uint8))
    assert sighting.heat.shape == (24, 40)
