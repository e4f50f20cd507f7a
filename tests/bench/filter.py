"""Microseconds a frame of the compiled particle filter: ten players and a ball, beside others on the same input.

    make bench-filter ARGS="--data ../shared/data --json out/filter.json"

All take turns, block by block, so that a busy machine slows all; a block's time is that of its median frame. A ratio
is the peer's time over ours, the median over the blocks: above 1, ours is faster. `us_per_frame` is the median over
all frames of the compiled step, all eleven targets, called from Python; `us_per_frame_best` the quietest block's.

`numpy` is the same filter in NumPy. `particles` (Chopin) and `filterpy_particles` are bootstrap filters of as many
particles, `filterpy` is its Kalman filter, one for each target; these three are told whose each look is, ours and
`numpy` find out. `sort`, `bytetrack`, `ocsort` and `botsort` are those of `trackers` on the same boxes. `tracker` is
what the box runs on a frame: its whole player and ball trackers, from the same boxes.

Errors are mean distances from the truth, px, where every filter is told whose each look is: they should agree, and with
the Kalman filter's, which is the optimum here; fast is not just wrong.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from edge.kernels.warm import warm
from tests.bench.common import Figure, parser, report, table
from tests.bench.filter_cost import allocations, plot
from tests.bench.filter_input import BALL, TARGETS, Scene, scenes
from tests.bench.filter_own import Compiled, Contestant, PlainNumpy, WholeBox

SEED, BLOCK_FRAMES, MEMORY_FRAMES = 1, 50, 10_000
Spent = dict[str, list[float]]


def measure(listed: Sequence[Scene], contestants: Sequence[Contestant], rounds: int) -> tuple[Spent, list[float]]:
    """Microseconds a frame of each block of each contestant, in turn, and of each single frame of the first."""
    spent: Spent = {one.name: [] for one in contestants}
    single: list[float] = []
    for k in range(rounds):
        scene = listed[k % len(listed)]
        print(f"{scene.name} ...", file=sys.stderr)
        for one in contestants:
            one.begin(scene)
        for start in range(0, len(scene) - BLOCK_FRAMES + 1, BLOCK_FRAMES):
            frames = range(start, start + BLOCK_FRAMES)
            for one in contestants:
                each_us = [_step_us(one, frame) for frame in frames]
                spent[one.name].append(float(np.median(each_us)))
                if one is contestants[0]:
                    single += each_us
    return spent, single


def _step_us(one: Contestant, frame: int) -> float:
    start = time.perf_counter()
    one.step(frame)
    return 1e6 * (time.perf_counter() - start)


def errors(listed: Sequence[Scene], contestants: Sequence[Contestant]) -> dict[str, tuple[float, float]]:
    """Mean distance from the truth, px, of players and of the ball, each filter being told whose each look is."""
    found = {}
    for one in contestants:
        off = []
        for scene in listed:
            one.begin(scene, told=True)
            for frame in range(len(scene)):
                one.step(frame)
                off.append(np.linalg.norm(one.places() - scene.truth[frame], axis=1))
        away = np.array(off)
        found[one.name] = (float(away[:, :BALL].mean()), float(away[:, BALL].mean()))
    return found


def figures(spent: Spent, single: Sequence[float], particles: int) -> dict[str, Figure]:
    """Times, and ratios of them block by block."""
    ours = np.array(spent["ours"])
    median_us = float(np.median(single))
    found: dict[str, Figure] = {
        "us_per_frame": median_us,
        "us_per_frame_best": float(ours.min()),
        "particle_steps_per_s": 1e6 * TARGETS * particles / median_us,
        "targets": TARGETS,
        "particles": particles,
    }
    for name, blocks in spent.items():
        if name != "ours":
            found[f"{name}_us_per_frame"] = float(np.median(blocks))
            found[f"ratio_to_{name}"] = float(np.median(np.array(blocks) / ours))
    box = np.array(spent["tracker"])
    for name in ("sort", "bytetrack", "ocsort", "botsort"):
        if name in spent:
            found[f"tracker_ratio_to_{name}"] = float(np.median(np.array(spent[name]) / box))
    return found


def rows(spent: Spent, away: dict[str, tuple[float, float]]) -> list[list[Figure]]:
    ours = np.array(spent["ours"])
    lines: list[list[Figure]] = []
    for name, blocks in spent.items():
        ratio = "" if name == "ours" else f"{np.median(np.array(blocks) / ours):.1f}"
        players, ball = (f"{px:.2f}" for px in away[name]) if name in away else ("", "")
        lines.append([name, f"{np.median(blocks):.1f}", f"{np.min(blocks):.1f}", ratio, players, ball])
    return lines


def main() -> int:
    arguments = parser(__doc__ or "")
    arguments.add_argument("--particles", type=int, default=500, help="of each target")
    arguments.add_argument("--plot", type=Path, metavar="FILE", help="the PNG; else beside the JSON")
    arguments.add_argument("--no-peers", action="store_true", help="ours, and the same in NumPy, alone")
    args = arguments.parse_args()
    warm()
    listed = scenes(args.data, 2 if args.quick else 6, SEED)
    filters: list[Contestant] = [Compiled(args.particles, SEED), PlainNumpy(args.particles, SEED)]
    trackers: list[Contestant] = [WholeBox()]
    if not args.no_peers:
        from tests.bench.filter_peers import BoxPeer, peers

        found_peers = peers(args.particles, SEED)
        filters += [one for one in found_peers if not isinstance(one, BoxPeer)]
        trackers += [one for one in found_peers if isinstance(one, BoxPeer)]
    measure(listed[:1], [*filters, *trackers], 1)  # whatever is compiled or read at its first call
    spent, single = measure(listed, [*filters, *trackers], len(listed) * (1 if args.quick else 2))
    away = errors(listed, filters)
    found = figures(spent, single, args.particles)
    found |= {f"{name}_error_px": players for name, (players, _) in away.items()}
    found |= {f"{name}_ball_error_px": ball for name, (_, ball) in away.items()}
    ours = Compiled(args.particles, SEED)
    ours.begin(listed[0])
    found |= allocations(ours.state, ours.seen, ours.streams, 500 if args.quick else MEMORY_FRAMES)
    picture = args.plot or (args.json.with_suffix(".png") if args.json else None)
    if picture is not None:
        found |= plot(picture, TARGETS, args.particles)
    print(table(["", "us a frame", "best block", "time over ours", "players' error px", "ball's"], rows(spent, away)))
    print()
    report(found, args.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
