"""The embedded MQTT broker: amqtt in a thread of its own, for a box that has no broker beside it.

It speaks MQTT 3.1.1 over TCP and lets everybody in: it is for a home network. Retained messages live in memory.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
import threading
from typing import Any

from amqtt.adapters import ReaderAdapter, StreamReaderAdapter, StreamWriterAdapter
from amqtt.broker import Broker

from edge.publish.errors import PublishError

_log = logging.getLogger(__name__)

START_TIMEOUT_S = 10.0
STOP_TIMEOUT_S = 2.0
# amqtt acknowledges a message before it hands it out: the box's last words still have to reach those who listen.
HAND_OUT_S = 0.3
FIRST_PACKET_TIMEOUT_S = 10.0
MQTT_5 = 5
# MQTT 5.0, section 3.2: CONNACK, 3 bytes follow: no session, reason 0x84 (unsupported protocol version), no property.
CONNACK_UNSUPPORTED_VERSION = bytes([0x20, 3, 0, 0x84, 0])


class EmbeddedBroker:
    """`start()` listens on `bind`:`port` (port 0: any free one, see `port`); `stop()` closes every connection."""

    def __init__(self, bind: str, port: int) -> None:
        self._bind = bind
        self.port = port  # once started: the port it listens on
        self._socket: socket.socket | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._started = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="broker", daemon=True)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive() and self._failure is None

    def start(self) -> None:
        """Raises PublishError where the port is taken or the address is not this machine's."""
        self._socket = _listen(self._bind, self.port)
        self.port = int(self._socket.getsockname()[1])
        self._thread.start()
        if not self._started.wait(START_TIMEOUT_S) or self._failure is not None:
            raise PublishError(f"the embedded broker did not start ({self._failure or 'no answer'}); see the log")

    def stop(self) -> None:
        if self._loop is not None and self._stop is not None and self._thread.is_alive():
            with contextlib.suppress(RuntimeError):  # the loop ended by itself meanwhile
                self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(2 * STOP_TIMEOUT_S)
        if self._socket is not None:
            self._socket.close()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as error:
            self._failure = error
            _log.error("the embedded broker ended: %s", error)
        finally:
            self._started.set()

    async def _serve(self) -> None:
        # amqtt logs a line for each connection and a traceback for each phone that goes out of range.
        logging.getLogger("amqtt").setLevel(logging.CRITICAL)
        logging.getLogger("transitions").setLevel(logging.WARNING)
        assert self._socket is not None
        broker = _HouseBroker(self._socket)
        await broker.start()
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._started.set()
        await self._stop.wait()
        await asyncio.sleep(HAND_OUT_S)
        with contextlib.suppress(asyncio.TimeoutError, Exception):
            await asyncio.wait_for(broker.shutdown(), STOP_TIMEOUT_S)


class _HouseBroker(Broker):
    """amqtt's broker, on a socket that is already bound, with three of its habits mended (see the methods)."""

    def __init__(self, listening: socket.socket) -> None:
        super().__init__(
            {
                "listeners": {"default": {"type": "tcp", "bind": "127.0.0.1:0"}},
                "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
            }
        )
        self._listening = listening
        self._subscriptions = _SnapshotDict()

    async def _create_server_instance(self, listener_name: str, *_: Any) -> asyncio.Server:
        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._greet(reader, writer, listener_name)

        return await asyncio.start_server(connected, sock=self._listening)

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, listener_name: str) -> None:
        """Refuses MQTT 5 with the answer its standard asks for; amqtt reads such a packet wrongly and never answers."""
        try:
            head, level = await asyncio.wait_for(_protocol_level(reader), FIRST_PACKET_TIMEOUT_S)
        except (asyncio.TimeoutError, asyncio.IncompleteReadError, OSError):
            writer.close()
            return
        if level == MQTT_5:
            writer.write(CONNACK_UNSUPPORTED_VERSION)
            writer.close()
            return
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await self._client_connected(listener_name, _Replay(head, reader), StreamWriterAdapter(writer))

    async def _publish_retained_messages_for_subscription(self, subscription: tuple[str, int], session: Any) -> None:
        """Sends retained messages to those who asked: amqtt hands a new client those of everybody's subscriptions."""
        if any(known.client_id == session.client_id for known, _ in self._subscriptions.get(subscription[0], [])):
            await super()._publish_retained_messages_for_subscription(subscription, session)


class _SnapshotDict(dict[str, Any]):
    """Iterates over a copy: amqtt awaits while it walks its subscriptions, and others subscribe meanwhile."""

    def __iter__(self) -> Any:
        return iter(list(super().keys()))

    def items(self) -> Any:
        return list(super().items())


class _Replay(ReaderAdapter):
    """Gives back bytes that were read ahead, then goes on with the stream."""

    def __init__(self, head: bytes, reader: asyncio.StreamReader) -> None:
        self._head = head
        self._reader = StreamReaderAdapter(reader)

    async def read(self, n: int = -1) -> bytes:
        if not self._head:
            return bytes(await self._reader.read(n))
        taken, self._head = (self._head, b"") if n < 0 else (self._head[:n], self._head[n:])
        return taken if n < 0 or len(taken) == n else taken + await self._reader.read(n - len(taken))

    def feed_eof(self) -> None:
        self._reader.feed_eof()


async def _protocol_level(reader: asyncio.StreamReader) -> tuple[bytes, int]:
    """The first bytes of a CONNECT packet and the protocol level in them (MQTT 3.1.1 and 5.0, section 3.1.2)."""
    head = await reader.readexactly(2)
    while head[-1] & 0x80 and len(head) < 5:
        head += await reader.readexactly(1)
    head += await reader.readexactly(2)
    name_length = int.from_bytes(head[-2:], "big")
    if name_length > 6:  # neither "MQTT" nor "MQIsdp": not ours to judge
        return head, 0
    head += await reader.readexactly(name_length + 1)
    return head, head[-1]


def _listen(bind: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((bind, port))
        listening.listen(64)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise PublishError(
                f"port {port} on {bind} is in use: another broker runs there; set mqtt.broker to its address,"
                " or mqtt.port to a free port"
            ) from None
        raise PublishError(
            f"the embedded broker cannot listen on {bind}:{port} ({error.strerror}); set mqtt.bind and mqtt.port"
        ) from None
    return listening
