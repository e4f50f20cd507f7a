"""Who has the ball, what moves it and how high it is, on plays made up so that it is known."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.court import NBA
from edge.types import BallMode, FloatArray
from tests.bench.nba import Recording
from tests.bench.nba_heights import Gap, arc, carried_height, fall, gap_height
from tests.bench.nba_play import NOBODY, CourtPlay, live, play_from, runs, who_has_it

HZ = 25 / 3
RIM = NBA.rim_centre()[:2]


def _recording(players: FloatArray, ball: FloatArray, height: FloatArray | None = None) -> Recording:
    """players (T, P, 2), ball (T, 2) at 8.3 Hz."""
    z = np.full(len(ball), np.nan) if height is None else height
    team = np.zeros(players.shape[1], np.int64)
    return Recording("made", "made", np.arange(len(ball)) / HZ, players, team, np.column_stack([ball, z]))


def _pass() -> Recording:
    """One second in the hands of the first at (5, 0), 0.72 s of flight, one second with the second at (5, 6)."""
    players = np.tile([[5.0, 0.0], [5.0, 6.0]], (23, 1, 1))
    way = np.clip((np.arange(23) - 8) / 6, 0.0, 1.0)
    return _recording(players, np.column_stack([np.full(23, 5.5), 6 * way]))


def _shot() -> Recording:
    """From a player at the free-throw line to the rim in 0.96 s, where the recording ends."""
    start = RIM - [4.6, 0.0]
    players = np.tile(start, (17, 1, 1))
    way = np.clip((np.arange(17) - 8) / 8, 0.0, 1.0)[:, None]
    return _recording(players, start + [0.4, 0.0] + way * (RIM - start - [0.4, 0.0]))


def test_a_ball_that_goes_straight_from_one_to_another_is_passed() -> None:
    play = play_from(_pass(), 1)
    modes = [mode.value for mode in play.modes]
    assert set(modes) == {"held", "passed"}
    begin, end = modes.index("passed"), len(modes) - modes[::-1].index("passed")
    assert play.holder[begin - 1] == 0
    assert play.holder[end] == 1
    assert (play.holder[begin:end] == NOBODY).all()
    assert 10 <= end - begin <= 24


def test_a_ball_that_goes_to_the_rim_is_shot_and_loose_when_it_has_been_there() -> None:
    play = play_from(_shot(), 1)
    flies = np.array([mode is BallMode.IN_FLIGHT for mode in play.modes])
    assert flies.sum() >= 15
    assert play.ball_m[flies, 2].max() > NBA.rim_height_m
    first, last = np.flatnonzero(flies)[[0, -1]]
    assert play.modes[first - 1] is BallMode.HELD
    assert all(mode is BallMode.LOOSE for mode in play.modes[last + 1 :])
    at_rim = np.linalg.norm(play.ball_m[last + 1, :2] - RIM)
    assert at_rim < 0.7
    assert play.ball_m[last + 1, 2] == pytest.approx(NBA.rim_height_m, abs=0.35)


def test_who_runs_with_it_dribbles_and_the_ball_reaches_the_floor_and_the_hand() -> None:
    x = np.linspace(0.0, 9.0, 26)
    players = np.stack([np.column_stack([x, np.zeros(26)])], axis=1)
    play = play_from(_recording(players, np.column_stack([x + 0.5, np.zeros(26)])), 1)
    dribbled = np.array([mode is BallMode.DRIBBLED for mode in play.modes])
    assert (play.holder == 0).all()
    assert dribbled.mean() > 0.7
    assert play.modes[-1] is BallMode.HELD
    assert play.ball_m[dribbled, 2].min() < 0.3
    assert 0.7 < play.ball_m[dribbled, 2].max() < 1.25
    assert len(runs(dribbled)) == 3


def test_the_ball_goes_on_without_a_leap_where_it_changes_hands() -> None:
    for recording in (_pass(), _shot()):
        play = play_from(recording, 1)
        assert np.abs(np.diff(play.ball_m[:, 2])).max() < 0.45
        assert np.linalg.norm(np.diff(play.ball_m[:, :2], axis=0), axis=1).max() < 0.5


def test_a_ball_in_hands_is_beside_the_body() -> None:
    players = np.tile([5.0, 0.0], (20, 1, 1))
    play = play_from(_recording(players, np.tile([5.05, 0.0], (20, 1))), 1)
    away = np.linalg.norm(play.ball_m[:, :2] - play.players_m[:, 0], axis=1)
    np.testing.assert_allclose(away, 0.35, atol=1e-6)


def test_a_height_that_was_recorded_is_kept_in_flight() -> None:
    plain = _shot()
    flown = np.clip((np.arange(17) - 8) / HZ, 0.0, None)
    height = np.where(flown > 0, 2.2 + 5.5 * flown - 4.905 * flown**2, 1.1)
    play = play_from(_recording(plain.players_m, plain.ball_m[:, :2], height), 1)
    times = np.arange(len(play.modes)) / 30
    flies = np.array([mode is BallMode.IN_FLIGHT for mode in play.modes]) & (times > 9 / HZ)
    since = times[flies] - 8 / HZ
    np.testing.assert_allclose(play.ball_m[flies, 2], 2.2 + 5.5 * since - 4.905 * since**2, atol=1e-6)


def test_the_same_seed_gives_the_same_play_and_another_one_other_heights() -> None:
    first, again, other = (play_from(_pass(), seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.ball_m, again.ball_m)
    assert not np.array_equal(first.ball_m[:, 2], other.ball_m[:, 2])


def test_a_ball_that_leaves_the_reach_for_a_moment_stays_his() -> None:
    away = np.full(60, 0.5)
    away[25:35] = 1.9
    ball = np.column_stack([away, np.zeros(60)])
    assert (who_has_it(ball, np.zeros((60, 1, 2)), None) == 0).all()
    high = np.where(away > 1, 3.0, 1.0)
    assert (who_has_it(ball, np.zeros((60, 1, 2)), high)[26:34] == NOBODY).all()


def test_live_play_leaves_out_a_dead_ball_and_the_other_half() -> None:
    frames = 300
    modes = [BallMode.HELD] * 100 + [BallMode.LOOSE] * 90 + [BallMode.HELD] * 110
    ball = np.tile([5.0, 0.0, 1.0], (frames, 1))
    ball[280:, 0] = -5.0
    play = CourtPlay("p", "p", np.zeros((frames, 1, 2)), np.zeros(1, np.int64), ball, modes, np.zeros(frames, np.int64))
    assert live(play) == slice(0, 100)
    ball[280:, 0] = 5.0
    assert live(play) == slice(190, 300)


def test_a_throw_is_a_parabola_of_gravity_and_no_higher_than_a_gym() -> None:
    height = arc(1.3, 1.3, 29, 30.0)
    np.testing.assert_allclose(np.diff(height, 2), -9.81 / 900, rtol=1e-6)
    assert height.max() == pytest.approx(1.3 + 9.81 / 8, abs=0.01)
    assert arc(2.25, 3.17, 100, 30.0).max() < 6.3


def test_a_dropped_ball_bounces_lower_each_time_and_comes_to_the_hands() -> None:
    height = fall(3.0, None, 90, 30.0)
    peaks = [height[k] for k in range(1, 89) if height[k - 1] < height[k] > height[k + 1]]
    assert len(peaks) >= 2
    assert 3.0 * 0.45 < peaks[0] < 3.0 * 0.7
    assert peaks[1] < peaks[0]
    assert height.min() >= 0.12
    assert fall(3.0, 1.4, 40, 30.0)[-1] == pytest.approx(1.4)


def test_carried_heights_begin_and_end_where_they_are_told() -> None:
    rng = np.random.default_rng(0)
    held = carried_height(np.zeros(60, bool), 1.9, 2.3, 30.0, rng)
    assert held[0] == pytest.approx(1.9, abs=0.02)
    assert held[-1] == pytest.approx(2.3, abs=0.02)
    assert 0.9 < held[30] < 1.3
    dribbled = np.zeros(90, bool)
    dribbled[15:75] = True
    height = carried_height(dribbled, 1.1, 1.1, 30.0, rng)
    assert abs(height[14] - height[15]) < 0.1
    assert abs(height[74] - height[75]) < 0.1


def test_a_rebound_soon_taken_is_taken_high() -> None:
    gap = Gap(begin=0, end=40, before=0, after=1, reached=25, passed=False)
    height = gap_height(gap, 30.0, np.random.default_rng(0))
    assert len(height) == 40
    assert height[-1] == pytest.approx(2.1)
    assert height[:25].max() > NBA.rim_height_m
