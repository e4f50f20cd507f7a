"""The virtual gym as a reader of frames."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import numpy as np

from calibration.model import Calibration
from edge.capture.source import CaptureError, SourceInfo
from edge.config import SourceConfig
from edge.simulator import SimulatorError, Truth, VirtualGym
from edge.types import Frame, Image

_LARGEST_BUMP_DEG = 45.0


@dataclass(frozen=True, slots=True)
class Bump:
    """Somebody knocks against the camera: by how much it turns, and after how many seconds of play."""

    angle_deg: float
    at_s: float


class GymReader:
    """Renders as it is read. `truth` belongs to the frame read last; `calibration` is that of before any bump."""

    def __init__(self, name: str, gym: VirtualGym, config: SourceConfig, bump: Bump | None = None) -> None:
        self._gym = gym
        self._frames: Iterator[tuple[Frame, Truth]] = gym.frames()
        self._info = SourceInfo(name=name, width=config.width, height=config.height, fps=config.fps)
        self._bump, self._axis = bump, np.random.default_rng([config.seed, 11]).normal(size=3)
        self._next_index = 0
        self.truth: Truth | None = None

    @property
    def info(self) -> SourceInfo:
        return self._info

    @property
    def calibration(self) -> Calibration | None:
        return self._gym.calibration

    @property
    def damage(self) -> str:
        return ""

    def read(self) -> tuple[float, Image] | None:
        if self._bump is not None and self._next_index / self._info.fps >= self._bump.at_s:
            yaw, pitch, roll = self._bump.angle_deg * self._axis / np.linalg.norm(self._axis)
            self._gym.turn(float(yaw), float(pitch), float(roll))
            self._bump = None
        self._next_index += 1
        frame, self.truth = next(self._frames, (None, None))
        return None if frame is None else (frame.time_s, frame.image)

    def close(self) -> None:
        """Nothing to release: the gym is only arithmetic."""


def open_gym(config: SourceConfig) -> GymReader:
    """The gym that `gym://SCENARIO` names; gym:// alone is its default play. Raises CaptureError on an unknown one.

    `gym://SCENARIO?bump=1.5@20` turns the camera by 1.5 degrees, about an axis by seed, after 20 s of play.
    """
    parts = urlsplit(config.uri)
    query = parse_qs(parts.query, keep_blank_values=True)
    bumps = query.pop("bump", [])
    if query or parts.path.strip("/"):
        forms = "gym://, gym://SCENARIO or gym://SCENARIO?bump=DEGREES@SECONDS"
        raise CaptureError(f"{config.uri}: write {forms}; seed, size and fps are settings of 'source'")
    scenario = parts.netloc or "practice"
    try:
        gym = VirtualGym(scenario, seed=config.seed, width=config.width, height=config.height, fps=config.fps)
    except SimulatorError as error:
        raise CaptureError(f"{config.uri}: {error}") from None
    return GymReader(config.uri, gym, config, _bump(config.uri, bumps) if bumps else None)


def _bump(uri: str, given: list[str]) -> Bump:
    """Raises CaptureError for what is no angle and time."""
    try:
        angle, at = (float(part) for part in given[0].split("@"))
    except ValueError:
        angle = at = float("nan")
    if len(given) > 1 or not (0 < abs(angle) <= _LARGEST_BUMP_DEG and 0 <= at < float("inf")):
        raise CaptureError(f"{uri}: write ?bump=DEGREES@SECONDS once, as in gym://practice?bump=1.5@20")
    return Bump(angle, at)
