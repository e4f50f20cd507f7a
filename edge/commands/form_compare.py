"""`courtside form compare`: whose shots of some recordings are alike."""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from edge.calibrated import choose_calibration, own_calibration
from edge.capture import open_source
from edge.commands.files import write_pictures
from edge.commands.hoop import with_hoop
from edge.commands.options import CommandError, settings
from edge.form.errors import FormError
from edge.types import FloatArray, ShotPhase

_ABOUT = """Finds the shots of recordings and prints how far apart their forms are, 0 = the same, 2 = as far as can be.

Shots of one player who is seen from the same side lie near each other. Nothing is kept, and nobody needs to be
enrolled."""


@dataclass(frozen=True, slots=True)
class Found:
    """A shot: `name` is of its recording and the frame of its release; embedding (D,)."""

    name: str
    embedding: FloatArray


def add_compare(what: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    parser = what.add_parser(
        "compare", help="how alike the shots of recordings are", description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("videos", nargs="+", metavar="VIDEO", help="recordings with shots in them")
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="write the distances there, as PNG")
    parser.set_defaults(execute=execute_compare)
    return parser


def execute_compare(args: argparse.Namespace) -> int:
    found: list[Found] = []
    for video in args.videos:
        here = find_shots(args, video)
        if not here:
            print(f"courtside: {video}: no shot in it could be compared", file=sys.stderr)
        found += here
    if len(found) < 2:
        raise CommandError(f"{len(found)} shots could be compared; at least two are needed (see above)")
    rows = np.stack([one.embedding for one in found])
    away = np.linalg.norm(rows[:, None] - rows[None], axis=2)
    names = [one.name for one in found]
    width = max(len(name) for name in names)
    for name, row in zip(names, away, strict=True):
        print(f"{name:<{width}} " + " ".join(f"{value:5.2f}" for value in row))
    if args.pictures is not None:
        from edge import form_chart  # here: matplotlib takes a second to load

        write_pictures(args.pictures, {"distances": form_chart.distances(names, away)})
    return 0


def find_shots(args: argparse.Namespace, video: str) -> list[Found]:
    """The shots of one recording whose form can be seen; of others it is said why it cannot."""
    # Imported here: kernels and networks take seconds to load, and `courtside --help` needs none of them.
    from edge.form.embed import open_embedder
    from edge.form.measure import measure
    from edge.form.recorder import Recorder
    from edge.pipeline import open_pipeline

    config = settings(args, source__uri=video, source__realtime=False)
    found = []
    with ExitStack() as stack:
        source = stack.enter_context(open_source(config.source))
        if source.info.live or video.startswith("gym://"):
            raise CommandError(f"{video}: never ends; name a recording")
        size = (source.info.width, source.info.height)
        calibration, _ = choose_calibration(config, own_calibration(config, source.calibration), size, None)
        calibration = with_hoop(config, source, None, calibration)
        pipeline = open_pipeline(config, calibration)
        stack.callback(pipeline.close)
        embedder = open_embedder(config.form.encoder, config.engines.backend, config.engines.threads)
        stack.callback(embedder.close)
        recorder = Recorder()
        for frame in tqdm(source, total=source.info.frames, unit="frame", desc=Path(video).name, file=sys.stderr):
            step = pipeline.step(frame)
            recorder.update(step.snapshot)
            for event in step.events:
                name = f"{Path(video).stem} {event.release_index}"
                if event.phase is not ShotPhase.NEW:
                    continue
                try:
                    found.append(Found(name, embedder.embed(measure(recorder.cut(event)).sequence)))
                except FormError as error:
                    print(f"courtside: {name}: not compared: {error}", file=sys.stderr)
    return found
