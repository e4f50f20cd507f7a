"""What is retained of the session that goes on: only what changed is sent, and what is of an earlier one is cleared."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from calibration.court import Court
from edge.figures import SessionFigures
from edge.publish import stat_messages
from edge.publish.payloads import Message, Shot
from edge.publish.stat_payloads import RecentShots
from edge.publish.topics import Topics

RECENT_SHOTS = 20
# By topic: what makes the message, and of what.
_Wanted = dict[str, tuple[Callable[..., Message], dict[str, Any]]]


class RetainedStats:
    """In the publisher's worker thread. retain: sends a payload to a topic, again whenever the broker comes back."""

    def __init__(self, topics: Topics, session: str, retain: Callable[[str, bytes], None]) -> None:
        self._topics = topics
        self._session = session
        self._retain = retain
        self._told: _Wanted = {}
        self._sent: dict[str, Message] = {}
        self._recent: dict[str, Shot] = {}

    def show(self, figures: SessionFigures, session: str, court: Court | None) -> None:
        """The figures as they are now. With another session than before the last shots are forgotten."""
        begins = session != self._session or not self._sent
        if session != self._session:
            self._session, self._recent = session, {}
        wanted = self._wanted(figures, court)
        for topic, (make, told) in wanted.items():
            if self._told.get(topic) != (make, told):
                self._send(topic, make(**told, time=_now()))
        for topic in self._sent.keys() - wanted.keys():
            del self._sent[topic]
            self._retain(topic, b"")
        self._told = wanted
        if begins:
            self._send_recent()

    def add(self, shot: Shot) -> None:
        """A shot for the list of the last ones; it keeps the time at which it was first told."""
        first = self._recent.pop(shot.shot_id, shot)
        self._recent[shot.shot_id] = shot.model_copy(update={"time": first.time})
        self._send_recent()

    def found(self, topic: str, payload: bytes) -> None:
        """The broker has this retained: what this session knows nothing of is of an earlier one."""
        if payload and topic not in self._sent:
            self._retain(topic, b"")

    def _send(self, topic: str, message: Message) -> None:
        """Only what reads otherwise: every frame changes the figures of everybody who was ever seen, by nothing."""
        before = self._sent.get(topic)
        if before is None or message.model_copy(update={"time": before.time}) != before:
            self._sent[topic] = message
            self._retain(topic, _bytes(message))

    def _wanted(self, figures: SessionFigures, court: Court | None) -> _Wanted:
        topics, session = self._topics, {"session": self._session}
        wanted: _Wanted = {
            topics.stats_session: (stat_messages.stats, {**session, "figures": figures.session, "player_id": None}),
            topics.stats_chart: (stat_messages.chart, {**session, "shots": figures.chart, "court": court}),
            topics.stats_passes: (stat_messages.passes, {**session, "network": figures.network}),
        }
        for team, one in figures.teams.items():
            told: dict[str, Any] = {**session, "figures": one, "player_id": None, "team": team}
            wanted[topics.stats_team(team)] = (stat_messages.stats, told)
        for player_id, one in figures.players.items():
            told = {**session, "figures": one, "player_id": player_id, "team": figures.team_of.get(player_id)}
            wanted[topics.stats_player(player_id)] = (stat_messages.stats, told)
        return wanted

    def _send_recent(self) -> None:
        newest = list(reversed(self._recent.values()))[:RECENT_SHOTS]
        self._recent = {shot.shot_id: shot for shot in reversed(newest)}
        message = RecentShots(time=_now(), session=self._session, shots=newest)
        self._retain(self._topics.stats_recent, _bytes(message))


def _bytes(message: Message) -> bytes:
    return message.model_dump_json().encode()


def _now() -> datetime:
    return datetime.now(timezone.utc)
