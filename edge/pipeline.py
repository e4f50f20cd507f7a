"""One frame through all of it: the data flow as code."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from calibration.model import Calibration
from edge.bodies import Bodies
from edge.config import Config
from edge.explain import boxes_taken
from edge.game.aim import AimCheck
from edge.game.flight_meter import FlightMeter
from edge.game.method import open_play_finder, open_shot_finder
from edge.kernels.warm import warm
from edge.rim_place import RimPlace
from edge.standing import Standing
from edge.stopwatch import Stopwatch
from edge.tracking.method import Track, open_ball_tracker, open_player_tracker
from edge.tracking.settled import SettledFrame
from edge.types import (
    Detections,
    Explanation,
    FloatArray,
    Frame,
    Image,
    ObjectClass,
    PlayerState,
    PlayEvent,
    Rim,
    ShotEvent,
    Snapshot,
    StageTimes,
    TrackStatus,
)
from edge.vision.ball import BallFinder, BallsSeen
from edge.vision.models import Vision, open_vision
from edge.vision.scene import SceneWatcher, compose, invert, steps_back
from engines.backend import TimedEngine

_HISTORY_FRAMES = 2


@dataclass(frozen=True, slots=True)
class Step:
    """What one frame gave: the snapshot of that moment, the phases of shots it completed, what it cost, and the plays
    that it made sure, which were over shortly before."""

    snapshot: Snapshot
    events: tuple[ShotEvent, ...]
    times: StageTimes
    plays: tuple[PlayEvent, ...] = ()


class Pipeline:
    """`step` takes the frames of one source in order. Belongs to the thread that opened it, as its networks do."""

    def __init__(self, config: Config, calibration: Calibration | None, vision: Vision, session: str) -> None:
        self._config = config
        self._vision = vision
        self._moving = follows_camera(config)
        self._scene = SceneWatcher(self._moving)
        self._balls = BallFinder(config.vision, vision.ball)
        self._rims = RimPlace(self._moving)
        self._players = open_player_tracker(config.tracking)
        self._bodies = Bodies(vision, config.vision.pose_players)
        self._standing = Standing(self._moving)
        self._ball = open_ball_tracker(config.tracking)
        self._shots = open_shot_finder(config.game, session)
        self._flights = FlightMeter()
        self._aim = AimCheck(self._flights)
        self._plays = open_play_finder(config.game)
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="courtside-motion")
        self._to_scene: list[FloatArray] = []
        self._person_boxes: FloatArray = np.zeros((0, 4), np.float32)
        self.recalibrate(calibration)

    def recalibrate(self, calibration: Calibration | None) -> None:
        """Use another calibration from the next frame on."""
        self._standing.recalibrate(calibration)
        self._rims.recalibrate(calibration)
        self._plays.use(None if calibration is None or calibration.camera is None else calibration.court_model())
        self._flights.use(calibration)

    def step(self, frame: Frame) -> Step:
        """Analyse one frame. Raises EngineError where a network fails."""
        watch = Stopwatch(self._vision.take_networks_ms)
        size = (frame.image.shape[1], frame.image.shape[0])
        with watch.stage("scene"):
            cut, move, motion, to_scene = self._camera(frame.image)
            self._standing.turn(cut, to_scene)
            rim = self._rims.rim(frame.index, to_scene)
            # What moves is looked for while the network runs: neither needs the other.
            moving = self._beside.submit(self._balls.watch, frame.image, motion)
        with watch.stage("detector"):
            found = self._vision.detector.detect(frame.image, self._least_confidence())
        persons = found.class_id == ObjectClass.PERSON
        self._person_boxes = found.xyxy[persons]
        with watch.stage("players"):
            tracks = self._track_players(frame, found.xyxy[persons], found.confidence[persons], move)
        with watch.stage("ball"):
            scene = to_scene if self._moving else None
            seen = self._find_balls(frame, found, tracks, rim, moving.result(), scene)
            if seen.whole:
                self._rims.see(seen.rims, to_scene)
            candidates = seen.candidates
            ball = self._ball.update(frame.time_s, candidates, move, self._bodies.people(tracks), size)
        with watch.stage("pose"):
            self._bodies.look_at_poses(frame.image, tracks, ball)
        with watch.stage("teams"):
            self._bodies.look_at_jerseys(frame.image, tracks)
        with watch.stage("game"):
            self._standing.update(frame.time_s, tracks, self._bodies.poses)
            players = tuple(self._player(frame.time_s, track) for track in tracks)
            net = self._rims.net_motion(frame.image, rim)
            snapshot = Snapshot(frame.index, frame.time_s, size, players, ball, candidates, rim, cut, scene, net)
            self._flights.see(snapshot)
            events = self._flights.measured(self._aim.keep(snapshot, self._shots.update(snapshot)))
            plays = tuple(self._plays.update(snapshot, events))
        return Step(snapshot, events, watch.times(), plays)

    @property
    def dropped(self) -> dict[str, int]:
        """By reason, how often the trackers have not taken something as it came since the start."""
        return dict(self._players.dropped + self._ball.dropped)

    def explain(self) -> Explanation:
        """What lies behind the last snapshot; costs nothing where nobody asks."""
        tracks = self._players.tracks
        particles, on_floor = self._players.particles()
        return Explanation(
            player_particles=self._standing.pixels(particles) if on_floor else particles,
            ball_particles=self._ball.particles(),
            person_boxes=self._person_boxes,
            box_of=boxes_taken(tracks, self._person_boxes),
            rivals=self._standing.in_picture(self._players.rivals()),
            trails={track.track_id: self._standing.trail(track.track_id) for track in tracks},
        )

    def finish(self) -> tuple[ShotEvent, ...]:
        """The source has ended: the last phases of open shots."""
        return self._flights.measured(self._aim.keep(None, self._shots.finish()))

    def finish_plays(self) -> tuple[PlayEvent, ...]:
        """The source has ended: what was going on until then."""
        return tuple(self._plays.finish())

    def settled(self, ended: bool = False) -> list[SettledFrame]:
        """Who was who, as it has settled since this was last asked, oldest first; with `ended` all that is left."""
        return self._players.finish() if ended else self._players.settled()

    def close(self) -> None:
        """Give the networks back; more than once does no harm."""
        self._beside.shutdown()
        self._vision.close()

    def engines(self) -> dict[str, TimedEngine]:
        """The networks at work, by stage."""
        return self._vision.engines()

    def _least_confidence(self) -> dict[ObjectClass, float]:
        vision = self._config.vision
        return {ObjectClass.PERSON: vision.person_confidence, ObjectClass.BALL: vision.ball_confidence}

    def _camera(self, image: Image) -> tuple[bool, FloatArray | None, tuple[FloatArray, FloatArray] | None, FloatArray]:
        """Whether the scene was cut; the camera's motion from the last frame to this; this frame's maps to the last
        two; and to the scene's first."""
        change = self._scene.update(image)
        if change.cut:
            self._to_scene.clear()
            self._balls.reset()
            self._players.reset()
            self._ball.reset()
            self._bodies.reset()
            self._rims.reset()
        earlier, now = list(self._to_scene), change.key_from_now
        self._to_scene = [*earlier, now][-_HISTORY_FRAMES:]
        if not self._moving or not earlier:
            return change.cut, None, None, now
        return change.cut, compose(invert(now), earlier[-1]), steps_back(earlier, now), now

    def _track_players(
        self, frame: Frame, boxes: FloatArray, confidence: FloatArray, move: FloatArray | None
    ) -> list[Track]:
        encoder = self._vision.appearance
        embed = None if encoder is None else lambda part: encoder.embed(frame.image, part)
        size = (frame.image.shape[1], frame.image.shape[0])
        return list(self._players.update(frame.time_s, boxes, confidence, move, embed, self._standing.floor, size))

    def _find_balls(
        self,
        frame: Frame,
        found: Detections,
        tracks: list[Track],
        rim: Rim | None,
        moving: FloatArray,
        scene_from_image: FloatArray | None,
    ) -> BallsSeen:
        expected = self._ball.expected(0.0)
        boxes = [track.box for track in tracks if track.status is not TrackStatus.OCCLUDED]
        persons = np.array(boxes).reshape(-1, 4)
        return self._balls.look(frame.image, found, persons, expected, rim, moving, scene_from_image)

    def _player(self, time_s: float, track: Track) -> PlayerState:
        box, mean = track.box, track.mean
        court_xy = covariance = None
        found = self._standing.place(track.track_id, time_s)
        if found is not None:
            court_xy, covariance = found
        return PlayerState(
            track_id=track.track_id, box=box, velocity_px_s=mean[2:4],
            covariance=np.array([[mean[4], mean[5]], [mean[5], mean[6]]]), status=track.status,
            confidence=track.confidence, keypoints=self._bodies.poses.get(track.track_id), court_xy_m=court_xy,
            court_covariance_m2=covariance, team=self._bodies.team(track.track_id),
        )  # fmt: skip


def follows_camera(config: Config) -> bool:
    """Whether the camera is thought to move: one on the wall stands still, whoever records by hand does not."""
    if config.vision.camera == "auto":
        return Path(config.source.uri).is_file()
    return config.vision.camera == "moving"


def open_pipeline(config: Config, calibration: Calibration | None, session: str = "shot") -> Pipeline:
    """Open the networks that the settings name, compile the kernels and join everything. Raises EngineError.

    session: what the ids of shots begin with; a box gives each of its runs another.
    """
    warm()
    return Pipeline(config, calibration, open_vision(config.engines), session)
