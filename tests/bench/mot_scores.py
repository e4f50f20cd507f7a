"""HOTA, IDF1, MOTA, identity switches and fragmentations, by TrackEval; boxes match from IoU 0.5."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from edge.kernels.boxes import iou
from edge.types import FloatArray
from tests.bench.mot import MotSequence

Parts = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Scores:
    """Shares of 0 to 1, and counts."""

    idf1: float
    mota: float
    hota: float
    switches: int
    fragmentations: int


def evaluate(sequence: MotSequence, rows: FloatArray) -> Parts:
    """What TrackEval says of one sequence, by metric. rows (R, 6): frame, id, x, y, w, h."""
    data = _relabelled(sequence, rows)
    return {metric.get_name(): metric.eval_sequence(data) for metric in _metrics()}


def combine(parts: Iterable[Parts]) -> Scores:
    """One score for many sequences, each as heavy as it is long (TrackEval's way)."""
    numbered = {str(k): part for k, part in enumerate(parts)}
    total = {
        metric.get_name(): metric.combine_sequences({k: part[metric.get_name()] for k, part in numbered.items()})
        for metric in _metrics()
    }
    return Scores(
        idf1=float(total["Identity"]["IDF1"]),
        mota=float(total["CLEAR"]["MOTA"]),
        hota=float(np.mean(total["HOTA"]["HOTA"])),
        switches=int(total["CLEAR"]["IDSW"]),
        fragmentations=int(total["CLEAR"]["Frag"]),
    )


def _metrics() -> list[Any]:
    try:
        from trackeval.metrics import CLEAR, HOTA, Identity
    except ImportError as error:
        raise SystemExit(f"TrackEval is missing ({error.name}): pip install -e '.[bench]'") from None
    quiet = {"PRINT_CONFIG": False, "THRESHOLD": 0.5}
    return [HOTA(), CLEAR(quiet), Identity(quiet)]


def _relabelled(sequence: MotSequence, rows: FloatArray) -> dict[str, Any]:
    """TrackEval's form: identities from 0 without gaps, and the overlap of all pairs of each frame."""
    frame = rows[:, 0].astype(np.int64)
    found_names, found_ids = np.unique(rows[:, 1], return_inverse=True)
    boxes = np.hstack([rows[:, 2:4], rows[:, 2:4] + rows[:, 4:6]])
    true_names = np.unique(np.concatenate([np.zeros(0, np.int64), *sequence.truth_ids]))
    of_frame = [np.flatnonzero(frame == k) for k in range(len(sequence))]
    return {
        "num_timesteps": len(sequence),
        "num_gt_ids": len(true_names),
        "num_tracker_ids": len(found_names),
        "num_gt_dets": sum(len(ids) for ids in sequence.truth_ids),
        "num_tracker_dets": sum(len(index) for index in of_frame),
        "gt_ids": [np.searchsorted(true_names, ids) for ids in sequence.truth_ids],
        "tracker_ids": [found_ids[index] for index in of_frame],
        "similarity_scores": [
            iou(true, boxes[index]).astype(np.float64)
            for true, index in zip(sequence.truth_boxes, of_frame, strict=True)
        ],
    }
