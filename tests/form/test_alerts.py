"""Who is alerted: unusual shots of known players, not again at once, with their updates."""

from __future__ import annotations

from typing import Literal

from edge.form.alerts import Alerts
from edge.types import FormReport


def _report(
    shot: str,
    time_s: float,
    verdict: Literal["consistent", "deviates", "abstain"] = "deviates",
    player: str | None = "Anna",
    phase: Literal["new", "update"] = "new",
) -> FormReport:
    return FormReport(shot, phase, time_s, 1, player, verdict, 1.4, "", (), {})


def test_only_what_deviates_is_told() -> None:
    alerts = Alerts(10.0)
    assert not alerts.wants(_report("1", 0.0, "consistent"))
    assert not alerts.wants(_report("2", 1.0, "abstain", None))
    assert alerts.wants(_report("3", 2.0))


def test_a_player_is_left_alone_for_a_while_and_others_are_not() -> None:
    alerts = Alerts(10.0)
    assert alerts.wants(_report("1", 0.0))
    assert not alerts.wants(_report("2", 9.0))
    assert alerts.wants(_report("3", 9.0, player="Ben"))
    assert alerts.wants(_report("4", 10.0))


def test_the_update_of_an_alert_is_told_once_and_of_no_other_shot() -> None:
    alerts = Alerts(10.0)
    assert alerts.wants(_report("1", 0.0))
    assert not alerts.wants(_report("2", 1.0))
    assert alerts.wants(_report("1", 0.0, phase="update"))
    assert not alerts.wants(_report("1", 0.0, phase="update"))
    assert not alerts.wants(_report("2", 1.0, phase="update"))


def test_a_source_that_begins_anew_does_not_silence() -> None:
    alerts = Alerts(10.0)
    assert alerts.wants(_report("1", 500.0))
    assert alerts.wants(_report("2", 1.0))
