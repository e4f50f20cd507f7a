"""How a camera that hangs on its bracket was turned: a rotation from what is seen again, right through a bent lens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from calibration.camera import Camera, FloatArray

BoolArray = npt.NDArray[np.bool_]

_TRIES = 400
_FAR_M = 30.0
_STEP = 1e-5
_ROUNDS = 8
_LEAST_SCALE_PX = 0.15


def directions(camera: Camera, pixels: FloatArray) -> FloatArray:
    """Unit rays (N, 3) of pixels (N, 2) in the camera's own frame: x right, y down, z forward."""
    return np.asarray(camera.ray(pixels) @ camera.R.T)


def turned(camera: Camera, turn: FloatArray) -> Camera:
    """The camera after a rotation (3, 3) in its own frame, standing where it stood."""
    R = turn @ camera.R
    return replace(camera, R=R, t=-R @ camera.centre)


def predict(camera: Camera, pixels: FloatArray, now: Camera) -> FloatArray:
    """Where `now` sees what `camera` sees at pixels (N, 2), very far away; NaN where it does not."""
    return now.project(now.centre + _FAR_M * camera.ray(pixels))[0]


def vote(
    camera: Camera, then_px: FloatArray, now_px: FloatArray, reach_px: float, rng: np.random.Generator
) -> FloatArray | None:
    """The rotation (3, 3) that most of the pairs (N, 2), (N, 2) px agree on within `reach_px`, from two of them at a
    time (RANSAC); None for fewer than two pairs."""
    if len(then_px) < 2:
        return None
    then, now = directions(camera, then_px), directions(camera, now_px)
    first, second = rng.integers(0, len(then), (2, _TRIES))
    angle = np.arccos(np.clip(np.sum(then[first] * then[second], axis=1), -1, 1))
    same = np.abs(angle - np.arccos(np.clip(np.sum(now[first] * now[second], axis=1), -1, 1)))
    focal_px = float(camera.K[0, 0])
    usable = (angle > 0.08) & (same * focal_px < 3 * reach_px)
    if not usable.any():
        return None
    first, second = first[usable], second[usable]
    turns = _triad(now[first], now[second]) @ np.swapaxes(_triad(then[first], then[second]), 1, 2)
    away = np.linalg.norm(np.einsum("kij,nj->kni", turns, then) - now, axis=2) * _px_per_rad(camera, then_px)
    return np.asarray(turns[np.argmin(np.minimum(away / reach_px, 1.0).sum(axis=1))])


def refine(camera: Camera, turn: FloatArray, then_px: FloatArray, now_px: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The rotation that fits the pairs best in pixels, and what remains (N, 2) px.

    Gauss and Newton's steps with Tukey's weights, which ignore what is far off.
    """
    residual = now_px - predict(camera, then_px, turned(camera, turn))
    for _ in range(_ROUNDS):
        size = np.linalg.norm(residual, axis=1)
        near = size[np.isfinite(size)]
        if len(near) < 3:
            break
        cut = 4.7 * max(_LEAST_SCALE_PX, 1.05 * float(np.median(near)))
        weight = np.where(size < cut, (1 - np.minimum(size / cut, 1.0) ** 2) ** 2, 0.0)
        columns = []
        for step in _STEP * np.eye(3):
            there = predict(camera, then_px, turned(camera, _rotation(np.asarray(step)) @ turn))
            here = predict(camera, then_px, turned(camera, _rotation(-step) @ turn))
            columns.append((there - here) / (2 * _STEP))
        jacobian = np.stack(columns, axis=-1)
        good = (weight > 0) & np.isfinite(jacobian).all(axis=(1, 2))
        if good.sum() < 3:
            break
        root = np.sqrt(weight[good])[:, None]
        system = (root[:, :, None] * jacobian[good]).reshape(-1, 3)
        step = np.linalg.lstsq(system, (root * residual[good]).reshape(-1), rcond=None)[0]
        turn = _rotation(np.asarray(step)) @ turn
        residual = now_px - predict(camera, then_px, turned(camera, turn))
        if float(np.linalg.norm(step)) < 1e-7:
            break
    return turn, residual


def average(turns: Sequence[FloatArray]) -> FloatArray:
    """The rotation (3, 3) nearest to all of them."""
    u, _, vt = np.linalg.svd(np.sum(turns, axis=0))
    return np.asarray(u @ np.diag([1.0, 1.0, np.linalg.det(u @ vt)]) @ vt)


def _rotation(vector: FloatArray) -> FloatArray:
    return np.asarray(cv2.Rodrigues(vector)[0])


def _triad(first: FloatArray, second: FloatArray) -> FloatArray:
    """Right-handed frames (K, 3, 3), as columns, from two rays (K, 3) each, neither preferred."""
    middle = first + second
    middle /= np.linalg.norm(middle, axis=1, keepdims=True)
    normal = np.cross(first, second)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    return np.stack([middle, normal, np.cross(middle, normal)], axis=-1)


def _px_per_rad(camera: Camera, pixels: FloatArray) -> FloatArray:
    """Pixels (N,) that a ray's turn by one radian makes at each pixel, on average over its direction."""
    here = directions(camera, pixels)
    spread = [np.linalg.norm(directions(camera, pixels + step) - here, axis=1) for step in np.eye(2)]
    return np.asarray(2.0 / np.maximum(spread[0] + spread[1], 1e-9))
