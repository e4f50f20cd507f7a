"""Everything in a frame that may be a ball: the network on the whole frame and on enlarged tiles, and what moves."""

from __future__ import annotations

import numpy as np

from edge.config import VisionConfig
from edge.types import Detections, FloatArray, Image, ObjectClass, Rim
from edge.vision.detector import Detector
from edge.vision.motion import MotionCandidates

# A basketball (0.24 m) against a grown person (1.8 m) and against the ring (0.45 m), as radii.
_RADIUS_OF_PERSON = 0.12 / 1.8
_RADIUS_OF_RIM = 0.12 / 0.45
_RADIUS_OF_IMAGE = 0.012
# What a ball's radius may differ from the expected by: children, persons half seen, blur, distance.
_SLACK = (0.5, 1.8)
# A tile shows the ball at about this share of its side: 28 px of a network's 416.
_TILE_OF_RADIUS = 30.0
_TILE_LEAST_PX = 128
# The whole frame showed the expected ball surely enough, near enough in ball radii, to spare its tile.
_SURE_CONFIDENCE = 0.35
_SURE_RADII = 3.0
# A network's "ball" that rests at one place for this many looks, off by less than this share of its radius, is a
# lamp, a sign or a ball that nobody plays.
_STILL_LOOKS = 25
_STILL_SHARE = 0.2
_STILL_WEIGHT = 0.1
_SAME_SHARE = 0.9
_MOST_MOVING = 40

Region = tuple[int, int, int, int]


class _StillPlaces:
    """Places where the network keeps seeing a ball that does not move."""

    def __init__(self) -> None:
        self._places = np.zeros((0, 3))

    def weigh(self, found: FloatArray, scene: FloatArray) -> FloatArray:
        """Lower the confidence of candidates (N, 4) that rest; scene (N, 2): their place free of camera motion."""
        if len(self._places):
            self._places[:, 2] -= 0.5
            self._places = self._places[self._places[:, 2] > 0]
        weighed = found.copy()
        for candidate, place in zip(weighed, scene, strict=True):
            distance = np.hypot(*(self._places[:, :2] - place).T) if len(self._places) else np.zeros(0)
            nearest = int(np.argmin(distance)) if len(distance) else -1
            if nearest < 0 or distance[nearest] > max(1.5, _STILL_SHARE * candidate[2]):
                self._places = np.vstack([self._places, [*place, 1.0]])
                continue
            known = self._places[nearest]
            known[:2] += 0.1 * (place - known[:2])
            known[2] = min(known[2] + 1.5, 2.0 * _STILL_LOOKS)
            if known[2] >= _STILL_LOOKS:
                candidate[3] *= _STILL_WEIGHT
        return weighed


class BallFinder:
    """Collects the ball candidates of each frame in turn."""

    def __init__(self, config: VisionConfig, detector: Detector) -> None:
        self._config = config
        self._detector = detector
        self._motion = MotionCandidates()
        self._still = _StillPlaces()
        self._turn = 0

    def reset(self) -> None:
        """Forget what was learnt of the scene, as after a cut."""
        self._motion.reset()
        self._still = _StillPlaces()

    def watch(self, image: Image, steps: tuple[FloatArray, FloatArray] | None) -> FloatArray:
        """What moves and is round, (M, 4). Needs nothing of the networks and may run beside them, in another thread.

        steps: for a moving camera the (2, 3) maps of this frame's pixels to the last frame's and the one before.
        """
        return self._motion.update(image) if steps is None else self._motion.update(image, *steps)

    def look(
        self,
        image: Image,
        detections: Detections,
        persons: FloatArray,
        ball_xy_px: FloatArray | None,
        rim: Rim | None,
        moving: FloatArray,
        scene_from_image: FloatArray | None,
    ) -> FloatArray:
        """Candidates (N, 4) float32: x, y, radius px and confidence, best first.

        detections: the network's on the whole frame. persons (P, 4) xyxy px, nearest to the ball first. ball_xy_px:
        where the ball is expected, if anywhere. moving (M, 4): what `watch` gave for this frame. scene_from_image
        (2, 3): for a moving camera the map of this frame's pixels to the scene's first frame.
        """
        radius_px = radius_range(persons, rim, image.shape[0])
        seen = [_as_candidates(detections)]
        regions = self._tiles(image, seen[0], persons, ball_xy_px, rim, radius_px)
        if regions:
            least = {ObjectClass.PERSON: 0.99, ObjectClass.BALL: self._config.ball_confidence}
            seen.append(_as_candidates(self._detector.detect_many(image, regions, least)))
        network = _merge(np.concatenate(seen))
        low, high = _SLACK[0] * radius_px[0], _SLACK[1] * radius_px[1]
        network = network[(network[:, 2] > low) & (network[:, 2] < high)]
        moving = moving[(moving[:, 2] > low) & (moving[:, 2] < high)][:_MOST_MOVING]
        scene = network[:, :2]
        if scene_from_image is not None:
            scene = scene @ scene_from_image[:, :2].T + scene_from_image[:, 2]
        return _merge(np.concatenate([self._still.weigh(network, scene), moving]))

    def _tiles(
        self,
        image: Image,
        seen: FloatArray,
        persons: FloatArray,
        ball: FloatArray | None,
        rim: Rim | None,
        radius_px: tuple[float, float],
    ) -> list[Region]:
        """Where to look again, enlarged: at the expected ball unless it was seen there already, then by turns at the
        rim and at the players' hands."""
        wanted = []
        spare = 0
        if ball is not None:
            at_ball = np.hypot(seen[:, 0] - ball[0], seen[:, 1] - ball[1]) < _SURE_RADII * radius_px[1]
            if (at_ball & (seen[:, 3] > _SURE_CONFIDENCE)).any():
                spare = 1
            else:
                wanted.append((float(ball[0]), float(ball[1])))
        others = [] if rim is None else [(rim.x_px, rim.y_px)]
        others += [((box[0] + box[2]) / 2, box[1] + 0.25 * (box[3] - box[1])) for box in persons[:3]]
        self._turn += 1
        wanted += [others[(self._turn + k) % len(others)] for k in range(len(others))]
        side = int(max(_TILE_LEAST_PX, _TILE_OF_RADIUS * radius_px[1]))
        return [_square(centre, side, image) for centre in wanted[: self._config.ball_tiles - spare]]


def radius_range(persons: FloatArray, rim: Rim | None, image_height_px: int) -> tuple[float, float]:
    """Least and largest radius, px, that a ball may have: at the farthest and at the nearest known thing."""
    known = [_RADIUS_OF_PERSON * float(box[3] - box[1]) for box in persons]
    known = [max(known)] if known else []
    if rim is not None:
        known.append(_RADIUS_OF_RIM * rim.width_px)
    if not known:
        known = [_RADIUS_OF_IMAGE * image_height_px]
    return min(known), max(known)


def _as_candidates(detections: Detections) -> FloatArray:
    ball = detections.class_id == ObjectClass.BALL
    box = detections.xyxy[ball]
    radius = ((box[:, 2] - box[:, 0]) + (box[:, 3] - box[:, 1])) / 4
    return np.column_stack(
        [(box[:, 0] + box[:, 2]) / 2, (box[:, 1] + box[:, 3]) / 2, radius, detections.confidence[ball]]
    ).astype(np.float32)


def _merge(candidates: FloatArray) -> FloatArray:
    """One candidate per place: the surest stays, and gains a little from every other that agrees with it."""
    order = np.argsort(-candidates[:, 3], kind="stable")
    kept: list[FloatArray] = []
    for candidate in candidates[order]:
        for other in kept:
            if np.hypot(*(other[:2] - candidate[:2])) < _SAME_SHARE * max(other[2], candidate[2]):
                other[3] += 0.5 * candidate[3] * (1 - other[3])
                break
        else:
            kept.append(candidate.copy())
    return np.array(kept, dtype=np.float32).reshape(-1, 4)


def _square(centre: tuple[float, float], side: int, image: Image) -> Region:
    height, width = image.shape[:2]
    side = min(side, height, width)
    x0 = int(np.clip(centre[0] - side / 2, 0, width - side))
    y0 = int(np.clip(centre[1] - side / 2, 0, height - side))
    return x0, y0, x0 + side, y0 + side
