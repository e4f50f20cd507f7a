"""What is looked at of players beside their boxes: poses of those at the ball, and jerseys for who plays with whom."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from edge.tracking.ball import Person
from edge.tracking.method import Track
from edge.tracking.teams import TeamFinder, unhidden
from edge.types import BallState, FloatArray, Image, Team, TrackStatus
from edge.vision.jersey import jersey_look
from edge.vision.models import Vision

# A player whose box is further than this many of its heights from the ball is not looked at for a pose.
_POSE_REACH = 1.5
# Of how many players a frame the jersey is looked at.
_JERSEYS = 2
_WRISTS, _WRIST_CONFIDENCE = (9, 10), 0.3


class Bodies:
    """poses: keypoints (17, 3) by track id of the last frame. most: players a frame whose pose is taken."""

    def __init__(self, vision: Vision, most: int) -> None:
        self._vision, self._most = vision, most
        self._teams = TeamFinder()
        self.poses: dict[int, FloatArray] = {}

    def reset(self) -> None:
        """Forget the last frame, as after a cut."""
        self.poses = {}

    def people(self, tracks: Sequence[Track]) -> list[Person]:
        """Who may have the ball, with the wrists of the last frame."""
        return [
            Person(track.track_id, track.box, track.mean[2:4], _wrists(self.poses.get(track.track_id)))
            for track in tracks
        ]

    def look_at_poses(self, image: Image, tracks: Sequence[Track], ball: BallState | None) -> None:
        """Of the players that matter: those nearest to the ball."""
        seen = [track for track in tracks if not track.misses]
        if ball is not None and ball.status is not TrackStatus.LOST:
            away = {t.track_id: _distance_heights(t.box, ball.xy_px) for t in seen}
            seen = sorted((t for t in seen if away[t.track_id] < _POSE_REACH), key=lambda t: away[t.track_id])
        chosen = seen[: self._most]
        self.poses = {}
        if chosen:
            keypoints = self._vision.pose.estimate(image, np.array([t.box for t in chosen], np.float32))
            joined = np.concatenate([keypoints.xy, keypoints.confidence[..., None]], axis=2)
            self.poses = {track.track_id: pose for track, pose in zip(chosen, joined, strict=True)}

    def look_at_jerseys(self, image: Image, tracks: Sequence[Track]) -> None:
        """Of the players who are seen whole, those whose team is known least."""
        seen = [track for track in tracks if not track.misses]
        free = unhidden(np.array([track.box for track in seen]).reshape(-1, 4))
        box_of = {track.track_id: track.box for track, is_free in zip(seen, free, strict=True) if is_free}
        for track_id in self._teams.next_to_see(box_of, _JERSEYS):
            look = jersey_look(image, box_of[track_id], self.poses.get(track_id))
            if look is not None:
                self._teams.see(track_id, look)

    def team(self, track_id: int) -> Team | None:
        return self._teams.team(track_id)


def _wrists(keypoints: FloatArray | None) -> FloatArray | None:
    """(2, 2) px, NaN for one that was not seen."""
    if keypoints is None:
        return None
    wrists = keypoints[list(_WRISTS)]
    return np.where(wrists[:, 2:] > _WRIST_CONFIDENCE, wrists[:, :2], np.nan)


def _distance_heights(box: FloatArray, xy: FloatArray) -> float:
    """From a point to a box's edge, in the box's heights."""
    dx = max(box[0] - xy[0], 0.0, xy[0] - box[2])
    dy = max(box[1] - xy[1], 0.0, xy[1] - box[3])
    return float(np.hypot(dx, dy) / max(box[3] - box[1], 1.0))
