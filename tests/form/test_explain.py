"""Deviations and their words: faults that were put in are named with joint, phase and amount; usual shots have none."""

from __future__ import annotations

import numpy as np
import pytest

from edge.form.explain import deviation, find_faults, usual_form
from edge.form.phrases import phases
from edge.types import FloatArray, FormSequence

_SET = 46


def _form(rng: np.random.Generator, changed: FloatArray | float = 0.0, noise: float = 0.004) -> FormSequence:
    """Somebody seen from his right, ball going up, in body heights."""
    rise = np.linspace(0.0, 1.0, 64)[:, None]
    pose = np.zeros((64, 17, 2))
    pose[:, :5] = [0.05, 0.42]
    pose[:, [5, 6]] = [0.0, 0.28]
    pose[:, [7, 8]] = [0.08, 0.2]
    pose[:, [7, 8], 1] += 0.15 * rise
    pose[:, [9, 10]] = [0.17, 0.15]
    pose[:, [9, 10], 1] += 0.45 * rise
    pose[:, [13, 14]] = [0.03, -0.24]
    pose[:, [15, 16]] = [0.0, -0.48]
    pose = pose + changed + np.cumsum(rng.normal(0.0, noise / 4, (64, 17, 2)), axis=0) / 4
    return FormSequence(pose + rng.normal(0.0, noise, pose.shape), np.ones((64, 17), bool), 0.8, view_rad=1.57)


def _usual(seed: int = 1) -> list[FormSequence]:
    rng = np.random.default_rng(seed)
    return [_form(rng) for _ in range(12)]


def test_deviation_is_shot_minus_usual() -> None:
    usual = _usual()
    shot = _form(np.random.default_rng(9), 0.05, noise=0.0)
    np.testing.assert_allclose(deviation(shot, usual), shot.pose - usual_form(usual))
    assert deviation(shot, usual).mean() == pytest.approx(0.05, abs=0.005)


def test_usual_shots_have_no_faults() -> None:
    usual = _usual()
    rng = np.random.default_rng(2)
    told = [find_faults(_form(rng), usual, _SET) for _ in range(30)]
    assert sum(len(one) > 0 for one in told) <= 1


@pytest.mark.parametrize(
    ("joints", "frames", "move", "part", "phase", "said"),
    [
        ([10], slice(56, 64), (-0.08, 0.0), "shooting wrist", "release", "Release further back: wrist 1"),
        ([8], slice(10, 64), (-0.06, 0.0), "shooting elbow", None, "cm further back than usual"),
        ([10], slice(43, 64), (0.0, -0.1), "shooting wrist", None, "cm lower than usual"),
        ([13, 14], slice(9, 40), (-0.07, 0.0), "knees", None, "Bend the knees more."),
    ],
)
def test_a_fault_is_named_with_part_phase_and_amount(
    joints: list[int], frames: slice, move: tuple[float, float], part: str, phase: str | None, said: str
) -> None:
    changed = np.zeros((64, 17, 2))
    changed[frames, joints] = move
    faults = find_faults(_form(np.random.default_rng(3), changed), _usual(), _SET)
    assert faults[0].joint == part
    assert phase is None or faults[0].phase == phase
    assert said in faults[0].words
    assert faults[0].amount == pytest.approx(180 * (move[0] + move[1]), abs=1.5)
    assert f"frame {faults[0].frame}" in faults[0].words


def test_what_carries_a_part_is_told_and_not_the_part_again() -> None:
    changed = np.zeros((64, 17, 2))
    changed[:, :11, 0] = -0.12 * np.linspace(0.0, 1.0, 64)[:, None]
    faults = find_faults(_form(np.random.default_rng(4), changed), _usual(), _SET)
    assert [fault.joint for fault in faults] == ["shoulders"]
    assert "lean" in faults[0].words


def test_knees_that_do_not_bend_are_one_fault() -> None:
    changed = np.zeros((64, 17, 2))
    bend = np.sin(np.linspace(0.0, np.pi, 32))[:, None]
    changed[8:40, :13, 1] = 0.1 * bend
    changed[8:40, 13:15, 0] = -0.07 * bend
    faults = find_faults(_form(np.random.default_rng(8), changed), _usual(), _SET)
    assert sum(fault.joint in ("hips", "knees") for fault in faults) == 1


def test_seen_from_in_front_an_elbow_goes_out_and_not_forward() -> None:
    def turned(one: FormSequence) -> FormSequence:
        pose = one.pose.copy()
        pose[:, [6, 8, 10], 0] = pose[:, [6, 8, 10], 0] * 0.2 - 0.1
        pose[:, [5, 7, 9], 0] = pose[:, [5, 7, 9], 0] * 0.2 + 0.1
        return FormSequence(pose, one.present, one.duration_s, view_rad=0.0)

    changed = np.zeros((64, 17, 2))
    changed[20:, 8, 0] = -0.4
    shot = turned(_form(np.random.default_rng(5), changed))
    faults = find_faults(shot, [turned(one) for one in _usual()], _SET)
    assert faults[0].joint == "shooting elbow"
    assert "further out" in faults[0].words


def test_centimetres_are_of_the_players_own_height() -> None:
    changed = np.zeros((64, 17, 2))
    changed[:, 8, 1] = 0.1
    shot = _form(np.random.default_rng(6), changed)
    tall, small = (find_faults(shot, _usual(), _SET, height)[0].amount for height in (2.0, 1.5))
    assert tall / small == pytest.approx(2.0 / 1.5)


def test_joints_that_are_not_known_are_no_fault() -> None:
    changed = np.zeros((64, 17, 2))
    changed[:, 8:11] = np.nan
    assert find_faults(_form(np.random.default_rng(7), changed), _usual(), _SET) == ()


@pytest.mark.parametrize("set_frame", [0, 20, 40, 55, 63])
def test_phases_cover_every_frame_once(set_frame: int) -> None:
    covered = [frame for _, first, last in phases(set_frame) for frame in range(first, last + 1)]
    assert covered == list(range(64))
