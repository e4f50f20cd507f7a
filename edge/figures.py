"""What is counted of a game: the figures of a player, a team and a session, and what of the players' ways they need.

Times, frames and places as in edge/types.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from edge.types import Outcome, PlayEvent, ShotEvent, ShotFlight, ShotStats, Team


class Zone(str, Enum):
    """Where on the court a shot was taken."""

    PAINT = "paint"
    MID_RANGE = "mid_range"
    CORNER_THREE = "corner_three"
    ABOVE_THE_BREAK_THREE = "above_the_break_three"


@dataclass(frozen=True, slots=True)
class PlayerStep:
    """How one player went on: xy_m (2,) where at the end, distance_m on the way there, within seconds; speed_m_s over
    them, 0 for whoever has only just been seen."""

    player_id: int
    team: Team | None
    xy_m: tuple[float, float]
    distance_m: float
    seconds: float
    speed_m_s: float


@dataclass(frozen=True, slots=True)
class MotionEvent:
    """A short while of the game: how many frames it lasted, dropped ones too, and how everybody moved."""

    start_index: int
    end_index: int
    start_time_s: float
    end_time_s: float
    frames: int
    steps: tuple[PlayerStep, ...] = ()


GameEvent = ShotEvent | PlayEvent | MotionEvent


@dataclass(frozen=True, slots=True)
class ZoneCount:
    """Shots from one zone; those of unknown outcome are attempts only."""

    attempts: int = 0
    made: int = 0
    missed: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """All that is counted of one player, one team or everybody.

    points: of made shots whose place is known. zones: those with an attempt. passes_arrived and passes_lost: at a team
    mate, at an opponent; the rest of the passes is of unknown success. touches: how often had the ball, for
    possession_frames of possession_s. frames: in all; held_frames: of them those in which anybody had the ball, each
    of them with frames between that a live source dropped. seen_s: how long the place was known, distance_m the way in
    it.
    """

    shots: ShotStats = field(default_factory=ShotStats)
    points: int = 0
    zones: dict[Zone, ZoneCount] = field(default_factory=dict)
    passes: int = 0
    passes_arrived: int = 0
    passes_lost: int = 0
    touches: int = 0
    possession_frames: int = 0
    possession_s: float = 0.0
    frames: int = 0
    held_frames: int = 0
    dribbles: int = 0
    drives: int = 0
    interceptions: int = 0
    steals: int = 0
    rebounds: int = 0
    blocks: int = 0
    balls_out: int = 0
    distance_m: float = 0.0
    seen_s: float = 0.0
    top_speed_m_s: float = 0.0

    @property
    def pass_success(self) -> float | None:
        """Paper 004, equation 9, in percent: of the passes whose receiver's team is known; None without any."""
        known = self.passes_arrived + self.passes_lost
        return 100 * self.passes_arrived / known if known else None

    @property
    def possession_rate(self) -> float | None:
        """Paper 004, equation 10, in percent of all frames; None before the first."""
        return min(100.0, 100 * self.possession_frames / self.frames) if self.frames else None

    @property
    def possession_share(self) -> float | None:
        """In percent of the frames in which anybody had the ball; None before the first."""
        return 100 * self.possession_frames / self.held_frames if self.held_frames else None

    @property
    def mean_speed_m_s(self) -> float | None:
        return self.distance_m / self.seen_s if self.seen_s else None


@dataclass(frozen=True, slots=True)
class ShotMark:
    """One shot of the shot chart. zone and points (what it is worth): None where its place is not known; flight: None
    where nobody could tell how it flew."""

    shot_id: str
    time_s: float
    player_id: int | None
    team: Team | None
    outcome: Outcome
    court_xy_m: tuple[float, float] | None
    zone: Zone | None
    points: int | None
    flight: ShotFlight | None = None


@dataclass(frozen=True, slots=True)
class PassEdge:
    """Passes from one player to another; arrived: those known to be received by a team mate; lost: by an opponent.
    to_player_id None: nobody received them."""

    from_player_id: int | None
    to_player_id: int | None
    count: int
    arrived: int
    lost: int = 0


@dataclass(frozen=True, slots=True)
class SessionFigures:
    """A session as it stands. team_of: what is told of each player's team last; a team's figures are those of the
    players who are of it now."""

    session: Figures
    teams: dict[Team, Figures] = field(default_factory=dict)
    players: dict[int, Figures] = field(default_factory=dict)
    team_of: dict[int, Team] = field(default_factory=dict)
    chart: tuple[ShotMark, ...] = ()
    network: tuple[PassEdge, ...] = ()
