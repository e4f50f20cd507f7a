"""`courtside analyze`: results are whole whatever ends the run. A fake pipeline stands in for the networks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from calibration.model import Calibration
from edge import pipeline as pipeline_module
from edge.capture import SourceInfo, open_source
from edge.cli import main
from edge.commands.analyze import _verdict, analyse
from edge.commands.summary import Summary, write_picture
from edge.config import SourceConfig
from edge.tracking.settled import SettledFrame
from edge.types import Frame, Outcome, ShotEvent, ShotPhase, SourceState
from tests.capture.test_recorded import move_index_to_front, write_video
from tests.daemon.fakes import FakePipeline, shot, thrown


@pytest.fixture
def video(tmp_path: Path) -> Path:
    return write_video(tmp_path / "clip.mp4")


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakePipeline:
    """A pipeline that reports a shot at frame 10 and sees it made at frame 20."""
    made = FakePipeline({10: [shot("a", 8)], 20: [shot("a", 8, ShotPhase.END, Outcome.MADE)]})
    monkeypatch.setattr(pipeline_module, "open_pipeline", lambda *_: made)
    return made


def events_in(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]


def test_every_frame_every_event_and_all_files(
    video: Path, tmp_path: Path, fake: FakePipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "result"
    assert main(["analyze", str(video), "--out", str(out), "--rim", "60,20,30,10"]) == 0
    assert fake.indices == list(range(40))
    assert fake.closed
    assert [(event["shot_id"], event["phase"]) for event in events_in(out)] == [
        ("a", "new"),
        ("a", "end"),
        ("z", "end"),
    ]
    text = (out / "shots.txt").read_text()
    assert "2 shots: 1 made (100 %), 0 missed, 1 unknown" in text
    assert text in capsys.readouterr().out
    assert cv2.imread(str(out / "shots.png")) is not None
    figures = json.loads((out / "statistics.json").read_text())
    assert (figures["session"]["attempts"], figures["session"]["made"]) == (2, 1)
    assert [shot["outcome"] for shot in figures["shots"]] == ["made", "unknown"]
    with open_source(SourceConfig(uri=str(out / "annotated.mp4"), realtime=False)) as written:
        assert sum(1 for _ in written) == 40


def test_plays_are_written_between_the_shots(video: Path, tmp_path: Path, fake: FakePipeline) -> None:
    fake.plays, fake.last_plays = {15: thrown(12)}, (thrown(39),)
    assert main(["analyze", str(video), "--out", str(tmp_path), "--no-video", "--rim", "60,20,30,10"]) == 0
    written = events_in(tmp_path)
    assert [event.get("kind", event.get("phase")) for event in written] == ["new", "pass", "end", "end", "pass"]
    passed = written[1]
    assert (passed["player_id"], passed["to_player_id"], passed["team"], passed["succeeded"]) == (1, 2, "A", True)
    assert passed["evidence"] == {"flight_s": 0.2}


def test_without_a_rim_it_says_how_to_give_one(
    video: Path, tmp_path: Path, fake: FakePipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["analyze", str(video), "--out", str(tmp_path), "--no-video", "--set", f"data_dir={tmp_path}"]) == 0
    assert "--rim x,y,w,h" in capsys.readouterr().err
    assert not (tmp_path / "annotated.mp4").exists()


def test_a_rim_outside_the_picture_is_refused(
    video: Path, tmp_path: Path, fake: FakePipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["analyze", str(video), "--out", str(tmp_path), "--rim", "900,20,30,10"]) == 2
    assert "not in a 160x128 image" in capsys.readouterr().err


def test_a_truncated_recording_is_analysed_and_called_a_failure(
    video: Path, tmp_path: Path, fake: FakePipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    data = move_index_to_front(video)
    video.write_bytes(data[: len(data) - len(data) // 5])
    out = tmp_path / "result"
    assert main(["analyze", str(video), "--out", str(out), "--no-video"]) == 2
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith("courtside: error: ")
    assert "of 40 frames could be decoded" in last
    assert len(events_in(out)) >= 2
    assert "made" in (out / "shots.txt").read_text()


def test_ctrl_c_leaves_whole_results(video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted(FakePipeline):
        def step(self, frame: Frame) -> pipeline_module.Step:
            if frame.index == 15:
                raise KeyboardInterrupt
            return super().step(frame)

    monkeypatch.setattr(pipeline_module, "open_pipeline", lambda *_: Interrupted({10: [shot("a", 8)]}))
    out = tmp_path / "result"
    assert main(["analyze", str(video), "--out", str(out), "--rim", "60,20,30,10"]) == 130
    assert [event["shot_id"] for event in events_in(out)] == ["a"]
    assert "1 shot:" in (out / "shots.txt").read_text()
    with open_source(SourceConfig(uri=str(out / "annotated.mp4"), realtime=False)) as written:
        assert sum(1 for _ in written) == 15


class Overstated:
    """A source whose header promises more frames than there are."""

    info = SourceInfo("clip", 160, 128, 25.0, frames=191)
    state = SourceState("ended", "end of the recording", 107)
    calibration: Calibration | None = None

    def __iter__(self) -> Iterator[Frame]:
        return (Frame(index, index / 25, np.zeros((128, 160, 3), np.uint8)) for index in range(107))

    def __enter__(self) -> Overstated:
        return self

    def __exit__(self, *reason: object) -> None:
        self.close()

    def close(self) -> None: ...


def test_a_header_that_overstates_the_frames_is_only_noted(tmp_path: Path) -> None:
    summary = analyse(Overstated(), FakePipeline({}), tmp_path, None)
    assert "header says 191 frames, 107 could be decoded" in summary.missing_frames


def test_the_summary_counts_each_shot_once_by_its_last_event() -> None:
    summary = Summary("clip", 25.0, 100)
    summary.add(None, (shot("b", 50, ShotPhase.END, Outcome.MISSED), shot("a", 8)))
    summary.add(None, (shot("a", 9, ShotPhase.END, Outcome.MADE),))
    assert [(line.number, line.event.release_index, line.outcome) for line in summary.shots] == [
        (1, 9, Outcome.MADE),
        (2, 50, Outcome.MISSED),
    ]
    assert summary.headline() == "2 shots: 1 made (50 %), 1 missed"


def test_what_the_trackers_left_out_is_told(tmp_path: Path) -> None:
    fake = FakePipeline({}, last=())
    fake.dropped = {"gap": 2, "beside the court": 31}
    analyse(Overstated(), fake, tmp_path, None)
    assert "tracking left out, or began anew: beside the court (31), gap (2)" in (tmp_path / "shots.txt").read_text()


def test_where_everybody_was_is_a_table(tmp_path: Path) -> None:
    fake = FakePipeline({}, last=())
    fake.tracks = [SettledFrame(0.5, (3, 7), np.array([[1.0, 2, 3, 4], [5, 6, 7, 8.25]]), (True, False))]
    analyse(Overstated(), fake, tmp_path, None)
    assert (tmp_path / "tracks.csv").read_text().splitlines() == [
        "time_s,player,left_px,top_px,right_px,bottom_px,seen",
        "0.500,3,1.0,2.0,3.0,4.0,1",
        "0.500,7,5.0,6.0,7.0,8.2,0",
    ]


def test_shots_without_a_hoop_end_in_advice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    summary = Summary("clip", 25.0, None)
    summary.add(None, (shot("a", 8, ShotPhase.END, Outcome.UNKNOWN),))
    _verdict(Overstated(), summary)
    assert "give --rim" in capsys.readouterr().err
    summary.rim_seen = True
    _verdict(Overstated(), summary)
    assert "give --rim" not in capsys.readouterr().err


@pytest.mark.parametrize("frames", ["0", "-5"])
def test_no_frames_are_refused(frames: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["analyze", "clip.mp4", "--out", "x", "--frames", frames])
    assert "at least 1" in capsys.readouterr().err


def test_no_shots_at_all_is_a_summary_too(tmp_path: Path) -> None:
    summary = analyse(Overstated(), FakePipeline({}, last=()), tmp_path, None)
    assert summary.headline() == "0 shots: 0 made, 0 missed"
    assert (tmp_path / "shots.png").stat().st_size > 0
    assert events_in(tmp_path) == []


def test_thumbnails_show_the_release(tmp_path: Path) -> None:
    summary = Summary("clip", 25.0, None)
    event: tuple[ShotEvent, ...] = ()
    for index in range(40):
        event = (shot("a", 20),) if index == 35 else ()
        summary.add(Frame(index, index / 25, np.full((90, 160, 3), 5 * index, np.uint8)), event)
    thumbnail = summary.shots[0].thumbnail
    assert thumbnail is not None
    assert thumbnail.mean() == pytest.approx(100)


def test_of_very_many_shots_the_first_are_pictured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture of more than a thousand would be taller than PNG allows, and end the analysis."""
    monkeypatch.setattr("edge.commands.summary._MOST_PICTURES", 3)
    summary = Summary("clip", 25.0, None)
    for index in range(9):
        summary.add(Frame(index, index / 25, np.zeros((9, 16, 3), np.uint8)), (shot(f"s{index}", index),))
    write_picture(summary, tmp_path / "shots.png")
    picture = cv2.imread(str(tmp_path / "shots.png"))
    assert picture is not None
    assert picture.shape[0] < 400
    assert [line.thumbnail is None for line in summary.shots] == [False] * 3 + [True] * 6
