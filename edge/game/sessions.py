"""Sessions in SQLite: every event a row, written before anybody is told; figures are counted from them when asked.

WAL without a sync at each commit: a killed process loses nothing, and `sync`, from another thread's connection, brings
to the disk what a power cut would take.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from calibration.court import Court
from edge.figures import GameEvent, SessionFigures
from edge.game.event_text import decode, encode, kind_of, time_of
from edge.game.recount import recount
from edge.transaction import transaction

# 2: the index that lists sessions without their events, of which there are gigabytes.
VERSION = 2
_TABLES = """
CREATE TABLE IF NOT EXISTS sessions
  (id TEXT PRIMARY KEY, started TEXT NOT NULL, ended TEXT, source TEXT NOT NULL, court TEXT);
CREATE TABLE IF NOT EXISTS events
  (row INTEGER PRIMARY KEY, session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
   kind TEXT NOT NULL, time_s REAL NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS by_session ON events (session, row);
CREATE INDEX IF NOT EXISTS by_kind ON events (session, kind, time_s);
"""


class SessionError(Exception):
    """The store of sessions cannot be used, or has no such session; one line that says what to do."""


class UnknownSession(SessionError):
    """There is no session of this id."""


@dataclass(frozen=True, slots=True)
class Session:
    """One run of the box, or one from a reset of its statistics to the next. ended: None while it runs, and for a run
    that was killed. court: the last it was calibrated on."""

    id: str
    started: datetime
    ended: datetime | None
    source: str
    court: Court | None = None


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One line of a list of sessions."""

    session: Session
    seconds: float
    shots: int
    events: int


class SessionStore:
    """For one thread. path: sessions.db of the box's data. wait_s: how long to wait where another process writes.

    Every method raises SessionError where the file cannot be used."""

    def __init__(self, path: Path, wait_s: float = 5.0, create: bool = True) -> None:
        self._path = path
        if not create and not path.exists():
            raise SessionError(f"{path}: no sessions yet; 'courtside run' keeps them there")
        with self._telling():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=wait_s, isolation_level=None, check_same_thread=False)
        try:
            self._prepare()
        except SessionError:
            self._db.close()
            raise

    def _prepare(self) -> None:
        with self._telling():
            found = int(self._db.execute("PRAGMA user_version").fetchone()[0])
            if found > VERSION:
                raise SessionError(f"{self._path}: was written by a newer courtside; update this one")
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.execute("PRAGMA foreign_keys=ON")
            if found < VERSION:
                self._db.executescript(f"BEGIN IMMEDIATE;{_TABLES}PRAGMA user_version={VERSION};COMMIT;")

    def write(self, session: Session, events: Sequence[GameEvent] = ()) -> None:
        """Keep these events, all or none; the session as it is now."""
        court = None if session.court is None else json.dumps(asdict(session.court))
        ended = None if session.ended is None else session.ended.isoformat()
        with self._change():
            self._db.execute(
                "INSERT INTO sessions VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
                " ended = excluded.ended, court = coalesce(excluded.court, court)",
                (session.id, session.started.isoformat(), ended, session.source, court),
            )
            self._db.executemany(
                "INSERT INTO events (session, kind, time_s, body) VALUES (?, ?, ?, ?)",
                [(session.id, kind_of(event), time_of(event), encode(event)) for event in events],
            )

    def sync(self) -> None:
        """Bring what is written to the disk, as far as nobody reads it."""
        with self._telling():
            self._db.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def sessions(self) -> list[SessionLine]:
        """Newest first."""
        with self._telling():
            rows = self._db.execute(
                "SELECT s.*, coalesce(max(e.time_s) - min(e.time_s), 0), count(e.row),"
                " (SELECT count(*) FROM events o INDEXED BY by_kind WHERE o.session = s.id AND o.kind = 'shot'"
                " AND json_extract(o.body, '$.phase') = 'end')"
                " FROM sessions s LEFT JOIN events e INDEXED BY by_kind ON e.session = s.id"
                " GROUP BY s.id ORDER BY s.started DESC, s.id DESC"
            ).fetchall()
            return [SessionLine(_session(row[:5]), float(row[5]), int(row[7]), int(row[6])) for row in rows]

    def session(self, session_id: str) -> Session:
        with self._telling():
            row = self._db.execute("SELECT * FROM sessions WHERE id = ?", (session_id,)).fetchone()
            if row is None:
                raise UnknownSession(
                    f"{session_id}: no such session in {self._path}; 'courtside sessions list' has them"
                )
            return _session(row)

    def events(self, session_id: str) -> list[GameEvent]:
        """In the order in which they were told."""
        with self._telling():
            rows = self._db.execute("SELECT kind, body FROM events WHERE session = ? ORDER BY row", (session_id,))
            return [decode(kind, body) for kind, body in rows]

    def figures(self, session_id: str) -> SessionFigures:
        return recount(self.events(session_id), self.session(session_id).court)

    def delete(self, session_id: str) -> None:
        self.session(session_id)
        self._delete([session_id])

    def delete_before(self, moment: datetime, running: str | None = None) -> list[str]:
        """Forget the sessions begun before a moment but for `running`; the ids of those that were."""
        return self._delete([session.id for session in self._oldest(running) if session.started < moment])

    def delete_beyond(self, most_bytes: int, running: str | None = None) -> list[str]:
        """Forget the oldest sessions but for `running` until no more is taken up; the ids of those that were. The file
        stays as large, what comes next fills it."""
        gone: list[str] = []
        for session in self._oldest(running):
            if self._used_bytes() <= most_bytes:
                break
            gone += self._delete([session.id])
        return gone

    def _oldest(self, but: str | None) -> list[Session]:
        with self._telling():
            rows = self._db.execute("SELECT * FROM sessions ORDER BY started, id").fetchall()
            return [session for session in map(_session, rows) if session.id != but]

    def _delete(self, ids: Sequence[str]) -> list[str]:
        """One at a time, so that nobody else waits for long."""
        for one in ids:
            with self._change():
                self._db.execute("DELETE FROM sessions WHERE id = ?", (one,))
        return list(ids)

    def _used_bytes(self) -> int:
        with self._telling():
            pages, free, size = (
                int(self._db.execute(f"PRAGMA {name}").fetchone()[0])
                for name in ("page_count", "freelist_count", "page_size")
            )
            return (pages - free) * size

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def _change(self) -> Iterator[None]:
        with self._telling(), transaction(self._db):
            yield

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Whatever goes wrong with the file in one line."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise SessionError(f"{self._path}: {_reason(error)}") from None
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise SessionError(f"{self._path}: is damaged ({error!r}); move the file away") from None


def _session(row: Sequence[str | None]) -> Session:
    known_id, started, ended, source, court = row
    return Session(
        id=str(known_id),
        started=datetime.fromisoformat(str(started)),
        ended=None if ended is None else datetime.fromisoformat(ended),
        source=str(source),
        court=None if court is None else Court(**json.loads(court)),
    )


def _reason(error: Exception) -> str:
    said = str(error)
    if "locked" in said or "busy" in said:
        return "another process writes to it; try again when it is done"
    if "full" in said or "No space" in said:
        return "the disk is full; free some space, or delete sessions"
    if "malformed" in said or "not a database" in said or "no such table" in said or "no such column" in said:
        return f"is damaged ({said}); move the file away and the box begins another"
    return f"cannot be used ({said}); make it and its folder writable, or move the file away"
