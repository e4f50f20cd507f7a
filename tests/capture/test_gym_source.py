"""The virtual gym as a source: the same frames as the gym itself gives, with its calibration."""

from __future__ import annotations

import time
from contextlib import closing
from itertools import islice

import numpy as np
import pytest

from edge.capture import open_source
from edge.capture.gym import open_gym
from edge.capture.source import CaptureError
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


def test_a_bump_turns_the_camera_once_at_its_time_and_leaves_the_calibration() -> None:
    with closing(open_gym(CONFIG.model_copy(update={"uri": "gym://form?bump=2.5@0.2"}))) as reader:
        cameras = []
        for _ in range(6):
            reader.read()
            assert reader.truth is not None
            cameras.append(reader.truth.camera)
        known = reader.calibration.camera_model() if reader.calibration is not None else None
    turned = [np.degrees(np.arccos(min(1.0, (np.trace(c.R @ cameras[0].R.T) - 1) / 2))) for c in cameras]
    assert np.allclose(turned, [0, 0, 0, 2.5, 2.5, 2.5], atol=1e-4)
    assert known is not None
    assert np.allclose(known.R, cameras[0].R)


@pytest.mark.parametrize("query", ["bump=", "bump=2", "bump=a@b", "bump=0@3", "bump=60@3", "bump=2@-1", "bump=2@inf"])
def test_a_bump_that_makes_no_sense_is_refused(query: str) -> None:
    with pytest.raises(CaptureError, match="DEGREES@SECONDS") as error:
        open_source(CONFIG.model_copy(update={"uri": f"gym://form?{query}"}))
    assert "\n" not in str(error.value)
