"""Pictures of a session: where shots were taken and what became of them, who passed to whom, where everybody went, and
how shots flew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from calibration.court import Court
from edge.chart_parts import LINES, OUTCOMES, TEAMS, draw_court, plain
from edge.figures import GameEvent, PassEdge, SessionFigures, ShotMark
from edge.flight_chart import flight_chart, measured_shots
from edge.trail_chart import find_trails, trail_chart
from edge.types import Outcome

_MARKS = {Outcome.MADE: ("o", "made"), Outcome.MISSED: ("x", "missed"), Outcome.UNKNOWN: ("d", "not known")}
_WIDEST = 7.0


def shot_chart(marks: Iterable[ShotMark], court: Court) -> Figure:
    """The watched half of the court, its basket at the top as who attacks sees it, and shots whose place is known."""
    placed = [mark for mark in marks if mark.court_xy_m is not None]
    figure = Figure(figsize=(7, 6.6), layout="constrained")
    axes = plain(figure.subplots())
    draw_court(axes, court)
    for outcome, (marker, word) in _MARKS.items():
        places = np.array([mark.court_xy_m for mark in placed if mark.outcome is outcome]).reshape(-1, 2)
        if len(places):
            label = f"{word} {len(places)}"
            axes.scatter(
                places[:, 1], places[:, 0], marker=marker, color=OUTCOMES[outcome], s=70, linewidths=2.2, label=label
            )
    made = sum(mark.outcome is Outcome.MADE for mark in placed)
    missed = sum(mark.outcome is Outcome.MISSED for mark in placed)
    share = f", {100 * made / (made + missed):.0f} %" if made + missed else ""
    axes.set_title(f"{made} of {made + missed} made{share}" if placed else "no shots with a known place")
    if placed:
        axes.legend(loc="lower center", ncols=3, frameon=False)
    return figure


def pass_network(figures: SessionFigures) -> Figure:
    """Players on a ring, an arrow for every pair who passed, as wide as often; told are the passes that arrived."""
    edges = _between_players(figures)
    ids = sorted({one for edge in edges for one in (edge.from_player_id, edge.to_player_id) if one is not None})
    figure = Figure(figsize=(7, 7), layout="constrained")
    axes = plain(figure.subplots())
    axes.set(xlim=(-1.35, 1.35), ylim=(-1.35, 1.35))
    axes.set_title(f"{sum(edge.count for edge in edges)} passes" if edges else "no passes between players")
    angles = np.pi / 2 - 2 * np.pi * np.arange(len(ids)) / max(len(ids), 1)
    at = {one: (float(np.cos(angle)), float(np.sin(angle))) for one, angle in zip(ids, angles, strict=True)}
    most = max((edge.count for edge in edges), default=1)
    for edge in edges:
        _arrow(axes, edge, at, most)
    for one, (x, y) in at.items():
        axes.scatter([x], [y], s=900, color=TEAMS[figures.team_of.get(one)], zorder=3)
        axes.text(x, y, str(one), ha="center", va="center", color="white", fontsize=13, fontweight="bold", zorder=4)
    return figure


def _between_players(figures: SessionFigures) -> list[PassEdge]:
    return [edge for edge in figures.network if edge.from_player_id is not None and edge.to_player_id is not None]


def _arrow(axes: Axes, edge: PassEdge, at: dict[int, tuple[float, float]], most: int) -> None:
    assert edge.from_player_id is not None
    assert edge.to_player_id is not None
    start, end = np.array(at[edge.from_player_id]), np.array(at[edge.to_player_id])
    axes.add_patch(FancyArrowPatch(
        tuple(start), tuple(end), connectionstyle="arc3,rad=0.18", arrowstyle="-|>", mutation_scale=16, shrinkA=18,
        shrinkB=18, linewidth=1 + (_WIDEST - 1) * edge.count / most, color=LINES, alpha=0.55,
    ))  # fmt: skip
    # Beside the arrow's bow, nearer to who threw, so that the way back has room for its own.
    side = np.array([end[1] - start[1], start[0] - end[0]])
    place = start + 0.4 * (end - start) + 0.12 * side
    axes.text(float(place[0]), float(place[1]), f"{edge.arrived}/{edge.count}", ha="center", va="center", fontsize=10)


def write_charts(figures: SessionFigures, events: Sequence[GameEvent], court: Court | None, folder: Path) -> list[Path]:
    """Pictures of a session into `folder`, which is made if absent: pass_network.png, where anybody passed; where the
    court is known shot_chart.png, trails.png and a flight_<shot>.png for each shot whose flight is. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn: dict[str, Callable[[], Figure]] = {}
    if _between_players(figures):
        drawn["pass_network.png"] = lambda: pass_network(figures)
    if court is not None:
        if figures.chart:
            drawn["shot_chart.png"] = lambda: shot_chart(figures.chart, court)
        trails = find_trails(events)
        if trails:
            drawn["trails.png"] = lambda: trail_chart(trails, figures.team_of, court)
        for shot in measured_shots(events):
            drawn[f"flight_{shot.shot_id}.png"] = partial(flight_chart, shot, court)
    for name, draw in drawn.items():
        draw().savefig(folder / name, dpi=110)
    return sorted(folder / name for name in drawn)
