"""The judge at the hoop, on paths drawn by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from edge.game.hoop import evidence, hoop_path, judge
from edge.game.outcome import Moment
from edge.types import Outcome, Rim

RIM = Rim(200.0, 200.0, 100.0, 25.0)
RADIUS = 27.0
# In rim widths from the ring's middle, frame by frame at 30 a second.
ARRIVING = [(-0.9, -1.3), (-0.7, -1.0), (-0.5, -0.7), (-0.3, -0.4), (-0.1, -0.1)]
HELD = [(0.1, 0.3), (0.1, 0.4), (0.0, 0.5), (0.0, 0.6), (0.0, 0.65), (0.0, 0.8), (0.0, 1.1), (0.0, 1.5)]
BOUNCED = [(0.2, -0.4), (0.5, -0.7), (0.8, -0.8), (1.1, -0.7), (1.4, -0.4), (1.7, 0.1), (2.0, 0.8)]


def moments(way: Sequence[tuple[float, float] | None], net: float | None, shift: float = 0.0) -> list[Moment]:
    """The way's moments and half a second more; the net's picture changes by `net` from the fifth frame on."""
    found = []
    for index in range(len(way) + 15):
        at = way[index] if index < len(way) else None
        rows = [] if at is None else [(200 + 100 * at[0] + shift, 200 + 100 * at[1], RADIUS, 0.9)]
        moved = None if net is None else 0.0 if index < 5 else net
        found.append(Moment(index, index / 30, np.array(rows, np.float64).reshape(-1, 4), moved))
    return found


def test_a_ball_that_the_net_holds_and_swings_is_made() -> None:
    decision = judge(moments(ARRIVING + HELD, 0.5), RIM)
    assert decision.outcome is Outcome.MADE
    assert decision.confidence > 0.95
    assert decision.rim_index == 5
    assert decision.offset_widths == pytest.approx(-0.05, abs=0.02)


def test_a_ball_that_comes_off_the_ring_is_missed_even_where_the_net_shakes() -> None:
    for net in (0.0, 0.3, None):
        assert judge(moments(ARRIVING + BOUNCED, net), RIM).outcome is Outcome.MISSED


def test_a_ball_that_comes_out_over_the_ring_again_was_not_made() -> None:
    rolled = [(0.1, 0.05), (0.2, -0.1), (0.3, -0.35), (0.4, -0.5), (0.7, -0.45), (1.0, -0.2), (1.3, 0.3)]
    assert judge(moments(ARRIVING + rolled, 0.1), RIM).outcome is Outcome.MISSED


def test_a_ball_lost_at_the_ring_is_told_by_the_net() -> None:
    lost = [*ARRIVING[:4], None, None]
    assert judge(moments(lost, 0.6), RIM).outcome is Outcome.MADE
    assert judge(moments(lost, 0.0), RIM).outcome is Outcome.MISSED


def test_without_any_ball_and_net_nothing_is_told() -> None:
    decision = judge(moments([None] * 10, None), RIM)
    assert decision.outcome is Outcome.UNKNOWN
    assert decision.rim_index is None


def test_what_is_no_ball_by_its_size_is_not_followed() -> None:
    way = moments(ARRIVING, None)
    large = [Moment(m.index, m.time_s, m.candidates * [1, 1, 3, 1], None) for m in way]
    assert len(hoop_path(way, RIM)) == len(ARRIVING)
    assert not len(hoop_path(large, RIM))


def test_evidence_does_not_depend_on_where_the_hoop_is_and_how_large() -> None:
    near = evidence(moments(ARRIVING + HELD, 0.5), RIM)
    scaled = [
        Moment(m.index, m.time_s, m.candidates * [3, 3, 3, 1] + [50, 70, 0, 0], m.net_motion)
        for m in moments(ARRIVING + HELD, 0.5)
    ]
    far = evidence(scaled, Rim(650.0, 670.0, 300.0, 75.0))
    assert far.log_odds == pytest.approx(near.log_odds)
    assert far.rim_index == near.rim_index
