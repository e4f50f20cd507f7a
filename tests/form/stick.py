"""A stick figure that shoots: joints in closed form, so that times and angles are known exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge.form.skeleton import FOREARM, SHANK, THIGH, TRUNK, UPPER_ARM
from edge.types import FloatArray, ShotClip

GATHER_S, DIP_S, SET_S, RELEASE_S = 0.40, 0.65, 0.95, 1.15
BALL_SPEED = 3.5
"""Statures a second that the ball leaves the hand with, beside the hand's own speed."""


@dataclass(frozen=True, slots=True)
class Stick:
    """stature_px: how tall; looks: 1 = to the picture's right; hand; limbs: factors on arm and leg lengths."""

    stature_px: float = 200.0
    looks: float = 1.0
    left_handed: bool = False
    arm: float = 1.0
    leg: float = 1.0
    fps: float = 30.0
    foot_px: tuple[float, float] = (600.0, 600.0)
    lasts_s: float = 2.2


def _smooth(t: float, times: list[float], values: list[float]) -> float:
    """Between values with a smooth step, constant outside."""
    if t <= times[0]:
        return values[0]
    for a, b, x, y in zip(times, times[1:], values, values[1:], strict=False):
        if t <= b:
            u = (t - a) / (b - a)
            return x + (y - x) * u * u * (3 - 2 * u)
    return values[-1]


_KEYS = [GATHER_S, DIP_S, SET_S, RELEASE_S, RELEASE_S + 0.15, RELEASE_S + 0.5, RELEASE_S + 0.8]
# Deg: the thigh's lean forward, the upper arm's turn from hanging forward and up, the elbow's bend.
_THIGH_DEG = [8.0, 35.0, 8.0, 0.0, 0.0, 0.0, 5.0]
_ARM_DEG = [20.0, 10.0, 85.0, 150.0, 155.0, 155.0, 20.0]
_BEND_DEG = [70.0, 60.0, 120.0, 10.0, 5.0, 5.0, 60.0]
_JUMP = [0.0, 0.0, 0.02, 0.10, 0.10, 0.0, 0.0]


def joints(stick: Stick, t: float) -> FloatArray:
    """(17, 2) px at a time; seen from the side, the far limbs a little aside."""
    thigh = np.radians(_smooth(t, _KEYS, _THIGH_DEG))
    upper, bend = np.radians(_smooth(t, _KEYS, _ARM_DEG)), np.radians(_smooth(t, _KEYS, _BEND_DEG))
    p = np.zeros((17, 2))
    ankle = np.array([0.0, 0.05 + _smooth(t, _KEYS, _JUMP)])
    knee = ankle + stick.leg * SHANK * np.array([np.sin(thigh), np.cos(thigh)])
    hip = knee + stick.leg * THIGH * np.array([-np.sin(thigh), np.cos(thigh)])
    shoulder = hip + np.array([0.0, TRUNK])
    near, far = (5, 6) if stick.left_handed else (6, 5)
    # The other hand stays behind: lower, its elbow bent.
    for side, drop in ((near, 0.0), (far, np.radians(35.0))):
        aside = np.array([0.012 if side == near else -0.012, 0.0])
        behind = drop * _smooth(t, [RELEASE_S, RELEASE_S + 0.1], [0.0, 1.0])
        turn = upper - behind
        elbow = shoulder + aside + stick.arm * UPPER_ARM * np.array([np.sin(turn), -np.cos(turn)])
        wrist = elbow + stick.arm * FOREARM * np.array(
            [np.sin(turn + bend + 2 * behind), -np.cos(turn + bend + 2 * behind)]
        )
        p[side], p[side + 2], p[side + 4] = shoulder + aside, elbow, wrist
        p[side + 6], p[side + 8], p[side + 10] = hip + aside, knee + aside, ankle + aside
    head = shoulder + np.array([0.02, 0.09])
    p[3:5] = head
    p[0], p[1:3] = head + np.array([0.06, 0.0]), head + np.array([0.05, 0.02])
    return np.asarray(p * [stick.looks, -1.0] * stick.stature_px + stick.foot_px)


def ball_at(stick: Stick, t: float) -> FloatArray:
    """(2,) px: a hand ahead of the shooting wrist until the release, then away at an even speed, forward and up."""
    wrist = joints(stick, min(t, RELEASE_S))[9 if stick.left_handed else 10]
    way = np.array([stick.looks * 0.6, -0.8]) * stick.stature_px
    return np.asarray(wrist + way * (0.11 + BALL_SPEED * max(t - RELEASE_S, 0.0)))


USUAL = Stick()


def stick_clip(stick: Stick = USUAL, with_ball: bool = True, noise: float = 0.0) -> ShotClip:
    """The whole motion as a clip with the true times; noise: in statures."""
    times_s = np.arange(0.0, stick.lasts_s, 1 / stick.fps)
    points = np.stack([joints(stick, t) for t in times_s])
    points += np.random.default_rng(0).normal(0.0, noise * stick.stature_px, points.shape) if noise else 0.0
    keypoints = np.concatenate([points, np.full((*points.shape[:2], 1), 0.9)], axis=2)
    ball = np.stack([ball_at(stick, t) for t in times_s]) if with_ball else np.full((len(times_s), 2), np.nan)

    def row(time_s: float) -> int:
        return round(time_s * stick.fps)

    return ShotClip(
        "stick", 1, 0, times_s, keypoints, ball, row(GATHER_S), row(SET_S), row(RELEASE_S), row(RELEASE_S + 0.6),
        stick.stature_px, None, GATHER_S, RELEASE_S,
    )  # fmt: skip
