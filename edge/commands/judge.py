"""`courtside judge`: made or missed, of clips that show no more of a shot than the hoop."""

from __future__ import annotations

import argparse
from pathlib import Path

from edge.capture import CaptureError, open_source
from edge.commands.options import CommandError, add_settings_options, settings
from edge.config import SourceConfig
from edge.types import Image, Outcome

_EXAMPLES = """examples:
  courtside judge hoop.mp4
  courtside judge clips/*.mp4 > outcomes.txt

Each clip shows one shot at a hoop that fills much of the picture, from a little before the ball is there until a little
after; shooter and court need not be in it. Where shooters are in the picture, 'courtside analyze' follows shots from
the hands and is the better judge. A line is printed for each clip: made, missed or unknown, how sure, and its name."""

# One shot at a hoop is over sooner. A clip is looked at twice, so all of its frames are held at once, bytes.
LONGEST_S, LARGEST = 30.0, 2_000_000_000


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "judge",
        help="made or missed, of clips of a hoop",
        description="Says of each clip, which shows one shot at a hoop, whether it was made.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("clips", metavar="CLIP", type=Path, nargs="+", help="a video of one shot at a hoop")
    add_settings_options(parser)
    parser.set_defaults(execute=execute)


def execute(args: argparse.Namespace) -> int:
    # Imported here: kernels and networks take seconds to load, and `courtside --help` needs none of them.
    from edge.game.hoop import judge
    from edge.hoop_clip import view
    from edge.vision.models import open_ball

    with open_ball(settings(args).engines) as network:
        for path in args.clips:
            frames, fps = read_clip(path)
            seen = view(frames, fps, network)
            decision = None if seen.rim is None else judge(seen.moments, seen.rim)
            outcome = Outcome.UNKNOWN if decision is None else decision.outcome or Outcome.UNKNOWN
            sure = 0.0 if decision is None else decision.confidence
            print(f"{outcome.value:<8} {100 * sure:>3.0f}%  {path}", flush=True)
    return 0


def read_clip(path: Path) -> tuple[list[Image], float]:
    """The frames (H, W, 3) BGR and how many a second. Raises CaptureError, and CommandError for what is too long."""
    with open_source(SourceConfig(uri=str(path), realtime=False)) as source:
        if source.info.live:
            raise CommandError(f"{path}: is live; name a file")
        most = round(LONGEST_S * source.info.fps)
        frames: list[Image] = []
        for frame in source:
            frames.append(frame.image)
            if len(frames) > most:
                raise CommandError(f"{path}: longer than {LONGEST_S:.0f} s; 'courtside analyze' takes recordings")
            if len(frames) * frame.image.nbytes > LARGEST:
                raise CommandError(f"{path}: too large to be looked at as a whole; cut it to the shot, or to the hoop")
        if not frames:
            raise CaptureError(f"{path}: no frame can be read")
        return frames, source.info.fps
