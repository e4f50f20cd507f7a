"""Stand-ins for the networks: a pipeline that reports what it was told to, at the frames it was told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from calibration.model import Calibration
from edge.pipeline import Step
from edge.tracking.settled import SettledFrame
from edge.types import (
    Explanation,
    Frame,
    Outcome,
    PlayEvent,
    PlayKind,
    ShotEvent,
    ShotPhase,
    Snapshot,
    StageTimes,
)


def shot(shot_id: str, release: int, phase: ShotPhase = ShotPhase.NEW, outcome: Outcome | None = None) -> ShotEvent:
    return ShotEvent(shot_id, phase, release, release / 25, 1, outcome, 0.9)


def thrown(index: int) -> PlayEvent:
    """A pass from 1 to 2 that arrived at frame `index`."""
    return PlayEvent(
        PlayKind.PASS, index - 5, index, (index - 5) / 25, index / 25, 1, "A", 2, True, evidence={"flight_s": 0.2}
    )


class FakePipeline:
    """`events` and `plays` by frame index; `last` is what `finish` gives; raises `error` at frame `error_at`."""

    def __init__(
        self,
        events: Mapping[int, Sequence[ShotEvent]],
        last: tuple[ShotEvent, ...] = (shot("z", 39, ShotPhase.END, Outcome.UNKNOWN),),
        error_at: int | None = None,
    ) -> None:
        self.events = events
        self.last = last
        self.plays: dict[int, PlayEvent] = {}
        self.last_plays: tuple[PlayEvent, ...] = ()
        self.error_at = error_at
        self.dropped: dict[str, int] = {}
        self.tracks: list[SettledFrame] = []
        self.indices: list[int] = []
        self.calibrations: list[Calibration | None] = []
        self.closed = False

    def recalibrate(self, calibration: Calibration | None) -> None:
        self.calibrations.append(calibration)

    def step(self, frame: Frame) -> Step:
        if frame.index == self.error_at:
            raise RuntimeError("the network broke")
        self.indices.append(frame.index)
        height, width = frame.image.shape[:2]
        snapshot = Snapshot(frame.index, frame.time_s, (width, height), (), None, np.zeros((0, 4)), None)
        times = StageTimes({"detector": 2.0}, {"detector": 3.0, "networks": -2.0})
        play = self.plays.get(frame.index)
        return Step(snapshot, tuple(self.events.get(frame.index, ())), times, () if play is None else (play,))

    def explain(self) -> Explanation:
        return Explanation(np.zeros((0, 2)), np.zeros((0, 4)))

    def finish(self) -> tuple[ShotEvent, ...]:
        return self.last

    def finish_plays(self) -> tuple[PlayEvent, ...]:
        return self.last_plays

    def settled(self, ended: bool = False) -> list[SettledFrame]:
        return self.tracks if ended else []

    def close(self) -> None:
        self.closed = True
