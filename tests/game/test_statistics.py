from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge.game.statistics import SessionStatistics
from edge.types import Outcome, ShotEvent, ShotPhase


def event(outcome: Outcome | None, player: int | None = 1, phase: ShotPhase = ShotPhase.END) -> ShotEvent:
    return ShotEvent("shot-1", phase, 0, 0.0, player, outcome, 0.9)


@given(st.lists(st.tuples(st.sampled_from(list(Outcome)), st.sampled_from([1, 2, None]))))
def test_counts_equal_a_recount(shots: list[tuple[Outcome, int | None]]) -> None:
    statistics = SessionStatistics()
    for outcome, player in shots:
        statistics.update(event(None, player, ShotPhase.NEW))
        statistics.update(event(outcome, player, ShotPhase.UPDATE))
        statistics.update(event(outcome, player))
    session = statistics.session()
    outcomes = [outcome for outcome, _ in shots]
    assert session.attempts == len(shots)
    assert (session.made, session.missed, session.unknown) == tuple(
        outcomes.count(kind) for kind in (Outcome.MADE, Outcome.MISSED, Outcome.UNKNOWN)
    )
    assert sum(s.attempts for s in statistics.players().values()) == sum(p is not None for _, p in shots)


def test_a_miss_ends_a_streak_and_an_unknown_outcome_does_not() -> None:
    statistics = SessionStatistics()
    made, missed, unknown = Outcome.MADE, Outcome.MISSED, Outcome.UNKNOWN
    for outcome in (made, made, unknown, made, missed, made):
        statistics.update(event(outcome))
    assert statistics.session().streak == 1
    assert statistics.session().best_streak == 3
