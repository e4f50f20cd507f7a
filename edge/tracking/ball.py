"""The ball: one cloud of particles that weighs all candidates of a frame and starts anew where it has lost them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edge.config import TrackingConfig
from edge.tracking.cloud import Clouds
from edge.types import BallState, FloatArray, TrackStatus

# In ball radii (a ball of about 20 px radius in the paper's 3840 x 2160 pictures). The paper: start within +-20 px;
# +-50 px once the ball moves fast; +-50, then +-80 px when it is lost; looked for anew after five frames (Redetecting
# the Ball).
_START = 1.0
_START_SPEED = 15.0
_SEEN = 0.6
_SPREAD = 0.5
_PUSH = 12.0
_LOST_PUSH = 25.0
_NEAR = 2.5
_CLUTTER = 0.01
_REDETECT_FRAMES = 5
_CONFIRM_FRAMES = 3
_STILL_CONFIDENCE = 0.05
_GONE_FRAMES = 45
# A ball that the network is much surer of elsewhere, for this many frames in a row, is the ball.
_SURER = 1.6
_SURER_FRAMES = 2
_TRUST_GAIN = 0.3


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may have the ball: box (4,) xyxy px, velocity_px_s (2,) of its centre, wrists_px (2, 2) left and
    right, NaN where one was not seen, or None where no pose was taken."""

    track_id: int
    box: FloatArray
    velocity_px_s: FloatArray
    wrists_px: FloatArray | None = None


class BallTracker:
    """`update` takes the candidates of each frame in turn."""

    def __init__(self, config: TrackingConfig) -> None:
        self._clouds = Clouds(1, config.particles, config.seed + 1)
        self._time_s: float | None = None
        self._radius_px = 0.0
        self._misses = 0
        self._looks = 0
        self._confidence = 0.0
        self._trust = 0.0
        self._surer = 0

    def reset(self) -> None:
        """Forget the ball, as after a cut."""
        self._clouds.alive[:] = False
        self._time_s = None

    def expected(self, after_s: float) -> FloatArray | None:
        """Where the ball is expected `after_s` seconds on, (2,) px, or None where it is lost."""
        if not self._clouds.alive[0] or self._misses > _REDETECT_FRAMES:
            return None
        mean = self._clouds.mean(0)
        return np.asarray(mean[:2] + after_s * mean[2:4])

    def update(
        self, time_s: float, candidates: FloatArray, move: FloatArray | None, people: Sequence[Person] = ()
    ) -> BallState | None:
        """candidates (N, 4): x, y, radius px, confidence; move (2, 3): the camera's motion since the last frame;
        people: who is seen on this frame."""
        candidates = candidates[np.isfinite(candidates).all(axis=1) & (candidates[:, 3] > _STILL_CONFIDENCE)]
        dt_s = 0.0 if self._time_s is None else float(np.clip(time_s - self._time_s, 0.0, 1.0))
        self._time_s = time_s
        if self._clouds.alive[0]:
            self._predict(dt_s, move)
            self._see(candidates)
        lost = not self._clouds.alive[0] or self._misses > _REDETECT_FRAMES
        if len(candidates) and (lost or self._surer_elsewhere(candidates)):
            self._start(candidates[int(np.argmax(candidates[:, 3]))])
        elif self._misses > _GONE_FRAMES:
            self._clouds.alive[:] = False
        return self._state()

    def carry(self, xy_px: FloatArray, velocity_px_s: FloatArray, radius_px: float) -> None:
        """The ball is known to fly at xy (2,) with this velocity (2,): go there where the cloud is elsewhere."""
        if self._clouds.alive[0]:
            mean = self._clouds.mean(0)
            if np.hypot(*(mean[:2] - xy_px)) < _NEAR * radius_px and not self._misses:
                return
        self._start(np.array([*xy_px, radius_px, max(self._confidence, 0.3)]), velocity_px_s)
        self._looks = _CONFIRM_FRAMES

    def _predict(self, dt_s: float, move: FloatArray | None) -> None:
        if move is not None:
            self._clouds.shift(move)
        self._clouds.spread[0] = _SPREAD * self._radius_px
        self._clouds.push[0] = (_LOST_PUSH if self._misses else _PUSH) * self._radius_px * max(dt_s, 1e-3) * 10
        self._clouds.predict(dt_s)

    def _see(self, candidates: FloatArray) -> None:
        mean = self._clouds.mean(0)
        reach = _NEAR * self._radius_px + 2.0 * float(np.sqrt(mean[4] + mean[6]))
        away = np.hypot(candidates[:, 0] - mean[0], candidates[:, 1] - mean[1])
        near = (away < reach) & (candidates[:, 2] > 0.4 * self._radius_px) & (candidates[:, 2] < 2.5 * self._radius_px)
        if not near.any():
            self._misses += 1
            self._trust *= 1 - _TRUST_GAIN
            return
        self._clouds.see_candidates(0, candidates[near], _SEEN * self._radius_px, _CLUTTER)
        best = candidates[near][np.argmax(candidates[near, 3] - 0.2 * away[near] / reach)]
        self._radius_px += 0.2 * (float(best[2]) - self._radius_px)
        self._confidence = float(best[3])
        self._trust += _TRUST_GAIN * (self._confidence - self._trust)
        self._misses = 0
        self._looks += 1

    def _surer_elsewhere(self, candidates: FloatArray) -> bool:
        """What is followed is a shoe or a sign while the network calls something else a ball."""
        best = candidates[int(np.argmax(candidates[:, 3]))]
        away = float(np.hypot(*(self._clouds.mean(0)[:2] - best[:2])))
        surer = best[3] > _SURER * self._trust + 0.05 and away > _NEAR * self._radius_px
        self._surer = self._surer + 1 if surer else 0
        return self._surer >= _SURER_FRAMES

    def _start(self, candidate: FloatArray, velocity_px_s: FloatArray | None = None) -> None:
        self._radius_px = float(candidate[2])
        spread = np.full(2, _START * self._radius_px)
        self._clouds.start(0, candidate[:2], spread, _START_SPEED * self._radius_px, velocity_px_s)
        self._misses, self._looks, self._confidence = 0, 1, float(candidate[3])
        self._trust, self._surer = float(candidate[3]), 0

    def _state(self) -> BallState | None:
        if not self._clouds.alive[0]:
            return None
        mean = self._clouds.mean(0)
        status = TrackStatus.CONFIRMED if self._looks >= _CONFIRM_FRAMES else TrackStatus.TENTATIVE
        if self._misses:
            status = TrackStatus.LOST if self._misses > _REDETECT_FRAMES else TrackStatus.OCCLUDED
        return BallState(
            xy_px=mean[:2], velocity_px_s=mean[2:4], radius_px=self._radius_px,
            covariance=np.array([[mean[4], mean[5]], [mean[5], mean[6]]]), status=status, confidence=self._confidence,
        )  # fmt: skip
