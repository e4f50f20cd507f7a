"""A change of form within a session: found where it is, and hardly ever where there is none."""

from __future__ import annotations

import numpy as np

from edge.form.drift import DriftWatch, find_change


def test_a_change_is_found_where_it_is() -> None:
    rng = np.random.default_rng(1)
    shots = rng.normal(0.0, 0.05, (40, 8))
    shots[25:, 2] += 0.12
    change = find_change(shots)
    assert change is not None
    assert abs(change.index - 25) <= 2
    assert change.p_value <= 0.01


def test_without_a_change_one_is_told_in_at_most_a_few_sessions() -> None:
    told = [find_change(np.random.default_rng(seed).normal(0.0, 0.05, (24, 8))) for seed in range(60)]
    assert sum(one is not None for one in told) <= 3


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
