"""Sources that can be played at any speed: video files and the virtual gym."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from calibration.model import Calibration
from edge.capture.mailbox import Mailbox
from edge.capture.source import CaptureError, Reader, SourceInfo
from edge.types import Frame, SourceState


class OfflineSource:
    """Every frame of a recording: as fast as they are asked for, or `paced`, none before it is due."""

    def __init__(self, reader: Reader, paced: bool = False) -> None:
        self._reader = reader
        self._clock = _Clock() if paced else None
        self._stopped = threading.Event()
        self._state = SourceState("connected", reader.info.name)

    @property
    def info(self) -> SourceInfo:
        return self._reader.info

    @property
    def state(self) -> SourceState:
        return self._state

    @property
    def calibration(self) -> Calibration | None:
        return self._reader.calibration

    def __iter__(self) -> Iterator[Frame]:
        while not self._stopped.is_set():
            found = self._reader.read()
            if found is None or (self._clock is not None and self._stopped.wait(self._clock.wait_s(found[0]))):
                break
            frame = Frame(self._state.frames, *found)
            self._state = SourceState("connected", self.info.name, frames=frame.index + 1)
            yield frame
        self._state = SourceState("ended", self._reader.damage or "end of the recording", self._state.frames)

    def __enter__(self) -> OfflineSource:
        return self

    def __exit__(self, *reason: object) -> None:
        self.close()

    def close(self) -> None:
        self._stopped.set()
        self._reader.close()


class _Clock:
    """When frames are due. One that is late already shifts what follows, it makes nothing hurry."""

    def __init__(self) -> None:
        self._origin_s: float | None = None

    def wait_s(self, time_s: float) -> float:
        """Seconds until the frame of this time on the recording's clock is due."""
        now_s = time.monotonic()
        if self._origin_s is None or now_s - self._origin_s > time_s:
            self._origin_s = now_s - time_s
        return max(0.0, self._origin_s + time_s - now_s)


class PacedSource:
    """The virtual gym as a camera, played by a thread of its own: whoever comes late gets the newest frame."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._mailbox = Mailbox()
        self._stopped = threading.Event()
        self._state = SourceState("connected", reader.info.name)
        self._thread = threading.Thread(target=self._capture, name="courtside-capture", daemon=True)

    @property
    def info(self) -> SourceInfo:
        return self._reader.info

    @property
    def state(self) -> SourceState:
        now = self._state
        return SourceState(now.state, now.detail, now.frames, self._mailbox.dropped)

    @property
    def calibration(self) -> Calibration | None:
        return self._reader.calibration

    def __iter__(self) -> Iterator[Frame]:
        if self._thread.ident is None:
            self._thread.start()
        while (frame := self._mailbox.take()) is not None:
            yield frame

    def _capture(self) -> None:
        try:
            self._play()
        except CaptureError as error:
            self._mailbox.close(error)
        except Exception as error:
            self._mailbox.close(CaptureError(f"{self.info.name}: capture failed: {error!r}"))
        finally:
            self._reader.close()
            self._mailbox.close()

    def _play(self) -> None:
        clock, index = _Clock(), 0
        while not self._stopped.is_set() and (found := self._reader.read()) is not None:
            if self._stopped.wait(clock.wait_s(found[0])):
                return
            self._mailbox.put(Frame(index, *found))
            index += 1
            self._state = SourceState("connected", self.info.name, frames=index)
        self._state = SourceState("ended", self._reader.damage or "end of the recording", index)

    def __enter__(self) -> PacedSource:
        return self

    def __exit__(self, *reason: object) -> None:
        self.close()

    def close(self) -> None:
        self._stopped.set()
        self._mailbox.close()
        if self._thread.ident is None:
            self._reader.close()
        elif self._thread is not threading.current_thread():
            self._thread.join(timeout=1.0)
