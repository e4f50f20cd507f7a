"""Pictures and videos of a user's own: what is read, and that bad ones are named in one line."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from engines.ball.photos import Known, LessonError, read_known, read_photos, read_video, video_clips

NAMES = "names: [basketball, hoop, person]\n"


def picture(path: Path, width: int = 200, height: int = 100) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((height, width, 3), 90, np.uint8))
    return path


def yolo_folder(folder: Path, labels: str = "0 0.5 0.4 0.1 0.2\n", names: str = NAMES) -> Path:
    picture(folder / "train" / "images" / "a.jpg")
    (folder / "train" / "labels").mkdir(parents=True)
    (folder / "train" / "labels" / "a.txt").write_text(labels, encoding="utf-8")
    (folder / "data.yaml").write_text(names, encoding="utf-8")
    return folder


def one_line(error: pytest.ExceptionInfo[LessonError], path: Path) -> None:
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_plain_pictures_show_neither_and_come_in_order(tmp_path: Path) -> None:
    picture(tmp_path / "b.PNG", 30, 20)
    picture(tmp_path / "sub" / "c.jpeg", 50, 40)
    picture(tmp_path / "a.jpg", 70, 60)
    (tmp_path / "notes.txt").write_text("no picture")
    clips = read_photos(tmp_path)
    assert [clip.frames.shape for clip in clips] == [(3, 60, 70, 3), (3, 20, 30, 3), (3, 40, 50, 3)]
    assert all(clip.whole and clip.rims_known and not len(clip.balls) and not len(clip.rims) for clip in clips)


@pytest.mark.parametrize(
    "names", [NAMES, "names: {0: Basketball, 1: HOOP, 2: person}\n", "names: {1: rim, 0: sports ball, 2: x}\n"]
)
def test_boxes_of_yolos_form_become_balls_and_rims(tmp_path: Path, names: str) -> None:
    labels = "0 0.5 0.4 0.1 0.2\n1 0.25 0.5 0.2 0.4\n2 0.5 0.5 1 1\n"
    (clip,) = read_photos(yolo_folder(tmp_path, labels, names))
    assert np.allclose(clip.balls, [[100, 40, 10, 1]])
    assert np.allclose(clip.rims, [[50, 50, 40, 40]])
    assert clip.whole
    assert clip.rims_known


def test_an_empty_file_of_labels_says_that_nothing_is_shown(tmp_path: Path) -> None:
    (clip,) = read_photos(yolo_folder(tmp_path, ""))
    assert len(clip.balls) == len(clip.rims) == 0


def test_a_large_photo_is_shrunk_with_its_labels(tmp_path: Path) -> None:
    picture(tmp_path / "large.jpg", 3200, 1600)
    known = {"large.jpg": Known(((1000.0, 500.0, 40.0),), ((2000.0, 400.0, 100.0, 80.0),))}
    (clip,) = read_photos(tmp_path, known)
    assert clip.frames.shape == (3, 800, 1600, 3)
    assert np.allclose(clip.balls, [[500, 250, 20, 1]])
    assert np.allclose(clip.rims, [[1000, 200, 50, 40]])


def test_known_labels_go_before_and_null_means_that_nobody_looked(tmp_path: Path) -> None:
    folder = yolo_folder(tmp_path / "photos")
    path = tmp_path / "known.json"
    rows = {"a.jpg": {"balls": None, "rims": [[20, 30, 10, 12]]}, "else.jpg": {"balls": [], "rims": None}}
    path.write_text(json.dumps(rows))
    known = read_known(path)
    assert known["else.jpg"] == Known((), None)
    (clip,) = read_photos(folder, known)
    assert not clip.whole
    assert clip.rims_known
    assert len(clip.balls) == 0
    assert clip.rims.tolist() == [[20, 30, 10, 12]]


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        "[]",
        '{"a.jpg": {"balls": []}}',
        '{"a.jpg": {"balls": [[1, 2]], "rims": null}}',
        '{"a.jpg": {"balls": [], "rims": [[1, 2, 3]]}}',
        '{"a.jpg": {"balls": 3, "rims": null}}',
        '{"a.jpg": {"balls": [["x", 2, 3]], "rims": null}}',
        '{"a.jpg": {"balls": [[1, 2, NaN]], "rims": null}}',
        '{"a.jpg": {"balls": [[1, 2, 0]], "rims": null}}',
        '{"a.jpg": {"balls": [], "rims": [[1, 2, 3, -4]]}}',
        "{'a': \n 3}",
    ],
)
def test_bad_known_labels_are_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "known.json"
    path.write_text(text)
    with pytest.raises(LessonError, match="cannot be read as labels") as error:
        read_known(path)
    one_line(error, path)


def test_absent_or_binary_known_labels_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00\x81")
    for name in ("absent.json", "binary.json"):
        with pytest.raises(LessonError, match="cannot be read as labels") as error:
            read_known(tmp_path / name)
        one_line(error, tmp_path / name)


def test_a_folder_that_is_absent_or_empty_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(LessonError, match="no such folder") as error:
        read_photos(tmp_path / "absent")
    one_line(error, tmp_path / "absent")
    with pytest.raises(LessonError, match=r"no pictures \(\.jpg") as error:
        read_photos(tmp_path)
    one_line(error, tmp_path)


def test_a_picture_that_is_none_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.jpg"
    path.write_bytes(b"no picture")
    with pytest.raises(LessonError, match="no picture that can be read") as error:
        read_photos(tmp_path)
    one_line(error, path)


@pytest.mark.parametrize(
    "names", ["", "names:\n", "names: 3\n", "nc: 2\n", "names: [a\n", "- a\n", "names: {0: a, b: c}\n"]
)
def test_classes_without_names_are_one_line(tmp_path: Path, names: str) -> None:
    folder = yolo_folder(tmp_path, names=names)
    with pytest.raises(LessonError, match="names") as error:
        read_photos(folder)
    one_line(error, folder / "data.yaml")


@pytest.mark.parametrize(
    "line",
    [
        "0 0.5 0.4 0.1",
        "ball 0.5 0.4 0.1 0.2",
        "3 0.5 0.4 0.1 0.2",
        "-1 0.5 0.4 0.1 0.2",
        "nan 0.5 0.4 0.1 0.2",
        "inf 0.5 0.4 0.1 0.2",
        "0 nan 0.4 0.1 0.2",
        "0 0.5 0.4 0 0",
        "1 0.5 0.4 0.1 -0.2",
    ],
)
def test_a_bad_box_is_one_line_with_its_number(tmp_path: Path, line: str) -> None:
    folder = yolo_folder(tmp_path, f"0 0.5 0.4 0.1 0.2\n{line}\n")
    labels = folder / "train" / "labels" / "a.txt"
    with pytest.raises(LessonError, match=r"a\.txt:2: not 'class x y width height'") as error:
        read_photos(folder)
    one_line(error, labels)


def test_missing_or_binary_boxes_are_one_line(tmp_path: Path) -> None:
    folder = yolo_folder(tmp_path)
    labels = folder / "train" / "labels" / "a.txt"
    labels.write_bytes(b"\xff\xfe\x81")
    with pytest.raises(LessonError, match=r"a\.txt:1: not") as error:
        read_photos(folder)
    one_line(error, labels)
    labels.unlink()
    with pytest.raises(LessonError, match=r"boxes of a\.jpg are missing") as error:
        read_photos(folder)
    one_line(error, labels)


def write_video(path: Path, frames: int) -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 30, (64, 48))  # type: ignore[attr-defined]
    for k in range(frames):
        writer.write(np.full((48, 64, 3), 20 * k, np.uint8))
    writer.release()
    return path


def test_a_video_is_read_whole(tmp_path: Path) -> None:
    frames = read_video(write_video(tmp_path / "a.avi", 5))
    assert [frame.shape for frame in frames] == [(48, 64, 3)] * 5
    assert np.allclose([frame.mean() for frame in frames], [0, 20, 40, 60, 80], atol=2)


def test_a_video_without_three_frames_is_one_line(tmp_path: Path) -> None:
    for path in (write_video(tmp_path / "short.avi", 2), tmp_path / "absent.avi"):
        with pytest.raises(LessonError, match="at least 3 are needed") as error:
            read_video(path)
        one_line(error, path)


def test_clips_of_a_video_end_at_the_labelled_frame_and_hold_its_ball() -> None:
    frames = [np.full((900, 1600, 3), k, np.uint8) for k in range(6)]
    frames[4][480:500, 1290:1310] = 255
    balls = {1: np.array([[5.0, 5.0, 3.0]]), 4: np.array([[1300.0, 490.0, 10.0]])}
    (clip,) = video_clips(frames, balls)  # the frame 1 has not two before it
    assert clip.frames.shape == (3, 720, 720, 3)
    assert clip.frames[:, 0, 0, 0].tolist() == [2, 3, 4]
    x, y, radius, visible = clip.balls[0]
    assert (radius, visible) == (10, 1)
    light = np.argwhere(clip.frames[2, ..., 0] == 255).mean(axis=0) + 0.5
    assert light.tolist() == [y, x]
    assert not clip.whole
    assert not clip.rims_known


def test_a_video_smaller_than_a_part_is_taken_whole() -> None:
    frames = [np.zeros((48, 64, 3), np.uint8)] * 3
    (clip,) = video_clips(frames, {2: np.array([[60.0, 10.0, 3.0], [5.0, 40.0, 3.0]])})
    assert clip.frames.shape == (3, 48, 64, 3)
    assert clip.balls[:, :2].tolist() == [[60, 10], [5, 40]]
