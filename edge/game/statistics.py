"""What each player, each team and a session did, kept up to date event by event; edge/game/recount.py counts anew.

Lengths and times are added as whole millimetres and milliseconds, so that no order of adding makes a difference. A
team's figures are the sums of its players' (paper 004, *Calculating Ball Possession*), a player's team is what was told
of it last.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from calibration.court import Court
from edge.figures import Figures, GameEvent, MotionEvent, PassEdge, SessionFigures, ShotMark, Zone, ZoneCount
from edge.game.zones import find_zone, worth
from edge.types import Outcome, PlayEvent, PlayKind, ShotEvent, ShotPhase, ShotStats, Team

_COUNTED = {
    PlayKind.DRIBBLE: "dribbles",
    PlayKind.DRIVE: "drives",
    PlayKind.INTERCEPTION: "interceptions",
    PlayKind.STEAL: "steals",
    PlayKind.REBOUND: "rebounds",
    PlayKind.BLOCK: "blocks",
    PlayKind.OUT_OF_BOUNDS: "balls_out",
}
TEAMS: tuple[Team, ...] = ("A", "B")


@dataclass(slots=True)
class _Tally:
    """What is added up; see `Figures`."""

    shots: ShotStats = field(default_factory=ShotStats)
    points: int = 0
    zones: dict[Zone, ZoneCount] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    possession_frames: int = 0
    possession_ms: int = 0
    distance_mm: int = 0
    seen_ms: int = 0
    top_mm_s: int = 0

    def count(self, name: str) -> None:
        self.counts[name] = self.counts.get(name, 0) + 1

    def take(self, shot: ShotMark) -> None:
        self.shots = counted(self.shots, shot.outcome)
        if shot.outcome is Outcome.MADE:
            self.points += shot.points or 0
        if shot.zone is not None:
            self.zones[shot.zone] = zone_counted(self.zones.get(shot.zone, ZoneCount()), shot.outcome)

    def add(self, other: _Tally) -> None:
        """All but shots, which have an order."""
        for name, count in other.counts.items():
            self.counts[name] = self.counts.get(name, 0) + count
        self.possession_frames += other.possession_frames
        self.possession_ms += other.possession_ms
        self.distance_mm += other.distance_mm
        self.seen_ms += other.seen_ms
        self.top_mm_s = max(self.top_mm_s, other.top_mm_s)

    def figures(self, frames: int, held_frames: int) -> Figures:
        return Figures(
            shots=self.shots, points=self.points, zones=dict(self.zones), frames=frames, held_frames=held_frames,
            possession_frames=self.possession_frames, possession_s=self.possession_ms / 1000,
            distance_m=self.distance_mm / 1000, seen_s=self.seen_ms / 1000, top_speed_m_s=self.top_mm_s / 1000,
            **self.counts,
        )  # fmt: skip


class SessionStatistics:
    """A shot counts once, when it ends. court: what zones and points go by; nobody knows them without."""

    def __init__(self, court: Court | None = None) -> None:
        self._court = court
        self._shots: list[ShotEvent] = []
        self._by_player: dict[int, _Tally] = {}
        self._everybody = _Tally()
        self._team_of: dict[int, Team] = {}
        self._passes: dict[tuple[int | None, int | None], tuple[int, int, int]] = {}
        self._frames = 0

    def use(self, court: Court | None) -> None:
        """Zones and points by this court, of earlier shots too; None leaves them as they are."""
        if court is None or court == self._court:
            return
        self._court = court
        for tally in (self._everybody, *self._by_player.values()):
            tally.shots, tally.points, tally.zones = ShotStats(), 0, {}
        for shot in self._shots:
            self._count_shot(shot)

    def update(self, event: GameEvent) -> None:
        """Take one event of any kind; of a shot's phases only END changes the counts."""
        if isinstance(event, ShotEvent):
            if event.phase is ShotPhase.END:
                self._shots.append(event)
                self._count_shot(event)
        elif isinstance(event, PlayEvent):
            self._play(event)
        else:
            self._motion(event)

    def session(self) -> Figures:
        return self._everybody.figures(self._frames, self._everybody.possession_frames)

    def players(self) -> dict[int, Figures]:
        """By track id."""
        held = self._everybody.possession_frames
        return {player_id: tally.figures(self._frames, held) for player_id, tally in self._by_player.items()}

    def teams(self) -> dict[Team, Figures]:
        """Those of which there is a player."""
        tallies: dict[Team, _Tally] = {}
        for player_id, tally in self._by_player.items():
            team = self._team_of.get(player_id)
            if team is not None:
                tallies.setdefault(team, _Tally()).add(tally)
        for shot in self.chart():
            if shot.team is not None:
                tallies[shot.team].take(shot)
        held = sum(tally.possession_frames for tally in tallies.values())
        return {team: tallies[team].figures(self._frames, held) for team in TEAMS if team in tallies}

    def chart(self) -> tuple[ShotMark, ...]:
        """The shots in the order in which they ended."""
        return tuple(shot_mark(shot, self._team_of.get(_id(shot)), self._court) for shot in self._shots)

    def figures(self) -> SessionFigures:
        edges = [PassEdge(*pair, *counts) for pair, counts in self._passes.items()]
        return SessionFigures(
            self.session(), self.teams(), self.players(), dict(self._team_of), self.chart(), in_order(edges)
        )

    def _tallies(self, player_id: int | None) -> list[_Tally]:
        """Whom something counts for."""
        if player_id is None:
            return [self._everybody]
        return [self._everybody, self._by_player.setdefault(player_id, _Tally())]

    def _count_shot(self, shot: ShotEvent) -> None:
        mark = shot_mark(shot, None, self._court)
        for tally in self._tallies(shot.player_id):
            tally.take(mark)

    def _play(self, play: PlayEvent) -> None:
        if play.player_id is not None and play.team is not None:
            self._team_of[play.player_id] = play.team
        for tally in self._tallies(play.player_id):
            if play.kind is PlayKind.POSSESSION:
                tally.count("touches")
                tally.possession_frames += play.end_index - play.start_index + 1
                tally.possession_ms += thousandths(play.end_time_s - play.start_time_s)
            elif play.kind is PlayKind.PASS:
                tally.count("passes")
                if play.succeeded is not None:
                    tally.count("passes_arrived" if play.succeeded else "passes_lost")
            else:
                tally.count(_COUNTED[play.kind])
        if play.kind is PlayKind.PASS:
            pair = (play.player_id, play.to_player_id)
            count, arrived, lost = self._passes.get(pair, (0, 0, 0))
            self._passes[pair] = count + 1, arrived + (play.succeeded is True), lost + (play.succeeded is False)

    def _motion(self, motion: MotionEvent) -> None:
        self._frames += motion.frames
        for step in motion.steps:
            if step.team is not None:
                self._team_of[step.player_id] = step.team
            for tally in self._tallies(step.player_id):
                tally.distance_mm += thousandths(step.distance_m)
                tally.seen_ms += thousandths(step.seconds)
                tally.top_mm_s = max(tally.top_mm_s, thousandths(step.speed_m_s))


def shot_mark(shot: ShotEvent, team: Team | None, court: Court | None) -> ShotMark:
    """A shot's entry in the shot chart, with zone and worth where court and place are known."""
    zone = None if court is None or shot.court_xy_m is None else find_zone(court, shot.court_xy_m)
    return ShotMark(
        shot_id=shot.shot_id,
        time_s=shot.release_time_s,
        player_id=shot.player_id,
        team=team,
        outcome=shot.outcome or Outcome.UNKNOWN,
        court_xy_m=shot.court_xy_m,
        zone=zone,
        points=None if court is None or zone is None else worth(court, zone),
        flight=shot.flight,
    )


def counted(stats: ShotStats, outcome: Outcome) -> ShotStats:
    """One more attempt. An unknown outcome neither lengthens nor ends a streak."""
    made, missed = outcome is Outcome.MADE, outcome is Outcome.MISSED
    streak = stats.streak + 1 if made else 0 if missed else stats.streak
    return replace(
        stats,
        attempts=stats.attempts + 1,
        made=stats.made + made,
        missed=stats.missed + missed,
        unknown=stats.unknown + (not made and not missed),
        streak=streak,
        best_streak=max(stats.best_streak, streak),
    )


def zone_counted(count: ZoneCount, outcome: Outcome) -> ZoneCount:
    made, missed = outcome is Outcome.MADE, outcome is Outcome.MISSED
    return ZoneCount(count.attempts + 1, count.made + made, count.missed + missed)


def in_order(edges: Iterable[PassEdge]) -> tuple[PassEdge, ...]:
    """Most passes first, then by who they are of; nobody is last."""
    last = 1 << 62
    key = [(-e.count, _or(e.from_player_id, last), _or(e.to_player_id, last), e) for e in edges]
    return tuple(edge for *_, edge in sorted(key, key=lambda row: row[:3]))


def thousandths(value: float) -> int:
    """Metres to whole millimetres, seconds to milliseconds."""
    return round(1000 * value)


def _or(value: int | None, other: int) -> int:
    return other if value is None else value


def _id(shot: ShotEvent) -> int:
    return _or(shot.player_id, -1)
