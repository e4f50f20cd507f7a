from __future__ import annotations

import itertools

import numpy as np
import pytest

from edge.config import Config
from edge.pipeline import open_pipeline
from edge.types import Frame


def test_the_times_of_a_frame_name_every_stage_and_none_is_negative() -> None:
    pipeline = open_pipeline(Config(), None)
    image = np.random.default_rng(0).integers(0, 255, (360, 640, 3), np.uint8)
    try:
        steps = [pipeline.step(Frame(index, index / 30, image)) for index in range(3)]
    finally:
        pipeline.close()
    for step in steps:
        assert list(step.times.overhead_ms) == ["scene", "detector", "players", "ball", "pose", "teams", "game"]
        assert set(step.times.networks_ms) == {"detector", "pose", "ball", "appearance"}
        assert min(itertools.chain(step.times.overhead_ms.values(), step.times.networks_ms.values())) >= 0
        assert step.times.networks_ms["detector"] > 0
        assert step.times.networks_ms["ball"] > 0


def test_a_change_of_picture_size_begins_a_new_scene() -> None:
    pipeline = open_pipeline(Config(), None)
    try:
        for index, size in enumerate([(360, 640), (360, 640), (480, 640), (480, 640)]):
            step = pipeline.step(Frame(index, index / 30, np.full((*size, 3), 90, np.uint8)))
            assert step.snapshot.scene_cut == (index in (0, 2))
    finally:
        pipeline.close()


def test_closing_twice_does_no_harm() -> None:
    pipeline = open_pipeline(Config(), None)
    pipeline.close()
    pipeline.close()
    with pytest.raises(RuntimeError, match="shutdown"):
        pipeline.step(Frame(0, 0.0, np.zeros((360, 640, 3), np.uint8)))
