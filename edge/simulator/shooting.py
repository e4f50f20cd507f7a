"""The jump shot as key poses over time: gather, dip, lift, set point, release, follow-through, landing, recovery."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from edge.simulator.body import (
    HEAD,
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
        """The body's pose (cubic Hermite through the key poses), the jump's rise and drift included."""
        t = min(max(clock_s, 0.0), float(self.times_s[-1]) - 1e-9)
        k = int(np.searchsorted(self.times_s, t, side="right")) - 1
        width = self.times_s[k + 1] - self.times_s[k]
        u = (t - self.times_s[k]) / width
        a, b = self.poses[k], self.poses[k + 1]
        pose = (
            (1 + 2 * u) * (1 - u) ** 2 * a
            + u * (1 - u) ** 2 * width * self.slopes[k]
            + u * u * (3 - 2 * u) * b
            + u * u * (u - 1) * width * self.slopes[k + 1]
        )
        in_air = min(max(t - self.take_off_s, 0.0), self.air_s)
        pose[LIFT] += in_air * (self.air_s - in_air) * GRAVITY_M_S2 / 2
        toes = math.sin(math.pi * in_air / self.air_s) if self.air_s > 0 else 0.0
        pose[12:14] += 0.75 * toes
        return mirrored(pose) if self.form.left_handed else np.asarray(pose)

    def drift_m(self, clock_s: float) -> tuple[float, float]:
        """How far the jump has carried the body by then: forward and left, metres."""
        share = min(max((clock_s - self.take_off_s) / max(self.air_s, 1e-6), 0.0), 1.0)
        return (0.08 - self.form.drift_back_m) * share, self.form.drift_m * share


def _base(pelvis_drop_m: float, pitch: float, roll: float) -> FloatArray:
    """Feet staggered, shooting foot ahead, pelvis lowered."""
    pose = stand(0.0, 0.0, 0.0)
    pose[PELVIS.start : PELVIS.stop] = -0.25 * pelvis_drop_m, 0.0, STANDING_PELVIS_M - 0.01 - pelvis_drop_m
    pose[TRUNK] = pitch, roll, 0.10
    pose[LEFT_ANKLE] = -0.06, 0.15, pose[LEFT_ANKLE.start + 2]
    pose[RIGHT_ANKLE] = 0.10, -0.13, pose[RIGHT_ANKLE.start + 2]
    pose[HEAD] = -0.15, 0.0
    return pose


def _with_ball(pose: FloatArray, ball: tuple[float, float, float], under: float, flare_rad: float) -> FloatArray:
    """Ball in the hands; `under` turns the shooting hand from the side (0) to behind and below (1)."""
    side, below = np.array([-0.10, -0.115, -0.03]), np.array([-0.105, 0.0, -0.135])
    shooting = side + under * (below - side)
    shooting = shooting / np.linalg.norm(shooting) * 0.165
    guide = np.array([-0.10, 0.115, -0.03]) + under * np.array([0.07, 0.025, -0.04])
    grip(pose, np.array(ball), shooting, guide)
    out = math.sin(flare_rad)
    under_ball = np.array([0.75 * (1 - out), -1.4 * out, -0.6])
    pose[RIGHT_POLE] = np.array([-0.5, -0.6, -0.5]) * (1 - under) + under * under_ball
    pose[LEFT_POLE] = np.array([-0.5, 0.6, -0.5]) * (1 - under) + under * np.array([0.35, 0.8, -0.5])
    return pose


def _let_go(pose: FloatArray, flare_rad: float) -> FloatArray:
    """Arm up, wrist flexed: the follow-through."""
    pose[RIGHT_WRIST] = 0.40, -0.17, STANDING_PELVIS_M + TRUNK_TO_WRIST_M
    pose[RIGHT_HAND] = 0.75, 0.0, -0.65
    pose[RIGHT_POLE] = 0.75, -0.2 - math.sin(flare_rad), -0.6
    pose[LEFT_WRIST] = 0.30, 0.14, STANDING_PELVIS_M + 0.78
    pose[LEFT_POLE] = 0.35, 0.8, -0.5
    pose[LEFT_HAND] = 0.3, -0.1, 0.9
    return pose


TRUNK_TO_WRIST_M = 0.97


def jump_shot(form: ShotForm) -> JumpShot:
    """The whole motion of one shot."""
    flare, lean = math.radians(form.elbow_flare_deg), form.lean_rad
    dip_s, lift_s, set_s = (share * GATHER_TO_RELEASE_S / form.tempo for share in (0.34, 0.62, 0.82))
    full_s = GATHER_TO_RELEASE_S / form.tempo
    release_s = full_s - form.release_early * (full_s - set_s)
    air_s = 2 * math.sqrt(2 * form.jump_m / GRAVITY_M_S2)
    take_off_s = full_s - 0.42 * air_s
    hold_s = release_s + 0.10 + form.follow_through_s
    land_s = max(take_off_s + air_s + 0.12, release_s + 0.12)
    end_s = max(hold_s, land_s) + 0.35
    up = _let_go(_base(0.0, -0.02, lean), flare)
    landed = _let_go(_base(0.09, 0.08, lean * 0.5), flare)
    landed[RIGHT_WRIST.start + 2] -= 0.10
    down = stand(0.0, 0.0, 0.0)
    full = (0.47, -0.16, STANDING_PELVIS_M + TRUNK_TO_WRIST_M + 0.16)
    early = form.release_early
    ball_set = (form.set_forward_m, -0.17, form.set_point_m)
    let_go_at = tuple(a + (1 - early) * (b - a) for a, b in zip(ball_set, full, strict=True))
    keys = [
        (0.0, _with_ball(_base(0.05, 0.12, 0.0), (0.33, -0.06, 1.08), 0.0, flare)),
        (dip_s, _with_ball(_base(form.dip_m, 0.10 + 1.2 * form.dip_m, 0.0), (0.36, -0.08, 0.92), 0.2, flare)),
        (lift_s, _with_ball(_base(form.dip_m * 0.55, 0.12, lean * 0.3), (0.36, -0.13, 1.34), 0.7, flare)),
        (set_s, _with_ball(_base(0.02, 0.0, lean * 0.7), ball_set, 1.0, flare)),
        (release_s, _with_ball(_base(0.0, -0.02, lean), (let_go_at[0], let_go_at[1], let_go_at[2]), 1.0, flare)),
        (release_s + 0.10, up),
    ]
    if hold_s < land_s:
        keys += [(hold_s, _let_go(_base(0.02, 0.0, lean), flare)), (land_s + 0.12, _base(0.09, 0.1, lean * 0.5))]
    else:
        keys += [(land_s, landed), (max(hold_s, land_s + 0.05), landed)]
    keys.append((max(end_s, keys[-1][0] + 0.25), down))
    times = np.array([key[0] for key in keys])
    poses = np.array([key[1] for key in keys])
    return JumpShot(
        form, times, poses, _slopes(times, poses), dip_s, set_s, release_s, take_off_s, air_s, float(times[-1])
    )


def _slopes(times: FloatArray, poses: FloatArray) -> FloatArray:
    """Slopes (K, P) that keep each component monotone between key poses (harmonic mean, Fritsch and Butland 1984)."""
    steps = np.diff(poses, axis=0) / np.diff(times)[:, None]
    slopes = np.zeros_like(poses)
    before, after = steps[:-1], steps[1:]
    same = before * after > 0
    total = np.where(same, before + after, 1.0)
    slopes[1:-1] = np.where(same, 2 * before * after / total, 0.0)
    return slopes
