from __future__ import annotations

import numpy as np
import pytest

from edge.config import TrackingConfig
from edge.tracking.ball import BallTracker
from edge.types import TrackStatus


def candidate(x: float, y: float, confidence: float = 0.6) -> list[float]:
    return [x, y, 12.0, confidence]


def feed(tracker: BallTracker, rows: list[list[list[float]]], start: int = 0):  # type: ignore[no-untyped-def]
    state = None
    for index, candidates in enumerate(rows, start):
        state = tracker.update(index / 30, np.array(candidates, np.float32).reshape(-1, 4), None)
    return state


def test_a_flying_ball_is_followed() -> None:
    t = np.arange(30) / 30
    rows = [[candidate(100 + 500 * s, 400 - 700 * s + 700 * s * s)] for s in t]
    state = feed(BallTracker(TrackingConfig()), rows)
    assert state.status is TrackStatus.CONFIRMED
    assert np.hypot(*(state.xy_px - rows[-1][0][:2])) < 12
    assert state.velocity_px_s[0] == pytest.approx(500, abs=200)


def test_a_lost_ball_is_found_again_elsewhere_after_five_frames() -> None:
    tracker = BallTracker(TrackingConfig())
    feed(tracker, [[candidate(200, 200)]] * 10)
    state = feed(tracker, [[]] * 6, 10)
    assert state.status is TrackStatus.LOST
    assert tracker.expected(0.0) is None
    state = feed(tracker, [[candidate(900, 500)]] * 4, 16)
    assert np.hypot(state.xy_px[0] - 900, state.xy_px[1] - 500) < 15


def test_a_surer_ball_elsewhere_takes_over_from_a_shoe() -> None:
    tracker = BallTracker(TrackingConfig())
    feed(tracker, [[candidate(250, 680, 0.15)]] * 15)
    state = feed(tracker, [[candidate(250, 680, 0.15), candidate(400, 200, 0.7)]] * 5, 15)
    assert np.hypot(state.xy_px[0] - 400, state.xy_px[1] - 200) < 15


def test_no_ball_ever_is_no_ball() -> None:
    assert feed(BallTracker(TrackingConfig()), [[]] * 5) is None


def test_nan_candidates_are_ignored() -> None:
    tracker = BallTracker(TrackingConfig())
    state = feed(tracker, [[candidate(200, 200), [np.nan, 3.0, 1.0, 0.9]]] * 5)
    assert np.isfinite(state.xy_px).all()
    assert state.xy_px[0] == pytest.approx(200, abs=12)
