"""How much one frame speaks for each player's having the ball, against nobody's having it.

Where ball and players are known on the court, by metres between them and by how fast the ball moves beside the player;
else by the picture, in metres at the player's depth: from the ball to the nearer wrist, or to where hands can be, how
fast it moves aside, and whether it is as large as a ball in his hands is.
"""

from __future__ import annotations

import numpy as np

from edge.types import BallMode, BallState, FloatArray, PlayerState, TrackStatus

STATURE_M, BALL_RADIUS_M = 1.8, 0.12
# Log odds of a ball at rest in somebody's hands, and the least that a frame can say against anybody.
_IN_HANDS, _FAR = 2.3, -6.0
# On the court: one standard deviation of how far from the body hands have it, m, and not much faster than he is, m/s;
# above this height nobody has it.
_REACH_SIGMA_M, _BESIDE_M_S, _BESIDE_SIGMA_M_S = 0.45, 1.2, 1.5
_OVERHEAD_M, _OVERHEAD_SIGMA_M = 2.5, 0.25
# In the picture: aside of box or wrist, above the head, below the feet, m; and the ball's size, as a ratio's logarithm.
_ASIDE_M, _ASIDE_SIGMA_M, _ABOVE_M, _BELOW_M, _EDGE_SIGMA_M = 0.15, 0.2, 0.45, 0.15, 0.15
_WRIST_M, _WRIST_SIGMA_M, _LEAST_WRIST, _WRIST_AT = 0.3, 0.25, -3.0, 1.0
_SIZE_SIGMA = 0.2
# What the ball's tracker says of who has it counts that much, less where it does not see the ball.
_TOLD, _TOLD_UNSEEN = 1.5, 0.0
# A ball that is not seen is rather in somebody's hands than in the air.
_HIDDEN = 0.3
_WRISTS, _WRIST_CONFIDENCE = (9, 10), 0.3


def log_odds(
    ball: BallState | None, players: tuple[PlayerState, ...], speed_aside_m_s: dict[int, float], usual_size: float = 0.0
) -> dict[int, float]:
    """By track id, for each player of one frame; the same for all where nothing is known of the ball.

    speed_aside_m_s: how fast the ball moves along the floor beside each player, where that is known; usual_size: the
    `size` that a ball in somebody's hands has here, by his stature and by how the ball's network measures."""
    if ball is None or ball.status is TrackStatus.LOST or not np.isfinite(ball.xy_px).all():
        return {player.track_id: _HIDDEN for player in players}
    seen = ball.status is not TrackStatus.OCCLUDED
    odds = {}
    for player in players:
        value = _told(ball, player.track_id, seen) + (0.0 if seen else _HIDDEN)
        if seen:
            place = _on_court(ball, player)
            value += _in_picture(ball, player, usual_size) if place is None else place
            beside = max(0.0, speed_aside_m_s.get(player.track_id, 0.0) - _BESIDE_M_S)
            value -= 0.5 * (beside / _BESIDE_SIGMA_M_S) ** 2
        odds[player.track_id] = float(np.clip(value, _FAR, _IN_HANDS + _TOLD + _WRIST_AT))
    return odds


def _told(ball: BallState, track_id: int, seen: bool) -> float:
    if ball.mode is None:
        return 0.0
    weight = (_TOLD if seen else _TOLD_UNSEEN) * float(np.clip(ball.confidence, 0.0, 1.0))
    return weight if has_it(ball) and ball.holder_id == track_id else -weight


def has_it(ball: BallState) -> bool:
    """Whether its tracker says that somebody has it."""
    return ball.mode in (BallMode.HELD, BallMode.DRIBBLED) and ball.holder_id is not None


def _on_court(ball: BallState, player: PlayerState) -> float | None:
    """None where either is not known there."""
    if ball.court_xyz_m is None or player.court_xy_m is None:
        return None
    away = float(np.hypot(*(ball.court_xyz_m[:2] - player.court_xy_m)))
    if not np.isfinite(away):
        return None
    value = _IN_HANDS - 0.5 * (away / _REACH_SIGMA_M) ** 2
    height = float(ball.court_xyz_m[2])
    if np.isfinite(height):
        value -= 0.5 * (max(0.0, height - _OVERHEAD_M) / _OVERHEAD_SIGMA_M) ** 2
    return value


def _in_picture(ball: BallState, player: PlayerState, usual_size: float) -> float:
    box = np.asarray(player.box, float)
    scale = m_per_px(player)
    if not np.isfinite(box).all() or scale is None:
        return 0.0
    x, y = (float(v) for v in ball.xy_px)
    aside = scale * max(box[0] - x, 0.0, x - box[2])
    above, below = scale * max(0.0, box[1] - y), scale * max(0.0, y - box[3])
    value = _IN_HANDS - 0.5 * (max(0.0, aside - _ASIDE_M) / _ASIDE_SIGMA_M) ** 2
    value -= 0.5 * (max(0.0, above - _ABOVE_M, below - _BELOW_M) / _EDGE_SIGMA_M) ** 2
    found = size(ball, player)
    if found is not None:
        value -= 0.5 * min(4.0, ((found - usual_size) / _SIZE_SIGMA) ** 2)
    return value + _at_wrists(player, x, y, scale)


def _at_wrists(player: PlayerState, x: float, y: float, scale: float) -> float:
    """More where a wrist is at the ball, less where both are away from it and it is not on its way to the floor."""
    wrists = wrists_px(player)
    if wrists is None:
        return 0.0
    gap = scale * np.hypot(wrists[:, 0] - x, wrists[:, 1] - y)
    if gap.min() < _WRIST_M:
        return _WRIST_AT
    nearest = wrists[np.argmin(np.abs(wrists[:, 0] - x))]
    bounces = y > nearest[1] and scale * abs(nearest[0] - x) < 2 * _WRIST_M
    return 0.0 if bounces else max(_LEAST_WRIST, -0.5 * float((gap.min() - _WRIST_M) / _WRIST_SIGMA_M) ** 2)


def wrists_px(player: PlayerState) -> FloatArray | None:
    """Wrists that are seen (N, 2) px, None where there is none."""
    if player.keypoints is None:
        return None
    wrists = player.keypoints[list(_WRISTS)]
    seen = wrists[(wrists[:, 2] > _WRIST_CONFIDENCE) & np.isfinite(wrists).all(axis=1), :2]
    return seen if len(seen) else None


def size(ball: BallState, player: PlayerState) -> float | None:
    """How large the ball is at the player's depth against a real one, as a logarithm; None where that is not known."""
    scale = m_per_px(player)
    known = scale is not None and ball.radius_px > 0
    return float(np.log(ball.radius_px * scale / BALL_RADIUS_M)) if scale is not None and known else None


def m_per_px(player: PlayerState) -> float | None:
    """Metres of a pixel at the player's depth, by his stature; None where his box says nothing."""
    height = float(player.box[3] - player.box[1])
    return STATURE_M / height if np.isfinite(height) and height > 4 else None
