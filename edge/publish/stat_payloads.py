"""What the topics below `stats/` hold: figures, last shots, shot chart and passes of the session that goes on."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from edge.publish.payloads import Count, CourtDimensions, CourtPosition, Message, Part, Shot

Session = Annotated[str, Field(description="Id of the session; what has another id is of an earlier one.")]
ZoneName = Literal["paint", "mid_range", "corner_three", "above_the_break_three"]
_Percent = Annotated[float, Field(ge=0, le=100)]
_Team = Annotated[int, Field(ge=0, le=1, description="0 is team A, 1 is B.")]


class ZoneShots(Part):
    """Shots from one zone; those of unknown outcome are attempts only."""

    attempts: Count
    made: Count
    missed: Count


class Stats(Message):
    """Topics `stats/session`, `stats/team/<A or B>` and `stats/player/<id>`, retained; after each shot, else every five
    seconds."""

    session: Session
    player_id: int | None = Field(description="null in stats/session and stats/team.")
    team: _Team | None = Field(None, description="The team, or the player's; null in stats/session or if not known.")
    attempts: Count
    made: Count
    missed: Count
    unknown: Count
    percentage: float | None = Field(ge=0, le=100, description="made of made and missed; null before the first.")
    streak: Count = Field(description="Made shots in a row until now.")
    best_streak: Count
    points: Count = Field(0, description="Of made shots whose place is known; free throws are not told from others.")
    zones: dict[ZoneName, ZoneShots] = Field(
        default_factory=dict, description="Zones with an attempt, by the place of release."
    )
    passes: Count = 0
    passes_arrived: Count = 0
    passes_lost: Count = 0
    pass_success: _Percent | None = Field(None, description="Arrived of arrived and lost.")
    touches: Count = 0
    possession_s: float = Field(0.0, ge=0)
    possession_rate: _Percent | None = Field(None, description="Of all frames.")
    possession_share: _Percent | None = Field(None, description="Of the frames in which anybody has the ball.")
    dribbles: Count = 0
    drives: Count = 0
    interceptions: Count = 0
    steals: Count = 0
    rebounds: Count = 0
    blocks: Count = 0
    balls_out: Count = 0
    distance_m: float = Field(0.0, ge=0)
    mean_speed_m_s: float | None = Field(None, ge=0)
    top_speed_m_s: float = Field(0.0, ge=0)


class RecentShots(Message):
    """Topic `stats/recent`, retained: the last shots of this session, newest first, for a page that opens later."""

    session: Session
    shots: list[Shot]


class ChartShot(Part):
    shot_id: str
    release_time_s: float = Field(description="On the source's clock.")
    player_id: int | None
    team: _Team | None
    outcome: Literal["made", "missed", "unknown"]
    court_position: CourtPosition | None = Field(description="Where the shooter stood; null without a homography.")
    zone: ZoneName | None
    points: int | None = Field(description="What it is worth; null where its place is not known.")


class ShotChart(Message):
    """Topic `stats/chart`, retained: all shots of this session, oldest first; of more than a thousand the newest."""

    session: Session
    court: CourtDimensions | None = Field(description="null without a calibration.")
    shots: list[ChartShot]


class PassPair(Part):
    """Passes from one player to another; null: nobody knows whose, or nobody received them."""

    from_player_id: int | None
    to_player_id: int | None
    count: Count
    arrived: Count = Field(description="Known to be received by a team mate.")
    lost: Count = Field(description="Received by an opponent.")


class PassNetwork(Message):
    """Topic `stats/passes`, retained: who passed to whom in this session, most passes first."""

    session: Session
    pairs: list[PassPair]
