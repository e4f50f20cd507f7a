"""Colours and strokes that every drawing of play shares."""

from __future__ import annotations

import cv2
import numpy as np

from edge.types import FloatArray, Image, Team

Colour = tuple[int, int, int]
WHITE, BLACK, GREY = (255, 255, 255), (16, 18, 20), (150, 150, 150)
ORANGE, CYAN, YELLOW, MAGENTA = (40, 140, 255), (230, 200, 40), (60, 220, 250), (255, 70, 230)
# As on the page; who is of neither team, or not known yet, is light grey.
_TEAMS: dict[Team | None, Colour] = {"A": (255, 200, 92), "B": (80, 190, 255), None: (206, 206, 200)}


def team_colour(team: Team | None) -> Colour:
    return _TEAMS[team]


def write(
    image: Image, text: str, position: tuple[int, int], colour: Colour, size: float, outline: bool = True
) -> None:
    """Text whose lower left corner is there; `size` as OpenCV has it."""
    thickness = max(1, round(2.5 * size))
    if outline:
        # Moved, not thicker: OpenCV 5 spaces bolder letters wider.
        for right, down in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            place = (position[0] + right, position[1] + down)
            cv2.putText(image, text, place, cv2.FONT_HERSHEY_SIMPLEX, size, BLACK, thickness, cv2.LINE_AA)
    cv2.putText(image, text, position, cv2.FONT_HERSHEY_SIMPLEX, size, colour, thickness, cv2.LINE_AA)


def dashed(image: Image, start: FloatArray, end: FloatArray, colour: Colour, thickness: int, dash_px: float) -> None:
    """A dashed line between points (2,) px."""
    length = float(np.hypot(*(end - start)))
    if not np.isfinite(length):
        return
    pieces = max(1, round(length / dash_px))
    for i in range(0, pieces, 2):
        first, last = (start + (end - start) * share for share in (i / pieces, min(1.0, (i + 1) / pieces)))
        cv2.line(image, pixel(first), pixel(last), colour, thickness, cv2.LINE_AA)


def ellipse(image: Image, centre: FloatArray, covariance: FloatArray, colour: Colour, thickness: int) -> None:
    """Where something is with 86 %: two sigma of a covariance (2, 2) px^2 around a centre (2,) px."""
    if not (np.all(np.isfinite(centre)) and np.all(np.isfinite(covariance))):
        return
    spread, axes = np.linalg.eigh(covariance)
    lengths = 2 * np.sqrt(np.maximum(spread[::-1], 0.25))
    angle = float(np.degrees(np.arctan2(axes[1, 1], axes[0, 1])))
    size = (round(float(min(lengths[0], 4000))), round(float(min(lengths[1], 4000))))
    cv2.ellipse(image, pixel(centre), size, angle, 0, 360, colour, thickness, cv2.LINE_AA)


def pixel(xy: FloatArray) -> tuple[int, int]:
    """The nearest pixel, within what OpenCV takes."""
    x, y = np.clip(xy, -30000, 30000)
    return round(float(x)), round(float(y))
