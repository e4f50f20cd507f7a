"""Players, each a cloud of particles in the picture: the plain filter that the others are measured against.

Who is which box is decided anew on every frame, for all together, by the likeliest assignment
(edge/tracking/filter.py).
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from edge.config import TrackingConfig
from edge.tracking.filter import Observations, new_state, place, seed_streams, step
from edge.tracking.incoming import note, passed_s, step_s, usable
from edge.tracking.joint import BOXES, PLAYERS
from edge.tracking.places import Floor
from edge.tracking.players import Embed, PlayerTrack
from edge.tracking.settled import SettledFrame
from edge.types import FloatArray

# In heights of the player's box, and heights a second.
_SEEN, _START, _START_SPEED = 0.05, 0.08, 0.3
_SPREAD, _PUSH = 0.012, 0.16
# Unseen, a cloud widens faster, and speeds up less.
_SPREAD_UNSEEN, _PUSH_UNSEEN = 0.03, 0.08
_SIZE_GAIN = 0.35
_CONFIRM_LOOKS = 3


class BootstrapPlayerTracker:
    """`update` takes the person boxes of each frame in turn. Looks and moves of the camera are not used."""

    def __init__(self, config: TrackingConfig) -> None:
        self._config = config
        self._rng = np.random.default_rng(config.seed)
        self._streams = seed_streams(self._rng, config.particles + 1)
        self._state = new_state(PLAYERS, config.particles, BOXES)
        self._looks = np.zeros((BOXES, 4))
        self._slots: dict[int, int] = {}
        self.tracks: list[PlayerTrack] = []
        self.dropped: Counter[str] = Counter()
        self._next_id = 1
        self._time_s: float | None = None

    def reset(self) -> None:
        """Forget everybody, as after a cut; numbers are not used again."""
        self.tracks.clear()
        self._slots.clear()
        self._state.alive[:] = False
        self._time_s = None

    def finish(self) -> list[SettledFrame]:
        """As `settled`."""
        return []

    def settled(self) -> list[SettledFrame]:
        """One history only: nothing is known better afterwards."""
        return []

    def rivals(self) -> dict[int, tuple[FloatArray, float]]:
        """One history only: nobody is put elsewhere."""
        return {}

    def particles(self) -> tuple[FloatArray, bool]:
        """(N, 2) px of everybody's middle; none of them on the floor."""
        x, y = self._state.cloud[0], self._state.cloud[1]
        return np.stack([x[self._state.alive].ravel(), y[self._state.alive].ravel()], axis=1), False

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
        """Tracks after this frame. boxes (N, 4) xyxy px; confidence (N,); floor: people beside the court are left out;
        the camera's move and looks are not used."""
        boxes, confidence = usable(boxes, confidence, BOXES, image_size, self.dropped)
        surest = np.argsort(-confidence, kind="stable")
        boxes, confidence = boxes[surest], confidence[surest]
        if floor is not None:
            inside = floor(boxes).good
            note(self.dropped, "beside the court", ~inside)
            boxes, confidence = boxes[inside], confidence[inside]
        dt_s = step_s(passed_s(self._time_s, time_s, self.tracks, self.dropped))
        self._time_s = time_s
        taken = self._see(boxes, confidence, time_s, dt_s)
        for n in range(len(boxes)):
            if n not in taken:
                self._start(boxes[n], float(confidence[n]), time_s)
        self._drop(time_s)
        return self.tracks

    def _see(self, boxes: FloatArray, confidence: FloatArray, time_s: float, dt_s: float) -> set[int]:
        """One step of everybody's cloud; which boxes were somebody's."""
        state = self._state
        for track in self.tracks:
            slot, height = self._slots[track.track_id], float(track.size[1])
            state.spread_px[slot] = (_SPREAD_UNSEEN if track.misses else _SPREAD) * height
            state.push_px_s[slot] = (_PUSH_UNSEEN if track.misses else _PUSH) * height
        looks = self._looks[: len(boxes)]
        looks[:, :2] = (boxes[:, :2] + boxes[:, 2:]) / 2
        looks[:, 2], looks[:, 3] = _SEEN * (boxes[:, 3] - boxes[:, 1]), 0
        _, info = step(state, Observations(self._looks, len(boxes), dt_s), self._streams)
        for track in self.tracks:
            slot = self._slots[track.track_id]
            n = int(info.pair[slot])
            track.mean = info.summary[slot].copy()
            if n < 0:
                track.misses += 1
                continue
            track.size = track.size + _SIZE_GAIN * (boxes[n, 2:] - boxes[n, :2] - track.size)
            track.seen_s, track.misses, track.confidence = time_s, 0, float(confidence[n])
            track.looks += 1
        return {int(n) for n in info.pair[state.alive]}

    def _start(self, box: FloatArray, confidence: float, time_s: float) -> None:
        """Somebody new, where there is room for one."""
        free = np.flatnonzero(~self._state.alive)
        full = self._config.roster is not None and len(self.tracks) >= self._config.roster
        if full or not len(free):
            return
        slot, size, centre = int(free[0]), box[2:] - box[:2], (box[:2] + box[2:]) / 2
        place(self._state, slot, centre, _START * size[1], _START_SPEED * size[1], self._rng)
        track = PlayerTrack(self._next_id, size, time_s, confidence=confidence)
        track.mean[:2], track.mean[4], track.mean[6] = centre, (_START * size[1]) ** 2, (_START * size[1]) ** 2
        self._slots[self._next_id] = slot
        self._next_id += 1
        self.tracks.append(track)

    def _drop(self, time_s: float) -> None:
        """Forget who was not seen again soon, or never was for sure; where the roster is known nobody leaves."""
        patience_s = np.inf if self._config.roster is not None else self._config.lost_after_s
        gone = {
            track.track_id
            for track in self.tracks
            if track.misses and time_s - track.seen_s > (patience_s if track.looks >= _CONFIRM_LOOKS else 0.0)
        }
        for number in gone:
            self._state.alive[self._slots.pop(number)] = False
        self.tracks[:] = [track for track in self.tracks if track.track_id not in gone]
