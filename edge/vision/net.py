"""Whether the net moves: what changes below the ring from frame to frame."""

from __future__ import annotations

import cv2
import numpy as np

from edge.types import Image, Rim

# Of the ring's width: the net hangs this far to both sides and from here to here below the ring's middle.
_HALF_WIDTH = 0.42
_TOP, _BOTTOM = 0.12, 0.8
# The net is looked at in this size, so that a pixel's noise and a step of the camera's following do not count.
_SIZE_PX = (24, 20)
_CHANGED_LEVELS = 14
_LEAST_WIDTH_PX = 12.0


class NetMotion:
    """`update` takes the frames of one camera in order."""

    def __init__(self) -> None:
        self._last: Image | None = None

    def reset(self) -> None:
        """Forget the frame before, as after a cut."""
        self._last = None

    def update(self, image: Image, rim: Rim | None) -> float | None:
        """The share 0..1 of the net's picture that changed since the frame before; None where it cannot be told.

        image (H, W, 3) BGR; the rim as it lies in this frame.
        """
        last, self._last = self._last, None
        if rim is None or rim.width_px < _LEAST_WIDTH_PX:
            return None
        part = _net(image, rim)
        if part is None:
            return None
        self._last = part
        if last is None:
            return None
        return float((cv2.absdiff(part, last).max(axis=2) > _CHANGED_LEVELS).mean())


def _net(image: Image, rim: Rim) -> Image | None:
    """The net, small; None where it is not in the picture."""
    half, top, bottom = (share * rim.width_px for share in (_HALF_WIDTH, _TOP, _BOTTOM))
    x0, y0 = rim.x_px - half, rim.y_px + top
    x1, y1 = rim.x_px + half, rim.y_px + bottom
    if min(x0, y0) < 0 or x1 > image.shape[1] or y1 > image.shape[0]:
        return None
    middle = ((x0 + x1) / 2 - 0.5, (y0 + y1) / 2 - 0.5)
    part = cv2.getRectSubPix(image, (max(2, round(x1 - x0)), max(2, round(y1 - y0))), middle)
    return np.asarray(cv2.resize(part, _SIZE_PX, interpolation=cv2.INTER_AREA), np.uint8)
