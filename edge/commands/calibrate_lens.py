"""`courtside calibrate lens`: focal length and distortion from pictures of a checkerboard."""

from __future__ import annotations

import argparse
from pathlib import Path

from calibration.camera import FloatArray
from calibration.colour import Image
from calibration.lens import LEAST_BOARDS, LensError, board_size, find_board, measure_lens, save_lens
from edge.commands.calibrate_rim import read_picture
from edge.commands.options import CommandError, add_settings_options, settings

_EXAMPLES = """examples:
  courtside calibrate lens --image board*.jpg
  courtside calibrate lens --image board*.jpg --board 9x6 --out lens.json

Print a checkerboard, glue it on something flat, and take ten or more pictures with the box's camera at the size that
the box uses: near the middle, near every corner, tilted to each side. Then: courtside calibrate --lens FILE"""


def add_parser(what: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    lens = what.add_parser(
        "lens",
        help="a wide lens, from pictures of a checkerboard",
        description="Measures focal length, principal point and distortion and writes them to a file.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    lens.add_argument("--image", type=Path, nargs="+", required=True, metavar="FILE", help="pictures of the board")
    lens.add_argument(
        "--board",
        type=_board,
        metavar="CxR",
        help="inner corners, for instance 9x6 (default: found out)",
    )
    lens.add_argument(
        "--out", type=Path, metavar="FILE", help="where to write (default: lens.json beside the calibration)"
    )
    add_settings_options(lens, nested=True)
    lens.set_defaults(execute=execute)


def execute(args: argparse.Namespace) -> int:
    path = args.out or settings(args).calibration_path.with_name("lens.json")
    images = [read_picture(file) for file in args.image]
    sizes = {image.shape[:2] for image in images}
    if len(sizes) > 1:
        raise CommandError("the pictures are of different sizes: take all of them with one camera at one setting")
    size = args.board or board_size(images)
    if size is None:
        raise LensError("lens: no checkerboard was found in any picture; show all of it, or give its --board CxR")
    boards = _find(images, args.image, size)
    if len(boards) < LEAST_BOARDS:
        raise LensError(
            f"lens: a board of {size[0]}x{size[1]} inner corners was found in {len(boards)} of {len(images)} pictures, "
            f"at least {LEAST_BOARDS} are needed; give another --board CxR, or take sharper pictures"
        )
    height, width = images[0].shape[:2]
    lens = measure_lens(boards, size[0], size[1], (width, height))
    try:
        save_lens(path, lens)
    except OSError as error:
        raise CommandError(f"{path}: cannot be written: {error.strerror}") from None
    print(
        f"courtside: {path}: focal length {lens.focal_px:.1f} px, reprojection error {lens.error_px:.2f} px "
        f"over {lens.boards} boards of {size[0]}x{size[1]}"
    )
    return 0


def _find(images: list[Image], files: list[Path], size: tuple[int, int]) -> list[FloatArray]:
    boards = []
    for image, file in zip(images, files, strict=True):
        board = find_board(image, *size)
        print(f"courtside: {file}: {'board found' if board is not None else 'no board'}")
        if board is not None:
            boards.append(board)
    return boards


def _board(text: str) -> tuple[int, int]:
    try:
        columns, rows = (int(part) for part in text.lower().split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not COLUMNSxROWS, for instance 9x6") from None
    if min(columns, rows) < 3:
        raise argparse.ArgumentTypeError(f"'{text}': at least 3 inner corners a side are needed")
    return columns, rows
