"""Pixels to planes: what a network's input wants, written straight into its tensor."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit


@njit(cache=True, nogil=True)
def bgr_to_planes(
    image: npt.NDArray[np.uint8],
    gain: npt.NDArray[np.float32],
    offset: npt.NDArray[np.float32],
    planes: npt.NDArray[Any],
) -> None:
    """planes[c] = image[..., 2 - c] * gain[c] + offset[c].

    image (H, W, 3) BGR; gain, offset (3,) in RGB order; planes (3, H, W) float32, RGB, written.
    """
    for row in range(image.shape[0]):
        for channel in range(3):
            scale, shift = gain[channel], offset[channel]
            source = image[row, :, 2 - channel]
            target = planes[channel, row]
            for column in range(image.shape[1]):
                target[column] = np.float32(source[column]) * scale + shift
