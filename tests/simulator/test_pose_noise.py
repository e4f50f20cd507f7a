"""The pose network's noise is as large, as lasting and as blind as its figures say; a trunk hides what is behind it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from edge.simulator.pose_noise import MEASURED, see, self_hidden
from edge.simulator.shooters import ShotType, make_shooter, move

STATURE_PX = 400.0


def still(frames: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    joints = np.tile(np.linspace(100.0, 500.0, 34).reshape(17, 2), (frames, 1, 1))
    return joints, np.zeros((frames, 17), dtype=bool), np.arange(frames) / 30.0


def test_the_shake_of_a_still_body_is_as_measured() -> None:
    joints, hidden, times = still(3000)
    calm = replace(MEASURED, wild=np.zeros((9, 2)), lost=np.zeros((9, 2)), least_px=0.0)
    told = see(joints, hidden, times, STATURE_PX, calm, np.random.default_rng(0))
    off = (told[..., :2] - joints) / STATURE_PX
    assert off[:, 10].std(axis=0) == pytest.approx(MEASURED.shake[5, 0], rel=0.12)
    steps = off[:, 12, 0] - off[:, 12, 0].mean()
    keep = (steps[1:] * steps[:-1]).mean() / (steps**2).mean()
    assert keep == pytest.approx(np.exp(-1 / 30 / MEASURED.memory_s), abs=0.06)
    quiet = see(joints, hidden, times, STATURE_PX, calm, np.random.default_rng(0), amount=0.0)
    assert quiet[..., :2] == pytest.approx(joints)


def test_joints_are_lost_as_often_as_measured_and_more_so_when_hidden() -> None:
    joints, hidden, times = still(4000)
    shares = []
    for state in (False, True):
        told = see(joints, hidden | state, times, STATURE_PX, MEASURED, np.random.default_rng(1))
        shares.append((told[:, [9, 10], 2] < 0.2).mean())
    assert shares[0] == pytest.approx(MEASURED.lost[5, 0], abs=0.05)
    assert shares[1] == pytest.approx(MEASURED.lost[5, 1], abs=0.06)
    assert shares[1] > shares[0]


def test_the_trunk_hides_the_far_arm_and_nothing_hides_the_near_one() -> None:
    shooter = make_shooter(2)
    motion = move(shooter, shooter.forms[ShotType.CATCH], 30.0)
    held = motion.times_s < 0.4 * motion.release_s
    right = self_hidden(motion.joints_m, np.array([0.0, -8.0, 1.5]))
    left = self_hidden(motion.joints_m, np.array([0.0, 8.0, 1.5]))
    assert right[held][:, 6].mean() < 0.2
    assert left[held][:, 5].mean() < 0.2
    assert right[held][:, 5].mean() > 0.5
    behind = self_hidden(motion.joints_m, np.array([-8.0, 0.0, 1.5]))
    assert behind[held][:, [9, 10]].mean() > 0.4
