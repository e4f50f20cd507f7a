"""From the light of a scene to the camera's picture: blur, exposure and white balance, noise, compression."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from edge.simulator.raster import add_noise
from edge.simulator.scenario import Scenario
from edge.types import Image

NOISE_TILE = 1 << 18
# At an exposure of 1: standard deviations of log gain, log gamma and each channel's log balance.
_GAIN, _GAMMA, _BALANCE = 0.35, 0.3, 0.12
_MOST = 2.0


def response(spread: float, seed: int) -> npt.NDArray[np.uint8] | None:
    """Table (256, 1, 3) from grey levels to grey levels of one camera, by seed; None where `spread` is 0."""
    if spread <= 0:
        return None
    rng = np.random.default_rng([seed, 12])
    scatter = np.clip(rng.normal(size=5), -_MOST, _MOST) * spread
    gain, gamma = np.exp(_GAIN * scatter[0]), np.exp(_GAMMA * scatter[1])
    balance = np.exp(_BALANCE * scatter[2:])
    levels = np.linspace(0.0, 1.0, 256)[:, None] * gain * balance
    return np.clip(np.round(255.0 * np.clip(levels, 0.0, 1.0) ** gamma), 0, 255).astype(np.uint8)[:, None, :]


class Sensor:
    """One camera's lens blur over the whole picture, exposure, noise and JPEG. `noise`: int8 tile (N,)."""

    def __init__(self, scenario: Scenario, seed: int, noise: npt.NDArray[np.int8]) -> None:
        self.scenario, self.seed, self._noise = scenario, seed, noise
        self._response = response(scenario.exposure, seed)

    def picture(self, image: Image, index: int) -> Image:
        """The frame as the camera gives it, from the scene's (H, W, 3) uint8 BGR; may change `image` in place."""
        rng = np.random.default_rng([self.seed, 3, index])
        if self.scenario.frame_blur_px > 0:
            image = np.asarray(cv2.GaussianBlur(image, (0, 0), self.scenario.frame_blur_px), dtype=np.uint8)
        if self._response is not None:
            image = np.asarray(cv2.LUT(image, self._response), dtype=np.uint8)
        if self.scenario.noise > 0:
            add_noise(image, self._noise, int(rng.integers(NOISE_TILE)))
        if self.scenario.jpeg_quality > 0:
            packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, self.scenario.jpeg_quality])[1]
            image = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), dtype=np.uint8)
        return image
