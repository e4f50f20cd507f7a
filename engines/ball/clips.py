"""What the ball's network learns from: three consecutive frames with the balls and rims in the last of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from engines.ball.layout import FRAMES

Image = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.floating[Any]]

# The side of the square part of a scene that is kept, px; training cuts a smaller part out of it, elsewhere each time.
SIDE_PX = 384


@dataclass(frozen=True, slots=True)
class Clip:
    """frames (3, H, W, 3) uint8 BGR, oldest first; of the last frame: balls (N, 4) x, y, radius px and the share of the
    disc that is visible; rims (M, 4) x, y (middle), width and height px of the box around ring and net.

    `whole` is False where there may be balls that nobody labelled: then nothing is learnt from a place without one;
    `rims_known` is False where rims are not labelled.
    """

    frames: Image
    balls: Floats
    rims: Floats
    whole: bool = True
    rims_known: bool = True


def photo_clip(image: Image, balls: Iterable[Iterable[float]] = (), rims: Iterable[Iterable[float]] = ()) -> Clip:
    """A still picture (H, W, 3) as a clip in which nothing moves; balls as x, y, radius px."""
    seen = np.array([[*ball, 1.0] for ball in balls], dtype=np.float64).reshape(-1, 4)
    return Clip(
        np.broadcast_to(image, (FRAMES, *image.shape)),
        seen,
        np.array([list(rim) for rim in rims], dtype=np.float64).reshape(-1, 4),
    )


def cut_out(clip: Clip, corner: tuple[float, float], scale: float, side_px: int) -> Clip:
    """The square part of a clip that begins at `corner`, enlarged by `scale` to `side_px`; grey outside the picture."""
    matrix = np.array([[scale, 0, -scale * corner[0]], [0, scale, -scale * corner[1]]])
    # Pixel centres lie at half pixels: the map of continuous coordinates, told to OpenCV's whole-pixel ones.
    matrix[:, 2] += 0.5 * scale - 0.5
    frames = []
    source = clip.frames
    if scale < 0.6:  # warpAffine does not average
        shrunk = [cv2.resize(frame, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) for frame in source]
        matrix = np.array([[1.0, 0, -scale * corner[0]], [0, 1.0, -scale * corner[1]]])
        source = np.stack(shrunk)
    for frame in source:
        part = cv2.warpAffine(frame, matrix, (side_px, side_px), flags=cv2.INTER_LINEAR, borderValue=(114, 114, 114))
        frames.append(part)
    balls, rims = clip.balls.copy(), clip.rims.copy()
    for rows in (balls, rims):
        rows[:, :2] = (rows[:, :2] - corner) * scale
    balls[:, 2] *= scale
    rims[:, 2:4] *= scale
    balls = balls[_within(balls, side_px, balls[:, 2])]
    # A hoop of which only a part is left is nothing to be found, nor is its place one without a hoop.
    inside = _within(rims, side_px, 0.0 * rims[:, 2])
    cut = _within(rims, side_px, 0.5 * rims[:, 2]) & ~inside
    rims_known = clip.rims_known and not cut.any()
    return Clip(np.stack(frames), balls, rims[inside], clip.whole, rims_known)


def _within(rows: Floats, side_px: int, reach: Floats) -> npt.NDArray[np.bool_]:
    low, high = -reach, side_px + reach
    x, y = rows[:, 0], rows[:, 1]
    return (x > low) & (x < high) & (y > low) & (y < high)
