"""Made or missed, from clips cropped at the hoop alone.

    make bench-outcome ARGS="--data ../shared/data --json out/outcome.json"
    make bench-outcome ARGS="--data DIR --draw out/outcome"

Reads DIR/shot_make_miss (or DIR itself): a folder of made shots and one of missed, named so (make, made, miss, missed);
each clip is one shot. All is done as `courtside judge` does it: the ball's network finds ball and ring, the camera's
motion is taken out, the net is watched, and edge/game/hoop.py judges. Naive rules judge the same sights: `last_below_`
calls a shot made whose ball is last seen below the ring and within its width of it, `net_only_` one whose net moves,
and `flight_` is the box's judge of a shot that it followed from the hands (edge/game/outcome.py), without the hands.

By a hash of its name each clip is for tuning or held out; both are told (`tune_`, `heldout_`). An outcome that is not
told counts as wrong. --draw DIR writes a sheet of each clip that is for tuning.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edge.commands.judge import read_clip
from edge.config import EnginesConfig
from edge.game.flight import FlightFinder
from edge.game.hoop import hoop_path, judge
from edge.game.outcome import decide
from edge.hoop_clip import View, view
from edge.types import Outcome
from edge.vision.models import open_ball
from tests.bench.common import Figure, need, parser, report, table
from tests.bench.outcome_sheets import draw_sheet

FOLDER = "shot_make_miss"
FOLDERS = {"make": Outcome.MADE, "made": Outcome.MADE, "miss": Outcome.MISSED, "missed": Outcome.MISSED}
SUFFIXES = {".mov", ".mp4", ".avi", ".m4v", ".mkv", ".webm"}
QUICK_CLIPS = 4
NET_MOVES = 0.25
RIM_M = 0.45


@dataclass(frozen=True, slots=True)
class Shot:
    """A clip and what became of its shot."""

    path: Path
    outcome: Outcome

    @property
    def tuning(self) -> bool:
        return for_tuning(self.path.name)


def for_tuning(name: str) -> bool:
    """About half of all names; the others are held out."""
    return hashlib.sha256(name.encode()).digest()[-1] % 2 == 0


def find_clips(data: Path) -> list[Shot]:
    """The clips below `data`/shot_make_miss, or `data`, in folders that are named for the outcome."""
    root = data / FOLDER if (data / FOLDER).is_dir() else data
    return [
        Shot(path, FOLDERS[path.parent.name.lower()])
        for path in sorted(root.rglob("*"))
        if path.suffix.lower() in SUFFIXES and path.parent.name.lower() in FOLDERS
    ]


def by_hoop(seen: View) -> Outcome:
    """courtside's own word."""
    outcome = None if seen.rim is None else judge(seen.moments, seen.rim).outcome
    return outcome or Outcome.UNKNOWN


def by_last_place(seen: View) -> Outcome:
    """Made where the ball is last seen below the ring and within its width."""
    if seen.rim is None:
        return Outcome.UNKNOWN
    path = hoop_path(seen.moments, seen.rim)
    if not len(path):
        return Outcome.UNKNOWN
    inside = path[-1, 3] > seen.rim.y_px and abs(path[-1, 2] - seen.rim.x_px) < seen.rim.width_px / 2
    return Outcome.MADE if inside else Outcome.MISSED


def by_net(seen: View) -> Outcome:
    """Made where the net moves, on the average of the clip's second half."""
    moves = [m.net_motion for m in seen.moments[len(seen.moments) // 2 :] if m.net_motion is not None]
    if not moves:
        return Outcome.UNKNOWN
    return Outcome.MADE if float(np.mean(moves)) > NET_MOVES else Outcome.MISSED


def by_flight(seen: View) -> Outcome:
    """The judge of shots that were followed from the hands, given the first flight that is found."""
    if seen.rim is None:
        return Outcome.UNKNOWN
    finder, flight = FlightFinder(), None
    scale = seen.rim.width_px / RIM_M
    for moment in seen.moments:
        flights = finder.update(moment.index, moment.time_s, moment.candidates, (scale, scale), 10_000)
        flight = flight or next(iter(flights), None)
    if flight is None:
        return Outcome.UNKNOWN
    since = [m for m in seen.moments if m.index >= flight.first.index]
    return decide(since, flight, seen.rim).outcome or Outcome.UNKNOWN


JUDGES: dict[str, Callable[[View], Outcome]] = {
    "": by_hoop,
    "last_below_": by_last_place,
    "net_only_": by_net,
    "flight_": by_flight,
}
Judged = tuple[Shot, Mapping[str, Outcome]]


def figures(judged: Sequence[Judged]) -> dict[str, Figure]:
    """All figures, of all clips and of those for tuning and held out."""
    found: dict[str, Figure] = {"clips": len(judged)}
    for judge_name in JUDGES:
        for part, chosen in (
            ("", judged),
            ("tune_", [one for one in judged if one[0].tuning]),
            ("heldout_", [one for one in judged if not one[0].tuning]),
        ):
            pairs = [(shot.outcome, told[judge_name]) for shot, told in chosen]
            found |= {f"{judge_name}{part}{key}": value for key, value in scores(pairs).items()}
    return found


def scores(pairs: Iterable[tuple[Outcome, Outcome]]) -> dict[str, Figure]:
    """accuracy, made_recall, missed_recall, unknown_share of (true, told), and how many were wrong."""
    known = list(pairs)

    def share(of: Sequence[bool]) -> float:
        return sum(of) / len(of) if of else float("nan")

    return {
        "accuracy": share([true is told for true, told in known]),
        "made_recall": share([true is told for true, told in known if true is Outcome.MADE]),
        "missed_recall": share([true is told for true, told in known if true is Outcome.MISSED]),
        "unknown_share": share([told is Outcome.UNKNOWN for _, told in known]),
        "wrong": sum(true is not told for true, told in known),
    }


def main() -> int:
    arguments = parser(__doc__ or "")
    arguments.add_argument("--draw", type=Path, default=None, metavar="DIR", help="write a sheet of each tuning clip")
    args = arguments.parse_args()
    shots = find_clips(need(args.data))
    if not shots:
        raise SystemExit(f"{args.data}: no clips in folders named make and miss; name another with --data DIR")
    if args.quick:
        shots = shots[:: -(-len(shots) // QUICK_CLIPS)]
    judged: list[Judged] = []
    with open_ball(EnginesConfig()) as network:
        for number, shot in enumerate(shots):
            print(f"clip {number + 1} of {len(shots)} ...", file=sys.stderr)
            frames, fps = read_clip(shot.path)
            seen = view(frames, fps, network)
            judged.append((shot, {name: rule(seen) for name, rule in JUDGES.items()}))
            if args.draw is not None and shot.tuning:
                draw_sheet(args.draw / f"{shot.outcome.value}-{shot.path.stem}.png", frames, seen)
    show(judged)
    report(figures(judged), args.json)
    return 0


def show(judged: Sequence[Judged]) -> None:
    """The judges side by side, and which clips for tuning were wrong; those held out are counted alone."""
    rows: list[list[Figure]] = []
    for name in JUDGES:
        one = scores((shot.outcome, told[name]) for shot, told in judged)
        rows.append([name.rstrip("_") or "courtside", *one.values()])
    print(table(["judge", "accuracy", "made", "missed", "unknown", "wrong"], rows))
    for shot, told in judged:
        if shot.tuning and told[""] is not shot.outcome:
            print(f"{shot.path.parent.name}/{shot.path.name}: {shot.outcome.value}, told {told[''].value}")
    print()


if __name__ == "__main__":
    sys.exit(main())
