"""Milliseconds a frame, per stage and whole, beside a pipeline of the usual parts with the same networks.

    make bench-speed ARGS="--data ../shared/data --json out/speed.json"

Both read the same frames of the same videos from file to result, in turn, block by block, so that a busy machine
slows both. `fps_ratio_to_peer` is against the peer with as many calls of each network as ours made on that block;
`fps_ratio_to_peer_without_tiles` against the peer that looks at the whole frame alone (and finds fewer balls).
`overhead_share` is everything beside the networks, decoding the video included, as a share of a frame's time.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from edge.capture import CaptureError, open_source
from edge.config import Config, SourceConfig
from edge.pipeline import Pipeline, open_pipeline
from edge.types import Frame
from tests.bench.common import need, parser, report, table

BLOCK_FRAMES = 40
WARM_FRAMES = 15


class Ours:
    """The pipeline, counting the calls of its networks."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.stages: Counter[str] = Counter()
        self.networks: Counter[str] = Counter()
        self._pipeline: Pipeline | None = None

    def start(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        for name, engine in pipeline.engines().items():
            engine.infer = self._counted(name, engine.infer)  # type: ignore[method-assign]

    def _counted(self, name: str, infer: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            self.calls[name] += 1
            return infer(*args)

        return call

    def step(self, frame: Frame) -> None:
        assert self._pipeline is not None
        times = self._pipeline.step(frame).times
        self.stages.update(times.overhead_ms)
        self.networks.update(times.networks_ms)


def timed(frames: Iterator[Frame], count: int, step: Callable[[Frame], Any]) -> tuple[int, float]:
    """Frames done and milliseconds, reading them included."""
    start = time.perf_counter()
    done = 0
    for frame in islice(frames, count):
        step(frame)
        done += 1
    return done, 1000 * (time.perf_counter() - start)


def measure(video: Path, limit: int, peer: Any, totals: dict[str, list[Any]]) -> None:
    """Blocks of one video in turn: ours, the peer with the same calls, the peer without tiles."""
    config = SourceConfig(uri=str(video), realtime=False)
    pipeline = open_pipeline(Config(), None)
    try:
        with open_source(config) as first, open_source(config) as second, open_source(config) as third:
            readers = [iter(first), iter(second), iter(third)]
            ours = Ours()
            ours.start(pipeline)
            timed(readers[0], WARM_FRAMES, ours.step)
            for reader in readers[1:]:
                timed(reader, WARM_FRAMES, lambda frame: peer.step(frame.image, 2, 1))
            for _ in range(max(1, limit // BLOCK_FRAMES)):
                if not _block(readers, ours, peer, totals):
                    break
    finally:
        pipeline.close()


def _block(readers: list[Iterator[Frame]], ours: Ours, peer: Any, totals: dict[str, list[Any]]) -> bool:
    ours.calls.clear()
    ours.stages.clear()
    ours.networks.clear()
    done, our_ms = timed(readers[0], BLOCK_FRAMES, ours.step)
    if done < BLOCK_FRAMES:
        return False
    shares = [ours.calls["detector"] / done, ours.calls["pose"] / done]
    owed = [0.0, 0.0]

    def same_calls(frame: Frame) -> None:
        owed[0] += shares[0]
        owed[1] += shares[1]
        calls = [max(1, int(owed[0])), int(owed[1])]
        owed[0] -= calls[0]
        owed[1] -= calls[1]
        peer.step(frame.image, *calls)

    _, same_ms = timed(readers[1], done, same_calls)
    _, plain_ms = timed(readers[2], done, lambda frame: peer.step(frame.image, 1, round(shares[1])))
    totals["ours"].append(our_ms / done)
    totals["peer"].append(same_ms / done)
    totals["plain"].append(plain_ms / done)
    totals["networks"].append(sum(ours.networks.values()) / done)
    totals["calls"].append((*shares,))
    totals["stages"].append({name: ms / done for name, ms in ours.stages.items()})
    totals["by_network"].append({name: ms / done for name, ms in ours.networks.items()})
    return True


def main() -> int:
    arguments = parser(__doc__ or "")
    arguments.add_argument("--frames", type=int, default=120, help="frames a video")
    args = arguments.parse_args()
    try:
        from tests.bench.peer import Peer
    except ImportError as error:
        raise SystemExit(f"the peer's parts are missing ({error.name}): pip install -e '.[bench]'") from None
    root = need(args.data)
    root = root / "videos" if (root / "videos").is_dir() else root
    videos = sorted(p for p in root.rglob("*") if p.suffix.lower() in (".mp4", ".mov", ".avi", ".mkv"))
    totals: dict[str, list[Any]] = {
        key: [] for key in ("ours", "peer", "plain", "networks", "calls", "stages", "by_network")
    }
    for video in videos[: 2 if args.quick else None]:
        print(f"{video.relative_to(root)} ...", file=sys.stderr)
        try:
            measure(video, args.frames, Peer(), totals)
        except CaptureError as error:
            print(f"left out: {error}", file=sys.stderr)
    if not totals["ours"]:
        raise SystemExit(f"{root}: no video of at least {WARM_FRAMES + BLOCK_FRAMES} frames that can be decoded")
    report(figures(totals), args.json)
    return 0


def figures(totals: dict[str, list[Any]]) -> dict[str, float | int | str]:
    """Medians over the blocks; ratios are taken block by block."""
    median = statistics.median
    pairs = list(zip(totals["ours"], totals["peer"], totals["plain"], totals["networks"], strict=True))
    result: dict[str, float | int | str] = {
        "fps_ratio_to_peer": median(peer / ours for ours, peer, _, _ in pairs),
        "fps_ratio_to_peer_without_tiles": median(plain / ours for ours, _, plain, _ in pairs),
        "overhead_share": median((ours - networks) / ours for ours, _, _, networks in pairs),
        "ours_ms": median(totals["ours"]),
        "ours_fps": 1000 / median(totals["ours"]),
        "peer_ms": median(totals["peer"]),
        "peer_fps": 1000 / median(totals["peer"]),
        "peer_without_tiles_fps": 1000 / median(totals["plain"]),
        "ours_detector_calls": median(calls[0] for calls in totals["calls"]),
        "ours_pose_calls": median(calls[1] for calls in totals["calls"]),
        "blocks": len(pairs),
    }
    rows: list[list[float | int | str]] = []
    for key, prefix in (("by_network", "network"), ("stages", "beside")):
        for name in totals[key][0]:
            value = median(block.get(name, 0.0) for block in totals[key])
            result[f"ours_{prefix}_{name}_ms"] = value
            rows.append([f"{name} ({'network' if prefix == 'network' else 'beside it'})", value])
    print(table(["stage", "ms a frame"], rows))
    return result


if __name__ == "__main__":
    sys.exit(main())
