"""The paper's tables 1 and 3 on real NBA play and on virtual gym play, both seen by virtual cameras.

    make bench-tracking ARGS="--data ../shared/data --only play"
    .venv/bin/python -m tests.bench.play_tables --data DIR --tune --quick --no-peers --explain
    .venv/bin/python -m tests.bench.play_tables --data DIR --tune --quick --draw FOLDER

Scenes: tests/bench/court_play.py; what a detector and the ball's network would say of them, made up:
tests/bench/court_sightings.py; what counts as right: tests/bench/play_scores.py. Both of the box's methods
(`tracking.method`: joint, paper) get the same. They know the camera's homography and how many play.

Keys: `nba_` and `gym_` for one source, else both together, frame by frame; `paper_` for the paper's method, else ours;
`joined_` for straight lines between the sightings of the true ball, those to come included, which nobody could know at
the time; `tune_` and `heldout_` for one half of the scenes (by the match's name, or the virtual gym's), else both.
Gyms are of seeds from 9000, which neither training (below 3000) nor bench-ball (5000) uses.
"""

from __future__ import annotations

import argparse
import sys
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path

from tests.bench.common import Figure, need, parser, report, table
from tests.bench.court_play import GYM_SOURCE, NBA_SOURCE, Scene, for_tuning, scene_from_gym, scene_from_nba
from tests.bench.court_sightings import sight
from tests.bench.nba import Recording, read_nba
from tests.bench.nba_play import play_from
from tests.bench.play_followers import Method, follow
from tests.bench.play_pictures import draw
from tests.bench.play_scores import BALL, FAST, KEYS, NORMAL, OCCLUDED, PLAYERS, Score, add, score, score_joined

SEED = 1
METHODS: dict[str, Method] = {"": "joint", "paper_": "paper"}
JOINED = "joined_"
LABELS = {**METHODS, JOINED: "sightings joined"}
FIRST_GYM = 9000
GYMS = ("threes", "game")
# Of each split: scenes of each kind of file, plays of the virtual gym, and the longest, s.
NBA_EACH, GYM_EACH, MOST_S = 5, 4, 10.0
QUICK_NBA_EACH, QUICK_GYM_EACH = 2, 3
PRINTED = {PLAYERS: 0.8950, BALL: 0.7529, NORMAL: 0.915, FAST: 0.852, OCCLUDED: 0.798}


@dataclass(frozen=True, slots=True)
class Played:
    """One scene and what each method made of it, by the methods' prefixes."""

    scene: Scene
    scores: dict[str, Score]
    seconds: dict[str, float]


def nba_scenes(root: Path, each: int, tuning: bool) -> Iterator[Scene]:
    """`each` scenes of every kind of file, drawn by the names' hash from one half of the matches."""
    kinds: dict[str, list[Recording]] = defaultdict(list)
    for recording in read_nba(root):
        if for_tuning(recording.match) is tuning:
            kinds[recording.kind].append(recording)
    for recordings in kinds.values():
        found = 0
        for recording in sorted(recordings, key=lambda one: zlib.crc32(f"{SEED} {one.name}".encode())):
            scene = scene_from_nba(play_from(recording, SEED), SEED, MOST_S) if found < each else None
            if scene is not None:
                found += 1
                yield scene


def gym_plays(each: int, tuning: bool) -> list[tuple[str, int]]:
    """Scenarios and seeds of plays of the virtual gym, of three and of five a side in turn."""
    found: list[tuple[str, int]] = []
    seed = FIRST_GYM
    while len(found) < each:
        scenario = GYMS[len(found) % len(GYMS)]
        if for_tuning(f"{scenario}_{seed}") is tuning:
            found.append((scenario, seed))
        seed += 1
    return found


def scenes(root: Path, args: argparse.Namespace) -> Iterator[Scene]:
    """What is asked for, the sources in turn."""
    nba, gym = (QUICK_NBA_EACH, QUICK_GYM_EACH) if args.quick else (NBA_EACH, GYM_EACH)
    splits = [True] if args.tune else [False] if args.held_out else [True, False]
    for tuning in splits:
        gyms = (scene_from_gym(scenario, seed, MOST_S) for scenario, seed in gym_plays(gym, tuning))
        mixed = chain.from_iterable(zip_longest(nba_scenes(root, nba, tuning), gyms))
        yield from (scene for scene in mixed if scene is not None)


def measure(root: Path, args: argparse.Namespace, pictures: Path | None = None) -> list[Played]:
    """Every method on every scene; pictures: a folder for a few frames of the first of each source."""
    played = []
    drawn: set[str] = set()
    for scene in scenes(root, args):
        print(f"{scene.source} {scene.name} ...", file=sys.stderr)
        seen = sight(scene, SEED)
        methods = {"": METHODS[""]} if args.no_peers else METHODS
        followed = {prefix: follow(seen, method) for prefix, method in methods.items()}
        scores = {prefix: score(scene, one.frames) for prefix, one in followed.items()}
        played.append(Played(
            scene, scores | {JOINED: score_joined(scene, seen.candidates)},
            {prefix: one.seconds for prefix, one in followed.items()},
        ))  # fmt: skip
        if pictures is not None and scene.source not in drawn:
            drawn.add(scene.source)
            for path in draw(pictures, seen, followed[""].frames):
                print(f"drawn: {path}", file=sys.stderr)
    return played


def groups(played: list[Played]) -> Iterator[tuple[str, str, str, list[Played]]]:
    """Prefixes of split, method and source, and the scenes that count there; no splits where all are of one."""
    both = len({one.scene.tuning for one in played}) > 1
    for split, tuning in (("", None), ("tune_", True), ("heldout_", False)) if both else (("", None),):
        for method in LABELS:
            for source, name in (("", None), ("nba_", NBA_SOURCE), ("gym_", GYM_SOURCE)):
                chosen = [
                    one for one in played
                    if tuning in (None, one.scene.tuning) and name in (None, one.scene.source) and method in one.scores
                ]  # fmt: skip
                if chosen:
                    yield split, method, source, chosen


def figures(played: list[Played]) -> dict[str, Figure]:
    """Flat keys."""
    found: dict[str, Figure] = {}
    for split, method, source, chosen in groups(played):
        total = add(one.scores[method] for one in chosen)
        found |= {f"{split}{method}{source}{key}": total.share(key) for key in KEYS if total.total[key]}
        if not split and not source and method in METHODS:
            frames = sum(len(one.scene) for one in chosen)
            found[f"{method}play_us_per_frame"] = 1e6 * sum(one.seconds[method] for one in chosen) / frames
    found["play_scenes"] = len(played)
    found["play_frames"] = sum(len(one.scene) for one in played)
    return found


FIGURES = ["player", "covered", "ball", "normal", "fast", "occluded", "mode", "holder", "frames"]
HEADER = ["play", "scenes", "method", *FIGURES]


def rows(played: list[Played]) -> list[list[Figure]]:
    """A line for each group, and the paper's printed figures. Shares in percent."""
    lines: list[list[Figure]] = []
    for split, method, source, chosen in groups(played):
        total = add(one.scores[method] for one in chosen)
        lines.append([
            source.rstrip("_") or "both", split.rstrip("_") or "all", LABELS[method],
            *[f"{100 * total.share(key):.2f}" if total.total[key] else "" for key in KEYS],
            sum(len(one.scene) for one in chosen),
        ])  # fmt: skip
    printed = [f"{100 * PRINTED[key]:.2f}" if key in PRINTED else "" for key in KEYS]
    return [*lines, ["as printed", "", "the paper", *printed, ""]]


def by_scene(played: list[Played]) -> str:
    """Ours on every scene, worst ball first."""
    lines: list[list[Figure]] = []
    for one in sorted(played, key=lambda one: one.scores[""].share(BALL)):
        shares = [f"{100 * one.scores[''].share(key):.1f}" for key in KEYS]
        lines.append([one.scene.source, one.scene.name, "", *shares, len(one.scene)])
    return table(["play", "scene", *HEADER[2:]], lines)


def modes(played: list[Played]) -> str:
    """True modes of the ball down, what ours says across, frames."""
    total: Counter[tuple[str, str]] = add(one.scores[""] for one in played).modes
    names = sorted({name for pair in total for name in pair})
    return table(["truth", *names], [[true, *[total[true, told] for told in names]] for true in names])


def show(played: list[Played], explain: bool) -> dict[str, Figure]:
    """Print the tables; the figures."""
    if explain:
        print(by_scene(played) + "\n\n" + modes(played) + "\n")
    print(table(HEADER, rows(played)) + "\n")
    return figures(played)


def main() -> int:
    arguments = parser(__doc__ or "")
    arguments.formatter_class = argparse.RawDescriptionHelpFormatter
    split = arguments.add_mutually_exclusive_group()
    split.add_argument("--tune", action="store_true", help="only what is for tuning")
    split.add_argument("--held-out", action="store_true", help="only what is held out")
    arguments.add_argument("--no-peers", action="store_true", help="ours alone")
    arguments.add_argument("--explain", action="store_true", help="each scene, and which mode is taken for which")
    arguments.add_argument("--draw", type=Path, default=None, metavar="DIR", help="a few frames of each source, as PNG")
    args = arguments.parse_args()
    report(show(measure(need(args.data), args, args.draw), args.explain), args.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
