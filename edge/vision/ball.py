"""Everything in a frame that may be a ball: what its own network sees, what the detector does, what has the ball's
colour, and what moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge.config import VisionConfig
from edge.types import Detections, FloatArray, Image, ObjectClass, Rim
from edge.vision.colour import ColourCandidates
from edge.vision.heatmap import HeatmapFinder, Sighting
from edge.vision.motion import MotionCandidates
from edge.vision.preprocess import Region

# A basketball (0.24 m) against a grown person (1.8 m) and against the ring (0.45 m), as radii.
_RADIUS_OF_PERSON = 0.12 / 1.8
_RADIUS_OF_RIM = 0.12 / 0.45
_RADIUS_OF_IMAGE = 0.012
# What a ball's radius may differ from the expected by: children, persons half seen, blur, distance.
_SLACK = (0.5, 1.8)
# Between looks at the whole frame: what is looked at about the expected ball, in radii each way.
_AROUND_RADII = 14.0
_AROUND_PX = (160, 240, 320, 480)
# How often the network is right by its heat: on the clips of balls_validation.json, two of them trained on, and on two
# of balls.json (45degree-2x, clip3).
_HEAT = (0.4, 0.475, 0.55, 0.65, 0.75)
_TRUTH = (0.02, 0.06, 0.28, 0.8, 0.97)
# Hoops are told from less on.
_LEAST_HEAT = 0.3
# What has the ball's colour as well is a ball at odds so many times as good, on the same clips.
_ODDS_OF_COLOUR = 4.0
# A look that shows no ball as hot as this is followed by one at the whole frame.
_SURE_HEAT = 0.6
_SURE_CONFIDENCE = 0.35
# From here on no mistake was seen: the ball's colours are learnt from these.
_CERTAIN_HEAT = 0.7
_SURE_SLACK = 2.0
_NEAR_RADII = 7.0
# A network's "ball" that rests at one place for this many looks, off by less than this share of its radius, is a
# lamp, a sign or a ball that nobody plays.
_STILL_LOOKS = 25
_STILL_SHARE = 0.2
_STILL_WEIGHT = 0.1
_SAME_SHARE = 0.9
_MOST_MOVING = 40


@dataclass(frozen=True, slots=True)
class BallsSeen:
    """candidates (N, 4) float32: x, y, radius px and confidence, best first. rims (M, 5) float32: x, y, width, height
    px of the boxes around ring and net, and confidence. whole: the network looked at the whole frame, not at a part."""

    candidates: FloatArray
    rims: FloatArray
    whole: bool


class _StillPlaces:
    """Places where the network keeps seeing a ball that does not move."""

    def __init__(self) -> None:
        self._places = np.zeros((0, 3))

    def weigh(self, found: FloatArray, scene: FloatArray, whole: bool) -> FloatArray:
        """Lower the confidence of candidates (N, 4) that rest; scene (N, 2): their place free of camera motion.

        whole: what is not among them was looked for and is gone.
        """
        if len(self._places) and whole:
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

    def __init__(self, config: VisionConfig, network: HeatmapFinder) -> None:
        self._config = config
        self._network = network
        self._motion = MotionCandidates()
        self._colour = ColourCandidates()
        self._coloured: FloatArray = np.zeros((0, 4), np.float32)
        self._still = _StillPlaces()
        self._looks_since_whole = 0
        self._lost = True

    def reset(self) -> None:
        """Forget what was learnt of the scene, as after a cut."""
        self._network.reset()
        self._motion.reset()
        self._colour.reset()
        self._coloured = np.zeros((0, 4), np.float32)
        self._still = _StillPlaces()
        self._lost = True

    def watch(self, image: Image, steps: tuple[FloatArray, FloatArray] | None) -> FloatArray:
        """What is round and has the ball's colour or moves, (M, 4). Runs no network, so it may be called beside one, in
        another thread.

        steps: for a moving camera the (2, 3) maps of this frame's pixels to the last frame's and the one before.
        """
        self._network.watch(image, steps)
        moved_px = 0.0 if steps is None else _moved_px(steps[0], image)
        self._coloured = self._colour.update(image, moved_px)
        moving = self._motion.update(image) if steps is None else self._motion.update(image, *steps)
        return np.concatenate([self._coloured, moving])

    def look(
        self,
        image: Image,
        detections: Detections,
        persons: FloatArray,
        ball_xy_px: FloatArray | None,
        rim: Rim | None,
        moving: FloatArray,
        scene_from_image: FloatArray | None,
    ) -> BallsSeen:
        """Everything in the frame that `watch` was given last that may be a ball.

        detections: the detector's on the whole frame. persons (P, 4) xyxy px. ball_xy_px: where the ball is expected,
        if anywhere. moving (M, 4): what `watch` gave for this frame. scene_from_image (2, 3): for a moving camera the
        map of this frame's pixels to the scene's first frame.
        """
        radius_px = radius_range(persons, rim, image.shape[0])
        sighting, whole = self._see(image, ball_xy_px, radius_px[1])
        self._colour.learn(sighting.balls[sighting.balls[:, 3] > _CERTAIN_HEAT])
        own = sighting.balls[sighting.balls[:, 3] >= _HEAT[0], :4].copy()
        own[:, 3] = _with_colour(own, np.interp(own[:, 3], _HEAT, _TRUTH), self._coloured)
        seen = _merge(np.concatenate([own, as_candidates(detections)]))
        low, high = _SLACK[0] * radius_px[0], _SLACK[1] * radius_px[1]
        # A network that is sure may know better than the people in the picture how large a ball is.
        slack = np.where(seen[:, 3] > _SURE_CONFIDENCE, _SURE_SLACK, 1.0)
        seen = seen[(seen[:, 2] > low / slack) & (seen[:, 2] < high * slack)]
        moving = moving[(moving[:, 2] > low) & (moving[:, 2] < high)][:_MOST_MOVING]
        scene = seen[:, :2]
        if scene_from_image is not None:
            scene = scene @ scene_from_image[:, :2].T + scene_from_image[:, 2]
        seen = self._still.weigh(seen, scene, whole)
        return BallsSeen(_merge(np.concatenate([seen, moving])), sighting.rims, whole)

    def _see(self, image: Image, ball: FloatArray | None, radius_px: float) -> tuple[Sighting, bool]:
        """The network on the whole frame every so many frames, and whenever the ball is not where it is expected; and
        whether it was the whole."""
        whole = self._lost or ball is None or self._looks_since_whole + 1 >= self._config.ball_whole_every
        region = None if whole or ball is None else _around(ball, radius_px, image)
        sighting = self._network.find(_LEAST_HEAT, region)
        self._looks_since_whole = 0 if whole else self._looks_since_whole + 1
        sure = sighting.balls[sighting.balls[:, 3] > _SURE_HEAT]
        # A ball that is followed elsewhere than where the network sees one is not followed.
        self._lost = ball is None or not (np.hypot(*(sure[:, :2] - ball).T) < _NEAR_RADII * radius_px).any()
        return sighting, whole


def radius_range(persons: FloatArray, rim: Rim | None, image_height_px: int) -> tuple[float, float]:
    """Least and largest radius, px, that a ball may have: at the farthest and at the nearest known thing."""
    known = [_RADIUS_OF_PERSON * float(box[3] - box[1]) for box in persons]
    known = [max(known)] if known else []
    if rim is not None:
        known.append(_RADIUS_OF_RIM * rim.width_px)
    if not known:
        known = [_RADIUS_OF_IMAGE * image_height_px]
    return min(known), max(known)


def as_candidates(detections: Detections) -> FloatArray:
    """The balls among detections, (N, 4) float32: x, y, radius px and confidence."""
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


def _with_colour(found: FloatArray, sure: FloatArray, coloured: FloatArray) -> FloatArray:
    """The confidence (N,) of what is found (N, 4), `sure` so far; where something of the ball's colour agrees, more."""
    away = np.hypot(found[:, None, 0] - coloured[None, :, 0], found[:, None, 1] - coloured[None, :, 1])
    agrees = (away < _SAME_SHARE * found[:, 2:3]).any(axis=1)
    odds = np.where(agrees, _ODDS_OF_COLOUR, 1.0) * sure
    return np.asarray(odds / (odds + 1 - sure))


def _moved_px(last_from_now: FloatArray, image: Image) -> float:
    """How far the middle of the picture moved."""
    middle = np.array([image.shape[1], image.shape[0]]) / 2
    return float(np.hypot(*(last_from_now[:, :2] @ middle + last_from_now[:, 2] - middle)))


def _around(centre: FloatArray, radius_px: float, image: Image) -> Region:
    """The part of the image in which a ball that was at `centre` is now."""
    height, width = image.shape[:2]
    # In few sizes, so that an engine seldom meets a new one.
    half = next((half for half in _AROUND_PX if half >= _AROUND_RADII * radius_px), _AROUND_PX[-1])
    x, y = (int(np.clip(value, 0, size - 1)) for value, size in zip(centre, (width, height), strict=True))
    half = int(min(half, width // 2, height // 2))
    x0, y0 = int(np.clip(x - half, 0, width - 2 * half)), int(np.clip(y - half, 0, height - 2 * half))
    return x0, y0, x0 + 2 * half, y0 + 2 * half
