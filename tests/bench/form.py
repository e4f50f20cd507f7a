"""How well the encoder of form knows shooters, types of shot and distorted form: the paper's evaluation and beyond.

    make bench-form ARGS="--data DIR --json FILE --pictures DIR"

k-NN with k = 3 over 100 random splits, a quarter of each class held out (paper 000, section 3.5; it reports 91.57 +-
4.75 for the shooter of two, 90.20 +- 7.02 for the type of shot, 59.40 for the shooter who is hard to tell).

(a) utd_mhad, action 7: which of the persons, body size taken out in 3D, their hand known (which tells nobody from
anybody: all of them are right-handed). Beside it: bone lengths alone, dynamic time warping on the 3D poses (as they
are, and with body size taken out), and the same frames without an encoder.
(b) virtual shooters that training never saw (tests/bench/form_virtual.py says which): who of 2, 5, 20 shot, by shots
of which it is not told with which hand they were taken; which type of shot by the frozen encoder (`_refined`: after a
linear layer learnt on each split's known shots, which stands for the paper's phase 2 on the same people), of the two
thirds of shooters whose types are not hard to tell (`virtual_type_mean`) and of the hard third (`virtual_type_hard_`);
and distorted shots against ten enrolled ones with the box's own limit (and with the limit that gives 2 % false alarms);
the same with half the pose network's noise and with none, which says what of it the network hides. For types and
distorted shots the shooter's name, and with it his hand, is taken as known. Of the ball no more than five sightings
after the release count, as when the box speaks.
The distorted shots are easier than a coach's: the encoder was trained on the same ten faults at the same strengths, if
of other shooters. `distorted_half_recall` and `distorted_three_quarters_recall` are of faults that go only half or
three quarters of the way from the shooter's own form to the fault's values, strengths that no training saw.
(c) spl_freethrow before virtual cameras: made or missed, and how far one man's throws are apart, as a share of how far
virtual shooters are from each other.
Then what the paper names as limits, and an ablation: each way trained anew on the same small school of shooters.
Nothing is trained or chosen on (a) and (c).
"""

from __future__ import annotations

import argparse
import itertools
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from edge.commands.form_training import draw_shots
from edge.form.embed import ENCODER, Embedder, open_embedder
from edge.form.errors import FormError
from edge.form.virtual import View
from edge.simulator.shooters import ShotType
from edge.types import FloatArray, FormSequence
from engines.form.evaluate import Score, apart, by_distance, discriminant, draw_confusion, draw_map, score, tsne
from engines.form.shots import NO_FAULT, Shots, pack
from tests.bench.common import Figure, parser, report, table
from tests.bench.form_limits import limits
from tests.bench.form_real import (
    bone_lengths,
    film_throw,
    of_usual_build,
    raw_dtw,
    read_throws,
    read_utd,
    sequences,
    usual_hands,
    utd_clip,
)
from tests.bench.form_virtual import (
    JUDGED_FROM,
    TUNING_FROM,
    Cast,
    Embed,
    Judged,
    alarms,
    distances,
    film_cast,
    identity,
    pooled,
    types,
)

_COUNTS = (2, 5, 20)
# Of the ablation: shooters, sessions of each, steps of both phases.
_SCHOOL, _STEPS = (160, 2), (120, 300)
_ABLATION_FROM = 500_000


@dataclass(frozen=True, slots=True)
class Way:
    """A way of making embeddings: name and the function from shots to (N, D)."""

    name: str
    embedder: Embedder | None

    def embed(self, shots: Shots) -> FloatArray:
        """Without an encoder: the frames themselves, every fourth, what is not known as in the middle of the rest."""
        if self.embedder is not None:
            return self.embedder.embed_arrays(shots.pose, shots.present, shots.duration_s)
        known = shots.present[:, ::4] > 0
        pose = np.where(known[..., None], shots.pose[:, ::4], 0.0)
        usual = pose.sum(axis=0) / np.maximum(known.sum(axis=0), 1)[..., None]
        return np.asarray(np.where(known[..., None], pose, usual).reshape(len(shots), -1))


def virtual(casts: list[Judged], way: Way, prefix: str) -> tuple[dict[str, Figure], dict[str, Score]]:
    embeddings = [way.embed(one.shots) for one in casts]
    figures: dict[str, Figure] = {}
    pictures: dict[str, Score] = {}
    away = distances(casts, way.embed)
    for count in _COUNTS:
        scores = identity(casts, away, count)
        if scores:
            figures |= pooled(scores, f"{prefix}virtual_identity_{count}")
            pictures[f"shooter, one of {count}"] = scores[0]
    means = [float(figures[key]) for count in _COUNTS if (key := f"{prefix}virtual_identity_{count}_mean") in figures]
    figures[f"{prefix}virtual_identity_mean"] = float(np.mean(means))
    for hard, name in ((False, "type"), (True, "type_hard")):
        refined, plain = (types(casts, embeddings, hard, also) for also in (True, False))
        figures |= pooled(plain, f"{prefix}virtual_{name}") | pooled(refined, f"{prefix}virtual_{name}_refined")
        together = Score(
            np.concatenate([one.accuracy for one in plain]),
            np.mean([one.confusion for one in plain if len(one.labels) == len(ShotType)], axis=0), (0, 1, 2),
        )  # fmt: skip
        pictures["type of shot" + (", hard shooters" if hard else "")] = together
    return figures | alarms(casts, embeddings).figures(f"{prefix}distorted"), pictures


def utd(folder: Path, way: Way) -> dict[str, Figure]:
    """Who of the persons, by the encoder and by its peers, on the same splits."""
    recordings = read_utd(folder)
    clips, found = [], np.zeros(len(recordings), dtype=bool)
    for number, one in enumerate(recordings):
        try:
            clips.append(utd_clip(one))
            found[number] = True
        except FormError:
            continue
    whose = [one.person for one, use in zip(recordings, found, strict=True) if use]
    sequences_, kept = sequences(clips, usual_hands(clips, whose))
    found[np.flatnonzero(found)] = kept
    used = [one for one, use in zip(recordings, found, strict=True) if use]
    people = np.array([one.person for one in used])
    shots = as_shots(sequences_, people)
    bones = np.stack([bone_lengths(one.joints_m) for one in used])
    away = warped([one.joints_m for one in used])
    alike = warped([of_usual_build(one.joints_m) for one in used])
    embeddings = way.embed(shots)
    one_out = by_distance(_apart(bones), people, 1)
    figures: dict[str, Figure] = {"utd_shots": len(used), "utd_refused": len(recordings) - len(used)}
    for name, found_ in (
        ("", score(embeddings, people)),
        ("_refined", score(embeddings, people, refine=discriminant)),
        ("_frames", score(Way("", None).embed(shots), people)),
        ("_dtw", score(bones, people, distances=away)),
        ("_dtw_of_usual_build", score(bones, people, distances=alike)),
        ("_bones", score(bones, people)),
    ):
        figures |= {f"utd_identity{name}_mean": found_.mean, f"utd_identity{name}_std": found_.std}
    figures["utd_identity_bones_leave_one_out_1nn"] = 100 * float((one_out == people).mean())
    for name, by_dtw in (("dtw", away), ("dtw_of_usual_build", alike)):
        told = by_distance(by_dtw, people, 1)
        figures[f"utd_identity_{name}_leave_one_out_1nn"] = 100 * float((told == people).mean())
    told = by_distance(_apart(embeddings), people, 1)
    figures["utd_identity_leave_one_out_1nn"] = 100 * float((told == people).mean())
    return figures


def warped(motions: list[FloatArray]) -> FloatArray:
    """Distances (N, N) by dynamic time warping, of each to itself infinite."""
    away = np.full((len(motions), len(motions)), np.inf)
    for a, b in itertools.combinations(range(len(motions)), 2):
        away[a, b] = away[b, a] = raw_dtw(motions[a], motions[b])
    return away


def _apart(rows: FloatArray) -> FloatArray:
    away = apart(rows, rows)
    np.fill_diagonal(away, np.inf)
    return away


def as_shots(found: list[FormSequence], whose: npt.NDArray[np.integer]) -> Shots:
    pose, present = pack(np.stack([one.pose for one in found]), np.stack([one.present for one in found]))
    nothing = np.zeros(len(found), dtype=int)
    took = np.array([one.duration_s for one in found], dtype=np.float32)
    return Shots(
        pose,
        present,
        took,
        whose,
        nothing,
        nothing,
        whose,
        nothing.astype(float),
        np.zeros_like(present),
        np.full(len(found), np.nan),
        np.array([one.view_rad for one in found]),
    )


def free_throws(folder: Path, way: Way, strangers: float) -> dict[str, Figure]:
    """Before four cameras. strangers: mean distance of different virtual shooters' shots before the same camera."""
    throws = read_throws(folder)
    cameras = [View(angle, 7.0, 2.5) for angle in (-1.2, -1.9, 1.2, 2.6)]
    accuracy, spread_, seen = [], [], 0
    for k, view in enumerate(cameras):
        clips, made = [], []
        for number, throw in enumerate(throws):
            try:
                clips.append(film_throw(throw, view, np.random.default_rng([k, number, 54])))
                made.append(throw.made)
            except FormError:
                continue
        found, kept = sequences(clips)
        went_in = np.array(made)[kept].astype(int)
        embeddings = way.embed(as_shots(found, went_in))
        seen += len(found)
        accuracy.append(score(embeddings, went_in).accuracy)
        spread_.append(float(_apart(embeddings)[~np.eye(len(found), dtype=bool)].mean()))
    share = float(np.mean([throw.made for throw in throws]))
    return {
        "spl_throws": len(throws), "spl_compared_share": seen / (len(throws) * len(cameras)),
        "spl_made_or_missed_mean": 100 * float(np.mean(accuracy)),
        "spl_made_or_missed_std": 100 * float(np.std(accuracy)),
        "spl_always_the_commoner": 100 * max(share, 1 - share),
        "spl_spread_of_one_man": float(np.mean(spread_)) / strangers,
    }  # fmt: skip


def between_shooters(casts: list[Judged], way: Way) -> tuple[float, float]:
    """Mean distance of shots of different shooters before one camera, and of the same shooter's catch and shoots."""
    others, same = [], []
    for one in casts:
        rows = np.flatnonzero((one.shots.fault == NO_FAULT) & (one.shots.kind == 0))
        embeddings, whose = way.embed(one.shots.take(rows)), one.shots.shooter[rows]
        away, alike = _apart(embeddings), whose[:, None] == whose[None]
        others.append(float(away[~alike].mean()))
        same.append(float(away[alike & np.isfinite(away)].mean()))
    return float(np.mean(others)), float(np.mean(same))


def ablation(casts: list[Judged], school: tuple[int, int], steps: tuple[int, int]) -> dict[str, Figure]:
    """The same small school of virtual shooters, learnt from in different ways; k-NN on who and which type."""
    try:
        from engines.form.train import Plan, Training
    except ImportError:
        return {"ablation": "left out: needs PyTorch (pip install courtside[train])"}
    shots = draw_shots(range(_ABLATION_FROM, _ABLATION_FROM + school[0]), school[1], 1)
    ways = {
        "no_pretraining": Plan(pretrain=0),
        "paper_augmentation": Plan(augmentation="paper"),
        "ours": Plan(),
        "ours_triplet": Plan(loss="triplet"),
        "lstm": Plan(architecture="lstm"),
        "paper": Plan("lstm", "paper", "triplet"),
    }
    figures: dict[str, Figure] = {}
    for name, plan in ways.items():
        short = Plan(plan.architecture, plan.augmentation, plan.loss, steps[0] if plan.pretrain else 0, steps[1], 0)
        encoder = Training(shots, short).run()
        embed = _by_network(encoder)
        embeddings = [embed(one.shots) for one in casts]
        known = pooled(identity(casts, distances(casts, embed), 20), "x")
        figures |= {
            f"ablation_{name}_identity_20_mean": known["x_mean"],
            f"ablation_{name}_type_mean": pooled(types(casts, embeddings, False, False), "x")["x_mean"],
            f"ablation_{name}_distorted_recall_at_2_percent":
                alarms(casts, embeddings).figures("x")["x_recall_at_2_percent"],
        }  # fmt: skip
    return figures


def _by_network(encoder: Any) -> Embed:
    """encoder: a PyTorch module."""
    import torch

    def embed(shots: Shots) -> FloatArray:
        with torch.no_grad():
            return np.asarray(encoder(*map(torch.from_numpy, (shots.pose, shots.present, shots.duration_s))))

    return embed


def draw(folder: Path, casts: list[Judged], way: Way, scores: dict[str, Score]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    kinds = [kind.value.replace("_", " ") for kind in ShotType]
    for name, found in scores.items():
        labels = (
            kinds
            if len(found.labels) == len(kinds) and "type" in name
            else [str(k + 1) for k in range(len(found.labels))]
        )
        draw_confusion(found.confusion, labels, name, folder / f"confusion {name}.png".replace(" ", "_"))
    shots = casts[0].shots
    few = np.isin(shots.shooter, np.unique(shots.shooter)[:8])
    chosen = shots.take(few & (shots.fault == NO_FAULT))
    names = [f"shooter {k + 1}" for k in range(8)]
    whose = np.searchsorted(np.unique(chosen.shooter), chosen.shooter)
    draw_map(
        tsne(way.embed(chosen)), whose, chosen.kind, names, "t-SNE: shooters (marks: types)", folder / "shooters.png"
    )
    mine = shots.take(shots.shooter == np.unique(shots.shooter)[1])
    draw_map(tsne(way.embed(mine)), mine.kind, 3 * (mine.fault > 0), kinds, "t-SNE: one shooter (crosses: distorted)",
             folder / "one_shooter.png")  # fmt: skip


def _arguments() -> argparse.Namespace:
    arguments = parser(__doc__ or "")
    arguments.add_argument("--encoder", default=ENCODER, metavar="NAME", help="a network's name, or an ONNX file")
    arguments.add_argument("--tuning", action="store_true", help="on the shooters that may be tuned on, nothing real")
    arguments.add_argument("--pictures", type=Path, metavar="DIR", help="write confusion matrices and maps, as PNG")
    arguments.add_argument("--no-ablation", action="store_true", help="without training anything")
    return arguments.parse_args()


def main() -> None:
    options = _arguments()
    way = Way("encoder", open_embedder(options.encoder, threads=0))
    first = TUNING_FROM if options.tuning else JUDGED_FROM
    cast = Cast(1, 20, 12, 1) if options.quick else Cast()
    casts = film_cast(replace(cast, both_hands=True), first)
    figures, scores = virtual(casts, way, "")
    frames, _ = virtual(casts, Way("frames", None), "frames_")
    figures |= frames
    for amount, name in ((0.5, "half_noise"), (0.0, "no_noise")):
        clear = film_cast(Cast(1, 6, 12, 1, amount) if options.quick else Cast(2, 12, 14, 2, amount), first + 200_000)
        embeddings = [way.embed(one.shots) for one in clear]
        figures |= {
            f"{name}_type_hard_mean": pooled(types(clear, embeddings, True, False), "x")["x_mean"],
            **alarms(clear, embeddings).figures(f"{name}_distorted"),
        }
    for strength, name in ((0.5, "half"), (0.75, "three_quarters")):
        slight = film_cast(replace(cast, kinds=(ShotType.CATCH,), strength=strength), first)
        found = alarms(slight, [way.embed(one.shots) for one in slight]).figures("x")
        figures[f"distorted_{name}_recall"] = found["x_recall"]
    others, same = between_shooters(casts, way)
    figures["virtual_spread_of_one_man"] = same / others
    for name, read in (("utd_mhad", utd), ("spl_freethrow", lambda folder, way: free_throws(folder, way, others))):
        folder = options.data / name
        if options.tuning or not folder.is_dir():
            print(f"{folder}: left out" if options.tuning else f"{folder}: no such folder, left out")
        else:
            figures |= read(folder, way)
    rows = limits(first + 100_000, way.embed, 1 if options.quick else 6)
    keys = ("seen", "identity", "false_alarm", "not_judged", "refused")
    print(table(list(keys), [[row[key] for key in keys] for row in rows]) + "\n")
    for row in rows:
        name = "".join(c if c.isalnum() else "_" for c in str(row["seen"]))
        figures |= {f"limit_{name}_{key}": row[key] for key in keys[1:]}
    if not options.no_ablation:
        figures |= ablation(casts, (12, 1) if options.quick else _SCHOOL, (2, 4) if options.quick else _STEPS)
    if options.pictures is not None:
        draw(options.pictures, casts, way, scores)
    if way.embedder is not None:
        way.embedder.close()
    report(figures, options.json)


if __name__ == "__main__":
    main()
