"""Milliseconds a frame, per stage and whole, beside a pipeline of the usual parts with the same networks.

    make bench-speed ARGS="--data ../shared/data --json out/speed.json"

Both read the same frames of the same videos from file to result, in turn, block by block, so that a busy machine
slows both. On each frame the peer runs the detector once, as ours does, and as many poses as ours ran there.
`fps_ratio_to_peer` is against the peer that also runs the ball's network on that frame as ours did: on the whole of it,
or on a part of the same size. `fps_ratio_to_peer_without_ball` is against the peer that leaves that network away (and
finds fewer balls). Neither peer tells players apart by a network, as ours does where it needs to.
`overhead_share` is everything beside the networks, decoding the video included, as a share of a frame's time.
`ours_ball_whole_share` is the share of frames whose whole our ball's network looked at.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Calls:
    """What the networks were asked on one frame. ball: height and width of each picture that the ball's was shown."""

    detector: int
    pose: int
    ball: tuple[tuple[int, int], ...]


class Ours:
    """The pipeline, noting the calls of its networks frame by frame."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.calls: list[Calls] = []
        self.stages: Counter[str] = Counter()
        self.networks: Counter[str] = Counter()
        self._pipeline = pipeline
        self._shown: dict[str, list[tuple[int, int]]] = {}
        for name, engine in pipeline.engines().items():
            engine.infer = self._noted(name, engine.infer)  # type: ignore[method-assign]

    def _noted(self, name: str, infer: Callable[..., Any]) -> Callable[..., Any]:
        def call(feeds: Mapping[str, Any]) -> Any:
            height, width = next(iter(feeds.values())).shape[2:]
            self._shown.setdefault(name, []).append((height, width))
            return infer(feeds)

        return call

    def step(self, frame: Frame) -> None:
        self._shown.clear()
        times = self._pipeline.step(frame).times
        shown = {name: tuple(self._shown.get(name, ())) for name in ("detector", "pose", "ball")}
        self.calls.append(Calls(len(shown["detector"]), len(shown["pose"]), shown["ball"]))
        self.stages.update(times.overhead_ms)
        self.networks.update(times.networks_ms)

    def clear(self) -> None:
        """Forget what was noted."""
        for notes in (self.calls, self.stages, self.networks):
            notes.clear()


def timed(frames: Iterator[Frame], count: int, step: Callable[[Frame], Any]) -> tuple[int, float]:
    """Frames done and milliseconds, reading them included."""
    start = time.perf_counter()
    done = 0
    for frame in islice(frames, count):
        step(frame)
        done += 1
    return done, 1000 * (time.perf_counter() - start)


def measure(video: Path, limit: int, peers: Sequence[Any], totals: dict[str, list[Any]]) -> None:
    """Blocks of one video in turn: ours, the first peer with the same calls, the second without the ball's network."""
    config = SourceConfig(uri=str(video), realtime=False)
    pipeline = open_pipeline(Config(), None)
    try:
        with open_source(config) as first, open_source(config) as second, open_source(config) as third:
            readers = [iter(first), iter(second), iter(third)]
            ours = Ours(pipeline)
            _turn(readers, WARM_FRAMES, ours, peers)
            for _ in range(max(1, limit // BLOCK_FRAMES)):
                ours.clear()
                done, spent_ms = _turn(readers, BLOCK_FRAMES, ours, peers)
                if done < BLOCK_FRAMES:
                    break
                _add(totals, ours, done, spent_ms)
    finally:
        pipeline.close()


def _turn(
    readers: list[Iterator[Frame]], count: int, ours: Ours, peers: Sequence[Any]
) -> tuple[int, tuple[float, float, float]]:
    """Frames that each of the three did, and their milliseconds."""
    done, our_ms = timed(readers[0], count, ours.step)
    again, plain = iter(ours.calls), iter(ours.calls)

    def same_calls(frame: Frame) -> None:
        calls = next(again)
        peers[0].step(frame.image, calls.ball, calls.pose)

    _, same_ms = timed(readers[1], done, same_calls)
    _, plain_ms = timed(readers[2], done, lambda frame: peers[1].step(frame.image, (), next(plain).pose))
    return done, (our_ms, same_ms, plain_ms)


def _add(totals: dict[str, list[Any]], ours: Ours, done: int, spent_ms: tuple[float, float, float]) -> None:
    for name, ms in zip(("ours", "peer", "plain"), spent_ms, strict=True):
        totals[name].append(ms / done)
    totals["networks"].append(sum(ours.networks.values()) / done)
    totals["calls"].append(_shares(ours.calls))
    totals["stages"].append({name: ms / done for name, ms in ours.stages.items()})
    totals["by_network"].append({name: ms / done for name, ms in ours.networks.items()})


def _shares(calls: Sequence[Calls]) -> dict[str, float]:
    """Calls a frame of each network, and the share of frames whose whole the ball's network saw."""
    largest = max((size for one in calls for size in one.ball), default=(0, 0))
    return {
        "detector": statistics.mean(one.detector for one in calls),
        "pose": statistics.mean(one.pose for one in calls),
        "ball": statistics.mean(len(one.ball) for one in calls),
        "ball_whole": statistics.mean(largest in one.ball for one in calls),
    }


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
            measure(video, args.frames, (Peer(), Peer()), totals)
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
        "fps_ratio_to_peer_without_ball": median(plain / ours for ours, _, plain, _ in pairs),
        "overhead_share": median((ours - networks) / ours for ours, _, _, networks in pairs),
        "ours_ms": median(totals["ours"]),
        "ours_fps": 1000 / median(totals["ours"]),
        "peer_ms": median(totals["peer"]),
        "peer_fps": 1000 / median(totals["peer"]),
        "peer_without_ball_fps": 1000 / median(totals["plain"]),
        "ours_detector_calls": median(calls["detector"] for calls in totals["calls"]),
        "ours_pose_calls": median(calls["pose"] for calls in totals["calls"]),
        "ours_ball_calls": median(calls["ball"] for calls in totals["calls"]),
        "ours_ball_whole_share": median(calls["ball_whole"] for calls in totals["calls"]),
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
