"""Court models in metres. Origin at the centre of the court on the floor, x along length, y along width, z up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Court:
    """Dimensions of one kind of court, all in metres, lines' outer (court length, width) edges to the inside.

    rim_from_baseline_m: centre of the ring, measured along the floor from the inside of the base line.
    three_point_radius_m: from the point under the ring's centre; three_point_side_m: from the side line to the
    straight part of the line. key_width_m, free_throw_m: the restricted area and the free-throw line's distance from
    the base line.
    """

    name: str
    length_m: float
    width_m: float
    rim_height_m: float
    rim_diameter_m: float
    rim_from_baseline_m: float
    board_from_baseline_m: float
    board_width_m: float
    board_height_m: float
    board_bottom_m: float
    key_width_m: float
    free_throw_m: float
    three_point_radius_m: float
    three_point_side_m: float
    centre_circle_radius_m: float

    def rim_centre(self, side: int = 1) -> npt.NDArray[np.float64]:
        """Centre of the ring (3,) in metres at the end of positive x (`side` 1) or negative x (-1)."""
        return np.array([side * (self.length_m / 2 - self.rim_from_baseline_m), 0.0, self.rim_height_m])

    def half_court_lines(self, side: int = 1, step_m: float = 0.1) -> list[npt.NDArray[np.float64]]:
        """The painted lines of one half as polylines (N, 2) m on the floor, each along the middle of its line's paint.

        In order: boundary, half-way line, restricted area, free-throw semicircle, three-point line, centre circle's
        half, no-charge semicircle. Arcs are cut into pieces of about `step_m`.
        """
        end, half_width = self.length_m / 2, self.width_m / 2
        ring_x = end - self.rim_from_baseline_m
        key, line = self.key_width_m / 2, end - self.free_throw_m
        corner_y = half_width - self.three_point_side_m
        reach = float(np.sqrt(self.three_point_radius_m**2 - corner_y**2))
        turn = float(np.arctan2(corner_y, -reach))
        three = _arc((ring_x, 0.0), self.three_point_radius_m, turn, 2 * np.pi - turn, step_m)
        lines = [
            np.array([[0.0, half_width], [end, half_width], [end, -half_width], [0.0, -half_width]]),
            np.array([[0.0, half_width], [0.0, -half_width]]),
            np.array([[end, key], [line, key], [line, -key], [end, -key]]),
            _arc((line, 0.0), self.centre_circle_radius_m, np.pi / 2, 3 * np.pi / 2, step_m),
            np.vstack([[[end, corner_y]], three, [[end, -corner_y]]]),
            _arc((0.0, 0.0), self.centre_circle_radius_m, -np.pi / 2, np.pi / 2, step_m),
            _arc((ring_x, 0.0), NO_CHARGE_RADIUS_M, np.pi / 2, 3 * np.pi / 2, step_m),
        ]
        return [polyline * np.array([side, 1.0]) for polyline in lines]


LINE_WIDTH_M = 0.05
NO_CHARGE_RADIUS_M = 1.25


def _arc(
    centre_m: tuple[float, float], radius_m: float, start_rad: float, stop_rad: float, step_m: float
) -> npt.NDArray[np.float64]:
    """Points (N, 2) m along a circle's arc, both ends included."""
    count = max(2, int(np.ceil(abs(stop_rad - start_rad) * radius_m / step_m)) + 1)
    angles = np.linspace(start_rad, stop_rad, count)
    return np.array(centre_m) + radius_m * np.column_stack([np.cos(angles), np.sin(angles)])


# FIBA Official Basketball Rules 2024, rule two and the equipment appendix.
FIBA = Court(
    name="fiba",
    length_m=28.0,
    width_m=15.0,
    rim_height_m=3.05,
    rim_diameter_m=0.45,
    rim_from_baseline_m=1.575,
    board_from_baseline_m=1.2,
    board_width_m=1.8,
    board_height_m=1.05,
    board_bottom_m=2.9,
    key_width_m=4.9,
    free_throw_m=5.8,
    three_point_radius_m=6.75,
    three_point_side_m=0.9,
    centre_circle_radius_m=1.8,
)

COURTS: dict[str, Court] = {court.name: court for court in (FIBA,)}
