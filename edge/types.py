"""Every message that one stage passes to the next: frozen, documented, without logic.

Image coordinates are pixels of the captured frame, x right, y down, the origin at the outer corner of the first
pixel. Court coordinates are metres: the origin at the centre of the court on the floor, x along the court's length,
y along its width, z up. Times are seconds on a monotonic clock (live) or from the start of the recording (files).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, IntEnum
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating[Any]]
Image = npt.NDArray[np.uint8]
Team = Literal["A", "B"]


class ObjectClass(IntEnum):
    """What a detection shows, whatever number the network gave it."""

    PERSON = 0
    BALL = 1


class TrackStatus(str, Enum):
    """How far a track may be trusted."""

    TENTATIVE = "tentative"
    CONFIRMED = "confirmed"
    OCCLUDED = "occluded"
    LOST = "lost"


class BallMode(str, Enum):
    """Who or what moves the ball."""

    HELD = "held"
    DRIBBLED = "dribbled"
    PASSED = "passed"
    IN_FLIGHT = "in_flight"
    LOOSE = "loose"


class Outcome(str, Enum):
    """What became of a shot. UNKNOWN: the ball was not seen at the rim."""

    MADE = "made"
    MISSED = "missed"
    UNKNOWN = "unknown"


class ShotPhase(str, Enum):
    """Where a shot is in its life: one NEW, any number of UPDATEs, one END, all with the same id."""

    NEW = "new"
    UPDATE = "update"
    END = "end"


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of the court.

    index: counts decoded frames from 0 (gaps live, where frames were dropped). time_s: time of capture.
    image: (H, W, 3) BGR.
    """

    index: int
    time_s: float
    image: Image


@dataclass(frozen=True, slots=True)
class Detections:
    """xyxy (N, 4) float32 px, confidence (N,) float32, class_id (N,) int32 of `ObjectClass`."""

    xyxy: FloatArray
    confidence: FloatArray
    class_id: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Keypoints:
    """xy (P, 17, 2) float32 px in COCO order, NaN = not seen; confidence (P, 17) float32."""

    xy: FloatArray
    confidence: FloatArray


@dataclass(frozen=True, slots=True)
class Rim:
    """The rim's ring in the image: centre and full width and height of its ellipse, px."""

    x_px: float
    y_px: float
    width_px: float
    height_px: float


@dataclass(frozen=True, slots=True)
class PlayerState:
    """One tracked person.

    box (4,) xyxy px; velocity_px_s (2,) of the box centre; covariance (2, 2) px^2 of the box centre;
    keypoints (17, 3) x, y px and confidence, or None where no pose was run on this frame;
    court_xy_m (2,) ground contact in metres and court_covariance_m2 (2, 2), or None without a homography;
    team: by the jersey's colour, or None where that is not told (yet) or somebody is of neither.
    """

    track_id: int
    box: FloatArray
    velocity_px_s: FloatArray
    covariance: FloatArray
    status: TrackStatus
    confidence: float
    keypoints: FloatArray | None = None
    court_xy_m: FloatArray | None = None
    court_covariance_m2: FloatArray | None = None
    team: Team | None = None


@dataclass(frozen=True, slots=True)
class BallState:
    """The tracked ball: xy_px (2,), velocity_px_s (2,), radius_px, covariance (2, 2) px^2 of the centre.

    mode: what moves it, None where that is not told; holder_id: the track id of who holds or dribbles it;
    court_xyz_m (3,): where it is on the court, its height NaN where only the place is known; None where neither is, as
    with the box's own trackers, whose one camera does not tell: recordings of the ball's places have it."""

    xy_px: FloatArray
    velocity_px_s: FloatArray
    radius_px: float
    covariance: FloatArray
    status: TrackStatus
    confidence: float
    mode: BallMode | None = None
    holder_id: int | None = None
    court_xyz_m: FloatArray | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that is known at one time. `ball_candidates` (N, 4): x, y, radius px and confidence of every ball-like
    detection of this frame, also those that the tracker did not take. `scene_cut`: this frame does not continue the
    one before it, so nothing earlier may be joined to it. `scene_from_image` (2, 3): maps pixels of this frame to those
    of the first frame since the cut where the camera moves; None for a fixed camera. `net_motion`: the share 0..1 of
    the net's picture that changed since the frame before; None where the net is not known or not in the picture."""

    index: int
    time_s: float
    image_size: tuple[int, int]
    players: tuple[PlayerState, ...]
    ball: BallState | None
    ball_candidates: FloatArray
    rim: Rim | None
    scene_cut: bool = False
    scene_from_image: FloatArray | None = None
    net_motion: float | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """What lies behind a snapshot, for those who draw it. ball_particles (N, 2) px: where the ball may be; person_boxes
    (M, 4) xyxy px as detected; box_of: by track id the row of the box that it took; rivals: by track id where else its
    feet may be, (2,) px, and how likely the history is that says so, 0..1; trails: by track id where somebody has been
    on the court, rows (T, 3) of s, x m and y m, oldest first; player_particles (N, 2) px: where players' feet (or with
    other methods their middles) may be."""

    ball_particles: FloatArray
    person_boxes: FloatArray
    box_of: dict[int, int] = field(default_factory=dict)
    rivals: dict[int, tuple[FloatArray, float]] = field(default_factory=dict)
    trails: dict[int, FloatArray] = field(default_factory=dict)
    player_particles: FloatArray = field(default_factory=lambda: np.zeros((0, 2)))


@dataclass(frozen=True, slots=True)
class ShotEvent:
    """One phase of one shot.

    shot_id is stable over its phases. Times are on the source's clock. `outcome` is None until it is known.
    `player_id` is the shooter's track id, or None where nobody could be named. `court_xy_m`: where the shooter stood.
    `confidence` in 0..1. `evidence`: frames and distances that led to it, plain numbers and strings. `flight`: how it
    flew, told with its END where the camera is calibrated.
    """

    shot_id: str
    phase: ShotPhase
    release_index: int
    release_time_s: float
    player_id: int | None
    outcome: Outcome | None
    confidence: float
    gather_index: int | None = None
    apex_index: int | None = None
    rim_index: int | None = None
    court_xy_m: tuple[float, float] | None = None
    evidence: dict[str, float | int | str] = field(default_factory=dict)
    flight: ShotFlight | None = None


class PlayKind(str, Enum):
    """What happened in a game beside shots."""

    POSSESSION = "possession"
    PASS = "pass"
    DRIBBLE = "dribble"
    DRIVE = "drive"
    INTERCEPTION = "interception"
    STEAL = "steal"
    REBOUND = "rebound"
    BLOCK = "block"
    OUT_OF_BOUNDS = "out_of_bounds"


@dataclass(frozen=True, slots=True)
class PlayEvent:
    """Something that somebody did with the ball, told once it is over; frames and times on the source's clock.

    player_id: whose it is: who had the ball, threw the pass, stole, blocked or took the rebound. to_player_id: who
    received, for a pass; None where nobody did. succeeded: of a pass, whether it arrived at a team mate; None where
    that cannot be said. start_xy_m, end_xy_m (2,): on the court, or None without a calibration. `confidence` in 0..1;
    `evidence`: frames and distances that led to it.
    """

    kind: PlayKind
    start_index: int
    end_index: int
    start_time_s: float
    end_time_s: float
    player_id: int | None
    team: Team | None = None
    to_player_id: int | None = None
    succeeded: bool | None = None
    start_xy_m: tuple[float, float] | None = None
    end_xy_m: tuple[float, float] | None = None
    confidence: float = 0.0
    evidence: dict[str, float | int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measured value and its standard deviation, in the unit that the field's name carries."""

    value: float
    sigma: float


@dataclass(frozen=True, slots=True)
class ShotFlight:
    """How a shot flew, fitted to the picture; None where the view does not tell.

    depth_cm: where the ball's centre comes down through the rim's plane, beyond (+) or short of (-) the rim's centre on
    the way from the shooter; left_right_cm: to the right (+) as the shooter sees it. entry_angle_deg below horizontal.
    arc: the flight seen from the side, from the release, or from where it was first seen, down to the rim's plane: rows
    of m beyond the rim's centre on the same way (before it: -), m above the floor, and the standard deviation across
    the arc, m; empty where that is too wide to be told.
    """

    release_height_m: Estimate | None
    release_speed_m_s: Estimate | None
    release_angle_deg: Estimate | None
    flight_s: Estimate | None
    apex_m: Estimate | None
    entry_angle_deg: Estimate | None
    depth_cm: Estimate | None
    left_right_cm: Estimate | None
    arc: tuple[tuple[float, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class ShotClip:
    """One shot's motion in the picture, from a little before the gather to the follow-through.

    times_s (T,) on the source's clock. keypoints (T, 17, 3): COCO joints as x, y px, free of camera motion, and
    confidence; NaN where a joint was not seen. ball (T, 2) px, NaN where it was not seen. gather, set_point, release:
    rows of the clip; follow_through: the row where the arm comes down again, None where that is not known yet.
    stature_px: the player's height in the picture, standing. gather_s, release_s: when gather and release were on the
    clock of `times_s`, between two rows where that can be told; None = at their rows.
    """

    shot_id: str
    player_id: int | None
    first_index: int
    times_s: FloatArray
    keypoints: FloatArray
    ball: FloatArray
    gather: int
    set_point: int
    release: int
    follow_through: int | None
    stature_px: float
    court_xy_m: tuple[float, float] | None = None
    gather_s: float | None = None
    release_s: float | None = None


@dataclass(frozen=True, slots=True)
class FormSequence:
    """A shot from gather to release as 64 frames, ready to be compared (paper 000, section 3.2).

    pose (64, 17, 2): x to the right, y up, in body lengths where the method says so; NaN where a joint is not known.
    present (64, 17): whether it was seen, rather than filled in between. duration_s: from gather to release. mirrored:
    whether left and right were exchanged to make the player right-handed as seen from his right. view_rad: from
    where he was seen: 0 = from in front, pi/2 = from the side, pi = from behind, NaN = not known.
    """

    pose: FloatArray
    present: npt.NDArray[np.bool_]
    duration_s: float
    mirrored: bool = False
    view_rad: float = float("nan")

    @property
    def facing(self) -> float:
        """1 = seen from the side, 0 = from in front or behind, or not known."""
        return 0.0 if math.isnan(self.view_rad) else abs(math.sin(self.view_rad))


@dataclass(frozen=True, slots=True)
class FormFault:
    """One way in which a shot differs from its baseline. joint: in words, such as `right wrist`, or what was measured;
    phase: gather, dip, lift, set point or release; frame: 0 to 63; amount in `unit` (cm, deg, s), as measured minus
    usual; sigmas: in the player's own standard deviations; words: a sentence that a player can use."""

    joint: str
    phase: str
    frame: int
    amount: float
    unit: str
    sigmas: float
    words: str


@dataclass(frozen=True, slots=True)
class FormReport:
    """How one shot's form compares with its player's own.

    phase: `new` right after the release, `update` once the follow-through is over. player: the enrolled name, None
    where it is nobody's. distance: to the baseline, 1 = as far as his own shots are in 98 of 100 cases. reason: why
    nothing is said, where verdict is `abstain`. scalars: measured figures by name with their unit, such as
    elbow_release_deg; usual: means of the same of the baseline's shots. pose, baseline, deviation (64, 17, 2): as in
    `FormSequence`, and shot minus baseline. map_xy: where it lies on the map of shots. nearest: names of the nearest
    enrolled players and distances. enrolled: how many shots of an enrolment that is going on are there, this one
    included. drift: in words, where the player's form has changed within this session.
    """

    shot_id: str
    phase: Literal["new", "update"]
    release_time_s: float
    player_id: int | None
    player: str | None
    verdict: Literal["consistent", "deviates", "abstain"]
    distance: float | None
    reason: str
    faults: tuple[FormFault, ...]
    scalars: dict[str, float]
    pose: FloatArray | None = None
    baseline: FloatArray | None = None
    deviation: FloatArray | None = None
    map_xy: tuple[float, float] | None = None
    nearest: tuple[tuple[str, float], ...] = ()
    enrolled: int | None = None
    drift: str = ""
    usual: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StageTimes:
    """Milliseconds that each stage of one frame took, by stage name, networks apart from everything beside them."""

    networks_ms: dict[str, float]
    overhead_ms: dict[str, float]


@dataclass(frozen=True, slots=True)
class SourceState:
    """What the capture worker knows of its source: `connected`, `reconnecting` or `ended`, with a reason in words."""

    state: str
    detail: str
    frames: int = 0
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class ShotStats:
    """Shots counted since the session began; `streak` counts made shots in a row until now."""

    attempts: int = 0
    made: int = 0
    missed: int = 0
    unknown: int = 0
    streak: int = 0
    best_streak: int = 0


@dataclass(frozen=True, slots=True)
class CalibrationReport:
    """Whether the court's metres may be trusted. state: uncalibrated, rim-only, calibrated, moved (the camera was) or
    blocked (it sees nothing of the scene); verdict: None where nobody judged; error_cm: expected on the court, 95th
    percentile; moved_cm: by how much court figures are off since the camera moved; realigned: the box made up for it.
    """

    state: Literal["uncalibrated", "rim-only", "calibrated", "moved", "blocked"]
    verdict: Literal["good", "usable"] | None = None
    error_cm: float | None = None
    court: str | None = None
    created: datetime | None = None
    moved_cm: float | None = None
    suspect: bool = False
    realigned: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class BoxHealth:
    """How the box is doing. `calibration`: `uncalibrated`, `rim-only` or `calibrated`. `warnings`: one line each.
    `host`: what the machine says of itself, by name with its unit, such as cpu_percent or temperature_c."""

    fps: float
    frame_ms: float
    uptime_s: float
    calibration: str
    stages_ms: dict[str, float] = field(default_factory=dict)
    host: dict[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
