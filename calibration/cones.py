"""Cones in a picture: by the paper's plain rule, and by one that holds in a gym's light, among signs and players."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from calibration.camera import FloatArray

Image = npt.NDArray[np.uint8]

# Paper 004, Calculating Court Area Coordinates: equation 7 and the least region, at the paper's 3840 x 2160.
PAPER_LOW, PAPER_HIGH = (100, 150, 50), (150, 255, 255)
PAPER_LEAST_PX, PAPER_SIZE = 500, (3840, 2160)


@dataclass(frozen=True, slots=True)
class ConeColour:
    """Hues of one kind of cone: the middle and how far to each side, degrees of 0..360."""

    hue_deg: float
    reach_deg: float


COLOURS: dict[str, ConeColour] = {
    "orange": ConeColour(18.0, 18.0),
    "red": ConeColour(356.0, 16.0),
    "yellow": ConeColour(54.0, 16.0),
    "green": ConeColour(120.0, 42.0),
    "blue": ConeColour(218.0, 30.0),
    "pink": ConeColour(322.0, 24.0),
}
AUTO = "auto"

# Chroma (0..255) by which a cone must stand out from what is around it, and the share of its own that its edge has.
_LEAST_CONTRAST = 30.0
_EDGE_SHARE = 0.5
_LEVELS = (16.0, 26.0, 40.0, 60.0, 90.0)
# Surroundings are 11 blocks of so many pixels wide.
_COARSE = 8
_MOST_PIECES = 150
_WIDEST = 1920
_MOST_BANDS = 8
# A whole less likely than this is tried in parts as well.
_HARDLY_A_CONE = 0.35
# Height at 1280 across beyond which a taller thing is hardly a likelier cone.
_TALL_PX = 30.0
# Below so many rows and columns a shape cannot be told.
_TELLING_ROWS, _TELLING_COLUMNS = 10, 6
# A plate takes up to so much of a cone's height, seen from above. A crooked outline may be a cone half hidden.
_PLATE_SHARES, _CROOKED = (0.3, 0.45, 0.6), 0.4
# What is around is brought to this brightness, within limits.
_BRIGHT, _DIMMEST, _BRIGHTEST = 150.0, 1.0, 2.2
# Area of the smallest cone's coloured part, in shares of the image (5 px at 1280 x 720) and in pixels.
_LEAST_AREA, _LEAST_PIXELS = 5.0 / (1280 * 720), 4
_LARGEST_SIDE = 0.22
MOST_CANDIDATES = 14
_CLEAR_LIKENESS, _CLEAR_CONTRAST, _CLEAR_PX = 0.8, 90.0, 8.0
_TAP_REACH = 0.012
# The median takes so many rows of all frames at a time: fifteen frames of 4K are a small box's memory.
_STRIP_ROWS = 64


@dataclass(frozen=True, slots=True)
class Cone:
    """A region that may be a cone: foot (2,) px, the middle of its lower edge; width of its foot and height, px;
    `contrast` of its colour; `likeness` 0..1 of its shape to a cone's."""

    foot: tuple[float, float]
    width: float
    height: float
    contrast: float
    likeness: float

    @property
    def clear(self) -> bool:
        """Whether somebody who looks would call it a cone."""
        return self.likeness >= _CLEAR_LIKENESS and self.contrast >= _CLEAR_CONTRAST and self.height >= _CLEAR_PX


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


def learn_colour(image: Image, tap_px: tuple[float, float]) -> ConeColour | None:
    """The colour of the most colourful thing around a tap; None where there is no colour."""
    width = image.shape[1]
    reach = max(3, round(_TAP_REACH * width))
    x, y = (round(value) for value in tap_px)
    part = image[max(0, y - reach) : max(0, y + reach + 1), max(0, x - reach) : max(0, x + reach + 1)]
    if part.size == 0:
        return None
    hue, chroma, _ = _hue_and_chroma(cv2.GaussianBlur(part, (3, 3), 0.65))
    strong = chroma >= max(_LEAST_CONTRAST, 0.75 * float(chroma.max()))
    if not strong.any():
        return None
    angles = np.radians(hue[strong])
    middle = float(np.degrees(np.arctan2(np.sin(angles).mean(), np.cos(angles).mean())) % 360)
    away = np.abs((hue[strong] - middle + 180) % 360 - 180)
    return ConeColour(middle, float(np.clip(2.0 * np.percentile(away, 90), 12.0, 30.0)))


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
    vivid = _vividness(image, colour)
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
    return _measure(part, int(left), int(top))


def _hue_and_chroma(image: Image) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Hue, degrees; the strongest channel less the weakest; and the strongest (H, W)."""
    pixels = image.astype(np.float32)
    hsv = cv2.cvtColor(pixels / 255.0, cv2.COLOR_BGR2HSV)
    brightest = pixels.max(axis=2)
    return hsv[..., 0], brightest - pixels.min(axis=2), brightest


def _vividness(image: Image, colour: ConeColour) -> FloatArray:
    """Chroma times saturation (H, W), 0..255, within the colour's hues, less what is usual around each place,
    as it would be in good light.

    A cone is of a strong colour; a wooden floor may have its hue, but pale.
    """
    hue, chroma, brightest = _hue_and_chroma(cv2.GaussianBlur(image, (3, 3), 0.65))
    away = np.abs((hue - colour.hue_deg + 180) % 360 - 180)
    found = chroma * chroma / np.maximum(brightest, 40.0) * np.clip(1.5 - away / colour.reach_deg, 0.0, 1.0)
    height, width = found.shape
    small = cv2.resize(found, (max(1, width // _COARSE), max(1, height // _COARSE)), interpolation=cv2.INTER_AREA)
    usual = cv2.medianBlur(np.clip(small, 0, 255).astype(np.uint8), 11).astype(np.float32)
    stands_out = found - cv2.resize(usual, (width, height), interpolation=cv2.INTER_LINEAR)
    dim = cv2.resize(brightest, (usual.shape[1], usual.shape[0]), interpolation=cv2.INTER_AREA)
    dim = cv2.medianBlur(np.clip(dim, 0, 255).astype(np.uint8), 11).astype(np.float32)
    gain = np.clip(_BRIGHT / np.maximum(dim, 1.0), _DIMMEST, _BRIGHTEST)
    return np.asarray(stands_out * cv2.resize(gain, (width, height), interpolation=cv2.INTER_LINEAR))


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


def _measure(part: FloatArray, left: int, top: int) -> Cone:
    """A cone from the likeness (h, w) of one region: foot, sizes and shape, to a fraction of a pixel."""
    contrast = float(np.percentile(part[part > 0], 90))
    share = np.clip(part / contrast, 0.0, 1.0)
    height, _ = part.shape
    low = max(0, height - max(2, round(0.3 * height)))
    start, stop = _sides(share[low:].sum(axis=0))
    bottom = _lower_edge(share)
    widths = (share > _EDGE_SHARE).sum(axis=1).astype(float)
    upper = widths[: max(1, height // 3)]
    lower = widths[low:]
    taper = float((lower.max() + 0.5) / (upper.mean() + 0.5))
    slim = height / max(stop - start, 1.0)
    likeness = (
        _within(taper, 0.9, 1.4, 14.0, 30.0) * _within(slim, 0.5, 1.05, 2.8, 4.5) * max(_straightness(share), _CROOKED)
    )
    foot = (left + (start + stop) / 2, top + bottom)
    return Cone(foot, stop - start, bottom - _upper_edge(share), contrast, likeness)


def _sides(columns: FloatArray) -> tuple[float, float]:
    """Where the coverage (w,) of columns crosses half of its largest, left and right, to a fraction of a column."""
    level = columns / max(float(columns.max()), 1e-6)
    inside = np.nonzero(level >= 0.5)[0]
    first, last = int(inside[0]), int(inside[-1])
    before = level[first - 1] if first > 0 else 0.0
    after = level[last + 1] if last + 1 < len(level) else 0.0
    # A pixel's value stands at its middle: the crossing lies between two middles.
    start = first + 0.5 - (level[first] - 0.5) / max(level[first] - before, 1e-6)
    stop = last + 0.5 + (level[last] - 0.5) / max(level[last] - after, 1e-6)
    return float(start), float(stop)


def _lower_edge(share: FloatArray) -> float:
    """Where the middle columns end, rows from the top of the region: the sum of coverage below their last full row."""
    height = len(share)
    low = max(0, height - max(2, round(0.3 * height)))
    weight = share[low:].sum(axis=0)
    columns = weight >= 0.6 * weight.max()
    profile = share[:, columns].mean(axis=1)
    full = np.nonzero(profile >= 0.8 * profile[low:].max())[0]
    last = int(full[-1]) if len(full) else height - 1
    return last + 1.0 + float(profile[last + 1 :].sum() / max(profile[last], 1e-6))


def _upper_edge(share: FloatArray) -> float:
    rows = share.max(axis=1)
    first = int(np.argmax(rows >= _EDGE_SHARE))
    return float(first)


def _straightness(share: FloatArray) -> float:
    """How much a region's outline is that of a cone: two straight sides that open downwards about an upright axis.

    1 where it is, towards 0.05 where it is not; regions too small to tell keep 1. A pale band and a flat plate below
    are allowed for.
    """
    filled = share > _EDGE_SHARE
    rows = np.nonzero(filled.any(axis=1))[0]
    if len(rows) < _TELLING_ROWS or filled.any(axis=0).sum() < _TELLING_COLUMNS:
        return 1.0
    return max(_outline(filled, rows[: max(round((1 - plate) * len(rows)), 5)]) for plate in _PLATE_SHARES)


def _outline(filled: npt.NDArray[np.bool_], rows: npt.NDArray[np.intp]) -> float:
    """Of the given rows of a region (h, w), that they are a cone's without its plate: 1 where so, towards 0."""
    left = filled[rows].argmax(axis=1)
    right = filled.shape[1] - filled[rows][:, ::-1].argmax(axis=1)
    width, middle = (right - left).astype(float), (left + right) / 2
    solid = float(filled[rows].sum() / width.sum())
    slope, offset = np.polyfit(rows, width, 1)
    tilt, start = np.polyfit(rows, middle, 1)
    lean = abs(float(tilt))
    base = max(float(width.max()), 1.0)
    rough = float(np.std(width - (slope * rows + offset))) / base
    wander = float(np.std(middle - (tilt * rows + start))) / base
    top, bottom = slope * rows[0] + offset, slope * rows[-1] + offset
    opening = float(bottom / max(top, 0.5))
    return (
        _within(opening, 1.0, 1.5, 40.0, 80.0)
        * _within(-rough, -0.3, -0.14, 0.0, 0.1)
        * _within(-wander, -0.3, -0.12, 0.0, 0.1)
        * _within(-lean, -0.8, -0.35, 0.0, 0.1)
        * _within(solid, 0.35, 0.6, 1.0, 1.1)
    )


def _within(value: float, least: float, low: float, high: float, most: float) -> float:
    """1 between low and high, falling to 0.05 at least and most."""
    if value < low:
        return float(np.clip((value - least) / (low - least), 0.05, 1.0))
    return float(np.clip((most - value) / (most - high), 0.05, 1.0)) if value > high else 1.0
