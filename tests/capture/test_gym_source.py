"""The virtual gym as a source: the same frames as the gym itself gives, with its calibration."""

from __future__ import annotations

import time
from itertools import islice

import numpy as np

from edge.capture import open_source
from edge.config import SourceConfig
from edge.simulator import VirtualGym

CONFIG = SourceConfig(uri="gym://form", width=320, height=180, fps=15, seed=3, realtime=False)


def test_frames_are_those_of_the_gym() -> None:
    expected = [frame for frame, _ in islice(VirtualGym("form", 3, 320, 180, 15.0).frames(), 3)]
    with open_source(CONFIG) as source:
        found = list(islice(source, 3))
    assert [frame.index for frame in found] == [0, 1, 2]
    for one, other in zip(found, expected, strict=True):
        assert one.time_s == other.time_s
        assert np.array_equal(one.image, other.image)


def test_it_knows_its_calibration_and_size() -> None:
    with open_source(CONFIG) as source:
        assert source.calibration is not None
        assert source.calibration.status == "calibrated"
        assert source.calibration.rim is not None
        assert (source.info.width, source.info.height, source.info.fps) == (320, 180, 15)
        assert source.info.frames is None


def test_at_its_own_speed_it_closes_while_it_plays() -> None:
    with open_source(CONFIG.model_copy(update={"realtime": True})) as source:
        indices = [frame.index for frame in islice(source, 4)]
    assert indices == sorted(set(indices))


def test_at_its_own_speed_it_drops_what_a_slow_reader_misses() -> None:
    with open_source(CONFIG.model_copy(update={"realtime": True})) as source:
        frames = []
        for frame in islice(source, 4):
            frames.append(frame.index)
            time.sleep(5 / CONFIG.fps)
        dropped = source.state.dropped
    assert frames[-1] > 3
    assert dropped >= frames[-1] - 3
