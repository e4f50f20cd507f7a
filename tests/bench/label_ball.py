"""Labels of the ball by eye: sheets to read them off, and sheets to check them.

`sheet` shows chosen frames of a clip with their neighbours under a ruler in pixels of the original frame, so that a
ball's centre and radius can be read; `check` validates truth/balls.json and draws its labels over the frames.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from edge.types import Image
from tests.bench.common import need

TRUTH = Path(__file__).parent / "truth" / "balls.json"
GREEN, YELLOW, WHITE, BLACK = (0, 255, 0), (0, 255, 255), (255, 255, 255), (0, 0, 0)
FONT = cv2.FONT_HERSHEY_SIMPLEX
STEPS_PX = (5, 10, 20, 50, 100, 200)
BORDER_PX = 16

Ball = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Label:
    """The balls of one frame, (x, y, radius) px of the original; `partly`: mostly hidden, or known only roughly."""

    balls: tuple[Ball, ...]
    partly: bool = False


def _label(entry: Any, where: str) -> Label:
    if not isinstance(entry, dict) or set(entry) - {"balls", "partly"} or not isinstance(entry.get("balls"), list):
        raise SystemExit(f'{where}: write {{"balls": [[x, y, radius], ...]}}, and "partly": true where mostly hidden')
    balls = []
    for ball in entry["balls"]:
        numbers = isinstance(ball, list) and all(isinstance(value, (int, float)) for value in ball)
        if not numbers or len(ball) != 3 or ball[2] <= 0:
            raise SystemExit(f"{where}: {ball} is no [x, y, radius] in px")
        balls.append((float(ball[0]), float(ball[1]), float(ball[2])))
    if entry.get("partly", False) not in (True, False):
        raise SystemExit(f"{where}: partly is true or absent")
    return Label(tuple(balls), bool(entry.get("partly", False)))


def read_labels(path: Path = TRUTH) -> dict[str, dict[int, Label]]:
    """Labels by clip (path below the folder of videos) and frame, counted from 0 as OpenCV decodes them in order.

    A frame with no balls shows none; a frame that is absent was not labelled. The outline is the whole ball's, also
    where hands, net or the picture's edge hide a part, so a centre may lie outside the picture; of a blurred ball it
    is the middle of the streak.
    """
    labels: dict[str, dict[int, Label]] = {}
    for clip, entry in json.loads(path.read_text(encoding="utf-8")).items():
        frames = entry.get("frames") if isinstance(entry, dict) else None
        if not isinstance(frames, dict) or not all(index.isdecimal() for index in frames):
            raise SystemExit(f'{path.name}: {clip}: write {{"frames": {{"0": ..., "7": ...}}}}')
        labels[clip] = {int(index): _label(frames[index], f"{path.name}: {clip} {index}") for index in frames}
    return labels


def read_frames(clip: Path, wanted: Sequence[int]) -> dict[int, Image]:
    """The wanted frames by index, as far as the clip has them."""
    capture, keep, frames = cv2.VideoCapture(str(clip)), set(wanted), {}
    for index in range(max(keep, default=-1) + 1):
        if not capture.grab():
            break
        if index in keep:
            frames[index] = np.asarray(capture.retrieve()[1], dtype=np.uint8)
    capture.release()
    return frames


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the frame, enlarged: top left corner and size in px of the original, and the factor."""

    left: int
    top: int
    width: int
    height: int
    zoom: float

    def cut(self, frame: Image) -> Image:
        """The part, black where it lies outside the frame."""
        shift = np.array([[1, 0, -self.left], [0, 1, -self.top]], dtype=np.float64)
        part = cv2.warpAffine(frame, shift, (self.width, self.height))
        size = (round(self.width * self.zoom), round(self.height * self.zoom))
        kind = cv2.INTER_CUBIC if self.zoom > 1 else cv2.INTER_AREA
        return np.asarray(cv2.resize(part, size, interpolation=kind), dtype=np.uint8)

    def at(self, x: float, y: float) -> tuple[int, int]:
        """Where a point of the original lies in the part; whole numbers are the middles of pixels."""
        return round((x - self.left + 0.5) * self.zoom - 0.5), round((y - self.top + 0.5) * self.zoom - 0.5)


def _window(frame: Image, point: tuple[float, float] | None, size: int, tile: int) -> Window:
    height, width = frame.shape[:2]
    if point is None:
        return Window(0, 0, width, height, tile / width)
    return Window(round(point[0]) - size // 2, round(point[1]) - size // 2, size, size, tile / size)


def _ruled(part: Image, window: Window) -> Image:
    """The part with a thin grid and figures of the original's px along its left and upper side."""
    step = next((px for px in STEPS_PX if px * window.zoom >= 30), STEPS_PX[-1])
    faint = part.copy()
    tile = cv2.copyMakeBorder(part, BORDER_PX, 2, 2 * BORDER_PX, 2, cv2.BORDER_CONSTANT, value=BLACK)
    for x in range(-(-window.left // step) * step, window.left + window.width, step):
        column = window.at(x, 0)[0]
        cv2.line(faint, (column, 0), (column, part.shape[0]), WHITE, 1)
        cv2.putText(tile, str(x), (column + 2 * BORDER_PX - 10, 11), FONT, 0.33, WHITE, 1, cv2.LINE_AA)
    for y in range(-(-window.top // step) * step, window.top + window.height, step):
        row = window.at(0, y)[1]
        cv2.line(faint, (0, row), (part.shape[1], row), WHITE, 1)
        cv2.putText(tile, str(y), (2, row + BORDER_PX + 4), FONT, 0.33, WHITE, 1, cv2.LINE_AA)
    inside = tile[BORDER_PX : BORDER_PX + part.shape[0], 2 * BORDER_PX : 2 * BORDER_PX + part.shape[1]]
    inside[:] = cv2.addWeighted(part, 0.75, faint, 0.25, 0)
    return np.asarray(tile, dtype=np.uint8)


def _titled(tile: Image, text: str) -> Image:
    cv2.putText(tile, text, (2 * BORDER_PX + 3, BORDER_PX + 14), FONT, 0.5, BLACK, 3, cv2.LINE_AA)
    cv2.putText(tile, text, (2 * BORDER_PX + 3, BORDER_PX + 14), FONT, 0.5, YELLOW, 1, cv2.LINE_AA)
    return tile


def _with_neighbours(index: int, frames: dict[int, Image], window: Window) -> Image:
    """The frame under its ruler, the frames before and after it at half the size to its right, one over the other."""
    main = _titled(_ruled(window.cut(frames[index]), window), str(index))
    half = Window(window.left, window.top, window.width, window.height, window.zoom / 2)
    beside = [frames.get(near, np.zeros_like(frames[index])) for near in (index - 1, index + 1)]
    column = cv2.vconcat([half.cut(frame) for frame in beside])
    missing = main.shape[0] - column.shape[0]
    column = cv2.copyMakeBorder(column, max(missing, 0), 0, 2, 0, cv2.BORDER_CONSTANT, value=BLACK)
    return np.asarray(cv2.hconcat([main, column[: main.shape[0]]]), dtype=np.uint8)


def _drawn(index: int, label: Label, ball: Ball | None, frame: Image, window: Window) -> Image:
    """The frame as it is beside the frame with the balls' outlines and middles."""
    part = window.cut(frame)
    over = part.copy()
    for x, y, radius in label.balls:
        cv2.circle(over, window.at(x, y), round(radius * window.zoom), GREEN, 1, cv2.LINE_AA)
        cv2.drawMarker(over, window.at(x, y), GREEN, cv2.MARKER_CROSS, 8, 1)
    what = "none" if ball is None else f"{ball[0]:g},{ball[1]:g} r{ball[2]:g}"
    text = f"{index} {what}{' partly' if label.partly else ''}"
    raw = cv2.copyMakeBorder(part, BORDER_PX, 2, 2, 2, cv2.BORDER_CONSTANT, value=BLACK)
    return _titled(np.asarray(cv2.hconcat([_ruled(over, window), raw]), dtype=np.uint8), text)


def write_sheets(tiles: Sequence[Image], columns: int, rows: int, stem: Path) -> list[Path]:
    """Tiles side by side in PNG files stem-0.png, stem-1.png, ..."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, first in enumerate(range(0, len(tiles), columns * rows)):
        chosen = tiles[first : first + columns * rows]
        height, width = np.max([tile.shape[:2] for tile in chosen], axis=0)
        sheet = np.zeros((-(-len(chosen) // columns) * height, columns * width, 3), np.uint8)
        for place, tile in enumerate(chosen):
            top, left = place // columns * height, place % columns * width
            sheet[top : top + tile.shape[0], left : left + tile.shape[1]] = tile
        paths.append(stem.with_name(f"{stem.name}-{number}.png"))
        cv2.imwrite(str(paths[-1]), sheet)
    return paths


def _points(words: Sequence[str]) -> dict[int, tuple[float, float] | None]:
    """Frames with a point of interest each, "12:640,360", or without, "12", or every n-th, "0-99/3"."""
    points: dict[int, tuple[float, float] | None] = {}
    for word in words:
        span, _, point = word.partition(":")
        ends, _, step = span.partition("/")
        first, _, last = ends.partition("-")
        x, _, y = point.partition(",")
        for index in range(int(first), int(last or first) + 1, int(step or 1)):
            points[index] = (float(x), float(y)) if point else None
    return points


def sheet(arguments: argparse.Namespace, videos: Path) -> list[Path]:
    """Sheets of the frames asked for."""
    points = _points(arguments.frames)
    frames = read_frames(videos / arguments.clip, [near for index in points for near in (index - 1, index, index + 1)])
    tiles = []
    for index in (index for index in points if index in frames):
        window = _window(frames[index], points[index], arguments.size, arguments.tile)
        if arguments.alone:
            tiles.append(_titled(_ruled(window.cut(frames[index]), window), str(index)))
        else:
            tiles.append(_with_neighbours(index, frames, window))
    return write_sheets(tiles, arguments.columns, arguments.rows, arguments.out)


def check(arguments: argparse.Namespace, videos: Path) -> list[Path]:
    """Sheets of the labels over the frames, one tile a ball, or the whole frame where there is none."""
    paths = []
    for clip, labels in read_labels(arguments.labels).items():
        if arguments.clip not in (None, clip):
            continue
        frames, tiles = read_frames(videos / clip, list(labels)), []
        if missing := sorted(set(labels) - set(frames)):
            raise SystemExit(f"{clip}: has no frame {missing[0]}; take its label out")
        for index, label in sorted(labels.items()):
            for ball in label.balls or (None,):
                window = _window(frames[index], ball and ball[:2], arguments.size, arguments.tile)
                tiles.append(_drawn(index, label, ball, frames[index], window))
        name = arguments.out.name + "-" + Path(clip).stem
        paths += write_sheets(tiles, arguments.columns, arguments.rows, arguments.out.with_name(name))
        print(f"{clip}: {len(labels)} frames, {sum(len(label.balls) for label in labels.values())} balls")
    return paths


def main() -> None:
    """Write the sheets and say where they are."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("command", choices=("sheet", "check"))
    arguments.add_argument("frames", nargs="*", help="12 or 12:640,360 (point of interest) or 0-99/3 (every third)")
    arguments.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of real data")
    arguments.add_argument("--labels", type=Path, default=TRUTH, help="file of labels to check")
    arguments.add_argument("--clip", default=None, help="path below the folder of videos; sheet needs one")
    arguments.add_argument("--alone", action="store_true", help="sheet: without the neighbours")
    arguments.add_argument("--size", type=int, default=64, help="side of an enlarged part, px of the original")
    arguments.add_argument("--tile", type=int, default=320, help="width of a tile in the sheet, px")
    arguments.add_argument("--columns", type=int, default=4)
    arguments.add_argument("--rows", type=int, default=3)
    arguments.add_argument("--out", type=Path, default=Path("label_ball"), help="stem of the PNG files")
    chosen = arguments.parse_intermixed_args()
    videos = need(chosen.data / "videos")
    if chosen.command == "sheet" and (chosen.clip is None or not chosen.frames):
        raise SystemExit("sheet: name a clip with --clip, and frames")
    for path in (sheet if chosen.command == "sheet" else check)(chosen, videos):
        print(path)


if __name__ == "__main__":
    main()
