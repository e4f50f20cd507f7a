"""One frame of a particle filter for many targets: `step(state, observations, rng) -> (state, info)`.

    state = new_state(targets=11, particles=500, looks=48)
    rng = seed_streams(np.random.default_rng(7), 500 + 1)
    place(state, 0, np.array([400.0, 300.0]), spread_px=5.0, speed_px_s=60.0, rng=np.random.default_rng(8))
    state, info = step(state, Observations(looks, count, dt_s), rng)

Nothing is allocated for it: what a step returns are the arrays of the state that it was given, written over by the
next. The same state, observations and rng give the same bits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edge.kernels import particles
from edge.kernels.normal import Streams, seed_streams

__all__ = ["Info", "Observations", "Settings", "State", "new_state", "place", "seed_streams", "step"]


@dataclass(frozen=True, slots=True)
class Settings:
    """gain: log of the probability of detection over that of a miss and over the density of false looks, in px^2 (0.95
    seen, one false look in 1280 x 720 px: 16.7). least_share: effective particles below which a target is resampled.
    rough: how far copies are then told apart, in standard deviations of the cloud."""

    gain: float = 16.7
    least_share: float = 0.5
    rough: float = 0.1


@dataclass(frozen=True, slots=True)
class Info:
    """What a step found. summary (T, 7): x, y px, vx, vy px/s, var x, cov xy, var y px^2, of the weighted particles
    before resampling. pair (T,): index of the look that is a target's, -1 unseen. effective (T,): effective sample
    size. resampled (T,). ignored (1,): looks that were not finite or had no deviation."""

    summary: npt.NDArray[np.float64]
    pair: npt.NDArray[np.int16]
    effective: npt.NDArray[np.float64]
    resampled: npt.NDArray[np.bool_]
    ignored: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Scratch:
    noise: npt.NDArray[np.float32]
    cost: npt.NDArray[np.float64]
    room: npt.NDArray[np.float64]
    links: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class State:
    """T targets of P particles. cloud (5, T, P) float32: x, y px, vx, vy px/s, weight. alive (T,); kind (T,): what
    looks a target can be. spread_px (T,) and push_px_s (T,): deviations added to place and velocity at each step."""

    cloud: npt.NDArray[np.float32]
    alive: npt.NDArray[np.bool_]
    kind: npt.NDArray[np.int16]
    spread_px: npt.NDArray[np.float32]
    push_px_s: npt.NDArray[np.float32]
    settings: Settings
    info: Info
    scratch: _Scratch


@dataclass(frozen=True, slots=True)
class Observations:
    """looks (at least count, 4) float64: x, y px, standard deviation px, kind; dt_s since the last frame."""

    looks: npt.NDArray[np.float64]
    count: int
    dt_s: float


def new_state(targets: int, particles: int, looks: int, settings: Settings | None = None) -> State:
    """Room for so many targets, none of them alive, and at most `looks` looks a frame."""
    links = targets + looks + 2
    return State(
        cloud=np.full((5, targets, particles), np.float32(1 / particles)),
        alive=np.zeros(targets, bool),
        kind=np.zeros(targets, np.int16),
        spread_px=np.zeros(targets, np.float32),
        push_px_s=np.zeros(targets, np.float32),
        settings=settings or Settings(),
        info=Info(
            np.zeros((targets, 7)), np.full(targets, -1, np.int16), np.zeros(targets), np.zeros(targets, bool),
            np.zeros(1, np.int64),
        ),
        scratch=_Scratch(
            np.zeros((4, particles), np.float32), np.zeros((targets, looks)), np.zeros((4, links)),
            np.zeros((2, links), np.int64),
        ),
    )  # fmt: skip


def place(
    state: State, k: int, xy_px: npt.ArrayLike, spread_px: float, speed_px_s: float, rng: np.random.Generator
) -> None:
    """Let target k begin: scattered around xy (2,) by spread_px, at rest within speed_px_s."""
    around = np.array([*np.asarray(xy_px, float), 0.0, 0.0], np.float32)
    wide = np.array([spread_px, spread_px, speed_px_s, speed_px_s], np.float32)
    cloud = state.cloud[:, k]
    cloud[:4] = around[:, None] + wide[:, None] * rng.standard_normal(cloud[:4].shape, np.float32)
    cloud[4] = 1 / cloud.shape[1]
    state.alive[k] = True


def step(state: State, observations: Observations, rng: Streams) -> tuple[State, Info]:
    """One frame: move every cloud, find whose each look is (each one target's at most, the likeliest way overall),
    weigh, estimate, and resample where few particles carry all weight.

    rng: streams (4, at least P + 1) of `seed_streams`, which the step takes further. Looks for which the state has no
    room count as ignored. Raises ValueError where there are fewer streams or looks than that.
    """
    settings, info, scratch = state.settings, state.info, state.scratch
    looks, wanted = observations.looks, state.cloud.shape[2] + 1
    if rng.shape[1] < wanted or len(looks) < observations.count:
        raise ValueError(
            f"rng has {rng.shape[1]} streams and looks {len(looks)} rows; make them {wanted} and {observations.count}"
        )
    count = min(observations.count, scratch.cost.shape[1])
    ignored = particles.step(
        state.cloud, state.alive, state.kind, observations.dt_s, state.spread_px, state.push_px_s, looks,
        count, settings.gain, settings.least_share, settings.rough, rng, scratch.noise, scratch.cost,
        scratch.room, scratch.links, info.summary, info.pair, info.effective, info.resampled,
    )  # fmt: skip
    info.ignored[0] = ignored + observations.count - count
    return state, info
