"""From the types that flow through the box to the payloads that leave it. Pure: the wall clock is handed in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import numpy.typing as npt

from calibration.court import Court
from edge.publish import payloads
from edge.types import (
    BallState,
    BoxHealth,
    CalibrationReport,
    Estimate,
    PlayerState,
    PlayEvent,
    Rim,
    ShotEvent,
    ShotFlight,
    Snapshot,
    SourceState,
    Team,
)

TEAMS: tuple[Team, ...] = ("A", "B")


def shot(event: ShotEvent, time: datetime, court_suspect: bool = False) -> payloads.Shot:
    return payloads.Shot(
        time=time,
        shot_id=event.shot_id,
        phase=event.phase.value,
        release_index=event.release_index,
        release_time_s=round(event.release_time_s, 4),
        player_id=event.player_id,
        outcome=None if event.outcome is None else event.outcome.value,
        confidence=_share(event.confidence),
        gather_index=event.gather_index,
        apex_index=event.apex_index,
        rim_index=event.rim_index,
        court_position=position(event.court_xy_m),
        court_suspect=court_suspect,
        flight=_flight(event.flight),
        evidence={key: _plain(value) for key, value in event.evidence.items()},
    )


def play(event: PlayEvent, time: datetime, court_suspect: bool = False) -> payloads.Play:
    return payloads.Play(
        time=time,
        kind=event.kind.value,
        start_index=event.start_index,
        end_index=event.end_index,
        start_time_s=round(event.start_time_s, 4),
        end_time_s=round(event.end_time_s, 4),
        player_id=event.player_id,
        team=team_number(event.team),
        to_player_id=event.to_player_id,
        succeeded=event.succeeded,
        start_position=position(event.start_xy_m),
        end_position=position(event.end_xy_m),
        court_suspect=court_suspect,
        confidence=_share(event.confidence),
        evidence={key: _plain(value) for key, value in event.evidence.items()},
    )


def health(state: BoxHealth, waiting: int, dropped: int, time: datetime) -> payloads.Health:
    return payloads.Health(
        time=time,
        fps=round(state.fps, 1),
        frame_ms=round(state.frame_ms, 2),
        uptime_s=round(state.uptime_s, 1),
        calibration=state.calibration,  # type: ignore[arg-type]  # pydantic checks the word
        stages_ms={name: round(value, 2) for name, value in state.stages_ms.items()},
        host={name: round(value, 1) for name, value in state.host.items()},
        warnings=list(state.warnings),
        outbox=payloads.OutboxState(waiting=waiting, dropped=dropped),
    )


def source(state: SourceState, time: datetime) -> payloads.Source:
    return payloads.Source(
        time=time,
        state=state.state,  # type: ignore[arg-type]  # pydantic checks the word
        detail=state.detail,
        frames=state.frames,
        dropped=state.dropped,
    )


def calibration(report: CalibrationReport, time: datetime) -> payloads.CalibrationState:
    return payloads.CalibrationState(
        time=time,
        state=report.state,
        verdict=report.verdict,
        error_cm=tenths(report.error_cm),
        court=report.court,
        created=report.created,
        moved_cm=tenths(report.moved_cm),
        suspect=report.suspect,
        realigned=report.realigned,
        detail=report.detail,
    )


def live(snapshot: Snapshot, court: Court | None, time: datetime, court_suspect: bool = False) -> payloads.Live:
    """Positions of one snapshot; what is not finite is left out, so that the message is always valid JSON."""
    width, height = snapshot.image_size
    return payloads.Live(
        time=time,
        index=snapshot.index,
        capture_time_s=round(snapshot.time_s, 4),
        image_width=width,
        image_height=height,
        players=[_player(state) for state in snapshot.players if np.all(np.isfinite(state.box))],
        ball=_ball(snapshot.ball),
        rim=_rim(snapshot.rim),
        court=None if court is None else court_dimensions(court),
        court_suspect=court_suspect,
    )


def court_dimensions(court: Court) -> payloads.CourtDimensions:
    return payloads.CourtDimensions(
        **{name: getattr(court, name) for name in payloads.CourtDimensions.model_fields}  # same names by design
    )


def team_number(team: Team | None) -> int | None:
    return None if team is None else TEAMS.index(team)


def _flight(flight: ShotFlight | None) -> payloads.Flight | None:
    if flight is None:
        return None
    values = {name: getattr(flight, name) for name in payloads.Flight.model_fields if name != "arc"}
    arc = [(round(x, 3), round(z, 3), round(sigma, 3)) for x, z, sigma in flight.arc]
    return payloads.Flight(arc=arc, **{name: _measured(value) for name, value in values.items()})


def _measured(estimate: Estimate | None) -> payloads.Measured | None:
    if estimate is None or not np.isfinite([estimate.value, estimate.sigma]).all():
        return None
    return payloads.Measured(value=round(float(estimate.value), 3), sigma=round(float(estimate.sigma), 3))


def _player(state: PlayerState) -> payloads.LivePlayer:
    left, top, right, bottom = (round(float(value), 1) for value in state.box)
    return payloads.LivePlayer(
        player_id=state.track_id,
        team=team_number(state.team),
        box=(left, top, right, bottom),
        court_position=position(state.court_xy_m),
        status=state.status.value,
        confidence=_share(state.confidence),
    )


def _ball(state: BallState | None) -> payloads.LiveBall | None:
    if state is None or not np.all(np.isfinite(state.xy_px)):
        return None
    return payloads.LiveBall(
        x=round(float(state.xy_px[0]), 1),
        y=round(float(state.xy_px[1]), 1),
        radius=round(float(state.radius_px), 1),
        status=state.status.value,
        confidence=_share(state.confidence),
    )


def _rim(rim: Rim | None) -> payloads.LiveRim | None:
    if rim is None:
        return None
    return payloads.LiveRim(
        x=round(rim.x_px, 1), y=round(rim.y_px, 1), width=round(rim.width_px, 1), height=round(rim.height_px, 1)
    )


def position(xy_m: Sequence[float] | npt.NDArray[np.floating] | None) -> payloads.CourtPosition | None:
    if xy_m is None or not np.all(np.isfinite(xy_m)):
        return None
    return payloads.CourtPosition(x=round(float(xy_m[0]), 3), y=round(float(xy_m[1]), 3))


def tenths(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else round(value, 1)


def _share(value: float) -> float:
    return round(min(max(float(value), 0.0), 1.0), 3) if np.isfinite(value) else 0.0


def _plain(value: float | int | str) -> float | int | str:
    """Evidence may hold NumPy scalars and what is not finite; JSON knows neither."""
    if isinstance(value, str | bool | int):
        return value
    if isinstance(value, np.integer):
        return int(value)
    number = float(value)
    return round(number, 4) if np.isfinite(number) else str(number)
