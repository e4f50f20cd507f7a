"""The box's compiled filter, the same filter in plain NumPy, and the box's whole trackers, frame by frame."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from scipy.optimize import linear_sum_assignment

from edge.config import TrackingConfig
from edge.tracking.ball import BallTracker, Person
from edge.tracking.filter import Observations, Settings, State, new_state, place, seed_streams, step
from edge.tracking.players import PlayerTracker
from edge.types import FloatArray
from tests.bench.filter_input import BALL, TARGETS, Scene

# A player's and the ball's noise a step, in heights and radii: a pass begins and ends at once.
PLAYER_SPREAD, PLAYER_PUSH = 0.012, 0.16
BALL_SPREAD, BALL_PUSH = 0.5, 30.0
START_SHARE, START_SPEED = 0.05, 0.5
ROOM = 48


class Contestant(Protocol):
    """One that follows a scene from its beginning. `begin` may prepare whatever belongs to no frame; `told`: the looks
    come with whose they are. `places` (11, 2) px after the last step, where it has any."""

    name: str

    def begin(self, scene: Scene, told: bool = False) -> None: ...

    def step(self, frame: int) -> None: ...

    def places(self) -> FloatArray: ...


def noise_of(scene: Scene, targets: int = TARGETS) -> tuple[FloatArray, FloatArray]:
    """Deviations (targets,) px and px/s that a step adds to place and velocity; the last target is the ball."""
    spread, push = np.full(targets, PLAYER_SPREAD * scene.height_px), np.full(targets, PLAYER_PUSH * scene.height_px)
    if targets > BALL:
        spread[BALL::TARGETS] = BALL_SPREAD * scene.radius_px
        push[BALL::TARGETS] = BALL_PUSH * scene.radius_px
    return spread, push


def started(scene: Scene, particles: int, seed: int, told: bool) -> tuple[State, np.random.Generator]:
    """The compiled filter's state at a scene's first frame."""
    rng = np.random.default_rng(seed)
    # Told whose a look is, nobody has to doubt it.
    state = new_state(TARGETS, particles, ROOM, Settings(gain=1e6) if told else Settings())
    for k in range(TARGETS):
        place(state, k, scene.truth[0, k], START_SHARE * scene.height_px, START_SPEED * scene.height_px, rng)
    state.spread_px[:], state.push_px_s[:] = noise_of(scene)
    state.kind[:] = np.arange(TARGETS) if told else np.arange(TARGETS) == BALL
    return state, rng


class Compiled:
    """Ours."""

    name = "ours"

    def __init__(self, particles: int, seed: int) -> None:
        self._particles, self._seed = particles, seed

    def begin(self, scene: Scene, told: bool = False) -> None:
        self.state, rng = started(scene, self._particles, self._seed, told)
        self.streams = seed_streams(rng, self._particles + 1)
        looks = [scene.told_looks(f) if told else scene.looks[f] for f in range(len(scene))]
        self.seen = [Observations(one, len(one), 1 / scene.frames_per_s) for one in looks]

    def step(self, frame: int) -> None:
        step(self.state, self.seen[frame], self.streams)

    def places(self) -> FloatArray:
        return self.state.info.summary[:, :2].copy()


class PlainNumpy:
    """The same arithmetic on all targets at once, in single precision; SciPy assigns, and only resampling goes target
    by target. Random numbers are NumPy's."""

    name = "numpy"

    def __init__(self, particles: int, seed: int) -> None:
        self._particles, self._seed = particles, seed

    def begin(self, scene: Scene, told: bool = False) -> None:
        state, self._rng = started(scene, self._particles, self._seed, told)
        self._x, self._w, self._kind = state.cloud[:4].copy(), state.cloud[4].copy(), state.kind
        self._wide = np.stack([state.spread_px, state.spread_px, state.push_px_s, state.push_px_s])[..., None]
        self._settings, self._dt = state.settings, np.float32(1 / scene.frames_per_s)
        self._looks = [scene.told_looks(f) if told else scene.looks[f] for f in range(len(scene))]
        self._estimate()

    def step(self, frame: int) -> None:
        looks = self._looks[frame]
        looks = looks[np.isfinite(looks).all(axis=1) & (looks[:, 2] > 0)]
        self._x[:2] += self._x[2:] * self._dt
        self._x += self._wide * self._rng.standard_normal(self._x.shape, np.float32)
        self._estimate()
        k, n = self._associate(looks)
        if len(k):
            away = self._x[:2, k] - looks[n, :2].T.astype(np.float32)[:, :, None]
            scale = (-0.5 / looks[n, 2] ** 2).astype(np.float32)[:, None]
            distance = (away**2).sum(axis=0)
            nearest = np.where(self._w[k] > 0, distance, np.inf).min(axis=1, keepdims=True)
            self._w[k] *= np.exp(np.minimum(scale * (distance - nearest), 0))
            self._w[k] /= self._w[k].sum(axis=1, keepdims=True)
            self._estimate()
        for target in np.flatnonzero(1 / (self._w**2).sum(axis=1) < self._settings.least_share * self._particles):
            self._resample(target)

    def places(self) -> FloatArray:
        return self._mean[:2].T.copy()

    def _estimate(self) -> None:
        self._mean = np.einsum("jkp,kp->jk", self._x, self._w)
        off = self._x[:2] - self._mean[:2, :, None]
        self._covariance = np.einsum("ikp,jkp,kp->kij", off, off, self._w)

    def _associate(self, looks: FloatArray) -> tuple[np.ndarray, np.ndarray]:
        spread = self._covariance[:, None] + (looks[:, 2] ** 2)[None, :, None, None] * np.eye(2)
        away = looks[None, :, :2] - self._mean[:2].T[:, None]
        distance = (away * np.linalg.solve(spread, away[..., None])[..., 0]).sum(axis=2)
        cost = 0.5 * (distance + np.log(np.linalg.det(spread))) + np.log(2 * np.pi) - self._settings.gain
        own = self._kind[:, None] == looks[None, :, 3]
        cost = np.where(own, cost, 1e6)
        unseen = np.where(np.eye(len(cost)) > 0, 0.0, 1e6)
        k, n = linear_sum_assignment(np.hstack([cost, unseen]))
        good = (n < len(looks)) & (cost[k, np.minimum(n, max(len(looks) - 1, 0))] < 0) if len(looks) else n < 0
        return k[good], n[good]

    def _resample(self, k: int) -> None:
        count, settings = self._particles, self._settings
        reached = np.cumsum(self._w[k], dtype=np.float64)
        source = np.searchsorted(reached, (np.arange(count) + self._rng.random()) / count)
        drawn = self._x[:, k, np.minimum(source, count - 1)]
        mean, wide = drawn.mean(axis=1, keepdims=True), drawn.std(axis=1, keepdims=True)
        kept = np.float32(np.sqrt(1 - settings.rough**2))
        scattered = settings.rough * wide * self._rng.standard_normal(drawn.shape, np.float32)
        self._x[:, k] = mean + kept * (drawn - mean) + scattered
        self._w[k] = 1 / count


class WholeBox:
    """What the box runs on each frame: its player tracker, then its ball tracker, on boxes and candidates."""

    name = "tracker"

    def begin(self, scene: Scene, told: bool = False) -> None:
        del told
        self._scene, config = scene, TrackingConfig(roster=TARGETS - 1)
        self._players, self._ball = PlayerTracker(config), BallTracker(config)

    def step(self, frame: int) -> None:
        scene, time_s = self._scene, frame / self._scene.frames_per_s
        tracks = self._players.update(time_s, scene.boxes[frame], scene.confidence[frame], None, None)
        people = [Person(track.track_id, track.box, track.mean[2:4]) for track in tracks]
        self._ball.update(time_s, scene.balls[frame], None, people)

    def places(self) -> FloatArray:
        return np.zeros((0, 2))
