import numpy as np
import pytest

from edge.vision.pose import PoseEstimator, match, seen
from engines.backend import EngineError, Tensor, TensorSpec
from engines.zoo import find
from tests.vision.fakes import FakeEngine, brightest_blob_picodet

MOVENET, ONE_STAGE = find("movenet-thunder"), find("yolo11n-pose")


def _movenet(points: np.ndarray) -> FakeEngine:
    """Answers with the same points (17, 3) y, x in 0..1, score whatever it is shown."""
    outputs = (TensorSpec("out", (1, 1, 17, 3), "float32"),)
    return FakeEngine(
        TensorSpec("input:0", (1, 256, 256, 3), "int32"), outputs, lambda tensor: {"out": points[None, None]}
    )


def _one_stage(people: list[tuple[list[float], float]]) -> FakeEngine:
    """People as (box cx, cy, w, h in input px, score); all keypoints at the box's centre, confidence 0.9."""
    table = np.zeros((1, 56, 50), np.float32)
    for index, (box, score) in enumerate(people):
        table[0, :4, index], table[0, 4, index] = box, score
        table[0, 5:, index] = [box[0], box[1], 0.9] * 17
    outputs = (TensorSpec("output0", (1, 56, 50), "float32"),)

    def answer(tensor: Tensor) -> dict[str, Tensor]:
        return {"output0": table}

    return FakeEngine(TensorSpec("images", (1, 3, 640, 640), "float32"), outputs, answer)


def test_points_of_a_crop_come_back_in_frame_pixels() -> None:
    points = np.full((17, 3), (0.5, 0.5, 0.9), np.float32)
    points[1] = (0.0, 1.0, 0.9)
    image = np.zeros((720, 1280, 3), np.uint8)
    found = PoseEstimator(MOVENET, _movenet(points)).estimate(image, np.array([[600, 200, 680, 440]], np.float32))
    np.testing.assert_allclose(found.xy[0, 0], [640, 320], atol=0.5)
    np.testing.assert_allclose(found.xy[0, 1], [640 + 150, 320 - 150], atol=0.5)


def test_the_network_is_shown_rgb_integers_in_a_square_about_the_box() -> None:
    engine = _movenet(np.zeros((17, 3), np.float32))
    image = np.zeros((720, 1280, 3), np.uint8)
    image[200:440, 600:680] = (10, 20, 30)
    PoseEstimator(MOVENET, engine).estimate(image, np.array([[600, 200, 680, 440]], np.float32))
    tensor = engine.fed[0]
    assert (tensor.shape, tensor.dtype) == ((1, 256, 256, 3), np.int32)
    assert tensor[0, 128, 128].tolist() == [30, 20, 10]
    assert tensor[0, 5, 128].tolist() == tensor[0, 128, 5].tolist() == [0, 0, 0]


def test_points_unsure_or_outside_the_frame_are_not_seen_and_keep_their_confidence() -> None:
    points = np.zeros((1, 17, 3), np.float32)
    points[0, :, 2] = 0.9
    points[0, 1] = (-1, 5, 0.9)
    points[0, 2] = (5, 48, 0.9)
    points[0, 3] = (5, 5, 0.1)
    found = seen(points, np.zeros((48, 64, 3), np.uint8), 0.2)
    assert np.isnan(found.xy[0]).all(axis=1).nonzero()[0].tolist() == [1, 2, 3]
    np.testing.assert_allclose(found.confidence, points[..., 2])


def test_nobody_is_nobody() -> None:
    engine = _movenet(np.zeros((17, 3), np.float32))
    found = PoseEstimator(MOVENET, engine).estimate(np.zeros((48, 64, 3), np.uint8), np.zeros((0, 4), np.float32))
    assert (found.xy.shape, found.confidence.shape, engine.fed) == ((0, 17, 2), (0, 17), [])


def test_a_one_stage_network_runs_once_and_people_get_the_pose_on_them() -> None:
    engine = _one_stage([([100, 100, 40, 80], 0.9), ([102, 100, 40, 80], 0.5), ([300, 100, 40, 80], 0.8)])
    image = np.zeros((720, 1280, 3), np.uint8)
    boxes = np.array([[560, 120, 640, 280], [160, 120, 240, 280], [900, 400, 1000, 600]], np.float32)
    found = PoseEstimator(ONE_STAGE, engine).estimate(image, boxes)
    np.testing.assert_allclose(found.xy[0, 0], [600, 200], atol=0.5)
    np.testing.assert_allclose(found.xy[1, 5], [200, 200], atol=0.5)
    assert np.isnan(found.xy[2]).all()
    assert len(engine.fed) == 1


def test_pairs_are_the_largest_overlaps_once_each() -> None:
    overlap = np.array([[0.9, 0.8, 0.0], [0.85, 0.2, 0.0]], np.float32)
    assert match(overlap, 0.3) == [(0, 0)]
    assert match(overlap, 0.1) == [(0, 0), (1, 1)]
    assert match(np.zeros((0, 3), np.float32), 0.3) == []


def test_a_detector_is_no_pose_network() -> None:
    network = find("picodet-s-640")
    with pytest.raises(EngineError, match="finds no keypoints"):
        PoseEstimator(network, brightest_blob_picodet(network, 0))
