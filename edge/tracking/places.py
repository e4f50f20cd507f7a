"""Where boxes of people stand: on a plane, which is the court's floor where it is known, else the picture itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edge.types import FloatArray

STATURE_M = 1.8
# How well a box's lower edge tells where its player stands, across and down, in heights.
_FOOT_SIGMA = np.array([0.06, 0.05])


@dataclass(frozen=True, slots=True)
class Places:
    """Where boxes stand on some plane: xy (N, 2), covariance (N, 2, 2), scale (N,) units of the plane to a metre, and
    good (N,) bool: those that count. tall (N,): log heights, of metres where they are known, else of px."""

    xy: FloatArray
    covariance: FloatArray
    scale: FloatArray
    good: npt.NDArray[np.bool_]
    tall: FloatArray

    def only(self) -> Places:
        """Those that count."""
        good = self.good
        if good.all():
            return self
        return Places(self.xy[good], self.covariance[good], self.scale[good], good[good], self.tall[good])


Floor = Callable[[FloatArray], Places]


def foot_px(boxes: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Where boxes (N, 4) touch the floor, (N, 2) px, and the covariance (N, 2, 2) px^2 of that."""
    height = (boxes[:, 3] - boxes[:, 1]).astype(np.float64)
    xy = np.empty((len(boxes), 2))
    xy[:, 0], xy[:, 1] = (boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]
    covariance = np.zeros((len(boxes), 2, 2))
    covariance[:, 0, 0], covariance[:, 1, 1] = ((sigma * height) ** 2 for sigma in _FOOT_SIGMA)
    return xy, covariance


def in_picture(boxes: FloatArray) -> Places:
    """Without a calibration the picture is the plane; how many px are a metre, each box's height tells."""
    xy, covariance = foot_px(boxes)
    height = (boxes[:, 3] - boxes[:, 1]).astype(np.float64)
    return Places(xy, covariance, height / STATURE_M, np.ones(len(boxes), bool), np.log(height))
