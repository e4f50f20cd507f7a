"""A minute of play: events, outcomes, the ball in the hands, boxes and projection, all from the truth alone."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest

from edge.simulator import BallMode, EventKind, Scenario, Truth, VirtualGym
from edge.simulator.flight import GRAVITY_M_S2
from edge.types import Outcome

SECONDS, FPS = 60, 60
RUNS = [("practice", 1), ("threes", 2)]


@pytest.fixture(scope="module", params=RUNS, ids=lambda run: f"{run[0]}-{run[1]}")
def minute(request: pytest.FixtureRequest) -> list[Truth]:
    name, seed = request.param
    return list(itertools.islice(VirtualGym(name, seed=seed, fps=FPS).play(), SECONDS * FPS))


def test_events_are_well_formed(minute: list[Truth]) -> None:
    events = [event for truth in minute for event in truth.events]
    shots = minute[-1].shots
    kinds = Counter(event.kind for event in events)
    assert kinds[EventKind.SHOT_RELEASED] >= 4
    for truth in minute:
        assert all(event.index == truth.index and event.time_s == truth.time_s for event in truth.events)
    for shot in shots[:-1]:
        mine = [event.kind for event in events if event.shot_id == shot.shot_id]
        end = EventKind.SHOT_MADE if shot.outcome is Outcome.MADE else EventKind.SHOT_MISSED
        assert mine == [EventKind.SHOT_GATHERED, EventKind.SHOT_RELEASED, end, EventKind.REBOUND]
        assert shot.gather_index < shot.release_index < shot.apex_index < shot.rim_index  # type: ignore[operator]
        assert 15 < (shot.entry_angle_deg or 0.0) < 75
    for first, second in itertools.pairwise(events):
        if first.kind is EventKind.PASS_RELEASED and second.kind is EventKind.PASS_RECEIVED:
            assert first.player_id != second.player_id


def test_made_means_that_the_ball_came_down_inside_the_ring(minute: list[Truth]) -> None:
    ring = np.array([14.0 - 1.575, 0.0, 3.05])
    through: set[int] = set()
    for before, after in itertools.pairwise(minute):
        assert before.ball is not None
        assert after.ball is not None
        a, z = before.ball.position_m, after.ball.position_m
        if before.ball.phase is BallMode.IN_FLIGHT and a[2] > ring[2] >= z[2]:
            at = a + (z - a) * (a[2] - ring[2]) / (a[2] - z[2])
            if math.dist(at[:2], ring[:2]) < 0.225:
                through.add(after.shots[-1].shot_id)
    decided = [shot for shot in minute[-1].shots if shot.outcome is not None]
    assert through == {shot.shot_id for shot in decided if shot.outcome is Outcome.MADE}
    assert {shot.outcome for shot in decided} == {Outcome.MADE, Outcome.MISSED}


def test_held_ball_is_at_the_hands(minute: list[Truth]) -> None:
    gaps = []
    for truth in minute:
        assert truth.ball is not None
        assert (truth.possession is None) == (truth.ball.phase not in (BallMode.HELD, BallMode.DRIBBLED))
        if truth.ball.phase is BallMode.HELD:
            assert truth.possession is not None
            holder = truth.player(truth.possession)
            points = np.concatenate([holder.hands_m, holder.keypoints_m[9:11]])
            gaps.append(np.linalg.norm(points - truth.ball.position_m, axis=1).min())
    assert np.quantile(gaps, 0.98) < 0.25
    assert max(gaps) < 0.5


def test_nothing_jumps(minute: list[Truth]) -> None:
    for before, after in itertools.pairwise(minute):
        assert before.ball is not None
        assert after.ball is not None
        assert math.dist(before.ball.position_m, after.ball.position_m) * FPS < 18
        for player in after.players:
            assert math.dist(before.player(player.player_id).court_xy_m, player.court_xy_m) * FPS < 9


def test_image_truth_is_the_projection_of_world_truth(minute: list[Truth]) -> None:
    for truth in minute[::37]:
        assert truth.ball is not None
        assert truth.ball.centre_px == pytest.approx(truth.camera.project(truth.ball.position_m)[0])
        for player in truth.players:
            assert player.keypoints_px == pytest.approx(truth.camera.project(player.keypoints_m)[0])


def test_boxes_contain_the_keypoints_in_the_image(minute: list[Truth]) -> None:
    checked = 0
    for truth in minute[::23]:
        width, height = truth.camera.image_size
        for player in truth.players:
            if player.box is None:
                continue
            x, y = player.keypoints_px.T
            inside = (x >= 0) & (y >= 0) & (x < width) & (y < height)
            assert not np.any(player.visible & ~inside)
            low, high = player.box[:2] - 0.5, player.box[2:] + 0.5
            assert np.all((player.keypoints_px[inside] >= low) & (player.keypoints_px[inside] <= high))
            checked += int(inside.sum())
    assert checked > 1000


def test_bones_keep_their_length_over_the_minute(minute: list[Truth]) -> None:
    pairs = ((5, 7), (7, 9), (6, 8), (8, 10), (11, 13), (13, 15), (12, 14), (14, 16), (5, 6), (11, 12))
    for start, end in pairs:
        for number in range(len(minute[0].players)):
            points = np.array([truth.players[number].keypoints_m[[start, end]] for truth in minute[::11]])
            length = np.linalg.norm(points[:, 0] - points[:, 1], axis=1)
            assert np.ptp(length) < 1e-6


def test_free_flight_in_vacuum_follows_the_release() -> None:
    gym = VirtualGym(Scenario(drag=False, spots_m=((8.2, -0.4),)), seed=4, fps=50)
    checked = 0
    for truth in itertools.islice(gym.play(), 400):
        shot = truth.shots[-1] if truth.shots else None
        if shot is None or shot.release_time_s is None or shot.apex_index is not None or truth.ball is None:
            continue
        assert shot.release_m is not None
        assert shot.release_velocity_m_s is not None
        t = truth.time_s - shot.release_time_s
        fall = np.array([0.0, 0.0, -GRAVITY_M_S2 * t * t / 2])
        assert truth.ball.position_m == pytest.approx(shot.release_m + shot.release_velocity_m_s * t + fall, abs=1e-6)
        checked += 1
    assert checked >= 10


def test_skill_sets_the_share_of_made_shots() -> None:
    def made(skill: float) -> int:
        gym = VirtualGym(Scenario(skill=skill, spots_m=((8.2, -0.4),)), seed=0)
        shots = next(itertools.islice(gym.play(), 900, None)).shots
        return sum(shot.outcome is Outcome.MADE for shot in shots)

    assert made(0.0) == 0
    assert made(1.0) >= 3


def test_a_fault_shows_in_every_shot_that_should_have_it() -> None:
    gym = VirtualGym(Scenario(fault="elbow_out", spots_m=((8.2, -0.4),)), seed=0)
    shots = next(itertools.islice(gym.play(), 600, None)).shots
    assert len(shots) >= 2
    assert all(shot.form.fault == "elbow_out" and shot.form.elbow_flare_deg > 40 for shot in shots)


def test_a_fault_begins_after_so_many_shots() -> None:
    scenario = Scenario(players_per_team=(1, 0), fault="behind_head", fault_after=2, spots_m=((8.0, 0.0),))
    last = next(t for t in VirtualGym(scenario, seed=4, width=320, height=180, fps=15).play() if len(t.shots) == 4)
    assert [shot.form.fault for shot in last.shots] == [None, None, "behind_head", "behind_head"]
