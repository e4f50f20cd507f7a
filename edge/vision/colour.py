"""Balls of the colour that the ball has: round regions of it before what does not move.

The third source of ball candidates, for a camera at rest, and a second opinion on what the network sees. The ball's
colours are learnt from where the network is sure of a ball; of them alone there are many things in a gym, of them and
in front of the background few.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from edge.types import FloatArray, Image
from edge.vision.motion import round_regions, shrunk

_WIDTH_PX = 960
# What moves need not be known to the pixel.
_BACKGROUND_WIDTH_PX = 480
_BACKGROUND_FRAMES = 300
_BACKGROUND_VARIANCE = 25
# Hue and saturation; how light a ball is changes along its flight.
_BINS = (30, 16)
_RANGES = [0.0, 180.0, 0.0, 256.0]
# How much of what was learnt remains at the next sure ball, and of the picture's colours at the next frame.
_KEEP_BALL, _KEEP_PICTURE = 0.95, 0.9
_BALLS_TO_KNOW = 3
# A colour is the ball's where a ball shows it this many times as often as the picture does.
_TIMES_AS_OFTEN = 3.0
_RARE = 1e-4
_INSIDE = 0.7
_SIZES = (0.5, 1.5)
# By itself it says little: the network sees nearly every ball that has its colour.
_CONFIDENCE = 0.06
_CLOSE = np.ones((3, 3), np.uint8)
# A camera that moved by more, px, shows another background.
_AT_REST_PX = 1.0

Histogram = npt.NDArray[np.float32]


class ColourCandidates:
    """`update` gives the candidates of each frame in turn; `learn` is told the balls that are sure in that frame."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget background, colours and sizes, as after a cut."""
        self._background: cv2.BackgroundSubtractorMOG2 | None = None
        self._hues: Image | None = None
        self._scale = 1.0
        self._ball: Histogram = np.zeros(_BINS, np.float32)
        self._picture: Histogram = np.zeros(_BINS, np.float32)
        self._balls = 0
        self._radius_px = 0.0

    def update(self, image: Image, moved_px: float = 0.0) -> FloatArray:
        """Round regions of the ball's colour before the background, (N, 4) float32: x, y, radius px and confidence.

        image (H, W, 3) BGR. moved_px: how far the camera turned since the frame before.
        """
        small, self._scale = shrunk(image, _WIDTH_PX)
        self._hues = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2HSV), np.uint8)
        shown = _shares(self._hues, None)
        self._picture = shown if not self._picture.any() else _mixed(self._picture, shown, _KEEP_PICTURE)
        if moved_px > _AT_REST_PX:
            self._background = None
        first = self._background is None
        before = self._in_front(image)
        if first or self._balls < _BALLS_TO_KNOW:
            return np.zeros((0, 4), np.float32)
        before = np.asarray(cv2.resize(before, small.shape[1::-1], interpolation=cv2.INTER_NEAREST), np.uint8)
        mask = cv2.bitwise_and(self._coloured(self._hues), before)
        mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, _CLOSE)
        mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, _CLOSE)
        found = round_regions(np.asarray(mask, np.uint8), self._scale, _CONFIDENCE)
        low, high = (share * self._radius_px for share in _SIZES)
        return found[(found[:, 2] > low) & (found[:, 2] < high)]

    def learn(self, balls: FloatArray) -> None:
        """balls (N, 3 or more): x, y, radius px of what surely is a ball in the frame that `update` was given last."""
        if self._hues is None:
            return
        for x, y, radius in np.asarray(balls[:, :3], dtype=float):
            inside = np.zeros(self._hues.shape[:2], np.uint8)
            centre = round(x * self._scale - 0.5), round(y * self._scale - 0.5)
            cv2.circle(inside, centre, max(1, round(_INSIDE * radius * self._scale)), 255, -1)
            if not inside.any():
                continue
            shown = _shares(self._hues, inside)
            self._ball = shown if not self._balls else _mixed(self._ball, shown, _KEEP_BALL)
            self._radius_px += (radius - self._radius_px) * (1.0 if not self._balls else 1 - _KEEP_BALL)
            self._balls += 1

    def _in_front(self, image: Image) -> Image:
        """What is not the background, 0 or 255."""
        if self._background is None:
            self._background = cv2.createBackgroundSubtractorMOG2(_BACKGROUND_FRAMES, _BACKGROUND_VARIANCE, False)
        mask = self._background.apply(shrunk(image, _BACKGROUND_WIDTH_PX)[0])
        return np.asarray(cv2.dilate(mask, _CLOSE), np.uint8)

    def _coloured(self, hues: Image) -> Image:
        """Pixels of a colour that a ball shows much more often than the picture does, 0 or 255."""
        table = 255.0 * (self._ball > _TIMES_AS_OFTEN * (self._picture + _RARE))
        return np.asarray(cv2.calcBackProject([hues], [0, 1], table.astype(np.float32), _RANGES, 1), np.uint8)


def _shares(hues: Image, inside: Image | None) -> Histogram:
    """How much of the picture, or of what is inside, each colour has."""
    counts = np.asarray(cv2.calcHist([hues], [0, 1], inside, _BINS, _RANGES), np.float32)
    return counts / max(float(counts.sum()), 1.0)


def _mixed(known: Histogram, shown: Histogram, keep: float) -> Histogram:
    return known * np.float32(keep) + shown * np.float32(1 - keep)
