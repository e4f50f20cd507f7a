"""Where everybody went: a small court for each team and each player, lines from light (early) to dark (late)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from calibration.court import Court
from edge.chart_parts import TEAMS, draw_court, plain
from edge.figures import GameEvent, MotionEvent, PlayerStep
from edge.types import FloatArray, Team

# Whoever was seen for less is left out, and of the others those who were seen longest are drawn.
LEAST_S, MOST = 5.0, 24
_COLUMNS = 4
# Of all places this share beyond the half-way line makes it a game on the whole court.
_WHOLE_SHARE = 0.02
# Lines that lie on each other by the thousand must shine through.
_CLEAR_POINTS = 600
_PALETTE = colormaps["tab10"]


@dataclass(frozen=True, slots=True)
class Trail:
    """One player's way: rows (N, 3) of s, x m and y m twice a second; the way ends where `breaks` (N,) says, and goes
    on in that row. distance_m, and seconds for which the place was known, in all."""

    player_id: int
    rows: FloatArray
    breaks: tuple[bool, ...]
    distance_m: float
    seconds: float

    def pieces(self) -> FloatArray:
        """(M, 2, 2): the straight pieces, each from (x, y) to (x, y)."""
        joined = np.stack([self.rows[:-1, 1:], self.rows[1:, 1:]], axis=1)
        return np.asarray(joined[~np.array(self.breaks[1:], bool)])


def find_trails(events: Iterable[GameEvent]) -> list[Trail]:
    """The ways of those who were seen longest, by id."""
    steps: dict[int, list[tuple[float, PlayerStep]]] = {}
    for event in (event for event in events if isinstance(event, MotionEvent)):
        for step in event.steps:
            steps.setdefault(step.player_id, []).append((event.end_time_s, step))
    trails = []
    for player_id, own in steps.items():
        rows = np.array([(time_s, *step.xy_m) for time_s, step in own])
        breaks = tuple(step.seconds == 0.0 for _, step in own)
        walked, seen_s = (sum(getattr(step, name) for _, step in own) for name in ("distance_m", "seconds"))
        trails.append(Trail(player_id, rows, breaks, walked, seen_s))
    chosen = sorted((trail for trail in trails if trail.seconds >= LEAST_S), key=lambda trail: -trail.seconds)[:MOST]
    return sorted(chosen, key=lambda trail: trail.player_id)


def trail_chart(trails: Sequence[Trail], team_of: Mapping[int, Team], court: Court) -> Figure:
    """First the teams, each player in a colour of his own, then every player by himself in his team's."""
    teams = [team for team in TEAMS if team and any(team_of.get(trail.player_id) == team for trail in trails)]
    far = np.concatenate([trail.rows[:, 1] for trail in trails]) < -0.5
    whole = bool(court.baskets == 2 and far.mean() > _WHOLE_SHARE)
    count = len(teams) + len(trails)
    columns = min(_COLUMNS, count)
    rows = -(-count // columns)
    figure = Figure(figsize=(3.4 * columns, (5.8 if whole else 3.3) * rows), layout="constrained")
    axes = [plain(one) for one in np.atleast_1d(figure.subplots(rows, columns)).ravel()]
    for axis in axes[:count]:
        draw_court(axis, court, whole, 0.8)
    for axis, team in zip(axes, teams, strict=False):
        _draw_team(axis, [trail for trail in trails if team_of.get(trail.player_id) == team], team)
    for axis, trail in zip(axes[len(teams) :], trails, strict=False):
        own = team_of.get(trail.player_id)
        _draw_way(axis, trail, TEAMS[own])
        minutes, seconds = divmod(round(trail.seconds), 60)
        name = f"{trail.player_id} {own or ''}".strip()
        axis.set_title(f"{name}: {trail.distance_m:.0f} m, {minutes}:{seconds:02d}", fontsize=10)
    return figure


def _draw_team(axis: Axes, trails: Sequence[Trail], team: Team) -> None:
    for k, trail in enumerate(trails):
        _draw_way(axis, trail, _PALETTE(k % 10))
    together_m = sum(trail.distance_m for trail in trails)
    axis.set_title(f"team {team}: {together_m:.0f} m", fontsize=10, fontweight="bold")


def _draw_way(axis: Axes, trail: Trail, colour: str | tuple[float, ...]) -> None:
    pieces = trail.pieces()[:, :, ::-1]
    late = np.array(to_rgb(colour))
    share = np.linspace(0.3, 1.0, max(len(pieces), 1))[:, None]
    alpha = float(np.clip(_CLEAR_POINTS / max(len(pieces), 1), 0.25, 1.0))
    colours = share * late + 1 - share
    axis.add_collection(LineCollection(list(pieces), colors=colours, linewidths=1.1, alpha=alpha))
    _, x, y = trail.rows[-1]
    axis.scatter([y], [x], s=90, color=[late], zorder=3)
    axis.text(float(y), float(x), str(trail.player_id), color="white", fontsize=6.5, ha="center", va="center", zorder=4)
