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
from tests.bench.ball_scores import BallTally
from tests.bench.common import Figure
from tests.bench.finders import Finder
from tests.bench.label_ball import Ball

# Training draws its gyms of seeds below 3000.
FIRST_SEED = 5000
GYMS, MOMENTS, EVERY, FRAMES = 40, 8, 22, 3
PLAYS, MOUNTS = ("practice", "threes", "game", "cones"), ("any", "wall")
LEAST_VISIBLE = 0.35
BINS: dict[str, tuple[float, ...]] = {"speed_px": (2, 10), "radius_px": (6, 12), "hidden": (0.1, 0.4)}


@dataclass(frozen=True, slots=True)
class Moment:
    """Consecutive frames, oldest first; of the last: the balls to be found and those that count neither way; and of
    the ball, if any, what the bins go by."""

    frames: list[Image]
    balls: tuple[Ball, ...]
    ignored: tuple[Ball, ...]
    measures: dict[str, float]


def moments(gyms: int, each: int) -> Iterator[Moment]:
    """`each` moments of every gym; plays and mounts in turn, looks and light by seed."""
    for number in range(gyms):
        seed = FIRST_SEED + number
        rng = np.random.default_rng([seed, 30])
        scenario = replace(
            SCENARIOS[PLAYS[number % len(PLAYS)]],
            mount=MOUNTS[number // len(PLAYS) % len(MOUNTS)],
            cone_layout="auto",
            distractors=int(rng.integers(4)),
            other_lines=bool(rng.random() < 0.5),
            uneven=float(rng.uniform(0, 0.5)),
            noise=float(rng.uniform(0, 4)),
        )
        for burst in islice(VirtualGym(scenario, seed).bursts(EVERY, FRAMES), each):
            yield _moment([frame.image for frame, _ in burst], [truth for _, truth in burst])


def _moment(frames: list[Image], truths: Sequence[Truth]) -> Moment:
    ball, before = truths[-1].ball, truths[-2].ball
    if ball is None:
        return Moment(frames, (), (), {})
    row = (float(ball.centre_px[0]), float(ball.centre_px[1]), float(ball.radius_px))
    if 1 - ball.hidden_share <= LEAST_VISIBLE:
        return Moment(frames, (), (row,), {})
    moved = np.hypot(*(ball.centre_px - before.centre_px)) if before is not None else 0.0
    measures = {"speed_px": float(moved), "radius_px": row[2], "hidden": ball.hidden_share}
    return Moment(frames, (row,), (), measures)


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

    def add(self, finder: Finder, moment: Moment) -> None:
        """Count one moment."""
        balls = finder.moment(moment.frames).balls
        found = self.all.add(balls, moment.balls, moment.ignored)
        seen = any(balls[row, 4] >= self.confidence for row in found.hit)
        for name in bins_of(moment.measures):
            self.bins[name].append(seen)

    def figures(self) -> dict[str, Figure]:
        """play_recall, play_precision and the like; the recall and the number of balls of each bin."""
        figures = self.all.figures("play", self.confidence)
        for name, seen in sorted(self.bins.items()):
            figures[f"play_{name}_recall"] = sum(seen) / len(seen)
            figures[f"play_{name}_balls"] = len(seen)
        return figures


def measure(finders: Sequence[Finder], quick: bool) -> dict[str, dict[str, Figure]]:
    """Figures of each network by its name; each moment is drawn once."""
    tallies = {finder.name: PlayTally(finder.confidence) for finder in finders}
    for moment in moments(*((4, 2) if quick else (GYMS, MOMENTS))):
        for finder in finders:
            tallies[finder.name].add(finder, moment)
    return {name: tally.figures() for name, tally in tallies.items()}
