"""Where identities switch, and what happened to the boxes there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from edge.kernels.boxes import iou
from edge.types import FloatArray
from tests.bench.common import Figure
from tests.bench.mot import MotSequence, feet

MATCH_IOU = 0.5
# Overlaps and false boxes so many frames before a switch count as near it.
NEAR_FRAMES = 3
HEADER = ["sequence", "person", "from frame", "to", "identity", "to", "frames without box", "overlap", "other boxes",
          "moved, heights", "the new one is"]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Switch:
    """A person of the truth who was `old` at frame `since` and, next time he is followed, `new` at `frame`. owner: who
    had that identity last, or None where it is fresh."""

    person: int
    since: int
    frame: int
    old: int
    new: int
    owner: int | None


@dataclass(frozen=True, slots=True)
class Cause:
    """frames_unseen: frames from `since` to `frame` in which no box given matches the person. overlap: his largest IoU
    with another person. other_boxes: a box that is nobody's, or somebody's second, overlaps him. moved_heights: how far
    his feet moved in between, in heights."""

    frames_unseen: int
    overlap: float
    other_boxes: bool
    moved_heights: float


def find_switches(sequence: MotSequence, rows: FloatArray) -> list[Switch]:
    """By TrackEval's rule for CLEAR: who was followed in the last frame is matched to the same identity if he can be.
    rows (R, 6): frame, id, x, y, w, h."""
    last: dict[int, tuple[int, int]] = {}
    before: dict[int, int] = {}
    owners: dict[int, int] = {}
    found = []
    for frame, (boxes, ids) in enumerate(zip(sequence.truth_boxes, sequence.truth_ids, strict=True)):
        here = rows[rows[:, 0] == frame]
        if not len(here) or not len(ids):
            continue
        pairs = _pairs(boxes, ids, here, before)
        before = pairs
        for person, number in pairs.items():
            old, since = last.get(person, (number, frame))
            if old != number:
                found.append(Switch(person, since, frame, old, number, owners.get(number)))
            last[person] = number, frame
        owners |= {number: person for person, number in pairs.items()}
    return found


def _pairs(boxes: FloatArray, ids: np.ndarray, here: FloatArray, before: dict[int, int]) -> dict[int, int]:
    """Identity by person, in one frame."""
    numbers = here[:, 1].astype(int)
    overlap = iou(boxes, np.hstack([here[:, 2:4], here[:, 2:4] + here[:, 4:6]])).astype(np.float64)
    same = np.array([[before.get(int(person)) == number for number in numbers] for person in ids])
    score = np.where(overlap >= MATCH_IOU, overlap + 1000 * same, 0)
    chosen = zip(*linear_sum_assignment(-score), strict=True)
    return {int(ids[i]): int(numbers[j]) for i, j in chosen if score[i, j] > 0}


def explain(sequence: MotSequence, switch: Switch) -> Cause:
    """What the boxes given did at a switch."""
    unseen, overlap, others = 0, 0.0, False
    for frame in range(max(0, switch.since - NEAR_FRAMES), switch.frame + 1):
        true, ids, given = sequence.truth_boxes[frame], sequence.truth_ids[frame], sequence.boxes[frame]
        (index,) = np.nonzero(ids == switch.person)
        if not len(index):
            unseen += frame > switch.since
            continue
        at = int(index[0])
        shared = iou(true, given)
        taken = {
            i: j
            for i, j in zip(*linear_sum_assignment(-np.where(shared >= MATCH_IOU, shared, 0)), strict=True)
            if shared[i, j] >= MATCH_IOU
        }
        unseen += at not in taken and frame >= switch.since
        overlap = max(overlap, float(np.delete(iou(true[at : at + 1], true)[0], at).max(initial=0)))
        others |= bool(np.delete(shared[at], list(taken.values())).max(initial=0) > 0.1)
    return Cause(unseen, overlap, others, _moved(sequence, switch))


def _moved(sequence: MotSequence, switch: Switch) -> float:
    old, new = (
        sequence.truth_boxes[frame][sequence.truth_ids[frame] == switch.person][:1]
        for frame in (switch.since, switch.frame)
    )
    return float(np.hypot(*(feet(new) - feet(old))[0]) / (old[0, 3] - old[0, 1]))


def line(sequence: MotSequence, switch: Switch) -> list[Figure]:
    """A row of a table under HEADER."""
    cause = explain(sequence, switch)
    owner = "fresh" if switch.owner is None else "his before" if switch.owner == switch.person else f"of {switch.owner}"
    return [
        sequence.name, switch.person, switch.since, switch.frame, switch.old, switch.new,
        cause.frames_unseen, f"{cause.overlap:.2f}", "near" if cause.other_boxes else "",
        f"{cause.moved_heights:.2f}", owner,
    ]  # fmt: skip
