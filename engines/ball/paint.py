"""Balls that were never there, painted into three frames: shaded, seamed, in flight, smeared along their path."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from engines.ball.clips import Floats, Image
from engines.ball.layout import FRAMES

Layer = npt.NDArray[np.float32]
"""(H, W, 4): colour 0..255 times cover, and cover 0..1."""

_SPRITE_PX = 96
_LEVELS = 4
_MOST_SMEARED = 16


@dataclass(frozen=True, slots=True)
class Path:
    """Where something is on each of the three frames: centre (3, 2) px, velocity (3, 2) px a frame."""

    centre: Floats
    velocity: Floats


def ball_sprite(rng: np.random.Generator) -> list[Layer]:
    """A lit ball that fills a square, in sizes that halve: its colours, seams, light and turn are drawn."""
    grid = (np.arange(_SPRITE_PX) + 0.5) / _SPRITE_PX * 2 - 1
    x, y = np.meshgrid(grid, grid)
    beyond = x * x + y * y
    z = np.sqrt(np.clip(1 - beyond, 0, 1))
    normal = np.stack([x, y, z], axis=-1)
    turned = normal @ _rotation(rng)
    colour = np.broadcast_to(_leather(rng), turned.shape).copy()
    if rng.random() < 0.08:  # two colours in panels
        panel = (turned[..., 0] > 0) ^ (turned[..., 1] > 0) if rng.random() < 0.5 else turned[..., 0] > 0
        colour[panel] = rng.uniform(10, 245, 3) if rng.random() < 0.6 else _leather(rng)
    width = rng.uniform(0.02, 0.05)
    lines = np.minimum(np.abs(turned[..., 0]), np.abs(turned[..., 1]))
    lines = np.minimum(lines, np.abs(np.abs(turned[..., 2]) - rng.uniform(0.5, 0.7)))
    seam = np.clip(1.5 - lines / width, 0, 1) * rng.uniform(0.0, 0.9)
    colour = colour * (1 - seam[..., None])
    if rng.random() < 0.4:  # a printed mark
        mark = np.linalg.norm(turned - _rotation(rng)[0], axis=-1) < rng.uniform(0.15, 0.4)
        colour[mark] = colour[mark] * rng.uniform(0.2, 0.6)
    light = np.array([rng.normal(0, 0.6), -abs(rng.normal(0.9, 0.4)), rng.uniform(0.1, 1.0)])
    light /= np.linalg.norm(light)
    ambient = rng.uniform(0.3, 0.85)
    shade = ambient + (1 - ambient) * np.clip(normal @ light, 0, 1)
    shade *= 1 - rng.uniform(0, 0.35) * (1 - z) - rng.uniform(0, 0.2) * np.clip(y, 0, 1)
    gloss = np.clip(normal @ _unit(light + np.array([0, 0, 1])), 0, 1) ** rng.uniform(8, 40) * rng.uniform(0, 90)
    grain = 1 + rng.normal(0, rng.uniform(0, 0.08), x.shape)
    lit = np.clip(colour * (shade * grain)[..., None] + gloss[..., None], 0, 255)
    cover = np.clip((1 - np.sqrt(beyond)) * _SPRITE_PX / 2 + 0.5, 0, 1)
    layers = [np.concatenate([lit * cover[..., None], cover[..., None]], axis=-1).astype(np.float32)]
    for _ in range(_LEVELS):
        side = layers[-1].shape[0] // 2
        layers.append(np.asarray(cv2.resize(layers[-1], (side, side), interpolation=cv2.INTER_AREA), np.float32))
    return layers


def _leather(rng: np.random.Generator) -> Floats:
    """Mostly the oranges and browns of basketballs, faded to dark; now and then any colour."""
    if rng.random() < 0.94:
        hue, full, bright = rng.normal(9, 4) % 180, rng.uniform(80, 240), rng.uniform(75, 250)
    else:
        hue, full, bright = rng.uniform(0, 180), rng.uniform(0, 255), rng.uniform(30, 250)
    return bgr(hue, full, bright)


def bgr(hue: float, saturation: float, value: float) -> Floats:
    """The colour (3,) BGR 0..255 of OpenCV's hue 0..180, saturation and value 0..255."""
    pixel = np.array([[[hue, saturation, value]]], dtype=np.uint8)
    return np.asarray(cv2.cvtColor(pixel, cv2.COLOR_HSV2BGR)[0, 0], dtype=np.float64)


def _unit(vector: Floats) -> Floats:
    return vector / np.linalg.norm(vector)


def _rotation(rng: np.random.Generator) -> Floats:
    return np.asarray(cv2.Rodrigues(rng.normal(0, 1.5, 3))[0])


def draw_path(rng: np.random.Generator, side_px: int, radius_px: float) -> Path:
    """A ball at rest, carried or in flight through a square picture; px a frame."""
    end = rng.uniform(-0.3 * radius_px, side_px + 0.3 * radius_px, 2)
    kind = rng.random()
    if kind < 0.3:
        speed = 0.0 if kind < 0.2 else radius_px * rng.uniform(0, 0.2)
    elif kind < 0.65:
        speed = radius_px * rng.uniform(0.1, 1.5)
    else:
        speed = radius_px * rng.uniform(1.0, 5.0)
    angle = rng.uniform(0, 2 * math.pi)
    velocity = speed * np.array([math.cos(angle), math.sin(angle)])
    fall = np.array([0.0, radius_px * rng.uniform(0.0, 0.25)]) if speed > 0 else np.zeros(2)
    back = np.arange(1 - FRAMES, 1)[:, None]
    if speed > 0 and rng.random() < 0.08:  # it bounced between the frames
        fall = -2.0 * velocity * rng.uniform(0.3, 0.6)
    return Path(end + back * velocity + 0.5 * back**2 * fall, velocity + back * fall)


def paint_ball(
    frames: Image, sprite: list[Layer], path: Path, radius_px: float, smear: float, gain: float, haze: float
) -> None:
    """Paints the ball into each frame (3, H, W, 3), in place.

    smear: share of the time between two frames that the shutter is open. gain: of the ball's light. haze: share of its
    surroundings' colour in it.
    """
    for frame, centre, velocity in zip(frames, path.centre, path.velocity, strict=True):
        layer, corner = _smeared(sprite, centre, velocity * smear, radius_px)
        lay_over(frame, layer, corner, gain, haze)


def _smeared(sprite: list[Layer], centre: Floats, blur: Floats, radius_px: float) -> tuple[Layer, tuple[int, int]]:
    """The ball's mean over the shutter's time, and where the layer's corner lies."""
    reach = np.abs(blur) / 2 + radius_px + 2
    corner = np.floor(centre - reach).astype(int)
    size = np.ceil(centre + reach).astype(int) - corner
    wanted = 2 * radius_px
    level = next((part for part in reversed(sprite) if part.shape[0] >= wanted), sprite[0])
    scale = wanted / level.shape[0]
    steps = int(np.clip(math.ceil(float(np.hypot(*blur)) / max(1.0, 0.12 * radius_px)), 1, _MOST_SMEARED))
    total = np.zeros((int(size[1]), int(size[0]), 4), np.float32)
    for k in range(steps):
        at = centre - corner + blur * ((k + 0.5) / steps - 0.5)
        shift = at - radius_px + 0.5 * scale - 0.5
        matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
        total += cv2.warpAffine(level, matrix, (int(size[0]), int(size[1])), flags=cv2.INTER_LINEAR)
    return np.asarray(total / steps, np.float32), (int(corner[0]), int(corner[1]))


def lay_over(frame: Image, layer: Layer, corner: tuple[int, int], gain: float = 1.0, haze: float = 0.0) -> None:
    """A layer over a frame (H, W, 3), in place; what lies outside is left away."""
    height, width = frame.shape[:2]
    x0, y0 = max(corner[0], 0), max(corner[1], 0)
    x1, y1 = min(corner[0] + layer.shape[1], width), min(corner[1] + layer.shape[0], height)
    if x0 >= x1 or y0 >= y1:
        return
    part = layer[y0 - corner[1] : y1 - corner[1], x0 - corner[0] : x1 - corner[0]]
    under = frame[y0:y1, x0:x1].astype(np.float32)
    cover = part[..., 3:]
    over = part[..., :3] * gain
    if haze > 0:
        over = (1 - haze) * over + haze * cover * under.mean(axis=(0, 1))
    frame[y0:y1, x0:x1] = np.clip(under * (1 - cover) + over + 0.5, 0, 255).astype(np.uint8)


def capsule_layer(shape: tuple[int, int], ends: Floats, widths: Floats, colour: Floats, texture: Image | None) -> Layer:
    """Limbs as a layer of `shape` (height, width): lines (N, 2, 2) px with round ends of `widths` (N,) px."""
    cover = np.zeros(shape, np.uint8)
    for (start, end), width in zip(ends, widths, strict=True):
        thick = max(1, round(float(width)))
        first, second = (tuple(int(v * 16) for v in point) for point in (start, end))
        cv2.line(cover, first, second, 255, thick, cv2.LINE_AA, 4)
    share = cover.astype(np.float32)[..., None] / 255
    filling = np.broadcast_to(colour, (*shape, 3)) if texture is None else texture.astype(np.float32)
    return np.concatenate([filling * share, share], axis=-1).astype(np.float32)
