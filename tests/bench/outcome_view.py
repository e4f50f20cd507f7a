"""What the box sees of a clip cropped at the hoop: the rim, and frame by frame what may be the ball and how the net
moves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from edge.config import VisionConfig
from edge.game.outcome import Moment
from edge.game.still import still_candidates
from edge.types import Detections, FloatArray, Image, Rim
from edge.vision.ball import BallFinder
from edge.vision.heatmap import LEAST_CONFIDENCE, HeatmapFinder
from edge.vision.net import NetMotion
from edge.vision.rim import voted_rim
from edge.vision.scene import SceneWatcher, apply, compose, identity, invert, steps_back

# A close-up is looked at smaller as well: the hoops that the network learnt from were farther away.
_SCALES = (1.0, 0.5)
_LEAST_VOTE = 0.1
_VOTING = 16
_NOTHING = Detections(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int32))
_NOBODY = np.zeros((0, 4), np.float32)


@dataclass(frozen=True, slots=True)
class View:
    """A clip as the box sees it. moments and rim lie in the pixels of the first frame; to_scene: maps (2, 3) there."""

    moments: tuple[Moment, ...]
    rim: Rim | None
    to_scene: tuple[FloatArray, ...]


def read_clip(path: Path) -> tuple[list[Image], float]:
    """The frames (H, W, 3) BGR and how many a second. Raises SystemExit for what is no video."""
    capture = cv2.VideoCapture(str(path))
    frames: list[Image] = []
    while True:
        more, image = capture.read()
        if not more:
            break
        frames.append(np.asarray(image, np.uint8))
    if not frames:
        raise SystemExit(f"{path}: no frame can be read; leave it out or convert it")
    return frames, float(capture.get(cv2.CAP_PROP_FPS)) or 30.0


def view(frames: Sequence[Image], fps: float, network: HeatmapFinder) -> View:
    """Look at a clip twice: for the rim, then for ball and net."""
    to_scene = _camera(frames)
    rim = _find_rim(frames, to_scene, network)
    balls, net = BallFinder(VisionConfig(), network), NetMotion()
    balls.reset()
    moments = []
    for index, image in enumerate(frames):
        move = to_scene[index]
        here = None if rim is None else _in_image(rim, move)
        steps = steps_back(to_scene[max(index - 2, 0) : index], move)
        moving = balls.watch(image, steps)
        seen = balls.look(image, _NOTHING, _NOBODY, None, here, moving, move)
        candidates = still_candidates(seen.candidates, move)
        moments.append(Moment(index, index / fps, candidates, net.update(image, here)))
    return View(tuple(moments), rim, to_scene)


def _camera(frames: Sequence[Image]) -> tuple[FloatArray, ...]:
    """Each frame's map (2, 3) to the first. A clip is one take: what looks like a cut is the ball filling the crop."""
    watcher, base, maps = SceneWatcher(True), identity(), list[FloatArray]()
    for image in frames:
        change = watcher.update(image)
        if change.cut and maps:
            base = maps[-1]
        maps.append(compose(base, change.key_from_now))
    return tuple(maps)


def _find_rim(frames: Sequence[Image], to_scene: Sequence[FloatArray], network: HeatmapFinder) -> Rim | None:
    """Where most of the looks at the clip, large and small, see a hoop that fits the ball."""
    boxes, radii = [_NOBODY.reshape(0, 5)], []
    for scale in _SCALES:
        network.reset()
        for index, image in _some(frames):
            small = image if scale == 1 else np.asarray(cv2.resize(image, None, fx=scale, fy=scale), np.uint8)
            sighting = network.look_still(small, _LEAST_VOTE)
            found = sighting.rims.copy()
            found[:, :4] /= scale
            found[:, :2] = apply(to_scene[index], found[:, :2])
            boxes.append(found)
            radii += list(sighting.balls[sighting.balls[:, 3] > LEAST_CONFIDENCE, 2] / scale)
    network.reset()
    return voted_rim(np.concatenate(boxes), float(np.median(radii)) if radii else None)


def _some(frames: Sequence[Image]) -> Iterator[tuple[int, Image]]:
    step = -(-len(frames) // _VOTING)
    return ((index, frames[index]) for index in range(0, len(frames), step))


def _in_image(rim: Rim, to_scene: FloatArray) -> Rim:
    x, y = apply(invert(to_scene), [rim.x_px, rim.y_px])
    return Rim(float(x), float(y), rim.width_px, rim.height_px)
