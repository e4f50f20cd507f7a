"""The analysis worker: every frame through the pipeline, what comes of it to the publisher."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone

import numpy as np

from calibration.court import Court
from calibration.model import Calibration
from calibration.picture import draw_calibration
from edge.calibrated import STEADY, Standing
from edge.capture import Source
from edge.config import Config
from edge.figures import GameEvent
from edge.forming import Forming
from edge.game.movement import MotionFinder
from edge.game.session_log import SessionLog
from edge.game.sessions import Session
from edge.game.statistics import SessionStatistics
from edge.guard import Sight
from edge.health import Meter
from edge.pipeline import Pipeline
from edge.publish import Publisher
from edge.types import Frame, Image, PlayEvent, ShotEvent

_log = logging.getLogger(__name__)

# A frame that takes longer than this is stuck: the watchdog is no longer fed and systemd starts the box again.
STUCK_FRAME_S = 30.0
# Shots are counted at once; ways and plays change figures all the time, and are sent this often.
STATS_INTERVAL_S = 5.0


class Analysis:
    """The analysis worker: frames in, events and snapshots out to the publisher."""

    def __init__(
        self,
        config: Config,
        calibration: Calibration | None,
        source: Source,
        publisher: Publisher,
        opener: Callable[[Config, Calibration | None, str], Pipeline],
    ) -> None:
        self._config = config
        self._calibration = calibration
        self._standing = STEADY
        self._source = source
        self._publisher = publisher
        self._opener = opener
        self._lock = threading.Lock()
        self._statistics = SessionStatistics(self._court())
        self._motion = MotionFinder()
        self.log = SessionLog(
            config.sessions_path, Session(publisher.session, _now(), None, source.info.name, self._court())
        )
        self.form = Forming(config, publisher.forget_player)
        self._recalibrate = False
        self.meter = Meter()
        self.newest_image: Image | None = None
        self.sight: Sight | None = None
        self.ready = False
        self.ended = False
        self.error: Exception | None = None
        self._busy_since_s: float | None = None
        self._stats_due_s = 0.0
        # When somebody shot or passed last, on the clock of `time.monotonic`.
        self._last_s = math.inf
        self._thread = threading.Thread(target=self._run, name="courtside-analysis", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def join(self, timeout_s: float) -> None:
        self._thread.join(timeout_s)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive() or (self.ended and self.error is None)

    @property
    def stuck(self) -> bool:
        since_s = self._busy_since_s
        return self.ready and since_s is not None and time.monotonic() - since_s > STUCK_FRAME_S

    @property
    def calibration_status(self) -> str:
        return "uncalibrated" if self._calibration is None else self._calibration.status

    def reset_statistics(self) -> None:
        with self._lock:
            self._begin_session(_now())
            self._publish_stats()

    def _begin_session(self, ended: datetime) -> None:
        self._statistics = SessionStatistics(self._court())
        self._last_s = math.inf
        self.log.begin_anew(_now(), ended)
        self.form.begin_session()

    def _begin_after_pause(self) -> None:
        """Something happens: what did so long ago was another practice."""
        now_s = time.monotonic()
        pause_s = now_s - self._last_s
        if pause_s > 60 * self._config.sessions.pause_min:
            self._begin_session(_now() - timedelta(seconds=pause_s))
        self._last_s = now_s

    @property
    def calibration(self) -> Calibration | None:
        return self._calibration

    def use(self, calibration: Calibration | None) -> None:
        """Look through this calibration from the next frame on, with a camera that hangs where it was made."""
        with self._lock:
            self._calibration, self._standing = calibration, STEADY
            self._recalibrate = True

    @property
    def standing(self) -> Standing:
        """Whether the camera still hangs where it was calibrated."""
        return self._standing

    def stand(self, known: Calibration, calibration: Calibration, standing: Standing) -> bool:
        """As `use`, for whoever watches the camera's mount: only where `known` is what is used now."""
        with self._lock:
            if self._calibration is not known:
                return False
            self._standing = standing
            if calibration is not known:
                self._calibration = calibration
                self._recalibrate = True
            return True

    def court_picture(self) -> Image | None:
        """The newest frame with the court drawn over it as it is believed to lie now; None without either."""
        image, calibration = self.newest_image, self._calibration
        if image is None or calibration is None or calibration.image_size != (image.shape[1], image.shape[0]):
            return None
        return draw_calibration(image, calibration)

    @property
    def image_size(self) -> tuple[int, int]:
        """Width and height of the newest frame, or what the source promises before the first."""
        if self.newest_image is None:
            return self._source.info.width, self._source.info.height
        height, width = self.newest_image.shape[:2]
        return width, height

    def _court(self) -> Court | None:
        known = self._calibration
        return known.court_model() if known is not None and known.camera is not None else None

    def _run(self) -> None:
        try:
            with ExitStack() as stack:
                stack.callback(self.log.close)
                keep = self._config.sessions
                self.log.forget(_now() - timedelta(days=keep.keep_days), keep.keep_mb * 1_000_000)
                pipeline = self._opener(self._config, self._calibration, _session())
                stack.callback(pipeline.close)
                stack.callback(self.form.close)
                self.form.open()
                self.ready = True
                with self._lock:
                    self._publish_stats()
                for frame in self._source:
                    self._one_frame(pipeline, frame)
                self._tell(pipeline.finish(), (*pipeline.finish_plays(), *self._motion.finish()))
                self.log.end(_now())
        except Exception as error:
            self.error = error
            _log.debug("analysis", exc_info=True)
        self.ended = True

    def _one_frame(self, pipeline: Pipeline, frame: Frame) -> None:
        if self._recalibrate:
            self._recalibrate = False
            pipeline.recalibrate(self._calibration)
            with self._lock:
                self._statistics.use(self._court())
                self.log.use(self._court())
        self.newest_image = frame.image
        start_s = self._busy_since_s = time.monotonic()
        step = pipeline.step(frame)
        self._busy_since_s = None
        done_s = time.monotonic()
        self.meter.add(done_s, 1000 * (done_s - start_s), step.times)
        self.meter.count(done_s, pipeline.dropped)
        persons = [player.box for player in step.snapshot.players]
        self.sight = Sight(frame.image, np.array(persons, dtype=np.float64).reshape(-1, 4), done_s)
        self._publisher.live(step.snapshot, self._court(), self._standing.suspect)
        self._tell(step.events, (*step.plays, *self._motion.update(step.snapshot)))
        for report, alert in self.form.update(step.snapshot, step.events):
            self._publisher.form(report, alert)

    def _tell(self, shots: Sequence[ShotEvent], others: Sequence[GameEvent]) -> None:
        """Kept and counted first, then published: a reset in between parts both at the same event."""
        events = (*shots, *others)
        plays = [event for event in others if isinstance(event, PlayEvent)]
        with self._lock:
            if shots or plays:
                self._begin_after_pause()
            self.log.add(events)
            for event in events:
                self._statistics.update(event)
        suspect = self._standing.suspect
        for shot in shots:
            self._publisher.shot(shot, suspect)
        for play in plays:
            self._publisher.play(play, suspect)
        with self._lock:
            if shots or (others and time.monotonic() >= self._stats_due_s):
                self._publish_stats()

    def _publish_stats(self) -> None:
        self._stats_due_s = time.monotonic() + STATS_INTERVAL_S
        self._publisher.stats(self._statistics.figures(), self.log.session_id, self._court())


def _session() -> str:
    """What the ids of this run's shots begin with: no other run of the box has it."""
    return _now().strftime("%Y%m%dT%H%M%S")


def _now() -> datetime:
    return datetime.now(timezone.utc)
