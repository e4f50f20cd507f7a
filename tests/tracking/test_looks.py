from __future__ import annotations

import numpy as np

from edge.tracking.looks import Looks, covered
from edge.types import FloatArray

ALL = np.ones(2, bool)


def unit(seed: int) -> FloatArray:
    vector = np.random.default_rng(seed).standard_normal(32)
    return vector / np.linalg.norm(vector)


FIRST, SECOND = unit(1), unit(2)


def boxes(apart: float) -> FloatArray:
    return np.array([[100.0, 100, 160, 280], [100.0 + apart, 100, 160 + apart, 280]])


def see(looks: Looks, frames: int, apart: float, who: tuple[FloatArray, FloatArray], start: int = 0) -> int:
    """Bodies 1 (left) and 2 (right), who look like `who`; how many boxes were embedded."""
    embedded = 0

    def embed(asked: FloatArray) -> FloatArray:
        nonlocal embedded
        embedded += len(asked)
        return np.array([who[0] if box[0] < 130 and apart > 0 else who[1] for box in asked])

    for frame in range(start, start + frames):
        looks.update(frame / 30, [1, 2], boxes(apart), ALL, embed)
    return embedded


def test_two_who_met_and_look_like_each_other_since_were_exchanged() -> None:
    looks = Looks()
    see(looks, 20, 200.0, (FIRST, SECOND))
    see(looks, 5, 0.0, (FIRST, SECOND), 20)
    assert looks.exchanged() == []
    see(looks, 10, 200.0, (SECOND, FIRST), 25)
    assert looks.exchanged() == [(1, 2)]
    looks.exchange(1, 2)
    assert looks.exchanged() == []
    of = looks.of(1)
    assert of is not None
    assert of @ FIRST > 0.99


def test_two_who_met_and_look_like_themselves_are_let_be() -> None:
    looks = Looks()
    see(looks, 20, 200.0, (FIRST, SECOND))
    see(looks, 5, 0.0, (FIRST, SECOND), 20)
    see(looks, 30, 200.0, (FIRST, SECOND), 25)
    assert looks.exchanged() == []


def test_who_never_met_is_not_exchanged_whatever_he_looks_like() -> None:
    looks = Looks()
    see(looks, 20, 200.0, (FIRST, SECOND))
    see(looks, 20, 200.0, (SECOND, FIRST), 20)
    assert looks.exchanged() == []


def test_a_gallery_learns_nothing_from_who_may_be_somebody_else() -> None:
    looks = Looks()
    see(looks, 20, 200.0, (FIRST, SECOND))
    see(looks, 5, 0.0, (FIRST, SECOND), 20)
    see(looks, 60, 200.0, (SECOND, FIRST), 25)
    of = looks.of(1)
    assert of is not None
    assert of @ FIRST > 0.99


def test_people_who_are_known_and_keep_apart_are_seldom_looked_at() -> None:
    looks = Looks()
    see(looks, 30, 200.0, (FIRST, SECOND))
    assert see(looks, 60, 200.0, (FIRST, SECOND), 30) <= 2


def test_who_has_left_is_forgotten() -> None:
    looks = Looks()
    see(looks, 20, 200.0, (FIRST, SECOND))
    see(looks, 2, 0.0, (FIRST, SECOND), 20)
    looks.forget(2)
    assert looks.of(2) is None
    assert looks.exchanged() == []


def test_nobody_in_sight_is_no_error() -> None:
    looks = Looks()
    looks.update(0.0, [], np.zeros((0, 4)), np.zeros(0, bool), lambda part: np.zeros((len(part), 8)))
    assert looks.exchanged() == []


def test_three_who_went_round_are_set_right_two_at_a_time() -> None:
    looks, people = Looks(), [unit(1), unit(2), unit(3)]
    apart = np.array([[300.0 * n, 100, 300.0 * n + 60, 280] for n in range(3)])
    together = np.tile(apart[0], (3, 1))

    def see_three(where: FloatArray, who: list[FloatArray], frames: range) -> None:
        for frame in frames:
            looks.update(
                frame / 30, [1, 2, 3], where, np.ones(3, bool),
                lambda asked: np.array([who[round(float(box[0]) / 300)] for box in asked]),
            )  # fmt: skip

    see_three(apart, people, range(30))
    see_three(together, people, range(30, 35))
    see_three(apart, [people[1], people[2], people[0]], range(35, 60))
    first = looks.exchanged()
    assert len(first) == 1
    looks.exchange(*first[0])
    second = looks.exchanged()
    assert len(second) == 1
    looks.exchange(*second[0])
    assert looks.exchanged() == []


def test_overlap_is_a_share_of_the_smaller() -> None:
    share = covered(np.array([[0.0, 0, 10, 10], [0, 0, 5, 10], [50, 50, 60, 60]]))
    np.testing.assert_allclose(share, [[0, 1, 0], [1, 0, 0], [0, 0, 0]])
