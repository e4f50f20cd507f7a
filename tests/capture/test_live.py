"""Cameras that vanish, block and come back, played by readers made for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np
import pytest

from calibration.model import Calibration
from edge.capture import CaptureError, SourceInfo, first_frame, open_source
from edge.capture.live import LiveSource
from edge.config import SourceConfig
from edge.types import Image

INFO = SourceInfo("fake camera", 64, 48, 30.0, live=True)
SOON_S = 10.0


class FakeReader:
    """Gives `frames` frames, then blocks on `blocker` if there is one, then ends."""

    info = INFO
    calibration: Calibration | None = None
    damage = ""

    def __init__(self, frames: int, blocker: threading.Event | None = None, pause_s: float = 0.005) -> None:
        self.left = frames
        self.blocker = blocker
        self.pause_s = pause_s
        self.closed = threading.Event()

    def read(self) -> tuple[float, Image] | None:
        time.sleep(self.pause_s)
        if self.left == 0:
            if self.blocker is not None:
                self.blocker.wait()
            return None
        self.left -= 1
        return time.monotonic(), np.zeros((48, 64, 3), np.uint8)

    def close(self) -> None:
        self.closed.set()


def live(
    opener: Callable[[], FakeReader], stall_s: float = 5.0, after_s: float = 0.01, max_s: float = 0.05
) -> LiveSource:
    return LiveSource(opener, INFO, reopen_after_s=after_s, reopen_max_s=max_s, stall_s=stall_s)


def wait_for(condition: Callable[[], bool]) -> None:
    end_s = time.monotonic() + SOON_S
    while not condition():
        assert time.monotonic() < end_s, "it did not happen"
        time.sleep(0.005)


def test_a_camera_that_vanishes_is_opened_again() -> None:
    opened: list[FakeReader] = []
    states: list[str] = []

    def opener() -> FakeReader:
        if len(opened) == 1:
            opened.append(FakeReader(0))
            raise CaptureError("fake camera: no such camera")
        opened.append(FakeReader(5))
        return opened[-1]

    with live(opener) as source:
        frames = []
        for frame in source:
            frames.append(frame)
            states.append(source.state.state)
            if frame.index >= 7:
                break
        assert len(opened) >= 3
        assert opened[0].closed.is_set()
    indices = [frame.index for frame in frames]
    times = [frame.time_s for frame in frames]
    assert indices == sorted(set(indices))
    assert times == sorted(times)
    assert "connected" in states
    assert source.state.state == "ended"


def test_the_reason_of_a_failed_opening_is_published() -> None:
    def opener() -> FakeReader:
        raise CaptureError("fake camera: no such camera; plug it in")

    with live(opener) as source:
        threading.Thread(target=lambda: list(source), daemon=True).start()
        wait_for(lambda: "plug it in" in source.state.detail)
        assert source.state.state == "reconnecting"


def test_pauses_double_up_to_the_longest_and_begin_anew_after_frames() -> None:
    tries: list[FakeReader] = []
    pauses: list[str] = []

    def opener() -> FakeReader:
        tries.append(FakeReader(2 if len(tries) == 4 else 0))
        return tries[-1]

    with live(opener, after_s=0.02, max_s=0.08) as source:
        threading.Thread(target=lambda: list(source), daemon=True).start()

        def note() -> bool:
            detail = source.state.detail
            pause = detail.partition("next try in ")[2]
            if pause and (not pauses or pauses[-1] != f"{len(tries)}: {pause}"):
                pauses.append(f"{len(tries)}: {pause}")
            return len(tries) >= 6

        wait_for(note)
    by_try = dict(pause.split(": ") for pause in pauses)
    assert by_try["1"] == "0.02 s)"
    assert by_try["2"] == "0.04 s)"
    assert by_try["3"] == by_try["4"] == "0.08 s)"
    assert by_try["5"] == "0.02 s)"


def test_a_reader_that_blocks_is_left_behind() -> None:
    blocker = threading.Event()
    opened: list[FakeReader] = []

    def opener() -> FakeReader:
        opened.append(FakeReader(2, blocker) if not opened else FakeReader(1000))
        return opened[-1]

    with live(opener, stall_s=0.3) as source:
        frames = iter(source)
        while len(opened) < 2:
            next(frames)
        assert next(frames).index >= 2
        assert not opened[0].closed.is_set()
        blocker.set()
        assert opened[0].closed.wait(SOON_S)


def test_closing_does_not_wait_for_a_reader_that_blocks() -> None:
    blocker = threading.Event()
    source = live(lambda: FakeReader(1, blocker))
    frames = iter(source)
    next(frames)
    done = threading.Event()
    threading.Thread(target=lambda: (source.close(), list(frames), done.set()), daemon=True).start()
    assert done.wait(SOON_S)
    blocker.set()


def test_a_slow_taker_gets_the_newest_frame_and_the_rest_is_counted() -> None:
    with live(lambda: FakeReader(1000, pause_s=0.001)) as source:
        frames = iter(source)
        first = next(frames)
        wait_for(lambda: source.state.frames > first.index + 20)
        second = next(frames)
        assert second.index > first.index + 10
        assert source.state.dropped >= second.index - first.index - 1


def test_a_reader_that_breaks_is_a_reason_not_a_crash() -> None:
    class Broken(FakeReader):
        def read(self) -> tuple[float, Image] | None:
            raise RuntimeError("driver says no")

    with live(lambda: Broken(0)) as source:
        threading.Thread(target=lambda: list(source), daemon=True).start()
        wait_for(lambda: "driver says no" in source.state.detail)
        assert source.state.frames == 0


def test_a_stream_that_nobody_serves_is_reconnecting_and_hides_the_password() -> None:
    config = SourceConfig(uri="rtsp://user:secret@127.0.0.1:9/live", reopen_after_s=0.05)
    with open_source(config) as source:
        threading.Thread(target=lambda: list(source), daemon=True).start()
        wait_for(lambda: "does not answer" in source.state.detail)
        assert source.state.state == "reconnecting"
        assert "secret" not in source.state.detail + source.info.name


def test_a_camera_that_is_absent_says_what_to_do() -> None:
    with open_source(SourceConfig(uri="/dev/video97")) as source, pytest.raises(CaptureError, match="plug it in"):
        first_frame(source, 0.5)


@pytest.mark.parametrize("uri", ["ftp://host/clip.mp4", "gym://practise", "gym://practice/more", "gym://?seed=3"])
def test_an_address_that_nobody_understands_is_refused(uri: str) -> None:
    with pytest.raises(CaptureError, match=r"gym://"):
        open_source(SourceConfig(uri=uri))
