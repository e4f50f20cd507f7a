"""MQTT over WebSocket to MQTT over TCP: bytes are handed on as they come, so any broker serves the page."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from urllib.parse import urlsplit

from aiohttp import WSCloseCode, WSMsgType, web

CHUNK_BYTES = 16 * 1024
MESSAGE_LIMIT_BYTES = 256 * 1024
HEARTBEAT_S = 15.0
CLOSE_TIMEOUT_S = 0.5
BROKER_TIMEOUT_S = 5.0
CONNECTIONS = 64


class MqttPipe:
    """One TCP connection to the broker for each WebSocket (subprotocol `mqtt`)."""

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> None:
        self._host = host
        self._port = port
        self._tls = tls
        self._open: set[web.WebSocketResponse] = set()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """The aiohttp handler. Pages of other origins are refused, or any web site could steer the box."""
        if not same_origin(request):
            raise web.HTTPForbidden(text="only the box's own page may connect here")
        if len(self._open) >= CONNECTIONS:
            raise web.HTTPServiceUnavailable(text="too many connections")
        page = web.WebSocketResponse(
            protocols=("mqtt",), timeout=CLOSE_TIMEOUT_S, heartbeat=HEARTBEAT_S, max_msg_size=MESSAGE_LIMIT_BYTES
        )
        await page.prepare(request)
        self._open.add(page)
        try:
            reader, writer = await asyncio.wait_for(
                asyncio.open_connection(self._host, self._port, ssl=self._tls), BROKER_TIMEOUT_S
            )
        except (OSError, asyncio.TimeoutError):
            await page.close(code=WSCloseCode.TRY_AGAIN_LATER, message=b"the broker is down")
        else:
            await _join(page, reader, writer)
        finally:
            self._open.discard(page)
        return page

    async def close_all(self) -> None:
        await asyncio.gather(*(page.close(code=WSCloseCode.GOING_AWAY) for page in list(self._open)))


async def _join(page: web.WebSocketResponse, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hand bytes on in both directions until either side ends."""
    ways = [asyncio.ensure_future(_to_broker(page, writer)), asyncio.ensure_future(_to_page(reader, page))]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        writer.close()
        with contextlib.suppress(OSError):
            await page.close(code=WSCloseCode.GOING_AWAY)


async def _to_broker(page: web.WebSocketResponse, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        async for message in page:
            if message.type is not WSMsgType.BINARY:  # MQTT 3.1.1, section 6: data frames are binary
                return
            writer.write(message.data)
            await writer.drain()


async def _to_page(reader: asyncio.StreamReader, page: web.WebSocketResponse) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(CHUNK_BYTES):
            await page.send_bytes(data)


def same_origin(request: web.Request) -> bool:
    """Browsers always send Origin with a WebSocket; other programs need not."""
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host
