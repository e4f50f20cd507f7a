"""Which reports are worth a player's attention: unusual beyond his own spread, and not again at once."""

from __future__ import annotations

from edge.types import FormReport

# Of so many alerts the follow-through is still waited for.
_WAITING = 50


class Alerts:
    """pause_s: after an alert its player gets no other for so long."""

    def __init__(self, pause_s: float) -> None:
        self._pause_s = pause_s
        self._last_s: dict[str, float] = {}
        self._told: dict[str, str] = {}

    def wants(self, report: FormReport) -> bool:
        """Whether this report is one; the update of a shot that was one is one too."""
        if report.phase == "update":
            return self._told.pop(report.shot_id, None) is not None
        if report.verdict != "deviates" or report.player is None:
            return False
        last_s = self._last_s.get(report.player)
        if last_s is not None and 0 <= report.release_time_s - last_s < self._pause_s:
            return False
        self._last_s[report.player] = report.release_time_s
        self._told[report.shot_id] = report.player
        while len(self._told) > _WAITING:
            del self._told[next(iter(self._told))]
        return True

    def forget(self, name: str) -> None:
        """Nothing of him is kept."""
        self._last_s.pop(name, None)
        self._told = {shot_id: player for shot_id, player in self._told.items() if player != name}
