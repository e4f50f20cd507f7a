"""A hoop that is seen again and again becomes the rim; what flickers or is forgotten does not."""

from __future__ import annotations

import numpy as np
import pytest

from edge.vision.rim import RimFinder

HOOP = (640.0, 200.0, 60.0, 66.0, 0.8)


def rows(*hoops: tuple[float, ...]) -> np.ndarray:
    return np.array(hoops, np.float32).reshape(-1, 5)


def test_nothing_is_believed_at_first_sight() -> None:
    finder = RimFinder()
    assert finder.rim() is None
    for _ in range(3):
        finder.update(rows(HOOP))
        assert finder.rim() is None


def test_a_hoop_seen_again_and_again_is_the_ring_at_the_top_of_its_box() -> None:
    finder = RimFinder()
    for _ in range(10):
        finder.update(rows(HOOP))
    rim = finder.rim()
    assert rim is not None
    assert rim.x_px == pytest.approx(640)
    assert rim.width_px == pytest.approx(60)
    assert rim.y_px - rim.height_px / 2 == pytest.approx(200 - 33)
    assert 0 < rim.height_px < 0.5 * rim.width_px


def test_boxes_that_tremble_are_averaged() -> None:
    rng = np.random.default_rng(0)
    finder, off = RimFinder(), []
    for _ in range(200):
        finder.update(rows((*(HOOP[:4] + rng.normal(0, 3, 4)), 0.6)))
        rim = finder.rim()
        if rim is not None:
            off.append(rim.x_px - 640)
    assert len(off) > 190
    assert np.std(off[50:]) < 1.5


def test_unsure_boxes_and_ones_seen_once_never_count() -> None:
    finder = RimFinder()
    rng = np.random.default_rng(1)
    for k in range(100):
        finder.update(rows((*HOOP[:4], 0.29), (100.0 * (k % 10), rng.uniform(300, 700), 5, 5, 0.9)))
    assert finder.rim() is None


def test_of_two_hoops_the_one_seen_more_surely_is_taken_and_they_are_not_mixed() -> None:
    finder = RimFinder()
    for _ in range(20):
        finder.update(rows((200.0, 210, 50, 55, 0.4), HOOP))
    rim = finder.rim()
    assert rim is not None
    assert rim.x_px == pytest.approx(640, abs=0.1)


def test_a_hoop_that_is_gone_is_forgotten_and_another_takes_its_place() -> None:
    finder = RimFinder()
    for _ in range(50):
        finder.update(rows(HOOP))
    for _ in range(10):
        finder.update(rows())
    assert finder.rim() is not None
    for _ in range(60):
        finder.update(rows((300.0, 180, 60, 66, 0.8)))
    rim = finder.rim()
    assert rim is not None
    assert rim.x_px == pytest.approx(300, abs=0.1)
    for _ in range(400):
        finder.update(rows())
    assert finder.rim() is None


def test_after_a_reset_it_begins_anew() -> None:
    finder = RimFinder()
    for _ in range(20):
        finder.update(rows(HOOP))
    finder.reset()
    assert finder.rim() is None
    finder.update(rows(HOOP))
    assert finder.rim() is None


def test_the_boxes_given_are_left_as_they_are() -> None:
    finder = RimFinder()
    first = rows(HOOP)
    finder.update(first)
    finder.update(rows((650.0, 205, 62, 66, 0.8)))
    assert np.array_equal(first, rows(HOOP))
