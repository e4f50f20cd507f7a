import dataclasses

import numpy as np
import pytest

from edge.types import ObjectClass
from edge.vision.detector import Detector
from engines.backend import EngineError, TensorSpec
from engines.zoo import find
from tests.vision.fakes import FakeEngine, brightest_blob_picodet

NETWORK = find("picodet-s-640")
BALL_ROW = NETWORK.labels.index("sports ball")


def _scene() -> np.ndarray:
    """Dark 1280 x 720 with a white square of 40 px at (600, 300)."""
    image = np.zeros((720, 1280, 3), np.uint8)
    image[300:340, 600:640] = 255
    return image


@pytest.mark.parametrize(("height", "width"), [(720, 1280), (360, 480), (1280, 720)])
def test_boxes_come_back_in_frame_pixels(height: int, width: int) -> None:
    detector = Detector(NETWORK, brightest_blob_picodet(NETWORK, BALL_ROW))
    image = np.zeros((height, width, 3), np.uint8)
    image[300:340, 400:440] = 255
    found = detector.detect(image)
    assert found.class_id.tolist() == [ObjectClass.BALL]
    np.testing.assert_allclose(found.xyxy, [[400, 300, 440, 340]], atol=2.5)


def test_boxes_end_at_the_edge_of_the_frame() -> None:
    outputs = (TensorSpec("output0", (1, 84, 10), "float32"),)
    table = np.zeros((1, 84, 10), np.float32)
    table[0, :4, 1], table[0, 4, 1] = (10, 300, 60, 200), 0.8
    engine = FakeEngine(TensorSpec("images", (1, 3, 640, 640), "float32"), outputs, lambda tensor: {"output0": table})
    found = Detector(find("yolov8n"), engine).detect(np.zeros((360, 640, 3), np.uint8))
    np.testing.assert_allclose(found.xyxy, [[0, 200, 40, 360]])


def test_the_networks_input_is_as_wide_as_the_frame() -> None:
    engine = brightest_blob_picodet(NETWORK, BALL_ROW)
    Detector(NETWORK, engine).detect(_scene())
    assert [fed.shape[2:] for fed in engine.fed] == [(384, 640)]


@pytest.mark.parametrize(("confidence", "count"), [(0.3, 1), (0.1, 0)])
def test_the_least_confidence_holds_by_class(confidence: float, count: int) -> None:
    detector = Detector(NETWORK, brightest_blob_picodet(NETWORK, BALL_ROW, confidence))
    least = {ObjectClass.PERSON: 0.9, ObjectClass.BALL: 0.2}
    assert len(detector.detect(_scene(), min_confidence=least).xyxy) == count


def test_other_classes_than_person_and_ball_are_left_out() -> None:
    detector = Detector(NETWORK, brightest_blob_picodet(NETWORK, NETWORK.labels.index("frisbee")))
    assert len(detector.detect(_scene()).xyxy) == 0


def test_a_network_without_balls_is_refused() -> None:
    pose = find("yolo11n-pose")
    outputs = (TensorSpec("output0", (1, 56, 8400), "float32"),)
    engine = FakeEngine(TensorSpec("images", (1, 3, 640, 640), "float32"), outputs, lambda tensor: {})
    with pytest.raises(EngineError, match="yolo11n-pose: knows no 'sports ball'"):
        Detector(pose, engine)


def test_a_ball_network_of_ones_own_may_call_it_basketball() -> None:
    network = dataclasses.replace(find("yolov8n"), labels=("basketball", "person"))
    table = np.zeros((1, 6, 10), np.float32)
    table[0, :4, 1], table[0, 4, 1] = (320, 320, 20, 20), 0.8
    outputs = (TensorSpec("output0", (1, 6, 10), "float32"),)
    engine = FakeEngine(TensorSpec("images", (1, 3, 640, 640), "float32"), outputs, lambda tensor: {"output0": table})
    found = Detector(network, engine).detect(np.zeros((640, 640, 3), np.uint8))
    assert found.class_id.tolist() == [ObjectClass.BALL]
