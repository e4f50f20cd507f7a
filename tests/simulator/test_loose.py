"""Further balls: how they move, and that the truth of each is what is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from calibration.court import FIBA
from edge.simulator import SCENARIOS, BallMode, Scenario, SimulatorError, Truth, VirtualGym
from edge.simulator.flight import BALL_RADIUS_M, hall
from edge.simulator.loose import LooseBalls, push_apart
from edge.simulator.mount import WALLS_M
from edge.simulator.observe import observe
from edge.simulator.play import Play
from edge.simulator.render import Renderer
from edge.types import FloatArray, Image

HALL = hall(FIBA, WALLS_M, True)
FAR_OFF = np.array([9.0, -60.0, 30.0])
SHARP = Scenario(players_per_team=(5, 5), mount="high", noise=0.0, blur_px=0.0, shutter_s=0.0, extra_balls=4)


def moments(
    scenario: Scenario, seed: int, count: int, every: int
) -> Iterator[tuple[Renderer, Play, Truth, FloatArray]]:
    """A gym taken apart, so that the same moment can be drawn again with something changed."""
    gym = VirtualGym(scenario, seed, 960, 540)
    renderer = Renderer(gym.camera, gym.court, WALLS_M, gym.scenario, seed, gym.cones_m)
    play = Play(gym.scenario, gym.court, HALL, np.random.default_rng([seed, 1]))
    others = LooseBalls(scenario.extra_balls, HALL, np.random.default_rng([seed, 14]))
    for index in range(count * every):
        play.step(1 / 30)
        others.step(1 / 30, play.ball[:3])
        if index % every == every - 1:
            truth, bodies = observe(play, gym.camera, gym.court, gym.cones_m, others.states)
            yield renderer, play, truth, bodies


def without(renderer: Renderer, play: Play, truth: Truth, bodies: FloatArray, number: int) -> Image:
    """The frame with one of the further balls far off."""
    balls = list(truth.other_balls)
    balls[number] = replace(balls[number], position_m=FAR_OFF)
    return renderer.picture(replace(truth, other_balls=tuple(balls)), bodies, play.ball)


def seen_share(changed: Image, centre_px: FloatArray, radius_px: float) -> float:
    """Share of a disc's pixels that changed."""
    rows, columns = np.indices(changed.shape[:2])
    disc = np.hypot(columns + 0.5 - centre_px[0], rows + 0.5 - centre_px[1]) < radius_px - 0.5
    return float((changed.any(axis=2) & disc).sum() / disc.sum())


def test_hidden_shares_are_what_the_pixels_say() -> None:
    stated, drawn = [], []
    for seed in (1, 2):
        for renderer, play, truth, bodies in moments(SHARP, seed, 12, 20):
            image = renderer.picture(truth, bodies, play.ball)
            for number, ball in enumerate(truth.other_balls):
                # Ring, net and board are left to the main ball's tests; what is cut by the edge has no whole disc.
                x, y = ball.centre_px
                inside = 12 < x < 948 and 12 < y < 528
                if not inside or ball.position_m[2] > 2.3:
                    continue
                changed = image != without(renderer, play, truth, bodies, number)
                stated.append(1.0 - ball.hidden_share)
                drawn.append(seen_share(changed, ball.centre_px, ball.radius_px))
    error = np.array(drawn) - stated
    partly = (np.array(stated) > 0) & (np.array(stated) < 1)
    assert len(stated) > 50
    assert partly.sum() >= 5
    assert np.abs(error).max() < 0.3
    assert np.abs(error).mean() < 0.03
    assert np.corrcoef(stated, drawn)[0, 1] > 0.9


def test_a_ball_behind_another_is_hidden_by_it() -> None:
    gym = VirtualGym(Scenario(players_per_team=(0, 0)), 0, 960, 540)
    play = Play(gym.scenario, gym.court, HALL, np.random.default_rng(0))
    place = np.array([9.0, -1.0, BALL_RADIUS_M])
    towards = gym.camera.centre - place
    states = np.zeros((2, 7))
    states[0, :3], states[1, :3] = place, place + towards * (0.6 / np.linalg.norm(towards))
    truth, bodies = observe(play, gym.camera, gym.court, gym.cones_m, states)
    behind, before = truth.other_balls
    assert truth.ball is None
    assert len(bodies) == 0
    assert behind.hidden_share == 1.0
    assert before.hidden_share == 0.0
    states[1, :3] = place + np.array([0.5, 0.0, 0.0])
    apart, _ = observe(play, gym.camera, gym.court, gym.cones_m, states)
    assert [ball.hidden_share for ball in apart.other_balls] == [0.0, 0.0]


def test_a_further_ball_hides_the_main_one() -> None:
    gym = VirtualGym(replace(SCENARIOS["practice"], extra_balls=1), 0, 960, 540)
    play = Play(gym.scenario, gym.court, HALL, np.random.default_rng(0))
    play.step(1 / 30)
    towards = gym.camera.centre - play.ball[:3]
    states = np.zeros((1, 7))
    states[0, :3] = play.ball[:3] + towards * (1.5 / np.linalg.norm(towards))
    hidden, _ = observe(play, gym.camera, gym.court, gym.cones_m, states)
    assert hidden.ball is not None
    assert hidden.ball.hidden_share == 1.0
    assert hidden.other_balls[0].hidden_share == 0.0


def test_further_balls_change_nothing_else() -> None:
    alone = list(islice(VirtualGym("threes", 4, 320, 180).play(), 60))
    more = list(islice(VirtualGym(replace(SCENARIOS["threes"], extra_balls=3), 4, 320, 180).play(), 60))
    for one, other in zip(alone, more, strict=True):
        assert one.other_balls == ()
        assert len(other.other_balls) == 3
        assert one.ball is not None
        assert other.ball is not None
        assert np.array_equal(one.ball.position_m, other.ball.position_m)
        assert one.events == other.events


def test_the_same_seed_moves_them_alike_and_phases_say_what_they_do() -> None:
    scenario = replace(SCENARIOS["empty"], extra_balls=4)
    one = [truth.other_balls for truth in islice(VirtualGym(scenario, 6, 320, 180).play(), 300)]
    two = [truth.other_balls for truth in islice(VirtualGym(scenario, 6, 320, 180).play(), 300)]
    assert np.array_equal(
        [[b.position_m for b in balls] for balls in one], [[b.position_m for b in balls] for balls in two]
    )
    flat = [ball for balls in one for ball in balls]
    flying = [ball.position_m[2] > 0.3 for ball in flat if ball.phase is BallMode.IN_FLIGHT]
    assert sum(flying) > 20
    assert all(ball.position_m[2] < 0.2 for ball in flat if ball.phase is BallMode.LOOSE)
    assert {ball.holder_id for ball in flat} == {None}


@pytest.mark.parametrize("seed", range(6))
def test_they_stay_in_the_hall_and_off_the_floor(seed: int) -> None:
    balls = LooseBalls(4, HALL, np.random.default_rng(seed))
    lies = np.ones(4, dtype=bool)
    for _ in range(900):
        before = balls.states[:, :3].copy()
        balls.step(1 / 30, None)
        place = balls.states[:, :3]
        assert np.isfinite(balls.states).all()
        assert (place[:, 2] > BALL_RADIUS_M - 1e-9).all()
        assert (place[:, 2] < 7.5).all()
        assert ((place[:, 0] > WALLS_M[0]) & (place[:, 0] < WALLS_M[1])).all()
        assert ((place[:, 1] > WALLS_M[2]) & (place[:, 1] < WALLS_M[3])).all()
        lies &= np.linalg.norm(place - before, axis=1) < 1e-3
    assert not lies.all()


def test_balls_that_meet_swap_their_speed_and_part() -> None:
    first = np.array([5.0, 0.0, 1.0, 3.0, 1.0, 0.0, 0.0])
    second = np.array([5.2, 0.0, 1.0, -1.0, 0.0, 0.0, 0.0])
    push_apart(first, second)
    assert second[0] - first[0] == pytest.approx(2 * BALL_RADIUS_M)
    assert first[3:6] == pytest.approx([-1.0, 1.0, 0.0])
    assert second[3:6] == pytest.approx([3.0, 0.0, 0.0])
    before = first.copy()
    push_apart(first, second)
    assert first == pytest.approx(before)


def test_too_many_are_refused() -> None:
    with pytest.raises(SimulatorError, match="extra_balls"):
        Scenario(extra_balls=5)
