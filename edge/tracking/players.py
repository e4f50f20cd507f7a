"""Players: who is which box is told by particles of joint associations, where each one is by a cloud of his own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from edge.config import TrackingConfig
from edge.tracking.cloud import Clouds
from edge.tracking.joint import BOXES, FASTEST, PLAYERS, JointAssociation
from edge.types import FloatArray, TrackStatus

# All in shares of a player's height (1.8 m). The paper starts with +-20 x +-30 px around a player of about 300 px at
# 3840 x 2160 (Initialization).
_START = np.array([0.07, 0.10])
_START_SPEED = 0.3
_SEEN = 0.05
_SPREAD = 0.012
_PUSH = 0.16
# Unseen, a cloud widens faster (Dealing with Occlusions: +-30 x +-35 px).
_SPREAD_UNSEEN = 0.03
_BEHIND = 3 * _SEEN
_CONFIRM_LOOKS = 3
_BOX_GAIN = 0.35
# How well a box's lower edge tells where its player stands, across and down.
_FOOT_SIGMA = np.array([0.06, 0.05])
_STATURE_M = 1.8
# A box's height changes with arms and bent knees, log; more than that is another one's, or half a player.
_HEIGHT_SIGMA, _MOST_FOR_HEIGHT = 0.2, 3.0
# What a look that is as alike as this tells nothing about; each tenth more or less is worth this much log likelihood.
_ALIKE, _FOR_LOOKS, _MOST_FOR_LOOKS = 0.7, 12.0, 4.0

Embed = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, slots=True)
class Places:
    """Where boxes stand on some plane: xy (N, 2), covariance (N, 2, 2), scale (N,) units of the plane to a metre, and
    good (N,) bool: those that count."""

    xy: FloatArray
    covariance: FloatArray
    scale: FloatArray
    good: npt.NDArray[np.bool_]

    def only(self) -> Places:
        """Those that count."""
        good = self.good
        return Places(self.xy[good], self.covariance[good], self.scale[good], good[good])


Floor = Callable[[FloatArray], Places]


def foot_px(boxes: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Where boxes (N, 4) touch the floor, (N, 2) px, and the covariance (N, 2, 2) px^2 of that."""
    height = boxes[:, 3] - boxes[:, 1]
    xy = np.column_stack([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]]).astype(np.float64)
    return xy, np.eye(2) * ((_FOOT_SIGMA * height[:, None]) ** 2)[:, None, :]


def _in_picture(boxes: FloatArray) -> Places:
    """Without a calibration the picture is the plane; how many px are a metre, each box's height tells."""
    xy, covariance = foot_px(boxes)
    scale = (boxes[:, 3] - boxes[:, 1]).astype(np.float64) / _STATURE_M
    return Places(xy, covariance, scale, np.ones(len(boxes), bool))


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
    """`update` takes the person boxes of each frame in turn. Not more than 24 players among 48 boxes; the surest
    are taken."""

    def __init__(self, config: TrackingConfig) -> None:
        self._config = config
        self._clouds = Clouds(PLAYERS, config.particles, config.seed)
        self.tracks: list[PlayerTrack] = []
        self._joint = JointAssociation()
        self._floor: Floor | None = None
        self._next_id = 1
        self._time_s: float | None = None

    def reset(self) -> None:
        """Forget everybody, as after a cut; numbers are not used again."""
        self.tracks.clear()
        self._clouds.alive[:] = False
        self._joint.reset()
        self._time_s = None

    def update(
        self,
        time_s: float,
        boxes: FloatArray,
        confidence: FloatArray,
        move: FloatArray | None,
        embed: Embed | None,
        floor: Floor | None = None,
    ) -> list[PlayerTrack]:
        """Tracks after this frame. boxes (N, 4) xyxy px; confidence (N,); move (2, 3): the camera's motion from the
        last frame's pixels to this one's, or None; embed: boxes (M, 4) to unit vectors (M, D); floor: boxes (M, 4) to
        the places on the court where they stand, where it is calibrated: people beside it are left out."""
        good = np.isfinite(boxes).all(axis=1) & (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
        surest = np.flatnonzero(good)[np.argsort(-confidence[good], kind="stable")][:BOXES]
        boxes, confidence = boxes[surest], confidence[surest]
        places = _in_picture(boxes) if floor is None else floor(boxes)
        boxes, confidence, places = boxes[places.good], confidence[places.good], places.only()
        if floor is not self._floor and self.tracks:
            self.reset()  # another plane: everybody is looked for anew, under the numbers to come
        self._floor = floor
        dt_s = self._since(time_s)
        if move is not None:
            self._clouds.shift(move)
            if floor is None:
                self._joint.shift(move)
        self._predict(dt_s)
        taken = set()
        more = self._more(boxes, embed)
        for track, n in zip(
            self.tracks, self._joint.assign(places.xy, places.covariance, places.scale, more), strict=True
        ):
            if n < 0:
                track.misses += 1
                track.mean = self._clouds.mean(track.slot)
            else:
                self._see(track, boxes[n], float(confidence[n]), time_s)
                taken.add(n)
        for n in range(len(boxes)):
            if n not in taken:
                self._start(boxes[n], float(confidence[n]), time_s, places, n)
        self._drop(time_s)
        self._refresh_embedding(embed)
        return self.tracks

    def _since(self, time_s: float) -> float:
        """Seconds since the last frame, 0..1; where time went back, what was seen later was seen now."""
        if self._time_s is not None and time_s < self._time_s:
            for track in self.tracks:
                track.seen_s = min(track.seen_s, time_s)
        dt_s = 0.0 if self._time_s is None else float(np.clip(time_s - self._time_s, 0.0, 1.0))
        self._time_s = time_s
        return dt_s

    def _predict(self, dt_s: float) -> None:
        for track in self.tracks:
            height = float(track.size[1])
            self._clouds.spread[track.slot] = (_SPREAD_UNSEEN if track.misses else _SPREAD) * height
            self._clouds.push[track.slot] = _PUSH * height * (0.5 if track.misses else 1.0)
        self._clouds.predict(dt_s)
        self._joint.predict(dt_s)
        for track in self.tracks:
            track.mean = self._clouds.mean(track.slot)

    def _more(self, boxes: FloatArray, embed: Embed | None) -> FloatArray:
        """What speaks against a pair beside its place, (players, boxes), minus a log likelihood: height and looks."""
        more = np.zeros((len(self.tracks), len(boxes)))
        if not more.size:
            return more
        height = np.log(boxes[:, 3] - boxes[:, 1])
        own = np.log([track.size[1] for track in self.tracks])
        more += np.minimum(0.5 * ((height[None, :] - own[:, None]) / _HEIGHT_SIGMA) ** 2, _MOST_FOR_HEIGHT)
        lost = [t for t, track in enumerate(self.tracks) if track.misses > 1 and track.embedding is not None]
        if embed is None or not lost:
            return more
        # Only those who may be somebody who was lost: the others stand where somebody is known to be.
        centre = (boxes[:, :2] + boxes[:, 2:]) / 2
        known = np.array([track.mean[:2] for track in self.tracks if not track.misses]).reshape(-1, 2)
        away = np.linalg.norm(centre[:, None] - known[None], axis=2).min(axis=1, initial=np.inf)
        fresh = np.flatnonzero(away > 0.3 * (boxes[:, 3] - boxes[:, 1]))
        if len(fresh):
            alike = np.array([self.tracks[t].embedding for t in lost]) @ embed(boxes[fresh]).T
            worth = np.clip(_FOR_LOOKS * (_ALIKE - alike), -_MOST_FOR_LOOKS, _MOST_FOR_LOOKS)
            more[np.array(lost)[:, None], fresh] += worth
        return more

    def _see(self, track: PlayerTrack, box: FloatArray, confidence: float, time_s: float) -> None:
        size = box[2:] - box[:2]
        track.size = track.size + _BOX_GAIN * (size - track.size)
        centre, height = (box[:2] + box[2:]) / 2, float(track.size[1])
        self._clouds.see(track.slot, centre, _SEEN * height)
        track.mean = self._clouds.mean(track.slot)
        if np.hypot(*(track.mean[:2] - centre)) > _BEHIND * height:
            # Faster than any particle: go there, at the speed that it took.
            speed = (centre - track.seen_xy) / max(time_s - track.seen_s, 1e-3)
            speed *= min(1.0, FASTEST * height / _STATURE_M / max(float(np.hypot(*speed)), 1e-9))
            self._clouds.start(track.slot, centre, _START * height, _START_SPEED * height, speed)
            track.mean = self._clouds.mean(track.slot)
        track.seen_xy = centre
        track.seen_s, track.misses, track.confidence = time_s, 0, confidence
        track.looks += 1

    def _start(self, box: FloatArray, confidence: float, time_s: float, places: Places, n: int) -> None:
        """Somebody new, where there is room for one."""
        slot = self._clouds.free_slot()
        full = self._config.roster is not None and len(self.tracks) >= self._config.roster
        if slot is None or full:
            return
        if self._joint.add(places.xy[n], places.covariance[n], float(places.scale[n])) is None:
            return
        centre, size = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]).astype(np.float64)
        track = PlayerTrack(self._next_id, slot, size, time_s, confidence=confidence)
        self._next_id += 1
        self._clouds.start(slot, centre, _START * size[1], _START_SPEED * float(size[1]))
        track.seen_xy, track.mean = centre, self._clouds.mean(slot)
        self.tracks.append(track)

    def _drop(self, time_s: float) -> None:
        """Forget who was not seen again soon, or never was for sure; where the roster is known nobody leaves."""
        for t in reversed(range(len(self.tracks))):
            track = self.tracks[t]
            sure = track.looks >= _CONFIRM_LOOKS
            patience = 0.0 if not sure else self._config.lost_after_s if self._config.roster is None else np.inf
            if time_s - track.seen_s > patience and track.misses:
                self._clouds.alive[track.slot] = False
                self._joint.drop(t)
                del self.tracks[t]

    def _refresh_embedding(self, embed: Embed | None) -> None:
        """Learn the look of one player a frame who has none yet."""
        if embed is None:
            return
        for track in self.tracks:
            if track.embedding is None and track.status is TrackStatus.CONFIRMED and track.looks >= 2 * _CONFIRM_LOOKS:
                track.embedding = embed(track.box[None].astype(np.float32))[0]
                return
