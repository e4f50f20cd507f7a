"""Work beside the frames, one at a time: the newest that was asked for counts."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Job:
    """Work in a thread of its own that begins when the job `before` has ended, which is asked to stop.

    The work is handed an event and ends soon after that is set.
    """

    def __init__(self, work: Callable[[threading.Event], None], before: Job | None) -> None:
        self.stop = threading.Event()
        self._work = work
        self._before = before
        self._thread = threading.Thread(target=self._run, name="courtside-calibrating", daemon=True)

    def start(self) -> None:
        if self._before is not None:
            self._before.stop.set()
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def join(self, timeout_s: float | None = None) -> None:
        self._thread.join(timeout_s)

    def _run(self) -> None:
        before, self._before = self._before, None
        if before is not None:
            before.join()
        self._work(self.stop)
