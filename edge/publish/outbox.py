"""Messages that must arrive: kept in SQLite until the broker has acknowledged them."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from edge.publish.errors import PublishError
from edge.transaction import transaction

LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class Waiting:
    """One kept message; `row` orders them."""

    row: int
    topic: str
    payload: bytes


class Outbox:
    """A bounded queue on disk, oldest first. Where it is full the oldest message goes and is counted.

    For one thread. Survives a kill and a power cut: WAL, synced at each commit.
    """

    def __init__(self, path: Path, limit: int = LIMIT) -> None:
        self._limit = limit
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.execute("PRAGMA secure_delete=ON")
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS waiting"
                " (row INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, payload BLOB NOT NULL)"
            )
            self._db.execute("CREATE TABLE IF NOT EXISTS counts (name TEXT PRIMARY KEY, value INTEGER NOT NULL)")
            self._size = int(self._db.execute("SELECT count(*) FROM waiting").fetchone()[0])
            found = self._db.execute("SELECT value FROM counts WHERE name = 'dropped'").fetchone()
        except (OSError, sqlite3.Error) as error:
            raise PublishError(
                f"{path}: the outbox cannot be opened ({error}); make its folder writable, or move the file away"
            ) from None
        self._dropped = int(found[0]) if found else 0

    def __len__(self) -> int:
        return self._size

    @property
    def dropped(self) -> int:
        """Messages thrown away since the file was made."""
        return self._dropped

    def add(self, topic: str, payload: bytes) -> None:
        """Keep a message. Raises PublishError where the disk refuses."""
        try:
            with transaction(self._db):
                self._db.execute("INSERT INTO waiting (topic, payload) VALUES (?, ?)", (topic, payload))
                surplus = self._size + 1 - self._limit
                if surplus > 0:
                    self._db.execute(
                        "DELETE FROM waiting WHERE row IN (SELECT row FROM waiting ORDER BY row LIMIT ?)", (surplus,)
                    )
                    self._db.execute(
                        "INSERT INTO counts VALUES ('dropped', ?) ON CONFLICT (name) DO UPDATE SET value = value + ?",
                        (surplus, surplus),
                    )
        except sqlite3.Error as error:
            raise PublishError(f"{self._path}: cannot keep a message ({error}); free some disk space") from None
        self._size = min(self._size + 1, self._limit)
        self._dropped += max(surplus, 0)

    def after(self, row: int, limit: int) -> list[Waiting]:
        """Up to `limit` messages behind `row` (0: from the oldest), in order."""
        rows = self._db.execute(
            "SELECT row, topic, payload FROM waiting WHERE row > ? ORDER BY row LIMIT ?", (row, limit)
        )
        return [Waiting(*values) for values in rows]

    def remove(self, row: int) -> None:
        """Forget an acknowledged message; nothing happens where it was dropped meanwhile."""
        self._size -= self._db.execute("DELETE FROM waiting WHERE row = ?", (row,)).rowcount

    def forget(self, topic: str, player: str) -> None:
        """Waiting messages of this topic about a player who wants to be forgotten. Raises PublishError."""
        try:
            rows = self._db.execute("SELECT row, payload FROM waiting WHERE topic = ?", (topic,)).fetchall()
            of_him = [(row,) for row, payload in rows if json.loads(payload).get("player") == player]
            self._db.executemany("DELETE FROM waiting WHERE row = ?", of_him)
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            raise PublishError(f"{self._path}: messages about {player} cannot be deleted ({error})") from None
        self._size -= len(of_him)

    def close(self) -> None:
        self._db.close()
