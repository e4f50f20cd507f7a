"""What looks for balls in the benchmark: courtside's own network and the general ones, read alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from edge.config import VisionConfig
from edge.types import Detections, FloatArray, Image, ObjectClass
from edge.vision.ball import BallFinder
from edge.vision.detector import Detector
from edge.vision.heatmap import LEAST_CONFIDENCE, HeatmapFinder, Sighting
from edge.vision.scene import SceneWatcher, steps_back
from engines.backend import Engine, EngineError, open_engine
from engines.zoo import Network, find, locate

THREADS = 2
# Everything from here up is kept for precision over recall; what counts as found is the network's own default.
LOWEST = 0.02
PEER_CONFIDENCE = 0.25
OWN_NETWORK = "courtside-ball"
_NOTHING = Detections(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int32))


def _none() -> npt.NDArray[np.float32]:
    return np.zeros((0, 5), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Found:
    """Balls and rims (N, 5): centre x, y, half width, half height px, confidence, best first; and the heat of the ball,
    a cell for 4 px, of the network that has one."""

    balls: FloatArray
    rims: FloatArray = field(default_factory=_none)
    heat: FloatArray | None = None


class Finder(Protocol):
    """A network that finds balls; `confidence`: from where it counts one as found."""

    name: str
    confidence: float
    sees_rims: bool

    def moment(self, frames: Sequence[Image], moving: bool = False) -> Found:
        """What is in the last of some consecutive frames (H, W, 3) BGR, of a camera that may have moved meanwhile."""
        ...

    def still(self, image: Image) -> Found:
        """What is in a photo."""
        ...

    def step(self, image: Image) -> None:
        """One more frame of a running camera: this is timed."""
        ...

    def close(self) -> None: ...


class DetectorFinder:
    """A detection network: it sees each frame alone."""

    sees_rims = False

    def __init__(self, network: Network) -> None:
        self.name, self.confidence = network.name, PEER_CONFIDENCE
        self._engine = _open(network)
        self._detector = Detector(network, self._engine)

    def _look(self, image: Image, least: float) -> Found:
        found = self._detector.detect(image, min_confidence={ObjectClass.BALL: least, ObjectClass.PERSON: 2.0})
        low, high = found.xyxy[:, :2], found.xyxy[:, 2:]
        return Found(np.column_stack(((low + high) / 2, (high - low) / 2, found.confidence)).astype(np.float32))

    def moment(self, frames: Sequence[Image], moving: bool = False) -> Found:
        return self._look(frames[-1], LOWEST)

    def still(self, image: Image) -> Found:
        return self._look(image, LOWEST)

    def step(self, image: Image) -> None:
        self._look(image, self.confidence)

    def close(self) -> None:
        self._engine.close()


class HeatFinder:
    """courtside's ball network: it sees three frames."""

    sees_rims = True

    def __init__(self, network: Network) -> None:
        self.name, self.confidence = network.name, LEAST_CONFIDENCE
        self._engine = _open(network)
        self._finder = HeatmapFinder(network, self._engine)

    def moment(self, frames: Sequence[Image], moving: bool = False) -> Found:
        self._finder.reset()
        # A camera that moves is followed as the box follows it in a video file.
        scene, to_scene = SceneWatcher(moving), list[FloatArray]()
        for image in frames:
            now = scene.update(image).key_from_now
            self._finder.watch(image, steps_back(to_scene, now) if moving else None)
            to_scene.append(now)
        return _found(self._finder.find(LOWEST))

    def still(self, image: Image) -> Found:
        return _found(self._finder.look_still(image, least=LOWEST))

    def step(self, image: Image) -> None:
        self._finder.look(image)

    def as_run_ms(self, play: Sequence[tuple[Image, FloatArray | None]]) -> float:
        """Mean milliseconds a frame as the box looks: at the whole frame every third time and where it lost the ball,
        else about the ball, colour and motion beside it. play: frames in a row, each with the ball's place, px."""
        looking, nobody = BallFinder(VisionConfig(), self._finder), np.zeros((0, 4), np.float32)
        spent_s = 0.0
        for image, ball in play:
            start_s = time.perf_counter()
            moving = looking.watch(image, None)
            looking.look(image, _NOTHING, nobody, ball, None, moving, None)
            spent_s += time.perf_counter() - start_s
        return 1000 * spent_s / len(play)

    def close(self) -> None:
        self._engine.close()


def _found(sighting: Sighting) -> Found:
    """From the finder's own words: balls are x, y, radius, confidence, visible share; rims have whole widths."""
    balls, rims = sighting.balls, sighting.rims
    return Found(
        np.column_stack((balls[:, :2], balls[:, 2], balls[:, 2], balls[:, 3])),
        np.column_stack((rims[:, :2], rims[:, 2:4] / 2, rims[:, 4])),
        sighting.heat,
    )


def _open(network: Network) -> Engine:
    return open_engine(locate(network), "onnxruntime", threads=THREADS)


def own_finder(name: str) -> Finder:
    """The network under test: of the zoo, or in an .onnx file. Raises EngineError."""
    network = find(name)
    return DetectorFinder(network) if network.task == "detection" else HeatFinder(network)


def peer_finder(network: Network) -> Finder | None:
    """A general network, or None with a line where it cannot run."""
    try:
        return DetectorFinder(network)
    except EngineError as error:
        print(f"left out: {error}")
        return None


def step_ms(finders: Sequence[Finder], frames: Sequence[Image], rounds: int) -> dict[str, float]:
    """Median milliseconds a frame of each, pre- and post-processing included, in turn on the same frames."""
    spent: dict[str, list[float]] = {finder.name: [] for finder in finders}
    for number in range(rounds + 2):
        for finder in finders:
            start_s = time.perf_counter()
            finder.step(frames[number % len(frames)])
            if number >= 2:
                spent[finder.name].append((time.perf_counter() - start_s) * 1000)
    return {name: statistics.median(times) for name, times in spent.items()}
