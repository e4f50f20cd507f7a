"""Players by the paper's method, whole: selectable as `tracking.method: paper`, to be measured beside ours.

A player is a cloud of positions of his upper body's centre; the paper names the scale as a part of the state too, but
no rule of its weighs one, so the size is that of the region in which the cloud lies. It assumes a fixed camera and
players alone in the picture: the camera's motion carries everything along here, and the floor is not used.
"""

from __future__ import annotations

from collections import Counter, deque

import numpy as np

from edge.config import TrackingConfig
from edge.tracking import paper_rules as rules
from edge.tracking.incoming import passed_s, step_s
from edge.tracking.paper_filter import (
    associate,
    inside,
    moments,
    resample,
    reweigh,
    roughen,
    scatter,
    scatter_within,
)
from edge.tracking.paper_track import PaperTrack, Seen, see
from edge.tracking.places import Floor
from edge.tracking.players import Embed
from edge.tracking.settled import SettledFrame
from edge.types import FloatArray

# Ours, for a stream that somebody may enter: a box in which no track is for this many frames starts one.
_START_FRAMES = 3
_MOST_PLAYERS = 24
_VELOCITY_GAIN = 0.3


class PaperPlayerTracker:
    """`update` takes the person boxes of each frame in turn. The surest 48 boxes, and not more than 24 players."""

    def __init__(self, config: TrackingConfig) -> None:
        self._config = config
        self._rng = np.random.default_rng(config.seed)
        self.dropped: Counter[str] = Counter()
        self._next_id = 1
        self.tracks: list[PaperTrack] = []
        self.reset()

    def reset(self) -> None:
        """Forget everybody, as after a cut; numbers are not used again."""
        self.tracks.clear()
        self._close: dict[tuple[int, int], int] = {}
        self._waiting: list[tuple[FloatArray, int]] = []
        self._teams: FloatArray | None = None
        self._time_s: float | None = None
        self._started = False

    def particles(self) -> tuple[FloatArray, bool]:
        """(N, 2) px of everybody's upper body; none of them on the floor."""
        clouds = [track.cloud for track in self.tracks]
        return (np.concatenate(clouds) if clouds else np.zeros((0, 2))), False

    def finish(self) -> list[SettledFrame]:
        """As `settled`."""
        return []

    def settled(self) -> list[SettledFrame]:
        """The paper's method says nothing afterwards."""
        return []

    def rivals(self) -> dict[int, tuple[FloatArray, float]]:
        """The paper has one history: nobody may be elsewhere."""
        return {}

    def update(
        self,
        time_s: float,
        boxes: FloatArray,
        confidence: FloatArray,
        move: FloatArray | None,
        embed: Embed | None,
        floor: Floor | None = None,
        image_size: tuple[int, int] | None = None,
    ) -> list[PaperTrack]:
        """Tracks after this frame, of what ours takes: boxes (N, 4) xyxy px; confidence (N,); move (2, 3): the camera's
        motion; embed: boxes (M, 4) to unit vectors (M, D). floor is not used: the paper has nobody beside the court."""
        seen = see(boxes, confidence, embed, image_size, self.dropped)
        dt_s = step_s(passed_s(self._time_s, time_s, self.tracks, self.dropped))
        self._time_s = time_s
        if move is not None:
            self._shift(move)
        for track in self.tracks:
            if track.misses >= rules.REDETECT_FRAMES:
                self._redetect(track, seen)
        fronts = self._fronts()
        # Who is in front goes first: the one behind him is kept off his position of now.
        for track in sorted(self.tracks, key=lambda one: -one.xy[1]):
            self._follow(track, fronts, seen, time_s, dt_s)
        self._start_new(seen, time_s)
        if self._config.roster is None:
            self.tracks[:] = [one for one in self.tracks if time_s - one.seen_s <= self._config.lost_after_s]
        return self.tracks

    def _shift(self, move: FloatArray) -> None:
        turn, shift = move[:, :2], move[:, 2]
        for track in self.tracks:
            track.xy, track.known = turn @ track.xy + shift, turn @ track.known + shift
            track.cloud = track.cloud @ turn.T + shift
            track.history = deque((turn @ xy + shift for xy in track.history), rules.HISTORY)
        self._waiting = [(turn @ xy + shift, frames) for xy, frames in self._waiting]

    def _fronts(self) -> dict[int, list[tuple[PaperTrack, int]]]:
        """For each player near another (by number): who is in front of him, and for how many frames; an empty list for
        who is in front. Dealing with Occlusions: the smaller y is behind."""
        fronts: dict[int, list[tuple[PaperTrack, int]]] = {}
        close: dict[tuple[int, int], int] = {}
        for i, one in enumerate(self.tracks):
            for other in self.tracks[i + 1 :]:
                if rules.close(one.xy, other.xy, (one.unit + other.unit) / 2):
                    back, front = (one, other) if one.xy[1] < other.xy[1] else (other, one)
                    pair = (one.track_id, other.track_id)
                    close[pair] = self._close.get(pair, 0) + 1
                    fronts.setdefault(back.track_id, []).append((front, close[pair]))
                    fronts.setdefault(front.track_id, [])
        self._close = close
        return fronts

    def _follow(
        self,
        track: PaperTrack,
        fronts: dict[int, list[tuple[PaperTrack, int]]],
        seen: Seen,
        time_s: float,
        dt_s: float,
    ) -> None:
        ahead = fronts.get(track.track_id, [])
        hidden = any(frames >= rules.OCCLUDED_FRAMES for _, frames in ahead)
        if hidden and not track.hidden:
            track.known = track.xy.copy()
        track.hidden = hidden
        self._predict(track, seen.regions)
        counts = np.ones(len(track.cloud), bool)
        if track.track_id in fronts and not ahead:
            counts = rules.counts_in_front(track.cloud, track.xy, track.unit)
        for front, frames in ahead:
            if frames >= rules.OCCLUDED_FRAMES:
                counts &= rules.counts_hidden(track.cloud, track.known, front.xy, track.unit)
            elif not hidden:
                counts &= rules.counts_behind(track.cloud, track.xy, front.xy, track.unit)
        self._weigh(track, counts, seen, time_s, dt_s)

    def _predict(self, track: PaperTrack, regions: FloatArray) -> None:
        """State estimation."""
        count, unit = self._config.particles, track.unit
        direction = rules.running(track.history, unit) if rules.mistracked(track.history, regions) else 0
        if direction:
            track.cloud = scatter_within(track.xy, count, *rules.directed(direction, unit), self._rng)
            return
        noise = rules.OCCLUDED_PX if track.hidden else rules.START_PX
        if track.similarity < rules.ALIKE:
            noise = noise * rules.WIDER
        track.cloud = scatter(track.cloud, count, noise * unit, self._rng)

    def _weigh(self, track: PaperTrack, counts: FloatArray, seen: Seen, time_s: float, dt_s: float) -> None:
        """Observation, weights and resampling; where no particle has a weight, he stays where he was."""
        similarity = seen.similarity(track.embedding)
        region = np.where(counts, associate(track.cloud, seen.regions, similarity), -1)
        weight = reweigh(np.full(len(region), 1.0 / len(region)), region, similarity)
        before = track.xy
        if weight.any():
            n = int(np.argmax(np.bincount(region[region >= 0], weight[region >= 0])))
            track.xy, track.covariance = moments(track.cloud, weight)
            track.cloud = roughen(resample(track.cloud, weight, self._rng), rules.JITTER_PX * track.unit, self._rng)
            track.seen, track.confidence = seen.boxes[n].astype(np.float64), float(seen.confidence[n])
            track.similarity, track.misses, track.seen_s = float(similarity[n]), 0, time_s
        else:
            track.cloud = np.tile(track.xy, (len(region), 1))
            track.similarity = 0.0
            track.misses += 1
        track.history.append(track.xy)
        if dt_s > 0:
            track.velocity = track.velocity + _VELOCITY_GAIN * ((track.xy - before) / dt_s - track.velocity)

    def _redetect(self, track: PaperTrack, seen: Seen) -> None:
        """Redetecting Players. Candidate areas are those of his own team where teams are known: the paper's detector
        tells them."""
        kept = rules.largest(seen.boxes, self._config.roster or len(self.tracks))
        team = self._team(track.embedding)
        if seen.embeddings is not None and team is not None:
            kept = np.array([n for n in kept if self._team(seen.embeddings[n]) == team], np.int64)
        others = [one for one in self.tracks if one is not track]
        mates = [one.xy for one in others if self._team(one.embedding) == team]
        everybody = np.array([one.xy for one in others]).reshape(-1, 2)
        found = rules.redetect(track.xy, seen.regions[kept], np.array(mates).reshape(-1, 2), everybody, track.unit)
        if found is not None:
            track.xy, track.velocity = found, np.zeros(2)
            track.cloud = np.tile(found, (self._config.particles, 1))
            track.history.clear()

    def _team(self, embedding: FloatArray | None) -> int | None:
        """0 or 1, None where that is not known: all are of one team then."""
        if self._teams is None or embedding is None:
            return None
        return int(np.argmax(self._teams @ embedding))

    def _start_new(self, seen: Seen, time_s: float) -> None:
        """The paper starts everybody in the first frame. Ours, as boxes are missed and people come: later, where there
        is room and a box is in nobody's cloud for three frames."""
        most = min(self._config.roster or _MOST_PLAYERS, _MOST_PLAYERS)
        middle = rules.centres(seen.regions)
        if not self._started and len(seen.boxes):
            self._started = True
            for n in rules.largest(seen.boxes, most):
                self._start(seen, int(n), time_s)
            if seen.embeddings is not None and len(self.tracks) > 1:
                self._teams = rules.two_teams(np.array([one.embedding for one in self.tracks]))
            return
        places = np.array([track.xy for track in self.tracks]).reshape(-1, 2)
        waiting: list[tuple[FloatArray, int]] = []
        for n in np.flatnonzero(~inside(places, seen.regions).any(axis=0)):
            frames = 1 + max(
                (k for xy, k in self._waiting if inside(xy[None], seen.regions[n : n + 1])[0, 0]), default=0
            )
            if frames >= _START_FRAMES and len(self.tracks) < most:
                self._start(seen, int(n), time_s)
            else:
                waiting.append((middle[n], frames))
        self._waiting = waiting

    def _start(self, seen: Seen, n: int, time_s: float) -> None:
        """Initialization."""
        box, xy = seen.boxes[n].astype(np.float64), rules.centres(seen.regions[n : n + 1])[0]
        sigma_px = rules.START_PX * (box[3] - box[1]) / rules.PLAYER_PX
        cloud = scatter(xy, self._config.particles, sigma_px, self._rng)
        embedding = None if seen.embeddings is None else seen.embeddings[n]
        track = PaperTrack(self._next_id, xy, box, cloud, time_s, float(seen.confidence[n]), embedding)
        track.covariance = np.diag(sigma_px**2)
        track.history.append(xy)
        self._next_id += 1
        self.tracks.append(track)
