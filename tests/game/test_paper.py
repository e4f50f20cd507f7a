"""The paper's rules in their order in time: balls on drawn-up paths between players 300 px tall."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from edge.config import GameConfig
from edge.game import paper_rules as rules
from edge.game.method import open_play_finder, open_shot_finder
from edge.game.paper import PaperPlayFinder, PaperShotFinder
from edge.game.plays import PlayFinder
from edge.game.shots import ShotFinder
from edge.types import (
    BallState,
    Outcome,
    PlayerState,
    PlayEvent,
    PlayKind,
    Rim,
    ShotEvent,
    ShotPhase,
    Snapshot,
    Team,
    TrackStatus,
)

Point = tuple[float, float]
RIM = Rim(2000.0, 300.0, 300.0 * 0.45 / 1.75, 20.0)
CHEST_Y = 500.0
HELD = [(100.0, CHEST_Y)] * 3
CAUGHT = [(700.0, CHEST_Y)] * 3


def player(track_id: int, x: float, team: Team | None = "A") -> PlayerState:
    box = np.array([x - 50, CHEST_Y - 75, x + 50, CHEST_Y + 225])
    court = np.array([x / 100, 0.0])
    return PlayerState(track_id, box, np.zeros(2), np.eye(2), TrackStatus.CONFIRMED, 0.9, court_xy_m=court, team=team)


def snap(index: int, at: Point | None, players: tuple[PlayerState, ...], rim: Rim | None = RIM) -> Snapshot:
    ball = at and BallState(np.array(at), np.zeros(2), 20.0, np.eye(2), TrackStatus.CONFIRMED, 0.9)
    return Snapshot(index, index / 30, (3840, 2160), players, ball or None, np.zeros((0, 4)), rim)


TWO = (player(1, 100.0), player(2, 700.0))


def scenes(
    path: Sequence[Point | None], players: tuple[PlayerState, ...] = TWO, rim: Rim | None = RIM
) -> list[Snapshot]:
    return [snap(index, at, players, rim) for index, at in enumerate(path)]


def plays(frames: list[Snapshot], reading: rules.Reading = rules.MEANT) -> list[PlayEvent]:
    finder = PaperPlayFinder(reading)
    return [event for frame in frames for event in finder.update(frame)] + finder.finish()


def passes(frames: list[Snapshot], reading: rules.Reading = rules.MEANT) -> list[PlayEvent]:
    return [event for event in plays(frames, reading) if event.kind is PlayKind.PASS]


def shots(frames: list[Snapshot]) -> list[ShotEvent]:
    finder = PaperShotFinder()
    return [event for frame in frames for event in finder.update(frame)] + finder.finish()


def line(start: Point, end: Point, frames: int) -> list[Point]:
    """The places after `start`, `end` the last."""
    return [
        (start[0] + (end[0] - start[0]) * k / frames, start[1] + (end[1] - start[1]) * k / frames)
        for k in range(1, frames + 1)
    ]


FLIGHT = line(HELD[0], CAUGHT[0], 12)
THROWN = [*HELD, *FLIGHT, *CAUGHT]


def test_a_ball_thrown_straight_to_another_player_is_a_pass() -> None:
    (found,) = passes(scenes(THROWN))
    assert (found.player_id, found.to_player_id, found.team, found.succeeded) == (1, 2, "A", True)
    assert found.start_index == 4  # the first frame more than 50 px away: the step before is 50 px
    assert found.end_index == 14  # the first frame within 30 px of the receiver
    assert (found.start_xy_m, found.end_xy_m) == ((1.0, 0.0), (7.0, 0.0))
    assert found.confidence == 1.0


def test_a_pass_to_the_other_team_fails_and_one_to_who_knows_is_neither() -> None:
    (lost,) = passes(scenes(THROWN, (TWO[0], player(2, 700.0, "B"))))
    (unknown,) = passes(scenes(THROWN, (TWO[0], player(2, 700.0, None))))
    assert (lost.succeeded, unknown.succeeded) == (False, None)


def test_no_release_no_pass() -> None:
    # The receiver stands so near that the ball is never more than 50 px aside of the passer nor 70 px below.
    near = (TWO[0], player(2, 175.0))
    slow = [*HELD, *line(HELD[0], (145.0, CHEST_Y), 15), (145.0, CHEST_Y)]
    assert passes(scenes(slow, near)) == []
    assert [event.player_id for event in plays(scenes(slow, near))] == [1, 2]


def test_a_ball_that_falls_below_the_hands_is_released() -> None:
    low = [*HELD, *line(HELD[0], (148.0, CHEST_Y + 420), 20)]
    low_receiver = (TWO[0], replace(player(2, 160.0), box=player(2, 160.0).box + np.array([0, 450, 0, 450])))
    assert [event.to_player_id for event in passes(scenes(low, low_receiver))] == [2]


def test_a_ball_that_turns_by_more_than_ten_degrees_is_not_in_motion() -> None:
    zigzag = [(x, CHEST_Y + (20.0 if k % 2 else -20.0)) for k, (x, _) in enumerate(FLIGHT)]
    assert passes(scenes([*HELD, *zigzag, *CAUGHT])) == []


def test_motion_of_five_frames_is_a_pass_and_of_four_is_none() -> None:
    # The first step out of still hands has no step before it. So many steps from the hands into the receiver's:
    for steps, count in ((7, 1), (6, 0)):
        flight = line(HELD[0], (671.0, CHEST_Y), steps)
        assert len(passes(scenes([*HELD, *flight, *CAUGHT]))) == count, steps


def test_motion_must_go_on_without_a_break() -> None:
    # 4 frames of it, a turn by more than 10 degrees, and 2 more before the receiver has it.
    bent = [*line(HELD[0], (400.0, CHEST_Y), 5), *line((400.0, CHEST_Y), (690.0, CHEST_Y + 65), 4)]
    assert passes(scenes([*HELD, *bent, *CAUGHT])) == []
    assert len(passes(scenes([*HELD, *line(HELD[0], (690.0, CHEST_Y), 9), *CAUGHT]))) == 1


def moving(path: Sequence[Point | None], step_px: float) -> list[Snapshot]:
    """The passer goes along by step_px a frame."""
    return [snap(k, at, (player(1, 100.0 + step_px * k), TWO[1])) for k, at in enumerate(path)]


def test_who_goes_along_with_the_ball_has_dribbled() -> None:
    assert len(passes(moving(THROWN, 5.0))) == 1  # 25 px in five frames
    assert passes(moving(THROWN, 7.0)) == []  # 35 px


def test_a_dribble_is_told_when_the_same_player_has_the_ball_again() -> None:
    path = [(100.0 + 10 * k, CHEST_Y) for k in range(4)]
    ahead = [(140.0 + 22 * k, CHEST_Y) for k in range(12)]
    frames = moving([*path, *ahead, *[(150.0 + 10 * k, CHEST_Y) for k in range(11, 16)]], 10.0)
    found = plays(frames)
    assert [event.kind for event in found] == [PlayKind.DRIBBLE, PlayKind.POSSESSION]
    assert found[0].player_id == 1
    assert found[0].start_index < found[0].end_index == 16


def test_a_pass_needs_another_player_at_the_ball() -> None:
    out = [*HELD, *line(HELD[0], (1500.0, CHEST_Y), 20)]
    assert passes(scenes(out, TWO[:1])) == []
    back = [*out, *line(out[-1], HELD[0], 20), *HELD]
    assert passes(scenes(back, TWO[:1])) == []
    high = [(x, CHEST_Y - 60) for x, _ in THROWN]
    assert passes(scenes([*HELD, *high])) == []  # 60 px above the receiver's chest is above his reach


def test_the_holder_may_be_out_of_sight_during_the_pass() -> None:
    frames = [frame if k < 5 or k > 8 else replace(frame, players=TWO[1:]) for k, frame in enumerate(scenes(THROWN))]
    assert [event.player_id for event in passes(frames)] == [1]


def test_frames_without_a_ball_change_nothing() -> None:
    path = [*HELD, None, *FLIGHT, None, None, *CAUGHT]
    assert [(event.player_id, event.to_player_id) for event in passes(scenes(path))] == [(1, 2)]


def test_a_cut_ends_everything() -> None:
    frames = scenes(THROWN)
    frames[10] = replace(frames[10], scene_cut=True)
    found = plays(frames)
    assert [event.kind for event in found] == [PlayKind.POSSESSION, PlayKind.POSSESSION]
    assert found[0].end_index < 10


def test_what_comes_to_the_ring_is_no_pass() -> None:
    ring = Rim(400.0, CHEST_Y, RIM.width_px, 20.0)
    assert passes(scenes(THROWN, rim=ring)) == []


def test_possession_counts_the_frames_within_reach() -> None:
    found = [event for event in plays(scenes(THROWN)) if event.kind is PlayKind.POSSESSION]
    assert [(event.player_id, event.start_index, event.end_index) for event in found] == [(1, 0, 2), (2, 14, 17)]
    assert [event.evidence["frames"] for event in found] == [3, 4]
    dribbled = [*HELD, *[(100.0, CHEST_Y + 150)] * 4, *HELD]
    (one,) = plays(scenes(dribbled))
    assert (one.end_index, one.evidence["frames"]) == (9, 6)


def test_the_letter_finds_no_pass_that_is_thrown_to_the_side() -> None:
    """Why MEANT stands beside PRINTED."""
    assert passes(scenes(THROWN), rules.PRINTED) == []


TO_RING: list[Point | None] = [*HELD, *line(HELD[0], (RIM.x_px, RIM.y_px), 30)]


def test_a_ball_that_comes_to_the_ring_is_a_shot_of_who_had_it_last() -> None:
    new, end = shots(scenes([*TO_RING, *[(RIM.x_px, RIM.y_px + 10)] * 5]))
    assert (new.phase, new.outcome, end.phase, end.outcome) == (ShotPhase.NEW, None, ShotPhase.END, Outcome.UNKNOWN)
    assert new.shot_id == end.shot_id
    assert (new.player_id, new.release_index, new.court_xy_m) == (1, 3, (1.0, 0.0))
    assert new.evidence == {"last_possession_index": 2}
    assert new.rim_index == next(k for k, at in enumerate(TO_RING) if at and at[0] >= RIM.x_px - 100)


def test_a_ball_over_the_head_is_not_released_yet() -> None:
    lifted = line(HELD[0], (110.0, CHEST_Y - 150), 6)
    new, _ = shots(scenes([*HELD, *lifted, *line(lifted[-1], (RIM.x_px, RIM.y_px), 30)]))
    assert (new.release_index, new.evidence["last_possession_index"]) == (9, 4)


@pytest.mark.parametrize(
    ("path", "rim"),
    [
        pytest.param([*HELD, *line(HELD[0], (RIM.x_px - 105, RIM.y_px), 30)], RIM, id="short of the window"),
        pytest.param(TO_RING, None, id="no ring known"),
        pytest.param(TO_RING[4:], RIM, id="nobody had it"),
    ],
)
def test_no_shot(path: Sequence[Point | None], rim: Rim | None) -> None:
    assert shots(scenes(path, rim=rim)) == []


def test_a_ball_that_bounces_at_the_ring_is_one_shot_until_somebody_has_it_again() -> None:
    bounce = [(RIM.x_px, RIM.y_px - 300), (RIM.x_px, RIM.y_px)]
    assert len(shots(scenes([*TO_RING, *bounce, *bounce]))) == 2
    twice = shots(scenes([*TO_RING, *bounce, *TO_RING]))
    assert [event.shot_id for event in twice] == ["shot-1", "shot-1", "shot-2", "shot-2"]


def test_who_takes_it_in_the_rings_window_has_not_shot_again() -> None:
    under = replace(player(3, RIM.x_px), box=player(3, RIM.x_px).box - np.array([0, 200, 0, 200]))
    stays = [*TO_RING, *[(RIM.x_px, RIM.y_px)] * 5]
    assert [event.player_id for event in shots(scenes(stays, (*TWO, under)))] == [1, 1]


def test_a_cut_forgets_who_had_it() -> None:
    frames = scenes(TO_RING)
    frames[10] = replace(frames[10], scene_cut=True)
    assert shots(frames) == []


def test_the_settings_say_whose_rules() -> None:
    assert isinstance(open_shot_finder(GameConfig()), ShotFinder)
    assert isinstance(open_shot_finder(GameConfig(method="paper")), PaperShotFinder)
    assert isinstance(open_play_finder(GameConfig()), PlayFinder)
    assert isinstance(open_play_finder(GameConfig(method="paper")), PaperPlayFinder)
