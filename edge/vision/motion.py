"""Balls that move: round regions of the right size that differ from the two frames before.

The second source of ball candidates beside the network, at a millisecond or two a frame. It sees a blurred ball that no
network knows, and it does not see a ball at rest or one that a hand covers.
"""

from __future__ import annotations

import cv2
import numpy as np

from edge.kernels.motion import moved
from edge.types import FloatArray, Image

# Largest width that is looked at: a ball of 20 px at 1280 px is then still 15 px across.
_WIDTH_PX = 960
_THRESHOLD_LEVELS = 22
# A ball smeared by its speed is at most this much longer than wide; a disc fills pi / 4 of its box.
_LONGEST = 2.4
_LEAST_FILL = 0.5
_LEAST_AREA_PX = 12
# Candidates of motion alone weigh less than what a network calls a ball.
_CONFIDENCE = 0.15
_CLOSE = np.ones((3, 3), np.uint8)


class MotionCandidates:
    """Keeps the two frames before; `update` gives the moving round regions of the newest."""

    def __init__(self) -> None:
        self._last: Image | None = None
        self._before: Image | None = None
        self._mask = np.zeros((0, 0), np.uint8)

    def reset(self) -> None:
        """Forget the earlier frames, as after a cut."""
        self._last = self._before = None

    def update(
        self, image: Image, last_from_now: FloatArray | None = None, before_from_now: FloatArray | None = None
    ) -> FloatArray:
        """Round regions that moved, (N, 4) float32: x, y, radius px and confidence, the roundest first.

        image (H, W, 3) BGR; `..._from_now` (2, 3): the camera's motion to the frames before in pixels of `image`, None
        for a camera at rest.
        """
        small, scale = shrunk(image, _WIDTH_PX)
        last, before = self._last, self._before
        self._last, self._before = small, last
        if last is None or before is None or last.shape != small.shape or before.shape != small.shape:
            return np.zeros((0, 4), np.float32)
        if self._mask.shape != small.shape[:2]:
            self._mask = np.zeros(small.shape[:2], np.uint8)
        last, before = _aligned(last, last_from_now, scale), _aligned(before, before_from_now, scale)
        moved(small, last, before, _THRESHOLD_LEVELS, self._mask)
        mask = cv2.morphologyEx(self._mask, cv2.MORPH_CLOSE, _CLOSE)
        mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, _CLOSE)
        return round_regions(mask, scale, _CONFIDENCE)


def _aligned(image: Image, from_now: FloatArray | None, scale: float) -> Image:
    """The earlier frame as the camera of now would have seen it."""
    if from_now is None:
        return image
    matrix = np.array(from_now, dtype=np.float64)
    matrix[:, 2] *= scale
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = (image.shape[1], image.shape[0])
    return np.asarray(cv2.warpAffine(image, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def shrunk(image: Image, width_px: int) -> tuple[Image, float]:
    """The image at most that wide, and by how much it was shrunk."""
    scale = min(1.0, width_px / image.shape[1])
    if scale == 1:
        return image, scale
    return np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8), scale


def round_regions(mask: Image, scale: float, confidence: float) -> FloatArray:
    """The round regions of a mask that is the frame shrunk by `scale`, (N, 4) float32: x, y, radius px of the frame and
    the confidence given, the roundest first."""
    _, _, stats, centres = cv2.connectedComponentsWithStats(mask)
    sides = (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA)
    width, height, area = (stats[1:, k].astype(np.float32) for k in sides)
    longer, shorter = np.maximum(width, height), np.maximum(np.minimum(width, height), 1)
    fill = area / (width * height)
    good = np.flatnonzero((area >= _LEAST_AREA_PX) & (longer / shorter < _LONGEST) & (fill > _LEAST_FILL))
    chosen = good[np.argsort(-fill[good], kind="stable")]
    found = np.empty((len(chosen), 4), np.float32)
    found[:, :2] = (centres[1:][chosen] + 0.5) / scale
    found[:, 2] = np.sqrt(area[chosen] / np.pi) / scale
    found[:, 3] = confidence
    return found
