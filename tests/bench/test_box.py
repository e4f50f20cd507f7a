"""The box's candidates and the ball that it follows, against labels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from edge.types import BallState, Snapshot, TrackStatus
from tests.bench import box
from tests.bench.clips import Clip
from tests.bench.label_ball import Label


def seen(index: int, candidates: list[tuple[float, ...]], ball: tuple[float, float] | None, lost: bool) -> Snapshot:
    status = TrackStatus.LOST if lost else TrackStatus.CONFIRMED
    state = None if ball is None else BallState(np.array(ball), np.zeros(2), 6.0, np.eye(2), status, 0.4)
    rows = np.array(candidates, np.float32).reshape(-1, 4)
    return Snapshot(index, index / 30, (160, 96), (), state, rows, None)


def watch(clip: Clip) -> Iterator[Snapshot]:
    """Right at 0; right but unsure at 1, and something else followed; hidden at 2; nothing to see at 3, lost."""
    yield seen(0, [(20.5, 30.5, 6, 0.9)], (21.0, 30.0), lost=False)
    yield seen(1, [(30.5, 30.5, 6, 0.2), (90, 90, 6, 0.6)], (90.0, 90.0), lost=False)
    yield seen(2, [(40.5, 30.5, 6, 0.9)], None, lost=False)
    yield seen(3, [], (50.0, 30.0), lost=True)
    raise AssertionError("nothing was asked for after the last label")


def test_candidates_and_the_followed_ball_are_counted_apart() -> None:
    labels = {
        0: Label(((20, 30, 6),)),
        1: Label(((30, 30, 6),)),
        2: Label(((40, 30, 6),), partly=True),
        3: Label(((50, 30, 6),)),
    }
    figures = box.measure([Clip("a.mp4", Path("a.mp4"), labels)], False, watch)
    assert figures["box_recall"] == pytest.approx(1 / 3)
    assert figures["box_precision"] == pytest.approx(1 / 2)
    assert figures["followed_recall"] == pytest.approx(1 / 3)
    assert figures["followed_precision"] == pytest.approx(1 / 2)


def test_of_several_balls_whichever_is_followed_counts() -> None:
    labels = {0: Label(((90, 90, 6), (20, 30, 6)))}
    figures = box.measure([Clip("a.mp4", Path("a.mp4"), labels)], False, watch)
    assert figures["box_recall"] == pytest.approx(1 / 2)
    assert figures["followed_recall"] == 1
    assert figures["followed_precision"] == 1
