"""Players: who is which box is told by particles of joint associations; at once, and again when it has settled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from edge.config import TrackingConfig
from edge.kernels.centres import COLUMNS, begin, common_shift, foresee, look
from edge.tracking.incoming import LONGEST_STEP_S, note, passed_s, step_s, usable
from edge.tracking.joint import BOXES, FASTEST, PLAYERS, JointAssociation
from edge.tracking.looks import FREE, Looks, covered
from edge.tracking.places import STATURE_M, Floor, Places, in_picture
from edge.tracking.settled import SettledFrame, Settling
from edge.types import FloatArray, TrackStatus

_CONFIRM_LOOKS = 3
# What a look that is as alike as this tells nothing about; each tenth more or less is worth this much log likelihood.
_ALIKE, _FOR_LOOKS, _MOST_FOR_LOOKS = 0.7, 12.0, 4.0
_AGAIN, _MOST_AGAIN, _MOST_DOUBTFUL, _LITTLE_DOUBT = 8.0, 3.0, 4, 1e-3
# A player in sight gives a box almost always, one whom others hide not.
_DETECTED, _DETECTED_HIDDEN = 0.97, 0.5
# How well a box tells how tall somebody is, log: in metres, and in pixels, which change with the distance besides, per
# second^0.5.
_TALL, _TALL_PICTURE, _DRIFT = 0.06, 0.2, 0.8
# A crowd speaks for a camera, one or two players for themselves alone.
_FEW = 3
# For those who look: how far apart two histories have somebody, and what share of them is worth telling.
_ELSEWHERE_M, _DOUBTFUL = 0.5, 0.05

Embed = Callable[[FloatArray], FloatArray]


@dataclass(slots=True)
class PlayerTrack:
    """One player. mean (7,): the box's middle x, y px, velocity px/s, and the middle's covariance xx, xy, yy px^2;
    size (2,): the box's width and height px, smoothed."""

    track_id: int
    size: FloatArray
    seen_s: float
    looks: int = 1
    misses: int = 0
    confidence: float = 0.0
    mean: FloatArray = field(default_factory=lambda: np.zeros(7))

    @property
    def box(self) -> FloatArray:
        (x, y), (width, height) = self.mean[:2], self.size
        return np.array([x - width / 2, y - height / 2, x + width / 2, y + height / 2])

    @property
    def status(self) -> TrackStatus:
        if self.looks < _CONFIRM_LOOKS:
            return TrackStatus.TENTATIVE
        return TrackStatus.OCCLUDED if self.misses else TrackStatus.CONFIRMED


class PlayerTracker:
    """`update` takes the person boxes of each frame in turn. Not more than 24 players among 48 boxes; the surest
    are taken. `dropped` counts by reason what was not taken as it came."""

    def __init__(self, config: TrackingConfig) -> None:
        self._config = config
        self.tracks: list[PlayerTrack] = []
        self.dropped: Counter[str] = Counter()
        self._joint = JointAssociation()
        self._settling = Settling(config.settle_s)
        self._looks = Looks()
        self._state = np.zeros((PLAYERS, COLUMNS))
        self._pairs = np.full(PLAYERS, -1, np.int16)
        self._hidden, self._room = np.zeros(PLAYERS), np.zeros((2, PLAYERS))
        self._shift, self._pans = np.zeros(3), 0.0
        self._floor: Floor | None = None
        self._next_id = 1
        self._time_s: float | None = None

    def reset(self) -> None:
        """Forget everybody, as after a cut; numbers are not used again."""
        self._settling.flush(self._joint, self.tracks)
        self.tracks.clear()
        self._joint.reset()
        self._looks.reset()
        self._shift[:] = 0.0
        self._time_s = None

    def settled(self) -> list[SettledFrame]:
        """Who was who `settle_s` ago, by the history that has won since: the frames that have settled since this was
        last asked, oldest first. Without being asked for long, the oldest are forgotten."""
        return self._settling.take()

    def rivals(self, least: float = _DOUBTFUL) -> dict[int, tuple[FloatArray, float]]:
        """Of those whom some histories put elsewhere: the likeliest other place, (2,) on the plane, and the share of
        all histories, by weight, that have the player not where he is told to be."""
        weights, means = self._joint.weights, self._joint.means[..., :2]
        told = int(np.argmax(weights))
        found = {}
        for t, track in enumerate(self.tracks[: means.shape[1]]):
            away = np.linalg.norm(means[:, t] - means[told, t], axis=1) > _ELSEWHERE_M * self._joint.scale(t)
            if weights[away].sum() > least:
                other = int(np.argmax(np.where(away, weights, 0.0)))
                found[track.track_id] = means[other, t].copy(), float(weights[away].sum())
        return found

    def particles(self) -> tuple[FloatArray, bool]:
        """(N, 2): where the histories that count have everybody's feet; and whether that is on the floor, m, or px."""
        means = self._joint.means[self._joint.weights > _LITTLE_DOUBT, :, :2]
        return means.reshape(-1, 2).copy(), self._floor is not None

    def finish(self) -> list[SettledFrame]:
        """Nothing more comes: all that is left to settle."""
        self._settling.flush(self._joint, self.tracks)
        return self._settling.take()

    def update(
        self,
        time_s: float,
        boxes: FloatArray,
        confidence: FloatArray,
        move: FloatArray | None,
        embed: Embed | None,
        floor: Floor | None = None,
        image_size: tuple[int, int] | None = None,
    ) -> list[PlayerTrack]:
        """Tracks after this frame. boxes (N, 4) xyxy px; confidence (N,); move (2, 3): the camera's motion from the
        last frame's pixels to this one's, or None; embed: boxes (M, 4) to unit vectors (M, D); floor: boxes (M, 4) to
        the places on the court where they stand, where it is calibrated: people beside it are left out; image_size:
        width and height px: boxes outside of it are left out."""
        boxes, confidence = usable(boxes, confidence, BOXES, image_size, self.dropped)
        places = in_picture(boxes) if floor is None else floor(boxes)
        if not places.good.all():
            note(self.dropped, "beside the court", ~places.good)
            boxes, confidence, places = boxes[places.good], confidence[places.good], places.only()
        if floor is not self._floor and self.tracks:
            self.dropped["another floor"] += 1
            self.reset()  # another plane: everybody is looked for anew, under the numbers to come
        self._floor = floor
        dt_s = self._since(time_s)
        count = len(self.tracks)
        foresee(self._state, count, dt_s, self._hidden)
        if floor is None or move is not None:
            self._follow_camera(boxes, move, floor)
        found = self._associate(dt_s, boxes, places, embed)
        if self._elsewhere(found, len(boxes)):
            self.dropped["another view"] += 1
            self.reset()
            self._time_s, found = time_s, []
        taken = self._see(found, boxes, confidence, time_s)
        for n in range(len(boxes)):
            if n not in taken:
                self._start(boxes[n], float(confidence[n]), time_s, places, n)
        self._drop(time_s)
        self._tell()
        self._settling.add(time_s, boxes, self._joint, self.tracks)
        self._compare_looks(time_s, embed)
        return self.tracks

    def _since(self, time_s: float) -> float:
        """Seconds since the last frame, 0..1."""
        passed = passed_s(self._time_s, time_s, self.tracks, self.dropped)
        if self._config.roster is None and passed > max(LONGEST_STEP_S, self._config.lost_after_s):
            self.reset()  # nobody would be remembered for so long
        self._time_s = time_s
        return step_s(passed)

    def _follow_camera(self, boxes: FloatArray, move: FloatArray | None, floor: Floor | None) -> None:
        """Carry everybody along with the picture: as it is told, or as all boxes moved as one."""
        count = len(self.tracks)
        if move is None:
            by = self._panned(boxes)
            if by is None:
                return
            move = np.array([[1.0, 0.0, by[0]], [0.0, 1.0, by[1]]])
        state = self._state[:count]
        for at in (0, 12):
            state[:, at : at + 2] = state[:, at : at + 2] @ move[:, :2].T + move[:, 2]
        state[:, 2:4] = state[:, 2:4] @ move[:, :2].T
        if floor is None:
            self._joint.shift(move)

    def _panned(self, boxes: FloatArray) -> FloatArray | None:
        """How far the picture moved, (2,) px, by the boxes alone: their common shift, the more so the more of them
        agree and the more such a camera has moved of late."""
        found = common_shift(self._state, len(self.tracks), boxes, len(boxes), self._shift, self._room)
        if found < _FEW:
            self._shift[:] = 0.0
            return None
        moved = self._shift[:2]
        noise = 1.57 * self._shift[2] / found
        self._pans += 0.1 * (max(float(moved @ moved) / 2 - noise, 0.0) - self._pans)
        return np.asarray(moved * (self._pans / (self._pans + noise + 1e-9)))

    def _associate(self, dt_s: float, boxes: FloatArray, places: Places, embed: Embed | None) -> list[int]:
        """The box of each track now, -1 for none."""
        count = len(self.tracks)
        detected = np.full(count, _DETECTED)
        if self._floor is not None:  # who is before whom, the picture alone tells badly
            detected += (_DETECTED_HIDDEN - _DETECTED) * np.minimum(self._hidden[:count], 1) ** 4
        more = self._unlike(boxes, embed)
        noise, drift = (_TALL**2, 0.0) if self._floor is not None else (_TALL_PICTURE**2, _DRIFT)
        return self._joint.assign(
            dt_s, places.xy, places.covariance, places.scale, places.tall, noise, detected, more, drift
        )

    def _elsewhere(self, found: list[int], boxes: int) -> bool:
        """Whether nobody at all is where he was a frame ago, but others are: that is no picture of the same people."""
        before = sum(track.looks >= _CONFIRM_LOOKS and not track.misses for track in self.tracks)
        return min(before, boxes) >= _FEW and max(found, default=-1) < 0

    def _unlike(self, boxes: FloatArray, embed: Embed | None) -> FloatArray:
        """What looks say against a pair, (tracks, boxes), minus a log likelihood: at boxes where nobody is known to be,
        of those who were lost; at boxes that stand free, of those whom not all histories put there."""
        more = np.zeros((len(self.tracks), len(boxes)))
        if embed is None or not more.size:
            return more
        looks = [self._looks.of(track.track_id) for track in self.tracks]
        known = np.array([look is not None for look in looks])
        lost = known & np.array([track.misses > 1 for track in self.tracks])
        fresh = self._fresh(boxes) if lost.any() else np.zeros(len(boxes), bool)
        doubtful = self._doubtful(boxes) & ~fresh
        shown = np.flatnonzero(fresh | doubtful)
        if not len(shown) or not known.any():
            return more
        alike = np.array([look for look in looks if look is not None]) @ embed(boxes[shown].astype(np.float32)).T
        worth = np.zeros((len(self.tracks), len(shown)))
        worth[known] = _ALIKE - alike
        much = np.clip(_FOR_LOOKS * worth, -_MOST_FOR_LOOKS, _MOST_FOR_LOOKS) * lost[:, None]
        # Looks of one moment after the other tell much the same.
        again = np.clip(_AGAIN * worth, -_MOST_AGAIN, _MOST_AGAIN)
        more[:, shown] = np.where(doubtful[shown], again, much)
        return more

    def _fresh(self, boxes: FloatArray) -> npt.NDArray[np.bool_]:
        """(N,): boxes where nobody is known to be."""
        centre, height = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 3] - boxes[:, 1]
        near = np.array([track.mean[:2] for track in self.tracks if not track.misses]).reshape(-1, 2)
        away = np.linalg.norm(centre[:, None] - near[None], axis=2).min(axis=1, initial=np.inf)
        return np.asarray(away > 0.3 * height)

    def _doubtful(self, boxes: FloatArray) -> npt.NDArray[np.bool_]:
        """(N,): boxes that stand free where somebody is whom not all histories put there; not more than a few."""
        found = np.zeros(len(boxes), bool)
        doubtful = self.rivals(_LITTLE_DOUBT)
        if not doubtful:
            return found
        centre, free = (boxes[:, :2] + boxes[:, 2:]) / 2, covered(boxes).max(axis=1, initial=0.0) < FREE
        for track in self.tracks:
            if track.track_id in doubtful and not track.misses and found.sum() < _MOST_DOUBTFUL:
                n = int(np.argmin(((centre - track.mean[:2]) ** 2).sum(axis=1)))
                found[n] = free[n]
        return found

    def _see(self, found: list[int], boxes: FloatArray, confidence: FloatArray, time_s: float) -> set[int]:
        """Every track at its box; which boxes were taken."""
        self._pairs[: len(found)] = found
        look(self._state, len(found), self._pairs, boxes, FASTEST / STATURE_M)
        for track, n in zip(self.tracks, found, strict=True):
            if n < 0:
                track.misses += 1
            else:
                track.seen_s, track.misses, track.confidence = time_s, 0, float(confidence[n])
                track.looks += 1
        return set(found)

    def _tell(self) -> None:
        """Tracks as others see them."""
        rows = self._state[: len(self.tracks)].copy()
        for track, row in zip(self.tracks, rows, strict=True):
            track.mean, track.size = row[:7], row[9:11]

    def _start(self, box: FloatArray, confidence: float, time_s: float, places: Places, n: int) -> None:
        """Somebody new, where there is room for one."""
        if self._config.roster is not None and len(self.tracks) >= self._config.roster:
            return
        t = self._joint.add(places.xy[n], places.covariance[n], float(places.scale[n]), float(places.tall[n]), n)
        if t is None:
            return
        begin(self._state[t], box)
        self.tracks.append(PlayerTrack(self._next_id, box[2:] - box[:2], time_s, confidence=confidence))
        self._next_id += 1

    def _drop(self, time_s: float) -> None:
        """Forget who was not seen again soon, or never was for sure; where the roster is known nobody leaves."""
        for t in reversed(range(len(self.tracks))):
            track = self.tracks[t]
            sure = track.looks >= _CONFIRM_LOOKS
            patience = 0.0 if not sure else self._config.lost_after_s if self._config.roster is None else np.inf
            if time_s - track.seen_s > patience and track.misses:
                self._joint.drop(t)
                self._looks.forget(track.track_id)
                self._state[t : len(self.tracks) - 1] = self._state[t + 1 : len(self.tracks)]
                del self.tracks[t]

    def _compare_looks(self, time_s: float, embed: Embed | None) -> None:
        """Look at one or two of those in sight; who was taken for whom gets his number back."""
        if embed is None:
            return
        seen = np.array([not track.misses and track.looks >= 2 * _CONFIRM_LOOKS for track in self.tracks], bool)
        boxes = np.array([track.box for track in self.tracks]).reshape(-1, 4)
        self._looks.update(time_s, [track.track_id for track in self.tracks], boxes, seen, embed)
        by_id = {track.track_id: track for track in self.tracks}
        for one, other in self._looks.exchanged():
            self._looks.exchange(one, other)
            by_id[one].track_id, by_id[other].track_id = other, one
