"""A change of form within a session: found where it is, and hardly ever where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from edge.form.drift import DriftWatch, find_change
from edge.types import FloatArray


def _session(seed: int, change: float) -> FloatArray:
    """A hundred shots (100, 8) that scatter by 0.05, from shot 61 on elsewhere by so much."""
    shots = np.random.default_rng([seed, 77]).normal(0.0, 0.05, (100, 8))
    shots[60:, 2] += change
    return shots


def _told(session: FloatArray) -> list[str]:
    watch = DriftWatch()
    return [watch.add("Anna", shot) for shot in session]


def test_a_change_is_found_where_it_is() -> None:
    rng = np.random.default_rng(1)
    shots = rng.normal(0.0, 0.05, (40, 8))
    shots[25:, 2] += 0.12
    change = find_change(shots)
    assert change is not None
    assert abs(change.index - 25) <= 2
    assert change.p_value <= 0.01


def test_without_a_change_one_look_tells_of_one_in_at_most_a_few_sessions() -> None:
    told = [find_change(np.random.default_rng(seed).normal(0.0, 0.05, (24, 8))) for seed in range(60)]
    assert sum(one is not None for one in told) <= 3


def test_through_whole_sessions_chance_alone_is_hardly_ever_called_a_change() -> None:
    """Stated: at most 5 %. A test at 1 % every five shots tells of a change in about 8 % of them."""
    told = sum(any(_told(_session(seed, 0.0))) for seed in range(80))
    assert told <= 0.05 * 80


def test_a_real_change_is_told_within_twenty_five_shots() -> None:
    found = [_told(_session(seed, 0.12))[64:85] for seed in range(12)]
    assert sum(any(said) for said in found) >= 11
    numbers = [int(said[-1].split("shot ")[1].split(" ")[0]) for said in found if said[-1]]
    assert float(np.median(numbers)) == pytest.approx(61, abs=1)


def test_how_sure_a_change_has_to_be_is_asked() -> None:
    shots = np.random.default_rng(1).normal(0.0, 0.05, (24, 8))
    shots[12:, 0] += 0.07
    change = find_change(shots, 0.05)
    assert change is not None
    assert 0.001 < change.p_value < 0.05
    assert find_change(shots, 0.001) is None


def test_shots_that_are_all_alike_have_not_changed() -> None:
    assert find_change(np.ones((30, 8))) is None


def test_few_shots_say_nothing() -> None:
    assert find_change(np.eye(9)) is None


def test_a_session_tells_of_a_change_while_it_goes_on_and_counts_from_its_first_shot() -> None:
    rng = np.random.default_rng(3)
    watch = DriftWatch()
    said = [watch.add("Anna", rng.normal(0.0, 0.05, 8) + (0.2 if number >= 75 else 0.0)) for number in range(90)]
    assert said[74] == ""
    assert said[89].startswith("form has changed since shot 7")
    watch.forget("Anna")
    assert watch.add("Anna", np.zeros(8)) == ""
