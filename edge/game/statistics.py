"""Counts of shots, per session and per player, kept up to date event by event."""

from __future__ import annotations

from dataclasses import replace

from edge.types import Outcome, ShotEvent, ShotPhase, ShotStats


class SessionStatistics:
    """A shot counts once, when it ends."""

    def __init__(self) -> None:
        self._session = ShotStats()
        self._players: dict[int, ShotStats] = {}

    def update(self, event: ShotEvent) -> None:
        """Take one phase of one shot; only END changes the counts."""
        if event.phase is not ShotPhase.END:
            return
        self._session = _counted(self._session, event.outcome)
        if event.player_id is not None:
            self._players[event.player_id] = _counted(self._players.get(event.player_id, ShotStats()), event.outcome)

    def session(self) -> ShotStats:
        return self._session

    def players(self) -> dict[int, ShotStats]:
        return dict(self._players)


def _counted(stats: ShotStats, outcome: Outcome | None) -> ShotStats:
    """One more attempt. An unknown outcome neither lengthens nor ends a streak."""
    made, missed = outcome is Outcome.MADE, outcome is Outcome.MISSED
    streak = stats.streak + 1 if made else 0 if missed else stats.streak
    return replace(
        stats,
        attempts=stats.attempts + 1,
        made=stats.made + made,
        missed=stats.missed + missed,
        unknown=stats.unknown + (not made and not missed),
        streak=streak,
        best_streak=max(stats.best_streak, streak),
    )
