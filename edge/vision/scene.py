"""What the camera itself did between two frames: nothing, a small move, or a cut to another scene."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from edge.types import Image

# Working width: enough for a drift of a tenth of a pixel, small enough for a millisecond or two.
_WIDTH_PX = 320
_CORNERS = 150
_LEAST_CORNERS = 12
# Light and noise change a pixel by less than this many grey levels.
_CHANGED_LEVELS = 28
# Another scene changes much of the picture; the same scene at another time changes more at once than any frame
# shortly before it did. Chosen on the two cuts of one clip and the absence of cuts in eight others.
_CUT_SHARE = 0.30
_JUMP_SHARE = 0.012
_JUMP_RATIO = 1.8
_JUMP_WINDOW = 8
_JUMP_LEAST = 5
# A camera that turns faster than this from frame to frame (at the working width) tells nothing about jumps.
_STEADY_PX = 2.0
# Below this share of corners still agreeing, the keyframe is too far from what the camera sees.
_KEY_SHARE = 0.5
_KEY_SHARE_LEAST = 0.3

Affine = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class SceneChange:
    """key_from_now: (2, 3) maps pixels of this frame to the frame the scene began with (identity for a fixed camera).

    cut: the frame does not continue the one before; a new scene begins with it. changed_share: pixels that differ from
    the frame before after alignment, 0..1.
    """

    key_from_now: Affine
    cut: bool
    changed_share: float


def identity() -> Affine:
    return np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


def compose(outer: Affine, inner: Affine) -> Affine:
    """The map that applies `inner` first and `outer` then, each (2, 3)."""
    full = np.vstack([outer, [0.0, 0.0, 1.0]]) @ np.vstack([inner, [0.0, 0.0, 1.0]])
    return np.asarray(full[:2])


def apply(affine: Affine, points: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Map points (..., 2)."""
    return np.asarray(np.asarray(points) @ affine[:, :2].T + affine[:, 2])


def steps_back(earlier: Sequence[Affine], now: Affine) -> tuple[Affine, Affine] | None:
    """This frame's maps to the last frame and to the oldest of `earlier`, all of them maps to one scene; None where
    there was no frame before."""
    if not earlier:
        return None
    return compose(invert(earlier[-1]), now), compose(invert(earlier[0]), now)


def invert(affine: Affine) -> Affine:
    return np.asarray(cv2.invertAffineTransform(affine))


class SceneWatcher:
    """Compares each frame with the one before. `moving`: follow the camera's motion; otherwise it counts as fixed.

    Motion is measured against a keyframe, not summed from frame to frame, so that it does not drift in a long
    recording; a new keyframe is taken when the camera has turned away from the old one.
    """

    def __init__(self, moving: bool) -> None:
        self._moving = moving
        self._last: Image | None = None
        self._recent: deque[float] = deque(maxlen=_JUMP_WINDOW)
        self._key: Image | None = None
        self._corners = np.zeros((0, 1, 2), np.float32)
        self._scene_from_key = identity()
        self._key_from_now = identity()

    def update(self, image: Image) -> SceneChange:
        """image (H, W, 3) BGR; a change of its size is a cut."""
        scale = min(1.0, _WIDTH_PX / image.shape[1])
        small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
        last, self._last = self._last, grey
        if last is None or last.shape != grey.shape:
            self._begin(grey)
            return SceneChange(identity(), True, 0.0)
        before = self._scene_from_now()
        steady = not self._moving or self._follow(last, grey)
        last_from_now = compose(invert(before), self._scene_from_now())
        changed = self._changed(last, grey, last_from_now)
        steady = steady and float(np.abs(last_from_now[:, 2]).max()) < _STEADY_PX
        usual = max(self._recent, default=1.0)
        jump = changed > max(_JUMP_SHARE, _JUMP_RATIO * usual) and steady and len(self._recent) >= _JUMP_LEAST
        cut = changed > _CUT_SHARE or jump
        self._recent.append(changed)
        if cut:
            self._recent.clear()
            self._begin(grey)
        motion = self._scene_from_now().copy()
        motion[:, 2] /= scale
        return SceneChange(motion, cut, changed)

    def _scene_from_now(self) -> Affine:
        return compose(self._scene_from_key, self._key_from_now)

    def _begin(self, grey: Image) -> None:
        self._scene_from_key = identity()
        self._take_key(grey)

    def _take_key(self, grey: Image) -> None:
        self._key, self._key_from_now = grey, identity()
        corners = cv2.goodFeaturesToTrack(grey, _CORNERS, 0.01, 6) if self._moving else None
        self._corners = np.zeros((0, 1, 2), np.float32) if corners is None else corners

    def _follow(self, last: Image, grey: Image) -> bool:
        """Measure this frame's motion; False where it failed or a new keyframe shifted it by a trace."""
        steady = True
        motion, share = self._to_key(grey)
        if share < _KEY_SHARE:
            # The camera has left the keyframe: go on from the last frame that was still understood.
            self._scene_from_key = self._scene_from_now()
            self._take_key(last)
            steady = False
            motion, share = self._to_key(grey)
        if share >= _KEY_SHARE_LEAST:
            self._key_from_now = motion
        return steady and share >= _KEY_SHARE_LEAST

    def _to_key(self, grey: Image) -> tuple[Affine, float]:
        """Motion of this frame to the keyframe, and the share of the keyframe's corners that agree with it."""
        if self._key is None or len(self._corners) < _LEAST_CORNERS:
            return identity(), 1.0
        guess = apply(invert(self._key_from_now), self._corners).astype(np.float32)
        found, status, _ = cv2.calcOpticalFlowPyrLK(
            self._key, grey, self._corners, guess, winSize=(15, 15), maxLevel=3, flags=cv2.OPTFLOW_USE_INITIAL_FLOW
        )
        good = status.ravel() == 1
        if good.sum() < _LEAST_CORNERS:
            return identity(), 0.0
        motion, inliers = cv2.estimateAffinePartial2D(found[good], self._corners[good], ransacReprojThreshold=0.7)
        if motion is None:
            return identity(), 0.0
        return np.asarray(motion, dtype=np.float64), float(inliers.sum()) / len(self._corners)

    @staticmethod
    def _changed(last: Image, grey: Image, last_from_now: Affine) -> float:
        """Share of pixels that differ, aligned or as they are, whichever fits better."""
        shares = [float(np.mean(cv2.absdiff(grey, last) > _CHANGED_LEVELS))]
        if not np.array_equal(last_from_now, identity()):
            size = (grey.shape[1], grey.shape[0])
            aligned = cv2.warpAffine(grey, last_from_now, size, borderMode=cv2.BORDER_REPLICATE)
            shares.append(float(np.mean(cv2.absdiff(aligned, last) > _CHANGED_LEVELS)))
        return min(shares)
