"""What a detector, the ball's network and the appearance network would say of a scene: made up, the same for the same
seed and name.

The camera is known as well as a calibration tells it. Boxes: tests/bench/detection_model.py. The ball: as often as the
box finds it in pictures (`make bench-ball`), less when it is small, fast or hidden, and missed for several frames on
end; beside it, heads and shoes that count as balls for a while. Looks: unit vectors whose cosines are those of the
appearance network.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy.special import ndtr

from calibration.camera import Camera
from edge.kernels.boxes import iou
from edge.types import FloatArray
from tests.bench.court_play import Scene
from tests.bench.detection_model import detect
from tests.bench.mot import IntArray, MotSequence

_LOOK_SIZE = 128
# Shares of a look's square: what all pictures have in common, the team, the person, the moment. The same person is then
# alike by .85, the same team by .75, others by .6.
_COMMON, _TEAM, _PERSON, _MOMENT = 0.60, 0.15, 0.10, 0.15
# One standard deviation of what a calibration gets wrong: relative focal length, bend, turn (rad), place (m), and the
# principal point (px); about 10 cm on the floor at 15 m.
_CALIBRATION_ERROR = np.array([0.001, 0.0, 0.0015, 0.0015, 0.0015, 0.02, 0.02, 0.02, 0.0, 0.0])


@dataclass(frozen=True, slots=True)
class BallModel:
    """recall: of balls in full view, by radius, px; the other two multiply it: by the hidden share, and by how many
    diameters it moves a frame. stays: how much of a frame's luck goes on to the next. jitter_px: one standard deviation
    of the centre, more where part of it is hidden. false_a_frame: heads and shoes, each for false_frames on the mean,
    seen in false_seen of them."""

    radius_px: tuple[float, ...] = (2.0, 4.0, 6.0, 7.0)
    recall: tuple[float, ...] = (0.3, 0.6, 0.75, 0.9)
    hidden: tuple[float, ...] = (0.0, 0.1, 0.4, 0.7, 1.0)
    recall_hidden: tuple[float, ...] = (1.0, 0.95, 0.6, 0.15, 0.0)
    diameters: tuple[float, ...] = (1.0, 3.0)
    recall_fast: tuple[float, ...] = (1.0, 0.85)
    stays: float = 0.6
    jitter_px: float = 1.3
    jitter_hidden_px: float = 2.0
    radius_error: float = 0.08
    false_a_frame: float = 0.2
    false_frames: float = 8.0
    false_seen: float = 0.7
    false_confidence: tuple[float, float] = (0.55, 0.8)


@dataclass(frozen=True, slots=True)
class Sightings:
    """Frame by frame: boxes (N, 4) and confidence (N,), ball candidates (M, 4) x, y, radius px and confidence, and
    wrists (P, 2, 2) px as a pose network would have them. camera: as the calibration has it."""

    scene: Scene
    camera: Camera
    boxes: list[FloatArray]
    confidence: list[FloatArray]
    candidates: list[FloatArray]
    wrists_px: FloatArray
    looks: Looks


def sight(scene: Scene, seed: int, model: BallModel | None = None) -> Sightings:
    """The scene as seen."""
    rng = np.random.default_rng([seed, zlib.crc32(scene.name.encode()), 2])
    ids = np.arange(1, scene.boxes.shape[1] + 1)
    shown = [np.flatnonzero(seen) for seen in scene.seen]
    truth = [boxes[one] for boxes, one in zip(scene.boxes, shown, strict=True)]
    people = detect(
        MotSequence(
            scene.name, scene.frames_per_s, truth, [np.ones(len(boxes)) for boxes in truth], truth,
            [ids[one] for one in shown], scene.tuning,
        ),
        seed,
    )  # fmt: skip
    height = (scene.boxes[..., 3] - scene.boxes[..., 1])[..., None, None]
    wrists = scene.wrists_px + 0.015 * height * rng.standard_normal(scene.wrists_px.shape)
    candidates = ball_candidates(scene, model or BallModel(), rng)
    looks, camera = Looks(scene.team, rng), scene.camera.changed(_CALIBRATION_ERROR * rng.standard_normal(10))
    return Sightings(scene, camera, people.boxes, people.confidence, candidates, wrists, looks)


def ball_candidates(scene: Scene, model: BallModel, rng: np.random.Generator) -> list[FloatArray]:
    """(M, 4) of every frame."""
    chance = ball_recall(scene, model)
    luck, found = rng.standard_normal(), []
    false = _False(model, rng)
    for t in range(len(scene)):
        luck = model.stays * luck + np.sqrt(1 - model.stays**2) * rng.standard_normal()
        rows = false.step(scene.boxes[t][scene.seen[t]])
        if ndtr(luck) < chance[t]:
            sigma = model.jitter_px + model.jitter_hidden_px * scene.hidden[t]
            xy = scene.ball_px[t] + sigma * rng.standard_normal(2)
            radius = scene.radius_px[t] * np.exp(model.radius_error * rng.standard_normal())
            sure = np.clip(0.92 - 0.35 * scene.hidden[t] - 0.06 * abs(rng.standard_normal()), 0.55, 0.99)
            rows = [*rows, np.array([*xy, radius, sure])]
        order = rng.permutation(len(rows))
        found.append(np.array(rows, np.float32).reshape(-1, 4)[order])
    return found


def ball_recall(scene: Scene, model: BallModel) -> FloatArray:
    """How likely it is that the ball is found on each frame (T,)."""
    moved = np.linalg.norm(np.diff(scene.ball_px, axis=0, prepend=scene.ball_px[:1]), axis=1)
    with np.errstate(invalid="ignore"):
        chance = np.interp(scene.radius_px, model.radius_px, model.recall)
        chance *= np.interp(scene.hidden, model.hidden, model.recall_hidden)
        chance *= np.interp(moved / (2 * scene.radius_px), model.diameters, model.recall_fast)
    return np.asarray(np.where(scene.in_picture, np.nan_to_num(chance), 0.0))


@dataclass(slots=True)
class _Mistaken:
    """A head or a shoe that counts as a ball: the place in its owner's box, in shares of it."""

    beside: FloatArray
    centre: FloatArray
    confidence: float


@dataclass
class _False:
    """False candidates stay with whoever they are on, found again by the nearest box."""

    model: BallModel
    rng: np.random.Generator
    going_on: list[_Mistaken] = field(default_factory=list)

    def step(self, boxes: FloatArray) -> list[FloatArray]:
        """Rows (4,) of this frame; boxes (N, 4) of who is in the picture."""
        model, rng = self.model, self.rng
        self.going_on = [one for one in self.going_on if rng.random() > 1 / model.false_frames]
        if len(boxes) == 0:
            return []
        size = boxes[:, 2:] - boxes[:, :2]
        centre = boxes[:, :2] + size / 2
        for _ in range(rng.poisson(model.false_a_frame / model.false_frames / model.false_seen)):
            owner = int(rng.integers(len(boxes)))
            beside = np.array([0.5, 0.07]) if rng.random() < 0.5 else np.array([rng.uniform(0.15, 0.85), 0.96])
            sure = float(rng.uniform(*model.false_confidence))
            self.going_on.append(_Mistaken(beside, centre[owner], sure))
        rows = []
        for one in self.going_on:
            owner = int(np.argmin(np.linalg.norm(centre - one.centre, axis=1)))
            one.centre = centre[owner]
            if rng.random() < model.false_seen:
                xy = boxes[owner, :2] + one.beside * size[owner] + model.jitter_px * rng.standard_normal(2)
                radius = 0.063 * size[owner, 1] * np.exp(2 * model.radius_error * rng.standard_normal())
                sure = float(np.clip(one.confidence + 0.05 * rng.standard_normal(), 0.5, 0.9))
                rows.append(np.array([*xy, radius, sure]))
        return rows


class Looks:
    """The appearance of the people of one scene."""

    def __init__(self, team: IntArray, rng: np.random.Generator) -> None:
        def vectors(count: int) -> FloatArray:
            return np.asarray(rng.standard_normal((count, _LOOK_SIZE)) / np.sqrt(_LOOK_SIZE))

        self._seed = int(rng.integers(2**31))
        self._common = np.sqrt(_COMMON) * vectors(1)
        self._people = np.sqrt(_TEAM) * vectors(2)[team] + np.sqrt(_PERSON) * vectors(len(team))

    def embed(self, boxes: FloatArray, truth: FloatArray, frame: int) -> FloatArray:
        """Unit vectors (N, D) of boxes (N, 4): of the true boxes (P, 4) below them, mixed as they overlap. The same box
        of the same frame gives the same vector."""
        overlap = iou(np.asarray(boxes, np.float64), truth) ** 2
        share = overlap / np.maximum(overlap.sum(axis=1, keepdims=True), 1e-9)
        looks = self._common + share @ self._people
        for row, box in zip(looks, boxes, strict=True):
            key = [self._seed, frame, *np.abs(np.round(box)).astype(int).tolist()]
            moment = np.random.default_rng(key).standard_normal(_LOOK_SIZE)
            row += np.sqrt(_MOMENT / _LOOK_SIZE) * moment
        return np.asarray(looks / np.linalg.norm(looks, axis=1, keepdims=True), np.float32)

    def encoder(self, truth: FloatArray, frame: int) -> Callable[[FloatArray], FloatArray]:
        """`embed` of one frame."""
        return lambda boxes: self.embed(boxes, truth, frame)
