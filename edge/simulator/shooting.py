"""The jump shot as key poses over time: gather, dip, lift, set point, release, follow-through, landing, recovery."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from edge.simulator.body import (
    FOOT_PITCH,
    HEAD,
    HIP_TURN,
    KNEES_OUT,
    LEFT_ANKLE,
    LEFT_HAND,
    LEFT_POLE,
    LEFT_WRIST,
    LIFT,
    PELVIS,
    RIGHT_ANKLE,
    RIGHT_HAND,
    RIGHT_POLE,
    RIGHT_WRIST,
    STANDING_PELVIS_M,
    TRUNK,
)
from edge.simulator.flight import GRAVITY_M_S2
from edge.simulator.poses import grip, mirrored, stand
from edge.simulator.style import ShotForm
from edge.types import FloatArray

GATHER_TO_RELEASE_S = 0.82


@dataclass(frozen=True, slots=True)
class JumpShot:
    """Times (K,) s of the key poses (K, P), their slopes, and when things happen, all from the start of the gather."""

    form: ShotForm
    times_s: FloatArray
    poses: FloatArray
    slopes: FloatArray
    dip_s: float
    set_s: float
    release_s: float
    take_off_s: float
    air_s: float
    end_s: float

    def pose(self, clock_s: float) -> FloatArray:
        """The body's pose (P,), the jump's rise and drift included."""
        return np.asarray(self.poses_at(np.array([clock_s]))[0])

    def poses_at(self, clock_s: FloatArray) -> FloatArray:
        """Poses (T, P) at times (T,)."""
        out = self._through(clock_s)
        if self.form.legs_late_s != 0.0:
            out[:, PELVIS] = self._through(clock_s - self.form.legs_late_s)[:, PELVIS]
        in_air = np.clip(np.clip(clock_s, 0.0, self.end_s) - self.take_off_s, 0.0, self.air_s)
        out[:, LIFT] += in_air * (self.air_s - in_air) * GRAVITY_M_S2 / 2
        toes = np.sin(math.pi * in_air / self.air_s) if self.air_s > 0 else np.zeros_like(in_air)
        out[:, FOOT_PITCH] += 0.75 * toes[:, None]
        return np.array([mirrored(pose) for pose in out]) if self.form.left_handed else out

    def _through(self, clock_s: FloatArray) -> FloatArray:
        """Cubic Hermite through the key poses."""
        t = np.clip(clock_s, 0.0, float(self.times_s[-1]) - 1e-9)
        k = np.searchsorted(self.times_s, t, side="right") - 1
        width = (self.times_s[k + 1] - self.times_s[k])[:, None]
        u = (t - self.times_s[k])[:, None] / width
        a, b = self.poses[k], self.poses[k + 1]
        return np.asarray(
            (1 + 2 * u) * (1 - u) ** 2 * a
            + u * (1 - u) ** 2 * width * self.slopes[k]
            + u * u * (3 - 2 * u) * b
            + u * u * (u - 1) * width * self.slopes[k + 1]
        )

    def drift_m(self, clock_s: float) -> tuple[float, float]:
        """How far the jump has carried the body by then: forward and left, metres."""
        share = min(max((clock_s - self.take_off_s) / max(self.air_s, 1e-6), 0.0), 1.0)
        return (0.08 - self.form.drift_back_m) * share, self.form.drift_m * share


def _base(form: ShotForm, pelvis_drop_m: float, pitch: float, roll: float, step: float = 0.0) -> FloatArray:
    """Feet staggered, shooting foot ahead, pelvis lowered. `step`: how much is left of the step before the shot."""
    pose = stand(0.0, 0.0, 0.0)
    pose[PELVIS.start : PELVIS.stop] = -0.25 * pelvis_drop_m, 0.0, STANDING_PELVIS_M - 0.01 - pelvis_drop_m
    pose[PELVIS.start : PELVIS.start + 2] += step * np.array(form.sway_m)
    pose[TRUNK] = pitch + form.pitch_rad, roll, form.twist_rad + 0.8 * form.turn_rad
    height = pose[LEFT_ANKLE.start + 2]
    c, s = math.cos(form.turn_rad), math.sin(form.turn_rad)
    feet = (
        (LEFT_ANKLE, 0.10 - form.stagger_m, form.stance_m / 2 + 0.01),
        (RIGHT_ANKLE, 0.10, 0.01 - form.stance_m / 2),
    )
    for ankle, x, y in feet:
        pose[ankle] = c * x - s * y, s * x + c * y, height
    late = LEFT_ANKLE if form.late_foot_left else RIGHT_ANKLE
    pose[late] += step * np.array([*form.late_foot_m, 0.2 * math.hypot(*form.late_foot_m)])
    pose[HIP_TURN], pose[KNEES_OUT] = form.turn_rad, form.knees_out_rad
    pose[HEAD] = form.head_rad
    return pose


def _with_ball(pose: FloatArray, form: ShotForm, ball: Point, under: float, step: float = 0.0) -> FloatArray:
    """Ball in the hands; `under` turns the shooting hand from the side (0) to behind and below (1)."""
    side, below = np.array([-0.10, -0.115, -0.03]), np.array([-0.105, 0.0, -0.135])
    shooting = side + under * (below - side)
    shooting = shooting / np.linalg.norm(shooting) * 0.165
    guide = np.array([-0.10, 0.115, -0.03]) + under * np.array([0.07, 0.025, -0.04])
    if form.guide_turn_rad != 0.0:
        c, s = math.cos(under * form.guide_turn_rad), math.sin(under * form.guide_turn_rad)
        guide = np.array([c * guide[0] + s * guide[1], c * guide[1] - s * guide[0], guide[2]])
    grip(pose, np.array(ball) + step * np.array([*form.sway_m, 0.0]), shooting, guide)
    out = math.sin(math.radians(form.elbow_flare_deg + 4 * under * (1 - under) * form.lift_flare_deg))
    under_ball = np.array([0.75 * (1 - out), -1.4 * out, -0.6])
    pose[RIGHT_POLE] = np.array([-0.5, -0.6, -0.5]) * (1 - under) + under * under_ball
    pose[LEFT_POLE] = np.array([-0.5, 0.6, -0.5]) * (1 - under) + under * np.array([0.35, 0.8, -0.5])
    return pose


def _let_go(pose: FloatArray, form: ShotForm) -> FloatArray:
    """Arm up, wrist flexed: the follow-through."""
    up = np.array([0.0, 0.0, STANDING_PELVIS_M])
    pose[RIGHT_WRIST] = up + form.follow_m
    pose[RIGHT_HAND] = 0.75, 0.0, -0.65
    pose[RIGHT_POLE] = 0.75, -0.2 - math.sin(math.radians(form.elbow_flare_deg)), -0.6
    pose[LEFT_WRIST] = up + form.guide_after_m
    pose[LEFT_POLE] = 0.35, 0.8, -0.5
    pose[LEFT_HAND] = 0.3, -0.1, 0.9
    return pose


TRUNK_TO_WRIST_M = 0.97
Point = tuple[float, float, float]


def jump_shot(form: ShotForm) -> JumpShot:
    """The whole motion of one shot."""
    to_full_s = GATHER_TO_RELEASE_S / form.tempo
    dip_s, lift_s, set_s = (share * to_full_s for share in (form.dip_share, form.lift_share, form.set_share))
    full_s = to_full_s + form.hold_s
    release_s = full_s - form.release_early * (full_s - set_s - form.hold_s)
    air_s = 2 * math.sqrt(2 * form.jump_m / GRAVITY_M_S2)
    take_off_s = full_s - form.jump_share * air_s
    keys = [*_to_release(form, dip_s, lift_s, set_s, release_s), *_after(form, release_s, take_off_s + air_s)]
    times = np.array([key[0] for key in keys])
    poses = np.array([key[1] for key in keys])
    return JumpShot(
        form, times, poses, _slopes(times, poses), dip_s, set_s, release_s, take_off_s, air_s, float(times[-1])
    )


def _to_release(
    form: ShotForm, dip_s: float, lift_s: float, set_s: float, release_s: float
) -> list[tuple[float, FloatArray]]:
    lean, dip = form.lean_rad, form.dip_m
    ball_set = (form.set_forward_m, form.set_side_m, form.set_point_m)
    reach = (*form.reach_m[:2], STANDING_PELVIS_M + TRUNK_TO_WRIST_M + 0.16 + form.reach_m[2])
    early = form.release_early
    let_go_at = tuple(a + (1 - early) * (b - a) for a, b in zip(ball_set, reach, strict=True))
    at_set = _with_ball(_base(form, 0.02, 0.0, lean * 0.7, 0.05), form, ball_set, 1.0)
    held = [(set_s, at_set)]
    if form.hold_s > 0.0:
        held.append((set_s + form.hold_s, _with_ball(_base(form, 0.005, -0.01, lean * 0.8), form, ball_set, 1.0)))
    return [
        (0.0, _with_ball(_base(form, 0.05, 0.12, 0.0, 1.0), form, form.gather_ball_m, 0.0, 1.0)),
        (dip_s, _with_ball(_base(form, dip, 0.10 + 1.2 * dip, 0.0, 0.6), form, form.dip_ball_m, 0.2, 0.6)),
        (lift_s, _with_ball(_base(form, dip * 0.55, 0.12, lean * 0.3, 0.25), form, form.lift_ball_m, 0.7, 0.25)),
        *held,
        (release_s, _with_ball(_base(form, 0.0, -0.02, lean), form, (let_go_at[0], let_go_at[1], let_go_at[2]), 1.0)),
    ]


def _after(form: ShotForm, release_s: float, touch_s: float) -> list[tuple[float, FloatArray]]:
    """Follow-through, landing and recovery; `touch_s`: when the feet are on the floor again."""
    lean = form.lean_rad
    hold_s = release_s + 0.10 + form.follow_through_s
    land_s = max(touch_s + 0.12, release_s + 0.12)
    end_s = max(hold_s, land_s) + 0.35
    landed = _let_go(_base(form, 0.09, 0.08, lean * 0.5), form)
    landed[RIGHT_WRIST.start + 2] -= 0.10
    keys = [(release_s + form.snap_s, _let_go(_base(form, 0.0, -0.02, lean), form))]
    if hold_s < land_s:
        bent = _base(form, 0.09, 0.1, lean * 0.5)
        keys += [(hold_s, _let_go(_base(form, 0.02, 0.0, lean), form)), (land_s + 0.12, bent)]
    else:
        keys += [(land_s, landed), (max(hold_s, land_s + 0.05), landed)]
    keys.append((max(end_s, keys[-1][0] + 0.25), stand(0.0, 0.0, 0.0)))
    return keys


def _slopes(times: FloatArray, poses: FloatArray) -> FloatArray:
    """Slopes (K, P) that keep each component monotone between key poses (harmonic mean, Fritsch and Butland 1984)."""
    steps = np.diff(poses, axis=0) / np.diff(times)[:, None]
    slopes = np.zeros_like(poses)
    before, after = steps[:-1], steps[1:]
    same = before * after > 0
    total = np.where(same, before + after, 1.0)
    slopes[1:-1] = np.where(same, 2 * before * after / total, 0.0)
    return slopes
