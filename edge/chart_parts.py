"""What the charts of a game share: colours, and the court from above."""

from __future__ import annotations

from matplotlib.axes import Axes

from calibration.court import Court
from edge.types import Outcome, Team

OUTCOMES = {Outcome.MADE: "#2e9e4f", Outcome.MISSED: "#d64545", Outcome.UNKNOWN: "#8a8a8a"}
TEAMS: dict[Team | None, str] = {"A": "#2f7fd1", "B": "#d99a1c", None: "#8a8a8a"}
LINES, RING = "#5b6b7b", "#e2652f"
# Of the floor beside the court, m.
BESIDE_M = 1.0


def plain(axes: Axes) -> Axes:
    """Without a frame, metres alike on both axes."""
    axes.set_aspect("equal")
    axes.set_axis_off()
    return axes


def draw_court(axes: Axes, court: Court, whole: bool = False, width: float = 1.4) -> None:
    """The watched half, or all of the court, its basket at the top as who attacks sees it: a place (x, y) m of the
    court is drawn at (y, x) with y to the left. width: of the lines, points."""
    for side in (1, -1) if whole else (1,):
        for line in court.half_court_lines(side):
            axes.plot(line[:, 1], line[:, 0], color=LINES, linewidth=width, solid_capstyle="round")
        ring = court.ring(side=side)
        axes.plot(ring[:, 1], ring[:, 0], color=RING, linewidth=width)
    half_m = court.width_m / 2 + BESIDE_M
    far_m = -court.end_m - BESIDE_M if whole else 0.0
    axes.set(xlim=(half_m, -half_m), ylim=(far_m, court.end_m + BESIDE_M))
