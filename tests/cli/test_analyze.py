"""`courtside analyze`: results are whole whatever ends the run. A fake pipeline stands in for the networks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from calibration.model import Calibration
from edge import hoop_search
from edge import pipeline as pipeline_module
from edge.capture import SourceInfo, open_source
from edge.cli import main
from edge.commands.analyze import _verdict, analyse
from edge.commands.summary import Summary, write_picture
from edge.config import SourceConfig
from edge.tracking.settled import SettledFrame
from edge.types import Frame, Outcome, Rim, ShotEvent, ShotPhase, Snapshot, SourceState
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
    assert "2 shots: 1 made (100 % of those known), 0 missed, 1 unknown" in text
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


@pytest.mark.parametrize("rim_seen", [False, True])
def test_no_shot_ends_in_advice_whether_or_not_there_was_a_hoop(
    rim_seen: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = Summary("clip", 25.0, None)
    summary.rim_seen = rim_seen
    _verdict(Overstated(), summary)
    note = capsys.readouterr().err
    assert "no shot was found" in note
    assert "give --rim" in note
    assert "courtside judge" in note
    assert ("and no hoop" in note) is not rim_seen


def test_cuts_are_told_but_not_the_beginning() -> None:
    summary = Summary("clip", 25.0, None)
    for index, cut in ((0, True), (1, False), (143, True)):
        summary.see(Snapshot(index, index / 25, (160, 128), (), None, np.zeros((0, 4)), None, cut))
    assert "a cut at 5.7 s: numbers of players begin anew" in summary.text()
    summary.see(Snapshot(200, 8.0, (160, 128), (), None, np.zeros((0, 4)), None, True))
    assert "cuts at 5.7 s, 8.0 s:" in summary.text()


def test_a_ball_that_left_the_picture_is_why_its_outcome_is_unknown() -> None:
    summary = Summary("clip", 25.0, None)
    gone = replace(shot("a", 8, ShotPhase.END, Outcome.UNKNOWN), evidence={"release_seen": "yes"})
    followed = replace(shot("b", 50, ShotPhase.END, Outcome.UNKNOWN), evidence={"release_seen": "yes", "sightings": 9})
    summary.add(None, (gone, followed))
    lines = summary.text().splitlines()
    assert lines[3].endswith("the ball left the picture")
    assert "left" not in lines[4]
    assert not summary.text().count(" \n")


def test_a_hoop_found_by_looking_first_is_the_rim_of_the_whole_recording(
    video: Path, tmp_path: Path, fake: FakePipeline, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    used: list[Calibration | None] = []

    def opened(_: object, calibration: Calibration | None) -> FakePipeline:
        used.append(calibration)
        return fake

    monkeypatch.setattr(pipeline_module, "open_pipeline", opened)
    monkeypatch.setattr(hoop_search, "search", lambda frames, _: Rim(75.0, 25.0, 30.0, 10.0) if list(frames) else None)
    plain = ["analyze", str(video), "--out", str(tmp_path), "--no-video", "--set", f"data_dir={tmp_path}"]
    assert main(plain) == 0
    assert "hoop found at 60,20,30,10 by looking through the recording first" in capsys.readouterr().err
    assert main([*plain, "--rim", "50,20,30,10"]) == 0
    assert "hoop found" not in capsys.readouterr().err
    assert [one and one.rim and (one.rim.x, one.rim.frame) for one in used] == [(60, 0), (50, 0)]


def test_without_a_court_nothing_is_said_in_metres(video: Path, tmp_path: Path, fake: FakePipeline) -> None:
    assert main(["analyze", str(video), "--out", str(tmp_path), "--no-video", "--rim", "60,20,30,10"]) == 0
    session = json.loads((tmp_path / "statistics.json").read_text())["session"]
    assert (session["attempts"], session["passes"]) == (2, 0)
    for name in ("distance_m", "top_speed_m_s", "points", "paint_attempts"):
        assert session[name] is None


@pytest.mark.parametrize("frames", ["0", "-5"])
def test_no_frames_are_refused(frames: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["analyze", "clip.mp4", "--out", "x", "--frames", frames])
    assert "at least 1" in capsys.readouterr().err


def test_no_shots_at_all_is_a_summary_too(tmp_path: Path) -> None:
    (tmp_path / "shots.png").write_bytes(b"of an earlier run")
    summary = analyse(Overstated(), FakePipeline({}, last=()), tmp_path, None)
    assert summary.headline() == "no shot was found"
    assert not (tmp_path / "shots.png").exists()
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
