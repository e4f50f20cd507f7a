"""From a network's output tensors to boxes and keypoints in the network's input pixels. Pure functions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edge.kernels.boxes import nms
from edge.types import FloatArray, ObjectClass

PICODET_STRIDES = (8, 16, 32, 64)
MAX_CANDIDATES = 300


@dataclass(frozen=True, slots=True)
class Candidates:
    """Boxes before or after suppression: xyxy (N, 4) input px, confidence (N,), class_id (N,) of ObjectClass, and
    `anchor` (N,), the output column each came from."""

    xyxy: npt.NDArray[np.float32]
    confidence: npt.NDArray[np.float32]
    class_id: npt.NDArray[np.int32]
    anchor: npt.NDArray[np.int64]

    def take(self, index: npt.NDArray[np.int64]) -> Candidates:
        return Candidates(self.xyxy[index], self.confidence[index], self.class_id[index], self.anchor[index])


def pick(
    scores: FloatArray, rows: Mapping[ObjectClass, int], least: Mapping[ObjectClass, float]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32], npt.NDArray[np.int32]]:
    """Anchors whose score reaches the least one of its class: (anchor, confidence, class_id), at most
    MAX_CANDIDATES a class, the best.

    scores (C, N); rows: which row is which class.
    """
    anchors, confidences, classes = [], [], []
    for kind, row in rows.items():
        found = np.flatnonzero(scores[row] >= least[kind])
        if found.size > MAX_CANDIDATES:
            found = found[np.argsort(-scores[row, found], kind="stable")[:MAX_CANDIDATES]]
        anchors.append(found)
        confidences.append(scores[row, found].astype(np.float32))
        classes.append(np.full(found.size, int(kind), dtype=np.int32))
    return np.concatenate(anchors), np.concatenate(confidences), np.concatenate(classes)


def picodet_centres(anchor: npt.NDArray[np.int64], height: int, width: int) -> tuple[FloatArray, FloatArray]:
    """Centre (N, 2) and stride (N,) in px of PicoDet's anchors on an input of height x width px.

    The anchors of stride 8 come first, row by row, then those of 16, 32 and 64.
    """
    centre = np.zeros((anchor.size, 2), dtype=np.float32)
    stride_px = np.zeros(anchor.size, dtype=np.float32)
    start = 0
    for stride in PICODET_STRIDES:
        rows, columns = math.ceil(height / stride), math.ceil(width / stride)
        here = (anchor >= start) & (anchor < start + rows * columns)
        cell = anchor[here] - start
        centre[here, 0] = (cell % columns + 0.5) * stride
        centre[here, 1] = (cell // columns + 0.5) * stride
        stride_px[here] = stride
        start += rows * columns
    return centre, stride_px


def picodet(
    outputs: Mapping[str, FloatArray],
    size: tuple[int, int],
    rows: Mapping[ObjectClass, int],
    least: Mapping[ObjectClass, float],
) -> Candidates:
    """PicoDet: `scores` (1, C, N) and `distances` (1, N, 4) from the anchor to left, top, right, bottom in strides."""
    anchor, confidence, class_id = pick(outputs["scores"][0], rows, least)
    centre, stride_px = picodet_centres(anchor, *size)
    reach = outputs["distances"][0, anchor] * stride_px[:, None]
    xyxy = np.concatenate((centre - reach[:, :2], centre + reach[:, 2:]), axis=1)
    return Candidates(xyxy.astype(np.float32), confidence, class_id, anchor)


def yolo(
    outputs: Mapping[str, FloatArray],
    size: tuple[int, int],
    rows: Mapping[ObjectClass, int],
    least: Mapping[ObjectClass, float],
) -> Candidates:
    """YOLOv8 to YOLO11: one output (1, 4 + C, N): centre x, y, width, height in px, then a score a class."""
    table = next(iter(outputs.values()))[0]
    anchor, confidence, class_id = pick(table[4:], rows, least)
    centre_size = table[:4, anchor].T
    half = centre_size[:, 2:] / 2
    xyxy = np.concatenate((centre_size[:, :2] - half, centre_size[:, :2] + half), axis=1)
    return Candidates(xyxy.astype(np.float32), confidence, class_id, anchor)


DECODERS = {"picodet": picodet, "yolo": yolo, "yolo-pose": yolo}


def yolo_keypoints(outputs: Mapping[str, FloatArray], anchor: npt.NDArray[np.int64]) -> FloatArray:
    """Keypoints (P, 17, 3), x, y input px and confidence, of the people found at `anchor` by YOLO-pose (1, 56, N)."""
    table = next(iter(outputs.values()))[0]
    return table[5:, anchor].T.reshape(-1, 17, 3)


def movenet(outputs: Mapping[str, FloatArray], size: int) -> FloatArray:
    """Keypoints (17, 3), x, y input px and confidence, of MoveNet (1, 1, 17, 3): y, x in 0..1, score."""
    points = next(iter(outputs.values()))[0, 0]
    return np.stack((points[:, 1] * size, points[:, 0] * size, points[:, 2]), axis=1)


def suppress(found: Candidates, max_iou: float) -> Candidates:
    """Of two candidates of one class that overlap by more than max_iou only the better, best first."""
    return found.take(nms(found.xyxy, found.confidence, found.class_id, max_iou))
