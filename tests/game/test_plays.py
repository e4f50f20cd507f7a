"""Every kind of play as a scripted row of snapshots, and what must not be taken for one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from calibration.court import NBA
from edge.game.plays import PlayFinder
from edge.types import (
    BallMode,
    Outcome,
    PlayKind,
    ShotEvent,
    ShotPhase,
    Snapshot,
)
from tests.game.court_players import FPS, SPOTS, Script, kinds, only, told

RING = NBA.rim_centre()[:2]


@pytest.mark.parametrize("court", [True, False])
@pytest.mark.parametrize("seconds", [0.25, 0.5, 0.9])
def test_a_pass_arrives_at_a_team_mate(court: bool, seconds: float) -> None:
    script = Script(SPOTS, court)
    script.hold(1, 1.0)
    script.throw(1, 3, seconds)
    script.hold(3, 1.0)
    events = told(script)
    assert kinds(events) == ["pass"]
    passed = only(events, PlayKind.PASS)
    assert (passed.player_id, passed.to_player_id, passed.team, passed.succeeded) == (1, 3, "A", True)
    assert passed.start_time_s == pytest.approx(1.0, abs=0.15)
    assert passed.end_time_s == pytest.approx(1.0 + seconds, abs=0.15)
    assert 0.5 < passed.confidence <= 1.0
    assert passed.evidence["flight_s"] == pytest.approx(seconds, abs=0.2)
    assert (passed.start_xy_m == (4.0, 0.0)) == court


def test_it_is_told_within_a_second() -> None:
    script = Script(SPOTS)
    script.hold(1, 1.0)
    script.throw(1, 3, 0.5)
    script.hold(3, 1.0)
    finder = PlayFinder(NBA)
    when: dict[PlayKind, float] = {}
    for snapshot in script.snapshots:
        when |= {event.kind: snapshot.time_s - event.end_time_s for event in finder.update(snapshot)}
    assert 0 < when[PlayKind.PASS] < 1.0


@pytest.mark.parametrize("far", [0.9, 1.5])
def test_a_hand_over_is_a_pass(far: float) -> None:
    script = Script({1: (0.0, 0.0), 3: (far, 0.0), 2: (5.0, 5.0)})
    script.hold(1, 1.0)
    script.throw(1, 3, 0.1)
    script.hold(3, 1.0)
    assert only(told(script), PlayKind.PASS).to_player_id == 3


def test_a_pass_along_the_view_is_one() -> None:
    """It hardly moves aside in the picture, which the paper's rule asks for."""
    script = Script({1: (0.0, -6.0), 3: (0.3, 6.0), 2: (5.0, 5.0)})
    script.hold(1, 1.0)
    script.throw(1, 3, 0.9)
    script.hold(3, 1.0)
    assert only(told(script), PlayKind.PASS).to_player_id == 3


def test_an_opponent_in_the_way_of_a_flight_intercepts_it() -> None:
    script = Script(SPOTS)
    script.hold(1, 1.0)
    script.throw(1, 2, 0.5)
    script.hold(2, 1.0)
    events = told(script)
    assert kinds(events) == ["pass", "interception"]
    assert only(events, PlayKind.PASS).succeeded is False
    taken = only(events, PlayKind.INTERCEPTION)
    assert (taken.player_id, taken.to_player_id, taken.team) == (2, 1, "B")


def test_an_opponent_who_takes_it_from_the_hands_steals_it() -> None:
    script = Script({1: (0.0, 0.0), 2: (1.0, 0.0), 3: (6.0, 0.0)})
    script.hold(1, 1.0)
    script.throw(1, 2, 0.1)
    script.people[2] = (2.0, 0.0)
    script.hold(2, 1.0)
    events = told(script)
    assert kinds(events) == ["steal"]
    assert (only(events, PlayKind.STEAL).player_id, only(events, PlayKind.STEAL).to_player_id) == (2, 1)


def test_a_dribble_is_no_pass() -> None:
    script = Script(SPOTS | {5: (4.9, 0.3)})
    script.hold(1, 0.5)
    script.dribble(1, 2.4)
    script.hold(1, 0.8)
    events = told(script)
    assert kinds(events) == ["dribble"]
    run = only(events, PlayKind.DRIBBLE)
    assert run.player_id == 1
    assert run.end_time_s - run.start_time_s == pytest.approx(2.4, abs=0.7)
    assert only(events, PlayKind.POSSESSION).end_time_s == pytest.approx(3.7, abs=0.2)


def test_whoever_runs_to_the_basket_with_it_drives() -> None:
    script = Script({1: (5.0, 0.0), 2: (6.0, 4.0)})
    script.hold(1, 0.5)
    script.dribble(1, 1.6, (float(RING[0]) - 1.5, 0.0))
    script.hold(1, 0.5)
    drive = only(told(script), PlayKind.DRIVE)
    assert drive.player_id == 1
    assert drive.evidence["nearer_m"] == pytest.approx(float(RING[0]) - 6.5, abs=0.5)
    assert drive.end_xy_m == pytest.approx((float(RING[0]) - 1.5, 0.0), abs=0.3)


def test_whoever_runs_away_from_it_does_not() -> None:
    script = Script({1: (float(RING[0]) - 1.5, 0.0), 2: (6.0, 4.0)})
    script.hold(1, 0.5)
    script.dribble(1, 1.6, (5.0, 0.0))
    script.hold(1, 0.5)
    assert "drive" not in kinds(told(script))


def shot(script: Script, outcome: Outcome | None, release: int) -> ShotEvent:
    """Told now."""
    index = len(script.snapshots)
    return ShotEvent("a", ShotPhase.UPDATE, release, release / FPS, 1, outcome, 0.9, rim_index=index)


@pytest.mark.parametrize(("outcome", "expected"), [(Outcome.MISSED, ["rebound"]), (Outcome.MADE, [])])
def test_what_comes_after_a_shot(outcome: Outcome, expected: list[str]) -> None:
    script = Script(SPOTS)
    script.hold(1, 1.0)
    ring = (float(RING[0]), float(RING[1]))
    script.fly((4.3, 0.0), ring, 1.1, (2.2, 3.05))
    seen = shot(script, outcome, 30)
    script.fly(ring, script.people[4], 0.6, (3.0, 1.2))
    script.hold(4, 1.2)
    events = told(script, (seen,))
    assert kinds(events) == expected
    if expected:
        rebound = only(events, PlayKind.REBOUND)
        assert (rebound.player_id, rebound.team, rebound.evidence["shot_id"]) == (4, "B", "a")


def test_across_a_cut_nothing_is_a_rebound() -> None:
    script = Script(SPOTS)
    script.hold(1, 1.0)
    ring = (float(RING[0]), float(RING[1]))
    script.fly((4.3, 0.0), ring, 1.1, (2.2, 3.05))
    seen = shot(script, Outcome.MISSED, 30)
    cut = len(script.snapshots)
    script.hold(4, 1.2)
    script.snapshots[cut] = replace(script.snapshots[cut], scene_cut=True)
    assert "rebound" not in kinds(told(script, (seen,)))


def test_a_flight_that_is_a_shot_is_no_pass() -> None:
    """Also where its outcome is not known yet when somebody has the ball again."""
    script = Script(SPOTS)
    script.hold(1, 1.0)
    seen = shot(script, None, 31)
    script.throw(1, 3, 1.2)
    script.hold(3, 1.0)
    assert "pass" not in kinds(told(script, (seen,)))
    assert kinds(told(script)) == ["pass"]


def test_a_shot_that_reached_no_ring_was_a_pass() -> None:
    script = Script(SPOTS)
    script.hold(1, 1.0)
    early = replace(shot(script, None, 31), rim_index=None)
    script.throw(1, 3, 0.3)
    script.hold(3, 1.0)
    finder, events = PlayFinder(NBA), []
    for snapshot in script.snapshots:
        events += finder.update(snapshot, [early] if snapshot.index == 33 else [])
    assert kinds(events) == ["pass"]


def test_a_defender_who_stops_a_shot_blocks_it() -> None:
    script = Script({1: (5.0, 0.0), 2: (6.0, 0.0), 3: (2.0, 4.0)})
    script.hold(1, 1.0)
    script.fly((5.3, 0.0), (5.9, 0.0), 0.2, (2.1, 2.9))
    script.fly((5.9, 0.0), (3.0, 2.0), 0.6, (2.7, 0.3))
    script.people[3] = (2.7, 2.0)
    script.hold(3, 1.5)
    block = only(told(script), PlayKind.BLOCK)
    assert (block.player_id, block.to_player_id, block.team) == (2, 1, "B")
    assert "pass" not in kinds(told(script))


def test_without_teams_nobody_says_whether_a_pass_arrived() -> None:
    script = Script(SPOTS)
    script.teams = dict.fromkeys(script.teams)
    script.hold(1, 1.0)
    script.throw(1, 2, 0.5)
    script.hold(2, 1.0)
    assert only(told(script), PlayKind.PASS).succeeded is None


def test_what_is_no_number_does_no_harm() -> None:
    script = Script(SPOTS)
    script.hold(1, 1.0)
    script.throw(1, 3, 0.5)
    script.hold(3, 1.0)
    odd = []
    for snapshot in script.snapshots:
        players, seen = snapshot.players, snapshot.ball
        assert seen is not None
        if snapshot.index % 5 == 0:
            nothing = np.full(4, np.nan)
            players = (replace(players[0], box=nothing, court_xy_m=nothing[:2]), *players[1:])
        if snapshot.index % 7 == 0:
            seen = replace(seen, xy_px=np.full(2, np.nan), court_xyz_m=np.full(3, np.nan))
        odd.append(replace(snapshot, players=players, ball=seen))
    assert kinds(told(odd)) == ["pass"]


def test_nobody_and_nothing_give_nothing() -> None:
    empty = [Snapshot(k, k / FPS, (640, 480), (), None, np.zeros((0, 4)), None) for k in range(60)]
    assert told(empty) == []


def test_the_tracker_may_say_that_a_ball_flies_past_somebody() -> None:
    """No calibration, the ball in the picture over an opponent all the time, but told to be in flight."""
    script = Script(SPOTS, court=False)
    script.people[2] = (6.0, 1.0)
    script.hold(1, 1.0)
    script.throw(1, 3, 0.6)
    script.hold(3, 1.0)
    modes = [BallMode.HELD if k < 30 or k >= 48 else BallMode.PASSED for k in range(len(script.snapshots))]
    rows = []
    for snapshot, mode in zip(script.snapshots, modes, strict=True):
        assert snapshot.ball is not None
        holder = None if mode is BallMode.PASSED else 1 if snapshot.index < 30 else 3
        rows.append(replace(snapshot, ball=replace(snapshot.ball, mode=mode, holder_id=holder)))
    assert kinds(told(rows)) == ["pass"]


def test_who_stands_behind_the_holder_in_the_picture_gets_no_pass() -> None:
    """The tracker's word goes over to one further away, half as tall in the picture; the ball stays, and its size."""
    script = Script(SPOTS | {1: (4.0, 0.0), 3: (4.1, 0.0)}, court=False)
    script.hold(1, 2.0)
    rows = []
    for snapshot in script.snapshots:
        assert snapshot.ball is not None
        players = tuple(
            replace(one, box=np.array([one.box[0], one.box[1], one.box[2], one.box[1] + 110]))
            if one.track_id == 3
            else one
            for one in snapshot.players
        )
        holder = 1 if snapshot.index < 30 else 3
        state = replace(snapshot.ball, mode=BallMode.HELD, holder_id=holder)
        rows.append(replace(snapshot, players=players, ball=state))
    assert "pass" not in kinds(told(rows))


def test_whoever_takes_it_beyond_the_line_throws_it_in() -> None:
    """The ball's place on the court is not known, his is."""
    script = Script(SPOTS | {1: (4.0, 5.0), 2: (6.0, 8.4)})
    script.hold(1, 1.0)
    script.throw(1, 2, 0.9)
    script.hold(2, 1.0)
    rows = [
        replace(one, ball=None if one.ball is None else replace(one.ball, court_xyz_m=None)) for one in script.snapshots
    ]
    assert kinds(told(rows)) == ["out_of_bounds"]


def test_a_ball_that_lay_about_is_stolen_from_nobody() -> None:
    script = Script({1: (0.0, 0.0), 2: (2.0, 0.0), 3: (6.0, 0.0)})
    script.hold(1, 1.0)
    for _ in range(48):
        script.frame((1.0, 0.0), 0.12)
    script.people[2] = (1.2, 0.0)
    script.hold(2, 1.0)
    assert "steal" not in kinds(told(script))
