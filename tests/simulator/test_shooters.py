"""Virtual shooters: the same number is the same man, his limbs stay his, and his repetitions hang together."""

from __future__ import annotations

import numpy as np
import pytest

from edge.simulator import FAULTS
from edge.simulator import body as b
from edge.simulator.shooters import ShotType, make_shooter, move, proportioned, repeat

LIMBS = (
    (5, 7, b.UPPER_ARM, 5),
    (8, 10, b.FOREARM, 6),
    (11, 13, b.THIGH, 1),
    (14, 16, b.SHANK, 2),
    (5, 6, 2 * b.SHOULDER_HALF, 4),
    (11, 12, 2 * b.HIP_HALF, 0),
)


def test_the_same_number_is_the_same_man() -> None:
    one, again, other = make_shooter(5), make_shooter(5), make_shooter(6)
    assert one.forms == again.forms
    assert np.array_equal(one.bones, again.bones)
    assert one.forms[ShotType.CATCH] != other.forms[ShotType.CATCH]


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("kind", list(ShotType))
def test_limbs_keep_their_own_length(number: int, kind: ShotType) -> None:
    shooter = make_shooter(number)
    joints = move(shooter, repeat(shooter, kind, np.random.default_rng(0)), 30.0, -0.1, 0.4).joints_m
    scale = shooter.height_m / b.REFERENCE_HEIGHT_M
    for start, end, length, bone in LIMBS:
        lengths = np.linalg.norm(joints[:, start] - joints[:, end], axis=1)
        assert lengths == pytest.approx(length * scale * shooter.bones[bone], abs=1e-9)


def test_usual_proportions_change_nothing() -> None:
    shooter = make_shooter(1)
    joints = move(shooter, shooter.forms[ShotType.CATCH], 30.0).joints_m
    assert proportioned(joints, np.ones(8)) == pytest.approx(joints)


@pytest.mark.parametrize("fault", [None, *FAULTS])
def test_the_ball_stays_in_the_shooting_hand_until_the_release(fault: str | None) -> None:
    for number in range(8):
        shooter = make_shooter(number)
        motion = move(shooter, repeat(shooter, ShotType.CATCH, np.random.default_rng(1), fault), 60.0)
        wrist = 9 if shooter.forms[ShotType.CATCH].left_handed else 10
        held = motion.times_s <= motion.release_s
        assert np.linalg.norm(motion.ball_m - motion.joints_m[:, wrist], axis=1)[held].max() < 0.27
        assert 0.3 < motion.set_s < motion.release_s + 1e-9 < 2.5
        assert motion.joints_m[..., 2].min() > 0.0


def test_people_differ_more_than_one_mans_repetitions() -> None:
    fields = ("tempo", "dip_m", "set_point_m", "jump_m", "turn_rad", "dip_share")
    middles, spreads = [], []
    for number in range(30):
        shooter = make_shooter(number)
        rng = np.random.default_rng(number)
        drawn = [repeat(shooter, ShotType.CATCH, rng) for _ in range(12)]
        values = np.array([[getattr(form, field) for field in fields] for form in drawn])
        middles.append(values.mean(axis=0))
        spreads.append(values.std(axis=0))
    assert np.all(np.std(middles, axis=0) > 2.0 * np.mean(spreads, axis=0))


def test_what_differs_between_repetitions_hangs_together() -> None:
    shooter, rng = make_shooter(3), np.random.default_rng(0)
    forms = [repeat(shooter, ShotType.CATCH, rng) for _ in range(300)]
    sideways = np.corrcoef([form.drift_m for form in forms], [form.lean_rad for form in forms])[0, 1]
    unrelated = np.corrcoef([form.drift_m for form in forms], [form.tempo for form in forms])[0, 1]
    assert sideways > 0.3
    assert abs(unrelated) < 0.25


def apart_m(number: int, hard: bool) -> float:
    """Mean distance of the joints between catch and shoot and the type that a hard shooter shoots alike."""
    shooter = make_shooter(number, hard)
    kind = make_shooter(number, True).hard
    assert kind is not None
    motions = [move(shooter, shooter.forms[each], 60.0) for each in (ShotType.CATCH, kind[1])]
    rows = [motion.joints_m[np.linspace(0, len(motion.joints_m) - 1, 32).astype(int)] for motion in motions]
    relative = [row - row[:, [11, 12]].mean(axis=1, keepdims=True) for row in rows]
    return float(np.linalg.norm(relative[0] - relative[1], axis=-1).mean())


def test_hard_shooters_show_little_of_the_step() -> None:
    usual = np.array([apart_m(number, False) for number in range(12)])
    hard = np.array([apart_m(number, True) for number in range(12)])
    assert hard.mean() < 0.6 * usual.mean()


def test_a_step_leaves_its_way_in_the_motion() -> None:
    backs, catches = [], []
    for number in range(20):
        forms = make_shooter(number).forms
        backs.append(forms[ShotType.BACK].drift_back_m)
        catches.append(forms[ShotType.CATCH].drift_back_m)
        assert forms[ShotType.SIDE].late_foot_m[1] != 0.0
        assert forms[ShotType.CATCH].sway_m == (0.0, 0.0)
    assert np.mean(backs) > np.mean(catches) + 0.05
