from __future__ import annotations

import pytest

from calibration.court import FIBA, HIGH_SCHOOL, NBA, THREE_BY_THREE, Court
from edge.figures import Zone
from edge.game.zones import find_zone, worth

RING_X = FIBA.end_m - FIBA.rim_from_baseline_m


@pytest.mark.parametrize(
    ("xy_m", "zone"),
    [
        ((FIBA.end_m - 5.79, 2.44), Zone.PAINT),
        ((FIBA.end_m - 5.81, 0.0), Zone.MID_RANGE),
        ((FIBA.end_m - 1.0, 2.46), Zone.MID_RANGE),
        ((RING_X - 6.74, 0.0), Zone.MID_RANGE),
        ((RING_X - 6.76, 0.0), Zone.ABOVE_THE_BREAK_THREE),
        ((FIBA.end_m - 0.2, 6.59), Zone.MID_RANGE),
        ((FIBA.end_m - 0.2, -6.61), Zone.CORNER_THREE),
        ((RING_X - 2.0, 6.61), Zone.ABOVE_THE_BREAK_THREE),
        ((-10.0, 0.0), Zone.ABOVE_THE_BREAK_THREE),
    ],
)
def test_zones_of_fiba(xy_m: tuple[float, float], zone: Zone) -> None:
    assert find_zone(FIBA, xy_m) is zone


def test_the_corners_of_nba_end_where_its_line_bends() -> None:
    feet = 0.3048
    assert find_zone(NBA, (NBA.end_m - 14.0 * feet, 22.1 * feet)) is Zone.CORNER_THREE
    assert find_zone(NBA, (NBA.end_m - 14.5 * feet, 22.1 * feet)) is Zone.ABOVE_THE_BREAK_THREE


def test_zones_begin_at_the_painted_lines() -> None:
    """Where the middle of the three-point line's paint lies, half of its width inside is a two and outside a three."""
    for court in (FIBA, NBA, THREE_BY_THREE, HIGH_SCHOOL):
        line = court.half_court_lines()[4]
        ring = court.rim_centre()[:2]
        for x, y in line[2:-2]:
            out = (x - ring[0], y - ring[1])
            away = (out[0] ** 2 + out[1] ** 2) ** 0.5
            near, far = 1 - court.line_width_m / away, 1 + court.line_width_m / away
            assert _worth(court, ring[0] + near * out[0], ring[1] + near * out[1]) == _two(court)
            assert _worth(court, ring[0] + far * out[0], ring[1] + far * out[1]) == _two(court) + 1


def _two(court: Court) -> int:
    return 1 if court.baskets == 1 else 2


def _worth(court: Court, x: float, y: float) -> int:
    return worth(court, find_zone(court, (float(x), float(y))))
