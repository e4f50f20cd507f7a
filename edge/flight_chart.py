"""A shot's flight as seen from the side, and where it came down as seen from above the rim."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Arc, Circle, Ellipse, Rectangle

from calibration.court import Court
from edge.chart_parts import LINES, OUTCOMES, RING
from edge.types import Estimate, FloatArray, Outcome, ShotEvent, ShotFlight, ShotPhase

# Half of a normal distribution's middle 90 %.
_NINETY = 1.645
_BALL_M = 0.12
_INK = "#28323c"
_ANGLE_M = 0.7
_NOTE = "In 90 of 100 cases the truth lies\nwithin ± and the tinted areas."


def measured_shots(events: Iterable[object]) -> list[ShotEvent]:
    """The shots whose flight can be drawn, in the order in which they ended."""
    ends = [one for one in events if isinstance(one, ShotEvent) and one.phase is ShotPhase.END]
    return [shot for shot in ends if shot.flight is not None and shot.flight.arc]


def flight_chart(shot: ShotEvent, court: Court) -> Figure:
    """The shooter to the left, the rim to the right; bands and ellipses hold the ball nine times in ten."""
    assert shot.flight is not None
    outcome = shot.outcome or Outcome.UNKNOWN
    arc = np.array(shot.flight.arc)
    figure = Figure(figsize=(10, 5.4), layout="constrained")
    side, above = figure.subplots(1, 2, width_ratios=(3, 1))
    _draw_surroundings(side, arc, court, shot)
    _draw_arc(side, arc, OUTCOMES[outcome])
    _name_values(side, arc, shot.flight, court)
    _draw_above(above, shot.flight, court, OUTCOMES[outcome])
    who = "" if shot.player_id is None else f" by {shot.player_id}"
    word = "made" if outcome is Outcome.MADE else "missed" if outcome is Outcome.MISSED else "outcome not known"
    figure.suptitle(f"Shot at {shot.release_time_s:.1f} s{who}: {word}", fontweight="bold")
    return figure


def _draw_surroundings(axis: Axes, arc: FloatArray, court: Court, shot: ShotEvent) -> None:
    """Floor, ring, board and its pole's side of the world, m beyond the rim's centre and above the floor."""
    ring_m, rim_m = court.rim_diameter_m / 2, court.rim_height_m
    axis.axhline(0.0, color=LINES, linewidth=2)
    if shot.court_xy_m is not None:
        away = court.rim_centre()[:2] - np.array(shot.court_xy_m)
        along = away / max(float(np.linalg.norm(away)), 1e-6)
        # Who shoots from a corner sees the board's edge, and from the side it is as wide as it is.
        middle = (court.rim_from_baseline_m - court.board_from_baseline_m) * float(along[0])
        half = max(court.board_width_m / 2 * abs(float(along[1])), 0.025)
        corner = (middle - half, court.board_bottom_m)
        axis.add_patch(Rectangle(corner, 2 * half, court.board_height_m, color=LINES, alpha=0.25, linewidth=0))
    axis.plot([-ring_m, ring_m], [rim_m, rim_m], color=RING, linewidth=4, solid_capstyle="round", zorder=4)
    for x in (-ring_m, ring_m):
        axis.plot([x, 0.55 * x], [rim_m, rim_m - 0.42], color=LINES, linewidth=1, alpha=0.6)
    axis.set(xlim=(min(arc[0, 0], -2.0) - 0.9, 1.3), ylim=(-0.15, max(arc[:, 1].max(), 4.1) + 0.55))
    axis.set_aspect("equal", anchor="C")
    axis.set_xlabel("along the floor to the rim's middle, m")
    axis.set_ylabel("above the floor, m")
    for name in ("top", "right"):
        axis.spines[name].set_visible(False)


def _draw_arc(axis: Axes, arc: FloatArray, colour: str) -> None:
    course = np.gradient(arc[:, :2], axis=0)
    across = np.column_stack([-course[:, 1], course[:, 0]]) / np.linalg.norm(course, axis=1, keepdims=True)
    beside = _NINETY * arc[:, 2:] * across
    band = np.concatenate([arc[:, :2] + beside, (arc[:, :2] - beside)[::-1]])
    axis.fill(band[:, 0], band[:, 1], color=colour, alpha=0.25, linewidth=0)
    axis.plot(arc[:, 0], arc[:, 1], color=colour, linewidth=2)
    for x, z in (arc[0, :2], arc[-1, :2]):
        axis.add_patch(Circle((float(x), float(z)), _BALL_M, fill=False, color=colour, linewidth=1.5))


def _name_values(axis: Axes, arc: FloatArray, flight: ShotFlight, court: Court) -> None:
    """What is known of release, apex and entry, where it happens."""
    x, z = arc[0, :2]
    released = [
        _say(flight.release_height_m, "{:.2f}", " m up"), _say(flight.release_speed_m_s, "{:.1f}", " m/s"),
        _say(flight.release_angle_deg, "{:.0f}", "°"),
    ]  # fmt: skip
    if flight.release_height_m is not None:
        axis.plot([x, x], [0, z], color=_INK, linewidth=0.8, linestyle=":")
        text = "released " + "\n".join(word for word in released if word)
        axis.text(x + 0.12, 0.55 * z, text, color=_INK, fontsize=9, va="center")
    if flight.apex_m is not None:
        top = arc[int(np.argmax(arc[:, 1]))]
        axis.plot(top[0], top[1], marker="_", color=_INK, markersize=14)
        axis.text(
            top[0], top[1] + 0.16, "apex " + _say(flight.apex_m, "{:.2f}", " m"), color=_INK, fontsize=9, ha="center"
        )
    if flight.entry_angle_deg is not None:
        end, angle = arc[-1, :2], flight.entry_angle_deg.value
        axis.plot([end[0] - _ANGLE_M, end[0]], [end[1], end[1]], color=_INK, linewidth=0.8, linestyle=":")
        axis.add_patch(Arc((end[0], end[1]), _ANGLE_M, _ANGLE_M, theta1=180 - angle, theta2=180, color=_INK))
        text = "entry " + _say(flight.entry_angle_deg, "{:.0f}", "°")
        axis.text(end[0] - 0.45, court.rim_height_m - 0.28, text, color=_INK, fontsize=9, ha="right")
    if flight.flight_s is not None:
        axis.text(0.01, 0.98, "in the air " + _say(flight.flight_s, "{:.2f}", " s"), color=_INK, fontsize=9,
                  va="top", transform=axis.transAxes)  # fmt: skip


def _draw_above(axis: Axes, flight: ShotFlight, court: Court, colour: str) -> None:
    """The rim from above, the shooter below: where the ball's middle came down through the rim's plane, cm."""
    ring_cm = 50 * court.rim_diameter_m
    axis.add_patch(Circle((0, 0), ring_cm, fill=False, color=RING, linewidth=3))
    axis.plot(0, 0, marker="+", color=LINES, markersize=8)
    deep, right = flight.depth_cm, flight.left_right_cm
    reach = 45.0
    if deep is not None and right is not None:
        at = (right.value, deep.value)
        reach = max(reach, 1.25 * max(map(abs, at)))
        sizes = (2 * _NINETY * right.sigma, 2 * _NINETY * deep.sigma)
        axis.add_patch(Ellipse(at, *sizes, color=colour, alpha=0.35, linewidth=0))
        axis.add_patch(Circle(at, 100 * _BALL_M, fill=False, color=colour, linewidth=1.5))
    told = [_side(deep, "long", "short"), _side(right, "right", "left")]
    words = "\n".join(word for word in told if word) or "not known"
    axis.set_title("from above the rim\n" + words, fontsize=10)
    axis.set(
        xlim=(-reach, reach), ylim=(-reach, reach), xticks=[], yticks=[], xlabel="from the shooter's side\n\n" + _NOTE
    )
    axis.set_aspect("equal")


def _side(value: Estimate | None, more: str, less: str) -> str:
    if value is None:
        return ""
    return f"{abs(value.value):.0f} ± {_NINETY * value.sigma:.0f} cm {more if value.value > 0 else less}"


def _say(value: Estimate | None, form: str, unit: str) -> str:
    """With half of its 90 % interval; nothing where it is not known."""
    return "" if value is None else f"{form.format(value.value)} ± {form.format(_NINETY * value.sigma)}{unit}"
