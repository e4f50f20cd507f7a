from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from edge.figures import GameEvent, MotionEvent, PlayerStep
from edge.game.movement import MotionFinder
from edge.game.statistics import SessionStatistics
from edge.types import PlayerState, PlayEvent, PlayKind, Snapshot, TrackStatus

FRAMES_PER_S = 30.0


def player(
    xy_m: tuple[float, float] | None, track_id: int = 1, status: TrackStatus = TrackStatus.CONFIRMED
) -> PlayerState:
    place = None if xy_m is None else np.array(xy_m)
    return PlayerState(
        track_id,
        np.zeros(4),
        np.zeros(2),
        np.eye(2),
        status,
        0.9,
        court_xy_m=place,
        team="A" if track_id == 1 else None,
    )


def watch(
    place: Callable[[float], tuple[float, float] | None],
    seconds: float,
    finder: MotionFinder | None = None,
    begins_s: float = 0.0,
    cut: bool = False,
    status: TrackStatus = TrackStatus.CONFIRMED,
) -> list[MotionEvent]:
    finder = finder or MotionFinder()
    events: list[MotionEvent] = []
    for k in range(round(seconds * FRAMES_PER_S)):
        time_s = begins_s + k / FRAMES_PER_S
        state = player(place(time_s), status=status)
        snapshot = Snapshot(
            round(time_s * FRAMES_PER_S), time_s, (640, 360), (state,), None, np.zeros((0, 4)), None, cut and k == 0
        )
        events += finder.update(snapshot)
    return events + finder.finish()


def steps(events: list[MotionEvent]) -> list[PlayerStep]:
    return [step for event in events for step in event.steps]


def way_m(events: list[MotionEvent]) -> float:
    return sum(step.distance_m for step in steps(events))


def test_every_frame_is_counted_once() -> None:
    events = watch(lambda t: None, 10.1)
    assert sum(event.frames for event in events) == 303
    assert [event.start_index for event in events[1:]] == [event.end_index + 1 for event in events[:-1]]
    assert steps(events) == []
    assert len(events) == 2


def test_an_empty_while_ends_with_the_first_who_comes() -> None:
    events = watch(lambda t: None if t < 4.2 else (5 * t, 0.0), 6)
    assert events[0].end_time_s == pytest.approx(4.2, abs=0.04)
    assert max(step.speed_m_s for step in steps(events)) == pytest.approx(5, abs=0.01)


def test_a_straight_run() -> None:
    events = watch(lambda t: (5 * t, 0.0), 10)
    assert way_m(events) == pytest.approx(50, abs=5 * 0.6)
    assert max(step.speed_m_s for step in steps(events)) == pytest.approx(5, abs=0.01)
    assert sum(step.seconds for step in steps(events)) == pytest.approx(9.5, abs=0.1)
    assert {step.team for step in steps(events)} == {"A"}


def test_who_stands_goes_nowhere_however_places_tremble() -> None:
    rng = np.random.default_rng(3)
    events = watch(lambda t: (float(rng.normal(0, 0.1)), float(rng.normal(0, 0.1))), 60)
    assert way_m(events) == 0
    assert max(step.speed_m_s for step in steps(events)) == 0


def test_a_slow_walk_is_not_lost() -> None:
    assert way_m(watch(lambda t: (0.3 * t, 0.0), 60)) == pytest.approx(18, abs=0.5)


def test_a_jump_no_one_can_run_is_no_way() -> None:
    events = watch(lambda t: (0.0 if t < 5 else 12.0, 0.0), 10)
    assert way_m(events) == 0


def test_nothing_is_known_of_while_unseen_or_behind_a_cut() -> None:
    assert way_m(watch(lambda t: (t, 0.0) if t < 2 or t > 6 else None, 8)) == pytest.approx(2.6, abs=0.5)
    finder = MotionFinder()
    watch(lambda t: (0.0, 0.0), 2, finder)
    assert way_m(watch(lambda t: (3.0, 0.0), 2, finder, begins_s=2.0, cut=True)) == 0


def test_a_clock_that_goes_back_begins_anew() -> None:
    finder = MotionFinder()
    first = watch(lambda t: (0.0, 0.0), 2, finder, begins_s=50.0)
    again = watch(lambda t: (3.0, 0.0), 2, finder, begins_s=0.0)
    assert way_m(first + again) == 0
    assert all(event.end_time_s >= event.start_time_s for event in first + again)


def test_who_is_only_guessed_does_not_count() -> None:
    assert steps(watch(lambda t: (t, 0.0), 3, status=TrackStatus.TENTATIVE)) == []
    assert steps(watch(lambda t: (float("nan"), 0.0), 3)) == []


def test_frames_that_a_live_source_dropped_count_as_possession_counts_them() -> None:
    """Half of the frames came through; whoever had the ball in half of the time has a rate of 50 %, not of 100."""
    finder, statistics = MotionFinder(), SessionStatistics()
    nothing = np.zeros((0, 4))
    rows = [Snapshot(2 * k, k / 15, (640, 480), (), None, nothing, None) for k in range(120)]
    events: list[GameEvent] = [event for row in rows for event in finder.update(row)]
    events += [*finder.finish(), PlayEvent(PlayKind.POSSESSION, 0, 119, 0.0, 4.0, 1, "A")]
    for event in events:
        statistics.update(event)
    assert statistics.players()[1].possession_rate == pytest.approx(50.0, abs=0.5)
