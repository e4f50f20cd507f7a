"""Who is who from boxes alone: our tracker beside SORT, ByteTrack, OC-SORT and BoT-SORT (motion only).

    make bench-tracking ARGS="--data ../shared/data --json out/tracking.json"
    .venv/bin/python -m tests.bench.tracking --data DIR --no-peers --tune

All trackers get the same boxes, without identities, at their own settings; in turn, sequence by sequence, so that a
busy machine slows all. Scores are TrackEval's at IoU 0.5: IDF1, MOTA and HOTA (shares), identity switches,
fragmentations.

`oncourt`: trackid3x3 indoor, the shipped boxes of people on the court; `raw`: all shipped boxes, with people beside
it; `sportsmot`: true boxes through a made-up detector (misses, jitter, merged and false boxes;
tests/bench/detection_model.py) with a moving camera. Ours knows what the box knows: how many play, and indoors the
court's homography; `boxes_alone` is ours without either, as the peers are; `paper` is the method of the paper
(`tracking.method: paper`), which knows how many play. It has no pictures here, so everybody looks alike to it.
`settled` is what ours says of each frame `tracking.settle_s` later, by the history that has won since.

`play`: the paper's tables 1 and 3 on NBA and virtual play, with keys of their own (tests/bench/play_tables.py).

For tuning are trials T1 and T2 of trackid3x3 and the first match of sportsmot_basketball; the rest (T3, T4, the other
matches) is held out. Keys without a prefix are over both, or over the one chosen; `tune_` and `heldout_` over one. Keys
with a peer's name are that peer's, all others ours.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench import play_tables
from tests.bench.common import Figure, need, parser, report, table
from tests.bench.detection_model import detect
from tests.bench.followers import OURS, PAPER, Follows, Ours, Paper
from tests.bench.mot import (
    ONCOURT,
    RAW,
    MotSequence,
    court_error_m,
    read_court,
    read_indoor,
    read_sportsmot,
    read_truth_on_court_cm,
)
from tests.bench.mot_scores import Parts, Scores, combine, evaluate
from tests.bench.nba import has_nba
from tests.bench.switches import HEADER, find_switches, line

SEED = 1
QUICK_SEQUENCES = 2
SPORTSMOT, ALONE, PLAY, SETTLED = "sportsmot", "boxes_alone", "play", "settled"
THREE_A_SIDE, FIVE_A_SIDE = 6, 10
SPLITS: dict[str, Callable[[MotSequence], bool]] = {
    "": lambda sequence: True,
    "tune_": lambda sequence: sequence.tuning,
    "heldout_": lambda sequence: not sequence.tuning,
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One kind of input, and who takes part; the first tracker is ours."""

    name: str
    sequences: list[MotSequence]
    trackers: list[Follows]


@dataclass
class Tally:
    """What one tracker made of one setting, sequence by sequence."""

    tracker: str
    sequences: list[MotSequence] = field(default_factory=list)
    parts: list[Parts] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    switches: list[list[Figure]] = field(default_factory=list)

    def scores(self, chosen: Callable[[MotSequence], bool]) -> Scores | None:
        """None where no sequence is of that split."""
        parts = [part for sequence, part in zip(self.sequences, self.parts, strict=True) if chosen(sequence)]
        return combine(parts) if parts else None

    def frames_per_s(self) -> float:
        return sum(map(len, self.sequences)) / max(sum(self.seconds), 1e-9)


def measure(setting: Setting) -> list[Tally]:
    """Every tracker on every sequence, in turn."""
    tallies = [Tally(tracker.name) for tracker in setting.trackers]
    later = Tally(SETTLED)
    for sequence in setting.sequences:
        print(f"{setting.name} {sequence.name} ...", file=sys.stderr)
        for tracker, tally in zip(setting.trackers, tallies, strict=True):
            followed = tracker.follow(sequence)
            tally.sequences.append(sequence)
            tally.parts.append(evaluate(sequence, followed.rows))
            tally.seconds.append(followed.seconds)
            if tracker.name == OURS:
                tally.switches += [line(sequence, one) for one in find_switches(sequence, followed.rows)]
                if followed.settled is not None:
                    later.sequences.append(sequence)
                    later.parts.append(evaluate(sequence, followed.settled))
                    later.seconds.append(followed.seconds)
    return tallies + [later] * bool(later.parts)


def figures(setting: str, tallies: list[Tally]) -> dict[str, Figure]:
    """Flat keys of one setting: every split, ours and every peer."""
    found: dict[str, Figure] = {}
    for split, chosen in SPLITS.items():
        scores = {tally.tracker: tally.scores(chosen) for tally in tallies}
        for tracker, score in scores.items():
            if score is not None:
                found |= {f"{split}{_prefix(tracker)}{key}": value for key, value in _keys(setting, score).items()}
        best = max(
            (score.idf1 for tracker, score in scores.items() if score and tracker not in (OURS, SETTLED, ALONE, PAPER)),
            default=None,
        )
        if best is not None:
            found[f"{split}best_peer_{_key('idf1', setting)}"] = best
    ours = tallies[0].frames_per_s()
    for tally in tallies:
        found[f"{_prefix(tally.tracker)}{_key('fps', setting)}"] = tally.frames_per_s()
        if tally.tracker not in (OURS, SETTLED):
            found[_key(f"fps_ratio_to_{tally.tracker}", setting)] = ours / tally.frames_per_s()
    return found


def _prefix(tracker: str) -> str:
    return "" if tracker == OURS else f"{tracker}_"


def _key(figure: str, setting: str) -> str:
    return f"{SPORTSMOT}_{figure}" if setting == SPORTSMOT else f"{figure}_{setting}"


def _keys(setting: str, score: Scores) -> Mapping[str, Figure]:
    return {
        _key("idf1", setting): score.idf1,
        _key("mota", setting): score.mota,
        _key("hota", setting): score.hota,
        _key("switches", setting): score.switches,
        _key("fragmentations", setting): score.fragmentations,
    }


def rows(setting: str, tallies: list[Tally]) -> list[list[Figure]]:
    """A line for each tracker and split."""
    lines: list[list[Figure]] = []
    for split, chosen in SPLITS.items():
        for tally in tallies:
            score = tally.scores(chosen)
            if score is not None:
                shares = [f"{share:.3f}" for share in (score.idf1, score.mota, score.hota)]
                fast = f"{tally.frames_per_s():.0f}" if not split else ""
                word = split.rstrip("_") or "all"
                lines.append([setting, word, tally.tracker, *shares, score.switches, score.fragmentations, fast])
    return lines


def find_peers() -> list[Follows]:
    """Those of `trackers`, or none and a line about it."""
    try:
        from tests.bench.track_peers import peers
    except ImportError as error:
        print(f"without peers: {error.name} is missing; pip install -e '.[bench]' brings it")
        return []
    return list(peers())


def settings(root: Path, args: argparse.Namespace) -> list[Setting]:
    """What the folder of data allows."""
    peers = [] if args.no_peers else find_peers()
    found = []
    alone = Ours(name=ALONE)
    indoor = root / "trackid3x3"
    if indoor.is_dir():
        corners = indoor / "court_keypoints.json"
        ours = Ours(read_court(corners) if corners.is_file() else None, roster=THREE_A_SIDE)
        found += [
            Setting(kind, read_indoor(indoor, kind), [ours, alone, Paper(THREE_A_SIDE), *peers])
            for kind in (ONCOURT, RAW)
        ]
    sports = root / "sportsmot_basketball"
    if sports.is_dir():
        sequences = [detect(one, SEED) for one in read_sportsmot(sports)]
        found.append(Setting(SPORTSMOT, sequences, [Ours(roster=FIVE_A_SIDE), alone, Paper(FIVE_A_SIDE), *peers]))
    chosen = SPLITS["tune_" if args.tune else "heldout_" if args.held_out else ""]
    return [Setting(one.name, pick(filter(chosen, one.sequences), args.quick), one.trackers) for one in found]


def court_figures(indoor: Path, sequences: list[MotSequence]) -> dict[str, Figure]:
    """How well the homography through the clicked corners agrees with the authors' own court coordinates."""
    court = read_court(indoor / "court_keypoints.json")
    return {"court_error_m": court_error_m(court, sequences, read_truth_on_court_cm(indoor))}


def pick(sequences: Iterable[MotSequence], quick: bool) -> list[MotSequence]:
    """All of them, or the shortest few of each split."""
    listed = list(sequences)
    if not quick:
        return listed
    return [
        sequence
        for tuning in (True, False)
        for sequence in sorted((one for one in listed if one.tuning is tuning), key=len)[:QUICK_SEQUENCES]
    ]


def main() -> int:
    arguments = parser(__doc__ or "")
    arguments.formatter_class = argparse.RawDescriptionHelpFormatter
    split = arguments.add_mutually_exclusive_group()
    split.add_argument("--tune", action="store_true", help="only what is for tuning")
    split.add_argument("--held-out", action="store_true", help="only what is held out")
    arguments.add_argument("--no-peers", action="store_true", help="ours alone")
    arguments.add_argument("--explain", action="store_true", help="list where ours switches, and what the boxes did")
    arguments.add_argument("--only", metavar="NAME", help="one of oncourt, raw, sportsmot, play")
    args = arguments.parse_args()
    root = need(args.data)
    found: dict[str, Figure] = {}
    lines: list[list[Figure]] = []
    for setting in settings(root, args) if args.only != PLAY else []:
        if setting.sequences and args.only in (None, setting.name):
            tallies = measure(setting)
            found |= figures(setting.name, tallies)
            lines += rows(setting.name, tallies)
            if setting.name == ONCOURT and (root / "trackid3x3" / "court_keypoints.json").is_file():
                found |= court_figures(root / "trackid3x3", setting.sequences)
            if args.explain:
                print(f"{setting.name}: switches of ours\n\n{table(HEADER, tallies[0].switches)}\n")
    if lines:
        header = ["input", "sequences", "tracker", "IDF1", "MOTA", "HOTA", "switches", "fragmentations", "frames/s"]
        print(table(header, lines) + "\n")
    if args.only == PLAY or (args.only is None and has_nba(root)):
        found |= play_tables.show(play_tables.measure(root, args), args.explain)
    if not found:
        raise SystemExit(f"{root}: neither trackid3x3 nor sportsmot_basketball has such sequences")
    report(found, args.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
