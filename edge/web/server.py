"""The phone's page: static files, pictures, and a WebSocket pipe to the MQTT broker, all on one port."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import re
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from calibration.court import CourtError
from edge.config import Config
from edge.forming import Forming
from edge.publish.payloads import SCHEMA_VERSION
from edge.publish.topics import Topics
from edge.types import Image
from edge.web.courts import describe_courts
from edge.web.form import FormPages
from edge.web.login import BrokerLogin
from edge.web.pipe import MqttPipe
from edge.web.sessions import SessionPages
from edge.web.snapshot import SnapshotEncoder

STATIC = Path(__file__).parent / "static"
START_TIMEOUT_S = 10.0
STOP_TIMEOUT_S = 1.0
_HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")


class WebError(Exception):
    """The page cannot be served; the message names the port and what to do."""


class WebServer:
    """A context manager that serves the page from a thread of its own.

    `broker`: host and port that `/mqtt` leads to; `broker_tls` where that is a TLS port. `snapshot` gives the newest
    frame, (H, W, 3) BGR, or None while there is none; it is called from the server's threads. `drafts` gives a
    calibration draft's JPEG by its id, with the court drawn over it or plain, or None where there is no such draft.
    `court` gives the newest frame with the court drawn over it as the box believes it now, or None. `running` gives the
    id of the session that goes on. `form`: who is enrolled and how the last shots were.
    """

    def __init__(
        self,
        config: Config,
        broker: tuple[str, int],
        snapshot: Callable[[], Image | None] | None = None,
        broker_tls: ssl.SSLContext | None = None,
        drafts: Callable[[str, bool], bytes | None] | None = None,
        court: Callable[[], Image | None] | None = None,
        running: Callable[[], str | None] | None = None,
        form: Forming | None = None,
    ) -> None:
        self._config = config
        self.port = config.web.port  # once entered: the port it is served on
        self._pipe = MqttPipe(broker[0], broker[1], broker_tls)
        self._encoder = SnapshotEncoder(snapshot or (lambda: None))
        self._court = SnapshotEncoder(court or (lambda: None))
        self._drafts = drafts or (lambda *_: None)
        self._login = BrokerLogin(*broker, broker_tls, config.mqtt.username is not None)
        self._running = running or (lambda: None)
        self._form = form
        self._socket: socket.socket | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._started = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)

    def __enter__(self) -> WebServer:
        self._socket = _listen(self._config.web.bind, self.port)
        self.port = int(self._socket.getsockname()[1])
        self._thread.start()
        if not self._started.wait(START_TIMEOUT_S) or self._failure is not None:
            raise WebError(f"the page's server did not start ({self._failure or 'no answer'}); see the log")
        return self

    def __exit__(self, *_: object) -> None:
        if self._loop is not None and self._stop is not None and self._thread.is_alive():
            with contextlib.suppress(RuntimeError):  # the loop ended by itself meanwhile
                self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(3 * STOP_TIMEOUT_S)
        if self._socket is not None:
            self._socket.close()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive() and self._failure is None

    def addresses(self) -> list[str]:
        """Where the page can be opened: on this machine, and from the network where it is served there."""
        bind = self._config.web.bind
        if bind not in ("0.0.0.0", "::"):
            return [f"http://{f'[{bind}]' if ':' in bind else bind}:{self.port}/"]
        local = [f"http://localhost:{self.port}/"]
        outer = _outer_address()
        return local if outer is None else [*local, f"http://{outer}:{self.port}/"]

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as error:
            self._failure = error
            logging.getLogger(__name__).error("the page's server ended: %s", error)
        finally:
            self._started.set()

    async def _serve(self) -> None:
        assert self._socket is not None
        runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=STOP_TIMEOUT_S)
        await runner.setup()
        try:
            await web.SockSite(runner, self._socket).start()
            self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
            self._started.set()
            await self._stop.wait()
        finally:
            await self._pipe.close_all()
            await runner.cleanup()

    def _application(self) -> web.Application:
        app = web.Application(client_max_size=64 * 1024)
        app.on_response_prepare.append(_add_headers)
        app.router.add_get("/", self._index)
        app.router.add_get("/config.json", self._page_settings)
        app.router.add_get("/snapshot.jpg", self._snapshot)
        app.router.add_get("/court.jpg", self._court_drawn)
        app.router.add_get("/courts.json", self._courts)
        app.router.add_get("/calibration.jpg", self._draft)
        SessionPages(self._config.sessions_path, self._running, self._login).add_to(app.router)
        if self._form is not None:
            FormPages(self._form, self._login).add_to(app.router)
        app.router.add_get("/mqtt", self._pipe.handle)
        app.router.add_static("/assets/", STATIC, follow_symlinks=False, show_index=False)
        return app

    async def _index(self, _: web.Request) -> web.StreamResponse:
        return web.FileResponse(STATIC / "index.html")

    async def _page_settings(self, _: web.Request) -> web.Response:
        topics = Topics(self._config.site, self._config.court)
        return web.json_response(
            {
                "site": self._config.site,
                "court": self._config.court,
                "prefix": topics.prefix,
                "schema_version": SCHEMA_VERSION,
            }
        )

    async def _snapshot(self, _: web.Request) -> web.Response:
        return await _picture(self._encoder, "no frame yet")

    async def _court_drawn(self, _: web.Request) -> web.Response:
        return await _picture(self._court, "no frame yet, or no calibration")

    async def _courts(self, request: web.Request) -> web.Response:
        try:
            return web.json_response(describe_courts(request.query))
        except CourtError as error:
            raise web.HTTPBadRequest(text=str(error)) from None

    async def _draft(self, request: web.Request) -> web.Response:
        jpeg = self._drafts(request.query.get("draft", ""), "plain" in request.query)
        if jpeg is None:
            raise web.HTTPNotFound(text="no such draft; look for the cones again")
        return web.Response(body=jpeg, content_type="image/jpeg")


async def _picture(encoder: SnapshotEncoder, without: str) -> web.Response:
    jpeg = await asyncio.get_running_loop().run_in_executor(None, encoder.newest)
    if jpeg is None:
        raise web.HTTPNotFound(text=without)
    return web.Response(body=jpeg, content_type="image/jpeg")


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """No other host may be asked for anything, nor may the page be framed; only versioned files are cached for long."""
    sockets = f" ws://{request.host} wss://{request.host}" if _HOST.fullmatch(request.host) else ""
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        f"connect-src 'self'{sockets}; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    if request.path.startswith("/assets/vendor/"):
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    elif request.path.startswith("/assets/") or request.path == "/":
        response.headers["Cache-Control"] = "no-cache"  # kept, but asked for again: a new box shows its new page
    else:
        response.headers["Cache-Control"] = "no-store"


def _listen(bind: str, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET6 if ":" in bind else socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((bind, port))
        listening.listen(64)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise WebError(f"port {port} on {bind} is in use; set web.port to a free port, or 0 for any") from None
        raise WebError(
            f"the page cannot be served on {bind}:{port} ({error.strerror}); see web.bind and web.port"
        ) from None
    return listening


def _outer_address() -> str | None:
    """This machine's address in the network; connecting a UDP socket picks the route and sends nothing."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # an address reserved for documentation
        return str(probe.getsockname()[0])
    return None
