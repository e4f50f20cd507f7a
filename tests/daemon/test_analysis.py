"""What the analysis tells, keeps and counts."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from edge.analysis import Analysis
from edge.config import parse
from edge.figures import SessionFigures
from edge.game.sessions import SessionStore
from edge.types import Outcome, ShotEvent, ShotPhase


def test_a_reset_parts_what_is_kept_and_what_is_counted_at_the_same_event(tmp_path: Path) -> None:
    """It comes from another thread: here while a shot is published."""
    told: list[tuple[SessionFigures, str]] = []
    publisher = SimpleNamespace(
        session="one",
        shot=lambda *_: analysis.reset_statistics(),
        stats=lambda figures, session, _: told.append((figures, session)),
    )
    source: Any = SimpleNamespace(info=SimpleNamespace(name="gym"))
    config = parse({"data_dir": str(tmp_path), "form": {"enabled": False}}, "test")
    analysis: Analysis = Analysis(config, None, source, cast(Any, publisher), cast(Any, None))
    analysis._tell([ShotEvent("s-1", ShotPhase.END, 0, 0.0, 1, Outcome.MADE, 0.9)], [])
    figures, session = told[-1]
    assert (session, figures.session.shots.attempts) == ("one-2", 0)
    assert [(line.session.id, line.shots) for line in SessionStore(config.sessions_path).sessions()] == [("one", 1)]
