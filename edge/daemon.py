"""The box: which workers run, how they are started, watched and stopped.

Four workers. Capture is the source's own thread and keeps only the newest frame. Analysis opens the networks, because
they belong to a thread, and takes frames through the pipeline. Publishing is the publisher's thread. The guard looks
once a second whether the camera still hangs where it was calibrated. A worker that dies ends the process with a reason,
and systemd starts it again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from calibration.model import Calibration, RimBox
from calibration.solve import calibrate
from edge.analysis import Analysis
from edge.calibrated import choose_calibration, own_calibration
from edge.calibrating import Calibrating, Solver
from edge.capture import Source, open_source
from edge.config import Config
from edge.guard import LOOK_S, Guard
from edge.health import find_warnings
from edge.host import Host
from edge.pipeline import Pipeline, follows_camera, open_pipeline
from edge.publish import Command, Ping, Publisher, ResetStats
from edge.publish.connection import tls_context
from edge.systemd import Notifier
from edge.types import SourceState
from edge.web.server import WebServer

_log = logging.getLogger(__name__)

HEALTH_INTERVAL_S = 3.0
POLL_S = 0.1
# Longest that stopping waits for the frame in hand; with what the publisher takes it stays under 3 s.
ANALYSIS_STOP_S = 1.0


class DaemonError(Exception):
    """A worker ended by itself; the message names it and its reason."""


@dataclass(frozen=True, slots=True)
class Worker:
    """One row of the table of what must run. `reason` says in words why it does not."""

    name: str
    alive: Callable[[], bool]
    reason: Callable[[], str]


class Box:
    """Everything that runs, watched by one short loop in the main thread."""

    def __init__(
        self, config: Config, source: Source, publisher: Publisher, analysis: Analysis, calibrating: Calibrating
    ) -> None:
        self._source = source
        self._publisher = publisher
        self._analysis = analysis
        self._calibrating = calibrating
        self._host = Host(config.data_path)
        self._notifier = Notifier()
        self._workers = [
            Worker("analysis", lambda: analysis.alive, lambda: str(analysis.error or "ended without a reason")),
            Worker("publishing", lambda: publisher.alive, lambda: "its thread or the embedded broker ended; see above"),
        ]
        self._source_said: SourceState | None = None
        self._said_ready = False

    def watch(self, worker: Worker) -> None:
        self._workers.append(worker)

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set or the recording ends. Raises DaemonError where a worker died."""
        self._calibrating.tell()
        health_due_s = 0.0
        while not stop.wait(POLL_S):
            self._check_workers()
            self._follow_source()
            for command in self._publisher.commands():
                self._obey(command)
            if time.monotonic() >= health_due_s:
                health_due_s = time.monotonic() + HEALTH_INTERVAL_S
                self._say_health()
            if not self._analysis.stuck:
                self._notifier.alive()
            if self._analysis.ended:
                break
        self._check_workers()
        self._notifier.stopping()

    def finish(self) -> None:
        """What is said last, after the analysis has ended."""
        self._follow_source()
        self._say_health()

    def _check_workers(self) -> None:
        for worker in self._workers:
            if not worker.alive():
                raise DaemonError(f"{worker.name}: {worker.reason()}")

    def _follow_source(self) -> None:
        if self._analysis.ready and not self._said_ready:
            self._said_ready = True
            self._notifier.ready()
            _log.info("watching %s", self._source.info.name)
        now, before = self._source.state, self._source_said
        if before is not None and (now.state, now.detail) == (before.state, before.detail):
            return
        if before is not None or now.state != "connected":
            _log.log(logging.INFO if now.state != "reconnecting" else logging.WARNING, "source: %s", now.detail)
        self._source_said = now
        self._publisher.source(now)

    def _say_health(self) -> None:
        host = self._host.read()
        calibration = self._analysis.calibration_status
        broker = self._publisher.state
        problem = "" if broker.connected or broker.down_since is None else broker.detail
        mount, odd = self._analysis.standing.detail, self._analysis.meter.odd()
        self._analysis.log.sync()
        # A camera that is away, or a recording that is over, gives no frames to be slow with.
        fps = self._analysis.meter.steady_fps() if self._source.state.state == "connected" else None
        warnings = find_warnings(self._source.state, calibration, problem, host, mount, odd, fps)
        if self._analysis.form.problem and self._analysis.form.enabled:
            warnings = (*warnings, f"form is not analysed: {self._analysis.form.problem}")
        if self._analysis.log.problem:
            warnings = (*warnings, f"sessions are not kept: {self._analysis.log.problem}")
        health = self._analysis.meter.health(calibration, host, warnings)
        self._publisher.health(health)
        self._publisher.source(self._source.state)
        self._notifier.status(f"{health.fps:.1f} frames/s; {'; '.join(warnings) or 'all is well'}")

    def _obey(self, command: Command) -> None:
        if isinstance(command, ResetStats):
            self._analysis.reset_statistics()
            self._publisher.reply(command, True, "statistics begin anew")
        elif not isinstance(command, Ping):  # which the publisher answers itself
            self._calibrating.obey(command)


@dataclass(frozen=True, slots=True)
class Parts:
    """What the box is built of; tests put others in."""

    open_source: Callable[..., Source] = open_source
    open_pipeline: Callable[[Config, Calibration | None, str], Pipeline] = open_pipeline
    calibrate: Solver = calibrate
    look_s: float = LOOK_S


def run_box(
    config: Config, rim: RimBox | None = None, stop: threading.Event | None = None, parts: Parts | None = None
) -> int:
    """Run the box until `stop` is set or its recording ends; returns 0.

    Raises the room's own error where a part cannot start, DaemonError where a worker dies.
    """
    stop = stop or threading.Event()
    parts = parts or Parts()
    with ExitStack() as stack:
        source = parts.open_source(config.source)
        stack.callback(source.close)
        image_size = (source.info.width, source.info.height)
        known = own_calibration(config, source.calibration)
        calibration, origin = choose_calibration(config, known, image_size, rim)
        _log.info("%s", origin)
        publisher = stack.enter_context(Publisher(config))
        analysis = Analysis(config, calibration, source, publisher, parts.open_pipeline)
        keep_rim = known is None
        calibrating = Calibrating(config.calibration_path, analysis, publisher, keep_rim, parts.calibrate)
        stack.callback(calibrating.close)
        box = Box(config, source, publisher, analysis, calibrating)
        if config.web.enabled:
            server = WebServer(
                config,
                publisher.broker_address,
                lambda: analysis.newest_image,
                tls_context(config.mqtt),
                calibrating.jpeg,
                analysis.court_picture,
                lambda: analysis.log.running_id,
                analysis.form,
            )
            stack.enter_context(server)
            box.watch(Worker("page", lambda: server.alive, lambda: "the page's server ended; see above"))
            _log.info("the page: %s", "  ".join(server.addresses()))
        if not follows_camera(config):
            guard = Guard(analysis, config.calibration_path if keep_rim else None, calibrating.tell, parts.look_s)
            guard.start()
            stack.callback(guard.close)
            box.watch(Worker("guard", lambda: guard.alive, lambda: guard.reason))
        analysis.start()
        try:
            box.run(stop)
        finally:
            source.close()
            analysis.join(ANALYSIS_STOP_S)
        box.finish()
    return 0
