"""What a snapshot shows, as a camera that stands still would have seen it: `move` (2, 3) is the snapshot's
`scene_from_image`, None where the camera does stand still."""

from __future__ import annotations

import numpy as np

from edge.game.release import Person
from edge.types import FloatArray, PlayerState, Rim


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
    box, keypoints = player.box, player.keypoints
    if move is not None:
        box = (box.reshape(2, 2) @ move[:, :2].T + move[:, 2]).ravel()
        if keypoints is not None:
            keypoints = keypoints.copy()
            keypoints[:, :2] = keypoints[:, :2] @ move[:, :2].T + move[:, 2]
    court = None if player.court_xy_m is None else (float(player.court_xy_m[0]), float(player.court_xy_m[1]))
    return Person(player.track_id, np.asarray(box, dtype=np.float64), keypoints, court)
