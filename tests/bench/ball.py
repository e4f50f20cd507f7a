"""The ball's network and general ones on photos, on hand-checked frames of real clips and on virtual play.

    python -m tests.bench.ball --data DIR --json FILE

A ball in a photo counts as found from IoU 0.3, elsewhere where its centre is within 3 px or 0.75 of its radius. Recall
and precision are those at the network's own confidence. Keys of a peer begin with its name, as
yolo26s_1280_clips_recall.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from edge.simulator import VirtualGym
from edge.types import FloatArray, ObjectClass
from engines.backend import EngineError
from tests.bench import box, clips, datasets, play
from tests.bench.ball_scores import as_detections, tally_figures
from tests.bench.ball_sheets import Sheets
from tests.bench.common import Figure, need, parser, report, table
from tests.bench.finders import OWN_NETWORK, Finder, HeatFinder, own_finder, peer_finder, step_ms
from tests.bench.label_ball import TRUTH
from tests.bench.scores import Tally
from tests.bench.yolo import NOTICE, peers

YARDSTICK = "yolo26s_1280"
LEAST_IOU = 0.3
STILLS: dict[str, Callable[[Path], Iterator[datasets.Labelled]]] = {
    "hoop_ball_images": datasets.hoop_ball_images,
    "bbplayers17": datasets.yolo_folder,
}
SETS = ("clips", "box", "followed", *STILLS, "play")
QUICK_STILLS, ROUNDS, QUICK_ROUNDS = 4, 40, 3

Figures = dict[str, dict[str, Figure]]


def _count(tally: Tally, found: FloatArray, truth: FloatArray, ignore: FloatArray) -> None:
    tally.add(as_detections(found), ObjectClass.BALL, truth, ignore, LEAST_IOU)


def stills(finders: Sequence[Finder], name: str, pictures: Iterator[datasets.Labelled]) -> Figures:
    """Balls, and hoops where the network knows them, on one set of photos."""
    balls, hoops = ({finder.name: Tally() for finder in finders} for _ in range(2))
    for picture in pictures:
        for finder in finders:
            found = finder.still(picture.image)
            _count(balls[finder.name], found.balls, picture.boxes[ObjectClass.BALL], picture.ignore)
            if picture.hoops is not None:
                _count(hoops[finder.name], found.rims, picture.hoops, picture.ignore)
    figures = {}
    for finder in finders:
        figures[finder.name] = tally_figures(balls[finder.name], name, finder.confidence)
        if finder.sees_rims:
            figures[finder.name] |= tally_figures(hoops[finder.name], f"{name}_hoop", finder.confidence)
    return figures


def times(finders: Sequence[Finder], rounds: int) -> Figures:
    """Median milliseconds of a frame of 1280 x 720 px."""
    moments = list(itertools.islice(VirtualGym("game", seed=play.FIRST_SEED).frames(), max(6, rounds)))
    frames = [frame.image for frame, _ in moments[:6]]
    figures: Figures = {name: {"ms": spent_ms} for name, spent_ms in step_ms(finders, frames, rounds).items()}
    for finder in finders:
        if isinstance(finder, HeatFinder):
            following = [
                (frame.image, None if truth.ball is None else truth.ball.centre_px) for frame, truth in moments
            ]
            figures[finder.name]["ms_as_run"] = finder.as_run_ms(following)
    return figures


def _open_all(arguments: argparse.Namespace) -> list[Finder]:
    """The network under test first, then the peers that can be had."""
    try:
        finders = [own_finder(arguments.network)]
    except EngineError as error:
        raise SystemExit(str(error)) from None
    if not arguments.no_peers:
        print(NOTICE)
        finders += [finder for network in peers() if (finder := peer_finder(network)) is not None]
    return finders


def compare(finders: Sequence[Finder], given: argparse.Namespace, data: Path) -> Figures:
    """Figures of every network by its name; what is absent below `data` is left out with a line."""
    quick, draw = given.quick, given.draw
    figures: Figures = {finder.name: {} for finder in finders}

    def merge(more: Figures) -> None:
        for name, row in more.items():
            figures[name] |= row

    sheets = None if draw is None else Sheets(finders[0])
    print("time ...", flush=True)
    merge(times(finders, QUICK_ROUNDS if quick else ROUNDS))
    for name, read in STILLS.items():
        if (data / name).is_dir():
            print(f"{name} ...", flush=True)
            merge(stills(finders, name, itertools.islice(read(data / name), QUICK_STILLS if quick else None)))
        else:
            print(f"{data / name} is not here; skipped")
    if present := clips.find_clips(data, given.labels):
        print("clips ...", flush=True)
        merge(clips.measure(finders, present, quick, sheets))
        if isinstance(finders[0], HeatFinder):
            print("clips, the whole box ...", flush=True)
            watch = partial(box.snapshots, given.network)
            merge({finders[0].name: box.measure(present, quick, watch)})
    print("play ...", flush=True)
    merge(play.measure([finders[0], *(finder for finder in finders[1:] if finder.name == YARDSTICK)], quick, sheets))
    for path in sheets.write(draw) if sheets is not None and draw is not None else []:
        print(path)
    return figures


def flat(figures: Mapping[str, Mapping[str, Figure]], own: str) -> dict[str, Figure]:
    """All figures under their keys: the own network's as they are, a peer's with its name before."""
    own_ms, peer_ms = float(figures[own]["ms"]), float(figures.get(YARDSTICK, {}).get("ms", "nan"))
    out: dict[str, Figure] = {"network": own, f"time_ratio_to_{YARDSTICK}": own_ms / peer_ms}
    if "ms_as_run" in figures[own]:
        out[f"time_ratio_as_run_to_{YARDSTICK}"] = float(figures[own]["ms_as_run"]) / peer_ms
    for name, row in figures.items():
        out |= {key if name == own else f"{name}_{key}": value for key, value in row.items()}
    return out


def tables(figures: Mapping[str, Mapping[str, Figure]], own: str) -> str:
    """A table for each set, a network a row; `x ours`: its milliseconds over the own network's."""
    parts = []
    own_ms = float(figures[own]["ms"])
    for name in SETS:
        keys = [f"{name}_{key}" for key in ("recall", "precision", "recall_at_p95", "ap", "center_error_px")]
        rows: list[list[Figure]] = [
            [network, *(row.get(key, "-") for key in keys), row["ms"], float(row["ms"]) / own_ms]
            for network, row in figures.items()
            if keys[0] in row
        ]
        if rows:
            header = [name, "recall", "precision", "recall at p95", "AP", "centre error, px", "ms", "x ours"]
            parts.append(table(header, rows))
    return "\n\n".join(parts)


def main() -> None:
    """Measure, print the tables and the figures, write them."""
    arguments = parser("Compare the ball's network with general ones.")
    arguments.add_argument("--no-peers", action="store_true", help="the own network alone: nothing is fetched")
    arguments.add_argument(
        "--network", default=OWN_NETWORK, help="name in the zoo, or an .onnx file of the same layout"
    )
    arguments.add_argument(
        "--draw", type=Path, default=None, metavar="DIR", help="sheets of what is missed or mistaken"
    )
    arguments.add_argument(
        "--labels", type=Path, default=TRUTH, metavar="FILE", help="which frames of clips are checked"
    )
    given = arguments.parse_args()
    data = need(given.data)
    finders = _open_all(given)
    figures = compare(finders, given, data)
    for finder in finders:
        finder.close()
    print("", tables(figures, finders[0].name), "", sep="\n")
    report(flat(figures, finders[0].name), given.json)


if __name__ == "__main__":
    main()
