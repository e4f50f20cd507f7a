"""What of the calibrated scene can be found again: points of the background, whatever the light."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from calibration.camera import Camera, FloatArray
from calibration.turn import BoolArray, predict, turned, vote

Image = npt.NDArray[np.uint8]

WORK_WIDTH = 960
# Corners are taken cell by cell, so that no poster or net has them all.
CELLS = (8, 5)
_PER_CELL = 10
_WINDOW = 21
_LEVELS = 3
_BACK_PX = 0.5
# Of a person, what the box leaves out: arms, shadows' edges.
_GROW, _GROW_PX = 0.12, 6.0
_ORB_POINTS, _ORB_LEAST = 1500, 12
_ORB_REACH_PX = 4.0


def grey(image: Image) -> Image:
    """Brightness (H, W) of a BGR or grey picture."""
    return image if image.ndim == 2 else np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def even_light(image: Image) -> Image:
    """Brightness against its surroundings, in units of their contrast: lamps and sun leave it as it is."""
    large = image.astype(np.float32)
    mean = cv2.boxFilter(large, -1, (31, 31))
    square = cv2.boxFilter(large * large, -1, (31, 31))
    contrast = np.sqrt(np.maximum(square - mean * mean, 0.0)) + 4.0
    return np.clip(128.0 + 48.0 * (large - mean) / contrast, 0, 255).astype(np.uint8)


@dataclass(frozen=True, slots=True)
class Found:
    """Points seen again: which (M,) of the scene's, and where, (M, 2) px; how many should have been in sight."""

    index: npt.NDArray[np.intp]
    pixels: FloatArray
    sought: int


class Background:
    """The points of a reference picture (H, W) uint8 that `camera` took: `pixels` (N, 2) of it, `cell` (N,), and
    `scale`: pixels of the picture for one of those that are compared."""

    def __init__(self, camera: Camera, reference: Image) -> None:
        self.camera = camera
        width, height = camera.image_size
        self.scale = max(1.0, width / WORK_WIDTH)
        self._size = (round(width / self.scale), round(height / self.scale))
        self._picture = self._prepare(reference)
        corners, self.cell = _corners(self._picture)
        self.pixels = self._full(corners)
        self._corners = corners
        self._orb = cv2.ORB.create(_ORB_POINTS)
        points, self._descriptors = self._orb.detectAndCompute(self._picture, None)
        self._orb_px = self._full(np.array([point.pt for point in points]).reshape(-1, 2))

    def picture(self, image: Image) -> Image:
        """A picture of the same camera as the methods below take it. Raises ValueError for another size."""
        if (image.shape[1], image.shape[0]) != self.camera.image_size:
            raise ValueError(f"a picture of {self.camera.image_size} px is needed")
        return self._prepare(image)

    def find(self, picture: Image, guess: Camera, persons: FloatArray) -> Found:
        """The points in a picture that was taken about as `guess` looks, but for those behind persons (K, 4) px."""
        expected = predict(self.camera, self.pixels, guess)
        sought = np.flatnonzero(_in_sight(expected, self.camera.image_size, persons))
        if len(sought) == 0:
            return Found(sought, np.zeros((0, 2)), 0)
        start = self._small(expected[sought])
        now, held = _follow(self._picture, picture, self._corners[sought], start, _LEVELS)
        back, returned = _follow(picture, self._picture, now, self._corners[sought], 1)
        away = np.linalg.norm(back - self._corners[sought], axis=1)
        good = held & returned & (away < _BACK_PX)
        return Found(sought[good], self._full(now[good]), len(sought))

    def search(self, picture: Image, rng: np.random.Generator) -> Camera | None:
        """A rough guess at how a camera looks that was turned far, or None where too little is recognised."""
        points, descriptors = self._orb.detectAndCompute(picture, None)
        if self._descriptors is None or descriptors is None:
            return None
        pairs = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True).match(self._descriptors, descriptors)
        if len(pairs) < _ORB_LEAST:
            return None
        then = self._orb_px[[pair.queryIdx for pair in pairs]]
        now = self._full(np.array([points[pair.trainIdx].pt for pair in pairs]))
        reach = _ORB_REACH_PX * self.scale
        turn = vote(self.camera, then, now, reach, rng)
        if turn is None:
            return None
        guess = turned(self.camera, turn)
        with np.errstate(invalid="ignore"):
            agree = np.linalg.norm(predict(self.camera, then, guess) - now, axis=1) < reach
        return guess if agree.sum() >= _ORB_LEAST else None

    def _prepare(self, image: Image) -> Image:
        return even_light(np.asarray(cv2.resize(grey(image), self._size, interpolation=cv2.INTER_AREA), dtype=np.uint8))

    def _full(self, corners: FloatArray) -> FloatArray:
        """OpenCV counts from the middle of the first pixel, a `Camera` from its outer corner."""
        return np.asarray((corners + 0.5) * (np.array(self.camera.image_size) / np.array(self._size)))

    def _small(self, pixels: FloatArray) -> FloatArray:
        return np.asarray(pixels * (np.array(self._size) / np.array(self.camera.image_size)) - 0.5)


def _corners(picture: Image) -> tuple[FloatArray, npt.NDArray[np.intp]]:
    """Corners (N, 2) of a picture, at most so many in each cell of a grid, and their cells (N,)."""
    strength = cv2.cornerMinEigenVal(picture, 5)
    height, width = picture.shape
    border = _WINDOW // 2
    peak = (strength == cv2.dilate(strength, np.ones((11, 11), np.uint8))) & (strength > 0.004)
    peak[:border], peak[-border:], peak[:, :border], peak[:, -border:] = False, False, False, False
    y, x = np.nonzero(peak)
    cell = (y * CELLS[1] // height) * CELLS[0] + x * CELLS[0] // width
    order = np.lexsort((-strength[y, x], cell))
    x, y, cell = x[order], y[order], cell[order]
    rank = np.arange(len(cell)) - np.searchsorted(cell, cell)
    kept = rank < _PER_CELL
    return np.column_stack([x, y])[kept].astype(np.float64), cell[kept]


def _follow(
    first: Image, second: Image, points: FloatArray, start: FloatArray, levels: int
) -> tuple[FloatArray, BoolArray]:
    """Where points (N, 2) of one picture are in another (Lucas and Kanade), and whether each was held, (N,)."""
    ends, status, _ = cv2.calcOpticalFlowPyrLK(
        first,
        second,
        np.ascontiguousarray(points, dtype=np.float32).reshape(-1, 1, 2),
        np.ascontiguousarray(start, dtype=np.float32).reshape(-1, 1, 2),
        winSize=(_WINDOW, _WINDOW),
        maxLevel=levels,
        criteria=(cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 20, 0.01),
        flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
        minEigThreshold=1e-4,
    )
    return ends[:, 0].astype(np.float64), status[:, 0].astype(bool)


def _in_sight(pixels: FloatArray, image_size: tuple[int, int], persons: FloatArray) -> BoolArray:
    """Which pixels (N, 2) are in the picture and not behind persons' boxes (K, 4)."""
    with np.errstate(invalid="ignore"):
        inside = np.all((pixels > 4.0) & (pixels < np.array(image_size) - 4.0), axis=1)
        for x0, y0, x1, y1 in np.asarray(persons, dtype=float).reshape(-1, 4):
            grow = np.array([_GROW * (x1 - x0) + _GROW_PX, _GROW * (y1 - y0) / 2 + _GROW_PX])
            low, high = np.array([x0, y0]) - grow, np.array([x1, y1]) + grow
            inside &= ~np.all((pixels >= low) & (pixels <= high), axis=1)
    return np.asarray(inside)
