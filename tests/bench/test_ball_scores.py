import numpy as np
import pytest

from tests.bench.ball_scores import BallTally, as_detections, match
from tests.bench.scores import Tally


def _found(*rows: tuple[float, float, float]) -> np.ndarray:
    """Balls of radius 5 px by (x, y, confidence)."""
    return np.array([[x, y, 5, 5, confidence] for x, y, confidence in rows], np.float32).reshape(-1, 5)


def test_the_reach_grows_with_the_ball_and_is_3_px_at_least() -> None:
    small, large = (0.0, 0.0, 2.0), (100.0, 0.0, 20.0)
    found = match(_found((2.9, 0, 0.9), (114.9, 0, 0.8)), [small, large])
    assert found.hit == {0: 0, 1: 1}
    assert found.error_px == {0: pytest.approx(2.9), 1: pytest.approx(14.9, abs=1e-4)}
    assert match(_found((3.1, 0, 0.9), (115.1, 0, 0.8)), [small, large]).hit == {}


def test_the_surer_of_two_on_one_ball_hits_it_and_the_other_is_false() -> None:
    tally = BallTally()
    tally.add(_found((1, 0, 0.6), (2, 0, 0.9)), [(0.0, 0.0, 8.0)])
    figures = tally.figures("clips", 0.5)
    assert (figures["clips_recall"], figures["clips_precision"]) == (1, 0.5)
    assert figures["clips_center_error_px"] == pytest.approx(2)


def test_found_where_there_is_no_ball_is_false_and_on_an_ignored_one_nothing() -> None:
    tally = BallTally()
    tally.add(_found((0, 0, 0.9)), [], ignored=[(1.0, 0.0, 5.0)])
    assert tally.tally.rows == []
    tally.add(_found((0, 0, 0.9)), [])
    assert tally.figures("clips", 0.5)["clips_precision"] == 0


def test_what_is_not_sure_enough_counts_only_over_all_thresholds() -> None:
    tally = BallTally()
    tally.add(_found((0, 0, 0.1)), [(0.0, 0.0, 5.0)])
    figures = tally.figures("clips", 0.5)
    assert figures["clips_recall"] == 0
    assert np.isnan(figures["clips_precision"])
    assert figures["clips_recall_at_p95"] == 1


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([(0.9, True), (0.8, True), (0.7, False)], 0.5),
        ([(0.9, False), (0.8, True)], 0.0),
        ([(0.9, True), (0.8, True), (0.8, False)], 0.25),
        ([(0.9, False)] + [(0.5, True)] * 4, 0.0),
        ([], 0.0),
    ],
)
def test_recall_at_a_precision(rows: list[tuple[float, bool]], expected: float) -> None:
    assert Tally(rows, true_count=4).recall_at_precision(0.95) == expected


def test_a_false_one_on_top_does_not_spoil_the_rest() -> None:
    tally = Tally([(0.9, False), *[(0.5, True)] * 19], true_count=38)
    assert tally.recall_at_precision(0.95) == 0.5


def test_boxes_about_centres() -> None:
    boxes = as_detections(np.array([[10, 20, 3, 4, 0.5]], np.float32))
    assert boxes.xyxy.tolist() == [[7, 16, 13, 24]]
    assert boxes.confidence.tolist() == [0.5]
