"""Virtual shots: seen by a camera, cut, normalised, and labelled as what they are."""

from __future__ import annotations

import numpy as np
import pytest

from edge.form.normalise import normalise
from edge.form.virtual import Conditions, View, film
from edge.form.virtual_shots import FAULT_NAMES, Wanted, school, session
from edge.simulator.shooters import ShotType, make_shooter, move

SIDE = View(-np.pi / 2, 7.0, 2.0)


def test_a_clip_is_what_the_camera_sees() -> None:
    shooter = make_shooter(4)
    motion = move(shooter, shooter.forms[ShotType.CATCH], 30.0, -0.1, 0.3)
    clip = film(motion, SIDE, np.random.default_rng(0), shooter.height_m, Conditions(noise=0.0, find_s=(0.0, 0.0)))
    wanted = SIDE.camera().project(motion.joints_m)[0]
    assert clip.keypoints[..., :2] == pytest.approx(wanted)
    assert clip.times_s[clip.gather] == pytest.approx(0.0, abs=1 / 30)
    assert clip.release_s == motion.release_s
    assert clip.times_s[clip.release] == pytest.approx(motion.release_s, abs=1 / 30)
    # Seen from his right side the ring is to the right, and so does the ball fly.
    assert clip.ball[-1, 0] > clip.ball[clip.release, 0]


def test_the_same_shot_looks_alike_from_far_and_near_and_is_told_apart_from_another_mans() -> None:
    quiet = Conditions(noise=0.0, find_s=(0.0, 0.0))
    poses = []
    for number, distance in ((4, 6.0), (4, 13.0), (5, 6.0)):
        shooter = make_shooter(number)
        motion = move(shooter, shooter.forms[ShotType.CATCH], 60.0, -0.1, 0.3)
        view = View(-np.pi / 2, distance, 1.2, 50.0, 0.0, 60.0)
        clip = film(motion, view, np.random.default_rng(0), shooter.height_m, quiet)
        poses.append(normalise(clip).pose)
    same, other = np.nanmean(np.abs(poses[0] - poses[1])), np.nanmean(np.abs(poses[0] - poses[2]))
    assert same < 0.02
    assert other > 1.5 * same


def test_a_session_is_labelled_as_wanted() -> None:
    wanted = [Wanted(ShotType.CATCH), Wanted(ShotType.BACK), Wanted(ShotType.CATCH, FAULT_NAMES.index("elbow_out"))]
    shots = session(make_shooter(7), wanted, SIDE, 3, np.random.default_rng(0))
    assert shots is not None
    assert shots.pose.shape == (3, 64, 17, 2)
    assert shots.kind.tolist() == [0, 2, 0]
    assert shots.fault.tolist() == [0, 0, FAULT_NAMES.index("elbow_out")]
    assert set(shots.shooter.tolist()) == {7}
    assert set(np.unique(shots.present)) <= {0.0, 0.5, 1.0}
    assert (shots.present == 1.0).mean() > 0.8
    assert np.abs(shots.depth).max() < 1.0


def test_the_school_is_the_same_for_the_same_seed() -> None:
    one, same, other = (next(iter(school([11], 1, seed))) for seed in (0, 0, 1))
    assert np.array_equal(one.pose, same.pose)
    assert one.azimuth_rad[0] != other.azimuth_rad[0]
    assert len(np.unique(one.fault)) == 3
    assert set(one.kind.tolist()) == {0, 1, 2}
