"""The networks of the settings, opened and ready."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from edge.config import EnginesConfig
from edge.vision.appearance import AppearanceEncoder
from edge.vision.detector import Detector
from edge.vision.heatmap import HeatmapFinder
from edge.vision.pose import PoseEstimator
from engines.backend import TimedEngine, open_engine
from engines.zoo import Network, find, locate, shape_range


class Vision:
    """Detector, pose, the ball's network and appearance (None where the settings say 'none').

    Belongs to the thread that opened it.
    """

    def __init__(self, config: EnginesConfig) -> None:
        self._engines: dict[str, TimedEngine] = {}
        try:
            self.detector = Detector(*self._open("detector", config.detector, config))
            self.pose = PoseEstimator(*self._open("pose", config.pose, config))
            self.ball = HeatmapFinder(*self._open("ball", config.ball, config))
            self.appearance = None
            if config.appearance != "none":
                self.appearance = AppearanceEncoder(*self._open("appearance", config.appearance, config))
        except BaseException:
            self.close()
            raise

    def _open(self, stage: str, name: str, config: EnginesConfig) -> tuple[Network, TimedEngine]:
        network = find(name)
        shapes = {network.input.name: shape_range(network)}
        engine = open_engine(locate(network), config.backend, config.threads, shapes)
        self._engines[stage] = TimedEngine(engine)
        return network, self._engines[stage]

    def engines(self) -> dict[str, TimedEngine]:
        """The networks at work, by stage."""
        return dict(self._engines)

    def take_networks_ms(self) -> dict[str, float]:
        """Milliseconds spent inside each stage's network since the last call."""
        return {stage: engine.take_ms() for stage, engine in self._engines.items()}

    def close(self) -> None:
        for engine in self._engines.values():
            engine.close()

    def __enter__(self) -> Vision:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@contextmanager
def open_ball(config: EnginesConfig) -> Iterator[HeatmapFinder]:
    """The ball's network alone. Raises EngineError in one line."""
    network = find(config.ball)
    engine = open_engine(locate(network), config.backend, config.threads, {network.input.name: shape_range(network)})
    try:
        yield HeatmapFinder(network, engine)
    finally:
        engine.close()


def open_vision(config: EnginesConfig) -> Vision:
    """Find, check and open the networks that the settings name. Raises EngineError in one line."""
    return Vision(config)
