"""Court models in metres. Origin at the centre of the court on the floor, x along the length, y along the width, z up."""

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
