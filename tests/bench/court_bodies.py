"""Bodies for players of whom only the place on the floor is known: capsules that stand, run and reach for the ball."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edge.types import BallMode, FloatArray
from tests.bench.mot import IntArray

STATURE_M = (1.85, 2.12)
# Shares of the stature.
_SHOULDER, _HIP, _HEAD, _CHEST_DEPTH = 0.81, 0.50, 0.94, 0.085
_SHOULDER_HALF_M, _STANCE_HALF_M, _STRIDE_M, _STEP_M = 0.2, 0.12, 2.4, 0.32
_RUN_M_S = 4.0
_HAND_ON_BALL_M, _DRIBBLE_HAND_M = 0.13, 0.8
_PARTS = 8


@dataclass(frozen=True, slots=True)
class Bodies:
    """Capsules of T frames, P players, K parts: ends first_m and second_m (T, P, K, 3), radii_m (T, P, K, 2); hands_m
    (T, P, 2, 3) left and right; stature_m (P,)."""

    first_m: FloatArray
    second_m: FloatArray
    radii_m: FloatArray
    hands_m: FloatArray
    stature_m: FloatArray


def pose_bodies(
    players_m: FloatArray, ball_m: FloatArray, holder: IntArray, modes: list[BallMode], frames_per_s: float,
    rng: np.random.Generator,
) -> Bodies:  # fmt: skip
    """players_m (T, P, 2), ball_m (T, 3), holder (T,) index or -1. Statures and steps follow `rng`."""
    frames, count = players_m.shape[:2]
    stature = np.asarray(rng.uniform(*STATURE_M, count))
    velocity = np.gradient(players_m, 1 / frames_per_s, axis=0)
    speed = np.linalg.norm(velocity, axis=2)
    has = holder[:, None] == np.arange(count)
    ahead = _heading(players_m, ball_m, velocity, has)
    left = np.stack([-ahead[..., 1], ahead[..., 0]], axis=2)
    phase = 2 * np.pi * (np.cumsum(speed, axis=0) / frames_per_s / _STRIDE_M + rng.random(count))
    swing = _STEP_M * np.minimum(speed / _RUN_M_S, 1.0)[..., None] * np.sin(phase)[..., None] * ahead

    def at(beside: float, ahead_m: FloatArray, height: npt.ArrayLike) -> FloatArray:
        xy = players_m + beside * left + ahead_m
        return np.concatenate([xy, np.broadcast_to(height, (frames, count))[..., None]], axis=2)

    none = np.zeros_like(players_m)
    shoulders = [at(side * _SHOULDER_HALF_M, none, _SHOULDER * stature) for side in (1, -1)]
    hips = [at(side * _STANCE_HALF_M / 2, none, _HIP * stature) for side in (1, -1)]
    feet = [at(side * _STANCE_HALF_M, side * swing, np.full(count, 0.05)) for side in (1, -1)]
    rest = [at(side * 0.28, 0.15 * ahead - side * 0.5 * swing, 0.52 * stature) for side in (1, -1)]
    hands = _reach(rest, left, ball_m, has, modes)
    chest, waist = at(0.0, none, (_SHOULDER - 0.05) * stature), at(0.0, none, _HIP * stature)
    head = at(0.0, 0.05 * ahead, _HEAD * stature)
    segments = [
        (head, head, 0.115), (chest, waist, 0.17), (shoulders[0], shoulders[1], 0.08), (waist, waist, 0.16),
        (hips[0], feet[0], 0.085), (hips[1], feet[1], 0.085), (shoulders[0], hands[0], 0.05),
        (shoulders[1], hands[1], 0.05),
    ]  # fmt: skip
    radii = np.broadcast_to(np.array([[radius, radius] for *_, radius in segments]), (frames, count, _PARTS, 2))
    return Bodies(
        np.stack([first for first, _, _ in segments], axis=2), np.stack([second for _, second, _ in segments], axis=2),
        radii.copy(), np.stack(hands, axis=2), stature,
    )  # fmt: skip


def _heading(players: FloatArray, ball: FloatArray, velocity: FloatArray, has: FloatArray) -> FloatArray:
    """Where each one faces, unit vectors (T, P, 2): where he runs, else to the ball; who has it, always to it."""
    to_ball = ball[:, None, :2] - players
    to_ball = to_ball / np.maximum(np.linalg.norm(to_ball, axis=2, keepdims=True), 1e-6)
    wish = velocity + np.where(has[..., None], 8.0, 1.0) * to_ball
    return np.asarray(wish / np.maximum(np.linalg.norm(wish, axis=2, keepdims=True), 1e-6))


def _reach(
    rest: list[FloatArray], left: FloatArray, ball: FloatArray, has: FloatArray, modes: list[BallMode]
) -> list[FloatArray]:
    """Hands left and right (T, P, 3): both beside a ball that is held, the right one above one that is dribbled."""
    hands = []
    dribbled = np.array([mode is BallMode.DRIBBLED for mode in modes])
    for side, idle in zip((1, -1), rest, strict=True):
        beside = np.broadcast_to(ball[:, None], idle.shape).copy()
        beside[..., :2] += side * _HAND_ON_BALL_M * left
        above = np.broadcast_to(ball[:, None], idle.shape).copy()
        above[..., 2] = np.maximum(above[..., 2] + _HAND_ON_BALL_M, _DRIBBLE_HAND_M)
        hand = np.where((has & ~dribbled[:, None])[..., None], beside, idle)
        if side < 0:
            hand = np.where((has & dribbled[:, None])[..., None], above, hand)
        hands.append(hand)
    return hands
