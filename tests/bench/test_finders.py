from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from engines.backend import FREE, Tensor, TensorSpec
from engines.zoo import InputSpec, find
from tests.bench import finders

NETWORK = replace(
    find("picodet-s-640"),
    name="hot-cell",
    task="ball",
    output="ball-heatmap",
    labels=(),
    input=InputSpec("frames", "letterbox", "NCHW", "uint8", 1280, 1280, 0, any_size=True, step=32, frames=3),
)


class HotCell:
    """One ball of 8 px and one rim of 40 x 20 px, wherever one looks; notes what it was shown."""

    inputs = (TensorSpec("frames", (1, 9, FREE, FREE), "uint8"),)
    outputs = tuple(
        TensorSpec(name, (1, size, FREE, FREE), "float32") for name, size in (("heat", 2), ("ball", 4), ("rim", 4))
    )
    metadata: Mapping[str, str] = {}

    def __init__(self) -> None:
        self.shown: list[Tensor] = []

    def infer(self, feeds: Mapping[str, Tensor]) -> dict[str, Tensor]:
        self.shown.append(feeds["frames"].copy())
        height, width = (size // 4 for size in feeds["frames"].shape[2:])
        out = {spec.name: np.zeros((1, spec.shape[1], height, width), np.float32) for spec in self.outputs}
        out["heat"][0, :, 2, 3] = 0.9, 0.7
        out["ball"][0, :, 2, 3] = 0.25, 0, np.log(8), 1
        out["rim"][0, 2:, 2, 3] = np.log([40, 20])
        return out

    def close(self) -> None:
        pass


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> HotCell:
    engine = HotCell()
    monkeypatch.setattr(finders, "_open", lambda network: engine)
    return engine


def _grey(value: int) -> np.ndarray:
    return np.full((32, 64, 3), value, np.uint8)


def test_the_ball_network_is_shown_three_frames_at_once_and_its_finds_are_halves(engine: HotCell) -> None:
    found = finders.HeatFinder(NETWORK).moment([_grey(1), _grey(2), _grey(3)])
    assert len(engine.shown) == 1
    assert [int(plane.max()) for plane in engine.shown[0][0]] == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert found.balls == pytest.approx(np.array([[15, 10, 8, 8, 0.9]]), abs=1e-4)
    assert found.rims == pytest.approx(np.array([[14, 10, 20, 10, 0.7]]), abs=1e-4)
    assert found.heat is not None
    assert found.heat.shape == (8, 16)


def test_a_moment_knows_nothing_of_the_one_before(engine: HotCell) -> None:
    finder = finders.HeatFinder(NETWORK)
    finder.moment([_grey(9), _grey(9), _grey(9)])
    finder.still(_grey(4))
    assert np.unique(engine.shown[-1]).tolist() == [4]
    finder.moment([_grey(1), _grey(2), _grey(3)])
    assert np.unique(engine.shown[-1]).tolist() == [1, 2, 3]


def test_a_camera_that_moved_is_followed(engine: HotCell) -> None:
    wide = np.repeat(np.random.default_rng(0).integers(0, 255, (24, 40, 3), np.uint8), 8, 0).repeat(8, 1)
    frames = [np.ascontiguousarray(wide[:, shift : shift + 256]) for shift in (0, 4, 8)]
    finder = finders.HeatFinder(NETWORK)
    finder.moment(frames)
    finder.moment(frames, moving=True)
    still, followed = (shown[0].astype(int) for shown in engine.shown)
    # The middle: at the edges there is nothing to lay on.
    off = [np.abs(planes[:3] - planes[6:])[..., 20:200].mean() for planes in (still, followed)]
    assert off[1] < 0.2 * off[0]


def test_what_the_zoo_calls_a_ball_network_is_run_as_one(monkeypatch: pytest.MonkeyPatch, engine: HotCell) -> None:
    monkeypatch.setattr(finders, "find", lambda name: NETWORK)
    finder = finders.own_finder("hot-cell")
    assert (finder.name, finder.sees_rims) == ("hot-cell", True)


def test_a_detector_may_be_measured_in_its_place() -> None:
    finder = finders.own_finder("picodet-s-640")
    assert (finder.confidence, finder.sees_rims) == (finders.PEER_CONFIDENCE, False)
    assert finder.still(_grey(100)).balls.shape[1] == 5
    finder.close()
