"""The colours that a player wears: of the jersey and of the shorts, skin and floor left out as far as they are told.

Each region is a grid of pixels over the trunk (from the shoulders and hips of a pose, or the box's share of them). Its
colour is the densest place among them in CIE Lab: a number on the back, an arm before it or a fold then change nothing.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from edge.types import FloatArray, Image

_SHOULDERS, _HIPS, _KNEES = (5, 6), (11, 12), (13, 14)
_KEYPOINT_CONFIDENCE = 0.3
_ROWS, _COLUMNS = 14, 10
# Without a pose, in shares of the box: left, right, top, bottom.
_JERSEY_PART = (0.33, 0.67, 0.21, 0.45)
_SHORTS_PART = (0.32, 0.68, 0.49, 0.62)
# With one, how far in from the shoulders' and hips' lines, and how wide at least, in box heights.
_DOWN_JERSEY, _DOWN_SHORTS = (0.12, 0.85), (0.1, 0.6)
_LEAST_WIDTH, _MOST_WIDTH = 0.10, 0.24
_SMALLEST_PX = 24.0
# Light changes how light a shirt is more than its hue; shorts are hidden and bent more often than jerseys.
_SCALE = np.array([0.6, 1.0, 1.0, 0.36, 0.6, 0.6])
# Pixels of one cloth lie within this much of each other, and this much from the floor or wall beside it, Lab.
_ONE_CLOTH, _LIKE_BESIDE = 14.0, 10.0
# What remains after leaving out skin or floor has to be this share, or the jersey is of that colour itself.
_LEAST_LEFT = 0.35

Mask = npt.NDArray[np.bool_]


def jersey_look(image: Image, box: FloatArray, keypoints: FloatArray | None = None) -> FloatArray | None:
    """What somebody wears, (6,): Lab of the jersey and of the shorts, scaled so that distances count alike.

    image (H, W, 3) BGR; box (4,) xyxy px; keypoints (17, 3) x, y px and confidence, or None. None where the box is too
    small or not in the picture.
    """
    if not np.all(np.isfinite(box)) or box[3] - box[1] < _SMALLEST_PX:
        return None
    beside = _beside(image, box)
    colours = []
    for points in _regions(box, keypoints):
        seen = _sample(image, points)
        if len(seen) < _ROWS * _COLUMNS // 2:
            return None
        colours.append(_densest(_cloth(seen, beside)))
    return np.concatenate(colours) * _SCALE


def _regions(box: FloatArray, keypoints: FloatArray | None) -> list[FloatArray]:
    """Points (R, 2) px on the jersey and on the shorts."""
    known = None if keypoints is None else _by_pose(box, keypoints)
    if known is not None:
        return known
    left, top = box[:2]
    width, height = box[2] - box[0], box[3] - box[1]
    return [
        _grid(
            np.array([left + (a + b) / 2 * width, top + c * height]),
            np.array([left + (a + b) / 2 * width, top + d * height]),
            (b - a) * width,
        )
        for a, b, c, d in (_JERSEY_PART, _SHORTS_PART)
    ]


def _by_pose(box: FloatArray, keypoints: FloatArray) -> list[FloatArray] | None:
    """As `_regions`, where shoulders and hips were seen."""
    trunk = keypoints[[*_SHOULDERS, *_HIPS]]
    if not (np.isfinite(trunk).all() and (trunk[:, 2] > _KEYPOINT_CONFIDENCE).all()):
        return None
    height = float(box[3] - box[1])
    shoulders, hips = trunk[:2, :2].mean(axis=0), trunk[2:, :2].mean(axis=0)
    if np.hypot(*(hips - shoulders)) < 0.1 * height:
        return None
    wide = 0.8 * float(np.hypot(*(trunk[0, :2] - trunk[1, :2])))
    width = float(np.clip(wide, _LEAST_WIDTH * height, _MOST_WIDTH * height))
    knees = keypoints[list(_KNEES)]
    if np.isfinite(knees).all() and (knees[:, 2] > _KEYPOINT_CONFIDENCE).all():
        below = knees[:, :2].mean(axis=0)
    else:
        below = hips + 0.8 * (hips - shoulders)
    regions = []
    for top, bottom, (first, last) in ((shoulders, hips, _DOWN_JERSEY), (hips, below, _DOWN_SHORTS)):
        regions.append(_grid(top + first * (bottom - top), top + last * (bottom - top), width))
    return regions


def _grid(top: FloatArray, bottom: FloatArray, width: float) -> FloatArray:
    """Points (R, 2) of a band of that width along the line from top to bottom."""
    along = bottom - top
    across = np.array([along[1], -along[0]]) / max(float(np.hypot(*along)), 1e-6) * width
    down, side = np.meshgrid(np.linspace(0, 1, _ROWS), np.linspace(-0.5, 0.5, _COLUMNS), indexing="ij")
    return np.asarray(top + down.reshape(-1, 1) * along + side.reshape(-1, 1) * across)


def _sample(image: Image, points: FloatArray) -> Image:
    """Pixels (R, 3) BGR at points inside the picture."""
    height, width = image.shape[:2]
    column, row = np.floor(points).astype(int).T
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    return np.asarray(image[row[inside], column[inside]])


def _beside(image: Image, box: FloatArray) -> FloatArray:
    """What is behind: Lab (K, 3) left and right of the trunk and beside the feet, as far as in the picture."""
    width, height = box[2] - box[0], box[3] - box[1]
    colours = []
    for x in (box[0] - 0.08 * width, box[2] + 0.08 * width):
        for first, last in ((0.2, 0.5), (0.85, 1.0)):
            rows = box[1] + np.linspace(first, last, 8) * height
            seen = _sample(image, np.column_stack([np.full(8, x), rows]))
            if len(seen) >= 4:
                colours.append(np.median(_lab(seen), axis=0))
    return np.array(colours).reshape(-1, 3)


def _lab(pixels: Image) -> FloatArray:
    """Lab (R, 3) of pixels (R, 3) BGR; L 0..100."""
    return np.asarray(cv2.cvtColor(pixels[None].astype(np.float32) / 255, cv2.COLOR_BGR2Lab)[0], np.float64)


def _cloth(pixels: Image, beside: FloatArray) -> FloatArray:
    """Lab (R, 3) of what is neither floor nor skin; of everything where little else would be left."""
    lab = _lab(pixels)
    keep = np.ones(len(lab), bool)
    if len(beside):
        away = np.linalg.norm(lab[:, None] - beside[None], axis=2).min(axis=1)
        keep = _narrowed(keep, away > _LIKE_BESIDE)
    keep = _narrowed(keep, ~_skin(pixels))
    return np.asarray(lab[keep])


def _narrowed(keep: Mask, further: Mask) -> Mask:
    both = keep & further
    return both if both.sum() >= _LEAST_LEFT * len(keep) else keep


def _skin(pixels: Image) -> Mask:
    """Where pixels (R, 3) BGR have the chroma that skin of any lightness has (Chai and Ngan 1999)."""
    _, red, blue = cv2.cvtColor(pixels[None], cv2.COLOR_BGR2YCrCb)[0].T
    return np.asarray((red >= 136) & (red <= 173) & (blue >= 80) & (blue <= 124))


def _densest(lab: FloatArray) -> FloatArray:
    """Mean (3,) of those around the pixel that has the most others of its colour."""
    square = np.sum(lab * lab, axis=1)
    near = square[:, None] + square[None] - 2 * lab @ lab.T < _ONE_CLOTH**2
    return np.asarray(lab[near[np.argmax(near.sum(axis=1))]].mean(axis=0))
