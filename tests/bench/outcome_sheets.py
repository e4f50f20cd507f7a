"""A sheet of a clip: its frames about the rim crossing with candidates, rim and decision."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from edge.game.hoop import evidence, hoop_path, judge
from edge.hoop_clip import View
from edge.types import Image
from edge.vision.scene import apply, invert

_COLUMNS, _ROWS, _BEFORE = 8, 3, 7
_TILE_PX = 220
_CANDIDATE, _BALL, _RIM, _INK = (160, 160, 160), (0, 200, 255), (0, 0, 255), (0, 0, 0)


def draw_sheet(path: Path, frames: Sequence[Image], seen: View) -> None:
    """Write the sheet of one clip; without a rim its frames from the first on."""
    first, word, ball = 0, "no rim", {}
    if seen.rim is not None:
        signs, decision = evidence(seen.moments, seen.rim), judge(seen.moments, seen.rim)
        first = max(0, (signs.rim_index or 0) - _BEFORE)
        word = f"{decision.outcome}: {signs.through:+.1f} {signs.held:+.1f} {signs.swing:+.1f}"
        ball = {int(row[0]): row[2:] for row in hoop_path(seen.moments, seen.rim)}
    shown = range(first, min(first + _COLUMNS * _ROWS, len(frames)))
    tiles = [_tile(frames[k], seen, k, ball.get(k), word if k == first else "") for k in shown]
    tiles += [np.full_like(tiles[0], 255)] * (_COLUMNS * _ROWS - len(tiles))
    rows = [np.hstack(tiles[k : k + _COLUMNS]) for k in range(0, len(tiles), _COLUMNS)]
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.vstack(rows))


def _tile(image: Image, seen: View, index: int, ball: np.ndarray | None, word: str) -> Image:
    drawn = image.copy()
    here, moment = invert(seen.to_scene[index]), seen.moments[index]
    for x, y, radius, _ in moment.candidates:
        _circle(drawn, apply(here, [x, y]), float(radius), _CANDIDATE)
    if ball is not None:
        _circle(drawn, apply(here, ball), 5.0, _BALL)
    if seen.rim is not None:
        middle = apply(here, [seen.rim.x_px, seen.rim.y_px])
        axes = (round(seen.rim.width_px / 2), round(seen.rim.height_px / 2))
        cv2.ellipse(drawn, tuple(int(v) for v in middle), axes, 0, 0, 360, _RIM, 2)
    scale = _TILE_PX / max(drawn.shape[:2])
    drawn = cv2.resize(drawn, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    tile = np.full((_TILE_PX, _TILE_PX, 3), 255, np.uint8)
    tile[: drawn.shape[0], : drawn.shape[1]] = drawn
    net = "" if moment.net_motion is None else f"net {moment.net_motion:.2f}"
    cv2.putText(tile, f"{index} {net} {word}", (3, _TILE_PX - 5), cv2.FONT_HERSHEY_SIMPLEX, 0.4, _INK, 1)
    return tile


def _circle(image: Image, middle: np.ndarray, radius: float, colour: tuple[int, int, int]) -> None:
    cv2.circle(image, (round(float(middle[0])), round(float(middle[1]))), max(2, round(radius)), colour, 2)
