"""Balls found against balls labelled, by their centres."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from edge.types import Detections, FloatArray, ObjectClass
from tests.bench.common import Figure
from tests.bench.label_ball import Ball
from tests.bench.scores import Tally

LEAST_PX, RADII = 3.0, 0.75
PRECISION = 0.95


@dataclass(frozen=True, slots=True)
class Match:
    """One frame: which found ball (row of `balls`) hit which of the true ones, which hit one that counts for nothing,
    and how far off each hit is, px."""

    hit: dict[int, int]
    ignored: frozenset[int]
    error_px: dict[int, float]


def match(balls: FloatArray, truth: Sequence[Ball], ignored: Sequence[Ball] = ()) -> Match:
    """Best first, each found ball (N, 5: x, y, half sizes, confidence) takes the nearest true one still free whose
    centre is within 3 px or 0.75 of its radius, whichever is more."""
    every = np.array([*truth, *ignored], dtype=np.float64).reshape(-1, 3)
    reach_px = np.maximum(LEAST_PX, RADII * every[:, 2])
    free = np.ones(len(every), dtype=bool)
    hit, beside, error_px = {}, set(), {}
    for row in np.argsort(-balls[:, 4], kind="stable").tolist():
        away_px = np.hypot(*(every[:, :2] - balls[row, :2]).T)
        near = np.flatnonzero(free & (away_px <= reach_px))
        if not len(near):
            continue
        best = int(near[np.argmin(away_px[near])])
        free[best] = False
        if best < len(truth):
            hit[row], error_px[row] = best, float(away_px[best])
        else:
            beside.add(row)
    return Match(hit, frozenset(beside), error_px)


@dataclass(slots=True)
class BallTally:
    """All frames of a set: every found ball with its confidence, and the error of each hit, px."""

    tally: Tally = field(default_factory=Tally)
    errors: list[tuple[float, float]] = field(default_factory=list)

    def add(self, balls: FloatArray, truth: Sequence[Ball], ignored: Sequence[Ball] = ()) -> Match:
        """Count one frame; a hit of an `ignored` ball counts neither way."""
        found = match(balls, truth, ignored)
        for row, confidence in enumerate(balls[:, 4].tolist()):
            if row not in found.ignored:
                self.tally.rows.append((confidence, row in found.hit))
            if row in found.hit:
                self.errors.append((confidence, found.error_px[row]))
        self.tally.true_count += len(truth)
        return found

    def figures(self, prefix: str, threshold: float) -> dict[str, Figure]:
        """Recall, precision and centre error at the threshold, and what holds over all thresholds."""
        errors = [error for confidence, error in self.errors if confidence >= threshold]
        return {
            **tally_figures(self.tally, prefix, threshold),
            f"{prefix}_center_error_px": statistics.fmean(errors) if errors else float("nan"),
            f"{prefix}_center_error_median_px": statistics.median(errors) if errors else float("nan"),
        }


def tally_figures(tally: Tally, prefix: str, threshold: float) -> dict[str, Figure]:
    """The keys that every set has; a precision of nothing found is no number."""
    found = any(confidence >= threshold for confidence, _ in tally.rows)
    return {
        f"{prefix}_recall": tally.recall(threshold) if tally.true_count else float("nan"),
        f"{prefix}_precision": tally.precision(threshold) if found else float("nan"),
        f"{prefix}_recall_at_p95": tally.recall_at_precision(PRECISION) if tally.true_count else float("nan"),
        f"{prefix}_ap": tally.average_precision() if tally.true_count else float("nan"),
    }


def as_detections(found: FloatArray) -> Detections:
    """Rows (N, 5: centre x, y, half width, half height, confidence) as boxes of one class."""
    xyxy = np.concatenate((found[:, :2] - found[:, 2:4], found[:, :2] + found[:, 2:4]), axis=1)
    kind = np.full(len(found), int(ObjectClass.BALL), dtype=np.int32)
    return Detections(xyxy.astype(np.float32), found[:, 4].astype(np.float32), kind)
