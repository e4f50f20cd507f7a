from __future__ import annotations

import pytest

from calibration.court import FIBA, THREE_BY_THREE
from edge.figures import Figures, MotionEvent, PassEdge, PlayerStep, Zone, ZoneCount
from edge.game.recount import recount
from edge.game.statistics import SessionStatistics
from edge.types import Outcome, PlayEvent, PlayKind, ShotEvent, ShotPhase, Team
from tests.game.random_events import random_events

RING_X = FIBA.end_m - FIBA.rim_from_baseline_m


def shot(
    outcome: Outcome | None,
    player: int | None = 1,
    phase: ShotPhase = ShotPhase.END,
    xy_m: tuple[float, float] | None = None,
) -> ShotEvent:
    return ShotEvent("shot-1", phase, 0, 0.0, player, outcome, 0.9, court_xy_m=xy_m)


def play(kind: PlayKind, player: int, team: Team | None = None, frames: int = 1, **more: object) -> PlayEvent:
    return PlayEvent(kind, 0, frames - 1, 0.0, frames / 30, player, team, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(200))
def test_incremental_figures_equal_a_recount_after_every_event(seed: int) -> None:
    events = random_events(seed)
    court = (FIBA, THREE_BY_THREE, None)[seed % 3]
    statistics = SessionStatistics(court)
    assert statistics.figures() == recount([], court)
    for told, event in enumerate(events, start=1):
        statistics.update(event)
        assert statistics.figures() == recount(events[:told], court), f"after event {told}"


def test_another_court_judges_earlier_shots_too() -> None:
    events = random_events(7)
    statistics = SessionStatistics()
    for event in events:
        statistics.update(event)
    assert statistics.session().zones == {}
    statistics.use(FIBA)
    statistics.use(None)
    assert statistics.figures() == recount(events, FIBA)
    assert statistics.session().zones


def test_only_the_end_of_a_shot_counts() -> None:
    statistics = SessionStatistics()
    statistics.update(shot(None, phase=ShotPhase.NEW))
    statistics.update(shot(Outcome.MADE, phase=ShotPhase.UPDATE))
    assert statistics.session() == Figures()
    statistics.update(shot(Outcome.MADE))
    assert statistics.session().shots.made == statistics.players()[1].shots.made == 1


def test_a_miss_ends_a_streak_and_an_unknown_outcome_does_not() -> None:
    statistics = SessionStatistics()
    made, missed, unknown = Outcome.MADE, Outcome.MISSED, Outcome.UNKNOWN
    for outcome in (made, made, unknown, made, missed, made):
        statistics.update(shot(outcome))
    assert statistics.session().shots.streak == 1
    assert statistics.session().shots.best_streak == 3


def test_points_go_by_the_place_of_release() -> None:
    statistics = SessionStatistics(FIBA)
    for xy_m in ((RING_X - 1.0, 0.0), (RING_X - 7.0, 0.0), (RING_X, 7.0), (RING_X - 5.5, 3.0)):
        statistics.update(shot(Outcome.MADE, xy_m=xy_m))
    statistics.update(shot(Outcome.MISSED, xy_m=(RING_X, -7.0)))
    session = statistics.session()
    assert session.points == 2 + 3 + 3 + 2
    assert session.zones[Zone.CORNER_THREE] == ZoneCount(attempts=2, made=1, missed=1)
    assert session.zones[Zone.PAINT] == session.zones[Zone.MID_RANGE] == ZoneCount(1, 1, 0)


def test_a_change_of_team_moves_what_a_player_did() -> None:
    statistics = SessionStatistics()
    statistics.update(play(PlayKind.REBOUND, 1, "A"))
    statistics.update(shot(Outcome.MADE))
    assert statistics.teams()["A"].rebounds == 1
    statistics.update(play(PlayKind.STEAL, 1, "B"))
    teams = statistics.teams()
    assert set(teams) == {"B"}
    assert (teams["B"].rebounds, teams["B"].steals, teams["B"].shots.made) == (1, 1, 1)


def test_equations_nine_and_ten() -> None:
    statistics = SessionStatistics()
    for succeeded in (True, True, True, False, None):
        statistics.update(play(PlayKind.PASS, 1, "A", to_player_id=2, succeeded=succeeded))
    statistics.update(play(PlayKind.POSSESSION, 1, "A", frames=30))
    statistics.update(play(PlayKind.POSSESSION, 2, "A", frames=15))
    statistics.update(play(PlayKind.POSSESSION, 3, "B", frames=15))
    statistics.update(MotionEvent(0, 119, 0.0, 4.0, 120))
    figures = statistics.figures()
    assert figures.teams["A"].pass_success == 75.0
    assert (figures.teams["A"].possession_rate, figures.teams["A"].possession_share) == (37.5, 75.0)
    assert figures.players[3].possession_share == 25.0
    assert figures.network == (PassEdge(1, 2, count=5, arrived=3, lost=1),)
    assert Figures().pass_success is Figures().possession_rate is Figures().possession_share is None


def test_equation_ten_gives_the_papers_table_six() -> None:
    statistics = SessionStatistics()
    for player, team, frames in ((1, "A", 5000), (2, "A", 760), (7, "B", 4137), (9, None, 50)):
        statistics.update(play(PlayKind.POSSESSION, player, team, frames=frames))  # type: ignore[arg-type]
    teams = statistics.teams()
    assert teams["A"].possession_share == pytest.approx(58.2, abs=0.05)
    assert teams["B"].possession_share == pytest.approx(41.8, abs=0.05)


def test_speeds() -> None:
    statistics = SessionStatistics()
    steps = (PlayerStep(1, "A", (0.0, 0.0), 2.0, 0.5, 4.0), PlayerStep(2, "B", (0.0, 0.0), 0.0, 0.5, 0.0))
    statistics.update(MotionEvent(0, 14, 0.0, 0.5, 15, steps))
    statistics.update(MotionEvent(15, 29, 0.5, 1.0, 15, (PlayerStep(1, "A", (1.0, 0.0), 1.0, 0.5, 2.0),)))
    one = statistics.players()[1]
    assert (one.distance_m, one.mean_speed_m_s, one.top_speed_m_s) == (3.0, 3.0, 4.0)
    assert statistics.players()[2].mean_speed_m_s == 0.0
