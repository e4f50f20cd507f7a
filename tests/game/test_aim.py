"""Shots and high passes: told at once, later, or not at all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from edge.game.aim import AimCheck
from edge.game.flight_meter import FlightMeter
from edge.types import Outcome, PlayerState, ShotEvent, ShotPhase, Snapshot, TrackStatus

SHOT = ShotEvent("s-1", ShotPhase.NEW, 10, 1.0, 1, None, 0.9)


class Meter(FlightMeter):
    """Says of a flight what the test wants."""

    def __init__(self, share: float | None, sees: bool = True) -> None:
        super().__init__()
        self.share, self._sees = share, sees

    @property
    def sees(self) -> bool:
        return self._sees

    def share_at_ring(self, event: ShotEvent, near_m: float) -> float | None:
        return self.share


def _snapshot(time_s: float, players: int = 2) -> Snapshot:
    box = np.array([0.0, 0.0, 10.0, 30.0])
    people = tuple(
        PlayerState(k + 1, box, np.zeros(2), np.eye(2), TrackStatus.CONFIRMED, 0.9) for k in range(players)
    )  # fmt: skip
    return Snapshot(int(30 * time_s), time_s, (640, 360), people, None, np.zeros((0, 4), np.float32), None)


@pytest.mark.parametrize(
    ("meter", "players"),
    [(Meter(0.9), 2), (Meter(None, sees=False), 2), (Meter(0.0), 1)],
    ids=["plain", "no calibration", "nobody to pass to"],
)
def test_a_shot_is_told_at_once_where_nothing_speaks_against_it(meter: Meter, players: int) -> None:
    assert AimCheck(meter).keep(_snapshot(1.25, players), [SHOT]) == (SHOT,)


def test_a_high_pass_is_never_told() -> None:
    aim = AimCheck(Meter(0.0))
    told = [aim.keep(_snapshot(1.25 + k / 30), [SHOT] if k == 0 else []) for k in range(30)]
    told.append(aim.keep(_snapshot(2.3), [replace(SHOT, phase=ShotPhase.END, outcome=Outcome.UNKNOWN)]))
    assert [events for events in told if events] == []
    assert aim.keep(None, []) == ()


def test_what_is_not_sure_yet_is_told_once_it_is() -> None:
    meter = Meter(None)
    aim = AimCheck(meter)
    assert aim.keep(_snapshot(1.25), [SHOT]) == ()
    meter.share = 0.5
    assert aim.keep(_snapshot(1.35), []) == ()
    assert aim.keep(_snapshot(1.46), []) == (SHOT,)
    over = replace(SHOT, phase=ShotPhase.END, outcome=Outcome.MISSED)
    assert aim.keep(_snapshot(2.5), [over]) == (over,)


def test_a_basket_was_a_shot_whatever_its_way_seemed_to_be() -> None:
    aim = AimCheck(Meter(0.0))
    aim.keep(_snapshot(1.25), [SHOT])
    made = replace(SHOT, phase=ShotPhase.UPDATE, outcome=Outcome.MADE)
    assert aim.keep(_snapshot(2.0), [made]) == (SHOT, made)


def test_what_is_in_doubt_when_the_source_ends_is_judged_then() -> None:
    meter = Meter(0.0)
    aim = AimCheck(meter)
    aim.keep(_snapshot(1.25), [SHOT])
    meter.share = 0.2
    over = replace(SHOT, phase=ShotPhase.END)
    assert aim.keep(None, [over]) == (SHOT, over)
