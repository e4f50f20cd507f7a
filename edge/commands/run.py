"""`courtside run`: the box itself."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from types import FrameType

from edge.commands.options import add_rim_option, add_settings_options, settings

_EXAMPLES = """examples:
  courtside run                                             the virtual gym: nothing else is needed to see it all
  courtside run --source /dev/video0                        a USB camera
  courtside run --source rtsp://user:secret@10.0.0.7/live   a network camera
  courtside run --source shots.mp4 --realtime --rim 412,96,52,20
  courtside run --config box.yaml --set web.port=8000

Open the printed address on a phone in the same network. Results go out over MQTT under courtside/SITE/COURT/:
  mosquitto_sub -t 'courtside/#' -v"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "run",
        help="start the box",
        description="Watches a source until it is stopped (Ctrl-C), serves the page and publishes over MQTT.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--source", metavar="URI", help="gym://, a video file, /dev/video0 or rtsp://...")
    parser.add_argument(
        "--realtime",
        action=argparse.BooleanOptionalAction,
        help="play files and the virtual gym at their own speed, dropping late frames (default), or use every frame",
    )
    add_rim_option(parser)
    add_settings_options(parser)
    parser.set_defaults(execute=execute)


def execute(args: argparse.Namespace) -> int:
    config = settings(args, source__uri=args.source, source__realtime=args.realtime)
    # Imported here: kernels and networks take seconds to load, and `courtside --help` needs none of them.
    from edge.daemon import run_box

    _start_log()
    return run_box(config, args.rim, _stop_on_signal())


def _stop_on_signal() -> threading.Event:
    """Set by SIGTERM or Ctrl-C; a second one does not wait for anything."""
    stop = threading.Event()

    def ask(number: int, _: FrameType | None) -> None:
        if stop.is_set():
            os._exit(128 + number)
        stop.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    return stop


def _start_log() -> None:
    """Our own words to stderr; of libraries only what is an error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("courtside: %(message)s"))
    logging.basicConfig(level=logging.ERROR, handlers=[handler])
    logging.getLogger("edge").setLevel(logging.INFO)
    logging.getLogger("engines").setLevel(logging.INFO)
