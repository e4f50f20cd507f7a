"""One connection to an MQTT broker: paho-mqtt, protocol 5, and 3.1.1 where the broker does not speak 5.

paho's own thread talks to the broker and reconnects with back-off. Everything it learns is handed to `Listener`, whose
calls come from that thread.
"""

from __future__ import annotations

import contextlib
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.reasoncodes import ReasonCode

from edge.config import MqttConfig
from edge.publish.errors import PublishError

MQTT_5 = MQTTProtocolVersion.MQTTv5
MQTT_311 = MQTTProtocolVersion.MQTTv311
PROTOCOL_NAMES = {MQTT_5: "5", MQTT_311: "3.1.1"}

CONNECT_TIMEOUT_S = 5.0
RETRY_FIRST_S = 1
RETRY_LONGEST_S = 30
IN_FLIGHT = 20


class Listener(Protocol):
    """Told what happens on the connection; called from paho's thread, so every method must return at once."""

    def opened(self) -> None: ...

    def connected(self) -> None: ...

    def refused(self, reason: str, version_unknown: bool) -> None: ...

    def lost(self, reason: str) -> None: ...

    def acknowledged(self, message_id: int) -> None: ...

    def received(self, topic: str, payload: bytes, retained: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class Address:
    """Where the broker is and who we are to it."""

    host: str
    port: int
    client_id: str
    username: str | None = None
    password: str | None = None
    tls: ssl.SSLContext | None = None
    keepalive_s: int = 20

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def address_of(settings: MqttConfig, client_id: str) -> Address:
    """The broker that the settings name. Raises PublishError where the password or the CA file cannot be read."""
    password = None
    if settings.password_file is not None:
        path = settings.password_file.expanduser()
        try:
            password = path.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not UTF-8 text"
            raise PublishError(f"{path}: the password cannot be read: {reason}; see mqtt.password_file") from None
        if settings.username is None:
            raise PublishError("mqtt.password_file is set without mqtt.username; set both or neither")
    return Address(
        host=settings.broker,
        port=settings.port,
        client_id=client_id,
        username=settings.username,
        password=password,
        tls=tls_context(settings),
        keepalive_s=settings.keepalive_s,
    )


def tls_context(settings: MqttConfig) -> ssl.SSLContext | None:
    """How to check the broker's certificate, or None without TLS. Raises PublishError for a CA file of no use."""
    if not settings.tls:
        return None
    path = None if settings.ca_file is None else settings.ca_file.expanduser()
    try:
        return ssl.create_default_context(cafile=path)
    except (OSError, ssl.SSLError) as error:
        raise PublishError(f"{path}: not a usable CA certificate ({error}); see mqtt.ca_file") from None


class Connection:
    """Opens at once and retries until `close()`; publishing while it is down is refused by returning None."""

    def __init__(
        self, address: Address, protocol: MQTTProtocolVersion, will: tuple[str, bytes], listener: Listener
    ) -> None:
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=address.client_id, protocol=protocol)
        client.will_set(will[0], will[1], qos=1, retain=True)
        if address.username is not None:
            client.username_pw_set(address.username, address.password)
        if address.tls is not None:
            client.tls_set_context(address.tls)
        client.connect_timeout = CONNECT_TIMEOUT_S
        client.reconnect_delay_set(RETRY_FIRST_S, RETRY_LONGEST_S)
        client.max_inflight_messages_set(IN_FLIGHT)
        self._client = client
        self._address = address
        self._silence = _attach(client, listener)

    def open(self) -> None:
        self._client.connect_async(self._address.host, self._address.port, self._address.keepalive_s)
        self._client.loop_start()

    def publish(self, topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> int | None:
        """The message's id, or None where the connection is down (a message of QoS 1 may still be on its way then)."""
        info = self._client.publish(topic, payload, qos, retain)
        return info.mid if info.rc == mqtt.MQTT_ERR_SUCCESS else None

    def farewell(self, topic: str, payload: bytes, wait_s: float) -> None:
        """Publish retained with QoS 1 and wait for the acknowledgement: a broker may throw away what a goodbye follows
        at once."""
        info = self._client.publish(topic, payload, qos=1, retain=True)
        with contextlib.suppress(RuntimeError, ValueError):  # the connection is down already
            info.wait_for_publish(wait_s)

    def subscribe(self, topic: str) -> None:
        self._client.subscribe(topic, qos=1)

    def close(self, wait_s: float = 0.0) -> None:
        """Says good-bye (no last will), up to `wait_s` until that is sent. paho's thread is left to end by itself: it
        may be waiting for a dead host."""
        self._silence()
        gone = threading.Event()
        self._client.on_disconnect = lambda *_: gone.set()
        if self._client.disconnect() == mqtt.MQTT_ERR_SUCCESS and wait_s > 0:
            gone.wait(wait_s)


def _attach(client: mqtt.Client, listener: Listener) -> Callable[[], None]:
    """Joins paho's callbacks to the listener; the returned function cuts them again."""

    def on_connect(_c: Any, _u: Any, _flags: Any, reason: ReasonCode, _p: Any) -> None:
        if reason.is_failure:
            listener.refused(str(reason), reason == "Unsupported protocol version")
        else:
            listener.connected()

    def on_disconnect(_c: Any, _u: Any, _flags: Any, reason: ReasonCode, _p: Any) -> None:
        listener.lost(str(reason))

    client.on_socket_open = lambda *_: listener.opened()
    client.on_connect = on_connect
    client.on_connect_fail = lambda *_: listener.lost("cannot be reached")
    client.on_disconnect = on_disconnect
    client.on_publish = lambda _c, _u, message_id, *_: listener.acknowledged(message_id)
    client.on_message = lambda _c, _u, message: listener.received(message.topic, bytes(message.payload), message.retain)

    def silence() -> None:
        client.on_socket_open = client.on_connect = client.on_connect_fail = None
        client.on_disconnect = client.on_publish = client.on_message = None

    return silence
