"""Players: detections joined to particle clouds, one cloud a player."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linear_sum_assignment

from edge.config import TrackingConfig
from edge.tracking.cloud import Clouds
from edge.types import FloatArray, TrackStatus

_CAPACITY = 32
# All in shares of a player's height (1.8 m). The paper starts with +-20 x +-30 px around a player of about 300 px at
# 3840 x 2160 (Initialization).
_START = np.array([0.07, 0.10])
_START_SPEED = 0.3
_SEEN = 0.05
_SPREAD = 0.012
_PUSH = 0.16
# Unseen, a cloud widens faster (Dealing with Occlusions: +-30 x +-35 px).
_SPREAD_UNSEEN = 0.03
_GATE = 0.55
_BEHIND = 3 * _SEEN
_CONFIRM_LOOKS = 3
_BOX_GAIN = 0.35
_REJOIN_SIMILARITY = 0.75
_REJOIN_GATE = 2.0

Embed = Callable[[FloatArray], FloatArray]


@dataclass(slots=True)
class PlayerTrack:
    """One player: the box's size is smoothed, its centre is the cloud's mean."""

    track_id: int
    slot: int
    size: FloatArray
    seen_s: float
    looks: int = 1
    misses: int = 0
    confidence: float = 0.0
    mean: FloatArray = field(default_factory=lambda: np.zeros(7))
    seen_xy: FloatArray = field(default_factory=lambda: np.zeros(2))
    embedding: FloatArray | None = None

    @property
    def box(self) -> FloatArray:
        half = self.size / 2
        return np.concatenate([self.mean[:2] - half, self.mean[:2] + half])

    @property
    def status(self) -> TrackStatus:
        if self.looks < _CONFIRM_LOOKS:
            return TrackStatus.TENTATIVE
        return TrackStatus.OCCLUDED if self.misses else TrackStatus.CONFIRMED


class PlayerTracker:
    """`update` takes the person boxes of each frame in turn. Not more than 32 players; the surest are taken."""

    def __init__(self, config: TrackingConfig) -> None:
        self._config = config
        self._clouds = Clouds(_CAPACITY, config.particles, config.seed)
        self.tracks: list[PlayerTrack] = []
        self._next_id = 1
        self._time_s: float | None = None

    def reset(self) -> None:
        """Forget everybody, as after a cut; numbers are not used again."""
        self.tracks.clear()
        self._clouds.alive[:] = False
        self._time_s = None

    def update(
        self, time_s: float, boxes: FloatArray, confidence: FloatArray, move: FloatArray | None, embed: Embed | None
    ) -> list[PlayerTrack]:
        """Tracks after this frame. boxes (N, 4) xyxy px; confidence (N,); move (2, 3): the camera's motion from the
        last frame's pixels to this one's, or None; embed: boxes (M, 4) to unit vectors (M, D)."""
        good = np.isfinite(boxes).all(axis=1) & (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
        boxes, confidence = boxes[good][:_CAPACITY], confidence[good][:_CAPACITY]
        dt_s = 0.0 if self._time_s is None else float(np.clip(time_s - self._time_s, 0.0, 1.0))
        self._time_s = time_s
        if move is not None:
            self._clouds.shift(move)
        self._predict(dt_s)
        pairs = self._assign(boxes)
        taken = set()
        for track_index, box_index in pairs:
            self._see(self.tracks[track_index], boxes[box_index], float(confidence[box_index]), time_s)
            taken.add(box_index)
        matched = {track_index for track_index, _ in pairs}
        for k, track in enumerate(self.tracks):
            if k not in matched:
                track.misses += 1
                track.mean = self._clouds.mean(track.slot)
        for k in range(len(boxes)):
            if k not in taken:
                self._start_or_rejoin(boxes[k], float(confidence[k]), time_s, embed)
        self._drop(time_s)
        self._refresh_embedding(embed)
        return self.tracks

    def _predict(self, dt_s: float) -> None:
        for track in self.tracks:
            height = float(track.size[1])
            self._clouds.spread[track.slot] = (_SPREAD_UNSEEN if track.misses else _SPREAD) * height
            self._clouds.push[track.slot] = _PUSH * height * (0.5 if track.misses else 1.0)
        self._clouds.predict(dt_s)
        for track in self.tracks:
            track.mean = self._clouds.mean(track.slot)

    def _assign(self, boxes: FloatArray) -> list[tuple[int, int]]:
        """Joint assignment: distance of centres and difference of heights, both in heights."""
        if not self.tracks or not len(boxes):
            return []
        centre = (boxes[:, :2] + boxes[:, 2:]) / 2
        height = boxes[:, 3] - boxes[:, 1]
        mean = np.array([t.mean[:2] for t in self.tracks])
        size = np.array([t.size[1] for t in self.tracks])
        # Arms that go up stretch a box upward: the lower edge and the middle are compared, whichever agrees better.
        feet = np.array([t.mean[1] + t.size[1] / 2 for t in self.tracks])
        across = np.abs(mean[:, None, 0] - centre[None, :, 0])
        down = np.minimum(np.abs(mean[:, None, 1] - centre[None, :, 1]), np.abs(feet[:, None] - boxes[None, :, 3]))
        cost = np.hypot(across, down) / size[:, None] + 0.3 * np.abs(np.log(height[None, :] / size[:, None]))
        gate = np.array([_GATE * (1.0 + 0.1 * min(t.misses, 10)) for t in self.tracks])
        rows, columns = linear_sum_assignment(np.minimum(cost, 10.0))
        return [(int(r), int(c)) for r, c in zip(rows, columns, strict=True) if cost[r, c] < gate[r]]

    def _see(self, track: PlayerTrack, box: FloatArray, confidence: float, time_s: float) -> None:
        size = box[2:] - box[:2]
        track.size = track.size + _BOX_GAIN * (size - track.size)
        centre, height = (box[:2] + box[2:]) / 2, float(track.size[1])
        self._clouds.see(track.slot, centre, _SEEN * height)
        track.mean = self._clouds.mean(track.slot)
        if np.hypot(*(track.mean[:2] - centre)) > _BEHIND * height:
            # Faster than any particle: go there, at the speed that it took.
            speed = (centre - track.seen_xy) / max(time_s - track.seen_s, 1e-3)
            self._clouds.start(track.slot, centre, _START * height, _START_SPEED * height, speed)
            track.mean = self._clouds.mean(track.slot)
        track.seen_xy = centre
        track.seen_s, track.misses, track.confidence = time_s, 0, confidence
        track.looks += 1

    def _start_or_rejoin(self, box: FloatArray, confidence: float, time_s: float, embed: Embed | None) -> None:
        centre, size = (box[:2] + box[2:]) / 2, box[2:] - box[:2]
        track = self._rejoin(box, embed)
        if track is None:
            slot = self._clouds.free_slot()
            if slot is None:
                return
            track = PlayerTrack(self._next_id, slot, size.astype(np.float64), time_s)
            self._next_id += 1
            self.tracks.append(track)
        self._clouds.start(track.slot, centre, _START * size[1], _START_SPEED * float(size[1]))
        track.size, track.seen_s, track.misses, track.confidence = size.astype(np.float64), time_s, 0, confidence
        track.seen_xy = centre
        track.mean = self._clouds.mean(track.slot)

    def _rejoin(self, box: FloatArray, embed: Embed | None) -> PlayerTrack | None:
        """The unseen player who looks like this one and was last near, if any (Redetecting Players)."""
        unseen = [t for t in self.tracks if t.misses > 1 and t.embedding is not None]
        if embed is None or not unseen:
            return None
        look = embed(box[None])[0]
        centre = (box[:2] + box[2:]) / 2
        best: tuple[float, PlayerTrack] | None = None
        for track in unseen:
            near = np.hypot(*(track.mean[:2] - centre)) < _REJOIN_GATE * track.size[1]
            similarity = float(look @ track.embedding) if track.embedding is not None else 0.0
            if near and similarity > _REJOIN_SIMILARITY and (best is None or similarity > best[0]):
                best = (similarity, track)
        return None if best is None else best[1]

    def _drop(self, time_s: float) -> None:
        kept = []
        for track in self.tracks:
            patience = self._config.lost_after_s if track.looks >= _CONFIRM_LOOKS else 0.0
            if time_s - track.seen_s > patience and track.misses:
                self._clouds.alive[track.slot] = False
            else:
                kept.append(track)
        self.tracks = kept

    def _refresh_embedding(self, embed: Embed | None) -> None:
        """Learn the look of one player a frame who has none yet and stands free."""
        if embed is None:
            return
        for track in self.tracks:
            if track.embedding is None and track.status is TrackStatus.CONFIRMED and track.looks >= 2 * _CONFIRM_LOOKS:
                track.embedding = embed(track.box[None].astype(np.float32))[0]
                return
