"""The box's methods at work on a scene: players and ball together, as the pipeline runs them."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from edge.config import TrackingConfig
from edge.kernels.boxes import iou
from edge.kernels.warm import warm
from edge.tracking.ball import Person
from edge.tracking.ground import floor_under
from edge.tracking.method import Track, open_ball_tracker, open_player_tracker
from edge.types import BallState, FloatArray, TrackStatus
from tests.bench.court_sightings import Sightings

Method = Literal["joint", "paper"]
# Whose pose the box takes: those nearest to the ball, so many, not further than so many of their heights from it.
_POSED, _POSE_REACH = 2, 1.5
_SAME_IOU = 0.3


@dataclass(frozen=True, slots=True)
class FrameFollowed:
    """One frame: ids (N,) and boxes (N, 4) of the tracks that are confirmed or hidden, the ball, and by track id the
    wrists (2, 2) px of those whose pose is known."""

    ids: list[int]
    boxes: FloatArray
    ball: BallState | None
    wrists_px: dict[int, FloatArray] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SceneFollowed:
    """Every frame, and the seconds that the trackers took."""

    frames: list[FrameFollowed]
    seconds: float


def follow(seen: Sightings, method: Method) -> SceneFollowed:
    """From the first frame to the last. The box knows the court's homography and how many play."""
    warm()
    scene, config = seen.scene, TrackingConfig(method=method, roster=seen.scene.boxes.shape[1])
    players, ball = open_player_tracker(config), open_ball_tracker(config)
    half_m = np.array([scene.court.end_m, scene.court.width_m / 2])
    floor = floor_under(seen.camera, -half_m, half_m)
    frames: list[FrameFollowed] = []
    wrists: dict[int, FloatArray] = {}
    seconds = 0.0
    for t in range(len(scene)):
        time_s, embed = t / scene.frames_per_s, seen.looks.encoder(scene.boxes[t], t)
        start = time.perf_counter()
        tracks = list(players.update(time_s, seen.boxes[t], seen.confidence[t], None, embed, floor))
        seconds += time.perf_counter() - start
        # With the wrists of the frame before: a pose is taken when it is known where the ball is.
        people = [Person(one.track_id, one.box, np.asarray(one.mean[2:4]), wrists.get(one.track_id)) for one in tracks]
        start = time.perf_counter()
        state = ball.update(time_s, seen.candidates[t], None, people)
        seconds += time.perf_counter() - start
        wrists = _wrists(tracks, seen, t, state)
        known = [track for track in tracks if track.status in (TrackStatus.CONFIRMED, TrackStatus.OCCLUDED)]
        boxes = np.array([track.box for track in known], np.float64).reshape(-1, 4)
        frames.append(FrameFollowed([track.track_id for track in known], boxes, state, dict(wrists)))
    return SceneFollowed(frames, seconds)


def _wrists(tracks: list[Track], seen: Sightings, t: int, ball: BallState | None) -> dict[int, FloatArray]:
    """Wrists (2, 2) px of the two whose boxes are nearest to the ball, of those who are seen, by track."""
    shown = [track for track in tracks if not track.misses]
    if ball is not None and ball.status is not TrackStatus.LOST:
        away = {track.track_id: _heights_away(track.box, ball.xy_px) for track in shown}
        near = (track for track in shown if away[track.track_id] < _POSE_REACH)
        shown = sorted(near, key=lambda track: away[track.track_id])
    found = {}
    for track in shown[:_POSED]:
        who = same(track.box, seen.scene.boxes[t])
        if who is not None:
            found[track.track_id] = seen.wrists_px[t, who]
    return found


def _heights_away(box: FloatArray, xy: FloatArray) -> float:
    """From a point to a box's edge, in the box's heights."""
    gap = np.maximum(np.maximum(box[:2] - xy, xy - box[2:]), 0.0)
    return float(np.hypot(*gap) / max(box[3] - box[1], 1.0))


def same(box: FloatArray, others: FloatArray) -> int | None:
    """Which of the others (P, 4) a box (4,) overlaps most, or None where it overlaps none much."""
    share = iou(box[None], others)[0]
    best = int(np.argmax(share))
    return best if share[best] >= _SAME_IOU else None
