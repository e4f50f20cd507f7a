"""What several commands share: options, and the settings that result from them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import yaml

from calibration.model import RimBox
from edge.config import Config, load


class CommandError(Exception):
    """A command cannot do what was asked; the message names the option or file and what to do."""


def positive(text: str) -> int:
    """A whole number from 1 on. Raises argparse's own error, which names the option."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("at least 1 is needed")
    return value


def add_settings_options(parser: argparse.ArgumentParser, nested: bool = False) -> None:
    """nested: of a command within a command; what was said before its name stands where it says nothing itself."""
    parser.add_argument(
        "--config",
        type=Path,
        default=argparse.SUPPRESS if nested else None,
        metavar="FILE",
        help="settings (YAML); 'courtside config' prints one",
    )
    parser.add_argument(
        "--set",
        dest="overrides",
        action="append",
        default=argparse.SUPPRESS if nested else [],
        metavar="KEY=VALUE",
        help="one setting, over those of the file, for instance --set vision.pose_players=1; may be repeated",
    )


def add_out_option(parser: argparse.ArgumentParser, nested: bool = False) -> None:
    """As `add_settings_options`, for the calibration file."""
    parser.add_argument(
        "--out",
        type=Path,
        default=argparse.SUPPRESS if nested else None,
        metavar="FILE",
        help="calibration file (default: the one in the settings)",
    )


def add_picture_options(parser: argparse.ArgumentParser) -> None:
    """Where a nested command has its one picture from."""
    picture = parser.add_mutually_exclusive_group()
    picture.add_argument(
        "--source",
        default=argparse.SUPPRESS,
        metavar="URI",
        help="take the picture from here (default: the settings' source)",
    )
    picture.add_argument("--image", type=Path, metavar="FILE", help="take the picture from this file")


def add_rim_option(parser: argparse.ArgumentParser, required: bool = False) -> None:
    parser.add_argument(
        "--rim",
        type=parse_rim,
        required=required,
        metavar="X,Y,W,H",
        help="the ring's ellipse in the image: upper left corner, width and height in pixels; X,Y,W,H@N where the "
        "camera moves and these are the pixels of frame N",
    )


def parse_rim(text: str) -> RimBox:
    """`x,y,w,h` in pixels, or `x,y,w,h@frame`. Raises argparse's own error, which names the option."""
    numbers, _, frame = text.partition("@")
    try:
        x, y, width, height = (float(part) for part in numbers.split(","))
        return RimBox(x=x, y=y, width=width, height=height, frame=int(frame or 0))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"'{text}' is not X,Y,W,H: four numbers in pixels with W above 1 and H above 0, for instance 412,96,52,20"
        ) from None


def settings(args: argparse.Namespace, **fixed: Any) -> Config:
    """The settings that `args` ask for; `fixed` has keys with `__` for the dot and wins over all. Raises ConfigError,
    or CommandError where a --set is not KEY=VALUE."""
    overrides: dict[str, Any] = {}
    for pair in args.overrides:
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise CommandError(f"--set {pair}: write KEY=VALUE, for instance --set source.fps=15")
        try:
            overrides[key.strip()] = yaml.safe_load(value)
        except yaml.YAMLError:
            raise CommandError(f"--set {pair}: the value cannot be read; put it in quotes") from None
    overrides.update({key.replace("__", "."): value for key, value in fixed.items() if value is not None})
    return load(args.config, overrides)
