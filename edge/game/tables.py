"""Figures and events as plain rows and objects, for files that others read. Names carry the unit; None: not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from calibration.court import Court
from edge.figures import Figures, GameEvent, MotionEvent, SessionFigures, Zone
from edge.game.event_text import SHOT, kind_of
from edge.game.zones import find_zone, worth
from edge.types import PlayEvent, ShotEvent, ShotFlight

Value = float | int | str | bool | None
Row = dict[str, Value]

_COUNTED = (
    "passes", "passes_arrived", "passes_lost", "touches", "possession_frames", "possession_s", "dribbles", "drives",
    "interceptions", "steals", "rebounds", "blocks", "balls_out", "distance_m", "seen_s", "top_speed_m_s",
)  # fmt: skip
_FLIGHT = (
    "release_height_m", "release_speed_m_s", "release_angle_deg", "flight_s", "apex_m", "entry_angle_deg", "depth_cm",
    "left_right_cm",
)  # fmt: skip
# Every row of the table of events has all of these.
EVENT_COLUMNS = (
    "kind", "time_s", "end_time_s", "index", "end_index", "shot_id", "phase", "player_id", "team", "to_player_id",
    "outcome", "succeeded", "x_m", "y_m", "end_x_m", "end_y_m", "zone", "points", "confidence", "distance_m",
    "speed_m_s", *_FLIGHT, *(f"{name}_sigma" for name in _FLIGHT),
)  # fmt: skip


def figures_row(figures: Figures) -> Row:
    """One player, team or session as one flat row."""
    row: Row = dict(asdict(figures.shots))
    row["points"] = figures.points
    for zone in Zone:
        count = figures.zones.get(zone)
        row[f"{zone.value}_attempts"] = count.attempts if count else 0
        row[f"{zone.value}_made"] = count.made if count else 0
    row |= {name: _rounded(getattr(figures, name)) for name in _COUNTED}
    row["pass_success_percent"] = _rounded(figures.pass_success)
    row["possession_rate_percent"] = _rounded(figures.possession_rate)
    row["possession_share_percent"] = _rounded(figures.possession_share)
    row["mean_speed_m_s"] = _rounded(figures.mean_speed_m_s)
    return row


def player_rows(figures: SessionFigures) -> list[Row]:
    """A row a player, by id."""
    return [
        {"player_id": player_id, "team": figures.team_of.get(player_id), **figures_row(one)}
        for player_id, one in sorted(figures.players.items())
    ]


def figures_object(figures: SessionFigures) -> dict[str, Any]:
    """All figures as one object: session, teams, players, shots, passes."""
    shots = []
    for mark in figures.chart:
        shot = asdict(mark)
        del shot["court_xy_m"], shot["flight"]
        shots.append({**shot, "outcome": mark.outcome.value, "zone": mark.zone and mark.zone.value}
                     | _place(mark.court_xy_m, "") | _flown(mark.flight))  # fmt: skip
    return {
        "session": figures_row(figures.session),
        "teams": {team: figures_row(one) for team, one in figures.teams.items()},
        "players": player_rows(figures),
        "shots": shots,
        "passes": [asdict(edge) for edge in figures.network],
    }


def event_rows(events: Sequence[GameEvent], court: Court | None = None) -> list[Row]:
    """A row for each phase of a shot, each play and each player's step, in the order of the events."""
    rows: list[Row] = []
    for event in events:
        if isinstance(event, MotionEvent):
            rows += _steps(event)
        else:
            rows.append(_shot(event, court) if isinstance(event, ShotEvent) else _play(event))
    return [{name: row.get(name) for name in EVENT_COLUMNS} for row in rows]


def _shot(shot: ShotEvent, court: Court | None) -> Row:
    row: Row = {
        "kind": SHOT, "time_s": _rounded(shot.release_time_s), "index": shot.release_index, "shot_id": shot.shot_id,
        "phase": shot.phase.value, "player_id": shot.player_id, "outcome": shot.outcome and shot.outcome.value,
        "confidence": _rounded(shot.confidence), "end_index": shot.rim_index,
    }  # fmt: skip
    if shot.court_xy_m is not None:
        row |= _place(shot.court_xy_m, "")
        if court is not None:
            zone = find_zone(court, shot.court_xy_m)
            row |= {"zone": zone.value, "points": worth(court, zone)}
    return row | _flown(shot.flight)


def _flown(flight: ShotFlight | None) -> Row:
    """What is known of a flight, each value with its standard deviation."""
    row: Row = {}
    for name in _FLIGHT if flight is not None else ():
        estimate = getattr(flight, name)
        if estimate is not None:
            row |= {name: _rounded(estimate.value), f"{name}_sigma": _rounded(estimate.sigma)}
    return row


def _play(play: PlayEvent) -> Row:
    return {
        "kind": kind_of(play), "time_s": _rounded(play.start_time_s), "end_time_s": _rounded(play.end_time_s),
        "index": play.start_index, "end_index": play.end_index, "player_id": play.player_id, "team": play.team,
        "to_player_id": play.to_player_id, "succeeded": play.succeeded, "confidence": _rounded(play.confidence),
        **_place(play.start_xy_m, ""), **_place(play.end_xy_m, "end_"),
    }  # fmt: skip


def _steps(motion: MotionEvent) -> list[Row]:
    return [
        {
            "kind": kind_of(motion), "time_s": _rounded(motion.start_time_s), "end_time_s": _rounded(motion.end_time_s),
            "index": motion.start_index, "end_index": motion.end_index, "player_id": step.player_id, "team": step.team,
            "distance_m": step.distance_m, "speed_m_s": step.speed_m_s, **_place(step.xy_m, "end_"),
        }
        for step in motion.steps
    ]  # fmt: skip


def _place(xy_m: tuple[float, float] | None, prefix: str) -> Row:
    x_m, y_m = xy_m or (None, None)
    return {f"{prefix}x_m": _rounded(x_m), f"{prefix}y_m": _rounded(y_m)}


def _rounded(value: float | None) -> float | int | None:
    """Thousandths are finer than anything here is known."""
    return value if value is None or isinstance(value, int) else round(float(value), 3)
