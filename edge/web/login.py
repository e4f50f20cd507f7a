"""Who may see kept sessions: whoever the MQTT broker lets in, so that the page asks for one login only."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import secrets
import ssl
import struct
import time

from aiohttp import BasicAuth, web

TIMEOUT_S = 5.0
REMEMBERED_S = 300.0
_ACCEPTED = b"\x20\x02\x00\x00"
_CLEAN, _PASSWORD, _USER = 0x02, 0x40, 0x80
_LEVEL_311, _KEEPALIVE_S = 4, 10


class BrokerLogin:
    """asked: False where the broker lets everybody in. What it accepted is remembered for five minutes."""

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None, asked: bool) -> None:
        self._host, self._port, self._tls = host, port, tls
        self._asked = asked
        self._accepted: dict[bytes, float] = {}

    async def check(self, request: web.Request) -> None:
        """Raises HTTPUnauthorized where the request carries no user name and password that the broker takes, and
        HTTPServiceUnavailable where the broker cannot be asked."""
        if not self._asked:
            return
        auth = _credentials(request)
        now_s = time.monotonic()
        self._accepted = {key: until_s for key, until_s in self._accepted.items() if until_s > now_s}
        key = hashlib.sha256(f"{len(auth.login)}:{auth.login}{auth.password}".encode()).digest()
        if key in self._accepted:
            return
        if not await self._lets_in(auth):
            raise _refused()
        self._accepted[key] = now_s + REMEMBERED_S

    async def _lets_in(self, auth: BasicAuth) -> bool:
        try:
            return await asyncio.wait_for(self._connect(auth), TIMEOUT_S)
        except (OSError, asyncio.TimeoutError, asyncio.IncompleteReadError):
            raise web.HTTPServiceUnavailable(text="the broker cannot be asked right now; try again") from None

    async def _connect(self, auth: BasicAuth) -> bool:
        reader, writer = await asyncio.open_connection(self._host, self._port, ssl=self._tls)
        try:
            writer.write(_connect_packet(auth))
            await writer.drain()
            return await reader.readexactly(len(_ACCEPTED)) == _ACCEPTED
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


def _credentials(request: web.Request) -> BasicAuth:
    try:
        return BasicAuth.decode(request.headers.get("Authorization", ""), "utf-8")
    except ValueError:
        raise _refused() from None


def _refused() -> web.HTTPUnauthorized:
    """The scheme has a name of its own, so that no browser asks in a window of its own."""
    return web.HTTPUnauthorized(
        text="the broker's user name and password are needed", headers={"WWW-Authenticate": 'Broker realm="courtside"'}
    )


def _connect_packet(auth: BasicAuth) -> bytes:
    """MQTT 3.1.1, section 3.1."""
    head = _text("MQTT") + bytes([_LEVEL_311, _CLEAN | _USER | _PASSWORD]) + struct.pack(">H", _KEEPALIVE_S)
    body = head + _text(f"page-{secrets.token_hex(8)}") + _text(auth.login) + _text(auth.password)
    return b"\x10" + _length(len(body)) + body


def _text(text: str) -> bytes:
    data = text.encode()[:65535]
    return struct.pack(">H", len(data)) + data


def _length(count: int) -> bytes:
    """Seven bits a byte, lowest first."""
    found = bytearray()
    while True:
        count, rest = divmod(count, 128)
        found.append(rest | (0x80 if count else 0))
        if not count:
            return bytes(found)
