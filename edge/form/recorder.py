"""The last seconds of every player's joints and of the ball, and shots cut out of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from edge.form.errors import FormError
from edge.form.motion import open_motion
from edge.form.phases import LONGEST_S, Phases, find_phases
from edge.form.sides import Hand
from edge.form.skeleton import JOINTS
from edge.types import FloatArray, ShotClip, ShotEvent, Snapshot, TrackStatus

KEPT_S = 4.0
# A clip begins so long before the gather, for the curves through its first frames, and ends so long after the release.
_BEFORE_S, _AFTER_S = 0.3, 1.2
# The longest shot, and what its dip may add.
_LOOK_BACK_S = LONGEST_S + 0.7
_LEAST_FRAMES = 5
# Of the boxes' heights, the one of somebody who stands up; hair, soles and the box's margin are no stature.
_STANDING, _OF_BOX = 80, 0.94


@dataclass(frozen=True, slots=True)
class _Moment:
    """One frame: by track id joints (17, 3), free of camera motion, and the box's height; the ball (2,) px or None."""

    index: int
    time_s: float
    joints: dict[int, FloatArray]
    heights: dict[int, float]
    ball: FloatArray | None


class Recorder:
    """`update` takes the snapshots of one source in order; `cut` gives the clip of a shot that was released in the last
    seconds, again and longer once its follow-through was seen."""

    def __init__(self, kept_s: float = KEPT_S) -> None:
        self._kept_s = kept_s
        self._moments: deque[_Moment] = deque()

    def update(self, snapshot: Snapshot) -> None:
        if snapshot.scene_cut or (self._moments and snapshot.time_s <= self._moments[-1].time_s):
            self._moments.clear()
        self._moments.append(_moment(snapshot))
        while snapshot.time_s - self._moments[0].time_s > self._kept_s:
            self._moments.popleft()

    def cut(self, event: ShotEvent, hand: Hand | None = None) -> ShotClip:
        """The clip of the shot; hand: the one that shoots, where it is known. Raises FormError with one line where the
        shooter or his joints were not seen."""
        player = event.player_id
        if player is None:
            raise FormError("nobody could be named as the shooter")
        release_s = event.release_time_s
        moments = [
            moment for moment in self._moments if release_s - _LOOK_BACK_S <= moment.time_s <= release_s + _AFTER_S
        ]
        before = sum(player in moment.joints for moment in moments if moment.time_s <= release_s)
        if before < _LEAST_FRAMES:
            raise FormError(f"the shooter's joints were seen in only {before} frames before the release")
        return _clip(event, player, moments, hand)


def _moment(snapshot: Snapshot) -> _Moment:
    move = snapshot.scene_from_image
    joints, heights = {}, {}
    for player in snapshot.players:
        heights[player.track_id] = float(player.box[3] - player.box[1]) * _scale(move)
        if player.keypoints is not None:
            joints[player.track_id] = _still(np.asarray(player.keypoints, dtype=np.float64), move)
    ball = None
    if snapshot.ball is not None and snapshot.ball.status in (TrackStatus.CONFIRMED, TrackStatus.TENTATIVE):
        ball = _still(np.asarray(snapshot.ball.xy_px, dtype=np.float64)[None], move)[0]
    return _Moment(snapshot.index, snapshot.time_s, joints, heights, ball)


def _scale(move: FloatArray | None) -> float:
    return 1.0 if move is None else float(np.sqrt(abs(np.linalg.det(move[:, :2]))))


def _still(points: FloatArray, move: FloatArray | None) -> FloatArray:
    """Points (N, 2 or more), x and y as a camera that stands still would have seen them."""
    if move is None:
        return points
    out = points.copy()
    out[:, :2] = points[:, :2] @ move[:, :2].T + move[:, 2]
    return out


def _clip(event: ShotEvent, player: int, moments: Sequence[_Moment], hand: Hand | None) -> ShotClip:
    times_s = np.array([moment.time_s for moment in moments])
    unseen, nowhere = np.full((JOINTS, 3), np.nan), np.full(2, np.nan)
    keypoints = np.stack([moment.joints.get(player, unseen) for moment in moments])
    ball = np.stack([nowhere if moment.ball is None else moment.ball for moment in moments])
    heights = [moment.heights[player] for moment in moments if player in moment.heights]
    motion = open_motion(times_s, keypoints, ball)
    if not np.isfinite(motion.stature_px):
        motion = replace(motion, stature_px=_OF_BOX * float(np.percentile(heights, _STANDING)))
    phases = find_phases(motion, event.release_time_s, hand)
    first = int(np.searchsorted(times_s, phases.gather_s - _BEFORE_S))
    return clip_of(
        event,
        player,
        phases,
        moments[first].index,
        times_s[first:],
        keypoints[first:],
        ball[first:],
        motion.stature_px,
    )


def clip_of(
    event: ShotEvent, player: int | None, phases: Phases, first_index: int, times_s: FloatArray, keypoints: FloatArray,
    ball: FloatArray, stature_px: float,
) -> ShotClip:  # fmt: skip
    """A clip from its parts: times_s (T,), keypoints (T, 17, 3), ball (T, 2), all from frame `first_index` on."""

    def row(time_s: float) -> int:
        return int(np.argmin(np.abs(times_s - time_s)))

    follow_through = phases.follow_through_s
    return ShotClip(
        shot_id=event.shot_id, player_id=player, first_index=first_index, times_s=times_s, keypoints=keypoints,
        ball=ball, gather=row(phases.gather_s), set_point=row(phases.set_point_s), release=row(phases.release_s),
        follow_through=None if follow_through is None else row(follow_through), stature_px=stature_px,
        court_xy_m=event.court_xy_m, gather_s=phases.gather_s, release_s=phases.release_s,
    )  # fmt: skip
