"""The shipped networks on the virtual gym, whose truth is exact."""

from collections.abc import Iterator
from itertools import islice

import numpy as np
import pytest

from edge.config import EnginesConfig
from edge.kernels.boxes import iou
from edge.simulator import Truth, VirtualGym
from edge.types import Frame, ObjectClass
from edge.vision import Vision, open_vision
from engines.backend import EngineError


@pytest.fixture(scope="module")
def vision() -> Iterator[Vision]:
    with open_vision(EnginesConfig()) as opened:
        yield opened


@pytest.fixture(scope="module")
def play() -> list[tuple[Frame, Truth]]:
    """Twelve frames, half a second apart."""
    frames = VirtualGym("practice", 1, 1280, 720, 30.0).frames()
    return list(islice(frames, 0, 180, 15))


def _person_box(truth: Truth) -> np.ndarray | None:
    return truth.players[0].box if truth.players else None


def test_the_player_is_found(vision: Vision, play: list[tuple[Frame, Truth]]) -> None:
    hits, shown = 0, 0
    for frame, truth in play:
        box = _person_box(truth)
        if box is None:
            continue
        shown += 1
        found = vision.detector.detect(frame.image)
        people = found.xyxy[found.class_id == ObjectClass.PERSON]
        hits += int(np.any(iou(np.asarray([box], np.float32), people) > 0.5))
    assert shown >= 6
    assert hits >= 0.8 * shown


def test_keypoints_lie_on_the_body(vision: Vision, play: list[tuple[Frame, Truth]]) -> None:
    """Median error of the visible body joints (shoulders to ankles) under 5 % of the person's height."""
    errors = []
    for frame, truth in play:
        box = _person_box(truth)
        if box is None:
            continue
        found = vision.pose.estimate(frame.image, np.asarray([box], np.float32))
        assert found.xy.shape == (1, 17, 2)
        player, body = truth.players[0], np.arange(17) >= 5
        distance = np.linalg.norm(found.xy[0] - player.keypoints_px, axis=1)
        joints = distance[player.visible & body] / (box[3] - box[1])
        errors.extend(joints[np.isfinite(joints)])
    assert len(errors) > 50
    assert np.median(errors) < 0.05


def test_the_balls_network_is_opened_with_the_others(vision: Vision, play: list[tuple[Frame, Truth]]) -> None:
    assert list(vision.engines()) == ["detector", "pose", "ball", "appearance"]
    vision.take_networks_ms()
    sighting = vision.ball.look_still(play[0][0].image)
    assert sighting.heat.shape == (184, 320)
    assert sighting.heat.min() >= 0
    assert sighting.heat.max() <= 1
    spent = vision.take_networks_ms()
    assert spent["ball"] > 0
    assert spent["detector"] == 0


def test_time_in_the_networks_is_told_by_stage(vision: Vision, play: list[tuple[Frame, Truth]]) -> None:
    vision.take_networks_ms()
    vision.detector.detect(play[0][0].image)
    spent = vision.take_networks_ms()
    assert spent["detector"] > 0
    assert spent["pose"] == spent["ball"] == spent["appearance"] == 0


@pytest.mark.parametrize(
    ("key", "name", "word"),
    [
        ("detector", "picodet", "did you mean 'picodet-s-"),
        ("detector", "movenet-thunder", "cannot be the detector"),
        ("detector", "courtside-ball", "cannot be the detector"),
        ("pose", "picodet-s-640", "finds no keypoints"),
        ("ball", "courtside-bal", "did you mean 'courtside-ball'"),
        ("ball", "picodet-s-640", "is no ball's network"),
        ("appearance", "movenet-thunder", "gives no embedding"),
        ("detector", "/nowhere/mine.onnx", "no such network file"),
    ],
)
def test_wrong_networks_are_one_line(key: str, name: str, word: str) -> None:
    with pytest.raises(EngineError, match=word) as caught:
        open_vision(EnginesConfig(**{key: name}))
    assert "\n" not in str(caught.value)


def test_appearance_may_be_left_out() -> None:
    with open_vision(EnginesConfig(appearance="none")) as vision:
        assert vision.appearance is None
        vision.close()
