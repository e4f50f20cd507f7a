import json
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.types import Image
from tests.bench import clips, play
from tests.bench.ball import flat, stills, tables
from tests.bench.ball_sheets import Sheets
from tests.bench.datasets import hoop_ball_images, yolo_folder
from tests.bench.finders import Found, step_ms

SIZE = (96, 160)


class Brightest:
    """Finds one ball of 6 px about the brightest pixel, and calls the whole picture a rim."""

    name, confidence, sees_rims = "brightest", 0.3, True

    def __init__(self) -> None:
        self.seen: list[int] = []

    def moment(self, frames: Sequence[Image], moving: bool = False) -> Found:
        self.seen += [int(frame[0, 0, 0]) for frame in frames]
        return self.still(frames[-1])

    def still(self, image: Image) -> Found:
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        y, x = np.unravel_index(int(grey.argmax()), grey.shape)
        height, width = grey.shape
        rims = np.array([[width / 2, height / 2, width / 2, height / 2, 0.9]], np.float32)
        heat = np.zeros((height // 4, width // 4), np.float32)
        return Found(np.array([[x, y, 6, 6, 0.8]], np.float32), rims, heat)

    def step(self, image: Image) -> None:
        self.still(image)

    def close(self) -> None:
        pass


def _frame(number: int, x: int) -> Image:
    frame = np.zeros((*SIZE, 3), np.uint8)
    cv2.circle(frame, (x, 48), 6, (90, 90, 90), -1)
    frame[48, x] = 255
    frame[:8, :8] = 20 * number
    return frame


def _clip(path: Path) -> None:
    path.parent.mkdir(parents=True)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30, SIZE[::-1])
    for number in range(8):
        writer.write(_frame(number, 20 + 10 * number))
    writer.release()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with one clip and its own labels: right, wrong, hidden for the most part, none."""
    _clip(tmp_path / "videos" / "court" / "a clip.avi")
    labels = {
        "0": {"balls": [[20, 48, 6]]},
        "3": {"balls": [[10, 10, 6]]},
        "5": {"balls": [[70, 48, 6]], "partly": True},
        "6": {"balls": []},
        "90": {"balls": [[70, 48, 6]]},
    }
    (tmp_path / "balls.json").write_text(json.dumps({"court/a clip.avi": {"frames": labels}, "b.avi": {"frames": {}}}))
    return tmp_path


def test_other_labels_serve_where_none_of_the_labelled_clips_are_here(data: Path) -> None:
    said: list[str] = []
    found = clips.find_clips(data, say=said.append)
    assert [clip.key for clip in found] == ["court_a_clip"]
    assert "FreeThrow" in said[-2]
    assert "b.avi" in said[-1]


def test_clips_are_measured_frame_by_frame(data: Path, tmp_path: Path) -> None:
    finder = Brightest()
    sheets = Sheets(finder)
    figures = clips.measure([finder], clips.find_clips(data, say=lambda line: None), quick=False, watch=sheets)[
        "brightest"
    ]
    assert figures["clips_recall"] == figures["clips_court_a_clip_recall"] == 0.5
    assert figures["clips_precision"] == pytest.approx(1 / 3)
    assert figures["clips_partly_recall"] == 1
    assert figures["clips_balls"] == 2
    paths = sheets.write(tmp_path / "sheets")
    assert [path.name for path in paths] == ["court_a_clip-0.png"]
    assert len(sheets.tiles["court_a_clip"]) == 2


def test_three_frames_in_a_row_are_shown_and_the_first_stands_in_at_the_start(data: Path) -> None:
    finder = Brightest()
    clips.measure([finder], clips.find_clips(data, say=lambda line: None), quick=False)
    numbers = np.round(np.array(finder.seen) / 20).astype(int).reshape(-1, 3).tolist()
    assert numbers == [[0, 0, 0], [1, 2, 3], [3, 4, 5], [4, 5, 6]]


def test_hoops_are_read_and_counted_apart(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    cv2.imwrite(str(tmp_path / "images" / "1.jpg"), _frame(0, 50))
    rows = ["class,x,y,w,h,image,width,height", "hoop,0,0,160,96,1.jpg,160,96", "sports ball,44,42,12,12,1.jpg,160,96"]
    (tmp_path / "labels.csv").write_text("\n".join(rows))
    figures = stills([Brightest()], "hoop_ball_images", hoop_ball_images(tmp_path))["brightest"]
    assert figures["hoop_ball_images_recall"] == figures["hoop_ball_images_precision"] == 1
    assert figures["hoop_ball_images_hoop_recall"] == 1


def test_hoops_of_a_folder_in_yolos_form(tmp_path: Path) -> None:
    for name in ("images", "labels"):
        (tmp_path / "valid" / name).mkdir(parents=True)
    cv2.imwrite(str(tmp_path / "valid" / "images" / "1.jpg"), _frame(0, 50))
    (tmp_path / "valid" / "labels" / "1.txt").write_text("1 0.5 0.5 1 1\n")
    (tmp_path / "data.yaml").write_text("names: [Ball, Hoop]")
    (labelled,) = yolo_folder(tmp_path)
    assert labelled.hoops is not None
    assert labelled.hoops.tolist() == [[0, 0, 160, 96]]


def test_play_counts_each_ball_in_its_bins() -> None:
    finder = Brightest()
    tally = play.PlayTally(finder.confidence)
    moments = list(play.moments(gyms=1, each=3))
    for moment in moments:
        tally.add(finder.moment(moment.frames), moment)
    figures = tally.figures()
    balls = sum(len(moment.balls) for moment in moments)
    assert balls >= 1
    for measure in play.BINS:
        counts = [value for key, value in figures.items() if measure in key and key.endswith("_balls")]
        assert sum(int(count) for count in counts) == balls


def test_bins_are_named_by_their_edges() -> None:
    assert play.bins_of({"speed_px": 1.9, "radius_px": 6.0, "hidden": 0.5}) == [
        "speed_px_under_2",
        "radius_px_6_to_12",
        "hidden_over_0.4",
    ]


def test_the_ratio_and_the_prefixes() -> None:
    figures = {"ours": {"ms": 10.0, "clips_recall": 0.9}, "yolo26s_1280": {"ms": 200.0, "clips_recall": 0.5}}
    keys = flat(figures, "ours")
    assert keys["time_ratio_to_yolo26s_1280"] == pytest.approx(0.05)
    assert (keys["clips_recall"], keys["yolo26s_1280_clips_recall"]) == (0.9, 0.5)
    assert "| yolo26s_1280 | 0.5 |" in tables(figures, "ours")
    assert np.isnan(flat({"ours": {"ms": 10.0}}, "ours")["time_ratio_to_yolo26s_1280"])


def test_every_network_is_timed() -> None:
    assert step_ms([Brightest()], [_frame(0, 20)], rounds=2)["brightest"] > 0
