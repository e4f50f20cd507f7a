"""What a snapshot shows, as a camera that stands still would have seen it: `move` (2, 3) is the snapshot's
`scene_from_image`, None where the camera does stand still."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from edge.game.release import Person
from edge.types import BallState, FloatArray, PlayerState, Rim, Snapshot


def still_candidates(candidates: FloatArray, move: FloatArray | None) -> FloatArray:
    """Ball candidates (N, 4)."""
    if move is None:
        return candidates
    still = candidates.copy()
    still[:, :2] = still[:, :2] @ move[:, :2].T + move[:, 2]
    return still


def still_rim(rim: Rim | None, move: FloatArray | None) -> Rim | None:
    if rim is None or move is None:
        return rim
    x, y = move[:, :2] @ np.array([rim.x_px, rim.y_px]) + move[:, 2]
    return Rim(float(x), float(y), rim.width_px, rim.height_px)


def still_person(player: PlayerState, move: FloatArray | None) -> Person:
    box, keypoints = (player.box, player.keypoints) if move is None else _moved(player, move)
    court = None if player.court_xy_m is None else (float(player.court_xy_m[0]), float(player.court_xy_m[1]))
    return Person(player.track_id, np.asarray(box, dtype=np.float64), keypoints, court)


def still_snapshot(snapshot: Snapshot) -> Snapshot:
    """Boxes and keypoints of players, the ball's place and size, and the rim. Candidates, and how fast anything moves,
    stay as they were seen."""
    move = snapshot.scene_from_image
    if move is None:
        return snapshot
    players = []
    for player in snapshot.players:
        box, keypoints = _moved(player, move)
        players.append(replace(player, box=box, keypoints=keypoints))
    ball = None if snapshot.ball is None else _still_ball(snapshot.ball, move)
    return replace(
        snapshot, players=tuple(players), ball=ball, rim=still_rim(snapshot.rim, move), scene_from_image=None
    )  # fmt: skip


def _still_ball(ball: BallState, move: FloatArray) -> BallState:
    zoom = float(np.sqrt(abs(np.linalg.det(move[:, :2]))))
    return replace(ball, xy_px=move[:, :2] @ ball.xy_px + move[:, 2], radius_px=zoom * ball.radius_px)


def _moved(player: PlayerState, move: FloatArray) -> tuple[FloatArray, FloatArray | None]:
    """Box (4,) and keypoints (17, 3) or None."""
    box, keypoints = (player.box.reshape(2, 2) @ move[:, :2].T + move[:, 2]).ravel(), player.keypoints
    if keypoints is not None:
        keypoints = keypoints.copy()
        keypoints[:, :2] = keypoints[:, :2] @ move[:, :2].T + move[:, 2]
    return box, keypoints
