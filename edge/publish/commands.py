"""What others ask of the box over MQTT."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError

from edge.publish.payloads import (
    CalibrateCourtRequest,
    CalibrateRimRequest,
    CalibrateSaveRequest,
    ImagePoint,
    Request,
)

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
class CalibrateCourt:
    """Solve the court from what the camera sees now. Points are px; `points` by landmark; `changes` in metres."""

    request_id: str
    court: str = "fiba"
    changes: Mapping[str, float] = field(default_factory=dict)
    layout: str = "key"
    colour: str = "auto"
    cone_tap: tuple[float, float] | None = None
    points: Mapping[str, tuple[float, float]] | None = None
    rim: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class CalibrateSave:
    """Keep a draft that `CalibrateCourt` was answered with."""

    request_id: str
    draft_id: str


@dataclass(frozen=True, slots=True)
class CalibrateUndo:
    """Back to the calibration before."""

    request_id: str


@dataclass(frozen=True, slots=True)
class ResetStats:
    """Begin the session's statistics anew."""

    request_id: str


Command = Ping | CalibrateRim | CalibrateCourt | CalibrateSave | CalibrateUndo | ResetStats

NAMES: dict[type[Command], str] = {
    Ping: "ping",
    CalibrateRim: "calibrate-rim",
    CalibrateCourt: "calibrate-court",
    CalibrateSave: "calibrate-save",
    CalibrateUndo: "calibrate-undo",
    ResetStats: "reset-stats",
}


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
        return _read(name, payload)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise CommandError(f"{name}: {where + ': ' if where else ''}{first['msg']}", _id_of(payload)) from None


def _read(name: str, payload: bytes) -> Command:
    """Raises ValidationError."""
    if name == "calibrate-rim":
        rim = CalibrateRimRequest.model_validate_json(payload)
        return CalibrateRim(rim.request_id, rim.x, rim.y, rim.width, rim.height)
    if name == "calibrate-court":
        asked = CalibrateCourtRequest.model_validate_json(payload)
        return CalibrateCourt(
            asked.request_id,
            asked.court,
            asked.court_changes,
            asked.layout,
            asked.colour,
            _point(asked.cone_tap),
            None if asked.points is None else {key: (at.x, at.y) for key, at in asked.points.items()},
            _point(asked.rim),
        )
    if name == "calibrate-save":
        save = CalibrateSaveRequest.model_validate_json(payload)
        return CalibrateSave(save.request_id, save.draft_id)
    request = Request.model_validate_json(payload)
    plain: dict[str, type[Ping | CalibrateUndo | ResetStats]] = {
        "ping": Ping,
        "calibrate-undo": CalibrateUndo,
        "reset-stats": ResetStats,
    }
    return plain[name](request.request_id)


def _point(point: ImagePoint | None) -> tuple[float, float] | None:
    return None if point is None else (point.x, point.y)


def _id_of(payload: bytes) -> str:
    """The request id of a message that is wrong otherwise, so that its sender still learns of it."""
    try:
        found = json.loads(payload[:MAX_BYTES]).get("request_id", "")
    except (ValueError, AttributeError):
        return ""
    return found if isinstance(found, str) and len(found) <= 64 else ""
