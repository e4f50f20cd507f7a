"""How well boxes and keypoints fit the truth."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from edge.kernels.boxes import iou
from edge.types import Detections, FloatArray, ObjectClass


@dataclass(slots=True)
class Tally:
    """Hits, false alarms and misses of one class, summed over pictures."""

    hits: int = 0
    false: int = 0
    missed: int = 0

    def add(
        self, found: Detections, kind: ObjectClass, truth: FloatArray, ignore: FloatArray, least_iou: float
    ) -> None:
        """Match best first, each true box once; what falls on an ignored region counts for nothing."""
        boxes = found.xyxy[found.class_id == int(kind)]
        order = np.argsort(-found.confidence[found.class_id == int(kind)], kind="stable")
        overlap = iou(boxes.astype(np.float32), truth.astype(np.float32))
        free = np.ones(len(truth), dtype=bool)
        for index in order:
            best = int(np.argmax(np.where(free, overlap[index], -1))) if len(truth) else -1
            if best >= 0 and free[best] and overlap[index, best] >= least_iou:
                free[best] = False
                self.hits += 1
            elif not _covered(boxes[index], ignore):
                self.false += 1
        self.missed += int(free.sum())

    @property
    def recall(self) -> float:
        return self.hits / max(self.hits + self.missed, 1)

    @property
    def precision(self) -> float:
        return self.hits / max(self.hits + self.false, 1)


def _covered(box: FloatArray, regions: FloatArray) -> bool:
    """Whether half of the box lies on one of the regions."""
    area = (box[2] - box[0]) * (box[3] - box[1])
    for region in regions:
        width = min(box[2], region[2]) - max(box[0], region[0])
        height = min(box[3], region[3]) - max(box[1], region[1])
        if width > 0 and height > 0 and width * height >= 0.5 * area:
            return True
    return False


def keypoint_ap(truth_file: Path, results: list[dict[str, Any]], image_ids: list[int]) -> tuple[float, float]:
    """COCO's keypoint AP (object keypoint similarity 0.50 to 0.95) and AP at 0.50, by pycocotools."""
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO(str(truth_file))
        evaluation = COCOeval(truth, truth.loadRes(results), "keypoints")
        evaluation.params.imgIds = image_ids
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return float(evaluation.stats[0]), float(evaluation.stats[1])
