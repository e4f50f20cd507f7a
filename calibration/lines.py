"""The court's painted lines in the picture: where they are, next to where a camera expects them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from calibration.camera import Camera, FloatArray
from calibration.court import Court

# Grey levels by which a line must stand out from both its sides.
LEAST_CONTRAST = 7.0
# Pixels of the picture a step along a profile across a line.
_STEP_PX = 0.5
_SAMPLE_M = 0.2
_MARGIN_PX = 4.0
_NEAREST_M = 0.5


@dataclass(frozen=True, slots=True)
class LineSamples:
    """Points of the court's lines that a camera sees: court (N, 2) m, image (N, 2) px, the image's normal (N, 2) of
    the line there, width of its paint (N,) px, and px per metre across it (N,)."""

    court_m: FloatArray
    image_px: FloatArray
    normal: FloatArray
    width_px: FloatArray
    px_per_m: FloatArray


@dataclass(frozen=True, slots=True)
class LineMatches:
    """What was found across each sample: offset (N,) px along its normal, NaN where no line; contrast (N,)."""

    offset_px: FloatArray
    contrast: FloatArray


def sample_lines(court: Court, camera: Camera) -> LineSamples:
    """Samples of all lines of the watched half, about every 0.2 m, where the camera sees them."""
    points, across = [], []
    for line in court.half_court_lines(step_m=_SAMPLE_M):
        for start, stop in pairwise(line):
            length = float(np.linalg.norm(stop - start))
            count = max(1, round(length / _SAMPLE_M))
            share = (np.arange(count) + 0.5) / count
            points.append(start + share[:, None] * (stop - start))
            direction = (stop - start) / max(length, 1e-9)
            across.append(np.tile([-direction[1], direction[0]], (count, 1)))
    court_m, normal_m = np.concatenate(points), np.concatenate(across)
    half = court.line_width_m / 2
    here, depth = camera.project(_flat(court_m))
    there, _ = camera.project(_flat(court_m + half * normal_m))
    along, _ = camera.project(_flat(court_m + half * normal_m[:, ::-1] * [1.0, -1.0]))
    tangent = along - here
    with np.errstate(invalid="ignore"):
        tangent = tangent / np.linalg.norm(tangent, axis=1, keepdims=True)
        normal = np.column_stack([-tangent[:, 1], tangent[:, 0]])
        reach = np.abs(np.sum((there - here) * normal, axis=1))
        size = np.array(camera.image_size, dtype=float)
        seen = (depth > _NEAREST_M) & np.all((here > _MARGIN_PX) & (here < size - _MARGIN_PX), axis=1)
        seen &= np.isfinite(reach) & (reach > 0)
    return LineSamples(court_m[seen], here[seen], normal[seen], 2 * reach[seen], reach[seen] / half)


def find_lines(grey: npt.NDArray[np.float32], samples: LineSamples, reach_px: npt.ArrayLike) -> LineMatches:
    """Look across every sample, up to `reach_px` (a number or (N,)) to both sides, for a stripe of the line's width.

    grey: (H, W) float32. A stripe counts where it stands out from both of its sides by `LEAST_CONTRAST`, and nearer
    ones are preferred. Bright and dark stripes are both looked for; those of the rarer kind are dropped afterwards.
    """
    count = len(samples.image_px)
    reach = np.broadcast_to(np.asarray(reach_px, dtype=float), (count,))
    if count == 0:
        return LineMatches(np.zeros(0), np.zeros(0))
    width = np.clip(samples.width_px, 1.0, 40.0)
    longest = float(reach.max() + 1.5 * width.max() + 1)
    steps = np.arange(-longest, longest + _STEP_PX / 2, _STEP_PX)
    at = samples.image_px[:, None] + steps[None, :, None] * samples.normal[:, None]
    # A pixel's value stands at its middle.
    profile = cv2.remap(
        grey,
        (at[..., 0] - 0.5).astype(np.float32),
        (at[..., 1] - 0.5).astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    response = _stripe(profile, width)
    inside = np.abs(steps)[None] <= reach[:, None]
    offset, contrast = np.full(count, np.nan), np.zeros(count)
    bright = _peaks(response, inside, steps, reach)
    dark = _peaks(-response, inside, steps, reach)
    kind = bright if np.isfinite(bright[0]).sum() >= np.isfinite(dark[0]).sum() else dark
    offset[:], contrast[:] = kind
    return LineMatches(offset, contrast)


def _stripe(profile: FloatArray, width_px: FloatArray) -> FloatArray:
    """How far a stripe of its width around each step stands out from both of its sides: bright > 0, dark < 0."""
    total = np.cumsum(np.pad(profile.astype(np.float64), ((0, 0), (1, 0))), axis=1)
    length = profile.shape[1]
    rows = np.arange(len(profile))[:, None]
    position = np.arange(length)[None] + 0.5
    half = (width_px / 2 / _STEP_PX)[:, None]
    side = np.maximum(half * 1.2, 2.0)

    def mean(low: FloatArray, high: FloatArray) -> FloatArray:
        low, high = np.clip(low, 0, length), np.clip(high, 0, length)
        whole_low, whole_high = np.floor(low).astype(int), np.floor(high).astype(int)
        value = np.pad(profile, ((0, 0), (0, 1)), mode="edge")
        upper = total[rows, whole_high] + (high - whole_high) * value[rows, whole_high]
        lower = total[rows, whole_low] + (low - whole_low) * value[rows, whole_low]
        return np.asarray((upper - lower) / np.maximum(high - low, 1e-6))

    gap = np.maximum(0.3 * half, 0.7)
    middle = mean(position - half, position + half)
    left = mean(position - half - gap - side, position - half - gap)
    right = mean(position + half + gap, position + half + gap + side)
    bright, dark = middle - np.maximum(left, right), middle - np.minimum(left, right)
    return np.asarray(np.where(bright > 0, bright, np.where(dark < 0, dark, 0.0)))


def _peaks(
    response: FloatArray, inside: npt.NDArray[np.bool_], steps: FloatArray, reach: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Offset and height of each row's best peak, refined by a parabola; NaN where none is high enough."""
    nearness = 1.0 - 0.3 * np.abs(steps)[None] / np.maximum(reach, 1.0)[:, None]
    score = np.where(inside & (response >= LEAST_CONTRAST), response * nearness, -1.0)
    best = np.clip(np.argmax(score, axis=1), 1, score.shape[1] - 2)
    rows = np.arange(len(score))
    top = response[rows, best]
    left, right = response[rows, best - 1], response[rows, best + 1]
    bend = left - 2 * top + right
    shift = np.where(bend < -1e-6, 0.5 * (left - right) / np.where(bend < -1e-6, bend, -1.0), 0.0)
    offset = steps[best] + np.clip(shift, -1, 1) * _STEP_PX
    good = score[rows, best] > 0
    return np.where(good, offset, np.nan), np.where(good, top, 0.0)


def _flat(points_m: FloatArray) -> FloatArray:
    return np.column_stack([points_m, np.zeros(len(points_m))])
