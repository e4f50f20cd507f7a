"""From a session's figures to the payloads below `stats/`. Pure: the wall clock is handed in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from calibration.court import Court
from edge.figures import Figures, PassEdge, ShotMark
from edge.publish import stat_payloads as payloads
from edge.publish.messages import court_dimensions, position, team_number, tenths
from edge.types import Team

CHART_SHOTS = 1000
_SAME_NAME = (
    "points", "passes", "passes_arrived", "passes_lost", "touches", "dribbles", "drives", "interceptions", "steals",
    "rebounds", "blocks", "balls_out",
)  # fmt: skip
_IN_TENTHS = (
    "pass_success",
    "possession_s",
    "possession_rate",
    "possession_share",
    "distance_m",
    "mean_speed_m_s",
    "top_speed_m_s",
)


def stats(
    figures: Figures, player_id: int | None, session: str, time: datetime, team: Team | None = None
) -> payloads.Stats:
    counts = figures.shots
    decided = counts.made + counts.missed
    return payloads.Stats(
        time=time,
        session=session,
        player_id=player_id,
        team=team_number(team),
        attempts=counts.attempts,
        made=counts.made,
        missed=counts.missed,
        unknown=counts.unknown,
        percentage=round(100 * counts.made / decided, 1) if decided else None,
        streak=counts.streak,
        best_streak=counts.best_streak,
        zones={
            zone.value: payloads.ZoneShots(attempts=count.attempts, made=count.made, missed=count.missed)
            for zone, count in figures.zones.items()
        },
        **{name: getattr(figures, name) for name in _SAME_NAME},
        **{name: tenths(getattr(figures, name)) for name in _IN_TENTHS},
    )


def chart(shots: Sequence[ShotMark], court: Court | None, session: str, time: datetime) -> payloads.ShotChart:
    return payloads.ShotChart(
        time=time,
        session=session,
        court=None if court is None else court_dimensions(court),
        shots=[_shot(shot) for shot in shots[-CHART_SHOTS:]],
    )


def passes(network: Sequence[PassEdge], session: str, time: datetime) -> payloads.PassNetwork:
    pairs = [
        payloads.PassPair(
            from_player_id=edge.from_player_id, to_player_id=edge.to_player_id, count=edge.count, arrived=edge.arrived,
            lost=edge.lost,
        )
        for edge in network
    ]  # fmt: skip
    return payloads.PassNetwork(time=time, session=session, pairs=pairs)


def _shot(shot: ShotMark) -> payloads.ChartShot:
    return payloads.ChartShot(
        shot_id=shot.shot_id,
        release_time_s=round(shot.time_s, 3),
        player_id=shot.player_id,
        team=team_number(shot.team),
        outcome=shot.outcome.value,
        court_position=position(shot.court_xy_m),
        zone=None if shot.zone is None else shot.zone.value,
        points=shot.points,
    )
