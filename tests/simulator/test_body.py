"""Bones keep their length in every motion; the shot does what its form says."""

import math

import numpy as np
import pytest

from edge.simulator import FAULTS, ShotForm
from edge.simulator import body as b
from edge.simulator.poses import contest, defend, dribble, hold, mirrored, pass_ball, reach, stand
from edge.simulator.shooting import jump_shot
from edge.simulator.style import with_fault

BONES = (
    (b.L_SHOULDER, b.L_ELBOW, b.UPPER_ARM),
    (b.R_SHOULDER, b.R_ELBOW, b.UPPER_ARM),
    (b.L_ELBOW, b.L_WRIST, b.FOREARM),
    (b.R_ELBOW, b.R_WRIST, b.FOREARM),
    (b.L_HIP, b.L_KNEE, b.THIGH),
    (b.R_HIP, b.R_KNEE, b.THIGH),
    (b.L_KNEE, b.L_ANKLE, b.SHANK),
    (b.R_KNEE, b.R_ANKLE, b.SHANK),
    (b.L_SHOULDER, b.R_SHOULDER, 2 * b.SHOULDER_HALF),
    (b.L_HIP, b.R_HIP, 2 * b.HIP_HALF),
)
POSES = {
    "stand": stand(0.0, 0.0, 0.0),
    "run": stand(0.3, 5.0, 0.0),
    "sidestep": stand(0.7, 3.0, 1.6),
    "defend": defend(0.2, 2.0, -1.0),
    "contest": contest(0.2, 1.0, 0.4),
    "hold": hold(0.1, 1.0, 0.0),
    "dribble": dribble(0.6, 3.0, 0.0, 0.4),
    "reach low": reach(np.array([0.5, 0.1, 0.13]), 0.1, 2.0, 0.0),
    "reach high": reach(np.array([0.3, -0.3, 2.2]), 0.1, 0.0, 0.0),
    "pass": pass_ball(0.2),
    **{f"shot {t:.1f}": jump_shot(ShotForm()).pose(t) for t in np.arange(0.0, 1.8, 0.2)},
}


def joints_of(pose: np.ndarray, scale: float = 1.0) -> np.ndarray:
    return np.asarray(b.build_joints(pose, np.array([3.0, -2.0]), 0.7, scale))


@pytest.mark.parametrize("name", list(POSES))
@pytest.mark.parametrize("scale", [0.95, 1.05])
def test_bones_keep_their_length(name: str, scale: float) -> None:
    joints = joints_of(POSES[name], scale)
    for start, end, length in BONES:
        assert math.dist(joints[start], joints[end]) == pytest.approx(length * scale, abs=1e-6)


def test_mirrored_pose_is_the_mirror_image() -> None:
    origin = np.zeros(2)
    pose = jump_shot(ShotForm()).pose(0.7)
    right = np.asarray(b.build_joints(pose, origin, 0.0, 1.0))
    left = np.asarray(b.build_joints(mirrored(pose), origin, 0.0, 1.0))
    for one, other in ((b.R_WRIST, b.L_WRIST), (b.R_ELBOW, b.L_ELBOW), (b.L_KNEE, b.R_KNEE), (b.NOSE, b.NOSE)):
        assert left[other] == pytest.approx(right[one] * [1.0, -1.0, 1.0], abs=1e-9)


def test_local_and_world_are_inverse() -> None:
    point, xy = np.array([0.3, -0.2, 1.1]), np.array([4.0, -1.0])
    world = b.to_world(point, xy, 1.2, 1.03, 0.2)
    assert b.to_local(world, xy, 1.2, 1.03, 0.2) == pytest.approx(point)


@pytest.mark.parametrize("fault", [None, *FAULTS])
def test_shot_holds_the_ball_until_the_release(fault: str | None) -> None:
    shot = jump_shot(with_fault(ShotForm(), fault))
    for t in np.arange(0.0, shot.release_s, 1 / 60):
        pose = shot.pose(float(t))
        joints = joints_of(pose)
        ball = b.to_world(pose[b.BALL], np.array([3.0, -2.0]), 0.7, 1.0, float(pose[b.LIFT]))
        assert math.dist(joints[b.R_WRIST], ball) < 0.22


def test_the_phases_come_in_order_and_the_jump_rises_as_told() -> None:
    shot = jump_shot(ShotForm(jump_m=0.25))
    assert 0 < shot.dip_s < shot.set_s < shot.release_s < shot.end_s
    rise = [shot.pose(float(t))[b.LIFT] for t in np.arange(0.0, shot.end_s, 1 / 480)]
    assert max(rise) == pytest.approx(0.25, abs=0.002)
    assert rise[0] == 0.0
    assert rise[-1] == pytest.approx(0.0, abs=1e-9)


def elbow_outside_m(form: ShotForm) -> float:
    """How far the elbow stands out from the line shoulder - wrist at the set point, sideways."""
    shot = jump_shot(form)
    joints = np.asarray(b.build_joints(shot.pose(shot.set_s), np.zeros(2), 0.0, 1.0))
    return float(-joints[b.R_ELBOW, 1] + 0.5 * (joints[b.R_SHOULDER, 1] + joints[b.R_WRIST, 1]))


def lowest_pelvis_m(form: ShotForm) -> float:
    shot = jump_shot(form)
    return min(float(shot.pose(float(t))[2]) for t in np.arange(0.0, shot.release_s, 1 / 120))


def ball_at_set(form: ShotForm) -> np.ndarray:
    shot = jump_shot(form)
    return np.asarray(shot.pose(shot.set_s)[b.BALL])


def test_faults_show_in_the_body() -> None:
    good = ShotForm()
    assert elbow_outside_m(with_fault(good, "elbow_out")) > elbow_outside_m(good) + 0.08
    assert lowest_pelvis_m(with_fault(good, "stiff_knees")) > lowest_pelvis_m(good) + 0.08
    assert ball_at_set(with_fault(good, "low_set_point"))[2] < ball_at_set(good)[2] - 0.2
    assert ball_at_set(with_fault(good, "behind_head"))[0] < 0.0 < ball_at_set(good)[0]
    drift = jump_shot(with_fault(good, "drift_side"))
    assert drift.drift_m(drift.end_s)[1] == pytest.approx(0.38)
    early = jump_shot(with_fault(good, "early_release"))
    assert early.release_s < jump_shot(good).release_s
    slow = jump_shot(with_fault(good, "late_slow"))
    assert slow.release_s > 1.3 * jump_shot(good).release_s
    short = jump_shot(with_fault(good, "short_follow_through"))
    after = short.release_s + 0.5
    assert short.pose(after)[b.RIGHT_WRIST][2] < jump_shot(good).pose(after)[b.RIGHT_WRIST][2] - 0.3
