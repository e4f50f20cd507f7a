from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from edge.pipeline import Pipeline
from edge.types import Frame, StageTimes
from tests.bench import speed
from tests.bench.speed import Calls, Ours


class Network:
    def infer(self, feeds: Mapping[str, Any]) -> dict[str, Any]:
        return {"sum": sum(tensor.sum() for tensor in feeds.values())}


class TwoPlaces:
    """Looks at the whole frame and at a part in turn, and takes one pose on the second frame."""

    def __init__(self) -> None:
        self._networks = {"detector": Network(), "ball": Network(), "pose": Network()}
        self._steps = 0

    def engines(self) -> dict[str, Network]:
        return self._networks

    def step(self, frame: Frame) -> Any:
        self._steps += 1
        size = (320, 320) if self._steps % 2 == 0 else (720, 1280)
        assert self._networks["ball"].infer({"frames": np.ones((1, 9, *size))})["sum"] == 9 * size[0] * size[1]
        self._networks["detector"].infer({"image": np.ones((1, 3, 384, 640))})
        if self._steps == 2:
            self._networks["pose"].infer({"input": np.ones((1, 256, 256, 3))})
        return SimpleNamespace(times=StageTimes({"ball": 4.0}, {"scene": 1.0}))


class Peer:
    def __init__(self) -> None:
        self.asked: list[tuple[tuple[tuple[int, int], ...], int]] = []

    def step(self, image: Any, ball_looks: tuple[tuple[int, int], ...], pose_calls: int) -> None:
        self.asked.append((ball_looks, pose_calls))


def _frames(count: int) -> list[Frame]:
    return [Frame(k, k / 30, np.zeros((720, 1280, 3), np.uint8)) for k in range(count)]


def test_the_peers_are_asked_frame_by_frame_for_what_ours_did() -> None:
    ours, peers = Ours(cast(Pipeline, TwoPlaces())), (Peer(), Peer())
    readers = [iter(_frames(3)) for _ in range(3)]
    done, _ = speed._turn(readers, 5, ours, peers)
    whole, part = ((720, 1280),), ((320, 320),)
    assert done == 3
    assert ours.calls == [Calls(1, 0, whole), Calls(1, 1, part), Calls(1, 0, whole)]
    assert peers[0].asked == [(whole, 0), (part, 1), (whole, 0)]
    assert peers[1].asked == [((), 0), ((), 1), ((), 0)]


def test_figures_are_medians_of_the_blocks_ratios() -> None:
    totals: dict[str, list[Any]] = {
        key: [] for key in ("ours", "peer", "plain", "networks", "calls", "stages", "by_network")
    }
    ours = Ours(cast(Pipeline, TwoPlaces()))
    for frame in _frames(4):
        ours.step(frame)
    for spent_ms in ((40.0, 80.0, 20.0), (40.0, 120.0, 40.0), (80.0, 80.0, 80.0)):
        speed._add(totals, ours, 4, spent_ms)
    found = speed.figures(totals)
    assert (found["fps_ratio_to_peer"], found["fps_ratio_to_peer_without_ball"]) == (2.0, 1.0)
    assert (found["ours_ms"], found["peer_fps"]) == (10.0, 50.0)
    assert found["overhead_share"] == pytest.approx(0.6)
    assert (found["ours_detector_calls"], found["ours_pose_calls"], found["ours_ball_calls"]) == (1, 0.25, 1)
    assert found["ours_ball_whole_share"] == 0.5
    assert found["ours_network_ball_ms"] == 4.0
