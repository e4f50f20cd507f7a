"""What others ask of the box over MQTT."""

from __future__ import annotations

import json
from dataclasses import dataclass

from pydantic import ValidationError

from edge.publish.payloads import CalibrateRimRequest, Request

MAX_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Ping:
    """Answered by the publisher itself."""

    request_id: str


@dataclass(frozen=True, slots=True)
class CalibrateRim:
    """The ring's ellipse in the frame: upper left corner, width and height, px."""

    request_id: str
    x_px: float
    y_px: float
    width_px: float
    height_px: float


@dataclass(frozen=True, slots=True)
class ResetStats:
    """Begin the session's statistics anew."""

    request_id: str


Command = Ping | CalibrateRim | ResetStats

NAMES: dict[type[Command], str] = {Ping: "ping", CalibrateRim: "calibrate-rim", ResetStats: "reset-stats"}


class CommandError(Exception):
    """A request that cannot be understood; `request_id` is empty where not even that could be read."""

    def __init__(self, message: str, request_id: str = "") -> None:
        super().__init__(message)
        self.request_id = request_id


def parse_command(name: str, payload: bytes) -> Command:
    """The command that `payload` on topic `cmd/<name>` asks for. Raises CommandError in one line."""
    if name not in NAMES.values():
        raise CommandError(f"unknown command '{name}'; known: {', '.join(sorted(NAMES.values()))}", _id_of(payload))
    if len(payload) > MAX_BYTES:
        raise CommandError(f"{name}: longer than {MAX_BYTES} bytes")
    try:
        if name == "calibrate-rim":
            rim = CalibrateRimRequest.model_validate_json(payload)
            return CalibrateRim(rim.request_id, rim.x, rim.y, rim.width, rim.height)
        request = Request.model_validate_json(payload)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise CommandError(f"{name}: {where + ': ' if where else ''}{first['msg']}", _id_of(payload)) from None
    return Ping(request.request_id) if name == "ping" else ResetStats(request.request_id)


def _id_of(payload: bytes) -> str:
    """The request id of a message that is wrong otherwise, so that its sender still learns of it."""
    try:
        found = json.loads(payload[:MAX_BYTES]).get("request_id", "")
    except (ValueError, AttributeError):
        return ""
    return found if isinstance(found, str) and len(found) <= 64 else ""
