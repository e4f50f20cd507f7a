"""A detector made up: what one would give on boxes that are known, the same for the same seed and name.

Someone hidden is missed more often, and for several frames on end; two who cover each other may become one box; boxes
tremble, and more so where part of someone is hidden; what is no player stands about for a while.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace

import numpy as np

from edge.kernels.boxes import iou
from edge.types import FloatArray
from tests.bench.mot import IntArray, MotSequence


@dataclass(frozen=True, slots=True)
class DetectionModel:
    """Shares are per person and frame. A miss begins with miss_free + miss_hidden * hidden^2, where `hidden` is the
    share of a box behind others, and lasts miss_frames on the mean; jitter in box sizes, one standard deviation.

    The strengths are a choice: with them ByteTrack reaches a MOTA of 0.94 on the sequences for tuning.
    """

    miss_free: float = 0.005
    miss_hidden: float = 0.1
    miss_frames: float = 3.0
    merge_from_iou: float = 0.5
    merge: float = 0.3
    merge_frames: float = 4.0
    jitter: float = 0.02
    jitter_hidden: float = 0.08
    doubles: float = 0.005
    false_a_frame: float = 0.02
    false_frames: float = 12.0


def detect(sequence: MotSequence, seed: int, model: DetectionModel | None = None) -> MotSequence:
    """The sequence with boxes and confidences as such a detector would give them."""
    rng = np.random.default_rng([seed, zlib.crc32(sequence.name.encode())])
    detector = _Detector(model or DetectionModel(), rng)
    seen = [detector.step(boxes, ids) for boxes, ids in zip(sequence.truth_boxes, sequence.truth_ids, strict=True)]
    return replace(sequence, boxes=[boxes for boxes, _ in seen], confidence=[sure for _, sure in seen])


def hidden_shares(boxes: FloatArray) -> FloatArray:
    """Share of each box (N, 4) that the box in front that covers it most covers, (N,). Lower in the picture is in
    front."""
    corner = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    size = np.clip(np.minimum(boxes[:, None, 2:], boxes[None, :, 2:]) - corner, 0, None)
    behind = boxes[:, None, 3] < boxes[None, :, 3]
    area = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    covered = np.where(behind, size.prod(axis=2), 0.0).max(axis=1, initial=0.0)
    return np.asarray(covered / np.maximum(area, 1e-9))


class _Detector:
    """Remembers who is missed, which pairs are one box, and what false boxes stand about."""

    def __init__(self, model: DetectionModel, rng: np.random.Generator) -> None:
        self._model, self._rng = model, rng
        self._missed: set[int] = set()
        self._merged: set[tuple[int, int]] = set()
        self._false = np.zeros((0, 4))

    def step(self, boxes: FloatArray, ids: IntArray) -> tuple[FloatArray, FloatArray]:
        """Boxes (N, 4) and confidences (N,), in no telling order."""
        hidden = hidden_shares(boxes)
        shown, there = self._merge(boxes, ids)
        there &= ~self._miss(ids, hidden)
        shown, hidden = self._tremble(shown[there], hidden[there]), hidden[there]
        again = self._rng.random(len(shown)) < self._model.doubles
        halves = shown[again].copy()
        halves[:, 3] -= self._rng.uniform(0.3, 0.5, len(halves)) * (halves[:, 3] - halves[:, 1])
        false = self._stand_about(boxes)
        sure = np.clip(0.95 - 0.2 * hidden + 0.03 * self._rng.standard_normal(len(shown)), 0.2, 0.99)
        unsure = self._rng.uniform(0.3, 0.75, len(halves) + len(false))
        order = self._rng.permutation(len(shown) + len(unsure))
        return np.concatenate([shown, halves, false])[order], np.concatenate([sure, unsure])[order]

    def _merge(self, boxes: FloatArray, ids: IntArray) -> tuple[FloatArray, np.ndarray]:
        """Boxes (N, 4) of which some now hold two persons, and which remain (N,): of two that became one, the front."""
        model, shown, there = self._model, boxes.astype(np.float64), np.ones(len(boxes), bool)
        overlap = iou(boxes, boxes)
        merged = set()
        for i, j in zip(*np.nonzero(np.triu(overlap, 1) > model.merge_from_iou), strict=True):
            back, front = (i, j) if boxes[i, 3] < boxes[j, 3] else (j, i)
            pair = (int(min(ids[i], ids[j])), int(max(ids[i], ids[j])))
            stays = pair in self._merged and self._rng.random() > 1 / model.merge_frames
            if stays or self._rng.random() < model.merge / model.merge_frames:
                merged.add(pair)
                shown[front, :2] = np.minimum(shown[front, :2], shown[back, :2])
                shown[front, 2:] = np.maximum(shown[front, 2:], shown[back, 2:])
                there[back] = False
        self._merged = merged
        return shown, there

    def _miss(self, ids: IntArray, hidden: FloatArray) -> np.ndarray:
        model = self._model
        begins = self._rng.random(len(ids)) < model.miss_free + model.miss_hidden * hidden**2
        goes_on = self._rng.random(len(ids)) > 1 / model.miss_frames
        missed = begins | (goes_on & np.isin(ids, list(self._missed)))
        self._missed = {int(number) for number in ids[missed]}
        return missed

    def _tremble(self, boxes: FloatArray, hidden: FloatArray) -> FloatArray:
        size = np.tile(boxes[:, 2:] - boxes[:, :2], 2)
        share = self._model.jitter + self._model.jitter_hidden * hidden[:, None] ** 2
        return np.asarray(boxes + share * size * self._rng.standard_normal(boxes.shape))

    def _stand_about(self, boxes: FloatArray) -> FloatArray:
        """False boxes (N, 4): of the size of the people, anywhere among them."""
        stay = self._rng.random(len(self._false)) > 1 / self._model.false_frames
        came = self._rng.poisson(self._model.false_a_frame) if len(boxes) else 0
        low, high = (boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)) if came else (np.zeros(2), np.zeros(2))
        corner = self._rng.uniform(low, np.maximum(high, low), (came, 2))
        size = (boxes[:, 2:] - boxes[:, :2])[self._rng.integers(0, max(len(boxes), 1), came)] if came else corner
        self._false = np.concatenate([self._false[stay], np.hstack([corner, corner + size])])
        trembling = np.tile(self._false[:, 2:] - self._false[:, :2], 2) * self._rng.standard_normal(self._false.shape)
        return np.asarray(self._false + self._model.jitter * trembling)
