"""The virtual gym as a reader of frames."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from calibration.store import Calibration
from edge.capture.source import CaptureError, SourceInfo
from edge.config import SourceConfig
from edge.simulator import SimulatorError, Truth, VirtualGym
from edge.types import Frame, Image


class GymReader:
    """Renders as it is read. `truth` belongs to the frame read last."""

    def __init__(self, name: str, gym: VirtualGym, config: SourceConfig) -> None:
        self._gym = gym
        self._frames: Iterator[tuple[Frame, Truth]] = gym.frames()
        self._info = SourceInfo(name=name, width=config.width, height=config.height, fps=config.fps)
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
        frame, self.truth = next(self._frames, (None, None))
        return None if frame is None else (frame.time_s, frame.image)

    def close(self) -> None:
        """Nothing to release: the gym is only arithmetic."""


def open_gym(config: SourceConfig) -> GymReader:
    """The gym that `gym://SCENARIO` names; gym:// alone is its default play. Raises CaptureError on an unknown one."""
    parts = urlsplit(config.uri)
    unknown = set(parse_qs(parts.query))
    if unknown or parts.path.strip("/"):
        raise CaptureError(f"{config.uri}: write gym:// or gym://SCENARIO; seed, size and fps are settings of 'source'")
    scenario = parts.netloc or "practice"
    try:
        gym = VirtualGym(scenario, seed=config.seed, width=config.width, height=config.height, fps=config.fps)
    except SimulatorError as error:
        raise CaptureError(f"{config.uri}: {error}") from None
    return GymReader(config.uri, gym, config)
