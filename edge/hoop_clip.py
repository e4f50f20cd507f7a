"""A clip cropped at the hoop, looked at as a whole: the rim, and frame by frame what may be the ball and how the net
moves. For `courtside judge`; whoever watches the court knows the rim and follows a shot from the hands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from edge.config import VisionConfig
from edge.game.outcome import Moment
from edge.game.still import still_candidates
from edge.types import Detections, FloatArray, Image, Rim
from edge.vision.ball import BallFinder
from edge.vision.heatmap import LEAST_CONFIDENCE, HeatmapFinder
from edge.vision.net import NetMotion
from edge.vision.rim import RING_OF_RADIUS, voted_rim
from edge.vision.scene import SceneWatcher, apply, compose, identity, invert, steps_back

# The network learnt hoops of about these widths, px, whole ones in a picture: a close-up is shrunk until its hoop, told
# from the ball's size, is so wide, with more of the picture's edge about it.
LEARNT_PX = (30.0, 42.0, 60.0)
_EDGE = 0.5
# Of the picture's smaller side, where no ball is seen at all.
_USUAL_RING = 0.3
_LEAST_VOTE = 0.1
_EVERY, _VOTING = 2, 10
_NOTHING = Detections(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int32))
_NOBODY = np.zeros((0, 4), np.float32)


@dataclass(frozen=True, slots=True)
class View:
    """A clip as the box sees it. moments and rim lie in the pixels of the first frame; to_scene: maps (2, 3) there."""

    moments: tuple[Moment, ...]
    rim: Rim | None
    to_scene: tuple[FloatArray, ...]


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
        maps.append(np.asarray(compose(base, change.key_from_now), np.float64))
    return tuple(maps)


def _find_rim(frames: Sequence[Image], to_scene: Sequence[FloatArray], network: HeatmapFinder) -> Rim | None:
    """Where most of the looks at the clip, at several sizes, see a hoop that fits the ball."""
    radius_px = _ball_radius_px(frames, network)
    ring_px = _USUAL_RING * min(frames[0].shape[:2]) if radius_px is None else RING_OF_RADIUS * radius_px
    boxes: list[npt.NDArray[np.float64]] = []
    for learnt_px in LEARNT_PX:
        scale = min(1.0, learnt_px / ring_px)
        for image, to in zip(frames[::_EVERY], to_scene[::_EVERY], strict=True):
            found = look_for_hoops(image, scale, network)
            found[:, :2] = apply(to, found[:, :2])
            boxes.append(found)
    return voted_rim(np.concatenate(boxes), radius_px)


def _ball_radius_px(frames: Sequence[Image], network: HeatmapFinder) -> float | None:
    step = -(-len(frames) // _VOTING)
    balls = np.concatenate([network.look_still(image, LEAST_CONFIDENCE).balls for image in frames[::step]])
    return float(np.median(balls[:, 2])) if len(balls) else None


def look_for_hoops(image: Image, scale: float, network: HeatmapFinder) -> npt.NDArray[np.float64]:
    """Boxes (M, 5) that a look at the picture shrunk by `scale` shows, in px of the whole picture."""
    edge = round(_EDGE * image.shape[0])
    wide = cv2.copyMakeBorder(image, edge, edge, edge, edge, cv2.BORDER_REPLICATE)
    small = cv2.resize(wide, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    found = network.look_still(np.asarray(small, np.uint8), _LEAST_VOTE).rims.astype(np.float64)
    found[:, :4] /= scale
    found[:, :2] -= edge
    return found


def _in_image(rim: Rim, to_scene: FloatArray) -> Rim:
    x, y = apply(invert(to_scene), [rim.x_px, rim.y_px])
    return Rim(float(x), float(y), rim.width_px, rim.height_px)
