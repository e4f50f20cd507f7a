"""`courtside calibrate rim`: tells the box once where the ring is in its picture."""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np

from calibration.model import Calibration, RimBox
from calibration.picture import draw_calibration
from calibration.store import load, save
from edge.calibrated import choose_calibration
from edge.capture import first_frame, open_source
from edge.commands.options import (
    CommandError,
    add_out_option,
    add_picture_options,
    add_rim_option,
    add_settings_options,
    settings,
)
from edge.config import Config
from edge.types import Image

_EXAMPLES = """examples:
  courtside calibrate rim --source /dev/video0 --rim 612,148,70,26
  courtside calibrate rim --image photo.jpg --rim 612,148,70,26 --out court1.json
  courtside calibrate rim --source gym:// --out gym.json          the virtual gym knows where its rim is

The rim is the ellipse of the ring in the picture: X,Y of its upper left corner, then its width and height in pixels.
A picture beside FILE shows the rim drawn in: look at it."""

# A camera needs a few seconds to open, a network camera more.
_FIRST_FRAME_S = 15.0


def add_parser(what: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    rim = what.add_parser(
        "rim",
        help="the ring's ellipse in the picture",
        description="Writes the rim into the calibration file; what else the file holds is kept.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_picture_options(rim)
    add_rim_option(rim)
    add_out_option(rim, nested=True)
    add_settings_options(rim, nested=True)
    rim.set_defaults(execute=execute)


def execute(args: argparse.Namespace) -> int:
    config = settings(args, source__uri=args.source, source__realtime=False)
    image, known = (read_picture(args.image), None) if args.image else _from_source(config)
    path = args.out or config.calibration_path
    calibration = _with_rim(config, path, known, image, args.rim)
    picture = path.with_suffix(".png")
    try:
        save(path, calibration)
        cv2.imencode(".png", draw_calibration(image, calibration))[1].tofile(picture)
    except OSError as error:
        raise CommandError(f"{path}: cannot be written: {error.strerror}") from None
    print(f"courtside: {path} ({calibration.status}); look at {picture}")
    return 0


def read_picture(path: Path) -> Image:
    """A picture (H, W, 3) BGR. Raises CommandError."""
    try:
        image = cv2.imdecode(np.fromfile(path, dtype=np.uint8), cv2.IMREAD_COLOR)
    except OSError as error:
        raise CommandError(f"{path}: cannot be read: {error.strerror}") from None
    except cv2.error:
        image = None
    if image is None:
        raise CommandError(f"{path}: is not a picture that can be read; use JPEG or PNG")
    return np.asarray(image, dtype=np.uint8)


def _from_source(config: Config) -> tuple[Image, Calibration | None]:
    with open_source(config.source) as source:
        frame = first_frame(source, _FIRST_FRAME_S)
        return frame.image, source.calibration


def _with_rim(config: Config, path: Path, known: Calibration | None, image: Image, rim: RimBox | None) -> Calibration:
    """The rim joined to what is known already: the gym's truth, or the file that is about to be replaced."""
    if rim is None and known is None:
        raise CommandError("where is the rim? give it with --rim x,y,w,h (pixels), read off the picture in any viewer")
    image_size = (image.shape[1], image.shape[0])
    if known is None and path.exists():
        earlier = load(path)
        known = earlier if earlier.image_size == image_size else None
    known = known or Calibration(image_size=image_size)
    calibration, _ = choose_calibration(config, known, image_size, rim)
    assert calibration is not None
    return calibration
