"""How well boxes and keypoints fit the truth."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from edge.kernels.boxes import iou
from edge.types import Detections, FloatArray, ObjectClass


@dataclass(slots=True)
class Tally:
    """Detections of one class over all pictures, each with whether it hit, and how many there were to find."""

    rows: list[tuple[float, bool]] = field(default_factory=list)
    true_count: int = 0

    def add(
        self, found: Detections, kind: ObjectClass, truth: FloatArray, ignore: FloatArray, least_iou: float
    ) -> None:
        """Match best first, each true box once; what falls on an ignored region counts for nothing."""
        boxes = found.xyxy[found.class_id == int(kind)]
        confidence = found.confidence[found.class_id == int(kind)]
        overlap = iou(boxes.astype(np.float32), truth.astype(np.float32))
        free = np.ones(len(truth), dtype=bool)
        for index in np.argsort(-confidence, kind="stable"):
            best = int(np.argmax(np.where(free, overlap[index], -1))) if len(truth) else -1
            hit = best >= 0 and bool(free[best]) and overlap[index, best] >= least_iou
            if hit:
                free[best] = False
            if hit or not _covered(boxes[index], ignore):
                self.rows.append((float(confidence[index]), hit))
        self.true_count += len(truth)

    def recall(self, threshold: float) -> float:
        hits = sum(hit for confidence, hit in self.rows if confidence >= threshold)
        return hits / max(self.true_count, 1)

    def precision(self, threshold: float) -> float:
        kept = [hit for confidence, hit in self.rows if confidence >= threshold]
        return sum(kept) / max(len(kept), 1)

    def recall_at_precision(self, least: float) -> float:
        """The most that is found at any threshold whose precision reaches `least`; 0 where none does."""
        rows = sorted(self.rows, key=lambda row: -row[0])
        hits = np.cumsum([hit for _, hit in rows]) if rows else np.zeros(0)
        confidence = np.array([confidence for confidence, _ in rows])
        # Rows of one confidence are kept or left together.
        ends = np.append(confidence[1:] < confidence[:-1], True) if rows else np.zeros(0, dtype=bool)
        good = ends & (hits >= least * np.arange(1, hits.size + 1))
        return float(hits[good].max()) / max(self.true_count, 1) if good.any() else 0.0

    def average_precision(self) -> float:
        """Area under precision over recall at every threshold, interpolated at 101 points as COCO does."""
        if not self.rows:
            return 0.0
        hits = np.array([hit for _, hit in sorted(self.rows, key=lambda row: -row[0])])
        recall = np.cumsum(hits) / max(self.true_count, 1)
        precision = np.maximum.accumulate((np.cumsum(hits) / np.arange(1, hits.size + 1))[::-1])[::-1]
        at = np.searchsorted(recall, np.linspace(0, 1, 101))
        return float(np.mean(np.where(at < hits.size, precision[np.minimum(at, hits.size - 1)], 0.0)))


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
