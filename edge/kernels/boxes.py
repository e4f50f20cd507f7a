"""Boxes, xyxy: overlap and non-maximum suppression. Arrays in, arrays out."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.floating[Any]]


@njit(cache=True, nogil=True)
def iou(boxes: Floats, others: Floats) -> Floats:
    """Intersection over union of boxes (N, 4) with others (M, 4): (N, M) float32, 0 where either has no area."""
    overlap = np.zeros((boxes.shape[0], others.shape[0]), dtype=np.float32)
    for i in range(boxes.shape[0]):
        x0, y0, x1, y1 = boxes[i, 0], boxes[i, 1], boxes[i, 2], boxes[i, 3]
        # In float64: the area of a tiny box of float32 numbers would be nought, and the division one by nought.
        area = np.float64(x1 - x0) * np.float64(y1 - y0)
        for j in range(others.shape[0]):
            width = np.float64(min(x1, others[j, 2]) - max(x0, others[j, 0]))
            height = np.float64(min(y1, others[j, 3]) - max(y0, others[j, 1]))
            if width <= 0.0 or height <= 0.0:
                continue
            other = np.float64(others[j, 2] - others[j, 0]) * np.float64(others[j, 3] - others[j, 1])
            overlap[i, j] = width * height / (area + other - width * height)
    return overlap


@njit(cache=True, nogil=True)
def nms(boxes: Floats, confidence: Floats, class_id: npt.NDArray[np.int32], max_iou: float) -> npt.NDArray[np.int64]:
    """Indices of the boxes to keep, best first: of two of one class that overlap by more than max_iou, the better.

    boxes (N, 4), confidence (N,), class_id (N,). Equal confidences keep the order given.
    """
    order = np.argsort(-confidence, kind="mergesort")
    dropped = np.zeros(order.size, dtype=np.bool_)
    kept = np.empty(order.size, dtype=np.int64)
    count = 0
    for rank in range(order.size):
        best = order[rank]
        if dropped[best]:
            continue
        kept[count] = best
        count += 1
        overlap = iou(boxes[best : best + 1], boxes)[0]
        for j in range(order.size):
            if class_id[j] == class_id[best] and overlap[j] > max_iou:
                dropped[j] = True
    return kept[:count]
