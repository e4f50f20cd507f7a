"""`courtside form train` and `courtside form evaluate`: the encoder of form, made anew and judged."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from tqdm import tqdm

from edge.commands.files import check_network_out
from edge.commands.options import CommandError, positive
from edge.form.virtual_shots import KINDS, rehearsals, school
from engines.form.evaluate import Score, discriminant, draw_confusion, draw_map, score, tsne
from engines.form.shots import Shots, join, load, save

_SHOOTERS, _SESSIONS = 2000, 3
# Shooters of the training have numbers from 0 on; those of an evaluation are others.
JUDGED_FROM = 1_000_000
_AT_ONCE = 10

_ABOUT = """Trains the encoder of form on this machine's processor, and writes it as ONNX.

It learns from virtual shooters, whom it draws first: each with a style, limbs, types of shot and faults of his own,
before cameras on all sides and with the pose network's noise. Phase 1 tells clips apart, phase 2 shooters, and what one
shooter does differently. --work keeps what is drawn, checkpoints and losses there, and goes on from them; the encoder
as phase 1 left it is kept there too (*-phase1.onnx): 'courtside form evaluate' draws its map as that of the whole.
Use the file with 'courtside run --set form.encoder=FILE'."""


def add_training(what: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    train = what.add_parser(
        "train",
        help="train the encoder of form anew",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    train.add_argument("--out", type=Path, required=True, metavar="FILE", help="the ONNX file to write")
    train.add_argument("--work", type=Path, metavar="DIR", help="where shots, checkpoints, losses and phase 1 are kept")
    train.add_argument("--architecture", default="convolutions", help="convolutions, or the paper's lstm")
    train.add_argument("--augmentation", default="ours", help="ours, paper or none (none: without phase 1)")
    train.add_argument("--loss", default="contrastive", help="of phase 2: contrastive, or triplet as the paper's")
    train.add_argument("--shooters", type=positive, default=_SHOOTERS, help=f"virtual shooters ({_SHOOTERS})")
    train.add_argument("--sessions", type=positive, default=_SESSIONS, help=f"cameras for each ({_SESSIONS})")
    train.add_argument("--pretrain", type=int, metavar="STEPS", help="steps of phase 1")
    train.add_argument("--refine", type=int, metavar="STEPS", help="steps of phase 2")
    train.add_argument("--polish", type=int, metavar="STEPS", help="further steps of phase 2, on one shooter's shots")
    train.add_argument("--seed", type=int, default=0, help="of shots and weights (0)")
    train.set_defaults(execute=execute_train)
    judge = what.add_parser(
        "evaluate",
        help="judge an encoder on virtual shooters that no training saw",
        description="The paper's evaluation: 3 nearest neighbours over 100 random splits, confusion matrices, t-SNE."
        " For its maps before and after phase 2, give *-phase1.onnx of the training's --work, then the network.",
    )
    judge.add_argument("encoder", nargs="?", default="courtside-form", help="a network's name or an ONNX file")
    judge.add_argument("--shooters", type=positive, default=20, help="virtual shooters (20)")
    judge.add_argument("--pictures", type=Path, metavar="DIR", help="write confusion matrices and maps there, as PNG")
    judge.add_argument("--seed", type=int, default=0, help="of shooters and splits (0)")
    judge.set_defaults(execute=execute_evaluate)


def execute_train(args: argparse.Namespace) -> int:
    try:
        from engines.form.export import export
        from engines.form.train import Plan, Training
    except ImportError as error:
        raise CommandError(f"training needs PyTorch ({error}): pip install 'courtside[train]'") from None
    check_network_out(args.out)
    steps = {name: getattr(args, name) for name in ("pretrain", "refine", "polish") if getattr(args, name) is not None}
    if args.augmentation == "none":
        steps.setdefault("pretrain", 0)
    with tempfile.TemporaryDirectory(prefix="courtside-") as name:
        work = args.work or Path(name)
        work.mkdir(parents=True, exist_ok=True)
        try:
            plan = Plan(args.architecture, args.augmentation, args.loss, seed=args.seed, **steps)
            many = args.shooters
            shots = _kept(work / f"shots-{many}-{args.sessions}-{args.seed}.npz", many, args.sessions, args.seed)
            rehearsed = _kept(work / f"rehearsals-{many}-{args.seed}.npz", many, 0, args.seed) if plan.polish else None
            kept = f"{plan.architecture}-{plan.augmentation}-{plan.loss}-{plan.seed}"
            training = Training(shots, plan, work / f"{kept}.pt", work / f"{kept}.csv", rehearsed)
            before = {1: 0, 2: plan.pretrain, 3: plan.pretrain + plan.refine}
            with tqdm(total=before[3] + plan.polish, unit="step", desc="training", file=sys.stderr) as bar:

                def report(phase: int, done: int, mean: float) -> None:
                    bar.update(before[phase] + done - bar.n)
                    if done % 20 == 0:
                        bar.set_postfix(phase=phase, loss=f"{mean:.3f}")

                export(training.run(report), args.out)
        except (OSError, ValueError) as error:
            raise CommandError(f"{args.out}: {error}") from None
    print(f"courtside: {args.out}: written; judge it with 'courtside form evaluate {args.out}'", flush=True)
    return 0


def _kept(path: Path, shooters: int, sessions: int, seed: int) -> Shots:
    """Drawn, or as drawn before; rehearsals where there are no sessions."""
    if path.is_file():
        return load(path)
    shots = draw_shots(range(shooters), sessions, seed)
    save(shots, path)
    return shots


def draw_shots(numbers: range, sessions: int, seed: int) -> Shots:
    """Shots of virtual shooters, drawn by all processors; their rehearsals where `sessions` is 0."""
    parts = [numbers[start : start + _AT_ONCE] for start in range(0, len(numbers), _AT_ONCE)]
    workers = min(len(os.sched_getaffinity(0)), len(parts))
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        drawn = pool.map(_drawn, parts, [sessions] * len(parts), [seed] * len(parts))
        bar = tqdm(drawn, total=len(parts), unit=f"{_AT_ONCE} shooters", desc="drawing", file=sys.stderr)
        return join(list(bar))


def _drawn(numbers: Iterable[int], sessions: int, seed: int) -> Shots:
    return join(list(school(numbers, sessions, seed) if sessions else rehearsals(numbers, seed)))


def execute_evaluate(args: argparse.Namespace) -> int:
    from edge.form.embed import open_embedder

    if args.pictures is not None:
        _check_drawing()
    embedder = open_embedder(args.encoder)
    try:
        shots = draw_shots(range(JUDGED_FROM, JUDGED_FROM + args.shooters), 1, args.seed)
        embeddings = embedder.embed_arrays(shots.pose, shots.present, shots.duration_s)
    finally:
        embedder.close()
    sound = shots.fault == 0
    who = score(embeddings[sound], shots.shooter[sound], args.seed)
    print(f"shooter, one of {args.shooters}: {who.mean:.1f} +- {who.std:.1f} %")
    scores = _by_kind(embeddings[sound], shots.take(sound), args.seed)
    if means := [one.mean for one in scores]:
        print(f"type of shot, one of {len(KINDS)}: {np.mean(means):.1f} %, worst shooter {min(means):.1f} %")
    else:
        print("type of shot: no shooter has two shots of each; give more --shooters")
    if args.pictures is not None:
        _pictures(args.pictures, shots, embeddings, who, scores)
    return 0


def _by_kind(embeddings: np.ndarray, shots: Shots, seed: int) -> list[Score]:
    """Types of shot, for each shooter who has one of each to know and one to ask for."""
    each = [shots.shooter == number for number in np.unique(shots.shooter)]
    judged = [rows for rows in each if np.bincount(shots.kind[rows], minlength=len(KINDS)).min() >= 2]
    return [score(embeddings[rows], shots.kind[rows], seed, refine=discriminant) for rows in judged]


def _check_drawing() -> None:
    """Before the shots are drawn, which takes a while. Raises CommandError."""
    try:
        import_module("sklearn.manifold")
    except ImportError as error:
        raise CommandError(f"--pictures needs scikit-learn ({error}): pip install 'courtside[bench]'") from None


def _pictures(folder: Path, shots: Shots, embeddings: np.ndarray, who: Score, kinds: list[Score]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    names = [kind.value.replace("_", " ") for kind in KINDS]
    shooters = [f"shooter {number - JUDGED_FROM}" for number in who.labels]
    draw_confusion(who.confusion, shooters, "who shot", folder / "shooters.png")
    if kinds:
        together = np.mean([one.confusion for one in kinds], axis=0)
        draw_confusion(together, names, "type of shot", folder / "types.png")
    places = tsne(embeddings)
    colours = np.searchsorted(np.array(who.labels), shots.shooter)
    draw_map(
        places,
        colours,
        (shots.fault > 0).astype(int) * 3,
        shooters,
        "shots (crosses: with a fault)",
        folder / "map.png",
    )
