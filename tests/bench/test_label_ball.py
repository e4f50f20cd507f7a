import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.bench.label_ball import TRUTH, Label, Window, read_frames, read_labels, write_sheets


def _written(folder: Path, frames: object) -> Path:
    path = folder / "balls.json"
    path.write_text(json.dumps({"a/b.mp4": {"frames": frames}}), encoding="utf-8")
    return path


def test_labels_are_read_by_clip_and_frame(tmp_path: Path) -> None:
    path = _written(tmp_path, {"0": {"balls": []}, "7": {"balls": [[1, 2.5, 3]], "partly": True}})
    assert read_labels(path) == {"a/b.mp4": {0: Label(()), 7: Label(((1.0, 2.5, 3.0),), partly=True)}}


@pytest.mark.parametrize(
    "frames",
    [
        {"-1": {"balls": []}},
        {"0": {}},
        {"0": {"balls": [[1, 2]]}},
        {"0": {"balls": [[1, 2, 0]]}},
        {"0": {"balls": ["abc"]}},
        {"0": {"balls": [5]}},
        {"0": {"balls": [], "partly": "yes"}},
        {"0": {"balls": [], "hidden": True}},
    ],
)
def test_what_is_no_label_is_named(tmp_path: Path, frames: object) -> None:
    with pytest.raises(SystemExit, match=r"balls\.json: a/b\.mp4"):
        read_labels(_written(tmp_path, frames))


def test_the_labels_at_hand_are_enough_and_plausible() -> None:
    labels = [label for clip in read_labels(TRUTH).values() for label in clip.values()]
    assert len(labels) >= 300
    assert sum(not label.balls for label in labels) >= 20
    assert all(5 <= radius <= 40 for label in labels for _, _, radius in label.balls)


def test_a_point_lies_where_the_enlarged_part_shows_it() -> None:
    frame = np.zeros((90, 120, 3), np.uint8)
    frame[50, 70] = 255
    window = Window(60, 40, 32, 32, 5.0)
    part = window.cut(frame)[..., 0]
    row, column = np.unravel_index(int(part.argmax()), part.shape)
    assert window.at(70, 50) == (column, row)


def test_frames_are_counted_as_they_are_decoded(tmp_path: Path) -> None:
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (32, 32))
    for grey in (0, 60, 120, 180):
        writer.write(np.full((32, 32, 3), grey, np.uint8))
    writer.release()
    frames = read_frames(path, [-1, 1, 3, 9])
    assert sorted(frames) == [1, 3]
    assert abs(int(frames[3].mean()) - 180) < 5


def test_sheets_hold_so_many_tiles_each(tmp_path: Path) -> None:
    paths = write_sheets([np.full((10, 20, 3), 9, np.uint8)] * 5, 2, 2, tmp_path / "out" / "s")
    assert [path.name for path in paths] == ["s-0.png", "s-1.png"]
    assert [np.asarray(cv2.imread(str(path))).shape for path in paths] == [(20, 40, 3), (10, 40, 3)]
