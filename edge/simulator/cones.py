"""Cones on the floor, cast ray by ray: what touches the floor shows where it does, through any lens."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from calibration.camera import Camera
from edge.simulator.raster import LIGHT
from edge.types import FloatArray, Image

_SAMPLES = 5
_PLATE_M = 0.02
_PALE = np.array([226.0, 228.0, 228.0])
_SHADE_REACH, _SHADE = 2.4, 0.42
_FLOOR, _BODY, _TOP, _PLATE = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class ConeKind:
    """What all cones of a gym have in common: sizes in m, colours (3,) BGR, pale bands, a round or a square plate."""

    height_m: float
    bands: int
    round_plate: bool
    colour: FloatArray
    plate_colour: FloatArray

    @property
    def plate_m(self) -> float:
        """Half a square plate's side, or a round one's radius."""
        return (0.36 if self.round_plate else 0.33) * self.height_m

    @property
    def radii_m(self) -> tuple[float, float]:
        """Of the body, at the floor and at the tip."""
        return 0.24 * self.height_m, 0.055 * self.height_m


def draw_kind(height_m: float, colour: FloatArray, rng: np.random.Generator) -> ConeKind:
    """A gym's kind of cones by seed: none, one or two pale bands; the plate of the cones' colour or black rubber."""
    bands, dark, flat = int(rng.integers(3)), rng.random() < 0.3, rng.random() < 0.25
    plate = np.array([46.0, 44.0, 42.0]) if dark else colour * 0.94
    return ConeKind(height_m, bands, bool(flat), colour, plate)


def draw_cones(
    image: Image, depth: FloatArray, camera: Camera, feet_m: FloatArray, kind: ConeKind, rng: np.random.Generator
) -> None:
    """Draw cones at `feet_m` (N, 3) into image (H, W, 3) and depth (H, W) m, in place, the farthest first."""
    turns, tones = rng.uniform(0, math.pi / 2, len(feet_m)), rng.uniform(0.94, 1.04, len(feet_m))
    for index in np.argsort(-np.linalg.norm(feet_m - camera.centre, axis=1)):
        _draw_cone(image, depth, camera, feet_m[index], kind, float(turns[index]), float(tones[index]))


def _draw_cone(
    image: Image, depth: FloatArray, camera: Camera, foot_m: FloatArray, kind: ConeKind, turn_rad: float, tone: float
) -> None:
    box = _box(camera, foot_m, kind)
    if box is None:
        return
    x0, y0, x1, y1 = box
    fine = (np.arange(_SAMPLES) + 0.5) / _SAMPLES
    columns = (np.arange(x0, x1)[:, None] + fine).ravel()
    rows = (np.arange(y0, y1)[:, None] + fine).ravel()
    rays = camera.ray(np.stack(np.meshgrid(columns, rows), axis=-1)).reshape(-1, 3)
    eye = camera.centre - foot_m
    reach, part, normal = _cast(eye, rays, kind, turn_rad)
    at = np.nan_to_num(eye + reach[:, None] * rays, nan=1e3)
    shape = (y1 - y0, _SAMPLES, x1 - x0, _SAMPLES)
    hit = part != _FLOOR
    share = hit.reshape(shape).mean(axis=(1, 3))
    ink = _colours(at, part, kind) * (tone * _light(normal, camera))[:, None] * hit[:, None]
    ink = ink.reshape(*shape, 3).mean(axis=(1, 3))
    keep = np.where(hit, 0.0, _shadow(at, kind)).reshape(shape).mean(axis=(1, 3))
    near = np.where(hit, reach * (rays @ camera.R[2]), np.inf).reshape(shape).min(axis=(1, 3))
    under, patch = depth[y0:y1, x0:x1], image[y0:y1, x0:x1]
    # What stands before the cone or its shadow (the board) stays as it is; elsewhere the room is infinitely deep.
    free = under > np.minimum(near, np.linalg.norm(foot_m - camera.centre))
    mixed = np.clip(patch * keep[:, :, None] + ink, 0, 255)
    patch[free] = mixed[free].astype(np.uint8)
    under[free & (share > 0.5)] = near[free & (share > 0.5)]


def _box(camera: Camera, foot_m: FloatArray, kind: ConeKind) -> tuple[int, int, int, int] | None:
    """x0, y0, x1, y1 px around a cone and its shadow, within the image; None where it is not in the picture."""
    angle = np.linspace(0.0, 2 * math.pi, 16, endpoint=False)
    circle = np.column_stack([np.cos(angle), np.sin(angle), np.zeros(16)])
    foot = foot_m + _SHADE_REACH * kind.plate_m * circle
    tip = foot_m + kind.radii_m[1] * circle + [0.0, 0.0, kind.height_m]
    px, depth = camera.project(np.concatenate([foot, tip]))
    if not np.all(np.isfinite(px)) or depth.min() < 0.3:
        return None
    size = np.array(camera.image_size)
    low = np.clip(np.floor(px.min(axis=0)) - 1, 0, size).astype(int)
    high = np.clip(np.ceil(px.max(axis=0)) + 1, 0, size).astype(int)
    return None if np.any(high <= low) else (int(low[0]), int(low[1]), int(high[0]), int(high[1]))


def _cast(
    eye_m: FloatArray, rays: FloatArray, kind: ConeKind, turn_rad: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """What rays (N, 3) from `eye_m`, seen from the foot, hit first: reach (N,) m, part (N,) and normal (N, 3)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = -eye_m[2] / rays[:, 2]
    part = np.full(len(rays), _FLOOR)
    normal = np.zeros_like(rays)
    normal[:, 2] = 1.0
    wide, slim = kind.radii_m
    found = [(*_frustum(eye_m, rays, (_PLATE_M, kind.height_m), (wide, slim)), _BODY)]
    found.append((*_disc(eye_m, rays, kind.height_m, slim), _TOP))
    if kind.round_plate:
        found.append((*_frustum(eye_m, rays, (0.0, _PLATE_M), (kind.plate_m, 0.97 * kind.plate_m)), _PLATE))
        found.append((*_disc(eye_m, rays, _PLATE_M, 0.97 * kind.plate_m), _PLATE))
    else:
        found.append((*_slab(eye_m, rays, kind.plate_m, turn_rad), _PLATE))
    for at, facing, which in found:
        # The floor is the last resort: what stands on it is nearer, but for rounding where it touches.
        nearer = at < reach
        reach, part = np.where(nearer, at, reach), np.where(nearer, which, part)
        normal = np.where(nearer[:, None], facing, normal)
    return reach, part, normal


def _frustum(
    eye_m: FloatArray, rays: FloatArray, z_m: tuple[float, float], radii_m: tuple[float, float]
) -> tuple[FloatArray, FloatArray]:
    """Reach (N,), infinite where it misses, and normal (N, 3) of rays on the side of an upright frustum."""
    slope = (radii_m[1] - radii_m[0]) / (z_m[1] - z_m[0])
    radius = radii_m[0] + slope * (eye_m[2] - z_m[0])
    a = rays[:, 0] ** 2 + rays[:, 1] ** 2 - (slope * rays[:, 2]) ** 2
    b = eye_m[0] * rays[:, 0] + eye_m[1] * rays[:, 1] - slope * rays[:, 2] * radius
    c = eye_m[0] ** 2 + eye_m[1] ** 2 - radius**2
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = (-b - np.sqrt(b * b - a * c)) / a
        at = eye_m + reach[:, None] * rays
        inside = (reach > 0) & (at[:, 2] >= z_m[0]) & (at[:, 2] <= z_m[1])
        flat = at[:, :2] / np.linalg.norm(at[:, :2], axis=1, keepdims=True)
    normal = np.column_stack([flat, np.full(len(rays), -slope)]) / math.hypot(1.0, slope)
    return np.where(inside, reach, np.inf), normal


def _disc(eye_m: FloatArray, rays: FloatArray, z_m: float, radius_m: float) -> tuple[FloatArray, FloatArray]:
    """As `_frustum`, for a flat disc that faces up."""
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = (z_m - eye_m[2]) / rays[:, 2]
        at = eye_m[:2] + reach[:, None] * rays[:, :2]
        inside = (reach > 0) & (np.hypot(at[:, 0], at[:, 1]) <= radius_m)
    return np.where(inside, reach, np.inf), np.tile([0.0, 0.0, 1.0], (len(rays), 1))


def _slab(eye_m: FloatArray, rays: FloatArray, half_m: float, turn_rad: float) -> tuple[FloatArray, FloatArray]:
    """As `_frustum`, for a square plate that lies turned on the floor."""
    c, s = math.cos(turn_rad), math.sin(turn_rad)
    axes = np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])
    half = np.array([half_m, half_m, _PLATE_M / 2])
    eye, ray = axes @ (eye_m - [0.0, 0.0, _PLATE_M / 2]), rays @ axes.T
    with np.errstate(divide="ignore", invalid="ignore"):
        near = (-np.sign(ray) * half - eye) / ray
        far = (np.sign(ray) * half - eye) / ray
    last = np.argmax(near, axis=1)
    entry = near[np.arange(len(ray)), last]
    inside = (entry > 0) & (entry <= far.min(axis=1))
    normal = -np.sign(ray[np.arange(len(ray)), last])[:, None] * axes[last]
    return np.where(inside, entry, np.inf), normal


def _colours(at_m: FloatArray, part: FloatArray, kind: ConeKind) -> FloatArray:
    """Colour (N, 3) of points on a cone, seen from its foot."""
    share = np.clip((at_m[:, 2] - _PLATE_M) / (kind.height_m - _PLATE_M), 0.0, 0.999)
    banded = np.floor(np.nan_to_num(share) * (2 * kind.bands + 1)) % 2 == 1
    body = np.where(banded[:, None], _PALE, kind.colour)
    out = np.where((part == _PLATE)[:, None], kind.plate_colour, body)
    # The tip is open: one looks into the dark inside.
    return np.asarray(np.where((part == _TOP)[:, None], 0.45 * kind.colour, out))


def _light(normals: FloatArray, camera: Camera) -> FloatArray:
    """Brightness (N,) of surfaces, by the rule of the rasteriser's bodies."""
    seen = normals @ camera.R.T
    lambert = seen @ LIGHT
    light = 0.50 + 0.50 * np.maximum(lambert, 0.0) + 0.10 * np.minimum(lambert, 0.0) - 0.10 * (1.0 + seen[:, 2])
    return np.asarray(1.12 * light)


def _shadow(at_m: FloatArray, kind: ConeKind) -> FloatArray:
    """Share of its light (N,) that the floor keeps around a cone."""
    gap = np.maximum(np.hypot(at_m[:, 0], at_m[:, 1]) / kind.plate_m - 1.0, 0.0)
    return np.asarray(1.0 - _SHADE * np.exp(-3.5 * gap))
