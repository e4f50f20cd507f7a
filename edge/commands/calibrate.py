"""`courtside calibrate`: once per court. Four cones, and the box knows the court in metres."""

from __future__ import annotations

import argparse

from edge.commands import calibrate_court, calibrate_lens, calibrate_rim, calibrate_show

_EXAMPLES = """examples:
  courtside calibrate                                         cones on the corners of the key, the box's own camera
  courtside calibrate --layout half-court --court high-school the whole half court, where the picture shows it
  courtside calibrate --image a.jpg --point key-left=612,380 --point key-right=790,402 ...   points by hand
  courtside calibrate --source gym://cones                    try it in the virtual gym
  courtside calibrate lens --image board1.jpg board2.jpg ...  a wide lens, measured once with a checkerboard
  courtside calibrate rim --rim 612,148,70,26                 only the rim: shots are counted, but nothing in metres
  courtside calibrate show                                    draw what is known over a fresh picture
  courtside calibrate undo                                    back to the calibration before

Put a cone on each mark of the layout ('--layout help' lists them), look at the picture that is written, done."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "calibrate",
        help="tell the box where the court is: four cones, once",
        description="Finds cones in about a second of frames, solves the camera, states its error and saves it. "
        "A calibration that is not good enough is refused, and the one before is kept.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = parser.add_subparsers(dest="what", metavar="WHAT")
    calibrate_lens.add_parser(what)
    calibrate_rim.add_parser(what)
    calibrate_show.add_parsers(what)
    calibrate_court.add_options(parser)
