"""The calibrated distance: the limit holds its false alarms for steady and unsteady players, far shots are far."""

from __future__ import annotations

import numpy as np
import pytest

from edge.form.baseline import FALSE_ALARMS, Baseline, make_baseline
from edge.types import FloatArray


def _shots(rng: np.random.Generator, count: int, spread: float, centre: FloatArray) -> FloatArray:
    rows = centre + rng.normal(0.0, spread, (count, len(centre)))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _centre() -> FloatArray:
    return np.eye(16)[0]


@pytest.mark.parametrize("spread", [0.01, 0.08])
@pytest.mark.parametrize("count", [10, 60])
def test_own_shots_are_beyond_the_limit_as_often_as_said(spread: float, count: int) -> None:
    rng = np.random.default_rng(4)
    beyond = []
    for _ in range(120):
        baseline = make_baseline(_shots(rng, count, spread, _centre()))
        beyond += [baseline.distance(shot) > 1 for shot in _shots(rng, 20, spread, _centre())]
    assert np.mean(beyond) < 2.0 * FALSE_ALARMS


def test_another_form_is_beyond_the_limit() -> None:
    rng = np.random.default_rng(5)
    baseline = make_baseline(_shots(rng, 10, 0.02, _centre()))
    assert all(baseline.distance(shot) > 1.5 for shot in _shots(rng, 20, 0.02, _centre() + 0.25 * np.eye(16)[1]))


def test_distance_is_counted_in_the_players_own_spread() -> None:
    rng = np.random.default_rng(6)
    other = _centre() + 0.3 * np.eye(16)[1]
    steady: Baseline = make_baseline(_shots(rng, 10, 0.01, _centre()))
    unsteady = make_baseline(_shots(rng, 10, 0.06, _centre()))
    assert steady.distance(other) > 3 * unsteady.distance(other)


def test_too_few_shots_are_told() -> None:
    with pytest.raises(match=r"^3 shots to compare with: take 2 more$"):
        make_baseline(np.eye(16)[:3])


def test_one_shot_that_was_seen_badly_does_not_make_the_limit_useless() -> None:
    rng = np.random.default_rng(7)
    shots = _shots(rng, 10, 0.02, _centre())
    odd = np.concatenate([shots[:9], _shots(rng, 1, 0.02, _centre() + 0.8 * np.eye(16)[3])])
    assert make_baseline(odd).limit < 1.6 * make_baseline(shots).limit
