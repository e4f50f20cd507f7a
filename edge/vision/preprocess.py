"""From a frame, or a part of it, to a network's input tensor, and from input pixels back to frame pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from edge.kernels.pixels import bgr_to_planes
from edge.types import FloatArray, Image
from engines.zoo import InputSpec

Region = tuple[int, int, int, int]
"""x0, y0, x1, y1 in frame px, the last two excluded."""


@dataclass(frozen=True, slots=True)
class Placement:
    """frame_px = input_px / scale + origin, for x and y apart (resizing rounds to whole pixels)."""

    scale_x: float
    scale_y: float
    origin_x: float
    origin_y: float

    def to_frame(self, xy: FloatArray) -> FloatArray:
        """Points or boxes (..., 2 or 4), x and y in turn, input px -> frame px."""
        pairs = xy.shape[-1] // 2
        scale = np.array([self.scale_x, self.scale_y] * pairs, dtype=np.float32)
        origin = np.array([self.origin_x, self.origin_y] * pairs, dtype=np.float32)
        return xy / scale + origin


def clip_region(region: Region | None, image: Image) -> Region:
    """The part of `region` inside the image (all of the image for None); at least one pixel each way."""
    height, width = image.shape[:2]
    if region is None:
        return 0, 0, width, height
    x0, y0 = min(max(int(region[0]), 0), width - 1), min(max(int(region[1]), 0), height - 1)
    return x0, y0, min(max(int(region[2]), x0 + 1), width), min(max(int(region[3]), y0 + 1), height)


class Letterbox:
    """Fits pictures into a network's input, their shape kept, at the top left, the rest grey.

    Tensors are kept and written again: one of each size that comes along.
    """

    def __init__(self, spec: InputSpec, any_size: bool) -> None:
        """any_size: the engine takes every size, so the grey border is cut to less than a step."""
        self._spec = spec
        self._any_size = any_size
        mean, std = np.array(spec.mean, dtype=np.float32), np.array(spec.std, dtype=np.float32)
        self._gain = (1 / std).astype(np.float32)
        self._offset = (-mean / std).astype(np.float32)
        self._tensors: dict[tuple[int, int, int, int], npt.NDArray[np.float32]] = {}

    def _tensor(self, tensor_size: tuple[int, int], size: tuple[int, int]) -> npt.NDArray[np.float32]:
        key = (*tensor_size, *size)
        if key not in self._tensors:
            grey = self._gain * self._spec.pad + self._offset
            tensor = np.empty((1, 3, *tensor_size), dtype=np.float32)
            tensor[:] = grey[None, :, None, None]
            if len(self._tensors) >= 8:
                self._tensors.pop(next(iter(self._tensors)))
            self._tensors[key] = tensor
        return self._tensors[key]

    def fit(self, image: Image, region: Region, limit: tuple[int, int]) -> tuple[npt.NDArray[np.float32], Placement]:
        """The tensor (1, 3, h, w) that shows `region` as large as fits into limit (height, width), and where it lies.

        The tensor is written again by the next call of the same size.
        """
        x0, y0, x1, y1 = region
        scale = min(limit[0] / (y1 - y0), limit[1] / (x1 - x0))
        height, width = max(1, round((y1 - y0) * scale)), max(1, round((x1 - x0) * scale))
        step = self._spec.step
        tensor_size = limit
        if self._any_size:
            tensor_size = (math.ceil(height / step) * step, math.ceil(width / step) * step)
        tensor = self._tensor(tensor_size, (height, width))
        part = image[y0:y1, x0:x1]
        shrinks = scale < 0.5
        resized = cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
        bgr_to_planes(resized, self._gain, self._offset, tensor[0, :, :height, :width])
        return tensor, Placement(width / (x1 - x0), height / (y1 - y0), float(x0), float(y0))


def square_around(box: FloatArray, widen: float) -> Region:
    """The square whose side is `widen` times the longer side of box (4,), about its centre; may leave the frame."""
    centre_x, centre_y = float(box[0] + box[2]) / 2, float(box[1] + box[3]) / 2
    side = max(2.0, widen * max(float(box[2] - box[0]), float(box[3] - box[1])))
    x0, y0 = round(centre_x - side / 2), round(centre_y - side / 2)
    return x0, y0, x0 + round(side), y0 + round(side)


def crop_square(image: Image, square: Region, size: int) -> tuple[Image, Placement]:
    """`square` of the image at size x size, black where it leaves the frame, and where it lies."""
    x0, y0, x1, y1 = square
    scale = size / (x1 - x0)
    canvas = np.zeros((size, size, 3), dtype=np.uint8)
    inside = clip_region(square, image)
    left, top = round((inside[0] - x0) * scale), round((inside[1] - y0) * scale)
    right, bottom = round((inside[2] - x0) * scale), round((inside[3] - y0) * scale)
    if x1 > 0 and y1 > 0 and right > left >= 0 and bottom > top >= 0:
        part = image[inside[1] : inside[3], inside[0] : inside[2]]
        method = cv2.INTER_AREA if scale < 0.5 else cv2.INTER_LINEAR
        canvas[top:bottom, left:right] = cv2.resize(part, (right - left, bottom - top), interpolation=method)
    return canvas, Placement(scale, scale, float(x0), float(y0))
