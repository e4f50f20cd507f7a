"""From the state of the play to the truth of a frame: projection, boxes, and what hides what."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from calibration.camera import Camera
from calibration.court import Court
from edge.simulator.agent import Agent
from edge.simulator.body import L_TIP, R_TIP, capsules
from edge.simulator.flight import BALL_RADIUS_M
from edge.simulator.play import Play
from edge.simulator.raster import PRIMITIVE, covered
from edge.simulator.truth import BallTruth, PlayerTruth, Truth
from edge.types import BallMode, FloatArray

BoolArray = npt.NDArray[np.bool_]
KEYPOINTS = 17
# Owners of what hides others: players' ids, or for balls this and below.
_BALL = -2
# Higher than this above the floor a ball that nobody plays with counts as flying.
_FLYING_M = 0.05
_DISC = np.array(
    [(0.0, 0.0)] + [(r * np.cos(a), r * np.sin(a)) for r in (0.45, 0.85) for a in np.arange(8) * np.pi / 4]
)


def to_primitives(
    camera: Camera, first_m: FloatArray, second_m: FloatArray, radii_m: FloatArray, colours: FloatArray
) -> FloatArray:
    """Rows (N, 14) of the rasteriser for capsules with ends (N, 3), radii (N, 2) m and colours (N, 3).

    A capsule that reaches behind the camera, or to where the lens shows nothing, becomes a point far outside the image.
    """
    out = np.zeros((len(first_m), PRIMITIVE))
    (a, za), (b, zb) = camera.project(first_m), camera.project(second_m)
    seen = (za > 0.3) & (zb > 0.3) & np.isfinite(a).all(axis=1) & np.isfinite(b).all(axis=1)
    out[:, 0:4] = -1e6
    out[seen, 0:2], out[seen, 2:4] = a[seen], b[seen]
    out[:, 4:6] = np.column_stack([za, zb])
    scale = np.column_stack([lens_scale(camera, a), lens_scale(camera, b)])
    out[seen, 6:8] = (radii_m * camera.K[0, 0] * scale)[seen] / out[seen, 4:6]
    out[:, 8:10] = radii_m
    out[:, 10:13] = colours
    return out


def lens_scale(camera: Camera, pixels: FloatArray) -> FloatArray:
    """How much smaller than a pinhole's things appear across the line to the image's centre (N,), at pixels (N, 2)."""
    flat = (pixels - camera.K[:2, 2]) / np.diagonal(camera.K)[:2]
    square = np.sum(flat * flat, axis=-1)
    return np.asarray(1.0 + square * (camera.distortion[0] + square * camera.distortion[1]))


def body_primitives(camera: Camera, agent: Agent, joints_m: FloatArray) -> FloatArray:
    """The body's capsules (M, 14), without colour."""
    first, second, radii = capsules(joints_m, agent.scale)
    return to_primitives(camera, first, second, radii, np.zeros((1, 3)))


def body_box(bodies: FloatArray, size: tuple[int, int]) -> FloatArray | None:
    """xyxy (4,) px around capsules (M, 14), clipped to the image; None where less than a pixel of it is inside."""
    reach = bodies[:, 6:8]
    low = np.minimum(bodies[:, 0:2] - reach[:, :1], bodies[:, 2:4] - reach[:, 1:])[bodies[:, 0] > -1e5]
    high = np.maximum(bodies[:, 0:2] + reach[:, :1], bodies[:, 2:4] + reach[:, 1:])[bodies[:, 0] > -1e5]
    if len(low) == 0:
        return None
    limit = np.array(size, dtype=float)
    box = np.concatenate([np.clip(low.min(axis=0), 0, limit), np.clip(high.max(axis=0), 0, limit)])
    return box if np.all(box[2:] - box[:2] > 1) else None


def behind_board(camera: Camera, court: Court, points_m: FloatArray) -> BoolArray:
    """Whether the board hides each point (N, 3), as seen by the camera: (N,) bool."""
    eye = camera.centre
    x = court.end_m - court.board_from_baseline_m
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (x - eye[0]) / (points_m[:, 0] - eye[0])
        at = eye + share[:, None] * (points_m - eye)
    low = court.board_bottom_m
    inside = (np.abs(at[:, 1]) < court.board_width_m / 2) & (at[:, 2] > low) & (at[:, 2] < low + court.board_height_m)
    return np.asarray(inside & (share > 0) & (share < 0.999))


def inside_image(points_px: FloatArray, size: tuple[int, int]) -> BoolArray:
    """Whether points (..., 2) lie in the image."""
    x, y = points_px[..., 0], points_px[..., 1]
    return np.asarray((x >= 0) & (y >= 0) & (x < size[0]) & (y < size[1]))


def observe(
    play: Play, camera: Camera, court: Court, cones_m: FloatArray, others: FloatArray
) -> tuple[Truth, FloatArray]:
    """The truth of the frame that `play` is at, and all bodies' capsules (players x M, 14). others (N, 7): states of
    the balls that nobody plays with."""
    joints = [agent.joints() for agent in play.agents]
    bodies = [body_primitives(camera, agent, points) for agent, points in zip(play.agents, joints, strict=True)]
    everyone = np.concatenate(bodies) if bodies else np.zeros((0, PRIMITIVE))
    owners = np.repeat([agent.player_id for agent in play.agents], [len(body) for body in bodies])
    states = np.concatenate([play.ball[None], others]) if play.agents else others
    spheres = _spheres(camera, states[:, :3])
    numbers = _BALL - np.arange(len(states))
    everything, whose = np.concatenate([everyone, spheres]), np.concatenate([owners, numbers]).astype(int)
    balls = [
        _ball(camera, court, state, _phase(state), (everything, whose), int(number))
        for state, number in zip(states, numbers, strict=True)
    ]
    ball = None
    if play.agents:
        holder = None if play.holder is None else play.holder.player_id
        ball = replace(balls.pop(0), phase=play.phase, holder_id=holder)
    visible = _visible(camera, court, play, joints, everything, whose)
    players = tuple(
        _player(camera, agent, points, body, seen)
        for agent, points, body, seen in zip(play.agents, joints, bodies, visible, strict=True)
    )
    truth = Truth(
        index=play.index,
        time_s=play.time_s,
        players=players,
        ball=ball,
        possession=None if play.holder is None else play.holder.player_id,
        events=tuple(play.events),
        shots=play.shots,
        cones_m=cones_m,
        camera=camera,
        other_balls=tuple(balls),
    )
    return truth, everyone


def _player(camera: Camera, agent: Agent, joints: FloatArray, body: FloatArray, visible: BoolArray) -> PlayerTruth:
    points = joints[:KEYPOINTS].copy()
    return PlayerTruth(
        player_id=agent.player_id,
        team=agent.team,
        box=body_box(body, camera.image_size),
        keypoints_px=camera.project(points)[0],
        keypoints_m=points,
        visible=visible,
        hands_m=joints[[L_TIP, R_TIP]],
        court_xy_m=agent.xy.copy(),
        heading_rad=agent.yaw,
        height_m=agent.height_m,
        action=agent.action,
    )


def _visible(
    camera: Camera,
    court: Court,
    play: Play,
    joints: list[FloatArray],
    everything: FloatArray,
    owners: npt.NDArray[np.int_],
) -> BoolArray:
    """Keypoints (P, 17) bool that are in the image and not hidden."""
    if not joints:
        return np.zeros((0, KEYPOINTS), dtype=bool)
    points = np.concatenate([joint[:KEYPOINTS] for joint in joints])
    px, depth = camera.project(points)
    hidden = np.zeros(len(points), dtype=bool)
    mine = np.repeat([agent.player_id for agent in play.agents], KEYPOINTS)
    covered(px, depth, mine, everything, owners, hidden)
    hidden |= behind_board(camera, court, points)
    return (inside_image(px, camera.image_size) & ~hidden).reshape(len(joints), KEYPOINTS)


def _spheres(camera: Camera, places_m: FloatArray) -> FloatArray:
    """Rows (N, 14) of balls at rest at places (N, 3), without colour."""
    radii = np.full((len(places_m), 2), BALL_RADIUS_M)
    return to_primitives(camera, places_m, places_m, radii, np.zeros((1, 3)))


def _phase(state: FloatArray) -> BallMode:
    return BallMode.IN_FLIGHT if state[2] > BALL_RADIUS_M + _FLYING_M else BallMode.LOOSE


def _ball(
    camera: Camera,
    court: Court,
    state: FloatArray,
    phase: BallMode,
    everything: tuple[FloatArray, npt.NDArray[np.int_]],
    number: int,
) -> BallTruth:
    """The ball of that number among `everything` that may hide it: rows of the rasteriser and their owners."""
    position, velocity = state[:3].copy(), state[3:6].copy()
    centre, depth = camera.project(position)
    size = BALL_RADIUS_M * camera.K[0, 0] * lens_scale(camera, centre)
    radius = float(size / depth) if depth > 0.3 and np.isfinite(size) else 0.0
    hidden = np.ones(len(_DISC), dtype=bool)
    if radius > 0:
        samples = centre + _DISC * radius
        covered(samples, np.full(len(_DISC), float(depth)), np.full(len(_DISC), number), *everything, hidden)
        hidden |= ~inside_image(samples, camera.image_size) | behind_board(camera, court, position[None])[0]
    return BallTruth(phase, position, velocity, centre, radius, float(hidden.mean()), None)
