"""The store of sessions: what was told comes back, whatever happens to the process or the file."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest

from calibration.court import FIBA, THREE_BY_THREE
from edge.figures import GameEvent, MotionEvent
from edge.game.event_text import decode, encode, kind_of
from edge.game.recount import recount
from edge.game.sessions import Session, SessionError, SessionStore
from edge.types import Estimate, Outcome, PlayEvent, PlayKind, ShotEvent, ShotFlight, ShotPhase
from tests.game.random_events import random_events

NOON = datetime(2026, 5, 1, 12, tzinfo=timezone.utc)
SESSION = Session("one", NOON, None, "gym", FIBA)
FLIGHT = ShotFlight(
    Estimate(2.1, 0.02), None, None, Estimate(0.9, 0.01), None, Estimate(44.0, 1.0), None, None,
    ((-4.0, 2.1, 0.02), (-2.0, 3.9, 0.03), (0.05, 3.05, 0.02)),
)  # fmt: skip
SHOT = ShotEvent(
    "s-1", ShotPhase.END, 3, 0.1, 4, Outcome.MADE, 0.9, 1, 2, 5, (1.0, 2.0), {"seen": "yes", "px": 2.5}, FLIGHT
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "box" / "sessions.db"


@pytest.mark.parametrize("seed", range(5))
def test_events_come_back_as_they_were(seed: int) -> None:
    for event in (*random_events(seed, 60), SHOT):
        assert decode(kind_of(event), encode(event)) == event


def test_a_flight_of_an_earlier_version_has_no_arc() -> None:
    told = json.loads(encode(SHOT))
    del told["flight"]["arc"]
    back = decode("shot", json.dumps(told))
    assert isinstance(back, ShotEvent)
    assert back.flight == replace(FLIGHT, arc=())


def test_numpy_numbers_in_evidence_are_kept() -> None:
    told = replace(SHOT, evidence={"px": np.float32(2.5), "frames": np.int64(3)})
    back = decode("shot", encode(told))
    assert isinstance(back, ShotEvent)
    assert back.evidence == {"px": 2.5, "frames": 3}


def test_figures_are_counted_from_what_is_stored(path: Path) -> None:
    events = random_events(11, 100)
    store = SessionStore(path)
    for start in range(0, 100, 7):
        store.write(SESSION, events[start : start + 7])
    store.close()
    again = SessionStore(path, create=False)
    assert again.session("one") == SESSION
    assert again.events("one") == events
    assert again.figures("one") == recount(events, FIBA)


def test_a_list_newest_first_and_one_less_of_them(path: Path) -> None:
    store = SessionStore(path)
    store.write(SESSION, [MotionEvent(0, 9, 0.0, 1.0, 10), SHOT, MotionEvent(10, 19, 90.0, 91.0, 10)])
    later = Session("two", NOON.replace(hour=13), NOON.replace(hour=14), "film.mp4")
    store.write(later)
    assert [(line.session, line.seconds, line.shots, line.events) for line in store.sessions()] == [
        (later, 0.0, 0, 0),
        (SESSION, 90.0, 1, 3),
    ]
    store.delete("one")
    assert [line.session.id for line in store.sessions()] == ["two"]
    assert store.events("one") == []


def test_the_court_that_comes_later_is_the_sessions(path: Path) -> None:
    store = SessionStore(path)
    store.write(replace(SESSION, court=None), [SHOT])
    store.write(replace(SESSION, court=THREE_BY_THREE))
    store.write(replace(SESSION, court=None, ended=NOON))
    assert store.session("one") == replace(SESSION, court=THREE_BY_THREE, ended=NOON)


def test_a_killed_process_loses_nothing_that_was_told(path: Path) -> None:
    """It is killed in the middle of a transaction: what it said before is there, and the file is whole."""
    program = (
        "import sys; from pathlib import Path; from edge.game.sessions import *;"
        "from tests.game.test_sessions import SESSION; from tests.game.random_events import random_events\n"
        "store = SessionStore(Path(sys.argv[1]))\n"
        "for event in random_events(5, 30):\n    store.write(SESSION, [event]); print('told', flush=True)\n"
        "store._db.execute('BEGIN'); store._db.execute('DELETE FROM events'); print('half', flush=True)\n"
        "sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", program, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as box:
        assert box.stdout is not None
        for line in box.stdout:
            if line == "half\n":
                break
        os.kill(box.pid, signal.SIGKILL)
    store = SessionStore(path)
    assert store.events("one") == random_events(5, 30)
    store.write(SESSION, [SHOT])


def one_line(error: pytest.ExceptionInfo[SessionError]) -> str:
    assert "\n" not in str(error.value)
    return str(error.value)


def test_an_unknown_session_and_no_store_at_all(path: Path) -> None:
    with pytest.raises(SessionError) as error:
        SessionStore(path, create=False)
    assert "no sessions yet" in one_line(error)
    assert not path.exists()
    store = SessionStore(path)
    for ask in (store.session, store.delete, store.figures):
        with pytest.raises(SessionError, match="sessions list") as error:
            ask("nine")
        assert one_line(error).startswith("nine: ")


def test_a_locked_store(path: Path) -> None:
    store = SessionStore(path, wait_s=0.01)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(SessionError, match="another process writes") as error:
        store.write(SESSION, [SHOT])
    assert str(path) in one_line(error)
    other.execute("ROLLBACK")
    store.write(SESSION, [SHOT])
    assert store.events("one") == [SHOT]


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\0" + bytes(4000)])
def test_a_damaged_store(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(SessionError) as error:
        SessionStore(path).sessions()
    assert one_line(error).startswith(f"{path}: ")


@pytest.mark.parametrize("body", ["{}", "[]", "3", "[0, 1, 0.0, 1.0, 2, [[1]]]", "no JSON"])
@pytest.mark.parametrize("event", [SHOT, PlayEvent(PlayKind.PASS, 0, 1, 0.0, 1.0, 1), MotionEvent(0, 1, 0.0, 1.0, 2)])
def test_a_damaged_row(path: Path, event: GameEvent, body: str) -> None:
    store = SessionStore(path)
    store.write(SESSION, [event])
    sqlite3.connect(path, isolation_level=None).execute("UPDATE events SET body = ?", (body,))
    with pytest.raises(SessionError, match="damaged") as error:
        store.figures("one")
    one_line(error)


def test_a_store_of_a_newer_version(path: Path) -> None:
    SessionStore(path).close()
    sqlite3.connect(path, isolation_level=None).execute("PRAGMA user_version = 9")
    with pytest.raises(SessionError, match="newer courtside"):
        SessionStore(path)


def test_a_store_of_the_first_version_is_brought_up(path: Path) -> None:
    store = filled(path, {"a": 2, "b": 1})
    store._db.execute("DROP INDEX by_kind")
    store._db.execute("PRAGMA user_version = 1")
    store.close()
    assert [line.events for line in SessionStore(path).sessions()] == [20, 20]


def test_a_full_disk(path: Path) -> None:
    store = SessionStore(path)
    store._db.execute("PRAGMA max_page_count = 12")
    with pytest.raises(SessionError, match="disk is full") as error:
        store.write(SESSION, random_events(1, 2000))
    one_line(error)
    assert store.events("one") == []


def days_ago(days: int) -> datetime:
    return NOON - timedelta(days=days)


def filled(path: Path, ages: dict[str, int], count: int = 20) -> SessionStore:
    """A store of sessions that began so many days ago."""
    store = SessionStore(path)
    for number, (name, days) in enumerate(ages.items()):
        store.write(Session(name, days_ago(days), None, "gym"), random_events(number, count))
    return store


def ids(store: SessionStore) -> list[str]:
    return [line.session.id for line in store.sessions()]


def test_sessions_of_before_a_moment_go_with_their_events(path: Path) -> None:
    store = filled(path, {"a": 500, "b": 401, "c": 399, "d": 1})
    assert store.delete_before(days_ago(400), running="a") == ["b"]
    assert ids(store) == ["d", "c", "a"]
    left = sqlite3.connect(path).execute("SELECT DISTINCT session FROM events").fetchall()
    assert sorted(left) == [("a",), ("c",), ("d",)]


def test_the_oldest_go_until_what_is_left_fits(path: Path) -> None:
    store = filled(path, {"a": 4, "b": 3, "c": 2, "d": 1}, 1500)
    store.sync()
    whole = path.stat().st_size
    assert store.delete_beyond(10 * whole) == []
    assert store.delete_beyond(6 * whole // 10, running="a") == ["b", "c"]
    assert store.delete_beyond(0, running="a") == ["d"]
    assert ids(store) == ["a"]
