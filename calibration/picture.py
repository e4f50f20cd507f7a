"""The overlay that a coach looks at: the court drawn over the frame, the marks, the ring and the expected error."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np

from calibration.camera import Camera, FloatArray
from calibration.colour import Image
from calibration.court import Court
from calibration.model import Calibration, RimBox
from calibration.request import Outcome
from calibration.solve import GOOD_CM, USABLE_CM
from calibration.view import floor_covariance

_GREEN, _YELLOW, _RED = (96, 200, 60), (60, 200, 240), (60, 60, 235)
_LINE, _MARK, _LEFT_OVER, _RIM = (255, 200, 40), (255, 255, 255), (160, 160, 160), (60, 60, 255)
_INK = (20, 20, 20)
_BLOCK_PX = 8
_TINT = 0.28
_STEP_M = 0.1


def draw(outcome: Outcome) -> Image:
    """The overlay of an outcome (H, W, 3) BGR, with its verdict below the picture."""
    picture = outcome.image.copy()
    if outcome.proposal is not None:
        picture = draw_calibration(picture, outcome.proposal)
    scale = max(picture.shape[1] / 1280, 0.5)
    for point in outcome.seen:
        _draw_mark(picture, (point.x, point.y), point.name or "?", scale, _MARK if point.name else _LEFT_OVER)
    colour = {"good": _GREEN, "usable": _YELLOW, "refused": _RED}[outcome.verdict]
    words = outcome.detail if outcome.verdict != "refused" else f"refused: {outcome.detail}"
    return _with_banner(picture, words, colour, scale)


def draw_calibration(image: Image, calibration: Calibration) -> Image:
    """A copy of a frame with the calibrated court's lines, the floor tinted by expected error, and the ring."""
    picture = image.copy()
    camera, court = calibration.camera_model(), calibration.court_model()
    scale = max(picture.shape[1] / 1280, 0.5)
    if camera is not None and calibration.camera is not None:
        if calibration.camera.covariance is not None:
            _tint(picture, camera, court, np.array(calibration.camera.covariance))
        for line in court.half_court_lines(step_m=_STEP_M):
            _draw_polyline(picture, camera, line, scale)
    if calibration.rim is not None:
        draw_ring(picture, calibration.rim, scale)
    return picture


def draw_ring(picture: Image, rim: RimBox, scale: float) -> None:
    """The ring's ellipse, in place."""
    centre = (round(rim.x + rim.width / 2), round(rim.y + rim.height / 2))
    axes = (max(1, round(rim.width / 2)), max(1, round(rim.height / 2)))
    cv2.ellipse(picture, centre, axes, 0, 0, 360, _RIM, max(1, round(2 * scale)), cv2.LINE_AA)


def _tint(picture: Image, camera: Camera, court: Court, covariance: FloatArray) -> None:
    """Green where the floor is known to a few centimetres, over yellow to red where it is not."""
    height, width = picture.shape[:2]
    # The last block may reach beyond the picture.
    x, y = ((np.arange(-(-size // _BLOCK_PX)) + 0.5) * _BLOCK_PX for size in (width, height))
    pixels = np.stack(np.meshgrid(x, y), axis=-1)
    floor = camera.floor(pixels)
    with np.errstate(invalid="ignore"):
        on_court = (floor[..., 0] >= 0) & (floor[..., 0] <= court.end_m) & (np.abs(floor[..., 1]) <= court.width_m / 2)
    if not on_court.any():
        return
    error_cm = np.full(on_court.shape, np.nan)
    spread = floor_covariance(camera, covariance, pixels[on_court])
    error_cm[on_court] = 100 * np.sqrt(np.trace(spread, axis1=1, axis2=2))
    colours = np.zeros((*on_court.shape, 3))
    for channel in range(3):
        levels = [_GREEN[channel], _GREEN[channel], _YELLOW[channel], _RED[channel]]
        colours[..., channel] = np.interp(np.nan_to_num(error_cm), [0.0, 3.0, GOOD_CM, USABLE_CM], levels)
    whole = (len(x) * _BLOCK_PX, len(y) * _BLOCK_PX)
    tint = cv2.resize(colours, whole, interpolation=cv2.INTER_LINEAR)[:height, :width]
    share = cv2.resize(_TINT * on_court.astype(np.float64), whole, interpolation=cv2.INTER_LINEAR)
    share = share[:height, :width, None]
    picture[:] = np.clip(picture * (1 - share) + tint * share, 0, 255).astype(np.uint8)


def _draw_polyline(picture: Image, camera: Camera, line_m: FloatArray, scale: float) -> None:
    """A court line in pieces of 0.1 m, so that a bent lens bends it; what is not in view is left out."""
    pieces = []
    for start, stop in pairwise(line_m):
        count = max(2, int(np.ceil(np.linalg.norm(stop - start) / _STEP_M)) + 1)
        pieces.append(start + np.linspace(0, 1, count)[:, None] * (stop - start))
    points = np.concatenate(pieces)
    image, depth = camera.project(np.column_stack([points, np.zeros(len(points))]))
    size = np.array(camera.image_size)
    with np.errstate(invalid="ignore"):
        good = (depth > 0.3) & np.all((image > -size) & (image < 2 * size), axis=1)
    for first, second in pairwise(np.nonzero(good)[0]):
        if second == first + 1:
            ends = [tuple(int(v) for v in np.round(image[k] * 16)) for k in (first, second)]
            cv2.line(picture, ends[0], ends[1], _LINE, max(1, round(1.5 * scale)), cv2.LINE_AA, 4)


def _draw_mark(picture: Image, at: tuple[float, float], name: str, scale: float, colour: tuple[int, int, int]) -> None:
    x, y = round(at[0]), round(at[1])
    radius = round(9 * scale)
    for width, ink in ((3, _INK), (1, colour)):
        thick = max(1, round(width * scale))
        cv2.circle(picture, (x, y), radius, ink, thick, cv2.LINE_AA)
        cv2.drawMarker(picture, (x, y), ink, cv2.MARKER_CROSS, round(8 * scale), thick, cv2.LINE_AA)
    _write(picture, name, (x + radius + 3, y - radius), 0.45 * scale, colour)


def _write(picture: Image, words: str, at: tuple[int, int], size: float, colour: tuple[int, int, int]) -> None:
    """Words on a dark ground, moved so that they are inside the picture."""
    (width, height), _ = cv2.getTextSize(words, cv2.FONT_HERSHEY_SIMPLEX, size, 1)
    x = int(np.clip(at[0], 2, max(2, picture.shape[1] - width - 2)))
    y = int(np.clip(at[1], height + 2, max(height + 2, picture.shape[0] - 4)))
    cv2.rectangle(picture, (x - 2, y - height - 3), (x + width + 2, y + 4), _INK, -1)
    cv2.putText(picture, words, (x, y), cv2.FONT_HERSHEY_SIMPLEX, size, colour, 1, cv2.LINE_AA)


def _with_banner(picture: Image, words: str, colour: tuple[int, int, int], scale: float) -> Image:
    """The picture with a strip below it that holds the words, wrapped."""
    size = 0.6 * scale
    lines, line = [], ""
    for word in words.split():
        longer = f"{line} {word}".strip()
        if line and cv2.getTextSize(longer, cv2.FONT_HERSHEY_SIMPLEX, size, 1)[0][0] > picture.shape[1] - 24:
            lines.append(line)
            longer = word
        line = longer
    lines.append(line)
    step = round(30 * scale)
    strip = np.full((step * len(lines) + round(10 * scale), picture.shape[1], 3), 28, np.uint8)
    strip[: max(2, round(4 * scale))] = colour
    for row, text in enumerate(lines):
        at = (12, round(4 * scale) + step * (row + 1) - round(8 * scale))
        cv2.putText(strip, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, (240, 240, 240), 1, cv2.LINE_AA)
    return np.vstack([picture, strip])
