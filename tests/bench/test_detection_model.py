from dataclasses import replace

import numpy as np
import pytest

from tests.bench.detection_model import DetectionModel, detect, hidden_shares
from tests.bench.mot import MotSequence

PERFECT = DetectionModel(
    miss_free=0, miss_hidden=0, merge=0, jitter=0, jitter_hidden=0, doubles=0, false_a_frame=0
)  # fmt: skip


def _sequence(boxes: list[list[float]], frames: int) -> MotSequence:
    here = np.array(boxes, float).reshape(-1, 4)
    ids = np.arange(len(boxes))
    return MotSequence(
        "any", 25.0, [here] * frames, [np.ones(len(boxes))] * frames, [here] * frames, [ids] * frames, True
    )


APART = [[0.0, 0, 40, 100], [200, 0, 240, 100], [400, 0, 440, 100]]
TOGETHER = [[0.0, 0, 40, 100], [8, 5, 48, 105]]


def test_a_perfect_detector_tells_the_truth_in_another_order() -> None:
    seen = detect(_sequence(APART, 20), 1, PERFECT)
    for boxes in seen.boxes:
        np.testing.assert_allclose(boxes[np.argsort(boxes[:, 0])], APART)
    assert any(not np.array_equal(boxes, APART) for boxes in seen.boxes)


def test_the_same_seed_sees_the_same_and_another_does_not() -> None:
    once, again, other = (detect(_sequence(APART, 30), seed) for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(once.boxes, again.boxes, strict=True))
    assert any(not np.array_equal(a, b) for a, b in zip(once.boxes, other.boxes, strict=True))


def test_misses_are_as_long_as_the_model_says() -> None:
    seen = detect(_sequence(APART, 4000), 3, replace(PERFECT, miss_free=0.01, miss_frames=5.0))
    there = np.array([[np.any(np.abs(boxes[:, 0] - x) < 1) for x in (0, 200, 400)] for boxes in seen.boxes])
    begins = (~there[1:] & there[:-1]).sum()
    assert (~there).sum() / begins == pytest.approx(5.0, rel=0.25)


def test_two_who_cover_each_other_become_one_box_round_both() -> None:
    seen = detect(_sequence(TOGETHER, 400), 1, replace(PERFECT, merge=0.5))
    single = [boxes for boxes in seen.boxes if len(boxes) == 1]
    assert 40 < len(single) < 360
    np.testing.assert_allclose(single[0], [[0, 0, 48, 105]])


def test_who_is_in_front_is_not_hidden() -> None:
    hidden = hidden_shares(np.array(TOGETHER))
    np.testing.assert_allclose(hidden, [32 * 95 / 4000, 0])
    assert hidden_shares(np.zeros((0, 4))).shape == (0,)


def test_false_boxes_are_unsure_and_stay_a_while() -> None:
    seen = detect(_sequence(APART, 2000), 1, replace(PERFECT, false_a_frame=0.05, false_frames=10.0))
    extra = np.array([len(boxes) - 3 for boxes in seen.boxes])
    assert extra.mean() == pytest.approx(0.5, rel=0.3)
    assert all((sure <= 0.75).sum() >= more for sure, more in zip(seen.confidence, extra, strict=True))


def test_an_empty_frame_is_no_harm() -> None:
    seen = detect(_sequence([], 3), 1)
    assert [boxes.shape for boxes in seen.boxes] == [(0, 4)] * 3
