"""Cameras and streams: read by a thread of their own, watched, and opened again when they vanish."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

from calibration.model import Calibration
from edge.capture.mailbox import Mailbox
from edge.capture.source import CaptureError, Reader, SourceInfo
from edge.types import Frame, Image, SourceState

# No frame for this long and the source counts as gone: a read can block for ever inside a driver.
STALL_S = 8.0
_POLL_S = 0.05


class LiveSource:
    """Opens by `opener`, again and again with a doubling pause of at most `reopen_max_s`, until closed.

    Each try runs in a thread of its own. One that blocks inside a driver is left behind (it ends, and releases the
    device, as soon as the driver lets it go), so neither reopening nor closing ever waits for it.
    """

    def __init__(
        self,
        opener: Callable[[], Reader],
        info: SourceInfo,
        reopen_after_s: float,
        reopen_max_s: float,
        stall_s: float = STALL_S,
    ) -> None:
        self._opener = opener
        self._info = info
        self._reopen_after_s = reopen_after_s
        self._reopen_max_s = reopen_max_s
        self._stall_s = stall_s
        self._mailbox = Mailbox()
        self._stopped = threading.Event()
        self._state = SourceState("reconnecting", "opening")
        self._frames = 0
        self._supervisor = threading.Thread(target=self._supervise, name="courtside-capture", daemon=True)

    @property
    def info(self) -> SourceInfo:
        return self._info

    @property
    def state(self) -> SourceState:
        now = self._state
        return SourceState(now.state, now.detail, self._frames, self._mailbox.dropped)

    @property
    def calibration(self) -> Calibration | None:
        return None

    def __iter__(self) -> Iterator[Frame]:
        if self._supervisor.ident is None:
            self._supervisor.start()
        while (frame := self._mailbox.take()) is not None:
            yield frame

    def _supervise(self) -> None:
        try:
            self._keep_open()
        except Exception as error:
            self._mailbox.close(CaptureError(f"{self._info.name}: capture failed: {error!r}"))

    def _keep_open(self) -> None:
        pause_s = self._reopen_after_s
        while not self._stopped.is_set():
            before = self._frames
            reason = self._attempt()
            if self._stopped.is_set():
                return
            if self._frames > before:
                pause_s = self._reopen_after_s
            self._state = SourceState("reconnecting", f"{reason} (next try in {pause_s:g} s)")
            self._stopped.wait(pause_s)
            pause_s = min(2 * pause_s, self._reopen_max_s)

    def _attempt(self) -> str:
        """Open and read until the source fails, stalls or is closed; returns the reason in words."""
        attempt = _Attempt(self._opener, self._take)
        while not self._stopped.wait(_POLL_S):
            if attempt.reason is not None:
                return attempt.reason
            if time.monotonic() - attempt.alive_s > self._stall_s:
                attempt.abandon()
                return f"{self._info.name}: no frame for {self._stall_s:g} s"
        attempt.abandon()
        return "closed"

    def _take(self, info: SourceInfo, time_s: float, image: Image) -> None:
        self._info = info
        if self._state.state != "connected":
            self._state = SourceState("connected", info.name)
        self._mailbox.put(Frame(self._frames, time_s, image))
        self._frames += 1

    def __enter__(self) -> LiveSource:
        return self

    def __exit__(self, *reason: object) -> None:
        self.close()

    def close(self) -> None:
        self._stopped.set()
        self._state = SourceState("ended", "closed")
        self._mailbox.close()


class _Attempt:
    """One opening of the source. `reason` is set when it is over, `alive_s` moves with every frame."""

    def __init__(self, opener: Callable[[], Reader], take: Callable[[SourceInfo, float, Image], None]) -> None:
        self.reason: str | None = None
        self.alive_s = time.monotonic()
        self._opener = opener
        self._take = take
        self._lock = threading.Lock()
        self._abandoned = False
        threading.Thread(target=self._run, name="courtside-reader", daemon=True).start()

    def abandon(self) -> None:
        """From here on no frame of this try is passed on."""
        with self._lock:
            self._abandoned = True

    def _run(self) -> None:
        try:
            reader = self._opener()
        except CaptureError as error:
            self.reason = str(error)
            return
        except Exception as error:
            self.reason = f"cannot be opened: {error!r}"
            return
        try:
            self._read(reader)
        except Exception as error:
            self.reason = f"{reader.info.name}: reading failed: {error!r}"
        finally:
            reader.close()

    def _read(self, reader: Reader) -> None:
        while (found := reader.read()) is not None:
            self.alive_s = time.monotonic()
            with self._lock:
                if self._abandoned:
                    return
                self._take(reader.info, *found)
        self.reason = f"{reader.info.name}: gives no more frames; is it still plugged in?"
