import numpy as np

from edge.types import ObjectClass
from edge.vision import decode

ROWS = {ObjectClass.PERSON: 0, ObjectClass.BALL: 2}
LEAST = {ObjectClass.PERSON: 0.5, ObjectClass.BALL: 0.1}


def test_picodet_anchors_lie_where_their_cell_is() -> None:
    """64 x 96 px: 8 x 12 cells of stride 8, then 4 x 6 of 16, 2 x 3 of 32 and 1 x 2 of 64."""
    centre, stride = decode.picodet_centres(np.array([0, 13, 96, 96 + 24 + 5, 96 + 24 + 6 + 1]), 64, 96)
    np.testing.assert_array_equal(centre, [[4, 4], [12, 12], [8, 8], [80, 48], [96, 32]])
    np.testing.assert_array_equal(stride, [8, 8, 16, 32, 64])


def test_picodet_boxes_are_distances_from_the_anchor() -> None:
    scores = np.zeros((1, 3, 85), np.float32)
    distances = np.zeros((1, 85, 4), np.float32)
    scores[0, 0, 9], distances[0, 9] = 0.8, (1, 0.5, 2, 3)
    scores[0, 2, 64], distances[0, 64] = 0.2, (0.25, 0.25, 0.25, 0.25)
    scores[0, 1, 5] = 0.99
    found = decode.picodet({"scores": scores, "distances": distances}, (64, 64), ROWS, LEAST)
    np.testing.assert_allclose(found.xyxy, [[4, 8, 28, 36], [4, 4, 12, 12]])
    np.testing.assert_array_equal(found.class_id, [ObjectClass.PERSON, ObjectClass.BALL])
    np.testing.assert_allclose(found.confidence, [0.8, 0.2])


def test_yolo_boxes_are_centre_and_size() -> None:
    table = np.zeros((1, 7, 10), np.float32)
    table[0, :4, 3], table[0, 4, 3] = (50, 60, 20, 10), 0.7
    table[0, :4, 7], table[0, 6, 7] = (5, 5, 4, 4), 0.05
    found = decode.yolo({"output0": table}, (64, 64), ROWS, LEAST)
    np.testing.assert_allclose(found.xyxy, [[40, 55, 60, 65]])
    assert found.anchor.tolist() == [3]


def test_only_the_best_candidates_of_a_flood_are_kept() -> None:
    scores = np.linspace(0.5, 1, 2000, dtype=np.float32)[None].repeat(3, axis=0)
    anchor, confidence, class_id = decode.pick(scores, ROWS, LEAST)
    assert anchor.size == 2 * decode.MAX_CANDIDATES
    assert confidence.min() >= scores[0, -decode.MAX_CANDIDATES]
    assert (class_id == ObjectClass.BALL).sum() == decode.MAX_CANDIDATES


def test_nothing_found_is_empty_arrays_of_the_right_shape() -> None:
    found = decode.yolo({"output0": np.zeros((1, 7, 10), np.float32)}, (64, 64), ROWS, LEAST)
    found = decode.suppress(found, 0.5)
    assert found.xyxy.shape == (0, 4)
    assert found.confidence.shape == found.class_id.shape == (0,)


def test_keypoints_of_both_layouts() -> None:
    table = np.zeros((1, 56, 4), np.float32)
    table[0, 5:, 2] = np.arange(51)
    np.testing.assert_array_equal(decode.yolo_keypoints({"o": table}, np.array([2]))[0, :2], [[0, 1, 2], [3, 4, 5]])
    points = np.zeros((1, 1, 17, 3), np.float32)
    points[0, 0, 16] = (0.25, 0.5, 0.9)
    np.testing.assert_allclose(decode.movenet({"o": points}, 256)[16], [128, 64, 0.9], rtol=1e-6)
