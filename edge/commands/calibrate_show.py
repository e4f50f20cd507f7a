"""`courtside calibrate show` and `undo`: look at what is known, and go back to what was known before."""

from __future__ import annotations

import argparse

import cv2

from calibration.model import Calibration, CalibrationError
from calibration.picture import draw_calibration
from calibration.store import load, undo
from edge.capture import first_frame, open_source
from edge.commands.calibrate_rim import read_picture
from edge.commands.options import CommandError, add_out_option, add_picture_options, add_settings_options, settings

_FIRST_FRAME_S = 15.0


def add_parsers(what: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    show = what.add_parser(
        "show",
        help="draw what is known over a fresh picture",
        description="Writes FILE.png beside the calibration: the court's lines and the ring as the box believes them.",
    )
    add_picture_options(show)
    add_out_option(show, nested=True)
    add_settings_options(show, nested=True)
    show.set_defaults(execute=execute_show)
    back = what.add_parser(
        "undo",
        help="back to the calibration before",
        description="The last twenty calibrations are kept; the newest of them that can be read comes back.",
    )
    add_out_option(back, nested=True)
    add_settings_options(back, nested=True)
    back.set_defaults(execute=execute_undo)


def execute_show(args: argparse.Namespace) -> int:
    config = settings(args, source__uri=args.source, source__realtime=False)
    path = args.out or config.calibration_path
    calibration = load(path)
    if args.image:
        image = read_picture(args.image)
    else:
        with open_source(config.source) as source:
            image = first_frame(source, _FIRST_FRAME_S).image
    size = (image.shape[1], image.shape[0])
    if size != calibration.image_size:
        wanted = "x".join(str(side) for side in calibration.image_size)
        raise CalibrationError(f"{path}: is for images of {wanted}, not {size[0]}x{size[1]}; calibrate again")
    picture = path.with_suffix(".png")
    try:
        cv2.imencode(".png", draw_calibration(image, calibration))[1].tofile(picture)
    except OSError as error:
        raise CommandError(f"{picture}: cannot be written: {error.strerror}") from None
    print(f"courtside: {path}: {describe(calibration)}; look at {picture}")
    return 0


def execute_undo(args: argparse.Namespace) -> int:
    path = args.out or settings(args).calibration_path
    try:
        undo(path)
        calibration = load(path)
    except OSError as error:
        raise CommandError(f"{path}: cannot be written: {error.strerror}") from None
    print(f"courtside: {path}: again {describe(calibration)}; start the box anew to use it")
    return 0


def describe(calibration: Calibration) -> str:
    """What a calibration is, in a few words."""
    if calibration.camera is None:
        return calibration.status
    quality = calibration.quality.detail if calibration.quality is not None else "error unknown"
    made = f", made {calibration.created:%Y-%m-%d %H:%M} UTC" if calibration.created is not None else ""
    return f"{calibration.court} court, {quality}{made}"
