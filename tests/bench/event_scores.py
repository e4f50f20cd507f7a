"""What counts as right: plays and shots that were found against those that happened.

A pass is found where one is told of the same thrower and receiver that arrived within `PASS_S` of the true one; each
counts once. A shot is found within `SHOT_S` of its release, whoever is said to have taken it; that is told apart, as
the share of found shots whose shooter is right. Possession: the share of each team of all that either has, a game at a
time, and the mean over games of how far it is off, in points.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from edge.types import PlayEvent, PlayKind, ShotEvent, ShotPhase
from tests.bench.common import Figure
from tests.bench.event_games import TEAMS, Game
from tests.bench.scripted_state import TrueEvent

PASS_S, SHOT_S, OTHER_S = 0.7, 0.7, 1.0
_OTHERS = (
    PlayKind.DRIBBLE, PlayKind.DRIVE, PlayKind.INTERCEPTION, PlayKind.STEAL, PlayKind.REBOUND, PlayKind.BLOCK,
    PlayKind.OUT_OF_BOUNDS,
)  # fmt: skip
_LOOK_FRAMES = 30
# A true event of which only an interval is known in which it was.
BETWEEN = "between"


@dataclass(frozen=True, slots=True)
class Found:
    """One event as told, its players as rows of the game, None where the track is nobody's."""

    kind: str
    time_s: float
    player: int | None
    to_player: int | None = None
    told_s: float = 0.0


@dataclass(slots=True)
class Tally:
    """hits: of told, those that are right; found: of true, those that were told; told and true by kind; details of true
    events and which were found; by game the points that possession is off; how late each play was told."""

    hits: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    true: Counter[str] = field(default_factory=Counter)
    details: dict[str, list[bool]] = field(default_factory=dict)
    off_points: list[float] = field(default_factory=list)
    lags_s: list[float] = field(default_factory=list)

    def add(
        self, kind: str, told: Sequence[Found], true: Sequence[TrueEvent], within_s: float
    ) -> list[tuple[int, int]]:
        """Count one kind of one game; pairs of rows told and true."""
        pairs = match(told, true, within_s, kind != "shot")
        self.hits[kind] += len({row for row, _ in pairs})
        self.found[kind] += len({row for _, row in pairs})
        self.told[kind] += len(told)
        self.true[kind] += len(true)
        found = {row for _, row in pairs}
        for row, event in enumerate(true):
            if event.detail and event.detail != BETWEEN:
                self.details.setdefault(f"{kind}_{event.detail}", []).append(row in found)
        return pairs

    def figures(self) -> dict[str, Figure]:
        """Precision, recall and F1 of each kind that happened."""
        figures: dict[str, Figure] = {}
        for kind in sorted(self.true):
            if kind == "shooter" or not (self.true[kind] or self.told[kind]):
                continue
            precision = self.hits[kind] / self.told[kind] if self.told[kind] else float("nan")
            recall = self.found[kind] / self.true[kind] if self.true[kind] else float("nan")
            figures |= {f"{kind}_precision": precision, f"{kind}_recall": recall}
            figures[f"{kind}_f1"] = 2 * precision * recall / max(precision + recall, 1e-9)
            figures[f"{kind}_events"] = self.true[kind]
        if self.true["shooter"]:
            figures["shooter_accuracy"] = self.hits["shooter"] / self.true["shooter"]
        if self.off_points:
            figures["possession_error_points"] = float(np.mean(self.off_points))
        for name, rows in sorted(self.details.items()):
            figures[f"{name}_recall"] = sum(rows) / len(rows)
        return figures


def add(tallies: Iterable[Tally]) -> Tally:
    """All together."""
    total = Tally()
    for one in tallies:
        total.hits += one.hits
        total.found += one.found
        total.told += one.told
        total.true += one.true
        for name, rows in one.details.items():
            total.details.setdefault(name, []).extend(rows)
        total.off_points += one.off_points
        total.lags_s += one.lags_s
    return total


def match(told: Sequence[Found], true: Sequence[TrueEvent], within_s: float, players: bool) -> list[tuple[int, int]]:
    """Rows told and true that are the same, the nearest in time first, each once."""
    pairs = []
    for i, one in enumerate(told):
        for k, event in enumerate(true):
            off_s = max(event.start_s - one.time_s, one.time_s - event.end_s) if event.detail == BETWEEN else None
            if off_s is None:
                off_s = abs(one.time_s - (event.start_s if event.kind == "shot" else event.end_s))
            same = not players or (one.player == event.player and event.to_player in (None, one.to_player))
            if same and off_s <= within_s:
                pairs.append((off_s, i, k))
    chosen: list[tuple[int, int]] = []
    for _, i, k in sorted(pairs):
        # Labels that overlap may mean the same.
        if true[k].detail == BETWEEN or all(i != i2 and k != k2 for i2, k2 in chosen):
            chosen.append((i, k))
    return chosen


def score(
    game: Game,
    plays: Sequence[tuple[PlayEvent, float]],
    shots: Sequence[tuple[ShotEvent, float]],
    within_s: float = SHOT_S,
) -> Tally:
    """One game. plays and shots: with the time at which each was told; within_s: of a shot's true time."""
    tally = Tally()
    first = {shot.shot_id: (shot, told_s) for shot, told_s in reversed(shots) if shot.phase is not ShotPhase.UPDATE}
    found = [
        Found("shot", shot.release_time_s, who(game, shot.player_id, shot.release_index), None, told_s)
        for shot, told_s in first.values()
    ]
    true = [event for event in game.truth if event.kind == "shot"]
    for i, k in tally.add("shot", found, true, within_s):
        tally.true["shooter"] += true[k].player is not None
        tally.hits["shooter"] += true[k].player is not None and found[i].player == true[k].player
    kinds = {event.kind for event in game.truth}
    for kind in (PlayKind.PASS, *_OTHERS):
        if kind is not PlayKind.PASS and game.source not in ("scripted", "tal"):
            continue
        rows = [_found(game, play, told_s) for play, told_s in plays if play.kind is kind]
        tally.lags_s += [row.told_s - row.time_s for row in rows]
        events = [event for event in game.truth if event.kind == kind.value]
        if kind is PlayKind.PASS or events or kinds:
            tally.add(kind.value, rows, events, PASS_S if kind is PlayKind.PASS else OTHER_S)
    if game.holder is not None:
        off = possession_off(game, [play for play, _ in plays if play.kind is PlayKind.POSSESSION])
        tally.off_points += [] if off is None else [off]
    return tally


def _found(game: Game, play: PlayEvent, told_s: float) -> Found:
    return Found(
        play.kind.value, play.end_time_s, who(game, play.player_id, play.start_index),
        who(game, play.to_player_id, play.end_index), told_s,
    )  # fmt: skip


def who(game: Game, track_id: int | None, index: int) -> int | None:
    """Whose track that was about that frame."""
    if track_id is None:
        return None
    near = sorted(
        range(max(0, index - _LOOK_FRAMES), min(len(game.who), index + _LOOK_FRAMES)), key=lambda t: abs(t - index)
    )
    return next((game.who[t][track_id] for t in near if track_id in game.who[t]), None)


def possession_off(game: Game, spells: Sequence[PlayEvent]) -> float | None:
    """How far team A's share of what either team has is off, in points; None where nobody truly has the ball. What is
    told of no team counts half for each."""
    if game.holder is None or not (game.holder >= 0).any():
        return None
    true = float((game.team[game.holder[game.holder >= 0]] == 0).mean())
    had = {team: sum(s.end_time_s - s.start_time_s for s in spells if s.team == team) for team in (*TEAMS, None)}
    total = sum(had.values())
    told = (had["A"] + 0.5 * had[None]) / total if total > 0 else 0.5
    return 100 * abs(told - true)
