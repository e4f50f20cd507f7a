"""How a player shoots: style parameters, and the faults that a coach would name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class ShotForm:
    """One shot's form, lengths in metres at a body height of 1.9 m (other bodies scale them).

    tempo: 1 = 0.82 s from gather to release, larger is quicker. dip_m: how far the pelvis sinks. set_point_m: height of
    the ball's centre at the set point above the floor without the jump; set_forward_m: its distance ahead of the
    shoulders (negative: behind the head). elbow_flare_deg: the elbow's swing out of the plane of the shot. jump_m:
    rise of the pelvis. release_angle_deg: launch angle above the horizontal. release_early: 0 = at full extension, 1 =
    at the set point. follow_through_s: how long the arm stays up. drift_m: jump sideways (left positive) and
    drift_back_m backwards. lean_rad: trunk tilt to the side. left_handed.

    What the gym's players share and a shooter may have of his own (x forward, y left, z up). Feet: stance_m apart, the
    shooting side's foot stagger_m ahead, turn_rad of hips and feet to the left, knees_out_rad. Trunk: pitch_rad ahead,
    twist_rad to the left; head_rad pitch and yaw. The ball's way: at the gather, at the dip and halfway up, set_side_m
    at the set point, reach_m at full extension (z against the usual). lift_flare_deg: more flare on the way up.
    guide_turn_rad: the guide hand's place round the ball towards its front, guide_after_m and follow_m where guide and
    shooting wrist end (z above the standing pelvis). Tempo: shares of the time to full extension, hold_s at the set
    point (two-motion shots), legs_late_s after the arms, jump_share of the flight before full extension, snap_s of the
    wrist. What a step leaves: sway_m (forward, left) of the pelvis ahead of the feet at the gather, late_foot_m where
    the foot that comes last still is.
    """

    tempo: float = 1.0
    dip_m: float = 0.17
    set_point_m: float = 1.86
    set_forward_m: float = 0.24
    elbow_flare_deg: float = 6.0
    jump_m: float = 0.22
    release_angle_deg: float = 54.0
    release_early: float = 0.0
    follow_through_s: float = 0.55
    drift_m: float = 0.0
    drift_back_m: float = 0.0
    lean_rad: float = 0.0
    left_handed: bool = False
    fault: str | None = None
    stance_m: float = 0.28
    stagger_m: float = 0.16
    turn_rad: float = 0.0
    knees_out_rad: float = 0.0
    pitch_rad: float = 0.0
    twist_rad: float = 0.10
    head_rad: tuple[float, float] = (-0.15, 0.0)
    gather_ball_m: tuple[float, float, float] = (0.33, -0.06, 1.08)
    dip_ball_m: tuple[float, float, float] = (0.36, -0.08, 0.92)
    lift_ball_m: tuple[float, float, float] = (0.36, -0.13, 1.34)
    set_side_m: float = -0.17
    reach_m: tuple[float, float, float] = (0.47, -0.16, 0.0)
    lift_flare_deg: float = 0.0
    guide_turn_rad: float = 0.0
    guide_after_m: tuple[float, float, float] = (0.30, 0.14, 0.78)
    follow_m: tuple[float, float, float] = (0.40, -0.17, 0.97)
    dip_share: float = 0.34
    lift_share: float = 0.62
    set_share: float = 0.82
    hold_s: float = 0.0
    legs_late_s: float = 0.0
    jump_share: float = 0.42
    snap_s: float = 0.10
    sway_m: tuple[float, float] = (0.0, 0.0)
    late_foot_m: tuple[float, float] = (0.0, 0.0)
    late_foot_left: bool = False


FAULTS: dict[str, dict[str, Any]] = {
    "elbow_out": {"elbow_flare_deg": 48.0},
    "behind_head": {"set_forward_m": -0.06, "set_point_m": 1.94},
    "short_follow_through": {"follow_through_s": 0.06},
    "early_release": {"release_early": 0.55, "jump_m": 0.12},
    "late_slow": {"tempo": 0.68},
    "drift_side": {"drift_m": 0.38, "lean_rad": 0.16},
    "fade_away": {"drift_back_m": 0.45},
    "low_set_point": {"set_point_m": 1.60, "set_forward_m": 0.32},
    "stiff_knees": {"dip_m": 0.05, "jump_m": 0.08},
    "flat_shot": {"release_angle_deg": 44.0, "reach_m": (0.58, -0.16, -0.09)},
}


def with_fault(form: ShotForm, fault: str | None) -> ShotForm:
    """The same form with one fault of `FAULTS`, or as it is where `fault` is None. Raises KeyError."""
    return form if fault is None else replace(form, fault=fault, **FAULTS[fault])


def player_form(rng: np.random.Generator) -> ShotForm:
    """A player's own sound style."""
    return ShotForm(
        tempo=float(rng.uniform(0.92, 1.12)),
        dip_m=float(rng.uniform(0.13, 0.21)),
        set_point_m=float(rng.uniform(1.80, 1.90)),
        set_forward_m=float(rng.uniform(0.20, 0.28)),
        elbow_flare_deg=float(rng.uniform(0.0, 12.0)),
        jump_m=float(rng.uniform(0.14, 0.30)),
        release_angle_deg=float(rng.uniform(51.0, 57.0)),
        follow_through_s=float(rng.uniform(0.45, 0.7)),
        left_handed=bool(rng.random() < 0.15),
    )


def vary(form: ShotForm, rng: np.random.Generator) -> ShotForm:
    """One repetition: the same style with the small scatter that a body has."""
    return replace(
        form,
        tempo=form.tempo * float(rng.normal(1.0, 0.015)),
        dip_m=max(0.02, form.dip_m + float(rng.normal(0.0, 0.008))),
        set_point_m=form.set_point_m + float(rng.normal(0.0, 0.008)),
        elbow_flare_deg=form.elbow_flare_deg + float(rng.normal(0.0, 1.0)),
        jump_m=max(0.03, form.jump_m + float(rng.normal(0.0, 0.01))),
        release_angle_deg=form.release_angle_deg + float(rng.normal(0.0, 0.7)),
    )
