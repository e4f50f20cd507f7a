"""Colours of cones, and how vividly each pixel is of one."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from calibration.camera import FloatArray

Image = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class ConeColour:
    """Hues of one kind of cone: the middle and how far to each side, degrees of 0..360."""

    hue_deg: float
    reach_deg: float


COLOURS: dict[str, ConeColour] = {
    "orange": ConeColour(18.0, 18.0),
    "red": ConeColour(356.0, 16.0),
    "yellow": ConeColour(54.0, 16.0),
    "green": ConeColour(120.0, 42.0),
    "blue": ConeColour(218.0, 30.0),
    "pink": ConeColour(322.0, 24.0),
}
AUTO = "auto"
# Chroma (0..255) by which a cone must stand out from what is around it, and the share of its own that its edge has.
_LEAST_CONTRAST = 30.0
# Surroundings are 11 blocks of so many pixels wide.
_COARSE = 8
# What is around is brought to this brightness, within limits.
_BRIGHT, _DIMMEST, _BRIGHTEST = 150.0, 1.0, 2.2
_TAP_REACH = 0.012


def learn_colour(image: Image, tap_px: tuple[float, float]) -> ConeColour | None:
    """The colour of the most colourful thing around a tap; None where there is no colour."""
    width = image.shape[1]
    reach = max(3, round(_TAP_REACH * width))
    x, y = (round(value) for value in tap_px)
    part = image[max(0, y - reach) : max(0, y + reach + 1), max(0, x - reach) : max(0, x + reach + 1)]
    if part.size == 0:
        return None
    hue, chroma, _ = _hue_and_chroma(cv2.GaussianBlur(part, (3, 3), 0.65))
    strong = chroma >= max(_LEAST_CONTRAST, 0.75 * float(chroma.max()))
    if not strong.any():
        return None
    angles = np.radians(hue[strong])
    middle = float(np.degrees(np.arctan2(np.sin(angles).mean(), np.cos(angles).mean())) % 360)
    away = np.abs((hue[strong] - middle + 180) % 360 - 180)
    return ConeColour(middle, float(np.clip(2.0 * np.percentile(away, 90), 12.0, 30.0)))


def vividness(image: Image, colour: ConeColour) -> FloatArray:
    """Chroma times saturation (H, W), 0..255, within the colour's hues, less what is usual around each place,
    as it would be in good light.

    A cone is of a strong colour; a wooden floor may have its hue, but pale.
    """
    hue, chroma, brightest = _hue_and_chroma(cv2.GaussianBlur(image, (3, 3), 0.65))
    away = np.abs((hue - colour.hue_deg + 180) % 360 - 180)
    found = chroma * chroma / np.maximum(brightest, 40.0) * np.clip(1.5 - away / colour.reach_deg, 0.0, 1.0)
    height, width = found.shape
    small = cv2.resize(found, (max(1, width // _COARSE), max(1, height // _COARSE)), interpolation=cv2.INTER_AREA)
    usual = cv2.medianBlur(np.clip(small, 0, 255).astype(np.uint8), 11).astype(np.float32)
    stands_out = found - cv2.resize(usual, (width, height), interpolation=cv2.INTER_LINEAR)
    dim = cv2.resize(brightest, (usual.shape[1], usual.shape[0]), interpolation=cv2.INTER_AREA)
    dim = cv2.medianBlur(np.clip(dim, 0, 255).astype(np.uint8), 11).astype(np.float32)
    gain = np.clip(_BRIGHT / np.maximum(dim, 1.0), _DIMMEST, _BRIGHTEST)
    return np.asarray(stands_out * cv2.resize(gain, (width, height), interpolation=cv2.INTER_LINEAR))


def _hue_and_chroma(image: Image) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Hue, degrees; the strongest channel less the weakest; and the strongest (H, W)."""
    pixels = image.astype(np.float32)
    hsv = cv2.cvtColor(pixels / 255.0, cv2.COLOR_BGR2HSV)
    brightest = pixels.max(axis=2)
    return hsv[..., 0], brightest - pixels.min(axis=2), brightest
