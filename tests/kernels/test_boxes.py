import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from edge.kernels.boxes import iou, nms
from edge.kernels.pixels import bgr_to_planes

CORNERS = arrays(np.float32, st.tuples(st.integers(1, 12), st.just(4)), elements=st.floats(0, 100, width=32))


def _boxes(corners: np.ndarray) -> np.ndarray:
    return np.concatenate((np.minimum(corners[:, :2], corners[:, 2:]), np.maximum(corners[:, :2], corners[:, 2:])), 1)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ([0, 0, 2, 2], 1.0),
        ([1, 0, 3, 2], 1 / 3),
        ([2, 0, 4, 2], 0.0),
        ([0.5, 0.5, 1.5, 1.5], 0.25),
        ([1, 1, 1, 1], 0.0),
    ],
)
def test_overlap_of_known_boxes(other: list[float], expected: float) -> None:
    box = np.array([[0, 0, 2, 2]], dtype=np.float32)
    assert iou(box, np.array([other], dtype=np.float32))[0, 0] == pytest.approx(expected)


@given(CORNERS)
def test_overlap_is_symmetric_and_between_nought_and_one(corners: np.ndarray) -> None:
    overlap = iou(_boxes(corners), _boxes(corners))
    np.testing.assert_allclose(overlap, overlap.T, atol=1e-5)
    assert overlap.min() >= 0
    assert overlap.max() <= 1 + 1e-5


@given(CORNERS, st.integers(0, 2**32 - 1))
def test_what_is_kept_does_not_overlap_and_what_is_dropped_had_a_better_one(corners: np.ndarray, seed: int) -> None:
    rng = np.random.default_rng(seed)
    boxes, count = _boxes(corners), len(corners)
    confidence = rng.random(count).astype(np.float32)
    class_id = rng.integers(0, 2, count).astype(np.int32)
    kept = nms(boxes, confidence, class_id, 0.5)
    overlap = iou(boxes, boxes) * (class_id[:, None] == class_id)
    assert list(confidence[kept]) == sorted(confidence[kept], reverse=True)
    among = overlap[np.ix_(kept, kept)]
    assert np.all(among[~np.eye(len(kept), dtype=bool)] <= 0.5)
    for index in set(range(count)) - set(kept.tolist()):
        better = [k for k in kept if overlap[k, index] > 0.5 and confidence[k] >= confidence[index]]
        assert better


def test_a_box_too_small_for_its_area_to_be_a_number_overlaps_with_itself() -> None:
    tiny = np.array([[0, 0, 1e-38, 1e-38]], dtype=np.float32)
    assert iou(tiny, tiny)[0, 0] == 1.0


def test_no_boxes_are_no_boxes() -> None:
    empty = np.zeros((0, 4), dtype=np.float32)
    assert nms(empty, np.zeros(0, np.float32), np.zeros(0, np.int32), 0.5).size == 0
    assert iou(empty, empty).shape == (0, 0)


def test_planes_are_rgb_scaled_and_shifted() -> None:
    image = np.array([[[10, 20, 30], [40, 50, 60]]], dtype=np.uint8)
    planes = np.empty((3, 1, 2), dtype=np.float32)
    bgr_to_planes(image, np.array([1, 2, 3], np.float32), np.array([0, 0, 0.5], np.float32), planes)
    np.testing.assert_allclose(planes[:, 0], [[30, 60], [40, 100], [30.5, 120.5]])
