"""The first frames of a source, to look at: calibration and diagnosis need no more."""

from __future__ import annotations

import threading

from edge.capture.source import CaptureError, Source
from edge.types import Frame, Image


def first_frame(source: Source, timeout_s: float) -> Frame:
    """The first frame of `source`, which is closed where none comes in time. Raises CaptureError with the reason."""
    return _take(source, 0.0, timeout_s)[0]


def first_frames(source: Source, length_s: float, timeout_s: float) -> list[Image]:
    """The images of the first `length_s` of a source, at least one. Raises CaptureError where none comes in time."""
    return [frame.image for frame in _take(source, length_s, timeout_s)]


def _take(source: Source, length_s: float, timeout_s: float) -> list[Frame]:
    said = ""

    def give_up() -> None:
        nonlocal said
        said = source.state.detail
        source.close()

    timer = threading.Timer(timeout_s, give_up)
    timer.daemon = True
    timer.start()
    frames: list[Frame] = []
    try:
        for frame in source:
            frames.append(frame)
            if frame.time_s - frames[0].time_s >= length_s:
                break
    finally:
        timer.cancel()
    if not frames:
        raise CaptureError(said or f"{source.info.name}: gives no frame")
    return frames
