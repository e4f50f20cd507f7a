"""Where the rim comes from: the calibration's word, else a hoop that the ball's network keeps seeing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from edge.config import Config, parse
from edge.pipeline import Pipeline
from edge.simulator import VirtualGym
from edge.types import Detections, Frame
from edge.vision.heatmap import HeatmapFinder
from engines.zoo import find
from tests.vision.fakes import Ball, heat_engine

HOOP = (402.0, 122.0, 60.0, 66.0, 0.9)


class BlindVision:
    """Sees nobody and nothing but the hoops it is told."""

    appearance = None

    def __init__(self, rims: list[Ball]) -> None:
        self.rims = rims
        self.ball = HeatmapFinder(find("courtside-ball"), heat_engine(lambda _: [], self.rims))
        self.detector = self

    def detect(self, image: object, least: object) -> Detections:
        return Detections(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int32))

    def take_networks_ms(self) -> dict[str, float]:
        return {}

    def close(self) -> None:
        pass


@pytest.fixture
def scene() -> np.ndarray:
    rng = np.random.default_rng(0)
    return rng.integers(0, 255, (45, 100, 3), np.uint8).repeat(8, 0).repeat(8, 1)


def snapshots(config: Config, vision: BlindVision, images: list[np.ndarray], calibration=None) -> Iterator:  # type: ignore[no-untyped-def,type-arg]
    pipeline = Pipeline(config, calibration, vision, "shot")  # type: ignore[arg-type]
    try:
        for index, image in enumerate(images):
            yield pipeline.step(Frame(index, index / 30, image)).snapshot
    finally:
        pipeline.close()


def test_without_a_calibration_the_hoop_that_is_seen_becomes_the_rim(scene: np.ndarray) -> None:
    image = scene[:, :640]
    seen = list(snapshots(Config(), BlindVision([HOOP]), [image] * 12))
    assert seen[0].rim is None
    assert seen[0].net_motion is None
    rim = seen[-1].rim
    assert rim is not None
    assert (rim.x_px, rim.width_px) == (pytest.approx(402, abs=0.1), pytest.approx(60, abs=0.1))
    assert rim.y_px - rim.height_px / 2 == pytest.approx(122 - 33, abs=0.1)
    assert seen[-1].net_motion == 0


def test_the_calibrations_rim_has_the_last_word(scene: np.ndarray) -> None:
    gym = VirtualGym("practice", 0, 640, 360, 30.0)
    known = gym.calibration.rim
    assert known is not None
    seen = list(snapshots(Config(), BlindVision([HOOP]), [scene[:, :640]] * 12, gym.calibration))
    assert all(one.rim is not None for one in seen)
    assert seen[-1].rim.x_px == pytest.approx(known.x + known.width / 2)


def test_after_a_cut_the_hoop_is_looked_for_anew(scene: np.ndarray) -> None:
    other = 255 - scene[::-1, :640]
    seen = list(snapshots(Config(), BlindVision([HOOP]), [scene[:, :640]] * 12 + [np.ascontiguousarray(other)]))
    assert seen[11].rim is not None
    assert seen[12].scene_cut
    assert seen[12].rim is None


def test_a_moving_camera_carries_the_rim_along(scene: np.ndarray) -> None:
    config = parse({"vision": {"camera": "moving"}}, "test")
    vision = BlindVision([])
    steps = 20
    seen = []
    images = [np.ascontiguousarray(scene[:, 2 * k : 2 * k + 640]) for k in range(steps)]

    def told() -> Iterator[np.ndarray]:
        for k, image in enumerate(images):
            vision.rims[:] = [(HOOP[0] - 2 * k, *HOOP[1:])]
            yield image

    seen = list(snapshots(config, vision, told()))  # type: ignore[arg-type]
    rim = seen[-1].rim
    assert rim is not None
    assert rim.x_px == pytest.approx(HOOP[0] - 2 * (steps - 1), abs=2)
    assert rim.width_px == pytest.approx(60, abs=0.5)
