"""Virtual shooters: people who each shoot in their own way, in three kinds of shot, never twice quite alike.

A gym's players share most of `ShotForm`; a shooter has all of it for himself, and limbs of his own. What differs from
one repetition to the next hangs together as in a body: who is in a hurry dips less and lets go sooner.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import numpy as np

from edge.simulator.body import BALL, LIFT, REFERENCE_HEIGHT_M, build_motion
from edge.simulator.flight import GRAVITY_M_S2
from edge.simulator.shooting import jump_shot
from edge.simulator.style import ShotForm, with_fault
from edge.types import FloatArray

KEYPOINTS = 17
BONES = ("hip", "thigh", "shank", "trunk", "shoulder", "upper_arm", "forearm", "head")


class ShotType(str, Enum):
    """What came before the gather (paper 000, section 3.1); only what it leaves in the motion is to be seen."""

    CATCH = "catch_and_shoot"
    SIDE = "side_step"
    BACK = "step_back"


@dataclass(frozen=True, slots=True)
class _Trait:
    """A parameter of `ShotForm`: middle, spread between people and between repetitions, limits, and what share of the
    latter comes from effort, hurry, balance and the arm."""

    middle: float
    people: float
    repeat: float
    least: float
    most: float
    shared: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)


_TRAITS: dict[str, _Trait] = {
    "tempo": _Trait(1.0, 0.11, 0.020, 0.72, 1.35, (0.5, 0.7, 0.0, 0.0)),
    "dip_m": _Trait(0.17, 0.045, 0.010, 0.04, 0.32, (0.6, -0.5, 0.0, 0.0)),
    "set_point_m": _Trait(1.85, 0.075, 0.010, 1.62, 2.02, (0.3, 0.0, 0.0, -0.5)),
    "set_forward_m": _Trait(0.22, 0.05, 0.010, 0.08, 0.36, (0.0, 0.3, 0.0, 0.6)),
    "set_side_m": _Trait(-0.15, 0.05, 0.008, -0.28, 0.0, (0.0, 0.0, 0.4, 0.4)),
    "elbow_flare_deg": _Trait(8.0, 8.0, 1.5, -6.0, 34.0, (0.0, 0.2, 0.0, 0.6)),
    "lift_flare_deg": _Trait(5.0, 10.0, 1.5, -12.0, 40.0, (0.0, 0.0, 0.0, 0.5)),
    "jump_m": _Trait(0.20, 0.085, 0.012, 0.03, 0.45, (0.8, 0.0, 0.0, 0.0)),
    "release_angle_deg": _Trait(54.0, 2.0, 0.7, 46.0, 60.0, (0.3, 0.0, 0.0, -0.5)),
    "drift_m": _Trait(0.0, 0.04, 0.018, -0.15, 0.15, (0.0, 0.0, 0.8, 0.0)),
    "drift_back_m": _Trait(0.0, 0.06, 0.018, -0.15, 0.2, (-0.3, 0.4, 0.0, 0.0)),
    "lean_rad": _Trait(0.0, 0.04, 0.010, -0.12, 0.12, (0.0, 0.0, 0.7, 0.0)),
    "stance_m": _Trait(0.30, 0.065, 0.014, 0.14, 0.5, (0.0, 0.0, 0.3, 0.0)),
    "stagger_m": _Trait(0.13, 0.075, 0.014, -0.08, 0.32, (0.0, 0.0, 0.3, 0.0)),
    "turn_rad": _Trait(0.15, 0.20, 0.022, -0.25, 0.75, (0.0, 0.0, 0.4, 0.0)),
    "knees_out_rad": _Trait(0.0, 0.10, 0.014, -0.2, 0.3, (0.4, 0.0, 0.0, 0.0)),
    "pitch_rad": _Trait(0.02, 0.06, 0.012, -0.14, 0.2, (0.0, 0.3, 0.0, 0.4)),
    "twist_rad": _Trait(0.05, 0.10, 0.018, -0.2, 0.3, (0.0, 0.0, 0.4, 0.2)),
    "head_rad.0": _Trait(-0.15, 0.10, 0.025, -0.45, 0.15),
    "head_rad.1": _Trait(0.0, 0.08, 0.025, -0.25, 0.25),
    "gather_ball_m.0": _Trait(0.33, 0.05, 0.014, 0.2, 0.46),
    "gather_ball_m.1": _Trait(-0.06, 0.07, 0.014, -0.24, 0.12, (0.0, 0.0, 0.4, 0.0)),
    "gather_ball_m.2": _Trait(1.10, 0.11, 0.022, 0.85, 1.45, (0.0, 0.5, 0.0, 0.0)),
    "dip_ball_m.0": _Trait(0.36, 0.04, 0.012, 0.24, 0.46),
    "dip_ball_m.1": _Trait(-0.08, 0.06, 0.012, -0.24, 0.08),
    "dip_ball_m.2": _Trait(0.95, 0.11, 0.018, 0.74, 1.3, (-0.5, 0.4, 0.0, 0.0)),
    "lift_ball_m.0": _Trait(0.34, 0.055, 0.012, 0.2, 0.46, (0.0, 0.0, 0.0, 0.5)),
    "lift_ball_m.1": _Trait(-0.12, 0.05, 0.010, -0.26, 0.04),
    "lift_ball_m.2": _Trait(1.38, 0.08, 0.014, 1.2, 1.6),
    "reach_m.0": _Trait(0.46, 0.06, 0.012, 0.3, 0.62, (0.0, 0.2, 0.0, 0.6)),
    "reach_m.1": _Trait(-0.15, 0.045, 0.010, -0.3, 0.0, (0.0, 0.0, 0.5, 0.3)),
    "reach_m.2": _Trait(-0.02, 0.04, 0.010, -0.14, 0.06, (0.6, 0.0, 0.0, 0.0)),
    "guide_turn_rad": _Trait(0.0, 0.30, 0.04, -0.5, 0.7),
    "guide_after_m.0": _Trait(0.30, 0.06, 0.02, 0.12, 0.46),
    "guide_after_m.1": _Trait(0.15, 0.06, 0.02, 0.0, 0.34, (0.0, 0.0, 0.4, 0.0)),
    "guide_after_m.2": _Trait(0.78, 0.11, 0.025, 0.45, 1.0),
    "follow_m.0": _Trait(0.40, 0.06, 0.02, 0.22, 0.55, (0.0, 0.0, 0.0, 0.4)),
    "follow_m.1": _Trait(-0.15, 0.06, 0.015, -0.32, 0.05),
    "follow_m.2": _Trait(0.97, 0.05, 0.015, 0.82, 1.06, (0.4, 0.0, 0.0, 0.0)),
    "follow_through_s": _Trait(0.55, 0.12, 0.035, 0.2, 0.95, (0.0, -0.4, 0.0, 0.0)),
    "dip_share": _Trait(0.34, 0.045, 0.012, 0.22, 0.44, (0.0, -0.5, 0.0, 0.0)),
    "lift_share": _Trait(0.62, 0.035, 0.010, 0.53, 0.69, (0.0, -0.4, 0.0, 0.3)),
    "set_share": _Trait(0.82, 0.035, 0.010, 0.74, 0.9, (0.0, -0.3, 0.0, 0.3)),
    "hold_s": _Trait(0.0, 0.0, 0.012, 0.0, 0.2, (0.0, -0.6, 0.0, 0.0)),
    "legs_late_s": _Trait(0.0, 0.04, 0.010, -0.09, 0.1, (0.0, 0.3, 0.0, 0.0)),
    "jump_share": _Trait(0.42, 0.12, 0.020, 0.1, 0.72, (0.3, 0.0, 0.0, 0.3)),
    "snap_s": _Trait(0.10, 0.014, 0.006, 0.06, 0.15),
}
# Where no people differ there is still something that a repetition of a step leaves.
_STEP_REPEAT_M = 0.015
# Twice as loud for who shoots twice as unevenly; log of it.
_STEADINESS = 0.25
_BONE_SPREAD = 0.045
_TWO_MOTION_SHARE = 0.4
# A ball that goes in from the three-point line leaves the hand about so fast.
_BALL_M_S = 8.6
# How a step shows (section 3.1: trimmed at the gather): change of the form, at the usual strength.
_STEPS: dict[ShotType, dict[str, float]] = {
    ShotType.CATCH: {},
    ShotType.SIDE: {
        "sway_m.1": 0.13, "late_foot_m.1": -0.24, "drift_m": -0.09, "lean_rad": 0.05, "stance_m": 0.06,
        "dip_m": 0.025, "tempo": -0.03, "twist_rad": -0.05, "gather_ball_m.1": -0.04, "dip_share": 0.02,
    },
    ShotType.BACK: {
        "sway_m.0": 0.12, "late_foot_m.0": 0.24, "drift_back_m": 0.14, "pitch_rad": -0.06, "stagger_m": -0.06,
        "dip_m": 0.03, "tempo": -0.04, "set_point_m": 0.02, "gather_ball_m.2": 0.05, "jump_m": 0.03,
    },
}  # fmt: skip
_STRENGTH, _STRENGTH_SPREAD, _HARD_STRENGTH = 1.0, 0.2, 0.3


@dataclass(frozen=True, slots=True)
class Shooter:
    """forms: his shot of each type. bones (8,): limbs against the usual, in the order of `BONES`. unsteady: how much
    his repetitions differ, 1 = usual. hard: the pair of types that he shoots almost alike, or None."""

    number: int
    forms: Mapping[ShotType, ShotForm]
    bones: FloatArray
    height_m: float
    unsteady: float
    hard: tuple[ShotType, ShotType] | None = None


@dataclass(frozen=True, slots=True)
class Motion:
    """times_s (T,) from the gather; joints_m (T, 17, 3) and ball_m (T, 3), in the hand and then in flight, in the
    shooter's frame: the floor under him the origin, x to the ring, z up; when the set point and the release are."""

    times_s: FloatArray
    joints_m: FloatArray
    ball_m: FloatArray
    set_s: float
    release_s: float


def make_shooter(number: int, hard: bool = False) -> Shooter:
    """The shooter of that number; `hard`: one who shows little difference between catch and shoot and another type."""
    rng = np.random.default_rng([number, 77])
    drawn = {name: t.middle + t.people * float(np.clip(rng.normal(), -2.2, 2.2)) for name, t in _TRAITS.items()}
    drawn["hold_s"] = float(rng.uniform(0.03, 0.14)) if rng.random() < _TWO_MOTION_SHARE else 0.0
    base = replace(_changed(ShotForm(), drawn), left_handed=bool(rng.random() < 0.15))
    strength = {kind: float(rng.normal(_STRENGTH, _STRENGTH_SPREAD)) for kind in _STEPS}
    pair = (ShotType.CATCH, ShotType.BACK if rng.random() < 0.5 else ShotType.SIDE) if hard else None
    if pair is not None:
        strength[pair[1]] = _HARD_STRENGTH
    to_the_right = 1.0 if rng.random() < 0.5 else -1.0
    forms = {kind: _stepped(base, kind, strength[kind], to_the_right, rng) for kind in _STEPS}
    bones = np.exp(_BONE_SPREAD * np.clip(rng.normal(size=len(BONES)), -2.0, 2.0))
    height = float(np.clip(rng.normal(1.86, 0.10), 1.6, 2.15))
    return Shooter(number, forms, bones, height, float(np.exp(_STEADINESS * rng.normal())), pair)


def _stepped(base: ShotForm, kind: ShotType, strength: float, side: float, rng: np.random.Generator) -> ShotForm:
    """The same man's shot after a step; each trait of the step as pronounced as he does it."""
    sideways = ("sway_m.1", "late_foot_m.1", "drift_m", "lean_rad", "twist_rad", "gather_ball_m.1")
    now = _flat(base)
    changes = {}
    for name, change in _STEPS[kind].items():
        sign = side if kind is ShotType.SIDE and name in sideways else 1.0
        changes[name] = now[name] + sign * strength * change * float(rng.normal(1.0, 0.25))
    left = side < 0 if kind is ShotType.SIDE else bool(rng.random() < 0.5)
    return replace(_changed(base, changes), late_foot_left=left)


def repeat(shooter: Shooter, kind: ShotType, rng: np.random.Generator, fault: str | None = None) -> ShotForm:
    """One repetition of his shot of that type, with a fault of `FAULTS` where one is named."""
    form = with_fault(shooter.forms[kind], fault)
    mood = rng.normal(size=4)
    now = _flat(form)
    scattered = {}
    for name, trait in _TRAITS.items():
        shared = np.array(trait.shared)
        own = np.sqrt(max(1.0 - float(shared @ shared), 0.0)) * rng.normal()
        scattered[name] = now[name] + shooter.unsteady * trait.repeat * float(shared @ mood + own)
    if kind is not ShotType.CATCH:
        for name in ("sway_m.0", "sway_m.1", "late_foot_m.0", "late_foot_m.1"):
            scattered[name] = now[name] + shooter.unsteady * _STEP_REPEAT_M * float(rng.normal())
    return _changed(form, scattered, faulty=fault is not None)


def move(shooter: Shooter, form: ShotForm, fps: float, first_s: float = 0.0, after_s: float = 0.0) -> Motion:
    """The motion from `first_s` (against the gather) to `after_s` after the release, at `fps`."""
    shot = jump_shot(form)
    times = np.arange(first_s, shot.release_s + after_s + 0.5 / fps, 1.0 / fps)
    poses = shot.poses_at(times)
    drifts = np.array([shot.drift_m(float(t)) for t in times])
    scale = shooter.height_m / REFERENCE_HEIGHT_M
    joints = build_motion(poses, scale * drifts, 0.0, scale)[:, :KEYPOINTS]
    ball = poses[:, BALL].copy()
    ball[:, 2] += poses[:, LIFT]
    ball = scale * ball
    ball[:, :2] += scale * drifts
    grown = proportioned(joints, shooter.bones)
    wrist = 9 if form.left_handed else 10
    ball += grown[:, wrist] - joints[:, wrist]
    flown = np.flatnonzero(times > shot.release_s)
    if len(flown) and flown[0] > 0:
        since_s = (times[flown] - shot.release_s)[:, None]
        angle = np.radians(form.release_angle_deg)
        velocity = _BALL_M_S * np.array([np.cos(angle), 0.0, np.sin(angle)])
        ball[flown] = ball[flown[0] - 1] + velocity * since_s - [0.0, 0.0, GRAVITY_M_S2 / 2] * since_s**2
    return Motion(times, grown, ball, shot.set_s, shot.release_s)


def proportioned(joints_m: FloatArray, ratios: FloatArray) -> FloatArray:
    """Joints (..., 17, 3) with every bone as many times as long as `ratios` (8,) says, its direction unchanged; the
    ankles' middle stays where it was."""
    hip, thigh, shank, trunk, shoulder, upper_arm, forearm, head = ratios
    old, new = joints_m, np.array(joints_m, dtype=np.float64)
    hips, neck = old[..., [11, 12], :].mean(axis=-2), old[..., [5, 6], :].mean(axis=-2)
    new_neck = hips + trunk * (neck - hips)
    new[..., :5, :] = new_neck[..., None, :] + head * (old[..., :5, :] - neck[..., None, :])
    for side in (0, 1):
        new[..., 5 + side, :] = new_neck + shoulder * (old[..., 5 + side, :] - neck)
        new[..., 11 + side, :] = hips + hip * (old[..., 11 + side, :] - hips)
        for start, end, ratio in ((5, 7, upper_arm), (7, 9, forearm), (11, 13, thigh), (13, 15, shank)):
            bone = old[..., end + side, :] - old[..., start + side, :]
            new[..., end + side, :] = new[..., start + side, :] + ratio * bone
    shift = (old[..., [15, 16], :] - new[..., [15, 16], :]).mean(axis=-2)
    return np.asarray(new + shift[..., None, :])


def _flat(form: ShotForm) -> dict[str, float]:
    """The form's numbers by name, those of tuples as name.place."""
    flat: dict[str, float] = {}
    for name in form.__dataclass_fields__:
        value = getattr(form, name)
        if isinstance(value, tuple):
            flat.update({f"{name}.{place}": part for place, part in enumerate(value)})
        elif isinstance(value, float | int) and not isinstance(value, bool):
            flat[name] = float(value)
    return flat


def _changed(form: ShotForm, changes: Mapping[str, float], faulty: bool = False) -> ShotForm:
    """The form with numbers changed by their flat names, within what a sound body does unless it is `faulty`."""
    fields: dict[str, Any] = {}
    for name, value in changes.items():
        if name in _TRAITS and not faulty:
            value = min(max(value, _TRAITS[name].least), _TRAITS[name].most)
        head, _, place = name.partition(".")
        if place:
            parts = list(fields.get(head, getattr(form, head)))
            parts[int(place)] = value
            fields[head] = tuple(parts)
        else:
            fields[head] = value
    for name, least in (("tempo", 0.4), ("jump_m", 0.02), ("dip_m", 0.02), ("hold_s", 0.0), ("follow_through_s", 0.03)):
        if name in fields:
            fields[name] = max(fields[name], least)
    return replace(form, **fields)
