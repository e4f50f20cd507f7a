"""Shots of a ball whose place is known: a lob is none."""

from __future__ import annotations

import pytest

from calibration.court import NBA
from edge.types import Rim, ShotEvent
from tests.bench.court_shots import CourtShotFinder
from tests.game.court_players import Script

RING = NBA.rim_centre()[:2]


def lob(to: tuple[float, float], height_m: float, seconds: float, turns: bool) -> list[ShotEvent]:
    """From outside over the court's positive end; what the finder on the court says."""
    script = Script({1: (6.0, 0.0), 3: (to[0], to[1]), 2: (9.0, 5.0)}, rim=Rim(1200.0, 300.0, 45.0, 12.0))
    script.hold(1, 1.0)
    script.fly((6.3, 0.0), to, seconds, (1.8, height_m))
    if turns:
        script.fly(to, (to[0], 2.0), 0.5, (height_m, 0.5))
    else:
        script.fly(to, (to[0] + 2.5, to[1]), 0.4, (height_m, 1.2))
    script.people[3] = (to[0] + 2.5, to[1]) if not turns else (to[0], 2.0)
    script.hold(3, 1.0)
    finder, found = CourtShotFinder(NBA), []
    for snapshot in script.snapshots:
        found += finder.update(snapshot)
    return found + finder.finish()


def test_a_ball_that_comes_to_the_ring_and_turns_is_a_shot() -> None:
    found = lob((float(RING[0]), 0.0), 3.1, 1.0, turns=True)
    assert [one.player_id for one in found] == [1]
    assert found[0].release_time_s == pytest.approx(1.0, abs=0.25)


def test_a_ball_under_the_ring_is_none() -> None:
    assert lob((float(RING[0]), 0.0), 1.5, 0.7, turns=True) == []


def test_a_lob_beside_the_ring_is_none() -> None:
    assert lob((float(RING[0]) - 1.5, 0.5), 2.2, 1.1, turns=True) == []
