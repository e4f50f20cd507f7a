import numpy as np
import pytest

from tests.bench.mot import MotSequence

pytest.importorskip("trackeval", reason="TrackEval comes with the extra 'bench'")

from tests.bench.mot_scores import combine, evaluate

FRAMES = 10
BOXES = np.array([[0.0, 0, 40, 100], [200, 0, 240, 100]])
SEQUENCE = MotSequence(
    "any", 20.0, [BOXES] * FRAMES, [np.ones(2)] * FRAMES, [BOXES] * FRAMES, [np.array([3, 8])] * FRAMES, True
)


def _rows(name: object, frames: range = range(FRAMES)) -> np.ndarray:
    """Both persons, exactly, under the identities name(frame) gives."""
    return np.array(
        [[k, number, x, 0, 40, 100] for k in frames for number, x in zip(name(k), (0, 200), strict=True)]  # type: ignore[operator]
    )


def test_the_truth_under_other_names_is_perfect() -> None:
    scores = combine([evaluate(SEQUENCE, _rows(lambda k: (17, 5)))])
    assert (scores.idf1, scores.mota, scores.hota, scores.switches, scores.fragmentations) == (1, 1, 1, 0, 0)


def test_two_who_change_places_half_way_are_two_switches() -> None:
    scores = combine([evaluate(SEQUENCE, _rows(lambda k: (1, 2) if k < 5 else (2, 1)))])
    assert (scores.switches, scores.fragmentations) == (2, 0)
    assert scores.idf1 == pytest.approx(0.5)
    assert scores.mota == pytest.approx(1 - 2 / 20)


def test_a_gap_is_a_fragmentation() -> None:
    rows = _rows(lambda k: (1, 2))
    gone = (rows[:, 1] == 1) & (rows[:, 0] >= 4) & (rows[:, 0] <= 5)
    scores = combine([evaluate(SEQUENCE, rows[~gone])])
    assert (scores.switches, scores.fragmentations) == (0, 1)
    assert scores.mota == pytest.approx(0.9)


def test_long_sequences_weigh_more() -> None:
    wrong = evaluate(SEQUENCE, np.zeros((0, 6)))
    right = evaluate(SEQUENCE, _rows(lambda k: (1, 2)))
    assert combine([right, right, wrong]).mota == pytest.approx(2 / 3)
