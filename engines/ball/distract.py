"""What is no ball but may look like one: people, heads, signs, lamps, cones and limbs that pass before the ball."""

from __future__ import annotations

import math

import cv2
import numpy as np

from engines.ball.clips import Floats, Image
from engines.ball.layout import FRAMES
from engines.ball.paint import Layer, bgr, capsule_layer, lay_over

_SKINS = ((138.0, 172.0, 222.0), (108.0, 146.0, 200.0), (70.0, 104.0, 160.0), (52.0, 76.0, 122.0), (90.0, 130.0, 210.0))


def ball_like_colour(rng: np.random.Generator) -> Floats:
    """The colours that mislead: orange to brown, skin; now and then any."""
    if rng.random() < 0.3:
        return _skin(rng, 0.6, 1.15)
    if rng.random() < 0.35:
        return rng.uniform(0, 255, 3)
    return bgr(rng.normal(9, 5) % 180, rng.uniform(90, 255), rng.uniform(60, 255))


def _skin(rng: np.random.Generator, darkest: float, lightest: float) -> Floats:
    return np.array(_SKINS[int(rng.integers(len(_SKINS)))]) * rng.uniform(darkest, lightest)


def _motion(rng: np.random.Generator, most_px: float) -> Floats:
    """Where something is on each frame against the last, (3, 2) px."""
    angle, speed = rng.uniform(0, 2 * math.pi), most_px * rng.random() ** 2
    back = np.arange(1 - FRAMES, 1)[:, None]
    return back * speed * np.array([math.cos(angle), 0.4 * math.sin(angle)])


def _lay_at(frames: Image, layer: Layer, corner: Floats, motion: Floats) -> None:
    for frame, step in zip(frames, motion, strict=True):
        x, y = np.round(corner + step).astype(int)
        lay_over(frame, layer, (int(x), int(y)))


def _moved(point: Floats, x: float, y: float) -> Floats:
    return point + np.array([x, y])


def walk_in(frames: Image, rng: np.random.Generator, texture: Image) -> None:
    """A person in a shirt of a photo's texture or of a plain colour walks through, head and limbs and all."""
    side = frames.shape[1]
    tall = side * rng.uniform(0.2, 0.95)
    head, box = tall * 0.075, (math.ceil(tall * 1.3), math.ceil(tall * 1.0))
    middle = np.array([box[1] / 2, 0.18 * tall])
    neck, hips = _moved(middle, 0, 0.16 * tall), _moved(middle, 0, 0.47 * tall)
    shirt, skin = ball_like_colour(rng), _skin(rng, 0.7, 1.1)
    limbs, widths = [], []
    for sign in (-1, 1):
        shoulder, hip = _moved(neck, sign * 0.09 * tall, 0.03 * tall), _moved(hips, sign * 0.05 * tall, 0)
        lift, bend = rng.uniform(-2.6, 1.4), rng.normal(0, 0.8)
        elbow = shoulder + 0.17 * tall * np.array([sign * math.cos(lift), math.sin(lift)])
        hand = elbow + 0.17 * tall * np.array([sign * math.cos(lift + bend), math.sin(lift + bend)])
        knee = _moved(hip, sign * rng.uniform(0, 0.1) * tall, 0.24 * tall)
        limbs += [(shoulder, elbow), (elbow, hand), (hip, knee), (knee, _moved(knee, 0, 0.25 * tall))]
        widths += [0.05 * tall, 0.04 * tall, 0.08 * tall, 0.06 * tall]
    ends = np.array(limbs)
    layer = capsule_layer(box, ends, np.array(widths), skin, None)
    cloth = None
    if rng.random() < 0.6:
        cloth = cv2.resize(texture, (box[1], box[0]), interpolation=cv2.INTER_LINEAR)
    torso = capsule_layer(box, np.array([(_moved(neck, 0, 0.04 * tall), hips)]), np.array([0.2 * tall]), shirt, cloth)  # type: ignore[arg-type]
    layer = layer * (1 - torso[..., 3:]) + torso
    layer = _with_head(layer, rng, _moved(middle, 0, 0.06 * tall), head, skin)
    layer = cv2.GaussianBlur(layer, (0, 0), rng.uniform(0.4, 1.2))
    corner = rng.uniform(-0.5 * box[1], side - 0.5 * box[1]), rng.uniform(-0.4 * tall, side - 0.4 * tall)
    _lay_at(frames, layer, np.array(corner), _motion(rng, 0.06 * tall))


def _with_head(layer: Layer, rng: np.random.Generator, centre: Floats, radius: float, skin: Floats) -> Layer:
    """A head over a layer, in place: an ellipse of skin under a cap of hair, or bald."""
    parts = [(skin, 1.0, 0.0)]
    if rng.random() < 0.8:
        parts.append((rng.uniform(10, 130, 3) * rng.uniform(0.3, 1), rng.uniform(0.5, 1.0), -rng.uniform(0.2, 0.6)))
    tilt = rng.uniform(-15, 15)
    x0, y0 = np.maximum(np.floor(centre - 2 * radius).astype(int), 0)
    x1, y1 = np.ceil(centre + 2 * radius).astype(int)
    window = layer[y0:y1, x0:x1]
    down = np.linspace(1.1, 0.75, window.shape[0], dtype=np.float32)[:, None, None]
    for colour, size, up in parts:
        cover = np.zeros(window.shape[:2], np.uint8)
        at = (int(16 * (centre[0] - x0)), int(16 * (centre[1] - y0 + up * radius)))
        axes = (int(16 * radius * size * 0.85), int(16 * radius * size * 1.15))
        cv2.ellipse(cover, at, axes, tilt, 0, 360, 255, -1, cv2.LINE_AA, 4)
        share = cover.astype(np.float32)[..., None] / 255
        window *= 1 - share
        window += np.concatenate([share * down * colour, share], axis=-1)
    return layer


def put_thing(frames: Image, rng: np.random.Generator) -> None:
    """A head, a cone, a sign, a lamp, a piece of a disc or a ring, of a ball's colour and size; some of them move."""
    radius = float(np.exp(rng.uniform(math.log(4), math.log(40))))
    side = math.ceil(4 * radius) + 4
    middle = np.array([side / 2, side / 2])
    colour = ball_like_colour(rng)
    cover = np.zeros((side, side), np.uint8)
    kind = int(rng.integers(7))
    at, reach = (int(16 * middle[0]), int(16 * middle[1])), int(16 * radius)
    if kind == 0:
        layer = _with_head(np.zeros((side, side, 4), np.float32), rng, middle, radius, _skin(rng, 0.6, 1.15))
    else:
        if kind == 1:
            corners = middle + radius * np.array([[0, -1.2], [0.8, 1], [-0.8, 1]])
            cv2.fillPoly(cover, [np.round(16 * corners).astype(np.int32)], 255, cv2.LINE_AA, 4)
        elif kind in (2, 3):
            wide, high = radius * rng.uniform(0.4, 1.7), radius * rng.uniform(0.3, 1.5)
            box = cv2.boxPoints(((float(middle[0]), float(middle[1])), (2 * wide, 2 * high), rng.uniform(0, 90)))
            cv2.fillPoly(cover, [np.round(16 * box).astype(np.int32)], 255, cv2.LINE_AA, 4)
        elif kind == 4:
            start = rng.uniform(0, 360)
            cv2.ellipse(cover, at, (reach, reach), 0, start, start + rng.uniform(60, 120), 255, -1, cv2.LINE_AA, 4)
        elif kind == 5:
            flat = int(reach * rng.uniform(0.15, 0.6))
            thick = max(1, int(radius * rng.uniform(0.1, 0.3)))
            cv2.ellipse(cover, at, (reach, flat), 0, 0, 360, 255, thick, cv2.LINE_AA, 4)
        else:
            flat = int(reach * rng.uniform(0.2, 0.5))
            cv2.ellipse(cover, at, (reach, flat), rng.uniform(0, 180), 0, 360, 255, -1, cv2.LINE_AA, 4)
        share = cover.astype(np.float32)[..., None] / 255
        light = np.linspace(rng.uniform(0.8, 1.2), rng.uniform(0.6, 1.0), side, dtype=np.float32)[:, None, None]
        layer = np.concatenate([share * np.clip(colour * light, 0, 255), share], axis=-1).astype(np.float32)
    corner = rng.uniform(-0.5 * side, frames.shape[1] - 0.5 * side, 2)
    moves = _motion(rng, 1.5 * radius) if rng.random() < 0.5 else np.zeros((FRAMES, 2))
    _lay_at(frames, layer, corner, moves)


def cover_up(frames: Image, rng: np.random.Generator, path: Floats, radius_px: float, texture: Image) -> float:
    """A hand, an arm or something of a photo comes before the ball, along with it: the share that it leaves visible.

    path (3, 2) px: the ball's centres.
    """
    side = math.ceil(6 * radius_px) + 8
    middle = np.array([side / 2, side / 2])
    angle = rng.uniform(0, 2 * math.pi)
    away = np.array([math.cos(angle), math.sin(angle)])
    width = radius_px * rng.uniform(0.3, 1.4)
    near = middle + away * radius_px * rng.uniform(-0.4, 1.2)
    swing = angle + rng.normal(0, 0.9)
    far = near + 2.2 * radius_px * np.array([math.cos(swing), math.sin(swing)])
    if rng.random() < 0.25:  # across it
        far = near - 2.2 * radius_px * np.array([math.cos(swing), math.sin(swing)])
    cloth = None
    if rng.random() < 0.25:
        cloth = np.asarray(cv2.resize(texture, (side, side), interpolation=cv2.INTER_LINEAR), np.uint8)
    skin = _skin(rng, 0.6, 1.15)
    layer = capsule_layer((side, side), np.array([(near, far)]), np.array([width]), skin, cloth)
    y, x = np.mgrid[:side, :side] + 0.5
    disc = (x - middle[0]) ** 2 + (y - middle[1]) ** 2 < radius_px**2
    visible = 1.0 - float(layer[..., 3][disc].mean()) if disc.any() else 1.0
    for frame, centre in zip(frames, path, strict=True):
        corner = np.round(centre - middle).astype(int)
        lay_over(frame, layer, (int(corner[0]), int(corner[1])))
    return visible
