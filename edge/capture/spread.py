"""Some frames spread over a recording, to look through before it is gone through frame by frame."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from edge.capture.opening import file_path
from edge.config import SourceConfig
from edge.types import Image

# Up to so many frames all are decoded in turn; in a longer recording jumping to the next key picture is quicker.
_SHORT = 3000


def spread_frames(config: SourceConfig, frames: int, count: int) -> Iterator[Image]:
    """Up to `count` pictures (H, W, 3) BGR, evenly spread over the first `frames` frames, the first always among them.

    Ends early, with no error, where the recording does.
    """
    capture = cv2.VideoCapture(str(file_path(config.uri)), cv2.CAP_FFMPEG)
    try:
        at = 0
        for index in np.unique(np.linspace(0, frames - 1, count).round().astype(int)).tolist():
            if frames > _SHORT:
                capture.set(cv2.CAP_PROP_POS_FRAMES, index)
            else:
                while at < index and capture.grab():
                    at += 1
            good, image = capture.read()
            at += 1
            if not good:
                return
            yield np.asarray(image, np.uint8)
    finally:
        capture.release()
