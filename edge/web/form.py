"""Form for the page: who is enrolled, the last shots with pose and usual form, enrolling and forgetting."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from aiohttp import web

from edge.form.analyse import ENOUGH_SHOTS
from edge.form.errors import FormError
from edge.forming import Forming, PlayerLine
from edge.types import FloatArray, FormReport
from edge.web.login import BrokerLogin
from edge.web.pipe import same_origin

_ID = "{id:[A-Za-z0-9_-]{1,80}}"
_PLACES = 3


class FormPages:
    """Everything is read and written through `form`, which belongs to the box that runs."""

    def __init__(self, form: Forming, login: BrokerLogin) -> None:
        self._form, self._login = form, login

    def add_to(self, router: web.UrlDispatcher) -> None:
        router.add_get("/form.json", self._overview)
        router.add_get(f"/form/shots/{_ID}.json", self._shot)
        router.add_post(f"/form/shots/{_ID}", self._choose)
        router.add_post("/form/enrolment", self._enrol)
        router.add_delete("/form/enrolment", self._stop)
        # Whose is asked as ?name=, for a path cannot hold every name: browsers take ".." as the folder above.
        router.add_get("/form/player.json", self._export)
        router.add_post("/form/player", self._standard)
        router.add_delete("/form/player", self._forget)

    async def _overview(self, request: web.Request) -> web.Response:
        await self._login.check(request)
        if not self._form.enabled:
            return web.json_response({"enabled": False, "players": [], "shots": [], "enrolment": None})
        players, now, reports = await _ask(lambda: (self._form.players(), self._form.enrolling(), self._form.reports()))
        return web.json_response(
            {
                "enabled": True,
                "players": [_player(line) for line in players],
                "enrolment": None if now is None else {"name": now[0], "taken": now[1], "wanted": now[2]},
                "shots": [_line(report) for report in reports],
            }
        )

    async def _shot(self, request: web.Request) -> web.Response:
        await self._login.check(request)
        shot_id = request.match_info["id"]
        reports = await _ask(self._form.reports)
        report = next((one for one in reports if one.shot_id == shot_id), None)
        if report is None:
            raise web.HTTPNotFound(text="this shot is no longer kept here; newer ones have taken its place")
        others = [] if report.player is None else await _ask(lambda: self._form.map_of(str(report.player)))
        return web.json_response(_whole(report, others))

    async def _choose(self, request: web.Request) -> web.Response:
        good = (await self._asked(request, {"good"})).get("good")
        if not isinstance(good, bool):
            raise web.HTTPBadRequest(text="good: true or false is needed")
        await _ask(lambda: self._form.choose(request.match_info["id"], good))
        return web.Response(status=204)

    async def _enrol(self, request: web.Request) -> web.Response:
        asked = await self._asked(request, {"name", "agreed", "height_cm", "shots", "hand"})
        if asked.get("agreed") is not True:
            raise web.HTTPBadRequest(text="the player has to agree: what is kept says who somebody is")
        if not isinstance(name := asked.get("name"), str):
            raise web.HTTPBadRequest(text="name: text is needed")
        shots = _number(asked.get("shots", ENOUGH_SHOTS))
        if shots is None or shots != int(shots):
            raise web.HTTPBadRequest(text="shots: a whole number is needed")
        height_cm = _number(asked.get("height_cm"))
        if height_cm is None and asked.get("height_cm") is not None:
            raise web.HTTPBadRequest(text="height_cm: a number is needed, or null")
        if (hand := asked.get("hand", "right")) not in ("left", "right"):
            raise web.HTTPBadRequest(text="hand: left or right")
        height_m = None if height_cm is None else height_cm / 100
        await _ask(lambda: self._form.enrol(name, height_m, int(shots), hand))
        return web.Response(status=204)

    async def _stop(self, request: web.Request) -> web.Response:
        await self._may_change(request)
        await _ask(self._form.stop_enrolling)
        return web.Response(status=204)

    async def _standard(self, request: web.Request) -> web.Response:
        standard = (await self._asked(request, {"standard"})).get("standard")
        if not isinstance(standard, str):
            raise web.HTTPBadRequest(text="standard: made, chosen, all or a player's name is needed")
        name = _name(request)
        await _ask(lambda: self._form.use_standard(name, standard))
        return web.Response(status=204)

    async def _export(self, request: web.Request) -> web.Response:
        await self._login.check(request)
        name = _name(request)
        known = await _ask(lambda: self._form.export(name))
        return web.json_response(
            known, headers={"Content-Disposition": 'attachment; filename="courtside-form.json"'}, dumps=_dumps
        )

    async def _forget(self, request: web.Request) -> web.Response:
        await self._may_change(request)
        name = _name(request)
        count = await _ask(lambda: self._form.forget(name))
        return web.json_response({"shots": count})

    async def _may_change(self, request: web.Request) -> None:
        if not same_origin(request):
            raise web.HTTPForbidden(text="only the box's own page may change this")
        await self._login.check(request)

    async def _asked(self, request: web.Request, known: set[str]) -> dict[str, Any]:
        """The request's JSON object with these keys at most. Raises HTTPBadRequest."""
        await self._may_change(request)
        try:
            asked = await request.json()
        except (ValueError, LookupError, RecursionError):  # nor in an encoding that is known, nor too deep
            raise web.HTTPBadRequest(text="not JSON") from None
        if not isinstance(asked, dict) or not asked.keys() <= known:
            raise web.HTTPBadRequest(text=f"an object with {', '.join(sorted(known))} is needed")
        return asked


def _name(request: web.Request) -> str:
    """Whose is asked. Raises HTTPBadRequest."""
    if "name" not in request.query:
        raise web.HTTPBadRequest(text="name: whose form is asked, as ?name=NAME")
    return request.query["name"]


def _number(value: object) -> float | None:
    """None for what is no finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


async def _ask(work: Callable[[], Any]) -> Any:
    """Outside the server's loop, for the analysis may hold it up for a moment."""
    try:
        return await asyncio.get_running_loop().run_in_executor(None, work)
    except FormError as error:
        raise web.HTTPConflict(text=str(error)) from None


def _player(line: PlayerLine) -> dict[str, Any]:
    return {
        "name": line.player.name,
        "agreed": line.player.agreed.isoformat(),
        "height_cm": None if line.player.height_m is None else round(100 * line.player.height_m),
        "standard": line.player.standard,
        "hand": line.player.hand,
        "shots": line.shots,
        "missing": line.missing,
    }


def _line(report: FormReport) -> dict[str, Any]:
    return {
        "id": report.shot_id,
        "track": report.player_id,
        "player": report.player,
        "verdict": report.verdict,
        "distance": None if report.distance is None else round(report.distance, 2),
        "reason": report.reason,
        "enrolled": report.enrolled,
        "drift": report.drift,
    }


def _whole(report: FormReport, others: list[tuple[str, float, float]]) -> dict[str, Any]:
    return {
        **_line(report),
        "faults": [
            {"part": one.joint, "phase": one.phase, "frame": one.frame, "amount": round(one.amount, 1),
             "unit": one.unit, "words": one.words}
            for one in report.faults
        ],
        "figures": {name: round(value, 3) for name, value in report.scalars.items() if np.isfinite(value)},
        "usual_figures": {name: round(value, 3) for name, value in report.usual.items()},
        "pose": _rounded(report.pose),
        "usual": _rounded(report.baseline),
        "map": {
            "shot": None if report.map_xy is None else [round(value, 4) for value in report.map_xy],
            "others": [[shot_id, round(x, 4), round(y, 4)] for shot_id, x, y in others if shot_id != report.shot_id],
        },
        "nearest": [[name, round(distance, 2)] for name, distance in report.nearest[:5]],
    }  # fmt: skip


def _rounded(pose: FloatArray | None) -> Any:
    """Nested lists, null for what is not known."""
    if pose is None:
        return None
    rounded = np.round(np.asarray(pose, dtype=np.float64), _PLACES).astype(object)
    rounded[~np.isfinite(pose)] = None
    return rounded.tolist()


def _dumps(known: Any) -> str:
    return json.dumps(known, indent=1, allow_nan=False)
