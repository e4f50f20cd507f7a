"""One answer about a kept session, from a process of its own: `python -m edge.session_task FILE SESSION NAME`.

To read and count the events of an hour takes seconds of Python, which a thread of the box would take from the analysis.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from edge.figures import GameEvent, SessionFigures
from edge.game.event_text import time_of
from edge.game.recount import recount
from edge.game.session_text import file_of
from edge.game.sessions import Session, SessionError, SessionStore, UnknownSession
from edge.publish import messages, stat_messages
from edge.publish.retained_stats import RECENT_SHOTS
from edge.types import ShotEvent, ShotPhase

FIGURES = "figures.json"
NAMES = {
    FIGURES: "application/json",
    "session.json": "application/json",
    "players.csv": "text/csv",
    "events.csv": "text/csv",
    "players.parquet": "application/vnd.apache.parquet",
    "events.parquet": "application/vnd.apache.parquet",
}
UNKNOWN, FAILED = 4, 5
_NICE = 10


def main(argv: Sequence[str]) -> int:
    path, session_id, name = argv
    os.nice(_NICE)
    try:
        with closing(SessionStore(Path(path), create=False)) as store:
            session, events = store.session(session_id), store.events(session_id)
        sys.stdout.buffer.write(answer(name, session, events))
    except SessionError as error:
        print(error, file=sys.stderr)
        return UNKNOWN if isinstance(error, UnknownSession) else FAILED
    return 0


def answer(name: str, session: Session, events: Sequence[GameEvent]) -> bytes:
    """The file of this name, one of `NAMES`. Raises SessionError where Parquet cannot be written here."""
    figures = recount(events, session.court)
    if name == FIGURES:
        return json.dumps(describe(session, events, figures)).encode()
    table, _, kind = name.partition(".")
    return file_of(kind, table, session, events, figures)


def describe(session: Session, events: Sequence[GameEvent], figures: SessionFigures) -> dict[str, Any]:
    """What the page draws: the same messages as over MQTT, and the session itself."""
    now = datetime.now(timezone.utc)
    teams = [stat_messages.stats(one, None, session.id, now, team) for team, one in figures.teams.items()]
    players = [
        stat_messages.stats(one, player_id, session.id, now, figures.team_of.get(player_id))
        for player_id, one in figures.players.items()
    ]
    told = {
        "session": stat_messages.stats(figures.session, None, session.id, now),
        "chart": stat_messages.chart(figures.chart, session.court, session.id, now),
        "passes": stat_messages.passes(figures.network, session.id, now),
    }
    return {
        "id": session.id,
        "started": session.started.isoformat(),
        "source": session.source,
        "teams": [one.model_dump(mode="json") for one in teams],
        "players": [one.model_dump(mode="json") for one in players],
        "recent": _last_shots(session, events),
        **{name: message.model_dump(mode="json") for name, message in told.items()},
    }


def _last_shots(session: Session, events: Sequence[GameEvent]) -> list[dict[str, Any]]:
    """Newest first; the clock at which they were thrown goes by when the session began."""
    ends = [event for event in events if isinstance(event, ShotEvent) and event.phase is ShotPhase.END]
    first_s = min((time_of(event) for event in events), default=0.0)
    return [
        messages.shot(end, session.started + timedelta(seconds=time_of(end) - first_s)).model_dump(mode="json")
        for end in reversed(ends[-RECENT_SHOTS:])
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
