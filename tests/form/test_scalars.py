"""Figures of a shot in closed form, and against the 3D truth of the virtual gym."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from edge.form.angles import joint_angle
from edge.form.scalars import measure_scalars, scalars
from edge.form.skeleton import FOREARM, SHANK, THIGH, TRUNK, UPPER_ARM
from edge.types import FloatArray
from tests.form.gym_shots import GymShot, gym_shots
from tests.form.stick import GATHER_S, RELEASE_S, SET_S, Stick, stick_clip


def test_stick_figure_seen_from_the_side() -> None:
    found = measure_scalars(stick_clip())
    assert found["release_time_s"] == pytest.approx(RELEASE_S - GATHER_S, abs=0.01)
    assert found["elbow_release_deg"] == pytest.approx(170.0, abs=8.0)
    assert found["elbow_set_deg"] == pytest.approx(60.0, abs=8.0)
    # The shank leans forward by 35 degrees, the thigh back by as much.
    assert found["knee_dip_deg"] == pytest.approx(110.0, abs=8.0)
    assert found["trunk_release_deg"] == pytest.approx(0.0, abs=2.0)
    assert found["jump_height_statures"] == pytest.approx(0.10, abs=0.02)
    assert found["follow_through_s"] == pytest.approx(0.6, abs=0.15)
    reach = (
        0.15 + SHANK + THIGH + TRUNK - UPPER_ARM * math.cos(math.radians(150)) - FOREARM * math.cos(math.radians(160))
    )
    assert found["release_height_statures"] == pytest.approx(reach + 0.09, abs=0.03)
    shares = [found[f"{name}_share"] for name in ("dip", "lift", "set")]
    assert sum(shares) == pytest.approx(1.0)
    assert shares[2] == pytest.approx((RELEASE_S - SET_S) / (RELEASE_S - GATHER_S), abs=0.05)


@pytest.mark.parametrize("stick", [Stick(looks=-1.0), Stick(left_handed=True), Stick(stature_px=380.0)])
def test_figures_do_not_depend_on_side_hand_and_size(stick: Stick) -> None:
    usual, found = scalars(stick_clip()), scalars(stick_clip(stick))
    degrees = ("elbow_release_deg", "knee_dip_deg", "trunk_set_deg")
    for name in (*degrees, "jump_height_statures", "drift_forward_statures"):
        assert found[name].value == pytest.approx(usual[name].value, abs=4 if name in degrees else 0.02), name


def test_drift_is_told_forward_whichever_way_he_looks() -> None:
    for looks in (1.0, -1.0):
        clip = stick_clip(Stick(looks=looks))
        away = np.clip(clip.times_s - 1.0, 0.0, 0.4)[:, None] * looks * -150.0
        keypoints = clip.keypoints.copy()
        keypoints[..., 0] += away
        found = measure_scalars(
            replace(clip, keypoints=keypoints, ball=clip.ball + np.concatenate([away, 0 * away], 1))
        )
        assert -0.36 < found["drift_forward_statures"] < -0.18
        assert "drift_side_statures" not in found


def _turned(points: FloatArray, azimuth_deg: float) -> FloatArray:
    """(N, 3) seen level from so far round: (N, 2)."""
    a = math.radians(azimuth_deg)
    return np.asarray(np.stack([points @ [math.cos(a), math.sin(a), 0.0], -points[:, 2]], axis=1))


@pytest.mark.parametrize("azimuth_deg", [0.0, 20.0, 40.0])
def test_angle_of_limbs_that_lean_out_of_the_picture_to_the_same_side(azimuth_deg: float) -> None:
    arm = np.array([[0.0, 0.0, 0.0], [0.3, 0.0, 0.2], [0.1, 0.0, 0.5]])
    truth = math.degrees(
        math.acos(-(arm[1] @ (arm[2] - arm[1])) / np.linalg.norm(arm[1]) / np.linalg.norm(arm[2] - arm[1]))
    )
    shoulder, elbow, wrist = _turned(arm, azimuth_deg)
    found = joint_angle(elbow, shoulder, wrist, float(np.linalg.norm(arm[1])), float(np.linalg.norm(arm[2] - arm[1])))
    assert abs(found.value - truth) < 2 * found.sigma


def test_angle_of_limbs_that_point_at_the_camera_is_not_told() -> None:
    found = joint_angle(np.zeros(2), np.array([0.05, 0.2]), np.array([0.05, -0.2]), 1.0, 1.0)
    assert math.isnan(found.value)
    assert math.isinf(found.sigma)


def test_what_was_not_seen_is_not_told() -> None:
    clip = stick_clip()
    keypoints = clip.keypoints.copy()
    keypoints[:, 13:17] = np.nan
    found = scalars(replace(clip, keypoints=keypoints))
    assert math.isnan(found["knee_dip_deg"].value)
    assert math.isnan(found["jump_height_statures"].value)
    assert math.isfinite(found["elbow_release_deg"].value)


@pytest.fixture(scope="module")
def shots() -> list[GymShot]:
    """From the side and from in front, with the noise of a pose network."""
    mounts = (("sideline", 0), ("corner", 1), ("sideline", 5))
    return [shot for mount, seed in mounts for shot in gym_shots(seed, 7.0, noise=0.004, mount=mount, pass_share=0.0)]


def _between(first: FloatArray, middle: FloatArray, second: FloatArray) -> float:
    u, v = first - middle, second - middle
    return math.degrees(math.acos(float(u @ v / np.linalg.norm(u) / np.linalg.norm(v))))


def _knee(shot: GymShot) -> float:
    joints = [shot.player(row).keypoints_m for row in range(shot.clip.gather, shot.clip.release)]
    return min(_between(p[11 + side], p[13 + side], p[15 + side]) for p in joints for side in (0, 1))


def _elbow(shot: GymShot) -> float:
    p, side = shot.player(shot.clip.release).keypoints_m, 0 if shot.shot.form.left_handed else 1
    return _between(p[5 + side], p[7 + side], p[9 + side])


@pytest.mark.parametrize(
    ("name", "truth", "tolerance"),
    [
        ("knee_dip_deg", _knee, 12.0),
        ("elbow_release_deg", _elbow, 14.0),
        ("jump_height_statures", lambda shot: shot.shot.form.jump_m / 1.9, 0.045),
        ("release_height_statures", lambda shot: shot.shot.release_m[2] / shot.player(0).height_m, 0.09),
        ("follow_through_s", lambda shot: 0.1 + shot.shot.form.follow_through_s, 0.15),
    ],
)
def test_virtual_truth(shots: list[GymShot], name: str, truth: Callable[[GymShot], float], tolerance: float) -> None:
    off = [abs(scalars(shot.clip)[name].value - truth(shot)) for shot in shots]
    assert len(off) >= 3
    assert np.isfinite(off).mean() > 0.6
    assert float(np.nanmedian(off)) < tolerance / 2
    assert float(np.nanmax(off)) < tolerance
