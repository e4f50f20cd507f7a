import numpy as np
import pytest

from tests.bench.mot import MotSequence
from tests.bench.switches import HEADER, Cause, Switch, explain, find_switches, line

FRAMES = 12
A, B = [0.0, 0, 40, 100], [200.0, 0, 240, 100]


def _sequence(given: list[list[list[float]]]) -> MotSequence:
    """A stands still, B runs to him, half covers him in frames 4 to 7 and goes on; `given` replaces their boxes."""
    x = np.interp(np.arange(FRAMES), [0, 4, 7, 11], [200.0, 20, 20, -160])
    truth = [np.array([A, [at, 0, at + 40, 100]]) for at in x]
    boxes = [np.array(frame).reshape(-1, 4) for frame in given] if given else truth
    return MotSequence(
        "any", 20.0, boxes, [np.ones(len(b)) for b in boxes], truth, [np.array([5, 9])] * FRAMES, True
    )  # fmt: skip


def _rows(sequence: MotSequence, name: object) -> np.ndarray:
    """Everybody, exactly, under the identities name(frame)."""
    return np.array([
        [frame, number, box[0], box[1], box[2] - box[0], box[3] - box[1]]
        for frame, boxes in enumerate(sequence.truth_boxes)
        for number, box in zip(name(frame), boxes, strict=True)  # type: ignore[operator]
        if number
    ])  # fmt: skip


def test_a_swap_is_two_switches_to_the_others_identity() -> None:
    sequence = _sequence([])
    found = find_switches(sequence, _rows(sequence, lambda frame: (1, 2) if frame < 8 else (2, 1)))
    assert found == [Switch(5, 7, 8, 1, 2, 9), Switch(9, 7, 8, 2, 1, 5)]


def test_a_fresh_identity_after_frames_without_one() -> None:
    sequence = _sequence([])
    found = find_switches(sequence, _rows(sequence, lambda frame: (1, 2 if frame < 3 else 0 if frame < 6 else 3)))
    assert found == [Switch(9, 2, 6, 2, 3, None)]


def test_the_same_under_the_same_identity_is_no_switch() -> None:
    sequence = _sequence([])
    assert find_switches(sequence, _rows(sequence, lambda frame: (1, 2))) == []
    assert find_switches(sequence, np.zeros((0, 6))) == []


def test_causes_are_what_the_boxes_did() -> None:
    truth = _sequence([]).truth_boxes
    extra = [10.0, 5, 50, 105]
    given = [boxes.tolist() if k < 4 else [A, extra] if k == 5 else [A] for k, boxes in enumerate(truth)]
    cause = explain(_sequence(given), Switch(9, 3, 7, 2, 3, None))
    # Frame 5's second box fits the runner; 4, 6 and 7 have none for him.
    assert cause == Cause(3, pytest.approx(1 / 3), False, pytest.approx(0.45))
    apart = explain(_sequence(given), Switch(9, 0, 1, 2, 3, None))
    assert (apart.frames_unseen, apart.overlap) == (0, 0.0)


def test_a_second_box_is_told() -> None:
    given = [[*boxes.tolist(), [5.0, 0, 35, 60]] for boxes in _sequence([]).truth_boxes]
    assert explain(_sequence(given), Switch(5, 0, 1, 1, 2, None)).other_boxes


def test_a_line_fits_the_header() -> None:
    assert len(line(_sequence([]), Switch(5, 0, 1, 1, 2, None))) == len(HEADER)


def test_as_many_as_trackeval_counts() -> None:
    pytest.importorskip("trackeval", reason="TrackEval comes with the extra 'bench'")
    from tests.bench.mot_scores import combine, evaluate

    sequence, rng = _sequence([]), np.random.default_rng(4)
    for _ in range(20):
        names = rng.integers(0, 4, (FRAMES, 1)) + np.array([[0, 1]])
        rows = _rows(sequence, lambda frame, names=names: names[frame])
        assert len(find_switches(sequence, rows)) == combine([evaluate(sequence, rows)]).switches
