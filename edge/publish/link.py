"""Keeps results flowing to the broker: which protocol, what is on its way, what is retained, what to do after a loss.

Everything here runs in the publisher's worker thread. What paho's thread reports is carried over by `defer`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from edge.publish.connection import (
    IN_FLIGHT,
    MQTT_5,
    MQTT_311,
    PROTOCOL_NAMES,
    RETRY_FIRST_S,
    RETRY_LONGEST_S,
    Address,
    Connection,
)
from edge.publish.outbox import Outbox

_log = logging.getLogger(__name__)

ANSWER_TIMEOUT_S = 3.0
GOODBYE_TIMEOUT_S = 0.5
IDLE_PAUSE_S = 1.0

Defer = Callable[[Callable[[], None]], None]


class Link:
    """`on_message`, `on_up` and `on_change` are called in the worker thread; `on_up` before anything else is sent."""

    def __init__(
        self,
        address: Address,
        will: tuple[str, bytes],
        listen_to: Sequence[str],
        outbox: Outbox,
        defer: Defer,
        embedded: bool,
    ) -> None:
        self.address = address
        self.on_message: Callable[[str, bytes, bool], None] = lambda *_: None
        self.on_up: Callable[[], None] = lambda: None
        self.on_change: Callable[[], None] = lambda: None
        self.connected = False
        self.detail = "connecting"
        self.down_since: datetime | None = datetime.now(timezone.utc)
        self._will = will
        self._listen_to = listen_to
        self._outbox = outbox
        self._defer = defer
        self._protocol = MQTT_311 if embedded else MQTT_5  # the embedded broker is known to speak 3.1.1 only
        self._connection: Connection | None = None
        self._generation = 0
        self._answer_due_s: float | None = None
        self._reopen_at_s: float | None = None
        self._reopen_pause_s = float(RETRY_FIRST_S)
        self._retained: dict[str, tuple[bytes, int]] = {}
        self._sent_row = 0
        self._in_flight: dict[int, int] = {}

    @property
    def protocol(self) -> str:
        return PROTOCOL_NAMES[self._protocol]

    @property
    def idle(self) -> bool:
        """Nothing waits and nothing is on its way."""
        return not len(self._outbox)

    @property
    def pause_s(self) -> float:
        """How long the worker may sleep before it must call `tend` again."""
        due = [at for at in (self._answer_due_s, self._reopen_at_s) if at is not None]
        return max(0.01, min(due) - time.monotonic()) if due else IDLE_PAUSE_S

    def open(self) -> None:
        """Begin to connect, as a new generation: what an earlier connection still reports is ignored."""
        self._generation += 1
        self._in_flight.clear()
        self._sent_row = 0
        self._reopen_at_s = self._answer_due_s = None
        reports = _Reports(self, self._defer, self._generation)
        self._connection = Connection(self.address, self._protocol, self._will, reports)
        self._connection.open()

    def tend(self) -> None:
        """What is due now: give up waiting for an answer, open again, send what waits."""
        now_s = time.monotonic()
        if self._answer_due_s is not None and now_s >= self._answer_due_s:
            self._other_protocol("does not answer", at_once=True)
        if self._reopen_at_s is not None and now_s >= self._reopen_at_s:
            self.open()
        self._pump()

    def send(self, topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> int | None:
        """Sent now or not at all."""
        if not self.connected or self._connection is None:
            return None
        return self._connection.publish(topic, payload, qos, retain)

    def retain(self, topic: str, payload: bytes, qos: int = 0) -> None:
        """Sent now and each time the broker is back, until a newer one takes its place."""
        self._retained[topic] = (payload, qos)
        self.send(topic, payload, qos, retain=True)

    def close(self, topic: str, farewell: bytes) -> None:
        """Publish `farewell` (retained) if the broker is there, and disconnect without the last will."""
        if self._connection is None:
            return
        if self.connected:
            self._connection.farewell(topic, farewell, GOODBYE_TIMEOUT_S)
        self._connection.close(GOODBYE_TIMEOUT_S if self.connected else 0.0)
        self.connected = False

    def _pump(self) -> None:
        """Keep up to IN_FLIGHT messages of the outbox on their way, in order."""
        free = IN_FLIGHT - len(self._in_flight)
        if not self.connected or free <= 0 or len(self._outbox) <= len(self._in_flight):
            return
        for message in self._outbox.after(self._sent_row, free):
            message_id = self.send(message.topic, message.payload, qos=1)
            if message_id is None:
                return
            self._in_flight[message_id] = message.row
            self._sent_row = message.row

    def opened(self) -> None:
        self._answer_due_s = time.monotonic() + ANSWER_TIMEOUT_S

    def came_up(self) -> None:
        assert self._connection is not None
        self._answer_due_s = None
        self._reopen_pause_s = float(RETRY_FIRST_S)
        self.connected, self.detail, self.down_since = True, "connected", None
        _log.info("broker %s: connected, MQTT %s", self.address, self.protocol)
        for topic in self._listen_to:
            self._connection.subscribe(topic)
        self.on_up()
        for topic, (payload, qos) in self._retained.items():
            self.send(topic, payload, qos, retain=True)
        self.on_change()

    def refused(self, reason: str, version_unknown: bool) -> None:
        self._answer_due_s = None
        if version_unknown:
            self._other_protocol(reason, at_once=self._protocol is MQTT_5)
        else:
            self._went_down(f"refuses us: {reason}; check mqtt.username and mqtt.password_file")

    def lost(self, reason: str) -> None:
        """paho reconnects by itself; only a broker that hung up on CONNECT is tried with the other protocol."""
        if self._answer_due_s is not None and not self.connected and self._reopen_at_s is None:
            self._other_protocol("hangs up on us", at_once=False)
        elif self.connected or self.detail == "connecting":
            self._went_down(f"{reason}; is it running?")

    def acknowledged(self, message_id: int) -> None:
        row = self._in_flight.pop(message_id, None)
        if row is not None:
            self._outbox.remove(row)
            self.on_change()

    def _other_protocol(self, reason: str, at_once: bool) -> None:
        assert self._connection is not None
        self._connection.close()
        self._generation += 1
        self._answer_due_s = None
        if self._protocol is MQTT_5:
            _log.info("broker %s: %s with MQTT 5; trying MQTT 3.1.1", self.address, reason)
        self._protocol = MQTT_311 if self._protocol is MQTT_5 else MQTT_5
        self._reopen_at_s = time.monotonic() + (0.0 if at_once else self._reopen_pause_s)
        self._reopen_pause_s = min(2 * self._reopen_pause_s, float(RETRY_LONGEST_S))
        if self.connected or self._protocol is MQTT_5:
            self._went_down(reason)

    def _went_down(self, detail: str) -> None:
        """Said once for each outage and each new reason, not for each try."""
        if self.connected or self.down_since is None:
            self.down_since = datetime.now(timezone.utc)
        self.connected = False
        if detail != self.detail:
            self.detail = detail
            _log.warning("broker %s: %s; results are kept and sent when it is back", self.address, detail)
            self.on_change()

    def current(self, generation: int) -> bool:
        return generation == self._generation


@dataclass(frozen=True, slots=True)
class _Reports:
    """Carries what paho's thread says over to the worker, and drops what an abandoned connection says."""

    link: Link
    defer: Defer
    generation: int

    def _later(self, task: Callable[[], None]) -> None:
        self.defer(lambda: task() if self.link.current(self.generation) else None)

    def opened(self) -> None:
        self._later(self.link.opened)

    def connected(self) -> None:
        self._later(self.link.came_up)

    def refused(self, reason: str, version_unknown: bool) -> None:
        self._later(lambda: self.link.refused(reason, version_unknown))

    def lost(self, reason: str) -> None:
        self._later(lambda: self.link.lost(reason))

    def acknowledged(self, message_id: int) -> None:
        self._later(lambda: self.link.acknowledged(message_id))

    def received(self, topic: str, payload: bytes, retained: bool) -> None:
        self._later(lambda: self.link.on_message(topic, payload, retained))
