"""What a step allocates, and what it costs by number of particles and of targets."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit
from numba.core.runtime import _nrt_python, rtsys

from edge.kernels import particles
from edge.tracking.filter import Observations, Settings, State, new_state, place, seed_streams, step
from edge.types import FloatArray

# What Numba's runtime takes for one array, at least: its handle.
HANDLE_BYTES = 56
PARTICLES = (50, 100, 200, 500, 1000, 2000, 5000)
TARGET_COUNTS = (1, 2, 5, 11, 22, 44)


@njit
def _many(frames: int, *given: Any) -> None:
    for _ in range(frames):
        particles.step(*given)


def allocations(state: State, seen: Sequence[Observations], streams: Any, frames: int) -> dict[str, float]:
    """Bytes a frame over so many frames, by two measures.

    Of NumPy and Python tracemalloc tells what is held at the end beyond what was at the beginning, and the most held in
    between; of compiled code Numba's runtime counts allocations, here over frames that one compiled loop runs, less
    those of a loop of one frame. Handing 15 arrays to compiled code takes a handle each, given back on return; they
    are counted apart.
    """
    _run(state, seen, streams, 300)
    tracemalloc.start()
    _run(state, seen, streams, 300)
    rounds = [_traced(lambda: _run(state, seen, streams, frames)) for _ in range(3)]
    tracemalloc.stop()
    held, peak = min(rounds)
    given = _given(state, seen[0], streams)
    _many(1, *given)
    _nrt_python.memsys_enable_stats()
    inside = (_taken(lambda: _many(frames, *given)) - _taken(lambda: _many(1, *given))) / frames
    python = max(held, 0) / frames
    return {
        "bytes_allocated_per_frame": python + HANDLE_BYTES * inside,
        "python_bytes_held_per_frame": python,
        "python_bytes_peak": float(peak),
        "compiled_allocations_per_frame": inside,
        "handles_per_call": float(_taken(lambda: step(state, seen[0], streams))),
    }


def _run(state: State, seen: Sequence[Observations], streams: Any, frames: int) -> None:
    for frame in range(frames):
        step(state, seen[frame % len(seen)], streams)


def _traced(call: Callable[[], None]) -> tuple[int, int]:
    """Bytes held after a call and the most in it, beyond what was before. Other threads of the process count as well:
    what keeps memory does so in every round."""
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    call()
    held, peak = tracemalloc.get_traced_memory()
    return held - before, peak - before


def _taken(call: Callable[[], Any]) -> int:
    before = rtsys.get_allocation_stats().alloc
    call()
    return int(rtsys.get_allocation_stats().alloc - before)


def _given(state: State, seen: Observations, streams: Any) -> tuple[Any, ...]:
    scratch, info, settings = state.scratch, state.info, state.settings
    return (
        state.cloud, state.alive, state.kind, seen.dt_s, state.spread_px, state.push_px_s, seen.looks, seen.count,
        settings.gain, settings.least_share, settings.rough, streams, scratch.noise, scratch.cost, scratch.room,
        scratch.links, info.summary, info.pair, info.effective, info.resampled,
    )  # fmt: skip


def crowd(targets: int, count: int, seed: int = 0) -> tuple[State, list[Observations], Any]:
    """Targets 60 px apart, all seen at each frame, and where they are seen over fifty frames."""
    rng = np.random.default_rng(seed)
    state = new_state(targets, count, targets, Settings())
    at = np.column_stack([60.0 * (np.arange(targets) % 10), 60.0 * (np.arange(targets) // 10)])
    for k in range(targets):
        place(state, k, at[k], 5.0, 50.0, rng)
    state.spread_px[:], state.push_px_s[:] = 1.5, 20.0
    seen = []
    for _ in range(50):
        xy = at + rng.normal(0, 4, at.shape)
        seen.append(Observations(np.column_stack([xy, np.full(targets, 5.0), np.zeros(targets)]), targets, 0.04))
    return state, seen, seed_streams(rng, count + 1)


def cost_us(targets: int, count: int, rounds: int = 7) -> float:
    """Microseconds a frame: the median frame of the quietest of some rounds of fifty."""
    state, seen, streams = crowd(targets, count)
    _run(state, seen, streams, len(seen))
    medians = []
    for _ in range(rounds):
        spent_ns = []
        for observations in seen:
            start = time.perf_counter_ns()
            step(state, observations, streams)
            spent_ns.append(time.perf_counter_ns() - start)
        medians.append(float(np.median(spent_ns)) / 1e3)
    return min(medians)


def plot(path: Path, targets: int, count: int) -> dict[str, float]:
    """Draw cost against particles and against targets, and return the figures drawn."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    by_particles = np.array([cost_us(targets, one) for one in PARTICLES])
    by_targets = np.array([cost_us(one, count) for one in TARGET_COUNTS])
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained", sharey=True)
    _draw(axes[0], PARTICLES, by_particles, f"particles of each of {targets} targets")
    _draw(axes[1], TARGET_COUNTS, by_targets, f"targets of {count} particles")
    axes[0].set_ylabel("microseconds a frame, one core")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    plt.close(figure)
    found = {f"us_{one}_particles": float(us) for one, us in zip(PARTICLES, by_particles, strict=True)}
    return found | {f"us_{one}_targets": float(us) for one, us in zip(TARGET_COUNTS, by_targets, strict=True)}


def _draw(axes: Any, counts: Sequence[int], spent_us: FloatArray, label: str) -> None:
    axes.loglog(counts, spent_us, "o-", color="#1f5fa8", label="compiled step")
    axes.axhline(200, color="#b03030", linestyle="--", linewidth=1, label="goal, for 11 targets of 500")
    axes.set_xlabel(label)
    axes.set_xticks(counts, [str(one) for one in counts], minor=False)
    axes.minorticks_off()
    axes.grid(alpha=0.3)
    axes.legend(loc="upper left", fontsize=8)
