"""Video files: every frame offline, the newest one at their own speed, and one line for whatever is no video."""

from __future__ import annotations

import os
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.capture import CaptureError, open_source, spread_frames
from edge.capture.container import missing_bytes, played_s
from edge.config import SourceConfig

FPS = 25.0
FRAMES = 40


def write_video(path: Path, frames: int = FRAMES, fps: float = FPS) -> Path:
    """A clip whose frame i has the grey level 5 i, modulo 250."""
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"mp4v"), fps, (160, 128))
    for index in range(frames):
        writer.write(np.full((128, 160, 3), 5 * index % 250, np.uint8))
    writer.release()
    return path


def move_index_to_front(path: Path) -> bytes:
    """The same mp4 with its moov box first, as cameras that stream write it (offsets in stco moved accordingly)."""
    data, boxes, position = path.read_bytes(), {}, 0
    while position < len(data):
        length = int.from_bytes(data[position : position + 4], "big")
        boxes[data[position + 4 : position + 8]] = data[position : position + length]
        position += length
    moov = bytearray(boxes[b"moov"])
    at = moov.index(b"stco") + 8
    for entry in range(int.from_bytes(moov[at : at + 4], "big")):
        where = at + 4 + 4 * entry
        moved = int.from_bytes(moov[where : where + 4], "big") + len(moov)
        moov[where : where + 4] = moved.to_bytes(4, "big")
    rest = b"".join(box for name, box in boxes.items() if name not in (b"ftyp", b"moov"))
    return boxes[b"ftyp"] + bytes(moov) + rest


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_video(tmp_path_factory.mktemp("videos") / "clip.mp4")


def test_offline_gives_every_frame_in_order(video: Path) -> None:
    with open_source(SourceConfig(uri=str(video), realtime=False)) as source:
        frames = list(source)
        assert (source.info.width, source.info.height, source.info.frames) == (160, 128, FRAMES)
        assert source.info.fps == pytest.approx(FPS)
        assert (source.state.state, source.state.frames, source.state.dropped) == ("ended", FRAMES, 0)
    assert [frame.index for frame in frames] == list(range(FRAMES))
    assert [frame.time_s for frame in frames] == pytest.approx([index / FPS for index in range(FRAMES)], abs=1e-6)
    levels = [frame.image.mean() for frame in frames]
    assert levels == pytest.approx([5 * index for index in range(FRAMES)], abs=4)


def test_a_file_at_its_own_speed_comes_whole_however_slow_the_reader(video: Path) -> None:
    with open_source(SourceConfig(uri=str(video), realtime=True)) as source:
        indices = []
        for frame in source:
            indices.append(frame.index)
            time.sleep(1.5 / FPS)
        assert (source.state.state, source.state.frames, source.state.dropped) == ("ended", FRAMES, 0)
    assert indices == list(range(FRAMES))


def test_a_file_at_its_own_speed_gives_no_frame_before_it_is_due(video: Path) -> None:
    with open_source(SourceConfig(uri=str(video), realtime=True)) as source:
        start_s = time.monotonic()
        early = [frame.time_s - (time.monotonic() - start_s) for frame in source]
    assert max(early) < 0.5 / FPS


def test_closing_a_paced_source_ends_its_iteration(video: Path) -> None:
    source = open_source(SourceConfig(uri=str(video), realtime=True))
    frames = iter(source)
    next(frames)
    source.close()
    assert len(list(frames)) <= 1


def test_a_source_that_was_never_read_closes(video: Path) -> None:
    for realtime in (True, False):
        source = open_source(SourceConfig(uri=str(video), realtime=realtime))
        source.close()
        assert list(source) == []


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("absent.mp4", None, "no such file"),
        ("empty.mp4", b"", "is empty"),
        ("text.mp4", b"dear diary, today I made a shot\n" * 400, "is not a video"),
        ("court.png", b"\x89PNG\r\n", "is a picture"),
    ],
)
def test_what_is_no_video_is_refused_in_one_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], name: str, content: bytes | None, message: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CaptureError, match=message) as caught:
        open_source(SourceConfig(uri=str(path)))
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert capfd.readouterr().err == ""


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="is a folder"):
        open_source(SourceConfig(uri=str(tmp_path)))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(video: Path, tmp_path: Path) -> None:
    path = tmp_path / "secret.mp4"
    path.write_bytes(video.read_bytes())
    path.chmod(0)
    with pytest.raises(CaptureError, match="cannot be read"):
        open_source(SourceConfig(uri=str(path)))


def test_a_file_cut_off_before_its_index_is_refused(video: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.mp4"
    data = video.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(CaptureError, match="cut off"):
        open_source(SourceConfig(uri=str(path)))


def test_a_file_cut_off_after_its_index_gives_what_is_there(video: Path, tmp_path: Path) -> None:
    whole, path = tmp_path / "whole.mp4", tmp_path / "cut.mp4"
    data = move_index_to_front(video)
    whole.write_bytes(data)
    path.write_bytes(data[: len(data) - len(data) // 4])
    assert missing_bytes(whole) == 0
    assert missing_bytes(path) == len(data) // 4
    with open_source(SourceConfig(uri=str(path), realtime=False)) as source:
        frames = list(source)
        state = source.state
    assert 0 < len(frames) < FRAMES
    assert state.state == "ended"
    assert state.detail.startswith("cut off")
    assert f"{len(frames)} of {FRAMES} frames" in state.detail


def test_bytes_that_are_no_mp4_are_not_called_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "clip.avi"
    path.write_bytes(b"RIFF" + bytes(100))
    assert missing_bytes(path) == 0


def test_a_recording_trimmed_by_its_header_plays_as_long_as_that_says(video: Path, tmp_path: Path) -> None:
    """Trimming on a phone leaves the frames in the file and shortens what is played."""
    data = bytearray(video.read_bytes())
    at = data.index(b"mvhd") + 4
    timescale = int.from_bytes(data[at + 12 : at + 16], "big")
    assert played_s(video) == pytest.approx(FRAMES / FPS, abs=0.01)
    data[at + 16 : at + 20] = (timescale * 6 // 5).to_bytes(4, "big")
    trimmed = tmp_path / "trimmed.mp4"
    trimmed.write_bytes(data)
    assert played_s(trimmed) == pytest.approx(1.2)
    with open_source(SourceConfig(uri=str(trimmed), realtime=False)) as source:
        assert source.info.frames == 30


def test_what_is_no_mp4_plays_as_long_as_its_decoder_says(tmp_path: Path) -> None:
    for content in (b"", b"\x1aE\xdf\xa3 matroska of some length", b"\0\0\0\x08ftyp\0\0\0\x04mvhd"):
        path = tmp_path / "clip"
        path.write_bytes(content)
        assert played_s(path) is None


@pytest.mark.parametrize("short", [3000, 10])
def test_frames_spread_over_a_recording(video: Path, monkeypatch: pytest.MonkeyPatch, short: int) -> None:
    monkeypatch.setattr("edge.capture.spread._SHORT", short)
    config = SourceConfig(uri=str(video), realtime=False)
    levels = [image.mean() for image in spread_frames(config, FRAMES, 5)]
    assert levels == pytest.approx([0, 50, 100, 145, 195], abs=4)
    assert len(list(spread_frames(config, 3, 5))) == 3
    assert len(list(spread_frames(config, 2 * FRAMES, 4))) == 2
