"""Cones in a picture: by the paper's plain rule, and by one that holds in a gym's light, among signs and players."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from calibration.camera import FloatArray
from calibration.colour import ConeColour, Image, vividness
from calibration.silhouette import Cone, measure

# Paper 004, Calculating Court Area Coordinates: equation 7 and the least region, at the paper's 3840 x 2160.
PAPER_LOW, PAPER_HIGH = (100, 150, 50), (150, 255, 255)
PAPER_LEAST_PX, PAPER_SIZE = 500, (3840, 2160)
_LEVELS = (16.0, 26.0, 40.0, 60.0, 90.0)
_MOST_PIECES = 150
_WIDEST = 1920
_MOST_BANDS = 8
# A whole less likely than this is tried in parts as well.
_HARDLY_A_CONE = 0.35
# Height at 1280 across beyond which a taller thing is hardly a likelier cone.
_TALL_PX = 30.0
# Area of the smallest cone's coloured part, in shares of the image (5 px at 1280 x 720) and in pixels.
_LEAST_AREA, _LEAST_PIXELS = 5.0 / (1280 * 720), 4
_LARGEST_SIDE = 0.22
MOST_CANDIDATES = 14
# The median takes so many rows of all frames at a time: fifteen frames of 4K are a small box's memory.
_STRIP_ROWS = 64


def average(frames: Sequence[Image]) -> Image:
    """The median picture (H, W, 3) or (H, W) of up to 15 of the frames: what moves vanishes, noise goes down."""
    chosen = [frames[round(k)] for k in np.linspace(0, len(frames) - 1, min(len(frames), 15))]
    if len(chosen) < 3:
        return chosen[0].copy()
    middle = len(chosen) // 2
    out = np.empty_like(chosen[0])
    for top in range(0, len(out), _STRIP_ROWS):
        strip = slice(top, top + _STRIP_ROWS)
        stack = np.stack([frame[strip] for frame in chosen])
        stack.partition(middle, axis=0)
        out[strip] = stack[middle]
    return out


def paper_cones(image: Image, low: tuple[float, ...] = PAPER_LOW, high: tuple[float, ...] = PAPER_HIGH) -> FloatArray:
    """Middles (N, 2) px of regions, by the paper's rule: its HSV range, two erosions and dilations, 500 px at 4K.

    low, high: another range in OpenCV's scale (hue to 180); a hue below 0 or from 180 on goes round.
    """
    hsv = cv2.cvtColor(image, cv2.COLOR_BGR2HSV)
    middle = (low[0] + high[0]) / 2
    hue = (hsv[..., 0].astype(np.float32) - middle + 90) % 180 - 90 + middle
    turned = np.dstack([hue, hsv[..., 1].astype(np.float32), hsv[..., 2].astype(np.float32)])
    mask = cv2.inRange(turned, np.array(low, dtype=float), np.array(high, dtype=float))
    kernel = np.ones((3, 3), np.uint8)
    mask = cv2.dilate(cv2.erode(mask, kernel, iterations=2), kernel, iterations=2)
    count, _, stats, middles = cv2.connectedComponentsWithStats(mask)
    height, width = image.shape[:2]
    least = PAPER_LEAST_PX * (width * height) / (PAPER_SIZE[0] * PAPER_SIZE[1])
    return np.array([middles[k] for k in range(1, count) if stats[k, cv2.CC_STAT_AREA] >= least]).reshape(-1, 2)


def find_cones(image: Image, colour: ConeColour) -> list[Cone]:
    """Everything of that colour which may be a cone, the likeliest first, at most `MOST_CANDIDATES`.

    Regions are taken at several levels of vividness, so that one level is right for a cone in the lamps' light and
    another for one in the shade or before a floor of its own hue; of regions at one place the most cone-like stays.
    """
    # A larger picture shows cones no better, and takes its time.
    shrink = max(1.0, image.shape[1] / _WIDEST)
    if shrink > 1.0:
        size = (_WIDEST, round(image.shape[0] / shrink))
        small = find_cones(np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8), colour)
        return [_enlarged(cone, shrink) for cone in small]
    scale = image.shape[1] / 1280
    vivid = vividness(image, colour)
    found = [cone for level in _LEVELS for cone in _regions(vivid, level)]
    kept: list[Cone] = []
    # Of a cone and its pieces, which its bands cut apart, the whole cone is wanted.
    for cone in sorted(found, key=lambda cone: _rank(cone) * _weight(cone.height / scale), reverse=True):
        if all(_apart(cone, other) for other in kept):
            kept.append(cone)
    return sorted(kept, key=_rank, reverse=True)[:MOST_CANDIDATES]


def _enlarged(cone: Cone, by: float) -> Cone:
    foot = (by * cone.foot[0], by * cone.foot[1])
    return replace(cone, foot=foot, width=by * cone.width, height=by * cone.height)


def _weight(height_px: float) -> float:
    """How much a region's height counts: beyond that of a near cone much less."""
    return min(height_px, _TALL_PX) + 0.35 * max(height_px - _TALL_PX, 0.0)


def _rank(cone: Cone) -> float:
    return cone.likeness * min(cone.contrast, 120.0)


def _apart(cone: Cone, other: Cone) -> bool:
    """Whether two regions are of two things: neither's middle column is within the other's box."""
    across = abs(cone.foot[0] - other.foot[0]) > max(cone.width, other.width, 3.0)
    return across or not (
        cone.foot[1] - cone.height <= other.foot[1] + 2.0 and other.foot[1] - other.height <= cone.foot[1] + 2.0
    )


def _regions(vivid: FloatArray, level: float) -> list[Cone]:
    """The regions above a level that are of a cone's size."""
    mask = (vivid > level).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    height, width = mask.shape
    most = _LARGEST_SIDE * np.array([width, height])
    pieces = [k for k in range(1, count) if np.all(stats[k, 2:4] <= most)]
    if len(pieces) > _MOST_PIECES:
        pieces = sorted(pieces, key=lambda k: -stats[k, cv2.CC_STAT_AREA])[:_MOST_PIECES]
    cones = []
    for group in _join_bands(pieces, stats):
        whole = _region(vivid, labels, stats, group)
        if whole is not None:
            cones.append(whole)
        if whole is None or whole.likeness < _HARDLY_A_CONE:
            # Something else may stand on a cone, or a cone on something else.
            cones.extend(cone for run in _runs(group) if (cone := _region(vivid, labels, stats, run)) is not None)
    return cones


def _region(
    vivid: FloatArray, labels: npt.NDArray[np.int32], stats: npt.NDArray[np.int32], group: list[int]
) -> Cone | None:
    """The pieces of one group as a cone; None where it is too small for one."""
    height, width = vivid.shape
    if sum(stats[k, cv2.CC_STAT_AREA] for k in group) < max(_LEAST_PIXELS, _LEAST_AREA * width * height):
        return None
    left, top = stats[group, :2].min(axis=0)
    right, bottom = (stats[group, :2] + stats[group, 2:4]).max(axis=0)
    # A pixel more all around: the edge fades over it.
    left, top, right, bottom = max(left - 1, 0), max(top - 1, 0), min(right + 1, width), min(bottom + 1, height)
    inside = cv2.dilate(np.isin(labels[top:bottom, left:right], group).astype(np.uint8), np.ones((3, 3), np.uint8))
    part = np.where(inside > 0, np.maximum(vivid[top:bottom, left:right], 0.0), 0.0)
    return measure(part, int(left), int(top))


def _join_bands(pieces: list[int], stats: npt.NDArray[np.int32]) -> list[list[int]]:
    """Groups of pieces that stand on each other with a gap hardly higher than they are: pale bands cut a cone so."""
    group_of = {piece: piece for piece in pieces}
    for upper in pieces:
        x, y, w, h, _ = stats[upper]
        for lower in pieces:
            x2, y2, w2, h2, _ = stats[lower]
            gap = y2 - (y + h)
            if gap < 0 or gap > 1.2 * max(h, h2) + 1.5 or w2 > 4 * w + 4:
                continue
            if min(x + w, x2 + w2) - max(x, x2) >= 0.7 * min(w, w2):
                old, new = group_of[upper], group_of[lower]
                group_of = {piece: new if group == old else group for piece, group in group_of.items()}
    groups: dict[int, list[int]] = {}
    for piece, group in sorted(group_of.items(), key=lambda item: int(stats[item[0], 1])):
        groups.setdefault(group, []).append(piece)
    return list(groups.values())


def _runs(group: list[int]) -> list[list[int]]:
    """Every part of a stack of pieces without a gap, but the whole."""
    if len(group) > _MOST_BANDS:
        return []
    ends = [(first, last) for first in range(len(group)) for last in range(first + 1, len(group) + 1)]
    return [group[first:last] for first, last in ends if last - first < len(group)]
