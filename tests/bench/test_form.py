"""The benchmark of form: what it takes out of real skeletons, and what it counts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from edge.form.virtual_shots import FAULT_NAMES, Wanted, repeated
from edge.simulator.shooters import ShotType, make_shooter, move
from edge.simulator.style import FAULTS
from engines.form.shots import NO_FAULT, Shots
from tests.bench.form_limits import against_own
from tests.bench.form_real import bone_lengths, of_usual_build, raw_dtw
from tests.bench.form_virtual import Alarms, Judged, distances, identity, pooled, types, views, weaker
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
    away = distances(cast, lambda _: told)
    assert pooled(identity(cast, away, 2), "x") == {"x_mean": 100.0, "x_std": 0.0}
    assert len(identity(cast, away, 2)) == 2
    assert pooled(types(cast, [told], hard=False), "x")["x_mean"] > 99
    assert len(types(cast, [told], hard=True)) == 1


def test_a_shot_is_compared_as_of_each_shooters_hand() -> None:
    shots = made_up(shooters=2, sessions=1, each=4)
    other = replace(shots, duration_s=2 * shots.duration_s, present=shots.present.copy())
    other.present[0] = 0.0

    def embed(some: Shots) -> np.ndarray:
        return some.duration_s[:, None].astype(float)

    (away,) = distances([Judged(views(1, 0)[0], shots, frozenset(), other, frozenset({1}))], embed)
    mine = shots.shooter[:, None] == shots.shooter
    assert away[mine] == pytest.approx(0.0, abs=1e-6)
    assert np.isinf(away[0, 4:]).all()
    assert away[1:][~mine[1:]] == pytest.approx(0.9, abs=1e-5)
    with pytest.raises(ValueError, match="one only"):
        distances([Judged(views(1, 0)[0], shots, frozenset(), None, frozenset({1}))], embed)


@pytest.mark.parametrize("fault", range(1, len(FAULT_NAMES)))
def test_a_weaker_fault_lies_between_the_own_form_and_the_fault(fault: int) -> None:
    shooter, rng = make_shooter(5), np.random.default_rng
    forms = [weaker(shooter, Wanted(ShotType.CATCH, fault), rng(3), strength) for strength in (0.0, 0.5, 1.0)]
    for name, value in FAULTS[FAULT_NAMES[fault]].items():
        none, half, full = (np.asarray(getattr(form, name)) for form in forms)
        assert half == pytest.approx((none + full) / 2)
        assert full - none == pytest.approx(np.subtract(value, getattr(shooter.forms[ShotType.CATCH], name)))
    assert forms[2] == repeated(shooter, Wanted(ShotType.CATCH, fault), rng(3))


def test_false_alarms_are_of_the_shots_that_are_judged() -> None:
    shots = replace(made_up(shooters=1, sessions=1, each=12), view_rad=np.full(12, 1.5))
    rng = np.random.default_rng(4)
    away = rng.normal(size=(12, 3))
    far = replace(shots, view_rad=np.repeat([1.5, -1.5], 6))
    counts = against_own(far, shots, lambda some: away + 100.0 * (np.arange(12) % 3 == 0)[:, None] * (some is far))
    assert counts == (2, 6, 6)
    assert against_own(replace(far, view_rad=np.full(12, -1.5)), shots, lambda _: away) == (0, 0, 12)


def test_recall_leaves_out_what_shows_only_after_the_release() -> None:
    found = Alarms(np.array([0.5, 0.9, 1.2, 0.1]), np.array([2.0, 0.5, 0.2]), np.array([1, 1, 3])).figures()
    assert found["distorted_false_alarm"] == 25.0
    assert found["distorted_recall"] == 50.0
    assert found["distorted_recall_short_follow_through"] == 0.0
    assert NO_FAULT == 0
