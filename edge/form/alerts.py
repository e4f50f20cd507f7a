"""Which reports are worth a player's attention: unusual beyond his own spread, and not again at once."""

from __future__ import annotations

from edge.types import FormReport


class Alerts:
    """pause_s: after an alert its player gets no other for so long."""

    def __init__(self, pause_s: float) -> None:
        self._pause_s = pause_s
        self._last_s: dict[str, float] = {}
        self._told: set[str] = set()

    def wants(self, report: FormReport) -> bool:
        """Whether this report is one; the update of a shot that was one is one too."""
        if report.phase == "update":
            known = report.shot_id in self._told
            self._told.discard(report.shot_id)
            return known
        if report.verdict != "deviates" or report.player is None:
            return False
        last_s = self._last_s.get(report.player)
        if last_s is not None and 0 <= report.release_time_s - last_s < self._pause_s:
            return False
        self._last_s[report.player] = report.release_time_s
        self._told.add(report.shot_id)
        return True
