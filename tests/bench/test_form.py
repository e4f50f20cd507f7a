"""The benchmark of form: what it takes out of real skeletons, and what it counts."""

from __future__ import annotations

import numpy as np
import pytest

from edge.simulator.shooters import ShotType, make_shooter, move
from engines.form.shots import NO_FAULT
from tests.bench.form_real import bone_lengths, of_usual_build, raw_dtw
from tests.bench.form_virtual import Alarms, Judged, identity, pooled, types, views
from tests.engines.form.shots import made_up


def motion(number: int) -> np.ndarray:
    shooter = make_shooter(number)
    return move(shooter, shooter.forms[ShotType.CATCH], 30.0).joints_m


def test_body_size_is_taken_out_and_the_motion_stays() -> None:
    one, other = (of_usual_build(motion(number)) for number in (1, 2))
    assert bone_lengths(one) == pytest.approx(bone_lengths(other), rel=1e-3)
    assert bone_lengths(motion(1)) != pytest.approx(bone_lengths(motion(2)), rel=1e-2)
    assert raw_dtw(one, other) > 0.01


def test_warping_takes_out_the_pace_and_nothing_else() -> None:
    joints = motion(3)
    slow = np.repeat(joints, 2, axis=0)
    assert raw_dtw(joints, joints) == 0.0
    assert raw_dtw(joints, slow) == pytest.approx(0.0, abs=1e-9)
    assert raw_dtw(joints, motion(4)) > 0.005


def test_cameras_stand_on_all_sides() -> None:
    angles = np.sort([view.azimuth_rad for view in views(4, 7)])
    assert np.diff(angles).max() < np.pi
    assert all(1.5 <= view.height_m <= 4.5 for view in views(4, 7))


def test_embeddings_that_say_everything_are_all_right() -> None:
    shots = made_up(shooters=4, sessions=1, each=16)
    cast = [Judged(views(1, 0)[0], shots, frozenset({0}))]
    rng = np.random.default_rng(0)
    told = 3.0 * np.eye(4)[shots.shooter] + np.eye(4)[shots.kind] + 0.05 * rng.normal(size=(len(shots), 4))
    assert pooled(identity(cast, [told], 2), "x") == {"x_mean": 100.0, "x_std": 0.0}
    assert len(identity(cast, [told], 2)) == 2
    assert pooled(types(cast, [told], hard=False), "x")["x_mean"] > 99
    assert len(types(cast, [told], hard=True)) == 1


def test_recall_leaves_out_what_shows_only_after_the_release() -> None:
    found = Alarms(np.array([0.5, 0.9, 1.2, 0.1]), np.array([2.0, 0.5, 0.2]), np.array([1, 1, 3])).figures()
    assert found["distorted_false_alarm"] == 25.0
    assert found["distorted_recall"] == 50.0
    assert found["distorted_recall_short_follow_through"] == 0.0
    assert NO_FAULT == 0
