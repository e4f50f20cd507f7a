"""A drawn-up scene for the game's rooms: one shooter, one rim, a ball on a chosen path; all in pixels, at 30 fps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from edge.types import PlayerState, Rim, Snapshot, TrackStatus

FPS = 30.0
SIZE = (1280, 720)
RIM = Rim(900.0, 220.0, 60.0, 14.0)
GRAVITY_PX_S2 = 1300.0
RADIUS_PX = 16.0
HANDS = (300.0, 330.0)
Point = tuple[float, float]


def shooter(track_id: int = 1, x: float = 290.0) -> PlayerState:
    """A person 270 px tall at `x`, both wrists at the height of HANDS."""
    box = np.array([x - 45, 340.0, x + 45, 610.0])
    keypoints = np.full((17, 3), 0.0)
    keypoints[:, :2] = (x, 450.0)
    keypoints[:5] = (x, 365.0, 0.9)
    keypoints[9] = keypoints[10] = (x + 5, 345.0, 0.9)
    return PlayerState(track_id, box, np.zeros(2), np.eye(2), TrackStatus.CONFIRMED, 0.9, keypoints.astype(np.float32))


def throw(start: Point, target: Point, seconds: float, gravity: float = GRAVITY_PX_S2) -> list[Point]:
    """The ball's places, frame by frame, on the parabola that leads from start to target in `seconds`."""
    vx = (target[0] - start[0]) / seconds
    vy = (target[1] - start[1]) / seconds - gravity * seconds / 2
    times = np.arange(1, round(seconds * FPS) + 1) / FPS
    return [(start[0] + vx * t, start[1] + vy * t + gravity * t * t / 2) for t in times]


def fall(start: Point, seconds: float, vx: float = 0.0, vy: float = 0.0, share: float = 1.0) -> list[Point]:
    """The ball's places while it falls from `start`, with this share of gravity."""
    times = np.arange(1, round(seconds * FPS) + 1) / FPS
    return [(start[0] + vx * t, start[1] + vy * t + share * GRAVITY_PX_S2 * t * t / 2) for t in times]


def snapshots(
    path: Sequence[Point | None],
    players: tuple[PlayerState, ...] | None = None,
    rim: Rim | None = RIM,
    noise_px: float = 0.7,
    clutter: int = 2,
    cuts: tuple[int, ...] = (0,),
    seed: int = 0,
) -> list[Snapshot]:
    """One snapshot a frame, the ball at `path` (None: not seen) among `clutter` random candidates."""
    rng = np.random.default_rng(seed)
    people = (shooter(),) if players is None else players
    result = []
    for index, place in enumerate(path):
        rows = [[*rng.uniform((0, 0), SIZE), rng.uniform(8, 25), 0.15] for _ in range(clutter)]
        if place is not None and 0 <= place[0] < SIZE[0] and 0 <= place[1] < SIZE[1]:
            rows.append([*(np.array(place) + noise_px * rng.standard_normal(2)), RADIUS_PX, 0.5])
        candidates = np.array(rows, np.float32).reshape(-1, 4)
        result.append(Snapshot(index, index / FPS, SIZE, people, None, candidates, rim, scene_cut=index in cuts))
    return result


HOLD: list[Point | None] = [HANDS] * 20
