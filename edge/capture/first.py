"""One frame, to look at: calibration and diagnosis need no more."""

from __future__ import annotations

import threading

from edge.capture.source import CaptureError, Source
from edge.types import Frame


def first_frame(source: Source, timeout_s: float) -> Frame:
    """The first frame of `source`, which is closed where none comes in time. Raises CaptureError with the reason."""
    said = ""

    def give_up() -> None:
        nonlocal said
        said = source.state.detail
        source.close()

    timer = threading.Timer(timeout_s, give_up)
    timer.daemon = True
    timer.start()
    try:
        frame = next(iter(source), None)
    finally:
        timer.cancel()
    if frame is None:
        raise CaptureError(said or f"{source.info.name}: gives no frame")
    return frame
