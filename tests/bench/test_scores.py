import numpy as np
import pytest

from edge.types import Detections, ObjectClass
from tests.bench.scores import Tally

NONE = np.zeros((0, 4), np.float32)
TRUTH = np.array([[0, 0, 10, 10], [20, 0, 30, 10]], np.float32)


def _found(*rows: tuple[float, float]) -> Detections:
    """Balls 10 px wide by (x, confidence)."""
    boxes = np.array([[x, 0, x + 10, 10] for x, _ in rows], np.float32).reshape(-1, 4)
    confidence = np.array([c for _, c in rows], np.float32)
    return Detections(boxes, confidence, np.full(len(rows), int(ObjectClass.BALL), np.int32))


def _tally(*rows: tuple[float, float], ignore: np.ndarray = NONE) -> Tally:
    tally = Tally()
    tally.add(_found(*rows), ObjectClass.BALL, TRUTH, ignore, 0.5)
    return tally


def test_each_true_box_is_hit_once() -> None:
    tally = _tally((0, 0.9), (1, 0.8), (20, 0.7))
    assert (tally.recall(0.5), tally.precision(0.5)) == (1.0, pytest.approx(2 / 3))
    assert (tally.recall(0.75), tally.precision(0.75)) == (0.5, 0.5)


def test_average_precision_of_known_orders() -> None:
    assert _tally((0, 0.9), (20, 0.8), (50, 0.1)).average_precision() == pytest.approx(1)
    assert _tally((50, 0.9), (0, 0.8), (20, 0.7)).average_precision() == pytest.approx(2 / 3)
    assert _tally((0, 0.9)).average_precision() == pytest.approx(51 / 101)
    assert _tally().average_precision() == 0


def test_what_lies_on_an_ignored_region_counts_for_nothing() -> None:
    tally = _tally((0, 0.9), (52, 0.8), ignore=np.array([[50, 0, 70, 20]], np.float32))
    assert tally.precision(0.5) == 1
