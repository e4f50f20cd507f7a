"""Enrolled players and their shots in SQLite. These are people's biometrics: nobody is in here who did not agree, the
file stays on the box, and whoever is forgotten leaves nothing behind, not even in the file's free pages.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from edge.form.errors import FormError
from edge.form.sides import Hand
from edge.transaction import transaction
from edge.types import FloatArray, FormSequence, Outcome

VERSION = 2
LONGEST_NAME = 40
MADE, CHOSEN, ALL = "made", "chosen", "all"
_TABLES = """
CREATE TABLE players
  (name TEXT PRIMARY KEY, agreed TEXT NOT NULL, height_m REAL, standard TEXT NOT NULL,
   hand TEXT NOT NULL DEFAULT 'right');
CREATE TABLE shots
  (id TEXT PRIMARY KEY, player TEXT NOT NULL REFERENCES players (name) ON DELETE CASCADE ON UPDATE CASCADE,
   taken TEXT NOT NULL, encoder TEXT NOT NULL, embedding BLOB NOT NULL, pose BLOB NOT NULL, present BLOB NOT NULL,
   duration_s REAL NOT NULL, mirrored INTEGER NOT NULL, scalars TEXT NOT NULL, outcome TEXT, chosen INTEGER,
   enrolled INTEGER NOT NULL);
CREATE INDEX shots_of ON shots (player, taken);
"""
# Version 1 told the hand from each picture.
_SINCE_VERSION_1 = """
ALTER TABLE players ADD COLUMN hand TEXT NOT NULL DEFAULT 'right';
UPDATE players SET hand = 'left' WHERE (SELECT avg(mirrored) FROM shots WHERE player = name) > 0.5;
"""
# Of the shots that nobody is compared with so many of a player's newest are kept.
MOST_KEPT = 1000
# Which of a player's shots the next are compared with. What is kept later is no standard by itself: form that changes
# little by little would never be told.
_CHOICES = {
    "made": "outcome = 'made' AND chosen IS NOT 0",
    "chosen": "chosen = 1",
    "all": "(chosen = 1 OR (enrolled = 1 AND chosen IS NULL))",
}
_POSE = (64, 17, 2)


@dataclass(frozen=True, slots=True)
class Player:
    """Who is enrolled. agreed: when he did; standard: which shots the next are compared with: `made`, `chosen` (by a
    coach), `all` (of the enrolment, and chosen), or another player's name; hand: the one that he shoots with, which a
    picture hardly tells.
    """

    name: str
    agreed: datetime
    height_m: float | None = None
    standard: str = ALL
    hand: Hand = "right"


@dataclass(frozen=True, slots=True)
class KeptShot:
    """One shot. encoder: which network its embedding (D,) is of; chosen: what a coach said of it, None for nothing.
    enrolled: it was taken to enrol the player."""

    shot_id: str
    taken: datetime
    encoder: str
    embedding: FloatArray
    sequence: FormSequence
    scalars: dict[str, float] = field(default_factory=dict)
    outcome: Outcome | None = None
    chosen: bool | None = None
    enrolled: bool = False


class Gallery:
    """One thread at a time. Every method raises FormError where the file cannot be used, or no such player or shot is
    known."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._telling():
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
            self._db = sqlite3.connect(path, timeout=5.0, isolation_level=None, check_same_thread=False)
        try:
            self._prepare()
        except FormError:
            self._db.close()
            raise

    def _prepare(self) -> None:
        with self._telling():
            if self._found() > VERSION:
                raise FormError(f"{self._path}: was written by a newer courtside; update this one")
            self._db.execute("PRAGMA foreign_keys=ON")
            self._db.execute("PRAGMA secure_delete=ON")
            if self._found() < VERSION:
                with transaction(self._db):
                    # Another process may have done it while this one waited.
                    if (found := self._found()) < VERSION:
                        for statement in (_SINCE_VERSION_1 if found else _TABLES).split(";"):
                            self._db.execute(statement)
                        self._db.execute(f"PRAGMA user_version={VERSION}")
            self._tidy()

    def _found(self) -> int:
        return int(self._db.execute("PRAGMA user_version").fetchone()[0])

    def _tidy(self) -> None:
        """Give back the room of what was deleted. It is overwritten already: where the disk refuses, later will do."""
        if self._db.execute("PRAGMA freelist_count").fetchone()[0]:
            with suppress(sqlite3.Error):
                self._db.execute("VACUUM")

    def close(self) -> None:
        self._db.close()

    @property
    def version(self) -> int:
        """Another number once another process has written."""
        with self._telling():
            return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    def enrol(self, player: Player) -> None:
        """Take somebody in who has agreed to it; who is there already stays as he is, but for height and standard: his
        shots are kept as his hand's."""
        _check_name(player.name)
        if player.standard not in (MADE, CHOSEN, ALL) and player.standard != player.name:
            self.player(player.standard)
        with self._telling():
            self._db.execute(
                "INSERT INTO players VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
                " height_m = coalesce(excluded.height_m, height_m), standard = excluded.standard",
                (player.name, player.agreed.isoformat(), player.height_m, player.standard, player.hand),
            )

    def players(self) -> list[Player]:
        """By name."""
        with self._telling():
            return [_player(row) for row in self._db.execute("SELECT * FROM players ORDER BY name COLLATE NOCASE")]

    def player(self, name: str) -> Player:
        with self._telling():
            row = self._db.execute("SELECT * FROM players WHERE name = ?", (name,)).fetchone()
        if row is None:
            known = ", ".join(player.name for player in self.players())
            raise FormError(f"nobody is enrolled as {name!r}; " + (f"enrolled: {known}" if known else "nobody is yet"))
        return _player(row)

    def add(self, name: str, shot: KeptShot) -> None:
        """Keep a shot of somebody who is enrolled; one that is there already is replaced."""
        self.player(name)
        sequence = shot.sequence
        pose = np.asarray(sequence.pose, np.float32)
        if pose.shape != _POSE or sequence.present.shape != _POSE[:2]:
            raise FormError(f"shot {shot.shot_id}: a pose sequence of {pose.shape}; it must be {_POSE}")
        with self._telling():
            self._db.execute(
                "INSERT OR REPLACE INTO shots VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    shot.shot_id, name, shot.taken.isoformat(), shot.encoder,
                    np.asarray(shot.embedding, np.float32).tobytes(), pose.tobytes(),
                    np.packbits(sequence.present).tobytes(), sequence.duration_s, sequence.mirrored,
                    json.dumps(_finite(shot.scalars)), None if shot.outcome is None else shot.outcome.value,
                    shot.chosen, shot.enrolled,
                ),
            )  # fmt: skip
            self._db.execute(
                "DELETE FROM shots WHERE player = ? AND enrolled = 0 AND chosen IS NOT 1 AND id NOT IN"
                " (SELECT id FROM shots WHERE player = ? ORDER BY taken DESC, id DESC LIMIT ?)",
                (name, name, MOST_KEPT),
            )

    def shots(self, name: str) -> list[KeptShot]:
        """All of somebody's, oldest first."""
        self.player(name)
        with self._telling():
            rows = self._db.execute("SELECT * FROM shots WHERE player = ? ORDER BY taken, id", (name,)).fetchall()
        return [self._shot(row) for row in rows]

    def standard_of(self, name: str, most: int = MOST_KEPT) -> list[KeptShot]:
        """The shots that a player's next ones are compared with, oldest first."""
        whose, choice = self._choice(name)
        return self.chosen(whose, choice, most)

    def _choice(self, name: str) -> tuple[str, str]:
        """Whose shots somebody's next ones are compared with, and which of them."""
        standard = self.player(name).standard
        return (name, standard) if standard in _CHOICES else (standard, ALL)

    def chosen(self, name: str, choice: str = ALL, most: int = MOST_KEPT) -> list[KeptShot]:
        """Of somebody's shots the newest that are `made`, `chosen` or `all` (of the enrolment, and chosen), oldest
        first."""
        with self._telling():
            rows = self._db.execute(
                f"SELECT * FROM shots WHERE player = ? AND {_CHOICES[choice]} ORDER BY taken DESC, id DESC LIMIT ?",
                (name, most),
            ).fetchall()
        return [self._shot(row) for row in reversed(rows)]

    def counts(self, name: str) -> tuple[int, int]:
        """How many shots of somebody are kept, and with how many the next is compared."""
        whose, choice = self._choice(name)
        count = "SELECT count(*) FROM shots WHERE player = ?"
        with self._telling():
            kept = self._db.execute(count, (name,)).fetchone()[0]
            compared = self._db.execute(f"{count} AND {_CHOICES[choice]}", (whose,)).fetchone()[0]
        return int(kept), int(compared)

    def of_other_encoders(self, encoder: str) -> list[KeptShot]:
        """Everybody's shots whose embeddings are of another network than this one."""
        with self._telling():
            rows = self._db.execute("SELECT * FROM shots WHERE encoder != ?", (encoder,)).fetchall()
        return [self._shot(row) for row in rows]

    def renew(self, encoder: str, shot_ids: Sequence[str], embeddings: FloatArray) -> None:
        """Embeddings (N, D) of kept shots by another network."""
        rows = [
            (encoder, np.asarray(row, np.float32).tobytes(), key) for key, row in zip(shot_ids, embeddings, strict=True)
        ]
        with self._telling(), transaction(self._db):
            self._db.executemany("UPDATE shots SET encoder = ?, embedding = ? WHERE id = ?", rows)

    def tell(
        self,
        shot_id: str,
        outcome: Outcome | None = None,
        chosen: bool | None = None,
        scalars: dict[str, float] | None = None,
    ) -> bool:
        """What became of a shot, what a coach says of it, or what was measured later; False where no such shot is
        kept."""
        told = None if scalars is None else json.dumps(_finite(scalars))
        with self._telling():
            changed = self._db.execute(
                "UPDATE shots SET outcome = coalesce(?, outcome), chosen = coalesce(?, chosen),"
                " scalars = coalesce(?, scalars) WHERE id = ?",
                (None if outcome is None else outcome.value, chosen, told, shot_id),
            )
            return changed.rowcount > 0

    def player_of(self, shot_id: str) -> str:
        """Whose shot it is."""
        with self._telling():
            row = self._db.execute("SELECT player FROM shots WHERE id = ?", (shot_id,)).fetchone()
        if row is None:
            raise FormError(f"{shot_id}: no such shot is kept")
        return str(row[0])

    def forget(self, name: str) -> int:
        """Delete a player and all that is known of him; how many shots that were. Nothing of it stays in the file."""
        self.player(name)
        with self._telling():
            count = int(self._db.execute("SELECT count(*) FROM shots WHERE player = ?", (name,)).fetchone()[0])
            with transaction(self._db):
                self._db.execute("UPDATE players SET standard = ? WHERE standard = ?", (ALL, name))
                self._db.execute("DELETE FROM players WHERE name = ?", (name,))
            self._tidy()
        return count

    def export(self, name: str) -> dict[str, Any]:
        """All that is known of somebody, as JSON may hold it."""
        player = self.player(name)
        return {
            "name": player.name,
            "agreed": player.agreed.isoformat(),
            "height_m": player.height_m,
            "standard": player.standard,
            "hand": player.hand,
            "shots": [_as_json(shot) for shot in self.shots(name)],
        }

    def _shot(self, row: Sequence[Any]) -> KeptShot:
        try:
            pose = np.frombuffer(row[5], np.float32).reshape(_POSE)
            present = np.unpackbits(np.frombuffer(row[6], np.uint8))[: _POSE[0] * _POSE[1]].reshape(_POSE[:2])
            sequence = FormSequence(pose, present.astype(bool), float(row[7]), bool(row[8]))
            outcome = None if row[10] is None else Outcome(row[10])
            chosen = None if row[11] is None else bool(row[11])
            embedding = np.frombuffer(row[4], np.float32)
            taken = datetime.fromisoformat(row[2])
            return KeptShot(
                row[0], taken, row[3], embedding, sequence, json.loads(row[9]), outcome, chosen, bool(row[12])
            )
        except ValueError as error:
            raise FormError(f"{self._path}: shot {row[0]} cannot be read ({error}); restore the file") from None

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            raise FormError(f"{self._path}: the gallery of forms cannot be used ({error}); check the disk") from None


def _check_name(name: str) -> None:
    if not name.strip() or name != name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise FormError(f"name {name!r}: 1 to {LONGEST_NAME} letters, without blanks around them")
    if name in (MADE, CHOSEN, ALL):
        raise FormError(f"name {name!r}: is a word for a choice of shots; take another")


def _player(row: Sequence[Any]) -> Player:
    return Player(row[0], datetime.fromisoformat(row[1]), row[2], row[3], row[4])


def _finite(scalars: dict[str, float]) -> dict[str, float]:
    return {name: float(value) for name, value in scalars.items() if np.isfinite(value)}


def _as_json(shot: KeptShot) -> dict[str, Any]:
    pose = np.where(np.isfinite(shot.sequence.pose), shot.sequence.pose, np.nan).astype(float).round(5)
    return {
        "shot_id": shot.shot_id,
        "taken": shot.taken.isoformat(),
        "outcome": None if shot.outcome is None else shot.outcome.value,
        "chosen": shot.chosen,
        "enrolled": shot.enrolled,
        "duration_s": shot.sequence.duration_s,
        "mirrored": shot.sequence.mirrored,
        "scalars": shot.scalars,
        "encoder": shot.encoder,
        "embedding": shot.embedding.astype(float).round(6).tolist(),
        "pose": [[[None if v != v else v for v in joint] for joint in frame] for frame in pose.tolist()],
        "present": shot.sequence.present.tolist(),
    }
