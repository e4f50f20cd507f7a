"""`courtside calibrate`: cones or points by hand, to a saved calibration or a reason why not."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

import cv2

from calibration.colour import AUTO, COLOURS, Image
from calibration.cones import average
from calibration.court import COURT_NAMES, COURTS, DIMENSIONS, LAYOUTS, find_court
from calibration.files import reference_path
from calibration.lens import Lens, load_lens
from calibration.picture import draw
from calibration.solve import CalibrationRequest, Outcome, calibrate
from calibration.store import save
from calibration.watch import save_reference
from edge.capture import first_frames, open_source
from edge.commands.calibrate_rim import read_picture
from edge.commands.options import CommandError, add_out_option, add_settings_options, settings
from edge.config import Config

FRAMES_S = 1.0
_FIRST_FRAME_S = 15.0
_REFUSED = 1


def add_options(parser: argparse.ArgumentParser) -> None:
    picture = parser.add_mutually_exclusive_group()
    picture.add_argument("--source", metavar="URI", help="take the frames from here (default: the settings' source)")
    picture.add_argument("--image", type=Path, nargs="+", metavar="FILE", help="use these pictures, of one camera")
    parser.add_argument("--court", default="fiba", metavar="NAME", help=f"{', '.join(COURT_NAMES)} (default: fiba)")
    parser.add_argument(
        "--dimension",
        type=_dimension,
        action="append",
        default=[],
        metavar="KEY=METRES",
        help="of a custom court, for instance width_m=14; may be repeated. Keys: " + ", ".join(DIMENSIONS),
    )
    parser.add_argument(
        "--layout",
        default="key",
        metavar="NAME",
        help=f"where the cones stand: {', '.join(LAYOUTS)}, or landmarks joined by commas (default: key)",
    )
    parser.add_argument("--colour", default=AUTO, metavar="NAME", help=f"of the cones: {', '.join([AUTO, *COLOURS])}")
    parser.add_argument("--cone", type=_pixel, metavar="X,Y", help="a pixel on one cone: its colour is learnt")
    parser.add_argument(
        "--point",
        type=_point,
        action="append",
        default=[],
        metavar="LANDMARK=X,Y",
        help="where a landmark is, in pixels, instead of cones; four or more. x:y in metres is a landmark as well",
    )
    parser.add_argument(
        "--ring", type=_pixel, metavar="X,Y", help="the middle of the ring, in pixels: sharpens the fit"
    )
    parser.add_argument("--lens", type=Path, metavar="FILE", help="a lens from 'courtside calibrate lens'")
    parser.add_argument(
        "--no-lines", action="store_true", help="do not use the painted lines: they are not those of this court"
    )
    add_out_option(parser)
    add_settings_options(parser)
    parser.set_defaults(execute=execute)


def execute(args: argparse.Namespace) -> int:
    if args.layout == "help":
        print(_layouts())
        return 0
    config = settings(args, source__uri=args.source, source__realtime=False)
    path = args.out or config.calibration_path
    frames = [read_picture(file) for file in args.image] if args.image else _frames(config)
    _check_sizes(frames)
    if sys.stderr.isatty():
        print("courtside: looking for the court, up to half a minute ...", file=sys.stderr)
    outcome = calibrate(frames, _request(args))
    picture = path.with_suffix(".png") if outcome.calibration else path.with_suffix(".refused.png")
    _write(path, picture, outcome, frames)
    if outcome.calibration is None:
        kept = f"; {path} is kept as it was" if path.exists() else ""
        print(f"courtside: refused: {outcome.detail}; look at {picture}{kept}", file=sys.stderr)
        return _REFUSED
    print(f"courtside: {outcome.detail}")
    print(f"courtside: saved in {path}; look at {picture}: do the drawn lines lie on the painted ones?")
    return 0


def _frames(config: Config) -> list[Image]:
    with open_source(config.source) as source:
        return first_frames(source, FRAMES_S, _FIRST_FRAME_S)


def _check_sizes(frames: list[Image]) -> None:
    sizes = {frame.shape[:2] for frame in frames}
    if len(sizes) > 1:
        raise CommandError("the pictures are of different sizes: take all of them with one camera at one setting")


def _request(args: argparse.Namespace) -> CalibrationRequest:
    lens: Lens | None = load_lens(args.lens) if args.lens else None
    return CalibrationRequest(
        court=args.court,
        court_changes=dict(args.dimension),
        layout=args.layout,
        colour=args.colour,
        cone_tap=args.cone,
        points=dict(args.point) if args.point else None,
        rim=args.ring,
        lens=lens,
        lines=not args.no_lines,
    )


def _write(path: Path, picture: Path, outcome: Outcome, frames: list[Image]) -> None:
    try:
        if outcome.calibration is not None:
            save(path, outcome.calibration)
            _keep_scene(path, average(frames))
            path.with_suffix(".refused.png").unlink(missing_ok=True)
        picture.parent.mkdir(parents=True, exist_ok=True)
        cv2.imencode(".png", draw(outcome))[1].tofile(picture)
    except OSError as error:
        raise CommandError(f"{path}: cannot be written: {error.strerror}") from None


def _keep_scene(path: Path, image: Image) -> None:
    """The picture of the scene for whoever watches the camera, which makes one of its own where there is none."""
    scene = reference_path(path)
    try:
        save_reference(scene, image)
    except OSError as error:
        print(f"courtside: warning: {scene}: cannot be written: {error.strerror}", file=sys.stderr)


def _layouts() -> str:
    """Every layout with its marks, and the landmarks of each court."""
    lines = ["layouts (left and right as you face the basket):"]
    lines += [f"  {name:24} {', '.join(marks)}" for name, marks in LAYOUTS.items()]
    lines.append("landmarks, metres from the middle of the half-way line (x towards the basket, y to the left):")
    for court in COURTS:
        marks = ", ".join(f"{name} ({x:.2f}, {y:.2f})" for name, (x, y) in find_court(court).landmarks().items())
        lines.append(f"  {court}: {marks}")
    return "\n".join(lines)


def _pixel(text: str) -> tuple[float, float]:
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        x = y = math.nan
    if not (math.isfinite(x) and math.isfinite(y)):
        raise argparse.ArgumentTypeError(f"'{text}' is not X,Y: two numbers in pixels, for instance 612,148")
    return x, y


def _point(text: str) -> tuple[str, tuple[float, float]]:
    name, equals, pixel = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"'{text}' is not LANDMARK=X,Y, for instance key-left=612,380")
    return name.replace(":", ","), _pixel(pixel)


def _dimension(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        return name, float(value)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not KEY=METRES, for instance width_m=14") from None
