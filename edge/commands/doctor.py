"""`courtside doctor`: what works, what does not, and how to mend it, one line each."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from edge.commands import checks
from edge.commands.checks import Finding
from edge.commands.options import add_settings_options, settings
from edge.config import Config

_EXAMPLES = """examples:
  courtside doctor
  courtside doctor --config box.yaml
  courtside doctor --source rtsp://10.0.0.7/live

Every line begins with ok, warn (the box runs, but misses something) or fail (the box will not run, or see nothing).
Stop a box that runs before: it holds the camera and the ports. The exit code is 1 where something fails."""

_CHECKS: tuple[tuple[str, Callable[[Config], Finding]], ...] = (
    ("source", checks.check_source),
    ("rim", checks.check_calibration),
    ("networks", checks.check_networks),
    ("gpu", checks.check_gpu),
    ("broker", checks.check_broker),
    ("page", checks.check_page),
    ("disk", checks.check_disk),
    ("clock", checks.check_clock),
)


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "doctor",
        help="say what is wrong, and how to mend it",
        description="Looks at source, networks, GPU, broker, disk and clock.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--source", metavar="URI", help="look at this source (default: the one in the settings)")
    add_settings_options(parser)
    parser.set_defaults(execute=execute)


def execute(args: argparse.Namespace) -> int:
    config = settings(args, source__uri=args.source)
    failed = False
    for name, check in _CHECKS:
        finding = _run(check, config)
        failed = failed or finding.level == "fail"
        print(f"{_coloured(finding.level)}  {name:<9} {finding.text}", flush=True)
    return 1 if failed else 0


def _run(check: Callable[[Config], Finding], config: Config) -> Finding:
    """A check that itself breaks is a finding, and the others still run."""
    try:
        return check(config)
    except Exception as error:
        return Finding("fail", " ".join(str(error).split()) or repr(error))


def _coloured(level: str) -> str:
    text = f"{level:<4}"
    if not sys.stdout.isatty():
        return text
    return {"ok": "\033[32m", "warn": "\033[33m", "fail": "\033[31m"}[level] + text + "\033[0m"
