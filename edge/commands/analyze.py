"""`courtside analyze`: every frame of a recording, every shot in it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tqdm import tqdm

from calibration.court import Court
from edge.annotate import Annotator
from edge.calibrated import choose_calibration, own_calibration
from edge.capture import CaptureError, Source, open_source
from edge.commands.hoop import with_hoop
from edge.commands.options import CommandError, add_rim_option, add_settings_options, positive, settings
from edge.commands.results import Results
from edge.commands.summary import Summary
from edge.commands.video import VideoWriter, open_video_writer
from edge.tracking.settled import SettledFrame
from edge.types import Explanation, Frame, PlayEvent, ShotEvent

if TYPE_CHECKING:
    from edge.pipeline import Step

_EXAMPLES = """examples:
  courtside analyze shots.mp4 --out result --rim 412,96,52,20
  courtside analyze shots.mp4 --out result --no-video --set vision.ball_whole_every=1

The rim is the ellipse of the ring in the picture: X,Y of its upper left corner, then its width and height in pixels.
Without it the hoop is looked for by itself: first in frames spread over the recording, which tells where it is if they
show one view, else as the recording goes on; tell the rim where outcomes stay "unknown" or another hoop was taken.

DIR then holds events.jsonl (one line for every event, as sent over MQTT), shots.txt and shots.png (the shots at a
glance), tracks.csv, statistics.json, annotated.mp4 and, as far as there is something to draw, pass_network.png; where
the court is calibrated also shot_chart.png, trails.png (where everybody went) and flight_SHOT.png (how a shot flew).
A number that changed its player for a moment is put right in all of them but annotated.mp4."""


class Analyser(Protocol):
    """What is needed of a pipeline here."""

    @property
    def dropped(self) -> dict[str, int]: ...

    def step(self, frame: Frame) -> Step: ...

    def explain(self) -> Explanation: ...

    def finish(self) -> tuple[ShotEvent, ...]: ...

    def finish_plays(self) -> tuple[PlayEvent, ...]: ...

    def settled(self, ended: bool = False) -> list[SettledFrame]: ...


_MEASURE = "measure its ring in a picture of the recording and give --rim LEFT,TOP,WIDTH,HEIGHT in pixels"
_NO_HOOP = f"no hoop was found, so nothing is known of made and missed; {_MEASURE}"
_ONLY_HOOP = "'courtside judge' is for clips that show only the hoop"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "analyze",
        help="find every shot in a recording",
        description="Goes through every frame of a recording and lists the shots in it.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("video", metavar="VIDEO", help="the recording; gym:// analyses the virtual gym")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the results; made if absent")
    add_rim_option(parser)
    parser.add_argument("--frames", type=positive, metavar="N", help="stop after N frames")
    parser.add_argument("--no-video", action="store_true", help="do not write annotated.mp4")
    parser.add_argument(
        "--debug-tracks", action="store_true", help="draw what the trackers believe into annotated.mp4, with a legend"
    )
    add_settings_options(parser)
    parser.set_defaults(execute=execute)


def execute(args: argparse.Namespace) -> int:
    # Imported here: kernels and networks take seconds to load, and `courtside --help` needs none of them.
    from edge.pipeline import open_pipeline

    config = settings(args, source__uri=args.video, source__realtime=False)
    if args.frames is None and args.video.startswith("gym://"):
        raise CommandError("the virtual gym never ends: say how many frames with --frames N")
    with ExitStack() as stack:
        source = stack.enter_context(open_source(config.source))
        if source.info.live:
            raise CommandError(f"{source.info.name}: is live; 'courtside run --source ...' watches cameras")
        image_size = (source.info.width, source.info.height)
        calibration, origin = choose_calibration(
            config, own_calibration(config, source.calibration), image_size, args.rim
        )
        print(f"courtside: {origin}", file=sys.stderr)
        _make_folder(args.out)
        calibration = with_hoop(config, source, args.frames, calibration)
        pipeline = open_pipeline(config, calibration)
        stack.callback(pipeline.close)
        court = None if calibration is None or calibration.camera is None else calibration.court_model()
        annotator = None if args.no_video else Annotator(court, args.debug_tracks)
        summary = analyse(source, pipeline, args.out, annotator, limit=args.frames, court=court)
    text = summary.text()
    print(text)
    print(f"courtside: results are in {args.out}", file=sys.stderr)
    return _verdict(source, summary)


def analyse(
    source: Source,
    pipeline: Analyser,
    folder: Path,
    annotator: Annotator | None,
    limit: int | None = None,
    court: Court | None = None,
) -> Summary:
    """Run every frame of `source` through `pipeline`, writing results into `folder` as they come; a video where there
    is an annotator.

    What was written so far is complete whatever ends the run: the end, an error or Ctrl-C.
    """
    expected = source.info.frames if limit is None or source.info.frames is None else min(limit, source.info.frames)
    summary = Summary(source.info.name, source.info.fps, expected)
    with Results(folder, summary, court) as results, ExitStack() as stack:
        writer = None
        for frame in _with_progress(source, limit):
            step = pipeline.step(frame)
            results.add(frame, step, pipeline.settled())
            summary.dropped = pipeline.dropped
            if annotator is not None:
                writer = writer or _open_writer(stack, folder, source, frame)
                writer.write(annotator.draw(frame, step.snapshot, step.events, pipeline.explain()))
        last, last_plays = pipeline.finish(), pipeline.finish_plays()
        results.finish(last, last_plays, pipeline.settled(ended=True))
    return summary


def _with_progress(source: Source, limit: int | None) -> Iterator[Frame]:
    """The frames, with a bar that shows frames a second and the time left."""
    total = source.info.frames if limit is None else min(limit, source.info.frames or limit)
    with tqdm(total=total, unit=" frames", mininterval=0.5, dynamic_ncols=True, file=sys.stderr) as bar:
        for frame in source:
            yield frame
            bar.update()
            if limit is not None and frame.index + 1 >= limit:
                break


def _open_writer(stack: ExitStack, folder: Path, source: Source, frame: Frame) -> VideoWriter:
    height, width = frame.image.shape[:2]
    writer = open_video_writer(folder / "annotated.mp4", source.info.fps, (width, height))
    stack.callback(writer.close)
    return writer


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        hint = "it is a file; name a folder" if folder.exists() else error.strerror
        raise CommandError(f"--out {folder}: cannot be made: {hint}") from None


def _advice(summary: Summary) -> str:
    """What to do where nothing, or no outcome, was found."""
    if summary.shots:
        return "" if summary.rim_seen else _NO_HOOP
    found = "if another hoop than yours was taken:" if summary.rim_seen else "and no hoop:"
    return f"no shot was found, {found} {_MEASURE}; {_ONLY_HOOP}"


def _verdict(source: Source, summary: Summary) -> int:
    """A recording that breaks off was analysed as far as it goes, and that is said as the failure it is."""
    damage = source.state.detail if source.state.state == "ended" else ""
    if damage.startswith("cut off"):
        raise CaptureError(f"{source.info.name}: {damage}; the results cover what could be read")
    note = _advice(summary)
    if note:
        print(f"courtside: note: {note}", file=sys.stderr)
    if summary.missing_frames:
        print(f"courtside: note: {summary.missing_frames}", file=sys.stderr)
    return 0
