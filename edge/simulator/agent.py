"""One player of the virtual gym: where the body is going, what it does, and the pose that follows from both."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from edge.simulator import poses
from edge.simulator.body import BALL, LIFT, REFERENCE_HEIGHT_M, build_joints, to_local, to_world
from edge.simulator.shooting import JumpShot
from edge.simulator.style import ShotForm
from edge.types import FloatArray

FADE_S = 0.22
TURN_RATE_RAD_S = 7.0
ACCELERATION_M_S2 = 7.5
PERSONAL_SPACE_M = 0.8
HAND_SPEED_M_S = 5.0


@dataclass(frozen=True, slots=True)
class Order:
    """What the coach wants of a player now: an action, where to be (2,) m, how fast at most, what to look at (2,) m."""

    action: str
    target_m: FloatArray
    speed_m_s: float
    face_m: FloatArray


@dataclass(slots=True)
class Agent:
    """Mutable state of one player; `step` moves it by one frame."""

    player_id: int
    team: int
    height_m: float
    form: ShotForm
    xy: FloatArray
    yaw: float
    velocity: FloatArray = field(default_factory=lambda: np.zeros(2))
    action: str = "move"
    clock_s: float = 0.0
    gait: float = 0.0
    shot: JumpShot | None = None
    shot_from: FloatArray = field(default_factory=lambda: np.zeros(2))
    pose: FloatArray = field(default_factory=lambda: poses.stand(0.0, 0.0, 0.0))
    faded_from: FloatArray = field(default_factory=lambda: poses.stand(0.0, 0.0, 0.0))
    ball_local_m: FloatArray = field(default_factory=lambda: poses.HOLD_M.copy())

    @property
    def scale(self) -> float:
        return self.height_m / REFERENCE_HEIGHT_M

    def joints(self) -> FloatArray:
        """Joints (29, 3) m in the world."""
        return np.asarray(build_joints(self.pose, self.xy, self.yaw, self.scale))

    def ball_m(self) -> FloatArray:
        """Where the ball in this player's hands is, (3,) m."""
        return to_world(self.pose[BALL], self.xy, self.yaw, self.scale, float(self.pose[LIFT]))

    def begin(self, action: str) -> None:
        """Start an action from whatever the body is doing now."""
        if action != self.action:
            self.action, self.clock_s = action, 0.0
            self.faded_from = self.pose.copy()
            self.ball_local_m = poses.HOLD_M.copy()

    def begin_shot(self, shot: JumpShot) -> None:
        self.shot, self.shot_from = shot, self.xy.copy()
        self.begin("shoot")

    def take_ball(self, ball_m: FloatArray) -> None:
        """The ball is in the hands from now on: it moves from where it is into the hold."""
        self.action = "hold"
        self.clock_s = 0.0
        ball = to_local(ball_m, self.xy, self.yaw, self.scale, float(self.pose[LIFT]))
        poses.grip(self.pose, ball, poses.RIGHT_SIDE_M, poses.LEFT_SIDE_M)
        self.faded_from = self.pose.copy()

    def heading_error(self, face_m: FloatArray) -> float:
        """Angle from the heading to a point on the floor, -pi..pi."""
        away = face_m - self.xy
        return wrapped(math.atan2(away[1], away[0]) - self.yaw)

    def step(self, dt: float, order: Order, ball_m: FloatArray | None, others: list[Agent]) -> None:
        """One frame on."""
        self.begin(order.action)
        if self.action == "shoot":
            self._fly()
        else:
            self._move(dt, order, others)
        self.clock_s += dt
        if self.action == "shoot":
            self._fly()
        if ball_m is not None and self.action == "reach":
            way = poses.reachable(to_local(ball_m, self.xy, self.yaw, self.scale)) - self.ball_local_m
            quick = HAND_SPEED_M_S * dt / max(float(np.linalg.norm(way)), 1e-9)
            self.ball_local_m = self.ball_local_m + way * min(1.0, quick)
        share = min(self.clock_s / FADE_S, 1.0)
        share = share * share * (3.0 - 2.0 * share)
        target = self._target_pose()
        self.pose = target if share >= 1.0 else (1.0 - share) * self.faded_from + share * target
        if self.action == "reach":
            poses.free_elbows(self.pose)

    def _fly(self) -> None:
        assert self.shot is not None
        forward, left = self.shot.drift_m(self.clock_s)
        c, s = math.cos(self.yaw), math.sin(self.yaw)
        self.xy = self.shot_from + self.scale * np.array([c * forward - s * left, s * forward + c * left])
        self.velocity[:] = 0.0

    def _move(self, dt: float, order: Order, others: list[Agent]) -> None:
        away = order.target_m - self.xy
        distance = float(np.hypot(away[0], away[1]))
        speed = min(order.speed_m_s, 2.6 * distance) if distance > 0.06 else 0.0
        wanted = away / max(distance, 1e-6) * speed
        for other in others:
            apart = self.xy - other.xy
            gap = float(np.hypot(apart[0], apart[1]))
            if other is not self and gap < PERSONAL_SPACE_M:
                wanted = wanted + apart / max(gap, 1e-3) * (PERSONAL_SPACE_M - gap) * 5.0
        change = wanted - self.velocity
        size = float(np.hypot(change[0], change[1]))
        self.velocity = self.velocity + change * min(1.0, ACCELERATION_M_S2 * dt / max(size, 1e-9))
        self.xy = self.xy + self.velocity * dt
        pace = self.pace()
        self.gait = (self.gait + dt / poses.stride_period_s(pace)) % 1.0
        looking = order.face_m
        if pace > 1.3 and self.action in ("move", "dribble", "hold"):
            looking = self.xy + self.velocity
        turn = self.heading_error(looking)
        self.yaw = wrapped(self.yaw + float(np.clip(turn, -TURN_RATE_RAD_S * dt, TURN_RATE_RAD_S * dt)))

    def pace(self) -> float:
        """Speed over the floor in m/s."""
        return float(np.hypot(self.velocity[0], self.velocity[1]))

    def _target_pose(self) -> FloatArray:
        pace = self.pace() / self.scale
        direction = math.atan2(self.velocity[1], self.velocity[0]) - self.yaw if pace > 0.05 else 0.0
        if self.action == "shoot" and self.shot is not None:
            return self.shot.pose(self.clock_s)
        if self.action == "reach":
            return poses.reach(self.ball_local_m, self.gait, pace, direction)
        side = -1.0 if self.form.left_handed else 1.0
        if self.action == "dribble":
            pose = poses.dribble(self.gait, pace, side * direction, self.clock_s)
        elif self.action == "pass":
            pose = poses.pass_ball(self.clock_s)
        else:
            pose = _PLAIN[self.action](self.gait, pace, side * direction)
        return poses.mirrored(pose) if self.form.left_handed else pose


_PLAIN = {"move": poses.stand, "defend": poses.defend, "contest": poses.contest, "hold": poses.hold}


def wrapped(angle_rad: float) -> float:
    """The same angle in -pi..pi."""
    return math.remainder(angle_rad, 2 * math.pi)
