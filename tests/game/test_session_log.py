"""The session that goes on: kept before it is told, and kept again after whatever refused."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from edge.figures import GameEvent
from edge.game.session_log import SessionLog
from edge.game.sessions import Session, SessionError, SessionStore
from edge.types import ShotEvent
from tests.game.random_events import random_events
from tests.game.test_sessions import NOON, SESSION, SHOT, days_ago, filled, ids


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "box" / "sessions.db"


def test_the_box_goes_on_while_the_store_refuses_and_keeps_what_it_told_meanwhile(path: Path) -> None:
    log = SessionLog(path, SESSION)
    events: list[GameEvent] = random_events(2, 20)
    log.add(events[:5])
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    log.add(events[5:10])
    assert "another process" in log.problem
    other.execute("ROLLBACK")
    log.add(events[10:])
    log.sync()
    assert log.problem == ""
    log.end(NOON)
    log.close()
    store = SessionStore(path)
    assert store.events("one") == events
    assert store.session("one").ended == NOON


def test_a_disk_that_is_full_for_long_is_not_tried_with_every_event(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that waits would be made into text again each time, which takes the time that frames need."""
    tried: list[int] = []

    def write(_: SessionStore, session: Session, events: Sequence[GameEvent] = ()) -> None:
        tried.append(len(events))
        raise SessionError("the disk is full")

    with monkeypatch.context() as full:
        full.setattr(SessionStore, "write", write)
        log = SessionLog(path, SESSION)
        for _ in range(1000):
            log.add([SHOT])
        assert len(tried) < 220
        log.add([SHOT])
    log.end(NOON)
    assert len(SessionStore(path).events("one")) == 1001


def test_a_store_that_was_moved_away_begins_anew(path: Path) -> None:
    """As the message about a damaged one advises, and without starting the box again."""
    log = SessionLog(path, SESSION)
    log.add([SHOT])
    sqlite3.connect(path, isolation_level=None).execute("DROP TABLE events")
    log.add([SHOT])
    assert "move the file away" in log.problem
    for file in path.parent.iterdir():
        file.rename(file.with_name(f"damaged-{file.name}"))
    log.add([replace(SHOT, shot_id="s-2")])
    assert log.problem == ""
    assert [event.shot_id for event in SessionStore(path).events("one") if isinstance(event, ShotEvent)] == [
        "s-1",
        "s-2",
    ]


def test_statistics_begun_anew_are_another_session(path: Path) -> None:
    log = SessionLog(path, SESSION)
    log.add([SHOT])
    log.begin_anew(NOON.replace(hour=13))
    log.add([replace(SHOT, shot_id="s-2")])
    store = SessionStore(path)
    assert [line.session.id for line in store.sessions()] == ["one-2", "one"]
    assert store.session("one").ended is not None
    assert store.session("one-2").ended is None


def test_a_session_of_which_nothing_is_known_is_not_kept(path: Path) -> None:
    log = SessionLog(path, SESSION)
    log.add([SHOT])
    log.begin_anew(NOON)
    log.begin_anew(NOON)
    log.end(NOON)
    assert [line.session.id for line in SessionStore(path).sessions()] == ["one"]


def test_a_session_deleted_while_it_runs_begins_again(path: Path) -> None:
    log = SessionLog(path, SESSION)
    log.add([SHOT])
    SessionStore(path).delete("one")
    log.add([replace(SHOT, shot_id="s-2")])
    assert log.problem == ""
    assert len(SessionStore(path).events("one")) == 1


def test_a_box_forgets_at_its_start_and_not_what_it_is_in(path: Path) -> None:
    filled(path, {"one": 900, "old": 800, "new": 1}).close()
    log = SessionLog(path, SESSION)
    log.forget(days_ago(400), 10_000_000)
    assert ids(SessionStore(path)) == ["new", "one"]


def test_a_store_that_refuses_to_forget_stops_nothing(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    filled(path, {"old": 800}).close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    log = SessionLog(path, SESSION)
    log.forget(days_ago(400), 10_000_000)
    assert "not deleted" in caplog.text
    other.execute("ROLLBACK")
    log.add([SHOT])
    assert set(ids(SessionStore(path))) == {"old", "one"}
