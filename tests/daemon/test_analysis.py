"""What the analysis tells, keeps and counts."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from edge.analysis import Analysis
from edge.config import parse
from edge.figures import MotionEvent, SessionFigures
from edge.game.sessions import SessionStore
from edge.types import Outcome, ShotEvent, ShotPhase


def _analysis(tmp_path: Path, publisher: SimpleNamespace) -> Analysis:
    source: Any = SimpleNamespace(info=SimpleNamespace(name="gym"))
    config = parse({"data_dir": str(tmp_path), "form": {"enabled": False}, "sessions": {"pause_min": 45}}, "test")
    return Analysis(config, None, source, cast(Any, publisher), cast(Any, None))


def _made(shot_id: str) -> ShotEvent:
    return ShotEvent(shot_id, ShotPhase.END, 0, 0.0, 1, Outcome.MADE, 0.9)


def test_a_reset_parts_what_is_kept_and_what_is_counted_at_the_same_event(tmp_path: Path) -> None:
    """It comes from another thread: here while a shot is published."""
    told: list[tuple[SessionFigures, str]] = []
    publisher = SimpleNamespace(
        session="one",
        forget_player=lambda name: None,
        shot=lambda *_: analysis.reset_statistics(),
        stats=lambda figures, session, _: told.append((figures, session)),
    )
    analysis = _analysis(tmp_path, publisher)
    analysis._tell([_made("s-1")], [])
    figures, session = told[-1]
    assert (session, figures.session.shots.attempts) == ("one-2", 0)
    assert [(line.session.id, line.shots) for line in SessionStore(tmp_path / "sessions.db").sessions()] == [("one", 1)]


def test_the_first_shot_after_a_long_pause_begins_a_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It counts to the new one; the old one ended when its last shot was, and walking about begins none."""
    clock_s, noon = 1000.0, datetime(2026, 5, 1, 12, tzinfo=timezone.utc)
    monkeypatch.setattr("edge.analysis.time", SimpleNamespace(monotonic=lambda: clock_s))
    monkeypatch.setattr("edge.analysis._now", lambda: noon + timedelta(seconds=clock_s - 1000))
    told: list[tuple[SessionFigures, str]] = []
    publisher = SimpleNamespace(
        session="one", forget_player=lambda name: None, shot=lambda *_: None,
        stats=lambda figures, session, _: told.append((figures, session)),
    )  # fmt: skip
    analysis = _analysis(tmp_path, publisher)
    analysis._tell([_made("s-1")], [])
    clock_s += 44 * 60
    analysis._tell([_made("s-2")], [])
    assert told[-1][1] == "one"
    clock_s += 40 * 60
    analysis._tell([], [MotionEvent(0, 9, 0.0, 0.3, 10)])
    clock_s += 40 * 60
    analysis._tell([_made("s-3")], [])
    assert (told[-1][1], told[-1][0].session.shots.attempts) == ("one-2", 1)
    store = SessionStore(tmp_path / "sessions.db")
    assert [(line.session.id, line.shots) for line in store.sessions()] == [("one-2", 1), ("one", 2)]
    assert store.session("one").ended == noon + timedelta(minutes=44)
    assert store.session("one-2").started == noon + timedelta(minutes=124)


def test_a_reset_after_a_long_pause_begins_one_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock_s, noon = 1000.0, datetime(2026, 5, 1, 12, tzinfo=timezone.utc)
    monkeypatch.setattr("edge.analysis.time", SimpleNamespace(monotonic=lambda: clock_s))
    monkeypatch.setattr("edge.analysis._now", lambda: noon + timedelta(seconds=clock_s - 1000))
    publisher = SimpleNamespace(
        session="one", forget_player=lambda name: None, shot=lambda *_: None, stats=lambda *_: None
    )
    analysis = _analysis(tmp_path, publisher)
    analysis._tell([_made("s-1")], [])
    clock_s += 50 * 60
    analysis.reset_statistics()
    clock_s += 2 * 60
    analysis._tell([_made("s-2")], [])
    store = SessionStore(tmp_path / "sessions.db")
    assert [(line.session.id, line.shots) for line in store.sessions()] == [("one-2", 1), ("one", 1)]
    assert store.session("one-2").started == noon + timedelta(minutes=50)
