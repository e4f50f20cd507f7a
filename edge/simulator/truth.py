"""What the virtual gym knows of every frame it draws: exact, frozen, in the project's coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from calibration.camera import Camera
from edge.simulator.style import ShotForm
from edge.types import BallMode, FloatArray, Outcome


class EventKind(str, Enum):
    """What happened between the last frame and this one."""

    PASS_RELEASED = "pass_released"
    PASS_RECEIVED = "pass_received"
    SHOT_GATHERED = "shot_gathered"
    SHOT_RELEASED = "shot_released"
    SHOT_MADE = "shot_made"
    SHOT_MISSED = "shot_missed"
    REBOUND = "rebound"


@dataclass(frozen=True, slots=True)
class GymEvent:
    """One event of one frame. `shot_id` is set on the events of a shot and on its rebound."""

    kind: EventKind
    index: int
    time_s: float
    player_id: int
    shot_id: int | None = None


@dataclass(frozen=True, slots=True)
class ShotTruth:
    """One shot, filled in as it goes on; what has not happened yet is None.

    Indices count frames; the release is the first frame on which the ball has left the hand. `rim_index` is the frame
    on which the outcome is decided: the centre passed down through the ring (made), or fell past it (missed).
    `release_m` (3,) and `release_velocity_m_s` (3,) are the ball's at the release; `entry_angle_deg` is the angle of
    the ball's path below the horizontal where it first meets ring or board or comes down through the ring's plane.
    """

    shot_id: int
    player_id: int
    court_xy_m: tuple[float, float]
    form: ShotForm
    gather_index: int
    gather_time_s: float
    release_index: int | None = None
    release_time_s: float | None = None
    release_m: FloatArray | None = None
    release_velocity_m_s: FloatArray | None = None
    apex_index: int | None = None
    rim_index: int | None = None
    entry_angle_deg: float | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class PlayerTruth:
    """One player on one frame.

    box (4,) xyxy px clipped to the image, or None when nothing of the body is in it; keypoints_px (17, 2) in COCO order
    (outside the image where the joint is); keypoints_m (17, 3); visible (17,) bool: in the image and hidden by no other
    body part, player, ball, board; hands_m (2, 3) the finger tips, left and right; court_xy_m (2,) the ground point
    under the pelvis; heading_rad the direction the player faces; action names the motion ("run", "shoot", ...).
    """

    player_id: int
    team: int
    box: FloatArray | None
    keypoints_px: FloatArray
    keypoints_m: FloatArray
    visible: npt.NDArray[np.bool_]
    hands_m: FloatArray
    court_xy_m: FloatArray
    heading_rad: float
    height_m: float
    action: str


@dataclass(frozen=True, slots=True)
class BallTruth:
    """The ball on one frame: position_m (3,), velocity_m_s (3,), centre_px (2,), radius_px; `hidden_share` of its disc
    in 0..1 covered by bodies, other balls or board, or outside the image; the player who has it, if any."""

    phase: BallMode
    position_m: FloatArray
    velocity_m_s: FloatArray
    centre_px: FloatArray
    radius_px: float
    hidden_share: float
    holder_id: int | None


@dataclass(frozen=True, slots=True)
class Truth:
    """Everything in one frame. `shots` are all shots of the run so far, the one going on included; `other_balls` are
    those that nobody plays with, loose on the floor or in flight, in the same order on every frame."""

    index: int
    time_s: float
    players: tuple[PlayerTruth, ...]
    ball: BallTruth | None
    possession: int | None
    events: tuple[GymEvent, ...]
    shots: tuple[ShotTruth, ...]
    cones_m: FloatArray
    camera: Camera
    other_balls: tuple[BallTruth, ...] = ()

    def player(self, player_id: int) -> PlayerTruth:
        """The player of that id. Raises KeyError."""
        for player in self.players:
            if player.player_id == player_id:
                return player
        raise KeyError(player_id)
