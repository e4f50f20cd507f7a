"""Balls of the virtual gym: moments of three consecutive frames whose truth is known, by speed, size and occlusion."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

import numpy as np

from edge.simulator import SCENARIOS, VirtualGym
from edge.simulator.truth import Truth
from edge.types import Image
from tests.bench.ball_scores import BallTally, Match
from tests.bench.clips import Checked, Watch
from tests.bench.common import Figure
from tests.bench.finders import Finder, Found
from tests.bench.label_ball import Ball, Label

# Training draws its gyms of seeds below 3000.
FIRST_SEED = 5000
GYMS, MOMENTS, EVERY, FRAMES = 40, 8, 22, 3
PLAYS, MOUNTS = ("practice", "threes", "game", "cones"), ("any", "wall")
LEAST_VISIBLE = 0.35
BINS: dict[str, tuple[float, ...]] = {"speed_px": (2, 10), "radius_px": (6, 12), "hidden": (0.1, 0.4)}


@dataclass(frozen=True, slots=True)
class Moment:
    """Consecutive frames, oldest first; of the last: the balls to be found, what the bins go by of each, and the balls
    that are hidden so far that they count neither way."""

    frames: list[Image]
    balls: tuple[Ball, ...]
    measures: tuple[dict[str, float], ...]
    ignored: tuple[Ball, ...]


def moments(gyms: int, each: int) -> Iterator[Moment]:
    """`each` moments of every gym; plays and mounts in turn, looks and light by seed."""
    for number in range(gyms):
        seed = FIRST_SEED + number
        rng = np.random.default_rng([seed, 30])
        scenario = replace(
            SCENARIOS[PLAYS[number % len(PLAYS)]],
            mount=MOUNTS[number // len(PLAYS) % len(MOUNTS)],
            cone_layout="auto",
            distractors=0,  # its cushion is round and of a ball's colours
            other_lines=bool(rng.random() < 0.5),
            uneven=float(rng.uniform(0, 0.5)),
            noise=float(rng.uniform(0, 4)),
            extra_balls=number % 3,
            props="any",
            exposure=float(rng.uniform(0, 0.7)),
            shutter_s=float(1 / rng.uniform(60, 1000)),
        )
        for burst in islice(VirtualGym(scenario, seed).bursts(EVERY, FRAMES), each):
            yield _moment([frame.image for frame, _ in burst], [truth for _, truth in burst])


def _moment(frames: list[Image], truths: Sequence[Truth]) -> Moment:
    balls, measures, hardly = [], [], []
    now, last = ((truth.ball, *truth.other_balls) for truth in (truths[-1], truths[-2]))
    for ball, before in zip(now, last, strict=True):
        if ball is None:
            continue
        row = (float(ball.centre_px[0]), float(ball.centre_px[1]), float(ball.radius_px))
        if 1 - ball.hidden_share <= LEAST_VISIBLE:
            hardly.append(row)
            continue
        moved_px = float(np.hypot(*(ball.centre_px - before.centre_px))) if before is not None else 0.0
        balls.append(row)
        measures.append({"speed_px": moved_px, "radius_px": row[2], "hidden": ball.hidden_share})
    return Moment(frames, tuple(balls), tuple(measures), tuple(hardly))


def bins_of(measures: dict[str, float]) -> list[str]:
    """The bin of each measure: speed_px_2_to_10, hidden_under_0.1 and the like."""
    names = []
    for measure, value in measures.items():
        edges = BINS[measure]
        place = int(np.searchsorted(edges, value, side="right"))
        if place == 0:
            names.append(f"{measure}_under_{edges[0]:g}")
        elif place == len(edges):
            names.append(f"{measure}_over_{edges[-1]:g}")
        else:
            names.append(f"{measure}_{edges[place - 1]:g}_to_{edges[place]:g}")
    return names


@dataclass(slots=True)
class PlayTally:
    """One network over all moments, and of each bin how many balls there were and were found."""

    confidence: float
    all: BallTally = field(default_factory=BallTally)
    bins: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))

    def add(self, found: Found, moment: Moment) -> Match:
        """Count one moment."""
        match = self.all.add(found.balls, moment.balls, moment.ignored)
        sure = {ball for row, ball in match.hit.items() if found.balls[row, 4] >= self.confidence}
        for index, measures in enumerate(moment.measures):
            for name in bins_of(measures):
                self.bins[name].append(index in sure)
        return match

    def figures(self) -> dict[str, Figure]:
        """play_recall, play_precision and the like; the recall and the number of balls of each bin."""
        figures = self.all.figures("play", self.confidence)
        for name, seen in sorted(self.bins.items()):
            figures[f"play_{name}_recall"] = sum(seen) / len(seen)
            figures[f"play_{name}_balls"] = len(seen)
        return figures


def measure(finders: Sequence[Finder], quick: bool, watch: Watch | None = None) -> dict[str, dict[str, Figure]]:
    """Figures of each network by its name; each moment is drawn once. `watch` sees them numbered, as clip "play"."""
    tallies = {finder.name: PlayTally(finder.confidence) for finder in finders}
    for number, moment in enumerate(moments(*((4, 2) if quick else (GYMS, MOMENTS)))):
        for finder in finders:
            found = finder.moment(moment.frames)
            match = tallies[finder.name].add(found, moment)
            if watch is not None:
                watch(finder, "play", Checked(number, moment.frames, Label(moment.balls)), found, match)
    return {name: tally.figures() for name, tally in tallies.items()}
