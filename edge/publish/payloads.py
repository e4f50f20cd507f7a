"""What each MQTT message holds. One pydantic model a topic; JSON Schemas of them are in `schemas/`.

Image coordinates are pixels of the captured frame; court coordinates are metres: x along the court's length, y to the
left of somebody who faces the watched basket, from the court's centre (3x3: from the middle of the line opposite the
basket). `time` is the wall clock (ISO 8601, UTC) at which the message was made; `capture_time_s` is
the source's monotonic clock, good for differences only.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

SCHEMA_VERSION = 1

Pixel = Annotated[float, Field(description="Pixels of the captured frame.")]
Metre = Annotated[float, Field(description="Metres from the court's origin.")]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]


class Part(BaseModel):
    """A piece of a message."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, json_schema_serialization_defaults_required=True
    )


class Message(Part):
    """What every message of the box begins with."""

    schema_version: Literal[1] = 1
    time: AwareDatetime = Field(description="Wall clock at which this message was made.")


class Status(Message):
    """Topic `status`, retained; `offline` is the last will and carries the time of the connection it belongs to."""

    state: Literal["online", "offline", "stopped"]
    version: str = Field(description="Version of courtside.")


class OutboxState(Part):
    """Messages that wait for the broker, and those that had to be thrown away because there were too many."""

    waiting: Count
    dropped: Count


class Health(Message):
    """Topic `health`, retained."""

    fps: float = Field(ge=0, description="Frames analysed a second.")
    frame_ms: float = Field(ge=0, description="Milliseconds that one frame takes at the median.")
    uptime_s: float = Field(ge=0)
    calibration: Literal["uncalibrated", "rim-only", "calibrated"]
    stages_ms: dict[str, float] = Field(description="Milliseconds by stage.")
    host: dict[str, float] = Field(description="Processor, memory, temperature and disk, as far as they can be read.")
    warnings: list[str]
    outbox: OutboxState


class Source(Message):
    """Topic `source`, retained: what the box knows of its camera."""

    state: Literal["connected", "reconnecting", "ended"]
    detail: str
    frames: Count
    dropped: Count


class CalibrationState(Message):
    """Topic `calibration`, retained: whether the court's metres may be trusted, and how far."""

    state: Literal["uncalibrated", "rim-only", "calibrated", "moved", "blocked"]
    verdict: Literal["good", "usable"] | None = Field(description="null where nobody judged it.")
    error_cm: float | None = Field(ge=0, description="Expected error on the court, 95th percentile.")
    court: str | None = Field(description="Kind of court, like fiba; null without a camera in space.")
    created: AwareDatetime | None
    moved_cm: float | None = Field(ge=0, description="How far the court's figures are off since the camera moved.")
    suspect: bool = Field(description="The camera moved: court figures are not to be believed.")
    realigned: bool = Field(description="The box itself made up for a small move.")
    detail: str


class CourtPosition(Part):
    x: Metre
    y: Metre


_SUSPECT = "The camera was moved since it was calibrated: positions in metres are not to be believed."


class Measured(Part):
    """A value and its standard deviation."""

    value: float
    sigma: float = Field(ge=0)


class Flight(Part):
    """How a shot flew, in metres, degrees and seconds as the names say; null where the view does not tell."""

    release_height_m: Measured | None
    release_speed_m_s: Measured | None
    release_angle_deg: Measured | None
    flight_s: Measured | None
    apex_m: Measured | None
    entry_angle_deg: Measured | None = Field(description="Below horizontal, at the rim's height.")
    depth_cm: Measured | None = Field(
        description="Beyond (+) or short of (-) the rim's centre, as the shooter sees it."
    )
    left_right_cm: Measured | None = Field(description="To the right (+) of the rim's centre, as the shooter sees it.")
    arc: list[tuple[float, float, float]] = Field(
        description="From the side: metres beyond the rim's centre (before it: -), metres above the floor, sigma."
    )


class Shot(Message):
    """Topic `shot`: one `new`, any number of `update`, one `end`, all with the same `shot_id`."""

    shot_id: str = Field(min_length=1)
    phase: Literal["new", "update", "end"]
    release_index: int = Field(description="Frame at which the ball left the hand.")
    release_time_s: float = Field(description="Time of the release on the source's clock.")
    player_id: int | None = Field(description="Track id of the shooter; null where nobody could be named.")
    outcome: Literal["made", "missed", "unknown"] | None = Field(description="null until it is known.")
    confidence: Share
    gather_index: int | None
    apex_index: int | None
    rim_index: int | None
    court_position: CourtPosition | None = Field(description="Where the shooter stood; null without a homography.")
    court_suspect: bool = Field(False, description=_SUSPECT)
    flight: Flight | None = Field(None, description="How it flew, told with its end; null where nobody could tell.")
    evidence: dict[str, float | int | str] = Field(description="Frames and distances that led to this.")


class Play(Message):
    """Topic `play`: what somebody did with the ball beside shots, told once it is over. QoS 1, not queued."""

    kind: Literal[
        "possession", "pass", "dribble", "drive", "interception", "steal", "rebound", "block", "out_of_bounds"
    ]
    start_index: int
    end_index: int
    start_time_s: float = Field(description="On the source's clock.")
    end_time_s: float
    player_id: int | None = Field(description="Whose it is: who had the ball, passed, stole, blocked or rebounded.")
    team: int | None
    to_player_id: int | None = Field(description="Who received a pass; from whom a ball was stolen or intercepted.")
    succeeded: bool | None = Field(description="Of a pass: whether it arrived at a team mate; null: not known.")
    start_position: CourtPosition | None
    end_position: CourtPosition | None
    court_suspect: bool = Field(False, description=_SUSPECT)
    confidence: Share
    evidence: dict[str, float | int | str]


class LivePlayer(Part):
    player_id: int
    team: int | None = Field(description="null until teams are told apart.")
    box: tuple[Pixel, Pixel, Pixel, Pixel] = Field(description="Left, top, right, bottom.")
    court_position: CourtPosition | None = Field(description="Ground contact; null without a homography.")
    status: Literal["tentative", "confirmed", "occluded", "lost"]
    confidence: Share


class LiveBall(Part):
    x: Pixel
    y: Pixel
    radius: Pixel
    status: Literal["tentative", "confirmed", "occluded", "lost"]
    confidence: Share


class LiveRim(Part):
    """The ring's ellipse: centre, full width and height."""

    x: Pixel
    y: Pixel
    width: Pixel
    height: Pixel


class CourtDimensions(Part):
    """What it takes to draw the court, metres; a court with one basket begins at the line opposite of it."""

    name: str
    baskets: Literal[1, 2]
    length_m: float
    width_m: float
    rim_from_baseline_m: float
    rim_diameter_m: float
    board_from_baseline_m: float
    board_width_m: float
    key_width_m: float
    free_throw_m: float
    three_point_radius_m: float
    three_point_side_m: float
    centre_circle_radius_m: float
    no_charge_radius_m: float


class Live(Message):
    """Topic `live`: positions for the page, about 8 times a second, QoS 0, not retained, never queued."""

    index: int
    capture_time_s: float
    image_width: int = Field(gt=0)
    image_height: int = Field(gt=0)
    players: list[LivePlayer]
    ball: LiveBall | None
    rim: LiveRim | None
    court: CourtDimensions | None = Field(description="null without a homography.")
    court_suspect: bool = Field(description=_SUSPECT)


class Request(Part):
    """Topics `cmd/ping`, `cmd/reset-stats` and `cmd/calibrate-undo`.

    The answer on `cmd/reply` carries the same `request_id`.
    """

    schema_version: Literal[1] = 1
    request_id: str = Field(min_length=1, max_length=64)


class CalibrateRimRequest(Request):
    """Topic `cmd/calibrate-rim`: the ring's ellipse, upper left corner, width and height in pixels of the frame."""

    x: float = Field(ge=0)
    y: float = Field(ge=0)
    width: float = Field(gt=1)
    height: float = Field(gt=1)


class ImagePoint(Part):
    x: float = Field(ge=0, le=100_000)
    y: float = Field(ge=0, le=100_000)


_Landmark = Annotated[str, Field(min_length=1, max_length=40)]


class CalibrateCourtRequest(Request):
    """Topic `cmd/calibrate-court`: look for cones, or take the points, and answer with a draft; nothing is saved."""

    court: str = Field("fiba", max_length=40)
    court_changes: dict[_Landmark, float] = Field(default_factory=dict, max_length=20, description="Metres.")
    layout: str = Field("key", max_length=400, description="A cone layout, or landmarks joined by commas.")
    colour: str = Field("auto", max_length=40, description="auto, or the cones' colour.")
    cone_tap: ImagePoint | None = Field(None, description="Pixel on one cone: its colour is learnt.")
    points: dict[_Landmark, ImagePoint] | None = Field(
        None, max_length=24, description="Pixels by landmark, set by hand: then no cones are looked for."
    )
    rim: ImagePoint | None = Field(None, description="Pixel in the middle of the ring.")


class CalibrateSaveRequest(Request):
    """Topic `cmd/calibrate-save`: keep the draft and use it from now on."""

    draft_id: str = Field(min_length=1, max_length=64)


class DraftPoint(Part):
    name: str | None = Field(description="Landmark; null for what looks like a cone and belongs to none.")
    x: Pixel
    y: Pixel


class CalibrationDraft(Part):
    """A calibration that is not saved yet, for somebody to look at."""

    draft_id: str
    verdict: Literal["good", "usable", "refused"]
    error_median_cm: float | None = Field(ge=0, description="Expected error on the court; null where refused.")
    error_p95_cm: float | None = Field(ge=0)
    points: list[DraftPoint]
    rim: LiveRim | None
    image_width: int = Field(gt=0)
    image_height: int = Field(gt=0)
    picture: str = Field(description="Where the page's server has the court drawn over the frame.")


class Reply(Message):
    """Topic `cmd/reply`."""

    request_id: str
    command: str
    ok: bool
    detail: str
    draft: CalibrationDraft | None = Field(None, description="Only in answers to calibrate-court.")
