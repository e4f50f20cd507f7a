"""Possession in one piece or in several: touches, cuts, gaps, numbers that change, and hours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from edge.game.possession import Possession
from edge.game.spells import SpellFinder
from edge.types import PlayKind, Rim, Snapshot, TrackStatus
from tests.game.court_players import FPS, SPOTS, Script, kinds, only, told


def test_a_track_that_goes_on_under_another_number_is_the_same_player() -> None:
    script = Script(SPOTS)
    script.hold(1, 1.0)
    script.people[7], script.teams[7] = script.people.pop(1), "A"
    script.hold(7, 1.0)
    events = told(script)
    assert kinds(events) == []
    assert len(events) == 1


def test_a_ball_that_is_not_seen_for_a_moment_is_still_his() -> None:
    script = Script(SPOTS)
    script.hold(1, 0.8)
    script.hold(1, 0.5, seen=False)
    script.hold(1, 0.8)
    assert [(event.kind, event.player_id) for event in told(script)] == [(PlayKind.POSSESSION, 1)]


def test_nothing_is_joined_over_a_cut() -> None:
    script = Script(SPOTS)
    script.hold(1, 1.0)
    script.frame((8.3, 2.0), cut=True)
    script.hold(3, 1.0)
    events = told(script)
    assert [(event.kind, event.player_id) for event in events] == [(PlayKind.POSSESSION, 1), (PlayKind.POSSESSION, 3)]


def test_a_lost_ball_is_nobodys_after_a_while() -> None:
    script = Script(SPOTS)
    script.hold(1, 1.0)
    script.hold(1, 4.0, seen=False)
    lost = [
        s if s.ball is None else replace(s, ball=replace(s.ball, status=TrackStatus.CONFIRMED))
        for s in script.snapshots
    ]
    spell = only(told(lost), PlayKind.POSSESSION)
    assert spell.end_time_s < 3.5


def later(rows: list[Snapshot], seconds: float) -> list[Snapshot]:
    return [replace(one, time_s=one.time_s + seconds) for one in rows]


@pytest.mark.parametrize("after", [1, 7])
def test_nothing_is_joined_over_a_gap(after: int) -> None:
    """The camera was away for ten minutes; whoever has the ball then has not had it all the time."""
    script = Script(SPOTS)
    script.hold(1, 1.0)
    before = list(script.snapshots)
    if after != 1:
        script.people[after], script.teams[after] = script.people.pop(1), "A"
    script.hold(after, 1.0)
    spells = told(before + later(script.snapshots[len(before) :], 600.0))
    assert [event.player_id for event in spells] == [1, after]
    assert all(event.end_time_s - event.start_time_s < 1.2 for event in spells)


def test_a_ball_that_nobody_has_is_not_remembered_for_ever() -> None:
    script = Script(SPOTS)
    script.frame((20.0, 0.0), 0.12)
    finder = SpellFinder()
    for k in range(1000):
        seen = replace(script.snapshots[0], index=k, time_s=k / FPS)
        finder.update(Possession(seen, None, 1.0, {}, True))
    assert len(finder.way) < 5 * FPS


def test_who_stands_beside_the_ball_for_long_has_it_in_pieces() -> None:
    """Nothing of what he had is lost, nothing counted twice."""
    script = Script(SPOTS)
    script.hold(1, 250.0)
    spells = told(script)
    assert [event.player_id for event in spells] == [1, 1, 1]
    assert max(event.end_time_s - event.start_time_s for event in spells) <= 120.1
    frames = [k for event in spells for k in range(event.start_index, event.end_index + 1)]
    assert frames == list(range(frames[0], len(script.snapshots)))
    assert sum(int(event.evidence["frames"]) for event in spells) == len(frames)


def panned(script: Script) -> list[Snapshot]:
    """The same through a camera that turns by 12 px a frame and zooms in meanwhile."""
    rows = []
    for one in script.snapshots:
        zoom, shift = 1 + 0.002 * one.index, np.array([12.0 * one.index, -2.0 * one.index])
        assert one.ball is not None
        seen = replace(one.ball, xy_px=zoom * one.ball.xy_px + shift, radius_px=zoom * one.ball.radius_px)
        people = tuple(replace(who, box=zoom * who.box + np.tile(shift, 2)) for who in one.players)
        rim = one.rim and Rim(zoom * one.rim.x_px + shift[0], zoom * one.rim.y_px + shift[1], 45.0, 12.0)
        back = np.column_stack([np.eye(2) / zoom, -shift / zoom])
        rows.append(replace(one, ball=seen, players=people, rim=rim, scene_from_image=back))
    return rows


@pytest.mark.parametrize("kind", ["pass", "drive", "hold"])
def test_a_camera_that_turns_makes_no_difference(kind: str) -> None:
    script = Script(SPOTS, court=False, rim=Rim(1900.0, 500.0, 45.0, 12.0))
    script.hold(1, 1.0)
    if kind == "pass":
        script.throw(1, 3, 0.5)
        script.hold(3, 1.0)
    elif kind == "drive":
        script.dribble(1, 1.6, (8.0, 0.0))
        script.hold(1, 0.5)
    else:
        script.hold(1, 1.0)
    assert (
        kinds(told(panned(script)))
        == kinds(told(script))
        == {"pass": ["pass"], "hold": []}.get(kind, ["dribble", "drive"])
    )
