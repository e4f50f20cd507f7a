"""Which pixels moved: the difference of one frame to the two before it, in one pass."""

from __future__ import annotations

import numba as nb
import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.uint8]


@nb.njit(cache=True, nogil=True, fastmath=True)
def moved(now: Mask, last: Mask, before: Mask, threshold: int, out: Mask) -> None:
    """Set `out` (H, W) to 255 where some channel of `now` (H, W, 3) differs from both earlier frames, else to 0.

    Differing from both leaves an object where it is, and drops the places that it left.
    """
    height, width = out.shape
    for y in range(height):
        for x in range(width):
            hit = 0
            for c in range(3):
                value = np.int32(now[y, x, c])
                first = abs(value - np.int32(last[y, x, c]))
                second = abs(value - np.int32(before[y, x, c]))
                if min(first, second) > threshold:
                    hit = 255
            out[y, x] = hit
