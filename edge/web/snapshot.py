"""The newest frame as JPEG, encoded at most once a frame."""

from __future__ import annotations

import threading
from collections.abc import Callable

import cv2

from edge.types import Image

JPEG_QUALITY = 82


class SnapshotEncoder:
    """`newest()` may be called from several threads; a frame that was asked for already is not encoded again."""

    def __init__(self, frame: Callable[[], Image | None]) -> None:
        self._frame = frame
        self._lock = threading.Lock()
        self._encoded: tuple[Image, bytes] | None = None

    def newest(self) -> bytes | None:
        """JPEG of the newest frame at its full size, or None while there is none."""
        image = self._frame()
        if image is None:
            return None
        with self._lock:
            if self._encoded is None or self._encoded[0] is not image:
                done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
                if not done:
                    return None
                self._encoded = (image, data.tobytes())
            return self._encoded[1]
