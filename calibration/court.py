"""Court models in metres: lines, ring, named landmarks, and where cones may stand.

Origin on the floor in the middle of the half-way line, x along the court's length towards the basket that the camera
watches, y across to the left of somebody who faces that basket, z up. A court with one basket (3x3) has no half-way
line: its origin lies on the line opposite the basket.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


class CourtError(Exception):
    """A court, landmark or cone layout that does not exist or cannot be; one line that says what to do."""


@dataclass(frozen=True, slots=True)
class Court:
    """Dimensions of one kind of court, all in metres; length and width to the inner edges of the boundary.

    rim_from_baseline_m: centre of the ring, measured along the floor from the inside of the base line.
    three_point_radius_m: from the point under the ring's centre to the outer edge of the line; three_point_side_m:
    from the side line to the outer edge of its straight part. key_width_m: the restricted area between its outer
    edges; free_throw_m: the far edge of the free-throw line from the base line. centre_circle_radius_m: outer edge.
    no_charge_radius_m: inner edge of the no-charge semicircle, 0 where none is painted. baskets: 2, or 1 where the
    court is a half (3x3).
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
    no_charge_radius_m: float
    line_width_m: float = 0.05
    baskets: int = 2

    @property
    def end_m(self) -> float:
        """x of the inside of the base line."""
        return self.length_m / self.baskets

    def rim_centre(self, side: int = 1) -> FloatArray:
        """Centre of the ring (3,) in metres at the end of positive x (`side` 1) or negative x (-1)."""
        return np.array([side * (self.end_m - self.rim_from_baseline_m), 0.0, self.rim_height_m])

    def ring(self, count: int = 72, side: int = 1) -> FloatArray:
        """Points (count, 3) m along the ring's inner edge."""
        angle = np.linspace(0.0, 2 * np.pi, count, endpoint=False)
        circle = np.column_stack([np.cos(angle), np.sin(angle), np.zeros(count)])
        return np.asarray(self.rim_centre(side) + self.rim_diameter_m / 2 * circle)

    def half_court_lines(self, side: int = 1, step_m: float = 0.1) -> list[FloatArray]:
        """The painted lines of one half as polylines (N, 2) m on the floor, each along the middle of its line's paint.

        In order: boundary, half-way line, restricted area, free-throw semicircle, three-point line, centre circle's
        half (two baskets), no-charge semicircle (where there is one). Arcs are cut into pieces of about `step_m`.
        """
        half = self.line_width_m / 2
        end, side_y = self.end_m + half, self.width_m / 2 + half
        ring_x = self.end_m - self.rim_from_baseline_m
        key, line = self.key_width_m / 2 - half, self.end_m - self.free_throw_m + half
        corner_y, radius = self._three_point_corner_m(), self.three_point_radius_m - half
        reach = float(np.sqrt(max(radius**2 - corner_y**2, 0.0)))
        turn = float(np.arctan2(corner_y, -reach))
        three = _arc((ring_x, 0.0), radius, turn, 2 * np.pi - turn, step_m)
        circle = self.centre_circle_radius_m - half
        far = 0.0 if self.baskets == 2 else -half
        lines = [
            np.array([[far, side_y], [end, side_y], [end, -side_y], [far, -side_y]]),
            np.array([[far, side_y], [far, -side_y]]),
            np.array([[end, key], [line, key], [line, -key], [end, -key]]),
            _arc((line, 0.0), circle, np.pi / 2, 3 * np.pi / 2, step_m),
            np.vstack([[[end, corner_y]], three, [[end, -corner_y]]]),
        ]
        if self.baskets == 2:
            lines.append(_arc((0.0, 0.0), circle, -np.pi / 2, np.pi / 2, step_m))
        if self.no_charge_radius_m > 0:
            lines.append(_arc((ring_x, 0.0), self.no_charge_radius_m + half, np.pi / 2, 3 * np.pi / 2, step_m))
        return [polyline * np.array([side, 1.0]) for polyline in lines]

    def landmarks(self) -> dict[str, tuple[float, float]]:
        """Named points of the floor (x, y) m, each in the middle of the paint where two lines meet.

        left and right are those of somebody who faces the basket.
        """
        half = self.line_width_m / 2
        end, side, far = self.end_m + half, self.width_m / 2 + half, 0.0 if self.baskets == 2 else -half
        line, key = self.end_m - self.free_throw_m + half, self.key_width_m / 2 - half
        points = {
            "corner": (end, side),
            "halfway": (far, side),
            "free-throw": (line, key),
            "key": (end, key),
            "three-point": (end, self._three_point_corner_m()),
        }
        if self.baskets == 2:
            points["far-corner"] = (-end, side)
        return {
            f"{name}-{hand}": (x, y if hand == "left" else -y)
            for name, (x, y) in points.items()
            for hand in ("left", "right")
        }

    def _three_point_corner_m(self) -> float:
        """y of the middle of the three-point line where it meets the base line."""
        return min(self.width_m / 2 - self.three_point_side_m, self.three_point_radius_m) - self.line_width_m / 2


def _arc(
    centre_m: tuple[float, float], radius_m: float, start_rad: float, stop_rad: float, step_m: float
) -> FloatArray:
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
    no_charge_radius_m=1.25,
)
# FIBA 3x3 Rules of the Game: 15 x 11 m with the lines of FIBA's half court.
THREE_BY_THREE = replace(FIBA, name="3x3", length_m=11.0, baskets=1)

_FT, _IN = 0.3048, 0.0254
# NBA Rule 1, court and dimensions.
NBA = Court(
    name="nba",
    length_m=94 * _FT,
    width_m=50 * _FT,
    rim_height_m=10 * _FT,
    rim_diameter_m=18 * _IN,
    rim_from_baseline_m=63 * _IN,
    board_from_baseline_m=4 * _FT,
    board_width_m=72 * _IN,
    board_height_m=42 * _IN,
    board_bottom_m=9.5 * _FT,
    key_width_m=16 * _FT,
    free_throw_m=19 * _FT,
    three_point_radius_m=23.75 * _FT,
    three_point_side_m=3 * _FT,
    centre_circle_radius_m=6 * _FT,
    no_charge_radius_m=4 * _FT,
    line_width_m=2 * _IN,
)
# NCAA Rule 1: the lane of 12 ft; the line at 22 ft 1 3/4 in, and 21 ft 7 7/8 in from the middle in the corners.
NCAA = replace(
    NBA,
    name="ncaa",
    key_width_m=12 * _FT,
    three_point_radius_m=(22 * 12 + 1.75) * _IN,
    three_point_side_m=(25 * 12 - 21 * 12 - 7.875) * _IN,
)
# NFHS Rule 1: 84 x 50 ft, the line at 19 ft 9 in all round, no restricted arc.
HIGH_SCHOOL = replace(
    NCAA,
    name="high-school",
    length_m=84 * _FT,
    three_point_radius_m=19.75 * _FT,
    three_point_side_m=5.25 * _FT,
    no_charge_radius_m=0.0,
)

COURTS: dict[str, Court] = {court.name: court for court in (FIBA, NBA, NCAA, HIGH_SCHOOL, THREE_BY_THREE)}
CUSTOM = "custom"
COURT_NAMES = (*COURTS, CUSTOM)
DIMENSIONS = tuple(field.name for field in fields(Court) if field.name not in ("name", "baskets"))

# Which landmarks of a court have a cone. The solver finds out by itself which cone stands where.
LAYOUTS: dict[str, tuple[str, ...]] = {
    "key": ("key-left", "key-right", "free-throw-right", "free-throw-left"),
    "half-court": ("corner-left", "corner-right", "halfway-right", "halfway-left"),
    "three-point": ("three-point-left", "three-point-right", "free-throw-right", "free-throw-left"),
    "key-and-left-sideline": ("corner-left", "key-right", "free-throw-right", "halfway-left"),
    "key-and-right-sideline": ("corner-right", "key-left", "free-throw-left", "halfway-right"),
    "half-court-and-key": (
        "corner-left",
        "corner-right",
        "halfway-right",
        "halfway-left",
        "free-throw-left",
        "free-throw-right",
    ),
    "full-court": ("corner-left", "corner-right", "far-corner-right", "far-corner-left"),
}


def find_court(name: str, changes: Mapping[str, float] | None = None) -> Court:
    """The court of that name; "custom" is FIBA's with `changes` of its `DIMENSIONS`, m. Raises CourtError."""
    changes = dict(changes or {})
    if name not in COURT_NAMES:
        raise CourtError(f"unknown court {name!r}; {_hint(name, COURT_NAMES)}")
    if changes and name != CUSTOM:
        raise CourtError(f"court {name!r} has fixed dimensions; choose 'custom' to give your own")
    court = COURTS.get(name) or replace(FIBA, name=CUSTOM)
    for key, value in changes.items():
        if key not in DIMENSIONS:
            raise CourtError(f"a court has no {key!r}; {_hint(key, DIMENSIONS)}")
        if not np.isfinite(value) or value < 0 or (value == 0 and key != "no_charge_radius_m") or value > 60:
            raise CourtError(f"{key}={value:g}: must be metres, more than 0 and at most 60")
    court = replace(court, **changes)  # type: ignore[arg-type]
    _check(court)
    return court


def layout_landmarks(court: Court, layout: str) -> dict[str, tuple[float, float]]:
    """The landmarks (x, y) m of a named layout, or of names joined by commas. Raises CourtError."""
    known = court.landmarks()
    names = LAYOUTS.get(layout) or tuple(part.strip() for part in layout.split(","))
    if len(names) == 1:
        raise CourtError(f"unknown cone layout {layout!r}; {_hint(layout, tuple(LAYOUTS))}")
    for name in names:
        if name not in known:
            raise CourtError(f"court {court.name!r} has no landmark {name!r}; {_hint(name, tuple(known))}")
    if len(set(names)) < 4:
        raise CourtError(f"layout {layout!r}: at least four different landmarks are needed, not {len(set(names))}")
    return {name: known[name] for name in names}


def _check(court: Court) -> None:
    """Raises CourtError where dimensions contradict each other."""
    if court.key_width_m >= court.width_m:
        raise CourtError(f"key_width_m={court.key_width_m:g} does not fit into a width_m of {court.width_m:g}")
    if court.free_throw_m >= court.end_m:
        raise CourtError(f"free_throw_m={court.free_throw_m:g} does not fit into half a length_m of {court.length_m:g}")
    if court.three_point_side_m >= court.width_m / 2:
        side = court.three_point_side_m
        raise CourtError(f"three_point_side_m={side:g} does not fit into a width_m of {court.width_m:g}")


def _hint(name: str, known: tuple[str, ...]) -> str:
    match = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean {match[0]!r}?" if match else f"known: {', '.join(known)}"
