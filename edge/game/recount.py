"""The figures of a session counted anew from all of its events, each by its own definition and nothing kept between.

`SessionStatistics` must say the same after every event; sessions that lie in the store are counted here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import groupby

from calibration.court import Court
from edge.figures import (
    Figures,
    GameEvent,
    MotionEvent,
    PassEdge,
    PlayerStep,
    SessionFigures,
    ShotMark,
    Zone,
    ZoneCount,
)
from edge.game.statistics import TEAMS, in_order, shot_mark, thousandths
from edge.types import Outcome, PlayEvent, PlayKind, ShotEvent, ShotPhase, ShotStats, Team

# What somebody did.
_Part = tuple[list[ShotMark], list[PlayEvent], list[PlayerStep]]


def recount(events: Sequence[GameEvent], court: Court | None = None) -> SessionFigures:
    """events: in the order in which they were told. court: what zones and points go by."""
    team_of = _teams(events)
    ends = [event for event in events if isinstance(event, ShotEvent) and event.phase is ShotPhase.END]
    chart = [
        shot_mark(end, None if end.player_id is None else team_of.get(end.player_id), court) for end in ends
    ]  # fmt: skip
    plays = [event for event in events if isinstance(event, PlayEvent)]
    motions = [event for event in events if isinstance(event, MotionEvent)]
    steps = [step for motion in motions for step in motion.steps]
    frames = sum(motion.frames for motion in motions)
    held, told = _held(plays), _held([play for play in plays if play.player_id in team_of])

    def of(team: Team) -> _Part:
        own = {player_id for player_id, theirs in team_of.items() if theirs == team}
        return (
            [shot for shot in chart if shot.player_id in own],
            [play for play in plays if play.player_id in own],
            [step for step in steps if step.player_id in own],
        )

    return SessionFigures(
        session=_figures(chart, plays, steps, frames, held),
        teams={team: _figures(*of(team), frames, told) for team in TEAMS if team in team_of.values()},
        players={player_id: _figures(*own, frames, held) for player_id, own in _by_player(chart, plays, steps).items()},
        team_of=team_of,
        chart=tuple(chart),
        network=_network(plays),
    )


def _by_player(shots: Sequence[ShotMark], plays: Sequence[PlayEvent], steps: Sequence[PlayerStep]) -> dict[int, _Part]:
    """Once through all of them: in hours many have been seen."""
    parts: defaultdict[int, _Part] = defaultdict(lambda: ([], [], []))
    for shot in shots:
        if shot.player_id is not None:
            parts[shot.player_id][0].append(shot)
    for play in plays:
        if play.player_id is not None:
            parts[play.player_id][1].append(play)
    for step in steps:
        parts[step.player_id][2].append(step)
    return parts


def _teams(events: Sequence[GameEvent]) -> dict[int, Team]:
    """What was told last of each player."""
    team_of: dict[int, Team] = {}
    for event in events:
        told: Sequence[PlayEvent | PlayerStep] = ()
        if isinstance(event, PlayEvent):
            told = (event,)
        elif isinstance(event, MotionEvent):
            told = event.steps
        team_of |= {one.player_id: one.team for one in told if one.player_id is not None and one.team is not None}
    return team_of


def _figures(
    shots: Sequence[ShotMark], plays: Sequence[PlayEvent], steps: Sequence[PlayerStep], frames: int, held_frames: int
) -> Figures:
    kinds = Counter(play.kind for play in plays)
    passes = Counter(play.succeeded for play in plays if play.kind is PlayKind.PASS)
    spells = [play for play in plays if play.kind is PlayKind.POSSESSION]
    zones = Counter((shot.zone, shot.outcome) for shot in shots)
    return Figures(
        shots=_shots([shot.outcome for shot in shots]),
        points=sum(shot.points or 0 for shot in shots if shot.outcome is Outcome.MADE),
        zones={zone: _zone(zones, zone) for zone in Zone if any(key[0] is zone for key in zones)},
        passes=kinds[PlayKind.PASS],
        passes_arrived=passes[True],
        passes_lost=passes[False],
        touches=len(spells),
        possession_frames=_held(plays),
        possession_s=sum(thousandths(spell.end_time_s - spell.start_time_s) for spell in spells) / 1000,
        frames=frames,
        held_frames=held_frames,
        dribbles=kinds[PlayKind.DRIBBLE],
        drives=kinds[PlayKind.DRIVE],
        interceptions=kinds[PlayKind.INTERCEPTION],
        steals=kinds[PlayKind.STEAL],
        rebounds=kinds[PlayKind.REBOUND],
        blocks=kinds[PlayKind.BLOCK],
        balls_out=kinds[PlayKind.OUT_OF_BOUNDS],
        distance_m=sum(thousandths(step.distance_m) for step in steps) / 1000,
        seen_s=sum(thousandths(step.seconds) for step in steps) / 1000,
        top_speed_m_s=max((thousandths(step.speed_m_s) for step in steps), default=0) / 1000,
    )


def _shots(outcomes: Sequence[Outcome]) -> ShotStats:
    """Streaks are the runs of made shots among those whose outcome is known."""
    known = [outcome for outcome in outcomes if outcome is not Outcome.UNKNOWN]
    runs = [(outcome, len(list(run))) for outcome, run in groupby(known)]
    made = [length for outcome, length in runs if outcome is Outcome.MADE]
    return ShotStats(
        attempts=len(outcomes),
        made=outcomes.count(Outcome.MADE),
        missed=outcomes.count(Outcome.MISSED),
        unknown=outcomes.count(Outcome.UNKNOWN),
        streak=runs[-1][1] if runs and runs[-1][0] is Outcome.MADE else 0,
        best_streak=max(made, default=0),
    )


def _zone(zones: Counter[tuple[Zone | None, Outcome]], zone: Zone) -> ZoneCount:
    made, missed, unknown = (zones[zone, outcome] for outcome in (Outcome.MADE, Outcome.MISSED, Outcome.UNKNOWN))
    return ZoneCount(made + missed + unknown, made, missed)


def _held(plays: Sequence[PlayEvent]) -> int:
    """Frames in which the players of these plays had the ball."""
    spells = (play for play in plays if play.kind is PlayKind.POSSESSION)
    return sum(spell.end_index - spell.start_index + 1 for spell in spells)


def _network(plays: Sequence[PlayEvent]) -> tuple[PassEdge, ...]:
    passes = [play for play in plays if play.kind is PlayKind.PASS]
    pairs = Counter((play.player_id, play.to_player_id) for play in passes)
    ends = Counter((play.player_id, play.to_player_id, play.succeeded) for play in passes)
    return in_order(
        PassEdge(one, other, count, ends[one, other, True], ends[one, other, False])
        for (one, other), count in pairs.items()
    )
