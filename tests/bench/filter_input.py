"""Ten players and a ball to be followed, and where they really are: recorded boxes where there are any, else made up.

The boxes are what a made-up detector gives on true boxes (tests/bench/detection_model.py); the ball is always made up,
by seed: held at somebody's side, and thrown to somebody else in an arc.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment

from edge.kernels.boxes import iou
from edge.types import FloatArray
from tests.bench.detection_model import detect
from tests.bench.mot import ONCOURT, IntArray, MotSequence, read_indoor, read_sportsmot

PLAYERS, BALL = 10, 10
TARGETS = PLAYERS + 1
SEEN_SHARE = 0.05
RADIUS_SHARE = 0.065
_BALL_SEEN = 0.8
_LEAST_FRAMES, _MOST_FRAMES = 100, 250
_IMAGE = np.array([1280.0, 720.0])


@dataclass(frozen=True, slots=True)
class Scene:
    """truth (F, 11, 2) px: box centres of ten players, and the ball. One array a frame: boxes (N, 4) xyxy px and
    confidence (N,) of players; balls (M, 4): x, y, radius px, confidence, M 0 or 1; looks (N + M, 4): x, y, standard
    deviation px, kind (0 player, 1 ball); told (N + M,): whose they are, -1 nobody's. height_px: of a player."""

    name: str
    frames_per_s: float
    height_px: float
    truth: FloatArray
    boxes: list[FloatArray]
    confidence: list[FloatArray]
    balls: list[FloatArray]
    looks: list[FloatArray]
    told: list[IntArray]

    def __len__(self) -> int:
        return len(self.truth)

    @property
    def radius_px(self) -> float:
        return RADIUS_SHARE * self.height_px

    def told_looks(self, frame: int) -> FloatArray:
        """Looks (N, 4) whose kind is the target that they are of."""
        looks = self.looks[frame].copy()
        looks[:, 3] = self.told[frame]
        return looks


def scenes(root: Path, count: int, seed: int) -> list[Scene]:
    """At most `count` of sportsmot_basketball, else of trackid3x3 (two recordings of six side by side), else made
    up."""
    players = _sportsmot(root) or _side_by_side(root)
    if not players:
        print(f"{root}: neither sportsmot_basketball nor trackid3x3 there; players are made up")
        players = [_made_up(f"made_up_{k}", seed + k) for k in range(count)]
    return [_scene(sequence, seed) for sequence in players[:count]]


def _sportsmot(root: Path) -> list[MotSequence]:
    folder = root / "sportsmot_basketball"
    found = [_stretch(one, PLAYERS) for one in read_sportsmot(folder)] if folder.is_dir() else []
    return [one for one in found if len(one) >= _LEAST_FRAMES]


def _side_by_side(root: Path) -> list[MotSequence]:
    folder = root / "trackid3x3"
    found = [_stretch(one, PLAYERS // 2 + 1) for one in read_indoor(folder, ONCOURT)] if folder.is_dir() else []
    found = [one for one in found if len(one) >= _LEAST_FRAMES]
    return [_join(one, other) for one, other in zip(found[::2], found[1::2], strict=False)]


def _stretch(sequence: MotSequence, count: int) -> MotSequence:
    """The longest time in which the same `count` people are all in view, of people numbered from 0."""
    names = [tuple(sorted(ids.tolist())) for ids in sequence.truth_ids]
    best, start = range(0), 0
    for frame in range(1, len(names) + 1):
        if frame == len(names) or names[frame] != names[start]:
            if len(names[start]) == count and frame - start > len(best):
                best = range(start, frame)
            start = frame
    chosen = list(best)[:_MOST_FRAMES]
    boxes = [sequence.truth_boxes[f][np.argsort(sequence.truth_ids[f])] for f in chosen]
    return _sequence(sequence.name, sequence.frames_per_s, boxes)


def _join(one: MotSequence, other: MotSequence) -> MotSequence:
    beside = np.array([_IMAGE[0], 0, _IMAGE[0], 0])
    pairs = zip(one.truth_boxes, other.truth_boxes, strict=False)
    boxes = [np.concatenate([mine, theirs + beside])[:PLAYERS] for mine, theirs in pairs]
    return _sequence(f"{one.name}+{other.name}", one.frames_per_s, boxes)


def _made_up(name: str, seed: int, frames: int = _MOST_FRAMES, frames_per_s: float = 25.0) -> MotSequence:
    """Players who run to one place after another, at 60 to 350 px/s."""
    rng = np.random.default_rng(seed)
    low, high = np.array([100.0, 200.0]), _IMAGE - [100, 80]
    xy, goal = rng.uniform(low, high, (PLAYERS, 2)), rng.uniform(low, high, (PLAYERS, 2))
    velocity, speed = np.zeros((PLAYERS, 2)), rng.uniform(60, 350, PLAYERS)
    half, boxes = np.array([25.0, 60.0]), []
    for _ in range(frames):
        away = goal - xy
        far = np.linalg.norm(away, axis=1)
        there = far < 30
        goal[there], speed[there] = rng.uniform(low, high, (int(there.sum()), 2)), rng.uniform(60, 350, there.sum())
        velocity += 0.06 * (speed[:, None] * away / np.maximum(far, 1)[:, None] - velocity)
        xy = xy + velocity / frames_per_s
        boxes.append(np.hstack([xy - half, xy + half]))
    return _sequence(name, frames_per_s, boxes)


def _sequence(name: str, frames_per_s: float, boxes: Sequence[FloatArray]) -> MotSequence:
    return MotSequence(name, frames_per_s, [], [], list(boxes), [np.arange(len(one)) for one in boxes], False)


def _scene(sequence: MotSequence, seed: int) -> Scene:
    seen = detect(sequence, seed)
    rng = np.random.default_rng([seed, len(sequence)])
    true = np.stack(sequence.truth_boxes)
    height = float(np.median(true[..., 3] - true[..., 1]))
    centres = (true[..., :2] + true[..., 2:]) / 2
    ball = _ball(centres, height, sequence.frames_per_s, rng)
    radius = RADIUS_SHARE * height
    balls, looks, told = [], [], []
    for frame, boxes in enumerate(seen.boxes):
        here = rng.random() < _BALL_SEEN
        xy = ball[frame] + 0.3 * radius * rng.standard_normal(2)
        balls.append(np.array([[*xy, radius, 0.8]] if here else []).reshape(-1, 4))
        sigma = SEEN_SHARE * (boxes[:, 3] - boxes[:, 1])
        rows = [np.column_stack([(boxes[:, :2] + boxes[:, 2:]) / 2, sigma, np.zeros(len(boxes))])]
        rows += [np.array([[*xy, 0.6 * radius, 1.0]])] * here
        looks.append(np.concatenate(rows))
        told.append(np.concatenate([_whose(boxes, true[frame]), np.full(int(here), BALL)]))
    truth = np.concatenate([centres, ball[:, None]], axis=1)
    return Scene(
        sequence.name, sequence.frames_per_s, height, truth, seen.boxes, seen.confidence, balls, looks, told
    )  # fmt: skip


def _whose(boxes: FloatArray, true: FloatArray) -> IntArray:
    """Which true box (10, 4) each of boxes (N, 4) is of, -1 where it covers none by half."""
    overlap = iou(boxes, true)
    owner = np.full(len(boxes), -1)
    for n, k in zip(*linear_sum_assignment(-overlap), strict=True):
        owner[n] = k if overlap[n, k] > 0.5 else -1
    return owner


def _ball(centres: FloatArray, height: float, frames_per_s: float, rng: np.random.Generator) -> FloatArray:
    """The ball's way (F, 2) px among players (F, 10, 2)."""
    way, holder, frame = np.zeros((len(centres), 2)), 0, 0
    while frame < len(way):
        until = frame + int(rng.uniform(0.5, 1.5) * frames_per_s)
        bounce = height * 0.2 * np.abs(np.sin(np.arange(frame, until) * 2 * np.pi * 1.5 / frames_per_s))
        held = centres[frame:until, holder] + [0.15 * height, 0.0]
        held[:, 1] += bounce[: len(held)]
        way[frame:until] = held
        receiver = int((holder + rng.integers(1, PLAYERS)) % PLAYERS)
        arrives = until + int(rng.uniform(0.4, 0.9) * frames_per_s)
        if arrives >= len(way):
            way[until:] = centres[until:, holder] + [0.15 * height, 0.0]
            break
        share = np.linspace(0, 1, arrives - until + 1)[:-1, None]
        share = share**2 * (3 - 2 * share)
        way[until:arrives] = (1 - share) * centres[until, holder] + share * centres[arrives, receiver]
        way[until:arrives, 1] -= 4 * 0.3 * height * (share * (1 - share))[:, 0]
        holder, frame = receiver, arrives
    return way
