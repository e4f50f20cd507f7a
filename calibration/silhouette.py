"""The outline of a region: its foot to a fraction of a pixel, and how much it is like a cone's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.camera import FloatArray

_EDGE_SHARE = 0.5
# Below so many rows and columns a shape cannot be told.
_TELLING_ROWS, _TELLING_COLUMNS = 10, 6
# A plate takes up to so much of a cone's height, seen from above. A crooked outline may be a cone half hidden.
_PLATE_SHARES, _CROOKED = (0.3, 0.45, 0.6), 0.4
_CLEAR_LIKENESS, _CLEAR_CONTRAST, _CLEAR_PX = 0.8, 90.0, 8.0


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


def measure(part: FloatArray, left: int, top: int) -> Cone:
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
