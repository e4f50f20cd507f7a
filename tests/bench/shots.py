"""Shots found in a folder of videos, against release frames and outcomes looked up by eye.

    make bench-shots ARGS="--data ../shared/data --json out/shots.json"
    .venv/bin/python -m tests.bench.shots --data DIR --truth FILE

FILE is JSON: {"clips": {"folder/clip.mp4": {"rim": [x, y, w, h], "rim_frame": 0, "shots": [{"release": 14, "outcome":
"missed", "rim_crossing": 29}]}}}: rim in pixels of frame `rim_frame`, release the first frame in which the ball touches
no hand, outcome made, missed or unknown (the ball is not seen at the rim); rim_frame and rim_crossing may be left out.

Each clip of the truth file that lies below DIR (or DIR/videos) is analysed frame by frame with its rim. A release is
found within 8 frames; the outcome is judged among the releases found whose outcome could be seen. Clips whose
release was out of view ("release": null) are reported and count for outcomes by the frame at the rim, not for releases.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from calibration.model import Calibration, RimBox
from edge.capture import open_source
from edge.config import Config, parse
from edge.pipeline import open_pipeline
from edge.simulator import VirtualGym
from edge.types import Frame, Outcome, ShotEvent, ShotPhase
from tests.bench.common import need, parser, report, table

TRUTH = Path(__file__).parent / "truth" / "shots.json"
RELEASE_FRAMES = 8
RIM_FRAMES = 20
# Seeds below this were looked at while the rules were made.
FIRST_GYM_SEED = 100


@dataclass
class Score:
    """What one clip adds to the totals."""

    rows: list[list[Any]] = field(default_factory=list)
    true_releases: int = 0
    found_releases: int = 0
    right_releases: int = 0
    judged: int = 0
    right_outcomes: int = 0
    release_errors: list[int] = field(default_factory=list)

    def add(self, other: Score) -> None:
        self.rows += other.rows
        self.true_releases += other.true_releases
        self.found_releases += other.found_releases
        self.right_releases += other.right_releases
        self.judged += other.judged
        self.right_outcomes += other.right_outcomes
        self.release_errors += other.release_errors


def find_shots(video: Path, clip: dict[str, Any]) -> list[ShotEvent]:
    """The last word on every shot of one video."""
    config = parse({"source": {"uri": str(video), "realtime": False}}, "benchmark")
    rim = None
    if clip.get("rim") is not None:
        x, y, width, height = clip["rim"]
        rim = RimBox(x=x, y=y, width=width, height=height, frame=clip.get("rim_frame", 0))
    with open_source(config.source) as source:
        calibration = Calibration(image_size=(source.info.width, source.info.height), rim=rim)
        return analyse(config, calibration, source)


def analyse(config: Config, calibration: Calibration, frames: Iterable[Frame]) -> list[ShotEvent]:
    """The last word on every shot of these frames."""
    pipeline = open_pipeline(config, calibration)
    try:
        events = [event for frame in frames for event in pipeline.step(frame).events]
        events += pipeline.finish()
    finally:
        pipeline.close()
    return [event for event in events if event.phase is ShotPhase.END]


def play_gym(scenario: str, seed: int, seconds: float) -> Score:
    """The same for play of the virtual gym, against its own truth."""
    gym = VirtualGym(scenario, seed, 1280, 720, 30.0)
    last: list[Any] = []

    def frames() -> Iterable[Frame]:
        for frame, truth in gym.frames():
            last[:] = [truth]
            yield frame
            if frame.time_s >= seconds:
                return

    found = analyse(Config(), gym.calibration, frames())
    # A shot still in the air when time is up has no outcome to be right about.
    true = [s for s in last[0].shots if s.release_index is not None and s.outcome is not None]
    shots = [{"release": s.release_index, "outcome": Outcome(s.outcome).value} for s in true]
    decided = max((s["release"] for s in shots), default=-1)
    return score(
        f"gym://{scenario} seed {seed}",
        {"shots": shots},
        [e for e in found if e.release_index <= decided + RELEASE_FRAMES],
    )


def score(name: str, clip: dict[str, Any], found: list[ShotEvent]) -> Score:
    """Match found shots to true ones, each at most once, in order of time."""
    result = Score()
    left = list(found)
    for shot in clip["shots"]:
        match = _match(shot, left)
        if match is not None:
            left.remove(match)
        _count(result, name, shot, match)
    for event in left:
        result.found_releases += event.evidence.get("release_seen") == "yes"
        result.rows.append([name, "-", _release(event), "-", _outcome(event), "nothing there"])
    return result


def _match(shot: dict[str, Any], left: list[ShotEvent]) -> ShotEvent | None:
    if shot["release"] is not None:
        near = [e for e in left if abs(e.release_index - shot["release"]) <= RELEASE_FRAMES]
        return min(near, key=lambda e: abs(e.release_index - shot["release"]), default=None)
    at_rim = shot.get("rim_crossing")
    near = [e for e in left if e.evidence.get("release_seen") == "no"]
    if at_rim is not None:
        near = [e for e in near if e.rim_index is not None and abs(e.rim_index - at_rim) <= RIM_FRAMES]
    return near[0] if near else None


def _count(result: Score, name: str, shot: dict[str, Any], match: ShotEvent | None) -> None:
    seen = shot["release"] is not None
    result.true_releases += seen
    if match is None:
        word = "not found" if seen else "not found (its release was out of view)"
        result.rows.append([name, shot["release"], "-", shot["outcome"], "-", word])
        return
    if seen:
        result.found_releases += 1
        result.right_releases += 1
        result.release_errors.append(abs(match.release_index - shot["release"]))
    judged = shot["outcome"] != Outcome.UNKNOWN.value
    right = match.outcome is not None and match.outcome.value == shot["outcome"]
    result.judged += judged
    result.right_outcomes += judged and right
    word = "" if right else "outcome differs"
    result.rows.append([name, shot["release"], _release(match), shot["outcome"], _outcome(match), word])


def _release(event: ShotEvent) -> str:
    return str(event.release_index) if event.evidence.get("release_seen") == "yes" else "out of view"


def _outcome(event: ShotEvent) -> str:
    return "-" if event.outcome is None else event.outcome.value


def read_truth(path: Path) -> dict[str, dict[str, Any]]:
    """Clips by name. Ends the benchmark with one line where the file is not of the form that the docstring states."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        clips = data.get("clips", data)
        for name, clip in clips.items():
            for shot in clip["shots"]:
                if not isinstance(shot["release"], int | None) or shot["outcome"] not in set(Outcome):
                    raise ValueError(f"{name}: {shot}")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SystemExit(f"{path}: not a truth file ({error!r}); see python -m tests.bench.shots --help") from None
    return dict(clips)


def main() -> int:
    arguments = parser(__doc__ or "")
    arguments.add_argument("--truth", type=Path, default=TRUTH, help="JSON of clips: rim, shots, outcomes")
    arguments.add_argument("--gym-seeds", type=int, default=3, help="seeds of virtual play, beside the videos")
    arguments.add_argument("--gym-seconds", type=float, default=40.0, help="length of each virtual play")
    args = arguments.parse_args()
    root = need(args.data)
    root = root / "videos" if (root / "videos").is_dir() else root
    clips = read_truth(args.truth)
    here = {name: clip for name, clip in clips.items() if (root / name).is_file()}
    if not here:
        raise SystemExit(f"{root}: none of the {len(clips)} clips of {args.truth} lies there")
    without = sorted(
        str(p.relative_to(root)) for p in root.rglob("*.m[op][v4]") if str(p.relative_to(root)) not in here
    )
    total = Score()
    for name, clip in list(here.items())[: 1 if args.quick else None]:
        print(f"{name} ...", file=sys.stderr)
        total.add(score(name, clip, find_shots(root / name, clip)))
    print(table(["clip", "release", "found", "outcome", "found", ""], total.rows))
    if without:
        print(f"\nno truth for: {', '.join(without)}")
    figures = summary(total)
    virtual = Score()
    for seed in range(FIRST_GYM_SEED, FIRST_GYM_SEED + (1 if args.quick else args.gym_seeds)):
        for scenario in ("practice", "threes"):
            print(f"gym://{scenario} seed {seed} ...", file=sys.stderr)
            virtual.add(play_gym(scenario, seed, args.gym_seconds))
    if virtual.rows:
        print("\n" + table(["virtual play", "release", "found", "outcome", "found", ""], virtual.rows))
        figures |= {f"gym_{key}": value for key, value in summary(virtual).items()}
    report(figures, args.json)
    return 0


def summary(total: Score) -> dict[str, float | int | str]:
    errors = sorted(total.release_errors)
    return {
        "release_recall": total.right_releases / max(total.true_releases, 1),
        "release_precision": total.right_releases / max(total.found_releases, 1),
        "outcome_accuracy": total.right_outcomes / max(total.judged, 1),
        "releases_true": total.true_releases,
        "releases_found": total.found_releases,
        "outcomes_judged": total.judged,
        "release_error_median_frames": errors[len(errors) // 2] if errors else "none",
        "release_error_max_frames": errors[-1] if errors else "none",
    }


if __name__ == "__main__":
    sys.exit(main())
