"""Kept sessions for the page: a list, figures and files of one, and forgetting one."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from aiohttp import web

from edge.game.session_text import FORMATS
from edge.game.sessions import SessionError, SessionLine, SessionStore, UnknownSession
from edge.session_task import FIGURES, NAMES, UNKNOWN
from edge.web.login import BrokerLogin
from edge.web.pipe import same_origin

TASK_TIMEOUT_S = 120.0
# Files that are made or waited for; a page that was closed meanwhile is not noticed.
MOST_ASKED = 8
_ID = "{id:[A-Za-z0-9_-]{1,80}}"


class SessionPages:
    """path: the store's file, which need not be there yet. running: the id of the session that goes on, or None."""

    def __init__(self, path: Path, running: Callable[[], str | None], login: BrokerLogin) -> None:
        self._path = path
        self._running = running
        self._login = login
        self._one_at_a_time = asyncio.Semaphore(1)
        self._asked = 0

    def add_to(self, router: web.UrlDispatcher) -> None:
        router.add_get("/sessions.json", self._list)
        router.add_get(f"/sessions/{_ID}/{{name}}", self._file)
        router.add_delete(f"/sessions/{_ID}", self._delete)

    async def _list(self, request: web.Request) -> web.Response:
        await self._login.check(request)
        lines = await self._in_store(lambda store: store.sessions()) if self._path.exists() else []
        running = self._running()
        return web.json_response(
            {
                "sessions": [_describe(line, running) for line in lines],
                "formats": [kind for kind in FORMATS if kind != "parquet" or find_spec("pyarrow") is not None],
            }
        )

    async def _file(self, request: web.Request) -> web.Response:
        await self._login.check(request)
        session_id, name = request.match_info["id"], request.match_info["name"]
        if name not in NAMES:
            raise web.HTTPNotFound(text=f"there is {', '.join(NAMES)} of a session")
        if self._asked >= MOST_ASKED:
            raise web.HTTPServiceUnavailable(text="other sessions are being counted; try again in a minute")
        self._asked += 1
        try:
            async with self._one_at_a_time:
                body = await self._task(session_id, name)
        finally:
            self._asked -= 1
        headers = {} if name == FIGURES else {"Content-Disposition": _attached(f"courtside-{session_id}-{name}")}
        return web.Response(body=body, content_type=NAMES[name], headers=headers)

    async def _delete(self, request: web.Request) -> web.Response:
        if not same_origin(request):
            raise web.HTTPForbidden(text="only the box's own page may delete")
        await self._login.check(request)
        session_id = request.match_info["id"]
        if session_id == self._running():
            raise web.HTTPConflict(text="this session still goes on; it can be deleted when it is over")
        await self._in_store(lambda store: store.delete(session_id))
        return web.Response(status=204)

    async def _in_store(self, ask: Callable[[SessionStore], Any]) -> Any:
        def asked() -> Any:
            with closing(SessionStore(self._path, create=False)) as store:
                return ask(store)

        try:
            return await asyncio.get_running_loop().run_in_executor(None, asked)
        except UnknownSession as error:
            raise web.HTTPNotFound(text=str(error)) from None
        except SessionError as error:
            raise web.HTTPServiceUnavailable(text=str(error)) from None

    async def _task(self, session_id: str, name: str) -> bytes:
        task = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "edge.session_task", str(self._path), session_id, name,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )  # fmt: skip
        try:
            out, error = await asyncio.wait_for(task.communicate(), TASK_TIMEOUT_S)
        except asyncio.TimeoutError:
            raise web.HTTPServiceUnavailable(text="this session takes too long to count") from None
        finally:
            with contextlib.suppress(ProcessLookupError):
                task.kill()
        if task.returncode == 0:
            return out
        words = (error.decode(errors="replace").strip().splitlines() or ["the session could not be read"])[-1]
        raise web.HTTPNotFound(text=words) if task.returncode == UNKNOWN else web.HTTPServiceUnavailable(text=words)


def _describe(line: SessionLine, running: str | None) -> dict[str, Any]:
    session = line.session
    return {
        "id": session.id,
        "started": session.started.isoformat(),
        "running": session.id == running,
        "source": session.source,
        "court": None if session.court is None else session.court.name,
        "seconds": round(line.seconds, 1),
        "shots": line.shots,
        "events": line.events,
    }


def _attached(name: str) -> str:
    return f'attachment; filename="{name}"'
