"""Clips, players and snapshots as tests of form need them."""

from __future__ import annotations

import numpy as np

from edge.types import PlayerState, ShotClip, Snapshot, TrackStatus


def a_player(track_id: int) -> PlayerState:
    """Somebody who stands there."""
    return PlayerState(
        track_id, np.array([10.0, 10.0, 60.0, 160.0]), np.zeros(2), np.eye(2), TrackStatus.CONFIRMED, 0.9
    )  # fmt: skip


def a_snapshot(time_s: float, players: tuple[PlayerState, ...]) -> Snapshot:
    """Without a ball."""
    return Snapshot(int(30 * time_s), time_s, (640, 360), players, None, np.zeros((0, 4), np.float32), None)


def a_clip() -> ShotClip:
    """A second at 30 frames/s in which nobody moves."""
    keypoints = np.ones((30, 17, 3))
    return ShotClip("s", 1, 0, np.arange(30) / 30, keypoints, np.ones((30, 2)), 3, 20, 27, None, 100.0)
