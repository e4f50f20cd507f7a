"""The publisher: what the box learned goes out over MQTT, what others ask for comes in.

One worker thread owns the outbox and the connection and runs small tasks from an inbox, in order; every public method
only puts a task there, so none of them ever waits for a disk or a network.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial
from importlib import metadata
from types import TracebackType
from typing import Literal

from calibration.court import Court
from edge.config import Config
from edge.figures import SessionFigures
from edge.publish import form_messages, messages, payloads
from edge.publish.broker import EmbeddedBroker
from edge.publish.commands import NAMES, Command, CommandError, Ping, parse_command
from edge.publish.connection import Address, address_of
from edge.publish.errors import PublishError
from edge.publish.form_payloads import FormShot
from edge.publish.link import Link
from edge.publish.outbox import Outbox
from edge.publish.retained_stats import RetainedStats
from edge.publish.topics import Topics
from edge.types import BoxHealth, CalibrationReport, FormReport, PlayEvent, ShotEvent, Snapshot, SourceState

_log = logging.getLogger(__name__)

LIVE_INTERVAL_S = 0.125
STOP_TIMEOUT_S = 1.5
STOP_PAUSE_S = 0.05
COMMANDS_KEPT = 100
EMBEDDED = "embedded"
_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}


@dataclass(frozen=True, slots=True)
class PublisherState:
    """`detail` says in words why the broker is away; `down_since` is None while it is there."""

    connected: bool
    broker: str
    protocol: str
    detail: str
    down_since: datetime | None
    waiting: int
    dropped: int


class Publisher:
    """A context manager. With `mqtt.broker: embedded` it brings its own broker.

    Entering raises PublishError where the port is taken or the outbox or a secret cannot be read; a broker that is down
    is no error: `state` tells, and results wait on the disk until it is back. `on_state` is called from the worker.
    """

    def __init__(self, config: Config, on_state: Callable[[PublisherState], None] | None = None) -> None:
        self._config = config
        self.topics = Topics(config.site, config.court)
        self.session = _now().strftime("%Y%m%dT%H%M%SZ")
        self._on_state = on_state
        self._inbox: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._commands: queue.Queue[Command] = queue.Queue(COMMANDS_KEPT)
        self._broker: EmbeddedBroker | None = None
        self._live_next: tuple[Snapshot, Court | None, bool] | None = None
        self._live_due_s = 0.0
        self._stop_at_s: float | None = None
        self._thread = threading.Thread(target=self._run, name="publish", daemon=True)

    def __enter__(self) -> Publisher:
        self._outbox = Outbox(self._config.data_path / f"outbox-{self._config.site}-{self._config.court}.sqlite")
        try:
            address = self._find_broker()
        except PublishError:
            self._outbox.close()
            raise
        will = (self.topics.status, self._status("offline"))
        own = self._broker is not None  # which remembers nothing of earlier sessions
        listen_to = (self.topics.any_command, *(() if own else self.topics.any_stats))
        self._link = Link(address, will, listen_to, self._outbox, self._inbox.put, own)
        self._stats = RetainedStats(self.topics, self.session, partial(self._link.retain, qos=1))
        self._link.on_message = self._received
        self._link.on_up = self._greet
        self._link.on_change = self._changed
        self.broker_address = (address.host, address.port)
        self._state = self._describe()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._inbox.put(self._begin_stop)
        self._thread.join(2 * STOP_TIMEOUT_S)
        if self._broker is not None:
            self._broker.stop()

    @property
    def state(self) -> PublisherState:
        return self._state

    @property
    def alive(self) -> bool:
        """False where the worker or the embedded broker died: the process should end and be started again."""
        return self._thread.is_alive() and (self._broker is None or self._broker.alive)

    def shot(self, event: ShotEvent, court_suspect: bool = False) -> None:
        """Durable, QoS 1: on the disk until the broker has it."""
        self._inbox.put(partial(self._keep_shot, messages.shot(event, _now(), court_suspect)))

    def play(self, event: PlayEvent, court_suspect: bool = False) -> None:
        """QoS 1 while the broker is there; the session's store has it in any case."""
        self._inbox.put(partial(self._send_play, messages.play(event, _now(), court_suspect)))

    def form(self, report: FormReport, alert: bool) -> None:
        """What a shot's form was like; as an alert it is durable like a shot."""
        if alert:
            self._inbox.put(partial(self._keep, self.topics.form_alert, form_messages.alert(report, _now())))
        self._inbox.put(partial(self._send_form, form_messages.shot(report, _now())))

    def forget_player(self, name: str) -> None:
        """Alerts about him that wait for a broker are not sent any more."""
        self._inbox.put(partial(self._forget, name))

    def live(self, snapshot: Snapshot, court: Court | None = None, court_suspect: bool = False) -> None:
        """Positions for the page. Call with every frame: the newest goes out, eight times a second."""
        now_s = time.monotonic()
        if now_s < self._live_due_s:
            return
        self._live_due_s = now_s + LIVE_INTERVAL_S
        waiting, self._live_next = self._live_next, (snapshot, court, court_suspect)
        if waiting is None:
            self._inbox.put(self._send_live)

    def stats(self, figures: SessionFigures, session: str = "", court: Court | None = None) -> None:
        """Retained; only what changed is sent, and whoever is no longer named is cleared at the broker. session: whose
        figures they are, this run's where it is not told."""
        self._inbox.put(partial(self._stats.show, figures, session or self.session, court))

    def health(self, health: BoxHealth) -> None:
        self._inbox.put(partial(self._send_health, health))

    def source(self, state: SourceState) -> None:
        self._retain(self.topics.source, messages.source(state, _now()), qos=1)

    def calibration(self, report: CalibrationReport) -> None:
        """Retained: what the box knows of its court."""
        self._retain(self.topics.calibration, messages.calibration(report, _now()), qos=1)

    def commands(self) -> list[Command]:
        """Commands that arrived since the last call; answer each with `reply`."""
        found: list[Command] = []
        while True:
            try:
                found.append(self._commands.get_nowait())
            except queue.Empty:
                return found

    def reply(
        self, command: Command, ok: bool, detail: str = "", draft: payloads.CalibrationDraft | None = None
    ) -> None:
        self._inbox.put(partial(self._answer, command.request_id, NAMES[type(command)], ok, detail, draft))

    def _find_broker(self) -> Address:
        settings = self._config.mqtt
        client_id = f"courtside-{self._config.site}-{self._config.court}"
        if settings.broker != EMBEDDED:
            return address_of(settings, client_id)
        self._broker = EmbeddedBroker(settings.bind, settings.port)
        self._broker.start()
        host = _LOOPBACK.get(settings.bind, settings.bind)
        return Address(host, self._broker.port, client_id, keepalive_s=settings.keepalive_s)

    def _run(self) -> None:
        try:
            self._link.open()
            while not self._finished():
                with contextlib.suppress(queue.Empty):
                    self._inbox.get(timeout=self._link.pause_s if self._stop_at_s is None else STOP_PAUSE_S)()
                self._link.tend()
            self._link.close(self.topics.status, self._status("stopped"))
        finally:
            self._outbox.close()

    def _greet(self) -> None:
        self._link.send(self.topics.status, self._status("online"), qos=1, retain=True)
        if self._config.mqtt.discovery_prefix:
            topic, told = form_messages.discovery(self.topics, self._config.mqtt.discovery_prefix)
            self._link.send(topic, told, qos=1, retain=True)

    def _begin_stop(self) -> None:
        self._stop_at_s = time.monotonic() + STOP_TIMEOUT_S

    def _finished(self) -> bool:
        """Once asked to stop: until all is sent, the broker is away, or time is up."""
        if self._stop_at_s is None or not self._inbox.empty():
            return False
        return not self._link.connected or self._link.idle or time.monotonic() > self._stop_at_s

    def _keep(self, topic: str, message: payloads.Message) -> None:
        try:
            self._outbox.add(topic, _bytes(message))
        except PublishError as error:
            _log.error("%s", error)
        self._refresh()

    def _forget(self, name: str) -> None:
        try:
            self._outbox.forget(self.topics.form_alert, name)
        except PublishError as error:
            _log.error("%s", error)
        self._refresh()

    def _keep_shot(self, shot: payloads.Shot) -> None:
        self._keep(self.topics.shot, shot)
        self._link.tend()  # the shot itself goes before the list of shots that holds it
        self._stats.add(shot)

    def _send_play(self, play: payloads.Play) -> None:
        if self._link.connected:
            self._link.send(self.topics.play, _bytes(play), qos=1)

    def _send_form(self, shot: FormShot) -> None:
        if self._link.connected:
            self._link.send(self.topics.form_shot, _bytes(shot), qos=1)

    def _send_live(self) -> None:
        waiting, self._live_next = self._live_next, None
        if waiting is not None and self._link.connected:
            snapshot, court, court_suspect = waiting
            self._link.send(self.topics.live, _bytes(messages.live(snapshot, court, _now(), court_suspect)))

    def _send_health(self, health: BoxHealth) -> None:
        message = messages.health(health, len(self._outbox), self._outbox.dropped, _now())
        self._link.retain(self.topics.health, _bytes(message))

    def _retain(self, topic: str, message: payloads.Message, qos: int) -> None:
        self._inbox.put(partial(self._link.retain, topic, _bytes(message), qos))

    def _received(self, topic: str, payload: bytes, retained: bool) -> None:
        if retained and topic.startswith(self.topics.stats):
            self._stats.found(topic, payload)
        if retained or topic == self.topics.reply or topic.startswith(self.topics.stats):
            return  # a retained command is an old one, and we hear ourselves
        name = topic.rpartition("/")[2]
        try:
            command = parse_command(name, payload)
            if isinstance(command, Ping):
                self._answer(command.request_id, name, True, "pong")
            else:
                self._commands.put_nowait(command)
        except CommandError as error:
            self._answer(error.request_id, name, False, str(error))
        except queue.Full:
            self._answer(command.request_id, name, False, "too many commands wait; try again later")

    def _answer(
        self, request_id: str, name: str, ok: bool, detail: str, draft: payloads.CalibrationDraft | None = None
    ) -> None:
        reply = payloads.Reply(time=_now(), request_id=request_id, command=name, ok=ok, detail=detail, draft=draft)
        self._link.send(self.topics.reply, _bytes(reply), qos=1)

    def _status(self, state: Literal["online", "offline", "stopped"]) -> bytes:
        return _bytes(payloads.Status(time=_now(), state=state, version=_version()))

    def _describe(self) -> PublisherState:
        link = self._link
        return PublisherState(
            connected=link.connected,
            broker=EMBEDDED if self._broker is not None else str(link.address),
            protocol=link.protocol,
            detail=link.detail,
            down_since=link.down_since,
            waiting=len(self._outbox),
            dropped=self._outbox.dropped,
        )

    def _refresh(self) -> None:
        self._state = self._describe()

    def _changed(self) -> None:
        self._refresh()
        if self._on_state is not None:
            self._on_state(self._state)


def _bytes(message: payloads.Part) -> bytes:
    return message.model_dump_json().encode()


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _version() -> str:
    try:
        return metadata.version("courtside")
    except metadata.PackageNotFoundError:
        return "unknown"
