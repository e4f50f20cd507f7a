"""Sheets of what a network misses (red: the true ball) and mistakes (yellow: what it found), its heat as a tint."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from edge.types import FloatArray, Image
from engines.ball.layout import CELL_PX
from tests.bench.ball_scores import Match
from tests.bench.clips import Checked
from tests.bench.finders import Finder, Found
from tests.bench.label_ball import FONT, YELLOW, Ball, Window, write_sheets

RED, GREEN, BLACK, TINT = (0, 0, 255), (0, 255, 0), (0, 0, 0), (255, 0, 255)
WIDE_PX, DETAIL_PX = 560, 100
COLUMNS, ROWS = 2, 4


def tinted(frame: Image, heat: FloatArray | None) -> Image:
    """The frame, magenta where the network is hot."""
    if heat is None:
        return frame.copy()
    height, width = frame.shape[:2]
    # The network may have seen the frame shrunk, and padded to whole steps.
    scale = max(1.0, max(height, width) / (CELL_PX * max(heat.shape)))
    size = (round(heat.shape[1] * CELL_PX * scale), round(heat.shape[0] * CELL_PX * scale))
    whole = cv2.resize(heat, size, interpolation=cv2.INTER_LINEAR)
    share = np.zeros((height, width, 1), np.float32)
    part = whole[:height, :width]
    share[: part.shape[0], : part.shape[1], 0] = 0.6 * np.clip(part, 0, 1)
    return np.asarray(frame * (1 - share) + np.array(TINT) * share, dtype=np.uint8)


@dataclass(slots=True)
class Sheets:
    """Looks on while one network is measured on the clips, and keeps a picture of each of its faults."""

    finder: Finder
    tiles: dict[str, list[Image]] = field(default_factory=dict)

    def __call__(self, finder: Finder, key: str, checked: Checked, found: Found, match: Match) -> None:
        if finder is not self.finder:
            return
        sure = set(np.flatnonzero(found.balls[:, 4] >= finder.confidence).tolist())
        hit = {match.hit[row] for row in match.hit if row in sure}
        label = checked.label
        missed = [] if label.partly else [ball for index, ball in enumerate(label.balls) if index not in hit]
        mistaken = [found.balls[row] for row in sorted(sure - set(match.hit) - match.ignored)]
        if missed or mistaken:
            tile = fault(checked, found, missed, mistaken)
            self.tiles.setdefault(key, []).append(tile)

    def write(self, folder: Path) -> list[Path]:
        """A few PNG files for each clip with faults."""
        return [path for key, tiles in self.tiles.items() for path in write_sheets(tiles, COLUMNS, ROWS, folder / key)]


def fault(checked: Checked, found: Found, missed: list[Ball], mistaken: list[FloatArray]) -> Image:
    """The whole frame beside the place of its first fault, enlarged."""
    frame = tinted(checked.frames[-1], found.heat)
    height, width = frame.shape[:2]
    whole = Window(0, 0, width, height, WIDE_PX / width)
    side = round(height * whole.zoom)
    x, y = (missed[0] if missed else mistaken[0])[:2]
    size = max(DETAIL_PX, 6 * round((missed[0] if missed else mistaken[0])[2]))
    near = Window(round(x) - size // 2, round(y) - size // 2, size, size, side / size)
    parts = [_circled(window.cut(frame), window, checked, missed, mistaken) for window in (whole, near)]
    text = f"{checked.index}: {len(missed)} missed, {len(mistaken)} mistaken"
    text += f" ({', '.join(f'{row[4]:.2f}' for row in mistaken)})" if mistaken else ""
    cv2.rectangle(parts[0], (0, 0), (9 * len(text), 22), BLACK, -1)
    cv2.putText(parts[0], text, (4, 16), FONT, 0.5, YELLOW, 1, cv2.LINE_AA)
    return np.asarray(cv2.copyMakeBorder(cv2.hconcat(parts), 0, 3, 0, 3, cv2.BORDER_CONSTANT), dtype=np.uint8)


def _circled(part: Image, window: Window, checked: Checked, missed: list[Ball], mistaken: list[FloatArray]) -> Image:
    others = [ball for ball in checked.label.balls if ball not in missed]
    for balls, colour in ((others, GREEN), (missed, RED), (mistaken, YELLOW)):
        for x, y, radius, *_ in balls:
            radius_px = max(4, round(float(radius) * window.zoom))
            cv2.circle(part, window.at(float(x), float(y)), radius_px, colour, 1, cv2.LINE_AA)
    return part
