"""The ball as the whole box sees it on real clips, frame by frame: what its sources agree on, and what it follows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from edge.capture import open_source
from edge.config import parse
from edge.pipeline import open_pipeline
from edge.types import FloatArray, Snapshot, TrackStatus
from tests.bench.ball_scores import BallTally
from tests.bench.clips import QUICK_FRAMES, Clip, sought_and_aside
from tests.bench.common import Figure
from tests.bench.label_ball import Label

# From here on the box trusts a candidate more than not: what it gives is roughly how often it is right.
CONFIDENCE = 0.5
_FOLLOWED = (TrackStatus.CONFIRMED, TrackStatus.TENTATIVE)

Watch = Callable[[Clip], Iterator[Snapshot]]


def snapshots(network: str, clip: Clip) -> Iterator[Snapshot]:
    """What the box makes of each frame of a clip with that network for the ball, without a calibration."""
    played = {"uri": str(clip.path), "realtime": False}
    config = parse({"source": played, "engines": {"ball": network}}, "benchmark")
    pipeline = open_pipeline(config, None)
    try:
        with open_source(config.source) as source:
            yield from (pipeline.step(frame).snapshot for frame in source)
    finally:
        pipeline.close()


@dataclass(slots=True)
class BoxTally:
    """Candidates and the followed ball against the labels of all clips."""

    candidates: BallTally = field(default_factory=BallTally)
    followed: BallTally = field(default_factory=BallTally)

    def add(self, seen: Snapshot, label: Label) -> None:
        sought, aside = sought_and_aside(label)
        self.candidates.add(_rows(seen.ball_candidates), sought, aside)
        ball = seen.ball
        rows: list[list[float]] = []
        if ball is not None and ball.status in _FOLLOWED:
            x, y = ball.xy_px
            rows = [[x, y, ball.radius_px, ball.confidence]]
            sought = tuple(sorted(sought, key=lambda one: float(np.hypot(one[0] - x, one[1] - y))))
        # One ball is followed, whichever it is: the others in the picture are not its to find.
        self.followed.add(_rows(np.array(rows, np.float32).reshape(-1, 4)), sought[:1], (*sought[1:], *aside))

    def figures(self) -> dict[str, Figure]:
        """box_recall, box_precision and the like of the candidates, followed_recall and so on of the followed ball."""
        return {**self.candidates.figures("box", CONFIDENCE), **self.followed.figures("followed", 0.0)}


def _rows(candidates: FloatArray) -> FloatArray:
    """(N, 4) x, y, radius, confidence as (N, 5) with half width and half height."""
    return np.column_stack([candidates[:, :3], candidates[:, 2:]])


def measure(clips: Sequence[Clip], quick: bool, watch: Watch) -> dict[str, Figure]:
    """Figures over the labelled frames of all clips; the box sees every frame before them as well."""
    tally = BoxTally()
    for clip in clips:
        wanted: Iterable[int] = sorted(clip.labels)[: QUICK_FRAMES if quick else None]
        last, index = max(wanted, default=-1), -1
        for index, seen in enumerate(islice(watch(clip), last + 1)):
            if index in clip.labels:
                tally.add(seen, clip.labels[index])
        if index < last:
            raise SystemExit(f"{clip.path}: ends at frame {index}, and frame {last} is labelled; mend the labels")
    return tally.figures()
