"""Pictures of a session's figures: where shots were taken and what became of them, and who passed to whom."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from calibration.court import Court
from edge.figures import PassEdge, SessionFigures, ShotMark
from edge.types import Outcome, Team

_MARKS = {Outcome.MADE: ("o", "#2e9e4f", "made"), Outcome.MISSED: ("x", "#d64545", "missed"),
          Outcome.UNKNOWN: ("d", "#8a8a8a", "not known")}  # fmt: skip
_TEAMS: dict[Team | None, str] = {"A": "#2f7fd1", "B": "#d99a1c", None: "#8a8a8a"}
_BESIDE_M = 1.0
_WIDEST = 7.0


def shot_chart(marks: Iterable[ShotMark], court: Court) -> Figure:
    """The watched half of the court, its basket at the top as who attacks sees it, and shots whose place is known."""
    placed = [mark for mark in marks if mark.court_xy_m is not None]
    figure = Figure(figsize=(7, 6.6), layout="constrained")
    axes = _plain(figure)
    for line in (*court.half_court_lines(), court.ring()[:, :2]):
        axes.plot(line[:, 1], line[:, 0], color="#5b6b7b", linewidth=1.4, solid_capstyle="round")
    for outcome, (marker, colour, word) in _MARKS.items():
        places = np.array([mark.court_xy_m for mark in placed if mark.outcome is outcome]).reshape(-1, 2)
        if len(places):
            label = f"{word} {len(places)}"
            axes.scatter(places[:, 1], places[:, 0], marker=marker, color=colour, s=70, linewidths=2.2, label=label)
    made = sum(mark.outcome is Outcome.MADE for mark in placed)
    missed = sum(mark.outcome is Outcome.MISSED for mark in placed)
    share = f", {100 * made / (made + missed):.0f} %" if made + missed else ""
    axes.set_title(f"{made} of {made + missed} made{share}" if placed else "no shots with a known place")
    # The court's y is to the left of who faces the basket.
    half_m = court.width_m / 2 + _BESIDE_M
    axes.set(xlim=(half_m, -half_m), ylim=(0, court.end_m + _BESIDE_M))
    if placed:
        axes.legend(loc="lower center", ncols=3, frameon=False)
    return figure


def pass_network(figures: SessionFigures) -> Figure:
    """Players on a ring, an arrow for every pair who passed, as wide as often; told are the passes that arrived."""
    edges = [edge for edge in figures.network if edge.from_player_id is not None and edge.to_player_id is not None]
    ids = sorted({one for edge in edges for one in (edge.from_player_id, edge.to_player_id) if one is not None})
    figure = Figure(figsize=(7, 7), layout="constrained")
    axes = _plain(figure)
    axes.set(xlim=(-1.35, 1.35), ylim=(-1.35, 1.35))
    axes.set_title(f"{sum(edge.count for edge in edges)} passes" if edges else "no passes between players")
    angles = np.pi / 2 - 2 * np.pi * np.arange(len(ids)) / max(len(ids), 1)
    at = {one: (float(np.cos(angle)), float(np.sin(angle))) for one, angle in zip(ids, angles, strict=True)}
    most = max((edge.count for edge in edges), default=1)
    for edge in edges:
        _arrow(axes, edge, at, most)
    for one, (x, y) in at.items():
        axes.scatter([x], [y], s=900, color=_TEAMS[figures.team_of.get(one)], zorder=3)
        axes.text(x, y, str(one), ha="center", va="center", color="white", fontsize=13, fontweight="bold", zorder=4)
    return figure


def _arrow(axes: Axes, edge: PassEdge, at: dict[int, tuple[float, float]], most: int) -> None:
    assert edge.from_player_id is not None
    assert edge.to_player_id is not None
    start, end = np.array(at[edge.from_player_id]), np.array(at[edge.to_player_id])
    axes.add_patch(FancyArrowPatch(
        tuple(start), tuple(end), connectionstyle="arc3,rad=0.18", arrowstyle="-|>", mutation_scale=16, shrinkA=18,
        shrinkB=18, linewidth=1 + (_WIDEST - 1) * edge.count / most, color="#5b6b7b", alpha=0.55,
    ))  # fmt: skip
    # Beside the arrow's bow, nearer to who threw, so that the way back has room for its own.
    side = np.array([end[1] - start[1], start[0] - end[0]])
    place = start + 0.4 * (end - start) + 0.12 * side
    axes.text(float(place[0]), float(place[1]), f"{edge.arrived}/{edge.count}", ha="center", va="center", fontsize=10)


def _plain(figure: Figure) -> Axes:
    axes = figure.subplots()
    axes.set_aspect("equal")
    axes.set_axis_off()
    return axes


def write_charts(figures: SessionFigures, court: Court | None, folder: Path) -> list[Path]:
    """shot_chart.png, where the court is known, and pass_network.png in `folder`, which is made if absent. Raises
    OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = {"pass_network.png": pass_network(figures)}
    if court is not None:
        drawn["shot_chart.png"] = shot_chart(figures.chart, court)
    for name, figure in drawn.items():
        figure.savefig(folder / name, dpi=110)
    return sorted(folder / name for name in drawn)
