"""One frame through all of it: the data flow as code."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from calibration.store import Calibration
from edge.config import Config
from edge.game.shots import ShotFinder
from edge.tracking.ball import BallTracker
from edge.tracking.ground import ground_contact, to_court
from edge.tracking.players import PlayerTrack, PlayerTracker
from edge.types import (
    BallState,
    Detections,
    FloatArray,
    Frame,
    Image,
    ObjectClass,
    PlayerState,
    Rim,
    ShotEvent,
    Snapshot,
    StageTimes,
    TrackStatus,
)
from edge.vision.ball import BallFinder
from edge.vision.models import Vision, open_vision
from edge.vision.scene import SceneWatcher, apply, compose, invert

# A player whose box is further than this many of its heights from the ball is not looked at for a pose.
_POSE_REACH = 1.5
_HISTORY_FRAMES = 2


@dataclass(frozen=True, slots=True)
class Step:
    """What one frame gave: the snapshot of that moment, the phases of shots it completed, and what it cost."""

    snapshot: Snapshot
    events: tuple[ShotEvent, ...]
    times: StageTimes


class _Stopwatch:
    """Time per stage, from which the networks' share is taken out at the end of the frame."""

    def __init__(self) -> None:
        self.ms: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.ms[name] = self.ms.get(name, 0.0) + 1000 * (time.perf_counter() - start)


class Pipeline:
    """`step` takes the frames of one source in order. Belongs to the thread that opened it, as its networks do."""

    def __init__(self, config: Config, calibration: Calibration | None, vision: Vision, session: str) -> None:
        self._config = config
        self._vision = vision
        self._moving = _follows_camera(config)
        self._scene = SceneWatcher(self._moving)
        self._balls = BallFinder(config.vision, vision.detector)
        self._players = PlayerTracker(config.tracking)
        self._ball = BallTracker(config.tracking)
        self._shots = ShotFinder(config.game, session)
        self._to_scene: list[FloatArray] = []
        self._homography: FloatArray | None = None
        self._rim_in_scene: Rim | None = None
        self.recalibrate(calibration)

    def recalibrate(self, calibration: Calibration | None) -> None:
        """Use another calibration from the next frame on."""
        self._calibration = calibration
        self._homography = None if calibration is None else calibration.homography()
        self._rim_in_scene = None

    def step(self, frame: Frame) -> Step:
        """Analyse one frame. Raises EngineError where a network fails."""
        watch = _Stopwatch()
        with watch.stage("scene"):
            cut, move, motion, to_scene = self._camera(frame.image)
            rim = self._rim(frame.index, to_scene)
        with watch.stage("detector"):
            found = self._vision.detector.detect(frame.image, None, self._least_confidence())
        persons = found.class_id == ObjectClass.PERSON
        with watch.stage("players"):
            tracks = self._track_players(frame, found.xyxy[persons], found.confidence[persons], move)
        with watch.stage("ball"):
            candidates = self._find_balls(frame, found, tracks, rim, motion)
            ball = self._ball.update(frame.time_s, candidates, move)
        with watch.stage("pose"):
            poses = self._poses(frame.image, tracks, ball)
        with watch.stage("game"):
            size = (frame.image.shape[1], frame.image.shape[0])
            players = tuple(self._player(track, poses.get(track.track_id)) for track in tracks)
            snapshot = Snapshot(
                frame.index, frame.time_s, size, players, ball, candidates, rim, cut,
                to_scene if self._moving else None,
            )  # fmt: skip
            events = tuple(self._shots.update(snapshot))
            self._carry_ball(frame.time_s, to_scene)
        return Step(snapshot, events, self._times(watch))

    def _carry_ball(self, time_s: float, to_scene: FloatArray) -> None:
        """A flight found among the candidates of several frames tells the ball's tracker where to go on."""
        flight = self._shots.flying()
        if flight is not None:
            image = invert(to_scene)
            velocity = image[:, :2] @ np.array(flight.velocity(time_s))
            self._ball.carry(apply(image, flight.position(time_s)), velocity, flight.radius_px)

    def finish(self) -> tuple[ShotEvent, ...]:
        """The source has ended: the last phases of open shots."""
        return tuple(self._shots.finish())

    def close(self) -> None:
        """Give the networks back; more than once does no harm."""
        self._vision.close()

    def _least_confidence(self) -> dict[ObjectClass, float]:
        vision = self._config.vision
        return {ObjectClass.PERSON: vision.person_confidence, ObjectClass.BALL: vision.ball_confidence}

    def _camera(
        self, image: Image
    ) -> tuple[bool, FloatArray | None, tuple[FloatArray, FloatArray, FloatArray] | None, FloatArray]:
        """Whether the scene was cut; the camera's motion from the last frame to this; the maps that ball candidates
        need; and this frame's map to the scene's first."""
        change = self._scene.update(image)
        if change.cut:
            self._to_scene.clear()
            self._balls.reset()
            self._players.reset()
            self._ball.reset()
            self._rim_in_scene = None
        earlier, now = list(self._to_scene), change.key_from_now
        self._to_scene = [*earlier, now][-_HISTORY_FRAMES:]
        if not self._moving or not earlier:
            return change.cut, None, None, now
        last, before = earlier[-1], earlier[0]
        motion = (compose(invert(last), now), compose(invert(before), now), now)
        return change.cut, compose(invert(now), last), motion, now

    def _rim(self, index: int, to_scene: FloatArray) -> Rim | None:
        """The rim in this frame: where the calibration saw it, carried along with a moving camera."""
        known = None if self._calibration is None else self._calibration.rim
        if known is None or index < known.frame:
            return None
        rim = Rim(known.x + known.width / 2, known.y + known.height / 2, known.width, known.height)
        if not self._moving:
            return rim
        if self._rim_in_scene is None:
            x, y = apply(to_scene, [rim.x_px, rim.y_px])
            self._rim_in_scene = Rim(float(x), float(y), rim.width_px, rim.height_px)
        in_scene = self._rim_in_scene
        x, y = apply(invert(to_scene), [in_scene.x_px, in_scene.y_px])
        return Rim(float(x), float(y), in_scene.width_px, in_scene.height_px)

    def _track_players(
        self, frame: Frame, boxes: FloatArray, confidence: FloatArray, move: FloatArray | None
    ) -> list[PlayerTrack]:
        encoder = self._vision.appearance
        embed = None if encoder is None else lambda part: encoder.embed(frame.image, part)
        return list(self._players.update(frame.time_s, boxes, confidence, move, embed))

    def _find_balls(
        self,
        frame: Frame,
        found: Detections,
        tracks: list[PlayerTrack],
        rim: Rim | None,
        motion: tuple[FloatArray, FloatArray, FloatArray] | None,
    ) -> FloatArray:
        expected = self._ball.expected(0.0)
        boxes = [track.box for track in tracks if track.status is not TrackStatus.OCCLUDED]
        if expected is not None:
            boxes.sort(key=lambda box: float(np.hypot(*((box[:2] + box[2:]) / 2 - expected))))
        persons = np.array(boxes).reshape(-1, 4)
        return self._balls.look(frame.image, found, persons, expected, rim, motion)

    def _poses(self, image: Image, tracks: list[PlayerTrack], ball: BallState | None) -> dict[int, FloatArray]:
        """Keypoints (17, 3) of the players that matter: those nearest to the ball, by track id."""
        seen = [track for track in tracks if not track.misses]
        if ball is not None and ball.status is not TrackStatus.LOST:
            away = {t.track_id: _distance_heights(t.box, ball.xy_px) for t in seen}
            seen = sorted((t for t in seen if away[t.track_id] < _POSE_REACH), key=lambda t: away[t.track_id])
        chosen = seen[: self._config.vision.pose_players]
        if not chosen:
            return {}
        keypoints = self._vision.pose.estimate(image, np.array([t.box for t in chosen], np.float32))
        joined = np.concatenate([keypoints.xy, keypoints.confidence[..., None]], axis=2)
        return {track.track_id: pose for track, pose in zip(chosen, joined, strict=True)}

    def _player(self, track: PlayerTrack, keypoints: FloatArray | None) -> PlayerState:
        box, mean = track.box, track.mean
        court_xy = covariance = None
        if self._homography is not None:
            court_xy, covariance = to_court(*ground_contact(box, keypoints), self._homography)
        return PlayerState(
            track_id=track.track_id, box=box, velocity_px_s=mean[2:4],
            covariance=np.array([[mean[4], mean[5]], [mean[5], mean[6]]]), status=track.status,
            confidence=track.confidence, keypoints=keypoints, court_xy_m=court_xy, court_covariance_m2=covariance,
        )  # fmt: skip

    def _times(self, watch: _Stopwatch) -> StageTimes:
        networks = self._vision.take_networks_ms()
        overhead = dict(watch.ms)
        # A network runs inside the stage of its name, but for the ball's tiles and the players' looks.
        overhead["networks"] = -sum(networks.values())
        return StageTimes(networks, overhead)


def _follows_camera(config: Config) -> bool:
    """A camera on the wall stands still; whoever records by hand does not."""
    if config.vision.camera == "auto":
        return Path(config.source.uri).is_file()
    return config.vision.camera == "moving"


def _distance_heights(box: FloatArray, xy: FloatArray) -> float:
    """From a point to a box's edge, in the box's heights."""
    dx = max(box[0] - xy[0], 0.0, xy[0] - box[2])
    dy = max(box[1] - xy[1], 0.0, xy[1] - box[3])
    return float(np.hypot(dx, dy) / max(box[3] - box[1], 1.0))


def open_pipeline(config: Config, calibration: Calibration | None, session: str = "shot") -> Pipeline:
    """Open the networks that the settings name and join everything. Raises EngineError.

    session: what the ids of shots begin with; a box gives each of its runs another.
    """
    return Pipeline(config, calibration, open_vision(config.engines), session)
