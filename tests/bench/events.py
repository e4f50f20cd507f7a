"""Passes, possession and shots: what is found of what happened, ours beside the paper's rules and a naive one.

    make bench-events ARGS="--data ../shared/data"
    .venv/bin/python -m tests.bench.events --data DIR --tune --quick --only scripted

Sources, each a prefix of the keys:

- `nba_`: scenes of nba_socialvae as recorded (places on the court, no height), joined to the play-by-play: who shot
  and when (its clock is a second or two late: shots count within `CLOCK_S`), who assisted. shooter_accuracy: of the
  scenes that end about a basket, where the last shot told is the scorer's, no shot counting as wrong.
  handover_accuracy: of those that were assisted, where the assister has the ball and after him the scorer;
  assist_pass_accuracy: where a pass from the one to the other is told. The paper's rule on shots needs the ball's
  height, so its shots are not counted here, and its shooter_accuracy without a source is that of the games below.
- `tufts_`: the events of nba_tufts, with the ball's height. An event labelled as a shot, layup or dunk has one within
  `EVENT_S` of it; what is told elsewhere is wrong.
- `seen_`: NBA play before a camera on the wall, followed by the box's trackers. Passes are of the recorded places, by
  a rule on who stays near the ball (tests/bench/nba_play.py), so they are nearly the truth and no more.
- `gym_`: the virtual gym's games, and `scripted_`: games made up by seed (tests/bench/scripted_play.py), both before
  cameras on walls, followed by the trackers on what a detector would see.
- `tal_`: the clip of TAL3x3. Its boxes and labels are real; it has no ball and no video, so the ball is laid where
  the labels say that it is (tests/bench/tal3x3.py): it tells whether labels are found again, not whether a ball is.

Without a prefix: passes and possession of seen, gym and scripted together; shots of these, nba and tufts; the
shooter of nba. Then `paper_` and `naive_` for the peers. What is for tuning (half of all matches and seeds, by
their names' hash) is left out unless --tune asks for it alone.
"""

from __future__ import annotations

import argparse
import sys
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count, islice
from pathlib import Path

from edge.config import GameConfig
from edge.game.aim import AimCheck
from edge.game.flight_meter import FlightMeter
from edge.game.paper import PaperPlayFinder, PaperShotFinder
from edge.game.plays import PlayFinder
from edge.game.shots import ShotFinder
from edge.types import PlayEvent, PlayKind, ShotEvent
from tests.bench import event_scores as scores
from tests.bench.common import Figure, need, parser, report, table
from tests.bench.court_play import for_tuning
from tests.bench.court_shots import CourtShotFinder
from tests.bench.event_games import (
    GYM,
    NBA_COURT,
    SCRIPTED,
    SEEN,
    TAL,
    TUFTS,
    Game,
    court_game,
    gym_game,
    nba_game,
    scripted_game,
    sideline_camera,
)
from tests.bench.event_peers import NaiveRules
from tests.bench.nba import read_nba
from tests.bench.nba_labels import Scored, read_labelled, read_tufts
from tests.bench.nba_play import play_from
from tests.bench.scripted_state import TrueEvent
from tests.bench.tal3x3 import read_tal

SEED = 1
METHODS = ("", "paper_", "naive_")
SOURCES = (NBA_COURT, TUFTS, SEEN, GYM, SCRIPTED, TAL)
CLOCK_S, EVENT_S = 3.5, 1.5
FIRST_GYM, FIRST_SCRIPTED = 9100, 9500
PRINTED = {"pass_precision": 0.914, "pass_recall": 0.889, "shot_precision": 0.909, "shot_recall": 0.526}


@dataclass(frozen=True, slots=True)
class Told:
    """All that a method told of a game, each with the time at which it did."""

    plays: list[tuple[PlayEvent, float]]
    shots: list[tuple[ShotEvent, float]]


@dataclass(slots=True)
class Group:
    """One source by one method."""

    tally: scores.Tally = field(default_factory=scores.Tally)
    shooter: list[bool] = field(default_factory=list)
    handover: list[bool] = field(default_factory=list)
    assist: list[bool] = field(default_factory=list)
    frames: int = 0
    seconds: float = 0.0


def ours(game: Game) -> Told:
    """The box's finders; shots from places on the court where the ball's are known, else from flights."""
    finder = PlayFinder(game.court)
    plays: list[tuple[PlayEvent, float]] = []
    shots: list[tuple[ShotEvent, float]] = []
    on_court, flights, meter = CourtShotFinder(game.court), ShotFinder(GameConfig()), FlightMeter()
    aim = AimCheck(meter)
    if game.camera is not None:
        meter.look(game.camera, game.court)
    known = any(s.ball is not None and s.ball.court_xyz_m is not None for s in game.snapshots)
    new: Sequence[ShotEvent] = []
    now_s = 0.0
    for snapshot in game.snapshots:
        now_s = snapshot.time_s
        if not known:
            meter.see(snapshot)
            new = aim.keep(snapshot, flights.update(snapshot))
        plays += [(play, now_s) for play in finder.update(snapshot, new)]
        if known:
            new = on_court.update(snapshot)
        shots += [(shot, now_s) for shot in new]
    plays += [(play, now_s) for play in finder.finish()]
    last = on_court.finish() if known else aim.keep(None, flights.finish())
    return Told(plays, shots + [(shot, now_s) for shot in last])


def paper(game: Game) -> Told:
    """The paper's rules."""
    finder, shooter = PaperPlayFinder(), PaperShotFinder()
    plays, shots = [], []
    for snapshot in game.snapshots:
        shots += [(shot, snapshot.time_s) for shot in shooter.update(snapshot)]
        plays += [(play, snapshot.time_s) for play in finder.update(snapshot)]
    end_s = game.snapshots[-1].time_s
    return Told(
        plays + [(play, end_s) for play in finder.finish()], shots + [(shot, end_s) for shot in shooter.finish()]
    )


def naive(game: Game) -> Told:
    """Nearest within three feet."""
    rules = NaiveRules(game.court)
    plays, shots = [], []
    for snapshot in game.snapshots:
        plays += [(play, snapshot.time_s) for play in rules.update(snapshot)]
        shots += [(shot, snapshot.time_s) for shot in rules.shots(snapshot)]
    return Told(plays + [(play, game.snapshots[-1].time_s) for play in rules.finish()], shots)


RUN: dict[str, Callable[[Game], Told]] = {"": ours, "paper_": paper, "naive_": naive}


def add_game(group: Group, game: Game, method: str, scene: Scored | None) -> None:
    """Run one method on one game and count."""
    start = time.perf_counter()
    told = RUN[method](game)
    if method == "paper_" and game.source == NBA_COURT:
        # Its rule on shots looks where the ball is in the picture; these recordings do not have the ball's height.
        game, told = replace(game, truth=()), Told(told.plays, [])
    group.seconds += time.perf_counter() - start
    group.frames += len(game.snapshots)
    within_s = {NBA_COURT: CLOCK_S, TUFTS: 0.0}.get(game.source, scores.SHOT_S)
    group.tally = scores.add([group.tally, scores.score(game, told.plays, told.shots, within_s)])
    if scene is not None and scene.shooter is not None:
        _assisted(group, scene, told, method != "paper_")


def _assisted(group: Group, scene: Scored, told: Told, has_shots: bool) -> None:
    last = max((shot for shot, _ in told.shots), key=lambda shot: shot.release_time_s, default=None)
    scorer = scene.shooter
    if has_shots:
        group.shooter.append(last is not None and scorer is not None and last.player_id == scorer + 1)
    if scene.assister is None or scorer is None:
        return
    had = [(play.start_time_s, play.player_id) for play, _ in told.plays if play.kind is PlayKind.POSSESSION]
    order = [player for _, player in sorted(had)]
    since = order.index(scene.assister + 1) if scene.assister + 1 in order else len(order)
    group.handover.append(scorer + 1 in order[since:])
    pair = (scene.assister + 1, scorer + 1)
    group.assist.append(any((p.player_id, p.to_player_id) == pair for p, _ in told.plays if p.kind is PlayKind.PASS))


def games(source: str, root: Path, args: argparse.Namespace) -> Iterator[tuple[Game, Scored | None]]:
    """What is asked for of one source."""
    few = args.quick
    if source == NBA_COURT:
        camera = sideline_camera()
        scenes = [one for one in read_labelled(root) if for_tuning(one.recording.match) is args.tune]
        scenes.sort(key=lambda one: zlib.crc32(one.recording.name.encode()))
        for one in scenes[: 12 if few else args.scenes]:
            truth = tuple(TrueEvent("shot", a.time_s, a.time_s, a.player) for a in one.attempts)
            yield court_game(one.recording, source, args.tune, truth, camera), one
    elif source == TUFTS:
        camera = sideline_camera()
        for recording, truth in islice(read_tufts(root, args.tune), 3 if few else None):
            yield court_game(recording, source, args.tune, truth, camera), None
    elif source == SEEN:
        found = (one for one in read_nba(root) if one.kind != "starters" and for_tuning(one.match) is args.tune)
        chosen = sorted(found, key=lambda one: zlib.crc32(f"{SEED} {one.name}".encode()))
        made = (nba_game(play_from(one, SEED), SEED, 8.0) for one in chosen)
        yield from ((game, None) for game in islice((game for game in made if game), 2 if few else 12))
    elif source == TAL:
        yield from ((game, None) for game in read_tal(root) if game.tuning is args.tune or not few)
    else:
        yield from ((game, None) for game in _made_up(source, args))


def _made_up(source: str, args: argparse.Namespace) -> Iterator[Game]:
    few = args.quick
    if source == GYM:
        names = ((("threes", "game")[k % 2], FIRST_GYM + k) for k in count())
        chosen = ((name, seed) for name, seed in names if for_tuning(f"{name}_{seed}") is args.tune)
        for name, seed in islice(chosen, 1 if few else 4):
            yield gym_game(name, seed, 15.0 if few else 30.0)
        return
    seeds = (seed for seed in count(FIRST_SCRIPTED) if for_tuning(f"scripted_{seed}") is args.tune)
    made = (scripted_game(seed, 20.0 if few else 40.0, 3) for seed in seeds)
    yield from islice((game for game in made if game is not None), 1 if few else 6)


def measure(root: Path, args: argparse.Namespace) -> dict[tuple[str, str], Group]:
    """By source and method."""
    groups: dict[tuple[str, str], Group] = {}
    for source in args.only or SOURCES:
        for game, scene in games(source, root, args):
            print(f"{source} {game.name} ...", file=sys.stderr)
            for method in METHODS[:1] if args.no_peers else METHODS:
                add_game(groups.setdefault((source, method), Group()), game, method, scene)
    return groups


def figures(groups: dict[tuple[str, str], Group]) -> dict[str, Figure]:
    """Flat keys."""
    found: dict[str, Figure] = {}
    for method in METHODS:
        chosen = {source: group for (source, name), group in groups.items() if name == method}
        if not chosen:
            continue
        played = scores.add(group.tally for source, group in chosen.items() if source in (SEEN, GYM, SCRIPTED))
        shot = scores.add(group.tally for source, group in chosen.items() if source != TAL)
        every = shot.figures()
        total = played.figures() | {key: every[key] for key in every if key.startswith("shot")}
        total |= _labelled(chosen.get(NBA_COURT))
        found |= {f"{method}{key}": value for key, value in total.items()}
        for source, group in chosen.items():
            mine = group.tally.figures() | _labelled(group)
            found |= {f"{method}{source}_{key}": value for key, value in mine.items()}
            found[f"{method}{source}_us_per_frame"] = 1e6 * group.seconds / max(group.frames, 1)
    return found


def _labelled(group: Group | None) -> dict[str, Figure]:
    if group is None or not group.shooter + group.handover:
        return {}
    named = {
        "shooter_accuracy": group.shooter,
        "handover_accuracy": group.handover,
        "assist_pass_accuracy": group.assist,
    }
    found: dict[str, Figure] = {key: sum(rows) / len(rows) for key, rows in named.items() if rows}
    return found | {"scenes": len(group.shooter)}


COLUMNS = (
    "pass_precision", "pass_recall", "pass_f1", "shot_precision", "shot_recall", "shot_f1", "shooter_accuracy",
    "handover_accuracy", "assist_pass_accuracy", "possession_error_points",
)  # fmt: skip


def rows(found: dict[str, Figure], sources: Iterable[str]) -> list[list[Figure]]:
    """A line for each source and method; shares in percent."""
    lines: list[list[Figure]] = []
    for source in ("", *(f"{one}_" for one in sources)):
        for method in METHODS:
            cells = [found.get(f"{method}{source}{key}") for key in COLUMNS]
            if any(cell is not None for cell in cells):
                shown = [
                    ""
                    if not isinstance(cell, float)
                    else f"{cell:.1f}"
                    if key.endswith("points")
                    else f"{100 * cell:.1f}"
                    for key, cell in zip(COLUMNS, cells, strict=True)
                ]
                lines.append([source.rstrip("_") or "all", method.rstrip("_") or "ours", *shown])
    printed = [f"{100 * PRINTED[key]:.1f}" if key in PRINTED else "" for key in COLUMNS]
    return [*lines, ["as printed", "the paper", *printed]]


def main() -> int:
    arguments = parser(__doc__ or "")
    arguments.formatter_class = argparse.RawDescriptionHelpFormatter
    arguments.add_argument("--tune", action="store_true", help="only what is for tuning, else only what is held out")
    arguments.add_argument("--only", nargs="+", choices=SOURCES, default=None, help="these sources")
    arguments.add_argument("--no-peers", action="store_true", help="ours alone")
    arguments.add_argument("--scenes", type=int, default=None, metavar="N", help="of nba, so many")
    args = arguments.parse_args()
    found = figures(measure(need(args.data), args))
    print(table(["source", "method", *(key.replace("_accuracy", "").replace("_error_points", "") for key in COLUMNS)],
                rows(found, SOURCES)) + "\n")  # fmt: skip
    report(found, args.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
