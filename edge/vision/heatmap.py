"""The ball's own network at work: three consecutive frames in, every ball and rim that they show out."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from edge.types import FloatArray, Image
from edge.vision.preprocess import Region, clip_region
from engines.backend import Engine, EngineError
from engines.ball.layout import BALL, CELL_PX, FRAMES, RIM
from engines.zoo import Network, check

LEAST_CONFIDENCE = 0.55
# Two peaks nearer to each other than this share of the larger ball are one ball.
_SAME_SHARE = 0.9
_MOST = 60
_NEIGHBOURS = np.ones((3, 3), np.uint8)
_LARGEST_PX = 4096.0


@dataclass(frozen=True, slots=True)
class Sighting:
    """What the newest frame shows, best first.

    balls (N, 5) float32: x, y, radius px, confidence and the share of the disc that is visible. rims (M, 5) float32:
    x, y of the middle, width and height px of the box around ring and net, and confidence. heat (h, w) float32 0..1 of
    the ball, cells of 4 px.
    """

    balls: FloatArray
    rims: FloatArray
    heat: FloatArray


class HeatmapFinder:
    """Sees the frames of one camera in order. Raises EngineError at once where network and engine do not fit."""

    def __init__(self, network: Network, engine: Engine) -> None:
        check(network, engine)
        if network.output != "ball-heatmap":
            raise EngineError(f"{network.name}: is no ball's network; choose 'courtside-ball' or a file you trained")
        told = engine.metadata.get("cell_px", str(CELL_PX)), engine.metadata.get("frames", str(FRAMES))
        if told != (str(CELL_PX), str(FRAMES)):
            raise EngineError(
                f"{network.name}: cells of {told[0]} px and {told[1]} frames; train it anew for this version"
            )
        self._engine = engine
        self._input = network.input.name
        self._step = network.input.step
        self._limit = min(network.input.height, network.input.width)
        self._frame_size = (0, 0)
        self._size = (0, 0)
        self._scale = 1.0
        self._planes: npt.NDArray[np.uint8] = np.zeros((0, 0, 0), np.uint8)
        self._known = 0
        self._steps: tuple[FloatArray, FloatArray] | None = None

    def reset(self) -> None:
        """Forget the earlier frames, as after a cut."""
        self._known, self._steps = 0, None

    def watch(self, image: Image, steps: tuple[FloatArray, FloatArray] | None = None) -> None:
        """Take in the next frame (H, W, 3) BGR; one larger than the network takes is shrunk.

        steps: for a moving camera the (2, 3) maps of this frame's pixels to the last frame's and the one before.
        """
        if image.shape[:2] != self._frame_size:
            self._start(image)
        height, width = self._size
        if self._scale < 1:
            image = np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
        self._planes[:-3] = self._planes[3:]
        for plane, channel in zip(self._planes[-3:], (2, 1, 0), strict=True):
            plane[:height, :width] = image[..., channel]
        self._known = min(self._known + 1, FRAMES)
        for k in range(FRAMES - self._known):
            self._planes[3 * k : 3 * k + 3] = self._planes[-3 * self._known : 3 * (FRAMES - self._known + 1)]
        self._steps = steps if self._known > 1 else None

    def _start(self, image: Image) -> None:
        height, width = self._frame_size = image.shape[:2]
        self._scale = min(1.0, self._limit / max(height, width))
        self._size = max(1, round(height * self._scale)), max(1, round(width * self._scale))
        self._planes = np.zeros((3 * FRAMES, *(_up(side, self._step) for side in self._size)), np.uint8)
        self.reset()

    def find(self, least: float = LEAST_CONFIDENCE, region: Region | None = None) -> Sighting:
        """Balls and rims in the newest frame, or in a part of it alone, in frame px.

        Raises EngineError, also before the first frame.
        """
        if not self._known:
            raise EngineError(f"{self._input}: no frame was taken in yet")
        part = self._part(region)
        if self._steps is None:
            planes = np.ascontiguousarray(self._planes[:, part[1] : part[3], part[0] : part[2]])
        else:
            planes = self._aligned(self._steps, part)
        answer = self._engine.infer({self._input: planes[None]})
        heat = np.array(answer["heat"][0], np.float32)
        balls = _balls(heat[BALL], np.asarray(answer["ball"][0]), least)
        rims = _rims(heat[RIM], np.asarray(answer["rim"][0]), least)
        balls[:, :2] += part[:2]
        rims[:, :2] += part[:2]
        balls[:, :3] /= self._scale
        rims[:, :4] /= self._scale
        return Sighting(balls, rims, heat[BALL])

    def look(
        self,
        image: Image,
        least: float = LEAST_CONFIDENCE,
        steps: tuple[FloatArray, FloatArray] | None = None,
        region: Region | None = None,
    ) -> Sighting:
        """`watch` and `find` in one."""
        self.watch(image, steps)
        return self.find(least, region)

    def look_still(self, image: Image, least: float = LEAST_CONFIDENCE) -> Sighting:
        """A photo: nothing moves in it, and nothing before it counts."""
        self.reset()
        sighting = self.look(image, least)
        self.reset()
        return sighting

    def _part(self, region: Region | None) -> Region:
        """The region in pixels of the planes, grown to whole steps inside them."""
        _, height, width = self._planes.shape
        if region is None:
            return 0, 0, width, height
        x0, y0, x1, y1 = (round(value * self._scale) for value in region)
        x0, y0, x1, y1 = clip_region((x0, y0, x1, y1), self._planes[0])
        wide, high = _up(x1 - x0, self._step), _up(y1 - y0, self._step)
        x0, y0 = min(x0, width - wide), min(y0, height - high)
        return x0, y0, x0 + wide, y0 + high

    def _aligned(self, steps: tuple[FloatArray, FloatArray], part: Region) -> npt.NDArray[np.uint8]:
        """Part of the planes, the earlier frames as the camera of now would have seen them."""
        x0, y0, x1, y1 = part
        height, width = self._size
        out = self._planes[:, y0:y1, x0:x1].copy()
        for frame, from_now in zip((1, 0), steps, strict=True):
            matrix = np.array(from_now, dtype=np.float64)
            matrix[:, 2] = self._scale * matrix[:, 2] + matrix[:, :2] @ (x0, y0)
            for plane in range(3 * frame, 3 * frame + 3):
                out[plane] = cv2.warpAffine(
                    self._planes[plane, :height, :width], matrix, (x1 - x0, y1 - y0),
                    flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE,
                )  # fmt: skip
        return out


def _up(size: int, step: int) -> int:
    return -(-size // step) * step


def _peaks(heat: FloatArray, answer: FloatArray, least: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The cells that are the hottest of their neighbourhood, hottest first: x and y (2, N) px of what they answer, the
    two other answers (2, N) and the heat (N,)."""
    rows, columns = np.nonzero((heat >= cv2.dilate(heat, _NEIGHBOURS)) & (heat >= least))
    order = np.argsort(-heat[rows, columns], kind="stable")[:_MOST]
    rows, columns = rows[order], columns[order]
    answered = answer[:, rows, columns]
    return CELL_PX * (np.stack([columns, rows]) + 0.5 + answered[:2]), answered[2:], heat[rows, columns]


def _balls(heat: FloatArray, answer: FloatArray, least: float) -> FloatArray:
    middle, (log_radius, visible), confidence = _peaks(heat, answer, least)
    return _apart(np.column_stack([*middle, _size_px(log_radius), confidence, visible]))


def _rims(heat: FloatArray, answer: FloatArray, least: float) -> FloatArray:
    middle, log_sizes, confidence = _peaks(heat, answer, least)
    return _apart(np.column_stack([*middle, *_size_px(log_sizes), confidence]))


def _size_px(logarithm: FloatArray) -> FloatArray:
    return np.exp(np.minimum(logarithm, np.log(_LARGEST_PX)))


def _apart(found: FloatArray) -> FloatArray:
    """As float32, without what lies on a surer one; rows of x, y, size px and more, the surest first."""
    found = found.astype(np.float32)
    kept: list[int] = []
    for index, row in enumerate(found):
        others = found[kept]
        near = np.hypot(others[:, 0] - row[0], others[:, 1] - row[1])
        if not (near < _SAME_SHARE * np.maximum(others[:, 2], row[2])).any():
            kept.append(index)
    return found[kept].reshape(-1, found.shape[1])
