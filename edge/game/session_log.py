"""The session that goes on: what the box tells is kept first. A disk that refuses stops nothing but the keeping."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from calibration.court import Court
from edge.figures import GameEvent
from edge.game.sessions import Session, SessionError, SessionStore

_log = logging.getLogger(__name__)

# Longest that a frame waits for another process that writes; what could not be written is tried again with the next.
_WAIT_S = 0.1
# So many events wait for a disk that refuses: about an hour of a game. To try that with each of them takes more time
# than frames have, so where more than a few wait it is tried so often, s.
_KEPT, _FEW, _AGAIN_S = 10_000, 200, 5.0


class SessionLog:
    """For one thread at a time. problem: in one line why nothing is kept at present, else empty."""

    def __init__(self, path: Path, session: Session) -> None:
        self._path = path
        self._session = session
        self._run = session.id
        self._store: SessionStore | None = None
        self._waiting: list[GameEvent] = []
        self._parts = 1
        # Whether there is anything to tell of the session that goes on.
        self._known = False
        self._again_s = 0.0
        self.problem = ""

    @property
    def session_id(self) -> str:
        """Of the session that goes on."""
        return self._session.id

    @property
    def running_id(self) -> str | None:
        """Of the session that goes on, if one does."""
        return self._session.id if self._session.ended is None else None

    def use(self, court: Court | None) -> None:
        """The court from now on, and for the session's figures; None leaves it."""
        self._session = replace(self._session, court=court or self._session.court)

    def forget(self, before: datetime, most_bytes: int) -> None:
        """Delete sessions begun before a moment, then the oldest until they take up no more; never this one. What
        refuses is left for another time."""
        if not self._path.exists():
            return
        try:
            with contextlib.closing(SessionStore(self._path, _WAIT_S)) as store:
                gone = store.delete_before(before, self._session.id)
                gone += store.delete_beyond(most_bytes, self._session.id)
        except SessionError as error:
            _log.warning("old sessions are not deleted: %s", error)
        else:
            if gone:
                _log.info("sessions deleted because of their age or size: %s", ", ".join(gone))

    def add(self, events: Sequence[GameEvent]) -> None:
        if not events:
            return
        self._known = True
        self._waiting += events
        del self._waiting[:-_KEPT]
        if not self.problem or len(self._waiting) <= _FEW or time.monotonic() >= self._again_s:
            self._write()

    def begin_anew(self, now: datetime, ended: datetime | None = None) -> None:
        """Statistics begin anew: so does a session, numbered after the run's. ended: when the last one's last event
        was, where that is a while ago."""
        self.end(ended or now)
        self._parts += 1
        self._waiting, self._known = [], False
        self._session = replace(self._session, id=f"{self._run}-{self._parts}", started=now, ended=None)

    def end(self, now: datetime) -> None:
        """Nothing more comes of this session. One of which nothing is known is not kept."""
        if self._known:
            self._session = replace(self._session, ended=now)
            self._write()

    def sync(self) -> None:
        """From any thread: bring what was kept to the disk, which frames do not wait for."""
        if self._path.exists():
            with contextlib.suppress(SessionError), contextlib.closing(SessionStore(self._path, _WAIT_S)) as store:
                store.sync()

    def close(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None

    def _write(self) -> None:
        try:
            self._store = self._store or SessionStore(self._path, _WAIT_S)
            self._store.write(self._session, self._waiting)
        except SessionError as error:
            if not self.problem:
                _log.warning("sessions are not kept: %s", error)
            self.problem, self._again_s = str(error), time.monotonic() + _AGAIN_S
            self.close()  # what is opened next may be another file, where this one was moved away
        else:
            self._waiting, self.problem = [], ""
