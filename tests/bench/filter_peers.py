"""Other people's filters and trackers, frame by frame, on the same looks or boxes.

`particles` (Chopin) asks for NumPy 1 but runs on NumPy 2: it is fetched without what it asks for, once, into the user's
cache. What cannot be had is left out, and a line says so.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from edge.types import FloatArray
from engines.zoo import cache_dir
from tests.bench.filter_input import TARGETS, Scene
from tests.bench.filter_own import START_SHARE, START_SPEED, Contestant, noise_of

PARTICLES = "particles==0.4"
Say = Callable[[str], None]


def peers(particles: int, seed: int, say: Say = print) -> list[Contestant]:
    """All that can be had."""
    found: list[Contestant] = []
    for get in (_chopin, _filterpy, _trackers):
        try:
            found += get(particles, seed)
        except (ImportError, OSError, subprocess.SubprocessError) as error:
            say(f"peer left out: {error}")
    return found


def _chopin(particles: int, seed: int) -> list[Contestant]:
    folder = cache_dir() / "peers" / PARTICLES
    if not folder.is_dir():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
        done = subprocess.run(
            [*pip, "--no-deps", "--target", str(folder), PARTICLES], capture_output=True, text=True, timeout=300
        )
        if done.returncode:
            raise ImportError(f"{PARTICLES} cannot be fetched; is this machine online?")
    sys.path.append(str(folder))
    return [Chopin(particles, seed, importlib.import_module("particles"))]


def _filterpy(particles: int, seed: int) -> list[Contestant]:
    kalman, draw = importlib.import_module("filterpy.kalman"), importlib.import_module("filterpy.monte_carlo")
    return [Kalman(kalman.KalmanFilter), FilterpyParticles(particles, seed, draw.systematic_resample)]


def _trackers(particles: int, seed: int) -> list[Contestant]:
    del particles, seed
    return [BoxPeer(one) for one in importlib.import_module("tests.bench.track_peers").peers()]


def _told(scene: Scene) -> list[list[FloatArray | None]]:
    """Of each frame, each target's look (x, y, standard deviation) or None: these peers are told who is who."""
    frames: list[list[FloatArray | None]] = []
    for looks, told in zip(scene.looks, scene.told, strict=True):
        own: list[FloatArray | None] = [None] * TARGETS
        for look, k in zip(looks, told, strict=True):
            if k >= 0:
                own[k] = look[:3]
        frames.append(own)
    return frames


class Chopin:
    """`particles`: one SMC a target, systematic resampling below half, mean and variance by its own function."""

    name = "particles"

    def __init__(self, particles: int, seed: int, library: Any) -> None:
        self._particles, self._library = particles, library
        np.random.seed(seed)  # noqa: NPY002 - the library takes its numbers from there

    def begin(self, scene: Scene, told: bool = True) -> None:
        del told
        frames, (spread, push) = _told(scene), noise_of(scene)
        self._filters = []
        for k in range(TARGETS):
            model = self._model(scene, [one[k] for one in frames], k, float(spread[k]), float(push[k]))
            self._filters.append(self._library.SMC(fk=model, N=self._particles, collect="off"))
            next(self._filters[-1])
        self._mean = scene.truth[0].copy()

    def _model(self, scene: Scene, looks: list[FloatArray | None], k: int, spread: float, push: float) -> Any:
        """Its own kind of model. Its first step starts the particles, hence frame f is its step f + 1."""
        scale, dt = np.array([spread, spread, push, push]), 1 / scene.frames_per_s
        start = np.array([*scene.truth[0, k], 0, 0])
        wide = scene.height_px * np.array([START_SHARE, START_SHARE, START_SPEED, START_SPEED])
        normal = np.random.standard_normal

        class Model(self._library.FeynmanKac):  # type: ignore[name-defined,misc]
            def M0(self, N: int) -> Any:
                return start + wide * normal((N, 4))

            def M(self, t: int, xp: Any) -> Any:
                x = xp + scale * normal(xp.shape)
                x[:, :2] += dt * xp[:, 2:]
                return x

            def logG(self, t: int, xp: Any, x: Any) -> Any:
                look = looks[t - 1] if t else None
                if look is None:
                    return np.zeros(len(x))
                return -0.5 * ((x[:, :2] - look[:2]) ** 2).sum(axis=1) / look[2] ** 2

        return Model(T=len(looks) + 1)

    def step(self, frame: int) -> None:
        moments = self._library.resampling.wmean_and_var
        for k, one in enumerate(self._filters):
            next(one)
            self._mean[k] = moments(one.W, one.X)["mean"][:2]

    def places(self) -> FloatArray:
        return self._mean.copy()


class Kalman:
    """`filterpy.kalman.KalmanFilter`: one a target, four states; here it is the optimum that particles approach."""

    name = "filterpy"

    def __init__(self, kind: Any) -> None:
        self._kind = kind

    def begin(self, scene: Scene, told: bool = True) -> None:
        del told
        self._frames, (spread, push) = _told(scene), noise_of(scene)
        self._filters = []
        for k in range(TARGETS):
            one = self._kind(dim_x=4, dim_z=2)
            one.x = np.array([*scene.truth[0, k], 0.0, 0.0])[:, None]
            one.P = np.diag(np.repeat([START_SHARE, START_SPEED], 2) * scene.height_px) ** 2
            one.F = np.eye(4) + np.eye(4, k=2) / scene.frames_per_s
            one.H, one.Q = np.eye(2, 4), np.diag(np.repeat([spread[k], push[k]], 2) ** 2)
            self._filters.append(one)

    def step(self, frame: int) -> None:
        for one, look in zip(self._filters, self._frames[frame], strict=True):
            one.predict()
            if look is not None:
                one.update(look[:2, None], R=float(look[2]) ** 2)

    def places(self) -> FloatArray:
        return np.array([one.x[:2, 0] for one in self._filters])


class FilterpyParticles:
    """A particle filter as filterpy's author writes one: NumPy, with filterpy's systematic resampling."""

    name = "filterpy_particles"

    def __init__(self, particles: int, seed: int, draw: Callable[[FloatArray], Any]) -> None:
        self._particles, self._seed, self._draw = particles, seed, draw

    def begin(self, scene: Scene, told: bool = True) -> None:
        del told
        self._rng, self._frames, (spread, push) = np.random.default_rng(self._seed), _told(scene), noise_of(scene)
        self._scale, self._dt = np.stack([spread, spread, push, push], axis=1), 1 / scene.frames_per_s
        wide = np.repeat([START_SHARE, START_SPEED], 2) * scene.height_px
        start = np.concatenate([scene.truth[0], np.zeros((TARGETS, 2))], axis=1)
        self._x = start[:, None] + wide * self._rng.standard_normal((TARGETS, self._particles, 4))
        self._w, self._mean = np.full((TARGETS, self._particles), 1 / self._particles), scene.truth[0].copy()

    def step(self, frame: int) -> None:
        for k, look in enumerate(self._frames[frame]):
            x, w = self._x[k], self._w[k]
            x[:, :2] += self._dt * x[:, 2:]
            x += self._scale[k] * self._rng.standard_normal(x.shape)
            if look is not None:
                w *= np.exp(-0.5 * ((x[:, :2] - look[:2]) ** 2).sum(axis=1) / look[2] ** 2) + 1e-300
                w /= w.sum()
            self._mean[k] = np.average(x, weights=w, axis=0)[:2]
            if 1 / np.sum(np.square(w)) < 0.5 * self._particles:
                x[:] = x[self._draw(w)]
                w[:] = 1 / self._particles

    def places(self) -> FloatArray:
        return self._mean.copy()


class BoxPeer:
    """A tracker of `trackers` on the same boxes, the ball's as one more, prepared beforehand."""

    def __init__(self, peer: Any) -> None:
        self.name, self._peer = str(peer.name), peer

    def begin(self, scene: Scene, told: bool = False) -> None:
        del told
        self._tracker, self._input = self._peer.start(scene.frames_per_s), []
        for boxes, confidence, ball in zip(scene.boxes, scene.confidence, scene.balls, strict=True):
            edges = np.hstack([ball[:, :2] - ball[:, 2:3], ball[:, :2] + ball[:, 2:3]])
            self._input.append(
                self._peer.detections(np.concatenate([boxes, edges]), np.concatenate([confidence, ball[:, 3]]))
            )

    def step(self, frame: int) -> None:
        self._tracker.update(self._input[frame])

    def places(self) -> FloatArray:
        return np.zeros((0, 2))
