"""Play as a camera on the wall sees it: boxes, the ball, what hides it, and who has it, with nothing drawn.

Scenes come from real NBA play (tests/bench/nba_play.py; bodies are capsules of true height that run and reach) or from
the virtual gym (its own bodies). Cameras hang as the box does (edge/simulator/mount.py), 1280 x 720.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from calibration.camera import Camera
from calibration.court import NBA, Court
from edge.simulator import VirtualGym
from edge.simulator.flight import BALL_RADIUS_M
from edge.simulator.mount import place_camera
from edge.simulator.observe import behind_board, inside_image, lens_scale, to_primitives
from edge.simulator.raster import covered
from edge.simulator.truth import PlayerTruth, Truth
from edge.types import BallMode, FloatArray
from tests.bench.court_bodies import Bodies, pose_bodies
from tests.bench.mot import IntArray
from tests.bench.nba_play import FRAMES_PER_S, CourtPlay, live

BoolArray = npt.NDArray[np.bool_]
NBA_SOURCE, GYM_SOURCE = "nba", "gym"
SIZE = (1280, 720)
_LEAST_HEIGHT_M, _CAMERAS = 3.0, 60
_BALL_SEEN, _PLAYERS_SEEN = 0.95, 0.85
_LEAST_IN_PICTURE = 0.5
_WRISTS = (9, 10)
_BALL = -2
_DISC = np.array(
    [(0.0, 0.0)] + [(r * np.cos(a), r * np.sin(a)) for r in (0.45, 0.85) for a in np.arange(8) * np.pi / 4]
)


@dataclass(frozen=True, slots=True)
class Scene:
    """One scene of T frames and P players with ids 1..P.

    boxes (T, P, 4) xyxy px, clipped to the picture; seen (T, P): at least half of him is in the picture; feet_m
    (T, P, 2); team (P,); wrists_px (T, P, 2, 2), NaN where hidden. ball_px (T, 2), radius_px (T,); hidden (T,) share of
    the ball that cannot be seen; in_picture (T,): its centre is; modes and holder (T,), the id of who has it or 0.
    tuning: may be looked at while a tracker is made.
    """

    name: str
    source: str
    tuning: bool
    camera: Camera
    court: Court
    frames_per_s: float
    boxes: FloatArray
    seen: BoolArray
    feet_m: FloatArray
    team: IntArray
    wrists_px: FloatArray
    ball_px: FloatArray
    radius_px: FloatArray
    hidden: FloatArray
    in_picture: BoolArray
    modes: list[BallMode]
    holder: IntArray

    def __len__(self) -> int:
        return len(self.modes)


def for_tuning(name: str) -> bool:
    """Half of all names."""
    return zlib.crc32(name.encode()) % 2 == 0


def scene_from_nba(play: CourtPlay, seed: int, most_s: float) -> Scene | None:
    """The live part of a play before a camera; None where it is shorter than three seconds. Who shares a match is of
    the same split."""
    part = live(play)
    part = slice(part.start, min(part.stop, part.start + int(most_s * FRAMES_PER_S)))
    if part.stop - part.start < 3 * FRAMES_PER_S:
        return None
    rng = np.random.default_rng([seed, zlib.crc32(play.name.encode()), 1])
    # The camera watches the basket at positive x.
    turn = 1.0 if np.median(play.ball_m[part, 0]) > 0 else -1.0
    players, ball = play.players_m[part] * turn, play.ball_m[part] * np.array([turn, turn, 1.0])
    holder, modes = play.holder[part], play.modes[part]
    camera = _aim(players, ball, rng)
    bodies = pose_bodies(players, ball, holder, modes, FRAMES_PER_S, rng)
    return _look(play, for_tuning(play.match), camera, players, ball, holder, modes, bodies)


def _aim(players: FloatArray, ball: FloatArray, rng: np.random.Generator) -> Camera:
    """The first mount that sees the play, or the one of all tried that sees most of it."""
    some, best, most = slice(None, None, 10), None, -1.0
    waist = np.concatenate([players[some], np.full((*players[some].shape[:2], 1), 1.0)], axis=2)
    for _ in range(_CAMERAS):
        camera = place_camera("wall", rng, *SIZE, NBA)
        if camera.centre[2] < _LEAST_HEIGHT_M:
            continue
        with np.errstate(invalid="ignore"):
            ball_seen = float(inside_image(camera.project(ball[some])[0], SIZE).mean())
            seen = float(inside_image(camera.project(waist)[0], SIZE).mean())
        if ball_seen >= _BALL_SEEN and seen >= _PLAYERS_SEEN:
            return camera
        if ball_seen + seen > most:
            best, most = camera, ball_seen + seen
    return place_camera("high", rng, *SIZE, NBA) if best is None else best


def _look(
    play: CourtPlay, tuning: bool, camera: Camera, players: FloatArray, ball: FloatArray, holder: IntArray,
    modes: list[BallMode], bodies: Bodies,
) -> Scene:  # fmt: skip
    frames, count, parts = bodies.radii_m.shape[:3]
    shapes = to_primitives(
        camera, bodies.first_m.reshape(-1, 3), bodies.second_m.reshape(-1, 3), bodies.radii_m.reshape(-1, 2),
        np.zeros((1, 3)),
    ).reshape(frames, count, parts, -1)  # fmt: skip
    boxes, seen = _boxes(shapes)
    wrists, depth = camera.project(bodies.hands_m)
    ball_px, ball_depth = camera.project(ball)
    radius = BALL_RADIUS_M * camera.K[0, 0] * lens_scale(camera, ball_px) / ball_depth
    owners = np.repeat(np.arange(count), parts)
    for t in range(frames):
        out = np.zeros(2 * count, bool)
        covered(
            wrists[t].reshape(-1, 2), depth[t].reshape(-1), np.repeat(np.arange(count), 2),
            shapes[t].reshape(-1, shapes.shape[-1]), owners, out,
        )  # fmt: skip
        wrists[t].reshape(-1, 2)[out] = np.nan
    flat = shapes.reshape(frames, count * parts, -1)
    hidden = np.array([
        _hidden(camera, ball[t], ball_px[t], radius[t], float(ball_depth[t]), flat[t], owners) for t in range(frames)
    ])  # fmt: skip
    return Scene(
        play.name, NBA_SOURCE, tuning, camera, NBA, FRAMES_PER_S, boxes, seen, players, play.team, wrists,
        ball_px, radius, hidden, _in_picture(ball_px, radius), list(modes), holder + 1,
    )  # fmt: skip


def _in_picture(ball_px: FloatArray, radius: FloatArray) -> BoolArray:
    with np.errstate(invalid="ignore"):
        return inside_image(ball_px, SIZE) & np.isfinite(radius) & (radius > 0)


def _boxes(shapes: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Boxes (T, P, 4) around capsules (T, P, K, 14), and of whom at least half is in the picture (T, P)."""
    reach = shapes[..., 6:8]
    low = np.minimum(shapes[..., 0:2] - reach[..., :1], shapes[..., 2:4] - reach[..., 1:]).min(axis=2)
    high = np.maximum(shapes[..., 0:2] + reach[..., :1], shapes[..., 2:4] + reach[..., 1:]).max(axis=2)
    limit = np.array(SIZE, float)
    inner_low, inner_high = np.clip(low, 0, limit), np.clip(high, 0, limit)
    share = np.prod(inner_high - inner_low, axis=2) / np.maximum(np.prod(high - low, axis=2), 1e-9)
    return np.concatenate([inner_low, inner_high], axis=2), (share >= _LEAST_IN_PICTURE) & (low > -1e5).all(axis=2)


def _hidden(
    camera: Camera, ball_m: FloatArray, centre: FloatArray, radius: float, depth: float, shapes: FloatArray,
    owners: IntArray,
) -> float:  # fmt: skip
    """Share of the ball's disc that bodies, board or the picture's edge hide."""
    if not (depth > 0.3 and np.isfinite(radius)):
        return 1.0
    samples, out = centre + _DISC * radius, np.zeros(len(_DISC), bool)
    covered(samples, np.full(len(_DISC), depth), np.full(len(_DISC), _BALL), shapes, owners, out)
    out |= ~inside_image(samples, camera.image_size) | behind_board(camera, NBA, ball_m[None])[0]
    return float(out.mean())


def scene_from_gym(scenario: str, seed: int, seconds: float, frames_per_s: float = FRAMES_PER_S) -> Scene:
    """The first seconds of a play of the virtual gym before its own camera."""
    gym = VirtualGym(scenario, seed, *SIZE, frames_per_s)
    return scene_from_truths(gym, list(islice(gym.play(), int(seconds * frames_per_s))), f"{scenario}_{seed}")


def scene_from_truths(gym: VirtualGym, truths: list[Truth], name: str) -> Scene:
    """What a virtual gym told, frame by frame, as a scene."""
    balls = [truth.ball for truth in truths if truth.ball is not None]
    ball_px = np.array([ball.centre_px for ball in balls])
    radius = np.array([ball.radius_px for ball in balls])
    return Scene(
        name, GYM_SOURCE, for_tuning(name), gym.camera, gym.court, gym.fps,
        np.array([[np.zeros(4) if p.box is None else p.box for p in truth.players] for truth in truths]),
        np.array([[_mostly_seen(p) for p in truth.players] for truth in truths]),
        np.array([[p.court_xy_m for p in truth.players] for truth in truths]),
        np.array([p.team for p in truths[0].players]), np.array([_wrists(truth) for truth in truths]),
        ball_px, radius, np.array([ball.hidden_share for ball in balls]), _in_picture(ball_px, radius),
        [ball.phase for ball in balls], np.array([ball.holder_id or 0 for ball in balls]),
    )  # fmt: skip


def _mostly_seen(player: PlayerTruth) -> bool:
    return player.box is not None and float(inside_image(player.keypoints_px, SIZE).mean()) >= _LEAST_IN_PICTURE


def _wrists(truth: Truth) -> FloatArray:
    """(P, 2, 2) px, NaN where hidden."""
    xy = np.array([player.keypoints_px[list(_WRISTS)] for player in truth.players])
    shown = np.array([player.visible[list(_WRISTS)] for player in truth.players])
    return np.asarray(np.where(shown[..., None], xy, np.nan))
