"""A shot stopped by a defender's hands close to the shooter: it rises, and turns sharply where an opponent reaches."""

from __future__ import annotations

import numpy as np

from edge.game.reach import STATURE_M, m_per_px
from edge.game.spells import BallAt, Spell
from edge.types import FloatArray, PlayerState, PlayEvent, PlayKind, Rim

# Within this time of the release the ball rises at this speed, then changes it by so much, m/s, in somebody's reach.
_SOON_S, _RISES_M_S, _TURNS_M_S = 0.6, 2.0, 6.0
_REACH_M, _NEAR_SHOOTER_M = 0.9, 2.2
_SPAN_S, _GRAVITY_M_S2 = 0.12, 9.81
# What turns this near to the ring, in its widths, turned on ring or board.
_RIM_WIDTHS = 2.2


def find_block(before: Spell, way: tuple[BallAt, ...], rim: Rim | None) -> PlayEvent | None:
    """The block that ended the throw of whoever had the ball before, where there was one."""
    team, scale = before.team, _scale(before, way)
    if team is None or scale is None:
        return None
    flight = [row for row in way if row.time_s <= before.last.time_s + _SOON_S + _SPAN_S]
    turn = _turn(flight, scale, before.player_id)
    if turn is None:
        return None
    row, change_m_s = turn
    if rim is not None and _at_rim(row, rim):
        return None
    rivals = [p for p in row.players if p.team is not None and p.team != team and p.track_id != before.player_id]
    reach = {p.track_id: _reach_m(p, row, scale) for p in rivals}
    nearest = min(rivals, key=lambda p: reach[p.track_id], default=None)
    shooter = next((p for p in row.players if p.track_id == before.player_id), None)
    if nearest is None or reach[nearest.track_id] > _REACH_M:
        return None
    if shooter is not None and _apart_m(nearest, shooter, scale) > _NEAR_SHOOTER_M:
        return None
    evidence: dict[str, float | int | str] = {
        "turn_m_s": round(change_m_s, 1), "reach_m": round(reach[nearest.track_id], 2),
        "after_s": round(row.time_s - before.last.time_s, 3),
    }  # fmt: skip
    court = nearest.court_xy_m
    return PlayEvent(
        kind=PlayKind.BLOCK, start_index=before.last.index, end_index=row.index, start_time_s=before.last.time_s,
        end_time_s=row.time_s, player_id=nearest.track_id, team=nearest.team, to_player_id=before.player_id,
        start_xy_m=before.last.xy_m, end_xy_m=None if court is None else (float(court[0]), float(court[1])),
        confidence=round(float(np.clip(change_m_s / 15, 0.3, 0.9)) * before.confidence, 3), evidence=evidence,
    )  # fmt: skip


def _scale(before: Spell, way: tuple[BallAt, ...]) -> float | None:
    """Metres of a pixel where he stands."""
    players = [p for row in way for p in row.players if p.track_id == before.player_id]
    scales = [scale for p in players if (scale := m_per_px(p)) is not None]
    return float(np.median(scales)) if scales else None


def _turn(flight: list[BallAt], scale: float, shooter_id: int) -> tuple[BallAt, float] | None:
    """Where a ball that rises over its thrower's head turns most, and by how much, m/s; None where it rises freely."""
    if len(flight) < 5:
        return None
    times = np.array([row.time_s for row in flight])
    on_court = all(row.ball.court_xyz_m is not None and np.isfinite(row.ball.court_xyz_m).all() for row in flight)
    places = np.array([_upright_m(row, None if on_court else scale) for row in flight])
    best: tuple[BallAt, float] | None = None
    for k in range(2, len(flight) - 2):
        earlier = (times >= times[k] - _SPAN_S) & (times <= times[k])
        later = (times >= times[k]) & (times <= times[k] + _SPAN_S)
        if earlier.sum() < 3 or later.sum() < 3:
            continue
        rise, fall = _velocity(times[earlier], places[earlier]), _velocity(times[later], places[later])
        free = rise - np.array([0.0] * (len(rise) - 1) + [_GRAVITY_M_S2 * _SPAN_S])
        change = float(np.linalg.norm(fall - free))
        if not _overhead(flight[k], shooter_id):
            continue
        if rise[-1] >= _RISES_M_S and change >= _TURNS_M_S and (best is None or change > best[1]):
            best = (flight[k], change)
    return best


def _overhead(row: BallAt, shooter_id: int) -> bool:
    court = row.ball.court_xyz_m
    if court is not None and np.isfinite(court[2]):
        return bool(court[2] > STATURE_M)
    shooter = next((p for p in row.players if p.track_id == shooter_id), None)
    return shooter is not None and bool(row.ball.xy_px[1] < shooter.box[1])


def _upright_m(row: BallAt, scale: float | None) -> FloatArray:
    """(3,) m on the court, or with a scale (2,) in the picture at the thrower's depth; the last upward."""
    if scale is None:
        return np.asarray(row.ball.court_xyz_m, float)
    return np.array([scale * float(row.ball.xy_px[0]), -scale * float(row.ball.xy_px[1])])


def _velocity(times: FloatArray, places: FloatArray) -> FloatArray:
    since = times - times.mean()
    return np.asarray(since @ (places - places.mean(axis=0)) / max(float(since @ since), 1e-9))


def _reach_m(player: PlayerState, row: BallAt, scale: float) -> float:
    """From the ball to the box's upper half widened by arms, m."""
    x, y = (float(v) for v in row.ball.xy_px)
    box = np.asarray(player.box, float)
    aside = max(box[0] - x, 0.0, x - box[2])
    above = max(box[1] - y, 0.0, y - (box[1] + box[3]) / 2)
    return scale * float(np.hypot(aside, max(0.0, above - 0.3 / scale)))


def _apart_m(one: PlayerState, other: PlayerState, scale: float) -> float:
    if one.court_xy_m is not None and other.court_xy_m is not None:
        return float(np.hypot(*(np.asarray(one.court_xy_m) - np.asarray(other.court_xy_m))))
    return scale * float(np.hypot(*(_foot(one) - _foot(other))))


def _foot(player: PlayerState) -> FloatArray:
    return np.array([(player.box[0] + player.box[2]) / 2, player.box[3]], float)


def _at_rim(row: BallAt, rim: Rim) -> bool:
    return bool(np.hypot(row.ball.xy_px[0] - rim.x_px, row.ball.xy_px[1] - rim.y_px) < _RIM_WIDTHS * rim.width_px)
