"""Between the thread that captures and the one that analyses: room for one frame, and the newest wins."""

from __future__ import annotations

import threading

from edge.types import Frame


class Mailbox:
    """A frame that was not taken before the next one came is replaced and counted in `dropped`."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._frame: Frame | None = None
        self._closed = False
        self._error: Exception | None = None
        self.dropped = 0

    def put(self, frame: Frame) -> None:
        with self._condition:
            if self._closed:
                return
            self.dropped += self._frame is not None
            self._frame = frame
            self._condition.notify_all()

    def take(self) -> Frame | None:
        """The newest frame, waiting for one; None once the box is closed and empty. Raises what `close` was given."""
        with self._condition:
            while self._frame is None and not self._closed:
                self._condition.wait()
            frame, self._frame = self._frame, None
            if frame is None and self._error is not None:
                raise self._error
            return frame

    def close(self, error: Exception | None = None) -> None:
        """Take no more frames; the one that waits can still be taken."""
        with self._condition:
            if not self._closed:
                self._closed, self._error = True, error
            self._condition.notify_all()
