"""Poses of everything but the jump shot: standing, running, defending, holding, dribbling, reaching and passing."""

from __future__ import annotations

import math

import numpy as np

from edge.simulator.body import (
    ANKLE_HEIGHT,
    BALL,
    FOOT_PITCH,
    HEAD,
    HIP_TURN,
    LEFT_ANKLE,
    LEFT_HAND,
    LEFT_POLE,
    LEFT_WRIST,
    PELVIS,
    POSE_SIZE,
    RIGHT_ANKLE,
    RIGHT_HAND,
    RIGHT_POLE,
    RIGHT_WRIST,
    SHOULDER_HALF,
    STANDING_PELVIS_M,
    TRUNK,
    TRUNK_LENGTH,
)
from edge.types import FloatArray

DRIBBLE_PERIOD_S = 0.62
RIGHT_SIDE_M, LEFT_SIDE_M = np.array([-0.08, -0.125, -0.02]), np.array([-0.08, 0.125, -0.02])
HOLD_M = np.array([0.33, -0.06, 1.10])


def mirrored(pose: FloatArray) -> FloatArray:
    """The same pose of a left-handed player."""
    out = pose.copy()
    pairs = ((LEFT_ANKLE, RIGHT_ANKLE), (LEFT_WRIST, RIGHT_WRIST), (LEFT_POLE, RIGHT_POLE), (LEFT_HAND, RIGHT_HAND))
    for left, right in pairs:
        out[left], out[right] = pose[right], pose[left]
        out[left.start + 1] *= -1
        out[right.start + 1] *= -1
    out[FOOT_PITCH] = pose[FOOT_PITCH][::-1]
    for place in (PELVIS.start + 1, TRUNK.start + 1, TRUNK.start + 2, HEAD.start + 1, BALL.start + 1, HIP_TURN):
        out[place] *= -1
    return out


def _gait(phase: float, speed: float, stance: float) -> tuple[float, float, float]:
    """One foot: way along the stride (-1 back .. 1 front), lift 0..1 and toe-down pitch, at phase 0..1."""
    if phase < stance:
        return 1.0 - 2.0 * phase / stance, 0.0, max(0.0, phase / stance - 0.75) * 2.4 * min(speed / 3.0, 1.0)
    u = (phase - stance) / (1.0 - stance)
    ease = u * u * (3.0 - 2.0 * u)
    return -1.0 + 2.0 * ease, math.sin(math.pi * u), (0.9 - 1.3 * u) * min(speed / 3.0, 1.0)


def stride_period_s(speed_m_s: float) -> float:
    """Time of two steps."""
    return 1.12 - 0.085 * min(speed_m_s, 6.0)


def stand(phase: float, speed_m_s: float, direction_rad: float, crouch: float = 0.0) -> FloatArray:
    """Standing at speed 0, walking and running above; `direction_rad` is the way relative to the heading.

    The planted foot moves back as fast as the body moves forward, so that feet do not slide.
    """
    pose = np.zeros(POSE_SIZE)
    stance = 0.62 - 0.05 * min(speed_m_s, 5.0)
    reach = 0.5 * speed_m_s * stance * stride_period_s(speed_m_s)
    width = 0.13 + 0.10 * crouch
    ahead, aside = math.cos(direction_rad), math.sin(direction_rad)
    run = min(speed_m_s / 4.0, 1.0)
    swing = 0.0
    for ankle, side, offset, foot in ((LEFT_ANKLE, 1.0, 0.0, 0), (RIGHT_ANKLE, -1.0, 0.5, 1)):
        way, lift, pitch = _gait((phase + offset) % 1.0, speed_m_s, stance)
        raised = lift * (0.05 + 0.32 * run) * min(speed_m_s, 1.0)
        pose[ankle] = way * reach * ahead, side * width + way * reach * aside, ANKLE_HEIGHT + raised
        pose[12 + foot] = pitch * min(speed_m_s, 1.0)
        pose[ankle.start + 2] += 0.11 * math.sin(max(pose[12 + foot], 0.0))
        swing = way if side > 0 else swing
    bob = 0.02 * run * math.cos(4.0 * math.pi * phase)
    pose[PELVIS] = 0.0, 0.0, STANDING_PELVIS_M - 0.015 - 0.06 * run - 0.17 * crouch + bob
    pose[TRUNK] = 0.03 + (0.06 + 0.16 * run) * ahead * min(speed_m_s, 1.0) + 0.32 * crouch, 0.0, 0.12 * swing * run
    _arms(pose, swing, run, min(speed_m_s, 1.0))
    return pose


def _arms(pose: FloatArray, swing: float, run: float, moving: float) -> None:
    """Arms hang, and swing against the legs while running with bent elbows."""
    for wrist, pole, hand, side in (
        (LEFT_WRIST, LEFT_POLE, LEFT_HAND, 1.0),
        (RIGHT_WRIST, RIGHT_POLE, RIGHT_HAND, -1.0),
    ):
        way = -side * swing * moving * (0.4 + 0.6 * run)
        hang = np.array([0.06, side * 0.27, 0.90])
        bent = np.array([0.22, side * 0.22, 1.14])
        pose[wrist] = hang + run * (bent - hang) + way * np.array([0.26, 0.0, 0.07])
        pose[wrist.start] += pose[3] * 0.3
        pose[wrist.start + 2] += pose[2] - STANDING_PELVIS_M
        pose[pole] = -1.0, side * 0.45, -0.3
        pose[hand] = 0.2 + run, -side * 0.1, -1.0 + run


def defend(phase: float, speed_m_s: float, direction_rad: float) -> FloatArray:
    """Low stance, arms out."""
    pose = stand(phase, speed_m_s * 0.9, direction_rad, crouch=0.8)
    pose[LEFT_WRIST] = 0.36, 0.52, 1.22
    pose[RIGHT_WRIST] = 0.40, -0.46, 1.42
    pose[LEFT_POLE] = -0.3, 0.5, -0.8
    pose[RIGHT_POLE] = -0.3, -0.5, -0.8
    pose[LEFT_HAND] = 0.5, 0.3, 0.8
    pose[RIGHT_HAND] = 0.4, -0.2, 0.9
    return pose


def contest(phase: float, speed_m_s: float, direction_rad: float) -> FloatArray:
    """A hand up against the shot."""
    pose = defend(phase, speed_m_s, direction_rad)
    pose[PELVIS.start + 2] = STANDING_PELVIS_M - 0.03
    pose[TRUNK.start] = 0.02
    pose[RIGHT_WRIST] = 0.25, -0.24, 2.02
    pose[RIGHT_POLE] = 0.8, -0.3, -0.2
    pose[RIGHT_HAND] = 0.2, 0.0, 1.0
    return pose


def grip(pose: FloatArray, ball_m: FloatArray, shooting: FloatArray, guide: FloatArray) -> None:
    """Put the ball into both hands: wrists at the offsets `shooting` (right) and `guide` (left) from its centre."""
    pose[BALL] = ball_m
    for wrist, hand, offset in ((RIGHT_WRIST, RIGHT_HAND, shooting), (LEFT_WRIST, LEFT_HAND, guide)):
        pose[wrist] = ball_m + offset
        tip = offset / np.linalg.norm(offset) * 0.5 + np.array([0.15, 0.0, 0.85])
        tip = tip - offset / np.dot(offset, offset) * min(0.0, float(np.dot(tip, offset)))
        pose[hand] = tip / np.linalg.norm(tip) * 0.135 - offset


def hold(phase: float, speed_m_s: float, direction_rad: float) -> FloatArray:
    """Ball in both hands before the belly."""
    pose = stand(phase, speed_m_s, direction_rad, crouch=0.25)
    ball = HOLD_M + np.array([pose[3] * 0.35, 0.0, pose[2] - STANDING_PELVIS_M])
    grip(pose, ball, np.array([-0.10, -0.115, -0.03]), np.array([-0.10, 0.115, -0.03]))
    pose[RIGHT_POLE] = -0.6, -0.7, -0.4
    pose[LEFT_POLE] = -0.6, 0.7, -0.4
    return pose


def in_hand(clock_s: float) -> bool:
    """Whether the hand is at the ball at that time of the dribble, so that it can be picked up."""
    return (clock_s / DRIBBLE_PERIOD_S) % 1.0 < 0.22


def dribble_height_m(clock_s: float) -> tuple[float, float]:
    """Height of the ball's centre and of the wrist above it, for a clock that counts from the hand's first touch."""
    u = (clock_s / DRIBBLE_PERIOD_S) % 1.0
    top, low = 0.86, 0.121
    if u < 0.3:
        ball = top + 0.07 * math.sin(math.pi * u / 0.3)
        return ball, ball + 0.14
    fall = (u - 0.3) / 0.35 if u < 0.65 else (1.0 - u) / 0.35
    ball = top - (top - low) * (0.55 * fall + 0.45 * fall * fall)
    return ball, max(ball + 0.14, 0.95 + 0.05 * (1.0 - abs(2.0 * fall - 1.0)))


def dribble(phase: float, speed_m_s: float, direction_rad: float, clock_s: float) -> FloatArray:
    """Running or standing with the ball bouncing under the right hand."""
    pose = stand(phase, speed_m_s, direction_rad, crouch=0.45)
    ball_z, wrist_z = dribble_height_m(clock_s)
    pose[BALL] = 0.34, -0.34, ball_z
    pose[RIGHT_WRIST] = 0.24, -0.33, wrist_z + 0.01
    pose[RIGHT_POLE] = -0.8, -0.5, 0.0
    pose[RIGHT_HAND] = 0.9, 0.0, -0.2
    pose[LEFT_WRIST] = 0.26, 0.30, 1.08
    pose[LEFT_HAND] = 0.9, -0.2, 0.2
    pose[HEAD] = 0.05, 0.0
    return pose


def reachable(ball_local_m: FloatArray) -> FloatArray:
    """The point (3,) that both hands can get to, nearest to a ball."""
    return np.asarray(np.clip(ball_local_m, [0.2, -0.4, 0.12], [0.62, 0.4, 2.25]))


def free_elbows(pose: FloatArray) -> None:
    """Point the elbows where a relaxed arm has them: back while it hangs, down ahead of the body, forward overhead.

    The bend is a quarter turn from the arm's own direction, so it never meets it and the elbow never flips over.
    """
    up = np.array([math.sin(pose[TRUNK.start]), 0.0, math.cos(pose[TRUNK.start])])
    for wrist, pole, side in ((LEFT_WRIST, LEFT_POLE, 1.0), (RIGHT_WRIST, RIGHT_POLE, -1.0)):
        arm = pose[wrist] - pose[PELVIS] - TRUNK_LENGTH * up
        arm[1] -= side * SHOULDER_HALF
        length = max(float(np.linalg.norm(arm)), 1e-6)
        pose[pole] = arm[2] / length, 0.45 * side, -arm[0] / length


def reach(ball_local_m: FloatArray, phase: float, speed_m_s: float, direction_rad: float) -> FloatArray:
    """Both hands at a ball that is not in them yet, the body as low as the ball asks for."""
    low = float(np.clip((1.15 - ball_local_m[2]) / 1.0, 0.0, 1.0))
    pose = stand(phase, speed_m_s * (1 - 0.5 * low), direction_rad, crouch=0.2)
    pose[PELVIS.start] = -0.12 * low
    pose[PELVIS.start + 2] -= 0.34 * low
    pose[TRUNK.start] += 0.75 * low
    grip(pose, ball_local_m, RIGHT_SIDE_M, LEFT_SIDE_M)
    free_elbows(pose)
    pose[HEAD.start] = 0.5 * low
    return pose


def pass_ball(clock_s: float) -> FloatArray:
    """Chest pass: draw in, step, push; the ball leaves at 0.22 s."""
    pose = hold(0.0, 0.0, 0.0)
    push = float(np.clip((clock_s - 0.10) / 0.12, 0.0, 1.0))
    ball = np.array([0.24 + 0.38 * push, 0.0, 1.28 + 0.06 * push])
    grip(pose, ball, np.array([-0.12, -0.10, -0.02]), np.array([-0.12, 0.10, -0.02]))
    pose[RIGHT_POLE] = -0.3, -0.9, -0.3
    pose[LEFT_POLE] = -0.3, 0.9, -0.3
    pose[TRUNK.start] = 0.05 + 0.15 * push
    pose[LEFT_ANKLE.start] = 0.28 * push
    pose[PELVIS.start] = 0.10 * push
    return pose
