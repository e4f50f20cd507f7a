"""The command `courtside`: reads the command line, runs one command, turns every failure into one line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import NoReturn

from calibration.lens import LensError
from calibration.model import CalibrationError
from edge.capture.source import CaptureError
from edge.commands import analyze, calibrate, config, doctor, engines, form, judge, run, sessions
from edge.commands.options import CommandError
from edge.config import ConfigError
from edge.form.errors import FormError
from edge.game.sessions import SessionError

_COMMANDS = (run, analyze, judge, sessions, form, calibrate, engines, doctor, config)
_OUR_PACKAGES = ("edge", "engines", "calibration")
_BAD_INPUT = (ConfigError, CaptureError, CalibrationError, LensError, CommandError, SessionError, FormError)

EXIT_FAILURE = 1
EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130

_EXAMPLES = """examples:
  courtside run                                     the box, on the virtual gym
  courtside run --source /dev/video0                the box, on a USB camera
  courtside calibrate                               where the court is: four cones, once
  courtside analyze shots.mp4 --out result          every shot of a recording
  courtside sessions show latest                    figures of the box's last run
  courtside form show Anna                          how somebody shoots, and whether it has changed
  courtside doctor                                  what is wrong, and how to mend it

'courtside COMMAND --help' shows more of each."""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with the command line in one line, as every other error is said."""

    def error(self, message: str) -> NoReturn:
        self.exit(EXIT_BAD_INPUT, f"courtside: error: {message}; see '{self.prog} --help'\n")


def build_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="courtside",
        description="A box on the gym wall that watches a basketball court and tells what each shot did.",
        epilog=_EXAMPLES,
        formatter_class=lambda prog: argparse.RawDescriptionHelpFormatter(prog, max_help_position=16),
    )
    parser.add_argument("--debug", action="store_true", help="show where in the code an error comes from")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.add_parser(subparsers)
    subparsers.add_parser("version", help="print the version").set_defaults(execute=_print_version)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 done, 1 failed, 2 bad input, 130 interrupted."""
    args = build_parser().parse_args(argv)
    try:
        return int(args.execute(args))
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader of our output (head, less) has gone: nothing is left to say to it.
        sys.stdout = None
        return EXIT_FAILURE
    except Exception as error:
        if args.debug:
            raise
        print(f"courtside: error: {_one_line(error)}", file=sys.stderr)
        return EXIT_BAD_INPUT if isinstance(error, _BAD_INPUT) else EXIT_FAILURE


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split())
    if type(error).__module__.partition(".")[0] in _OUR_PACKAGES:
        return text
    return f"{type(error).__name__}: {text} (unexpected; 'courtside --debug ...' shows where)"


def _print_version(args: argparse.Namespace) -> int:
    print(f"courtside {version('courtside')}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
