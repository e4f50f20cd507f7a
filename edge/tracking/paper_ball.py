"""The ball by the paper's method (Ball Tracking using the Particle Filter, to Redetecting the Ball), to be measured
beside ours.

The paper's ball has a radius of about 20 px; every pixel figure is told as printed and scaled by that. Its candidates
have an embedding each; here the ball network's confidence says how alike to a ball one is.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence

import numpy as np

from edge.config import TrackingConfig
from edge.tracking.ball import Person
from edge.tracking.incoming import note
from edge.tracking.paper_filter import associate, inside, moments, resample, reweigh, roughen, scatter, scatter_within
from edge.types import BallState, FloatArray, TrackStatus

_RADIUS_PX = 20.0
_RANGE_PX = 20.0
# The noise grows with the speed; neither figure is printed. At rest, and for each pixel that it moves in a frame.
_NOISE_PX, _NOISE_FOR_SPEED = 10.0, 0.5
_JITTER_PX = 1.0
# Processing during High-Speed Movement: over two frames, in x.
_FAST_PX, _FAST_RANGE_PX = 30.0, 50.0
# Processing of Mis-tracking.
_LOST_RANGE_PX, _LONG_LOST_RANGE_PX, _LONG_LOST_FRAMES = 50.0, 80.0, 3
# Redetecting the Ball.
_REDETECT_FRAMES = 5
# Ours: below this the network says that something is no ball; and so many frames in which it was seen confirm it.
_LEAST_CONFIDENCE = 0.05
_CONFIRM_FRAMES = 3
_RADIUS_GAIN = 0.2


class PaperBallTracker:
    """`update` takes the candidates of each frame in turn."""

    def __init__(self, config: TrackingConfig) -> None:
        self._count = config.particles
        self._rng = np.random.default_rng(config.seed + 1)
        self._history: deque[FloatArray] = deque(maxlen=3)
        self.dropped: Counter[str] = Counter()
        self.reset()

    def reset(self) -> None:
        """Forget the ball, as after a cut."""
        self._history.clear()
        self._time_s: float | None = None
        self._cloud: FloatArray = np.zeros((self._count, 2))
        self._velocity: FloatArray = np.zeros(2)
        self._covariance: FloatArray = np.eye(2)
        self._radius_px, self._confidence = 0.0, 0.0
        self._weightless = False
        self._mistracked = self._looks = 0

    def particles(self) -> FloatArray:
        """(N, 2) px."""
        return self._cloud.copy() if self._history else np.zeros((0, 2))

    def expected(self, after_s: float) -> FloatArray | None:
        """Where the ball is expected `after_s` seconds on, (2,) px, or None where it is lost."""
        if not self._history or self._mistracked >= _REDETECT_FRAMES:
            return None
        return np.asarray(self._history[-1] + after_s * self._velocity)

    def update(
        self,
        time_s: float,
        candidates: FloatArray,
        move: FloatArray | None,
        people: Sequence[Person] = (),
        image_size: tuple[int, int] = (1280, 720),
    ) -> BallState | None:
        """candidates (N, 4): x, y, radius px, confidence; move (2, 3): the camera's motion since the last frame. people
        and image_size are not used: the paper's ball is followed alone."""
        finite = np.isfinite(candidates).all(axis=1)
        note(self.dropped, "ball not finite", ~finite)
        usable = finite & (candidates[:, 3] > _LEAST_CONFIDENCE) & (candidates[:, 2] > 0)
        candidates = candidates[usable].astype(np.float64)
        dt_s = 0.0 if self._time_s is None else float(np.clip(time_s - self._time_s, 0.0, 1.0))
        self._time_s = time_s
        if not self._history:
            if not len(candidates):
                return None
            self._start(candidates[int(np.argmax(candidates[:, 3]))])
            return self._state()
        if move is not None:
            self._shift(move)
        regions = np.hstack([candidates[:, :2] - candidates[:, 2:3], candidates[:, :2] + candidates[:, 2:3]])
        self._mistracked = self._mistracked + 1 if self._is_mistracked(regions) else 0
        if self._mistracked >= _REDETECT_FRAMES and len(candidates):
            self._start(candidates[int(np.argmin(np.linalg.norm(candidates[:, :2] - self._history[-1], axis=1)))])
            return self._state()
        range_px = self._range_px()
        self._predict(dt_s, range_px)
        self._see(candidates, regions, range_px, dt_s)
        return self._state()

    def _shift(self, move: FloatArray) -> None:
        """The paper's camera stands still; here everything is carried along."""
        turn, shift = move[:, :2], move[:, 2]
        self._cloud = self._cloud @ turn.T + shift
        self._velocity = turn @ self._velocity
        self._history = deque((turn @ xy + shift for xy in self._history), 3)

    def _is_mistracked(self, regions: FloatArray) -> bool:
        """Processing of Mis-tracking: the last two places are the same and lie in no candidate area, or no particle had
        a weight in the last frame."""
        if self._weightless:
            return True
        if len(self._history) < 2 or np.abs(self._history[-1] - self._history[-2]).max() > 1e-6:
            return False
        return not inside(self._history[-1][None], regions).any()

    def _unit(self) -> float:
        """Pixels here for one of the paper's."""
        return self._radius_px / _RADIUS_PX

    def _range_px(self) -> float:
        """How far from its last place the ball is looked for, across and down."""
        if self._mistracked:
            return (_LONG_LOST_RANGE_PX if self._mistracked >= _LONG_LOST_FRAMES else _LOST_RANGE_PX) * self._unit()
        moved_px = abs(self._history[-1][0] - self._history[0][0]) if len(self._history) == 3 else 0.0
        return (_FAST_RANGE_PX if moved_px > _FAST_PX * self._unit() else _RANGE_PX) * self._unit()

    def _predict(self, dt_s: float, range_px: float) -> None:
        """Ball Tracking: by its velocity, with more noise the faster it is; all over the range once it is lost."""
        if self._mistracked:
            reach = np.full(2, range_px)
            self._cloud = scatter_within(self._history[-1], self._count, -reach, reach, self._rng)
            return
        step = self._velocity * dt_s
        noise_px = _NOISE_PX * self._unit() + _NOISE_FOR_SPEED * float(np.hypot(*step))
        self._cloud = scatter(self._cloud + step, self._count, np.full(2, noise_px), self._rng)

    def _see(self, candidates: FloatArray, regions: FloatArray, range_px: float, dt_s: float) -> None:
        before = self._history[-1]
        region = associate(self._cloud, regions, candidates[:, 3])
        # Ball Tracking: particles outside of the range have no weight.
        region = np.where(np.abs(self._cloud - before).max(axis=1) <= range_px, region, -1)
        weight = reweigh(np.full(self._count, 1.0 / self._count), region, candidates[:, 3])
        self._weightless = not weight.any()
        if self._weightless:
            self._cloud = np.tile(before, (self._count, 1))
            self._velocity = np.zeros(2)
            self._history.append(before)
            return
        chosen = candidates[int(np.argmax(np.bincount(region[region >= 0], weight[region >= 0])))]
        xy, self._covariance = moments(self._cloud, weight)
        self._cloud = roughen(resample(self._cloud, weight, self._rng), _JITTER_PX * self._unit(), self._rng)
        self._velocity = (xy - before) / dt_s if dt_s > 0 else self._velocity
        self._history.append(xy)
        self._radius_px += _RADIUS_GAIN * (float(chosen[2]) - self._radius_px)
        self._confidence = float(chosen[3])
        self._looks += 1

    def _start(self, candidate: FloatArray) -> None:
        """Ball Tracking: particles within +-20 px of a ball that was found; Redetecting: its place is the candidate's
        centre."""
        self._radius_px, self._confidence = float(candidate[2]), float(candidate[3])
        reach = np.full(2, _RANGE_PX * self._unit())
        self._cloud = scatter_within(candidate[:2], self._count, -reach, reach, self._rng)
        self._history.clear()
        self._history.append(candidate[:2].copy())
        self._velocity, self._covariance = np.zeros(2), np.diag(reach**2 / 3)
        self._weightless, self._mistracked, self._looks = False, 0, 1

    def _state(self) -> BallState:
        status = TrackStatus.CONFIRMED if self._looks >= _CONFIRM_FRAMES else TrackStatus.TENTATIVE
        if self._weightless:
            status = TrackStatus.LOST if self._mistracked >= _REDETECT_FRAMES else TrackStatus.OCCLUDED
        return BallState(
            xy_px=self._history[-1], velocity_px_s=self._velocity, radius_px=self._radius_px,
            covariance=self._covariance, status=status, confidence=self._confidence,
        )  # fmt: skip
