"""The court from above with everybody on it: lines behind them that fade, an icon only where they are now."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

from calibration.court import Court
from edge.drawing import BLACK, team_colour, write
from edge.tracking.trail import TRAIL_S
from edge.types import FloatArray, Image, PlayerState, TrackStatus

_MARGIN_M = 0.9
_FLOOR, _OUT, _LINE, _RING = (46, 68, 96), (24, 30, 42), (190, 210, 226), (61, 122, 255)
# Sub-pixels of OpenCV's drawing, bits.
_SHIFT = 4


class CourtMap:
    """The half with the watched basket on top, `width_px` wide; `draw` gives a new picture each time."""

    def __init__(self, court: Court, width_px: int) -> None:
        self._court = court
        self._scale = width_px / (court.width_m + 2 * _MARGIN_M)
        height = round((court.end_m + 1.5 * _MARGIN_M) * self._scale)
        self._floor = self._paint(np.full((height, width_px, 3), _OUT, np.uint8))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, px."""
        return self._floor.shape[1], self._floor.shape[0]

    def px(self, xy_m: FloatArray) -> FloatArray:
        """Court metres (..., 2) to pixels (..., 2): whoever faces the basket has y on the left."""
        x, y = xy_m[..., 0], xy_m[..., 1]
        across, down = self._court.width_m / 2 + _MARGIN_M - y, self._court.end_m + _MARGIN_M - x
        return np.stack([across, down], axis=-1) * self._scale

    def draw(
        self, players: tuple[PlayerState, ...], trails: Mapping[int, FloatArray], time_s: float, holder: int | None
    ) -> Image:
        """A picture (H, W, 3) BGR. trails: by track id rows (T, 3) of s, x m and y m, in order; holder: the track id
        of who has the ball."""
        image = self._floor.copy()
        here = [one for one in players if one.court_xy_m is not None and np.all(np.isfinite(one.court_xy_m))]
        for player in here:
            rows = trails.get(player.track_id)
            if rows is not None and len(rows) > 1:
                self._draw_trail(image, rows, time_s, team_colour(player.team))
        for player in here:
            self._draw_icon(image, player, player.track_id == holder)
        return image

    def _paint(self, image: Image) -> Image:
        lines = self._court.half_court_lines()
        outline = self._fixed(lines[0])
        cv2.fillPoly(image, [outline], _FLOOR, cv2.LINE_AA, _SHIFT)
        thick = max(1, round(0.05 * self._scale))
        for line in lines:
            cv2.polylines(image, [self._fixed(line)], line is lines[0], _LINE, thick, cv2.LINE_AA, _SHIFT)
        ring = self._fixed(self._court.ring()[:, :2])
        cv2.polylines(image, [ring], True, _RING, max(2, thick), cv2.LINE_AA, _SHIFT)
        return image

    def _fixed(self, xy_m: FloatArray) -> np.ndarray:
        return np.asarray(np.round(self.px(xy_m) * (1 << _SHIFT)), np.int32)

    def _draw_trail(self, image: Image, rows: FloatArray, time_s: float, colour: tuple[int, int, int]) -> None:
        points = self._fixed(rows[:, 1:])
        for i in range(1, len(rows)):
            fresh = 1.0 - float(np.clip((time_s - rows[i, 0]) / TRAIL_S, 0.0, 1.0))
            faded = tuple(round(a + 0.85 * fresh * (b - a)) for a, b in zip(_FLOOR, colour, strict=True))
            thick = max(1, round(self._scale * (0.06 + 0.26 * fresh)))
            start, end = tuple(points[i - 1].tolist()), tuple(points[i].tolist())
            cv2.line(image, start, end, faded, thick, cv2.LINE_AA, _SHIFT)

    def _draw_icon(self, image: Image, player: PlayerState, holds: bool) -> None:
        """Whoever has the ball is larger and has a black border (Ball Possession Decision)."""
        assert player.court_xy_m is not None
        x, y = (round(float(value)) for value in self.px(player.court_xy_m))
        colour = team_colour(player.team)
        if player.status is not TrackStatus.CONFIRMED:
            faded = ((a + b) // 2 for a, b in zip(colour, _FLOOR, strict=True))
            colour = (next(faded), next(faded), next(faded))
        radius = max(5, round(self._scale * (0.55 if holds else 0.42)))
        if holds:
            cv2.circle(image, (x, y), radius + 2, BLACK, -1, cv2.LINE_AA)
        cv2.circle(image, (x, y), radius, colour, -1, cv2.LINE_AA)
        label, size = str(player.track_id), radius / 13
        (wide, tall), _ = cv2.getTextSize(label, cv2.FONT_HERSHEY_SIMPLEX, size, 1)
        write(image, label, (x - wide // 2, y + tall // 2), BLACK, size, outline=False)
