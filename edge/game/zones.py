"""Which zone of the court a shot came from and how much it is worth, by the court's lines.

The basket is the one at positive x, which the camera watches. Who stands on a line stands inside of it, as the rules of
the game have it; dimensions of `Court` end at the lines' outer edges.
"""

from __future__ import annotations

import math

from calibration.court import Court
from edge.figures import Zone

_THREES = (Zone.CORNER_THREE, Zone.ABOVE_THE_BREAK_THREE)


def find_zone(court: Court, xy_m: tuple[float, float]) -> Zone:
    """The zone of a place (2,) in metres on this court. A corner is where the three-point line is straight."""
    x, y = xy_m
    ring_x = court.end_m - court.rim_from_baseline_m
    corner_y = min(court.width_m / 2 - court.three_point_side_m, court.three_point_radius_m)
    turn_x = ring_x - math.sqrt(max(court.three_point_radius_m**2 - corner_y**2, 0.0))
    beside = x > turn_x
    if abs(y) > corner_y:
        return Zone.CORNER_THREE if beside else Zone.ABOVE_THE_BREAK_THREE
    if not beside and math.hypot(x - ring_x, y) > court.three_point_radius_m:
        return Zone.ABOVE_THE_BREAK_THREE
    in_key = abs(y) <= court.key_width_m / 2 and x >= court.end_m - court.free_throw_m
    return Zone.PAINT if in_key else Zone.MID_RANGE


def worth(court: Court, zone: Zone) -> int:
    """Points of a basket from the field: 2 or 3; in 3x3 1 or 2. Free throws are not told from other shots."""
    inside = 1 if court.baskets == 1 else 2
    return inside + 1 if zone in _THREES else inside
