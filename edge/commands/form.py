"""`courtside form`: who is enrolled, how somebody's form is doing, and how he is forgotten."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from edge.commands.files import write_pictures, write_text
from edge.commands.form_compare import add_compare
from edge.commands.form_training import add_training
from edge.commands.options import CommandError, add_settings_options, settings
from edge.form.baseline import LEAST_SHOTS
from edge.form.drift import find_change
from edge.form.explain import deviation, usual_form
from edge.form.gallery import ALL, CHOSEN, MADE, Gallery, KeptShot
from edge.form.launch import LAUNCH
from edge.form.standards import baseline_of
from edge.types import FormSequence

_EXAMPLES = """examples:
  courtside form list                                  who is enrolled, and with how many shots
  courtside form show Anna --pictures anna             her figures, drift, and pictures of her newest shot
  courtside form standard Anna made                    compare her with those of her shots that went in
  courtside form standard Anna Ben                     ... or with Ben's
  courtside form choose 20260501T120000-7 --bad        a shot that is no example
  courtside form export Anna --out anna.json           all that is known of her
  courtside form forget Anna                           delete all of it
  courtside form compare a.mp4 b.mp4 --pictures out    how alike the shots of recordings are; nothing is kept
  courtside form train --out form.onnx                 the network of fingerprints anew, from virtual shooters
  courtside form evaluate form.onnx --pictures DIR     how well it knows shooters and types of shot

Players are enrolled on the page (Form, Enrol: ten shots): whoever agrees takes ten shots. What is kept of them is their
motion, as numbers; it stays on this box."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "form",
        help="players' shooting form: who is enrolled, figures, forget",
        description="The fingerprints of shots of those who agreed to be known.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_settings_options(parser)
    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    listing = what.add_parser("list", help="who is enrolled")
    listing.set_defaults(execute=_list)
    show = what.add_parser("show", help="one player's form")
    show.add_argument("name", metavar="NAME")
    show.add_argument("--pictures", type=Path, metavar="DIR", help="write heatmap, overlay and map there, as PNG")
    show.set_defaults(execute=_show)
    standard = what.add_parser("standard", help="which shots a player's next ones are compared with")
    standard.add_argument("name", metavar="NAME")
    standard.add_argument("standard", metavar="|".join((MADE, CHOSEN, ALL, "OTHER")))
    standard.set_defaults(execute=_standard)
    choose = what.add_parser("choose", help="say of a shot that it is an example, or that it is none")
    choose.add_argument("shot", metavar="SHOT")
    good = choose.add_mutually_exclusive_group(required=True)
    good.add_argument("--good", dest="chosen", action="store_true")
    good.add_argument("--bad", dest="chosen", action="store_false")
    choose.set_defaults(execute=_choose)
    export = what.add_parser("export", help="write all that is known of a player into a file")
    export.add_argument("name", metavar="NAME")
    export.add_argument("--out", type=Path, required=True, metavar="FILE")
    export.set_defaults(execute=_export)
    forget = what.add_parser("forget", help="delete a player and every shot of his; nothing is left")
    forget.add_argument("name", metavar="NAME")
    forget.set_defaults(execute=_forget)
    compare = add_compare(what)
    add_training(what)
    for one in (listing, show, standard, choose, export, forget, compare):
        add_settings_options(one, nested=True)


_NOBODY = "nobody is enrolled yet; the page's Form view does that (the virtual gym's own player is kept nowhere)"


def _open(args: argparse.Namespace) -> contextlib.closing[Gallery]:
    path = settings(args).form_path
    if not path.exists():
        raise CommandError(f"{path}: nobody is enrolled here yet; the page's Form view does that")
    return contextlib.closing(Gallery(path))


def _list(args: argparse.Namespace) -> int:
    if not settings(args).form_path.exists():
        print(_NOBODY)
        return 0
    with _open(args) as gallery:
        players = [(player, gallery.shots(player.name)) for player in gallery.players()]
    if not players:
        print(_NOBODY)
    for player, shots in players:
        last = f", last {shots[-1].taken:%Y-%m-%d %H:%M}" if shots else ""
        told = f"{len(shots)} shots{last}, compared with {_standard_text(player.standard)}, {player.hand} hand"
        print(f"{player.name}: {told}; agreed {player.agreed:%Y-%m-%d}")
    return 0


def _standard_text(standard: str) -> str:
    own = {MADE: "those that went in", CHOSEN: "those that were chosen", ALL: "those of the enrolment"}
    return own.get(standard, f"{standard}'s")


def _show(args: argparse.Namespace) -> int:
    with _open(args) as gallery:
        player, shots = gallery.player(args.name), gallery.shots(args.name)
        usual = gallery.standard_of(args.name)
        others = {one.name: gallery.shots(one.name) for one in gallery.players()}
    if not shots:
        print(f"{player.name}: no shots yet")
        return 0
    for name, mean, spread in _figures(shots):
        print(f"  {name:<32}{mean:9.2f}  varies by {spread:.2f}")
    print(_steadiness(shots, usual))
    print(_drift(shots))
    if args.pictures is not None:
        _draw(args.pictures, shots[-1], usual, others, player.height_m)
    return 0


def _figures(shots: list[KeptShot]) -> list[tuple[str, float, float]]:
    names = sorted({name for shot in shots for name in shot.scalars})
    rows = [(name, [shot.scalars[name] for shot in shots if name in shot.scalars]) for name in names]
    return [(name, float(np.mean(values)), float(np.std(values))) for name, values in rows]


def _steadiness(shots: list[KeptShot], usual: list[KeptShot]) -> str:
    """Of the last shots, each against the usual ones but itself."""
    alike = [shot for shot in usual if shot.encoder == shots[-1].encoder]
    pairs = [(shot, _without(alike, shot)) for shot in shots[-10:] if shot.encoder == shots[-1].encoder]
    enough = [(shot, others) for shot, others in pairs if len(others) >= LEAST_SHOTS]
    if not enough:
        return f"  {len(pairs[-1][1])} other shots to compare with; {LEAST_SHOTS} are needed"
    away = [baseline_of(others).distance(shot.embedding, shot.scalars.get(LAUNCH, np.nan)) for shot, others in enough]
    beyond = sum(one > 1 for one in away)
    return (
        f"  of the last {len(away)} shots {beyond} were unusual (distances {', '.join(f'{one:.2f}' for one in away)})"
    )


def _without(shots: list[KeptShot], one: KeptShot) -> list[KeptShot]:
    return [shot for shot in shots if shot.shot_id != one.shot_id]


def _drift(shots: list[KeptShot]) -> str:
    last = shots[-1]
    day = [shot for shot in shots if shot.taken.date() == last.taken.date() and shot.encoder == last.encoder]
    change = find_change(_rows(day))
    if change is None:
        return f"  no change of form within the {len(day)} shots of {last.taken:%Y-%m-%d}"
    at = day[change.index].taken
    return f"  form changed on {at:%Y-%m-%d} at {at:%H:%M}, from shot {change.index + 1} on (p = {change.p_value:.3f})"


def _rows(shots: list[KeptShot]) -> np.ndarray:
    return np.stack([shot.embedding for shot in shots])


def _draw(
    folder: Path, shot: KeptShot, usual: list[KeptShot], everybody: dict[str, list[KeptShot]], height_m: float | None
) -> None:
    from edge import form_chart  # here: matplotlib takes a second to load

    sequences: list[FormSequence] = [one.sequence for one in _without(usual, shot)] or [shot.sequence]
    same = {name: [one for one in shots if one.encoder == shot.encoder] for name, shots in everybody.items()}
    rows = {name: _rows(shots) for name, shots in same.items() if shots}
    figures = {
        "deviation": form_chart.heatmap(deviation(shot.sequence, sequences), height_m),
        "overlay": form_chart.overlay(shot.sequence.pose, usual_form(sequences)),
        "map": form_chart.shot_map(rows),
    }
    write_pictures(folder, figures)


def _standard(args: argparse.Namespace) -> int:
    with _open(args) as gallery:
        gallery.enrol(replace(gallery.player(args.name), standard=args.standard))
        count = len(gallery.standard_of(args.name))
    print(f"{args.name} is compared with {_standard_text(args.standard)}: {count} shots")
    return 0


def _choose(args: argparse.Namespace) -> int:
    with _open(args) as gallery:
        if not gallery.tell(args.shot, chosen=args.chosen):
            raise CommandError(f"{args.shot}: no such shot is kept; 'courtside form export NAME' lists a player's")
    print(f"{args.shot}: {'an example' if args.chosen else 'no example'}")
    return 0


def _export(args: argparse.Namespace) -> int:
    with _open(args) as gallery:
        known = gallery.export(args.name)
    write_text(args.out, json.dumps(known, indent=1, allow_nan=False) + "\n")
    print(f"courtside: {args.out}: written, {len(known['shots'])} shots", file=sys.stderr)
    return 0


def _forget(args: argparse.Namespace) -> int:
    with _open(args) as gallery:
        count = gallery.forget(args.name)
    print(f"{args.name} is forgotten, with {count} shots")
    return 0
