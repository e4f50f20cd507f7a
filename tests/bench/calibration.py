"""Calibration: virtual mounts with the truth known, real courts and lenses, and cameras that are knocked.

Every threshold of `calibration/` was chosen on mounts of seeds below 3000; the figures here are of seeds from 3000 on.
Mounts are drawn so that the whole ring and all cones' marks are in the picture: that much a coach sees to.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator

from tqdm import tqdm

from tests.bench import bump, mounts, real_courts
from tests.bench.common import Figure, need, parser, report, table

FIRST_SEED = 3000
PLAYS = 12
_METHODS = (
    ("courtside", ""),
    ("courtside, cones alone", "cones_only_"),
    ("the paper's, its blue", "paper_"),
    ("the paper's, the cones' hue", "paper_with_the_cones_hue_"),
)
_COLUMNS = ("solved_share", "court_error_median_cm", "court_error_p95_cm", "wrong_accepted")


def main() -> int:
    arguments = parser(__doc__ or "")
    arguments.add_argument("--mounts", type=int, default=200, help="virtual mounts to calibrate")
    arguments.add_argument("--bumps", type=int, default=200, help="virtual mounts that are knocked")
    arguments.add_argument("--hours", type=float, default=2.0, help=f"play without a knock, over {PLAYS} mounts")
    arguments.add_argument("--first-seed", type=int, default=FIRST_SEED, help="of the mounts, the knocks and the play")
    args = arguments.parse_args()
    if args.quick:
        args.mounts, args.bumps, args.hours = 3, 3, 0.02
    if min(args.mounts, args.bumps) < 1 or args.hours <= 0 or args.first_seed < 0:
        raise SystemExit("--mounts, --bumps and --hours must be above nought, --first-seed not below")
    root = need(args.data)
    start_s = time.monotonic()
    figures: dict[str, Figure] = {"first_seed": args.first_seed, "mounts": args.mounts}
    figures.update(mounts.run(_seeds(args.first_seed, args.mounts, "mounts"), tqdm.write))
    print(table(["method", *_COLUMNS], [[name, *_row(figures, prefix)] for name, prefix in _METHODS]) + "\n")
    for real in (
        real_courts.trackid3x3,
        real_courts.court_images,
        real_courts.arena_cameras,
        real_courts.lens,
        real_courts.cone_in_video,
    ):
        found = real(root)
        if not found:
            print(f"{root}: nothing there for {real.__name__}", file=sys.stderr)
        figures.update(found)
    each_s = round(3600 * args.hours / PLAYS)
    figures.update(bump.knocks(_seeds(args.first_seed, args.bumps, "knocks"), tqdm.write))
    figures.update(bump.plays(_seeds(args.first_seed, PLAYS, "play"), each_s, tqdm.write))
    figures["wall_clock_s"] = time.monotonic() - start_s
    report(figures, args.json)
    return 0


def _seeds(first: int, count: int, what: str) -> Iterator[int]:
    chosen: Iterable[int] = tqdm(range(first, first + count), desc=what, unit="mount")
    return iter(chosen)


def _row(figures: dict[str, Figure], prefix: str) -> list[Figure]:
    return [figures.get(prefix + column, "") for column in _COLUMNS]


if __name__ == "__main__":
    sys.exit(main())
