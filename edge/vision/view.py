"""Whether two pictures that lie far apart in time show the same view."""

from __future__ import annotations

import cv2
import numpy as np

from edge.types import FloatArray, Image

# Working width, as for following a camera from frame to frame.
_WIDTH_PX = 320
_CORNERS = 200
_LEAST_CORNERS = 12
# People come and go, the light changes: so few of the first picture's corners are enough, where they agree.
_AGREE = 0.2
_NEAR_PX = 1.0


def same_view(first: Image, other: Image) -> FloatArray | None:
    """The map (2, 3) of the other picture's pixels to the first's; None where it shows something else.

    Pictures (H, W, 3) BGR of one size. Corners of the first are found again in the other and back (Lucas and Kanade);
    where a turn, shift and zoom explains enough of them it is one view.
    """
    if first.shape != other.shape:
        return None
    scale = min(1.0, _WIDTH_PX / first.shape[1])
    small = (cv2.resize(one, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) for one in (first, other))
    before, now = (cv2.cvtColor(one, cv2.COLOR_BGR2GRAY) for one in small)
    corners = cv2.goodFeaturesToTrack(before, _CORNERS, 0.01, 6)
    if corners is None or len(corners) < _LEAST_CORNERS:
        return None
    there, _, _ = cv2.calcOpticalFlowPyrLK(before, now, corners, corners.copy())
    back, _, _ = cv2.calcOpticalFlowPyrLK(now, before, there, there.copy())
    good = np.linalg.norm((back - corners).reshape(-1, 2), axis=1) < _NEAR_PX
    if good.sum() < _LEAST_CORNERS:
        return None
    move, agree = cv2.estimateAffinePartial2D(there[good], corners[good], ransacReprojThreshold=_NEAR_PX)
    if move is None or agree.sum() < max(_LEAST_CORNERS, _AGREE * len(corners)):
        return None
    move[:, 2] /= scale
    return np.asarray(move, np.float64)
