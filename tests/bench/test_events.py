"""The events benchmark: what counts as right, the labels' readers, games made up by seed, the naive rule."""

from __future__ import annotations

import numpy as np
import pytest

from edge.types import BallMode, PlayKind
from tests.bench import event_scores as scores
from tests.bench.event_games import court_game, sideline_camera
from tests.bench.event_peers import NaiveRules
from tests.bench.event_scores import Found, Tally
from tests.bench.nba import Recording
from tests.bench.nba_labels import Rows, _Row, join
from tests.bench.scripted_play import scripted
from tests.bench.scripted_state import TrueEvent
from tests.bench.tal3x3 import clip, teams


def test_a_pass_counts_once_and_only_between_the_same_two() -> None:
    true = [TrueEvent("pass", 1.0, 1.5, 0, 1), TrueEvent("pass", 3.0, 3.5, 1, 2)]
    told = [Found("pass", 1.6, 0, 1), Found("pass", 1.4, 0, 1), Found("pass", 3.5, 1, 0), Found("pass", 3.5, 1, None)]
    assert scores.match(told, true, 0.7, players=True) in ([(1, 0)], [(0, 0)])
    tally = Tally()
    tally.add("pass", told, true, 0.7)
    figures = tally.figures()
    assert (figures["pass_precision"], figures["pass_recall"]) == (0.25, 0.5)


def test_labels_that_overlap_may_mean_the_same_shot() -> None:
    true = [
        TrueEvent("shot", 0.0, 4.0, None, None, scores.BETWEEN),
        TrueEvent("shot", 2.0, 6.0, None, None, scores.BETWEEN),
    ]
    tally = Tally()
    tally.add("shot", [Found("shot", 3.0, 1), Found("shot", 9.0, 1)], true, 0.0)
    figures = tally.figures()
    assert (figures["shot_precision"], figures["shot_recall"]) == (0.5, 1.0)


def test_a_scene_is_joined_to_its_basket() -> None:
    rows = "\n".join(f"{frame} {player} {player}.0 25.0 {'BALL' if player < 0 else 'PLAYER'}" for frame in (0, 12, 24)
                     for player in (-1, 11, 12, 21, 22))  # fmt: skip
    shots: Rows = {("0021500001", 2): [_Row(100.5, True, 12, 11), _Row(300.0, True, 21, 0), _Row(107.0, False, 22, 0)]}
    scene = join(rows, "AAA_BBB_0021500001_2_110.0_100.0", shots, scored=True)
    assert scene is not None
    assert (scene.shooter, scene.assister) == (1, 0)
    assert [(one.player, one.made) for one in scene.attempts] == [(1, True), (3, False)]
    assert scene.attempts[1].time_s == pytest.approx(3.0 - 1.5)
    assert join(rows, "AAA_BBB_0021500009_2_110.0_100.0", shots, scored=True) is None


@pytest.mark.parametrize("seed", [1, 2])
def test_a_scripted_game_is_what_its_events_say(seed: int) -> None:
    play, truth = scripted(seed, 20.0)
    again, _ = scripted(seed, 20.0)
    assert np.array_equal(play.ball_m, again.ball_m)
    passes = [event for event in truth if event.kind == "pass"]
    assert passes
    for event in passes:
        begin, end = (round(30 * at) for at in (event.start_s, event.end_s))
        assert play.holder[begin - 1] == event.player
        assert play.holder[end] == event.to_player
        assert (play.holder[begin:end] == -1).all()
    held = np.flatnonzero(play.holder >= 0)
    away = np.linalg.norm(play.ball_m[held, :2] - play.players_m[held, play.holder[held]], axis=1)
    assert np.median(away) == pytest.approx(0.42, abs=0.05)
    assert play.modes.count(BallMode.HELD) > 0
    assert (play.ball_m[:, 2] >= 0.12).all()


def test_teams_follow_from_who_passes_to_whom() -> None:
    events = [TrueEvent("pass", 0, 1, 3, 0), TrueEvent("steal", 1, 2, 2, 0), TrueEvent("pass", 2, 3, 2, 4)]
    team = teams(events, 6)
    assert team[3] == team[0]
    assert team[2] == team[4] != team[0]


def test_a_clip_lays_the_ball_where_its_labels_have_it() -> None:
    boxes = [[0.1, 0.4, 0.12, 0.5, 1], [0.5, 0.4, 0.52, 0.5, 1]]
    frames = {f"c,{k:05d}": boxes for k in range(1, 91)}
    game = clip("c", frames, [{"start_frame": 30, "end_frame": 50, "event_type": 1, "player_id": "0, 1"}])
    places = [snapshot.ball.xy_px[0] for snapshot in game.snapshots if snapshot.ball is not None]
    assert places[10] == pytest.approx(0.11 * 3840)
    assert places[80] == pytest.approx(0.51 * 3840)
    assert 0.2 * 3840 < places[41] < 0.45 * 3840


def test_the_naive_rule_names_who_is_nearest() -> None:
    times = np.arange(0.0, 3.0, 0.12)
    players = np.tile(np.array([[0.0, 0.0], [5.0, 0.0]]), (len(times), 1, 1))
    ball = np.column_stack([np.clip(4 * (times - 0.8), 0.3, 4.7), np.zeros(len(times)), np.full(len(times), np.nan)])
    recording = Recording("r", "r", times, players, np.array([0, 0]), ball, "scenes")
    game = court_game(recording, "nba", True, (), sideline_camera())
    rules = NaiveRules(game.court)
    told = [play for snapshot in game.snapshots for play in rules.update(snapshot)]
    assert [play.kind for play in told] == [PlayKind.POSSESSION, PlayKind.PASS]
    assert (told[1].player_id, told[1].to_player_id, told[1].succeeded) == (1, 2, True)
