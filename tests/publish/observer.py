"""A plain MQTT client that notes what it receives, and how tests wait."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

PATIENCE_S = 45.0


def wait_until(condition: Callable[[], Any], what: str = "condition") -> None:
    """Returns as soon as `condition` holds; fails after a long patience that says nothing of speed."""
    end_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end_s, f"waited in vain for: {what}"
        time.sleep(0.01)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Observer:
    """Subscribes to `topic` and keeps (topic, payload, retained) of every message."""

    def __init__(self, port: int, topic: str = "courtside/#", client_id: str = "", **login: str) -> None:
        self.messages: list[tuple[str, bytes, bool]] = []
        self._ready = False
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id, protocol=MQTTProtocolVersion.MQTTv311)
        if login:
            self._client.username_pw_set(login["username"], login["password"])
        self._client.on_connect = lambda client, *_: client.subscribe(topic, qos=1)
        self._client.on_subscribe = lambda *_: setattr(self, "_ready", True)
        self._client.on_message = lambda _c, _u, m: self.messages.append((m.topic, m.payload, m.retain))
        self._client.connect_async("127.0.0.1", port, 30)
        self._client.reconnect_delay_set(1, 1)

    def __enter__(self) -> Observer:
        self._client.loop_start()
        wait_until(lambda: self._ready, "subscription")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, topic: str, payload: str | bytes, retain: bool = False) -> None:
        self._client.publish(topic, payload, qos=1, retain=retain)

    def of(self, topic: str) -> list[dict[str, Any]]:
        """Payloads so far on the topic that ends with `topic`, oldest first, without cleared ones."""
        return [json.loads(payload) for name, payload, _ in list(self.messages) if name.endswith(topic) and payload]

    def wait_for(self, topic: str, count: int = 1) -> list[dict[str, Any]]:
        wait_until(lambda: len(self.of(topic)) >= count, f"{count} messages on {topic}")
        return self.of(topic)
