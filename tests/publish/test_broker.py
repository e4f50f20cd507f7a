from __future__ import annotations

import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from edge.publish.broker import EmbeddedBroker
from edge.publish.errors import PublishError
from tests.publish.observer import Observer, wait_until


@pytest.fixture
def broker() -> Iterator[EmbeddedBroker]:
    started = EmbeddedBroker("127.0.0.1", 0)
    started.start()
    yield started
    started.stop()


def test_a_message_reaches_a_subscriber(broker: EmbeddedBroker) -> None:
    with Observer(broker.port) as observer:
        observer.publish("courtside/a/b/shot", '{"n": 1}')
        assert observer.wait_for("/shot") == [{"n": 1}]


def test_retained_messages_wait_for_those_who_come_later(broker: EmbeddedBroker) -> None:
    with Observer(broker.port) as first:
        first.publish("courtside/a/b/status", '{"state": "online"}', retain=True)
        first.publish("courtside/a/b/live", '{"n": 1}')
        first.wait_for("/live")
        with Observer(broker.port) as later:
            later.wait_for("/status")
            assert later.messages == [("courtside/a/b/status", b'{"state": "online"}', True)]


def test_a_new_client_is_not_sent_what_others_subscribed_to(broker: EmbeddedBroker) -> None:
    with Observer(broker.port) as first:
        first.publish("courtside/a/b/status", '{"state": "online"}', retain=True)
        first.wait_for("/status")
        with Observer(broker.port, topic="courtside/other/#") as other:
            other.publish("courtside/other/b/mark", "{}")
            other.wait_for("/mark")
            assert [topic for topic, _, _ in other.messages] == ["courtside/other/b/mark"]


def test_the_last_will_of_a_client_that_vanishes_is_published_and_kept(broker: EmbeddedBroker) -> None:
    with Observer(broker.port) as observer:
        dying = mqtt.Client(CallbackAPIVersion.VERSION2, "dying", protocol=MQTTProtocolVersion.MQTTv311)
        dying.will_set("courtside/a/b/status", '{"state": "offline"}', qos=1, retain=True)
        up = threading.Event()
        dying.on_connect = lambda *_: up.set()
        dying.connect("127.0.0.1", broker.port)
        dying.loop_start()
        assert up.wait(15)
        dying.on_disconnect = lambda *_: dying.loop_stop()
        dying.socket().shutdown(socket.SHUT_RDWR)  # the cable is pulled: no DISCONNECT
        assert observer.wait_for("/status") == [{"state": "offline"}]
        with Observer(broker.port) as later:
            assert later.wait_for("/status") == [{"state": "offline"}]
        dying.disconnect()
        dying.loop_stop()


def test_mqtt_5_is_refused_with_the_answer_of_its_standard(broker: EmbeddedBroker) -> None:
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2, "new", protocol=MQTTProtocolVersion.MQTTv5, reconnect_on_failure=False
    )
    reasons: list[str] = []
    client.on_connect = lambda _c, _u, _f, reason, _p: reasons.append(str(reason))
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    wait_until(lambda: reasons, "CONNACK")
    client.loop_stop()
    assert reasons == ["Unsupported protocol version"]


@pytest.mark.parametrize(
    "nonsense", [b"GET / HTTP/1.1\r\n\r\n", b"\x10\xff\xff\xff\xff\xff", b"\x10\x0a\x00\x04", b"\x00"]
)
def test_nonsense_does_no_harm_to_others(broker: EmbeddedBroker, nonsense: bytes) -> None:
    with socket.create_connection(("127.0.0.1", broker.port)) as stranger:
        stranger.sendall(nonsense)
        with Observer(broker.port) as observer:
            observer.publish("courtside/a/b/shot", '{"n": 2}')
            assert observer.wait_for("/shot") == [{"n": 2}]
    assert broker.alive


def test_a_port_in_use_is_one_line_that_says_what_to_do(broker: EmbeddedBroker) -> None:
    with pytest.raises(PublishError) as caught:
        EmbeddedBroker("127.0.0.1", broker.port).start()
    assert str(caught.value) == (
        f"port {broker.port} on 127.0.0.1 is in use: another broker runs there; set mqtt.broker to its address,"
        " or mqtt.port to a free port"
    )


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(PublishError, match=r"cannot listen on 192\.0\.2\.1:0 .*set mqtt\.bind"):
        EmbeddedBroker("192.0.2.1", 0).start()


def test_stopping_frees_the_port_though_clients_are_connected() -> None:
    broker = EmbeddedBroker("127.0.0.1", 0)
    broker.start()
    with Observer(broker.port):
        broker.stop()
        assert not broker.alive
        again = EmbeddedBroker("127.0.0.1", broker.port)
        again.start()
        assert again.alive
        again.stop()


@pytest.mark.skipif(shutil.which("mosquitto_sub") is None, reason="mosquitto-clients is not installed")
def test_mosquitto_sub_listens(broker: EmbeddedBroker) -> None:
    listener = subprocess.Popen(
        ["mosquitto_sub", "-h", "127.0.0.1", "-p", str(broker.port), "-t", "courtside/#", "-C", "1", "-v"],
        stdout=subprocess.PIPE,
    )
    with Observer(broker.port) as observer:
        observer.publish("courtside/a/b/status", "hello", retain=True)
        out, _ = listener.communicate(timeout=15)
    assert out == b"courtside/a/b/status hello\n"
