"""Phases of a stick figure in closed form, and of the virtual gym's shooters against their truth."""

from __future__ import annotations

import numpy as np
import pytest

from edge.form.errors import FormError
from edge.form.motion import open_motion
from edge.form.phases import Phases, find_phases
from edge.types import ShotClip
from tests.form.gym_shots import GymShot, gym_shots
from tests.form.stick import DIP_S, GATHER_S, RELEASE_S, SET_S, Stick, stick_clip


def _phases(clip: ShotClip, about_s: float | None = None) -> Phases:
    return find_phases(open_motion(clip.times_s, clip.keypoints, clip.ball), about_s)


@pytest.mark.parametrize("fps", [15.0, 30.0, 60.0])
def test_stick_figure_with_a_ball(fps: float) -> None:
    found = _phases(stick_clip(Stick(fps=fps)), RELEASE_S + 0.05)
    assert found.release_by == "ball"
    assert found.release_s == pytest.approx(RELEASE_S, abs=0.012)
    assert found.dip_s == pytest.approx(DIP_S, abs=0.06)
    assert found.gather_s == pytest.approx(GATHER_S, abs=0.12)
    assert found.set_point_s == pytest.approx(SET_S, abs=0.08)
    assert found.follow_through_s is not None
    assert found.follow_through_s == pytest.approx(RELEASE_S + 0.6, abs=0.12)


def test_stick_figure_without_a_ball() -> None:
    found = _phases(stick_clip(with_ball=False))
    assert found.release_by == "pose"
    assert found.release_s == pytest.approx(RELEASE_S, abs=2 / 30)
    assert found.gather_s == pytest.approx(GATHER_S, abs=0.12)


def test_event_tells_the_release_where_the_ball_was_not_seen() -> None:
    found = _phases(stick_clip(with_ball=False), RELEASE_S + 0.02)
    assert found.release_by == "event"
    assert found.release_s == pytest.approx(RELEASE_S + 0.02)


@pytest.mark.parametrize("left_handed", [False, True])
def test_hand(left_handed: bool) -> None:
    assert _phases(stick_clip(Stick(left_handed=left_handed))).hand == ("left" if left_handed else "right")


def test_ball_that_comes_into_the_hands_late_ends_what_was_before_the_gather() -> None:
    clip = stick_clip()
    ball = clip.ball.copy()
    caught = int(0.55 * 30)
    ball[:caught] += np.linspace(300.0, 70.0, caught)[:, None]
    moved = find_phases(open_motion(clip.times_s, clip.keypoints, ball), RELEASE_S)
    assert moved.gather_s == pytest.approx(0.55, abs=0.08)


def test_who_holds_the_arms_down_does_not_shoot() -> None:
    clip = stick_clip()
    rows = clip.times_s < GATHER_S
    motion = open_motion(clip.times_s[rows], clip.keypoints[rows], None)
    with pytest.raises(FormError, match="no shot"):
        find_phases(motion)


@pytest.fixture(scope="module")
def shots() -> list[GymShot]:
    return [shot for seed in (0, 5) for shot in gym_shots(seed, seconds=8.0, noise=0.004)]


def test_virtual_release_within_two_frames(shots: list[GymShot]) -> None:
    assert len(shots) >= 2
    for shot in shots:
        assert shot.shot.release_index is not None
        assert abs(shot.clip.first_index + shot.clip.release - shot.shot.release_index) <= 2


def test_virtual_gather(shots: list[GymShot]) -> None:
    late_s = [
        shot.clip.gather_s - shot.shot.gather_index / shot.fps for shot in shots if shot.clip.gather_s is not None
    ]
    assert abs(float(np.median(late_s))) < 0.12


def test_virtual_set_point(shots: list[GymShot]) -> None:
    for shot in shots:
        truth = shot.shot
        assert truth.release_time_s is not None
        set_s = truth.release_time_s - 0.18 * 0.82 / truth.form.tempo
        assert shot.clip.times_s[shot.clip.set_point] == pytest.approx(set_s, abs=0.12)
