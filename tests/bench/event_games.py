"""Games whose plays are known, as rows of snapshots: what the box would know of each frame, and what truly happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from scipy.interpolate import PchipInterpolator

from calibration.camera import Camera, look_at
from calibration.court import NBA, Court
from edge.simulator import VirtualGym
from edge.simulator.observe import inside_image
from edge.simulator.truth import EventKind, GymEvent, Truth
from edge.tracking.teams import TeamFinder, unhidden
from edge.types import BallMode, BallState, FloatArray, PlayerState, Rim, Snapshot, Team, TrackStatus
from tests.bench.court_play import SIZE, Scene, scene_from_nba, scene_from_truths
from tests.bench.court_sightings import sight
from tests.bench.mot import IntArray
from tests.bench.nba import Recording
from tests.bench.nba_play import CourtPlay, runs
from tests.bench.play_followers import Method, follow, same
from tests.bench.scripted_play import scripted
from tests.bench.scripted_state import TrueEvent

NBA_COURT, TUFTS, SEEN, GYM, SCRIPTED, TAL = "nba", "tufts", "seen", "gym", "scripted", "tal"
TEAMS: tuple[Team, Team] = ("A", "B")
_STATURE_M, _HALF_WIDTH_M, _CHEST_M = 1.98, 0.3, 1.2
FRAMES_PER_S = 25.0
# How well the box knows where somebody stands (make bench-feet).
_FEET_SIGMA_M = 0.15
_WIDE = (3840, 2160)
# Shirts of two teams and how far one look at them is off, in Lab; how many the pipeline looks at on a frame.
_SHIRTS = np.array([[40.0, 25.0, 20.0], [75.0, 0.0, -10.0]])
_SHIRT_SIGMA, _JERSEYS_A_FRAME = 8.0, 2


@dataclass(frozen=True, slots=True)
class Game:
    """One stretch of play. snapshots: frame by frame; who: by frame, the true player of each track id; holder (T,):
    who truly has the ball, -1 for nobody; team (P,) 0 or 1; tuning: may be looked at while rules are made; camera: as
    the box's calibration has it, where it has one."""

    name: str
    source: str
    tuning: bool
    snapshots: list[Snapshot]
    who: list[dict[int, int]]
    court: Court
    truth: tuple[TrueEvent, ...]
    holder: IntArray | None
    team: IntArray
    camera: Camera | None = None


def sideline_camera() -> Camera:
    """As the paper's: 3840 x 2160 beside the court's middle, high enough to see all of it."""
    return look_at([0.0, -24.0, 8.0], [0.0, 0.0, 0.5], _WIDE, 68.0)


def court_game(recording: Recording, source: str, tuning: bool, truth: tuple[TrueEvent, ...], camera: Camera) -> Game:
    """A recording as it is, with nothing added but frames between those recorded: players and ball on the court, and
    in the picture of a camera beside it."""
    times_s = np.arange(0.0, recording.times_s[-1], 1 / FRAMES_PER_S)
    players = PchipInterpolator(recording.times_s, recording.players_m)(times_s)
    ball = PchipInterpolator(recording.times_s, recording.ball_m[:, :2])(times_s)
    height = _height(recording, times_s)
    snapshots = snapshots_of(times_s, players, np.column_stack([ball, height]), recording.team, camera)
    rims = [ring_in_picture(camera, NBA.ring(side=side), _WIDE) for side in (1, -1)]
    sides = (ball[:, 0] < 0).astype(int)
    snapshots = [replace(one, rim=rims[side]) for one, side in zip(snapshots, sides, strict=True)]
    ids = {k + 1: k for k in range(players.shape[1])}
    return Game(recording.name, source, tuning, snapshots, [ids] * len(times_s), NBA, truth, None, recording.team)


def _height(recording: Recording, times_s: FloatArray) -> FloatArray:
    if not recording.has_height:
        return np.full(len(times_s), np.nan)
    return np.asarray(PchipInterpolator(recording.times_s, recording.ball_m[:, 2])(times_s))


def snapshots_of(
    times_s: FloatArray, players_m: FloatArray, ball_m: FloatArray, team: IntArray, camera: Camera
) -> list[Snapshot]:
    """Players (T, P, 2) as upright boxes, with ids from 1, and the ball (T, 3), at the chest where it has no height."""
    count = players_m.shape[1]
    feet, _ = camera.project(np.concatenate([players_m, np.zeros((*players_m.shape[:2], 1))], axis=2))
    heads, _ = camera.project(np.concatenate([players_m, np.full((*players_m.shape[:2], 1), _STATURE_M)], axis=2))
    half = (feet[..., 1:] - heads[..., 1:]) * _HALF_WIDTH_M / _STATURE_M
    middle = (feet[..., :1] + heads[..., :1]) / 2
    boxes = np.concatenate([middle - half, heads[..., 1:], middle + half, feet[..., 1:]], axis=2)
    shown = ball_m.copy()
    shown[np.isnan(shown[:, 2]), 2] = _CHEST_M
    ball_px, depth = camera.project(shown)
    velocity = np.gradient(ball_px, times_s, axis=0)
    moves = np.gradient(middle[..., 0], times_s, axis=0)
    radius = 0.12 * camera.K[0, 0] / depth
    zero = np.zeros((2, 2))
    found = []
    for t, time_s in enumerate(times_s):
        people = tuple(
            PlayerState(
                k + 1, boxes[t, k], np.array([moves[t, k], 0.0]), zero, TrackStatus.CONFIRMED, 1.0,
                court_xy_m=players_m[t, k], team=TEAMS[int(team[k])],
            )
            for k in range(count)
        )  # fmt: skip
        ball = BallState(
            ball_px[t], velocity[t], float(radius[t]), zero, TrackStatus.CONFIRMED, 1.0, court_xyz_m=ball_m[t]
        )
        row = np.array([[*ball_px[t], radius[t], 1.0]], np.float32)
        found.append(Snapshot(t, float(time_s), _WIDE, people, ball, row, None))
    return found


def virtual_game(scene: Scene, truth: tuple[TrueEvent, ...], seed: int, method: Method = "joint") -> Game:
    """A scene as the box knows it: its trackers on what a detector and the ball's network would see, the rim where it
    is, teams as its team finder tells them from the jerseys."""
    seen = sight(scene, seed)
    followed = follow(seen, method)
    rim = ring_in_picture(scene.camera, scene.court.ring(), SIZE)
    jerseys = Jerseys(scene.team, seed)
    snapshots, who = [], []
    for t, frame in enumerate(followed.frames):
        here = {}
        for track_id, box in zip(frame.ids, frame.boxes, strict=True):
            row = same(box, scene.boxes[t])
            if row is not None:
                here[track_id] = row
        jerseys.look(frame.ids, frame.boxes, here)
        who.append(here)
        feet = np.column_stack([(frame.boxes[:, 0] + frame.boxes[:, 2]) / 2, frame.boxes[:, 3]])
        court = seen.camera.floor(feet) if len(feet) else feet
        players = tuple(
            PlayerState(
                track_id, box, np.zeros(2), np.eye(2), TrackStatus.CONFIRMED, 0.9,
                _keypoints(frame.wrists_px.get(track_id)), place if np.isfinite(place).all() else None,
                court_covariance_m2=_FEET_SIGMA_M**2 * np.eye(2), team=jerseys.team(track_id),
            )
            for track_id, box, place in zip(frame.ids, frame.boxes, court, strict=True)
        )  # fmt: skip
        snapshots.append(Snapshot(t, t / scene.frames_per_s, SIZE, players, frame.ball, seen.candidates[t], rim))
    holder = scene.holder - 1
    return Game(
        scene.name, scene.source, scene.tuning, snapshots, who, scene.court, truth, holder, scene.team, seen.camera
    )  # fmt: skip


class Jerseys:
    """The box's team finder at work: frame by frame the shirts of those few who are seen free and are known least. What
    it says of a track is of the last looks at it, so a track that went over to another is soon of the other's team."""

    def __init__(self, team: IntArray, seed: int) -> None:
        self._team, self._finder = team, TeamFinder()
        self._rng = np.random.default_rng([seed, 61])

    def look(self, ids: Sequence[int], boxes: FloatArray, who: dict[int, int]) -> None:
        """ids and boxes (N, 4) of the tracks of one frame, and the true player of each."""
        free = [one for one, is_free in zip(ids, unhidden(boxes), strict=True) if is_free and one in who]
        for track_id in self._finder.next_to_see(free, _JERSEYS_A_FRAME):
            shirt = _SHIRTS[self._team[who[track_id]]]
            self._finder.see(track_id, shirt + _SHIRT_SIGMA * self._rng.standard_normal(3))

    def team(self, track_id: int) -> Team | None:
        """By the true teams' names; None while it is not told."""
        name, colours = self._finder.team(track_id), self._finder.colours
        if name is None or colours is None:
            return None
        crossed = bool(np.linalg.norm(colours[0] - _SHIRTS[0]) > np.linalg.norm(colours[0] - _SHIRTS[1]))
        return TEAMS[TEAMS.index(name) ^ crossed]


def _keypoints(wrists_px: FloatArray | None) -> FloatArray | None:
    if wrists_px is None:
        return None
    found = np.zeros((17, 3))
    found[[9, 10], :2] = np.nan_to_num(wrists_px)
    found[[9, 10], 2] = 0.9 * np.isfinite(wrists_px).all(axis=1)
    return found


def ring_in_picture(camera: Camera, ring_m: FloatArray, size: tuple[int, int]) -> Rim | None:
    """The ring's ellipse, None where it is not in the picture."""
    ring, depth = camera.project(ring_m)
    low, high = ring.min(axis=0), ring.max(axis=0)
    if not (np.isfinite(ring).all() and (depth > 0).all() and inside_image(ring, size).all()):
        return None
    x, y = (low + high) / 2
    return Rim(float(x), float(y), float(high[0] - low[0]), float(high[1] - low[1]))


def scripted_game(seed: int, seconds: float, a_side: int, method: Method = "joint") -> Game | None:
    """tests/bench/scripted_play.py before a camera on the wall."""
    play, truth = scripted(seed, seconds, a_side)
    scene = scene_from_nba(play, seed, 10 * seconds)
    return (
        None
        if scene is None or len(scene) != len(play.modes)
        else replace(virtual_game(scene, truth, seed, method), source=SCRIPTED)
    )


def gym_game(scenario: str, seed: int, seconds: float, method: Method = "joint") -> Game:
    """The virtual gym's own players."""
    gym = VirtualGym(scenario, seed, *SIZE, 30.0)
    truths = list(islice(gym.play(), int(30 * seconds)))
    scene = scene_from_truths(gym, truths, f"{scenario}_{seed}")
    return virtual_game(scene, _gym_truth(truths), seed, method)


def _gym_truth(truths: list[Truth]) -> tuple[TrueEvent, ...]:
    found: list[TrueEvent] = []
    thrown: GymEvent | None = None
    for event in (event for truth in truths for event in truth.events):
        player = event.player_id - 1
        if event.kind is EventKind.PASS_RELEASED:
            thrown = event
        elif event.kind is EventKind.PASS_RECEIVED and thrown is not None:
            found.append(TrueEvent("pass", thrown.time_s, event.time_s, thrown.player_id - 1, player))
        elif event.kind is EventKind.SHOT_RELEASED:
            found.append(TrueEvent("shot", event.time_s, event.time_s, player))
        elif event.kind is EventKind.REBOUND:
            found.append(TrueEvent("rebound", event.time_s, event.time_s, player))
    return tuple(found)


def nba_game(play: CourtPlay, seed: int, seconds: float, method: Method = "joint") -> Game | None:
    """Real play before a camera on the wall; passes and shots as the recorded places tell who had the ball."""
    scene = scene_from_nba(play, seed, seconds)
    return None if scene is None else replace(virtual_game(scene, holder_truth(scene), seed, method), source=SEEN)


def holder_truth(scene: Scene) -> tuple[TrueEvent, ...]:
    """Passes and shots of what a scene says of who has the ball."""
    found: list[TrueEvent] = []
    stretches = [(int(scene.holder[begin]) - 1, begin, end) for begin, end in runs(scene.holder)]
    last = -1
    for k, (player, begin, _) in enumerate(stretches):
        if player < 0:
            continue
        before = stretches[k - 1] if k and stretches[k - 1][0] < 0 else None
        gap = [] if before is None else scene.modes[before[1] : before[2]]
        since_s = (begin if before is None else before[1]) / scene.frames_per_s
        now_s = begin / scene.frames_per_s
        if last >= 0 and BallMode.IN_FLIGHT in gap:
            found.append(TrueEvent("shot", since_s, now_s, last))
        elif last not in (-1, player) and BallMode.LOOSE not in gap:
            found.append(TrueEvent("pass", since_s, now_s, last, player))
        last = player
    return tuple(found)
