"""Looks through a recording before it is analysed: where its hoop is, if it shows one, from one view all along."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from edge.hoop_clip import LEARNT_PX, look_for_hoops
from edge.types import FloatArray, Image, Rim
from edge.vision.heatmap import LEAST_CONFIDENCE, HeatmapFinder
from edge.vision.rim import RING_OF_RADIUS, agreed_rim
from edge.vision.scene import apply
from edge.vision.view import same_view

# Looks at a recording: more where it is long anyway, a look every so many frames.
_FEWEST, _MOST, _EVERY = 16, 40, 50
# Frames are looked at no larger than this: more is slow and shows no more of a hoop.
_WIDEST_PX = 1280
_LEAST_VOTE = 0.1
# Fewer sure sights of a ball do not tell how large it is.
_LEAST_BALLS = 4
# A hoop that must be wider than this, as the ball tells, is no whole one as the network learnt them.
_CLOSE_PX = 80.0
_CLOSE_LOOKS = 6
# Of the ring's width: a camera that moves it further within the recording is followed, not looked through.
_STILL_SHARE = 0.15


def looks_at(frames: int) -> int:
    """How many frames of a recording are worth a look."""
    return min(frames, max(_FEWEST, min(_MOST, frames // _EVERY)))


def search(frames: Iterable[Image], network: HeatmapFinder) -> Rim | None:
    """The ring in pixels of the first frame; None where looks do not agree, no ball tells how large a ring would be, or
    the frames are not all of one view: a hoop of another view would be worse than none."""
    images, radii = list[Image](), list[FloatArray]()
    looks, maps = list[FloatArray](), list[FloatArray]()
    scale = 1.0
    for image in frames:
        scale = min(1.0, _WIDEST_PX / image.shape[1])
        small = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
        move = same_view(images[0], small) if images else np.eye(2, 3)
        if move is None:
            return None
        seen = network.look_still(small, _LEAST_VOTE)
        images.append(small)
        maps.append(move)
        looks.append(seen.rims)
        radii.append(seen.balls[seen.balls[:, 3] >= LEAST_CONFIDENCE, 2])
    sure = np.concatenate(radii) if radii else np.zeros(0)
    if len(sure) < _LEAST_BALLS:
        return None
    radius_px = float(np.median(sure))
    if RING_OF_RADIUS * radius_px > _CLOSE_PX:
        looks = _close_looks(images, radius_px, network)
    rim = agreed_rim(looks, radius_px)
    if rim is None or not _still(rim, maps):
        return None
    return Rim(rim.x_px / scale, rim.y_px / scale, rim.width_px / scale, rim.height_px / scale)


def _close_looks(images: Sequence[Image], radius_px: float, network: HeatmapFinder) -> list[FloatArray]:
    """What some of the frames show at the sizes of hoops that the network learnt."""
    step = -(-len(images) // _CLOSE_LOOKS)
    scales = [min(1.0, learnt_px / (RING_OF_RADIUS * radius_px)) for learnt_px in LEARNT_PX]
    return [look_for_hoops(image, scale, network) for image in images[::step] for scale in scales]


def _still(rim: Rim, maps: Sequence[FloatArray]) -> bool:
    place = np.array([rim.x_px, rim.y_px])
    return all(np.hypot(*(apply(move, place) - place)) < _STILL_SHARE * rim.width_px for move in maps)
