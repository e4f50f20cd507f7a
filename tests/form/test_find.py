"""Shots told from what is none, of a stick figure and in virtual play."""

from __future__ import annotations

from dataclasses import astuple, replace

import numpy as np
import pytest

from edge.form.find import LAG_S, confidence_of, find_shots
from edge.form.gesture import Gesture
from tests.form.stick import GATHER_S, RELEASE_S, Stick, stick_clip

SHOT = Gesture(lift=0.6, apart=0.08, guide=0.2, reach=0.25, straightens=0.2, stays=0.2, ball=1.0)


@pytest.mark.parametrize("with_ball", [True, False])
@pytest.mark.parametrize("fps", [15.0, 30.0, 60.0])
def test_stick_figure_shoots_once(with_ball: bool, fps: float) -> None:
    clip = stick_clip(Stick(fps=fps), with_ball)
    (found,) = find_shots(clip.times_s, clip.keypoints, clip.ball if with_ball else None)
    assert found.release_s == pytest.approx(RELEASE_S, abs=0.015 if with_ball else 0.07)
    assert found.gather_s == pytest.approx(GATHER_S, abs=0.12)
    assert found.confidence > 0.9


def test_upper_body_is_enough() -> None:
    clip = stick_clip()
    keypoints = clip.keypoints.copy()
    keypoints[:, [1, 2, 3, 4, 13, 14, 15, 16]] = np.nan
    assert len(find_shots(clip.times_s, keypoints, clip.ball)) == 1


def test_nothing_later_than_the_lag_is_used() -> None:
    clip = stick_clip(Stick(fps=60.0))
    known = clip.times_s <= RELEASE_S + LAG_S + 0.05
    early = find_shots(clip.times_s[known], clip.keypoints[known], clip.ball[known])
    late = find_shots(clip.times_s, clip.keypoints, clip.ball)
    assert [span.release_s for span in early] == [pytest.approx(span.release_s, abs=0.005) for span in late]


def test_ball_that_stays_in_the_hands_is_a_fake() -> None:
    clip = stick_clip()
    hands = clip.keypoints[:, 10, :2] + [4.0, -18.0]
    assert find_shots(clip.times_s, clip.keypoints, hands) == []


def test_ball_elsewhere_is_no_shot() -> None:
    clip = stick_clip()
    assert find_shots(clip.times_s, clip.keypoints, np.full((len(clip.times_s), 2), 50.0)) == []


def test_waving_with_one_arm_is_no_shot() -> None:
    clip = stick_clip(with_ball=False)
    keypoints = clip.keypoints.copy()
    keypoints[:, [7, 9]] = keypoints[:1, [7, 9]]
    assert find_shots(clip.times_s, keypoints, None) == []


def test_nobody_and_nothing() -> None:
    times_s = np.arange(40) / 30
    assert find_shots(times_s, np.full((40, 17, 3), np.nan), None) == []
    assert find_shots(times_s[:2], np.zeros((2, 17, 3)), None) == []


def test_one_mark_may_lack_but_not_three() -> None:
    assert confidence_of(SHOT)[0] > 0.9
    lacking = SHOT
    for name, value in (("stays", -0.2), ("apart", 0.45), ("guide", -0.2)):
        assert confidence_of(replace(SHOT, **{name: value}))[1] == name
        lacking = replace(lacking, **{name: value})
    assert confidence_of(replace(SHOT, stays=-0.2))[0] > 0.5
    assert confidence_of(lacking)[0] < 0.1


def test_ball_that_is_elsewhere_is_against_any_shot() -> None:
    assert confidence_of(replace(SHOT, ball=-1.0)) == (pytest.approx(0.0, abs=0.01), "ball")


def test_what_was_not_seen_is_no_shot() -> None:
    unseen = Gesture(*(np.nan for _ in astuple(SHOT)))
    assert confidence_of(unseen)[0] < 0.1
