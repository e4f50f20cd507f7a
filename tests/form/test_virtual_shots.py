"""Virtual shots: seen by a camera, cut, normalised, and labelled as what they are."""

from __future__ import annotations

import numpy as np
import pytest

from edge.form.normalise import normalise
from edge.form.sides import Hand
from edge.form.virtual import Conditions, View, film
from edge.form.virtual_shots import FAULT_NAMES, Wanted, school, session
from edge.simulator.shooters import ShotType, make_shooter, move
from engines.form.shots import Shots

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


def test_rows_are_the_same_shots_as_of_either_hand_and_the_refused_say_nothing() -> None:
    shooter = make_shooter(7)
    own: Hand = "left" if shooter.forms[ShotType.CATCH].left_handed else "right"
    wanted = [Wanted(ShotType.CATCH)] * 6

    def filmed(hand: Hand | None, view: View = SIDE) -> Shots | None:
        return session(shooter, wanted, view, 3, np.random.default_rng(2), hand=hand)

    right, left = filmed("right"), filmed("left")
    assert right is not None
    assert left is not None
    assert len(right) == len(left) == 6
    both = right.present.any(axis=(1, 2)) & left.present.any(axis=(1, 2))
    assert both.any()
    assert right.duration_s[both] == pytest.approx(left.duration_s[both])
    mine, usual = right if own == "right" else left, filmed(None)
    assert usual is not None
    assert np.array_equal(mine.pose[mine.present.any(axis=(1, 2))], usual.pose)
    far = View(-np.pi / 2, 60.0, 2.0)
    assert filmed(None, far) is None
    nothing = filmed(own, far)
    assert nothing is not None
    assert len(nothing) == 6
    assert not nothing.present.any()
    assert np.isnan(nothing.duration_s).all()


def test_less_of_the_ball_makes_its_launch_less_sure_and_changes_nothing_else() -> None:
    wanted = [Wanted(ShotType.CATCH)] * 12
    whole, early, hardly = (
        session(make_shooter(8), wanted, SIDE, 3, np.random.default_rng(1), sightings=count) for count in (None, 5, 2)
    )
    assert whole is not None
    assert early is not None
    assert hardly is not None
    assert np.array_equal(whole.present, early.present)
    assert np.isfinite(early.launch_deg).any()
    assert np.nanstd(early.launch_deg) > np.nanstd(whole.launch_deg)
    assert not np.isfinite(hardly.launch_deg).any()


def test_the_school_is_the_same_for_the_same_seed() -> None:
    one, same, other = (next(iter(school([11], 1, seed))) for seed in (0, 0, 1))
    assert np.array_equal(one.pose, same.pose)
    assert one.azimuth_rad[0] != other.azimuth_rad[0]
    assert len(np.unique(one.fault)) == 3
    assert set(one.kind.tolist()) == {0, 1, 2}
