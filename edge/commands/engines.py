"""`courtside engines`: which networks there are, fetch those that are not shipped, measure them here."""

from __future__ import annotations

import argparse
import sys
import time
from statistics import median

import numpy as np
from tqdm import tqdm

from edge.commands.options import CommandError, add_settings_options, settings
from edge.commands.training import add_training
from edge.config import Config
from engines.backend import FREE, Engine, Tensor, TensorSpec, open_engine
from engines.fetch import fetch, licence_notice
from engines.zoo import Network, find, locate, networks, path_of, shape_ranges

_EXAMPLES = """examples:
  courtside engines list                              all networks, their licences, and which are here
  courtside engines fetch yolo11n-pose                shows the licence and asks before it downloads
  courtside engines fetch yolo11n-pose --accept-licence
  courtside engines bench                             milliseconds of the chosen networks on this machine
  courtside engines bench picodet-s-640 movenet-thunder
  courtside engines train-ball --out ball.onnx        the ball's network anew, from the virtual gym"""

_WARM_UP = 3
_LEAST_S = 2.0


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "engines",
        help="list, fetch and measure networks",
        description="The networks that look at the pictures.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    listing = what.add_parser("list", help="all known networks, with licence and origin")
    listing.set_defaults(execute=execute_list)
    fetching = what.add_parser("fetch", help="download a network that is not shipped")
    fetching.add_argument("name", metavar="NAME", help="a name of 'courtside engines list'")
    fetching.add_argument("--accept-licence", action="store_true", help="accept its licence without being asked")
    fetching.set_defaults(execute=execute_fetch)
    bench = what.add_parser("bench", help="milliseconds of networks on this machine")
    bench.add_argument("names", metavar="NAME", nargs="*", help="networks (default: those of the settings)")
    add_settings_options(bench)
    bench.set_defaults(execute=execute_bench)
    add_training(what)


def execute_list(args: argparse.Namespace) -> int:
    rows = [("name", "task", "here", "licence", "what")]
    for network in networks().values():
        here = "shipped" if network.shipped else "fetched" if path_of(network).is_file() else "-"
        rows.append((network.name, network.task, here, network.licence, network.about))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        print("  ".join([*(text.ljust(width) for text, width in zip(row, widths, strict=False)), row[4]]))
    return 0


def execute_fetch(args: argparse.Namespace) -> int:
    network = find(args.name)
    if network.shipped:
        print(f"courtside: {network.name} is shipped: {locate(network)}")
        return 0
    if path_of(network).is_file():
        print(f"courtside: {network.name} is here already: {locate(network)}")
        return 0
    if args.accept_licence:
        print(licence_notice(network))
    else:
        _ask(network)
    with tqdm(unit="B", unit_scale=True, desc=network.name, file=sys.stderr) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total or None
            bar.update(done - bar.n)

        path = fetch(network, accept_licence=True, progress=progress)
    print(f"courtside: {path}")
    return 0


def execute_bench(args: argparse.Namespace) -> int:
    config = settings(args)
    wanted = config.engines
    chosen = args.names or [
        name
        for name in (wanted.detector, wanted.ball, wanted.pose, wanted.appearance, config.form.encoder)
        if name != "none"
    ]
    width = max(len(name) for name in chosen)
    for name in chosen:
        network = find(name)
        engine = _open(network, config)
        try:
            low_ms, middle_ms = _measure(engine, {spec.name: _picture(spec, network) for spec in engine.inputs})
        finally:
            engine.close()
        print(f"{name:<{width}}  {middle_ms:7.1f} ms at the median  {low_ms:7.1f} ms at best", flush=True)
    return 0


def _ask(network: Network) -> None:
    """Goes on only where the licence is accepted. Raises CommandError otherwise."""
    print(licence_notice(network))
    if not sys.stdin.isatty():
        raise CommandError(f"{network.name}: its licence has to be accepted: add --accept-licence")
    if input("Accept this licence? [y/N] ").strip().lower() not in ("y", "yes"):
        raise CommandError(f"{network.name}: not fetched: its licence was not accepted")


def _open(network: Network, config: Config) -> Engine:
    return open_engine(locate(network), config.engines.backend, config.engines.threads, shape_ranges(network))


def _picture(spec: TensorSpec, network: Network) -> Tensor:
    """A grey picture of the network's full input size, in its own layout and type."""
    height, width = network.input.height, network.input.width
    usual = (1, network.input.channels, height, width) if network.input.layout == "NCHW" else (1, height, width, 3)
    shape = tuple(size if size != FREE else fallback for size, fallback in zip(spec.shape, usual, strict=False))
    return np.full(shape, 0.4 if "float" in spec.dtype else 100, dtype=spec.dtype)


def _measure(engine: Engine, feeds: dict[str, Tensor]) -> tuple[float, float]:
    """Best and median milliseconds of one call."""
    for _ in range(_WARM_UP):
        engine.infer(feeds)
    spent_ms: list[float] = []
    end_s = time.perf_counter() + _LEAST_S
    while time.perf_counter() < end_s or len(spent_ms) < _WARM_UP:
        start_s = time.perf_counter()
        engine.infer(feeds)
        spent_ms.append(1000 * (time.perf_counter() - start_s))
    return min(spent_ms), median(spent_ms)
