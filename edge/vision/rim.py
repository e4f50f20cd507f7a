"""The rim of a box that nobody told where it is: where the ball's network keeps seeing one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from edge.types import FloatArray, Rim

# A hoop is believed once its confidences add up to this, and forgotten as it is not seen any more.
_BELIEVED = 4.0
_MOST = 12.0
# Another hoop takes over where the chosen one falls below this share of its confidences.
_BETTER = 0.5
_FADE = 0.98
_LEAST_CONFIDENCE = 0.3
# Two boxes are of one hoop where their middles are nearer than this share of the width.
_SAME_SHARE = 0.5
_FOLLOW = 0.1
# Of the box around ring and net, in its widths: how high the ring is as a camera on the wall sees it, on the average.
_RING_HEIGHT = 0.25
# A ring (0.45 m) against a ball's radius (0.12 m), and the spread of its logarithm as it seems: the one may be nearer.
RING_OF_RADIUS = 0.45 / 0.12
_RING_SPREAD = 0.25
_ALIKE = 1.35
_VOTE_SHARE = 0.3
_LEAST_VOTES = 0.6
# Where there may be none: what a hoop counts in the mean look, in how many looks it is seen, and what else may count.
_LEAST_MEAN = 0.085
_LEAST_SEEN = 0.5
_RIVAL = 0.5


class RimFinder:
    """`update` takes the hoops of each look at a whole frame in turn."""

    def __init__(self) -> None:
        self._places: FloatArray = np.zeros((0, 5))
        self._chosen: FloatArray | None = None

    def reset(self) -> None:
        """Forget all hoops, as after a cut."""
        self._places, self._chosen = np.zeros((0, 5)), None

    def update(self, rims: FloatArray) -> None:
        """rims (M, 5): x, y of the middle, width, height and confidence, in pixels of the scene."""
        self._places[:, 4] *= _FADE
        for rim in rims[rims[:, 4] >= _LEAST_CONFIDENCE]:
            far = np.hypot(self._places[:, 0] - rim[0], self._places[:, 1] - rim[1])
            near = far < _SAME_SHARE * np.maximum(self._places[:, 2], rim[2])
            if near.any():
                place = self._places[int(np.flatnonzero(near)[np.argmin(far[near])])]
                place[:4] += _FOLLOW * (rim[:4] - place[:4])
                place[4] = min(place[4] + rim[4], _MOST)
            else:
                self._places = np.vstack([self._places, rim])
        self._places = self._places[self._places[:, 4] > 0.1]

    def rim(self) -> Rim | None:
        """The ring of the hoop that was seen most surely, in pixels of the scene; None before one is believed.

        The one that was chosen stays until another is seen much more surely.
        """
        if not len(self._places):
            return None
        best = self._places[int(np.argmax(self._places[:, 4]))]
        if best[4] < _BELIEVED:
            return None
        if self._chosen is not None:
            far = np.hypot(*(self._places[:, :2] - self._chosen[:2]).T)
            before = self._places[int(np.argmin(far))]
            if far.min() < _SAME_SHARE * before[2] and before[4] > _BETTER * best[4]:
                best = before
        self._chosen = best.copy()
        return _ring(best)


def voted_rim(boxes: FloatArray, ball_radius_px: float | None) -> Rim | None:
    """The ring of a recording that is at hand as a whole, from many unsure sights; None where they do not agree.

    boxes (M, 5): as for `RimFinder.update`, of all looks, in pixels of the scene. ball_radius_px: of the ball there, if
    known; a hoop is of a size to go with it.
    """
    if not len(boxes):
        return None
    worth = _worth(boxes, ball_radius_px)
    agree = _agree(boxes)
    votes = agree @ worth
    if votes.max() < _LEAST_VOTES:
        return None
    chosen = agree[int(np.argmax(votes))]
    return _ring(np.average(boxes[chosen], axis=0, weights=worth[chosen]))


def agreed_rim(looks: Sequence[FloatArray], ball_radius_px: float) -> Rim | None:
    """The same, where there may be no hoop at all: None unless most looks see it, and nothing else half as well.

    looks: boxes (M, 5) of each look at one view.
    """
    boxes = np.concatenate([np.zeros((0, 5)), *looks])
    if not len(boxes):
        return None
    worth = _worth(boxes, ball_radius_px)
    agree = _agree(boxes)
    votes = agree @ worth
    best = int(np.argmax(votes))
    of_look = np.repeat(np.arange(len(looks)), [len(look) for look in looks])
    seen = len(np.unique(of_look[agree[best]]))
    away = np.hypot(*(boxes[:, :2] - boxes[best, :2]).T) > boxes[best, 2]
    rival = votes[away].max(initial=0.0)
    if votes[best] < _LEAST_MEAN * len(looks) or seen < _LEAST_SEEN * len(looks) or rival > _RIVAL * votes[best]:
        return None
    return _ring(np.average(boxes[agree[best]], axis=0, weights=worth[agree[best]]))


def _worth(boxes: FloatArray, ball_radius_px: float | None) -> FloatArray:
    """What each sight (M, 5) counts: its confidence, less where it is of no size to go with the ball."""
    if ball_radius_px is None:
        return boxes[:, 4].copy()
    off = np.log(boxes[:, 2] / (RING_OF_RADIUS * ball_radius_px)) / _RING_SPREAD
    return np.asarray(boxes[:, 4] * np.exp(-0.5 * off**2))


def _agree(boxes: FloatArray) -> npt.NDArray[np.bool_]:
    """Which sights (M, M) may be of the hoop that one of them shows, a row each."""
    away = np.hypot(*(boxes[:, None, :2] - boxes[None, :, :2]).transpose(2, 0, 1))
    alike = np.abs(np.log(boxes[:, None, 2] / boxes[None, :, 2])) < np.log(_ALIKE)
    return np.asarray((away < _VOTE_SHARE * boxes[:, None, 2]) & alike)


def _ring(box: FloatArray) -> Rim:
    """The ring of a box (5,) around ring and net."""
    x, y, width, height, _ = box
    ring = _RING_HEIGHT * width
    return Rim(float(x), float(y - height / 2 + ring / 2), float(width), float(ring))
