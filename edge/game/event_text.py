"""Events as text for the store, and back: one JSON object each, without what stands at its default.

Ways of players come twice a second, so they are written as bare lists.
"""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import Any

import numpy as np

from edge.figures import GameEvent, MotionEvent, PlayerStep
from edge.types import Estimate, Outcome, PlayEvent, PlayKind, ShotEvent, ShotFlight, ShotPhase

SHOT, MOTION = "shot", "motion"


def kind_of(event: GameEvent) -> str:
    """`shot`, `motion`, or the kind of play."""
    if isinstance(event, PlayEvent):
        return event.kind.value
    return SHOT if isinstance(event, ShotEvent) else MOTION


def time_of(event: GameEvent) -> float:
    """When it began, s on the source's clock."""
    return float(event.release_time_s if isinstance(event, ShotEvent) else event.start_time_s)


def encode(event: GameEvent) -> str:
    if isinstance(event, MotionEvent):
        steps = [[s.player_id, s.team, *s.xy_m, s.distance_m, s.seconds, s.speed_m_s] for s in event.steps]
        row = [event.start_index, event.end_index, event.start_time_s, event.end_time_s, event.frames, steps]
        return _dump(row)
    told = {key: value for key, value in asdict(event).items() if value is not None and value != {}}
    return _dump(told)


def decode(kind: str, text: str) -> GameEvent:
    """The event that `encode` wrote. Raises ValueError, LookupError, TypeError or AttributeError where it is none."""
    told = json.loads(text)
    if kind == MOTION:
        start, end, start_s, end_s, frames, rows = told
        steps = tuple(PlayerStep(row[0], row[1], (row[2], row[3]), *row[4:]) for row in rows)
        return MotionEvent(start, end, start_s, end_s, frames, steps)
    if kind == SHOT:
        return _shot(told)
    places = {key: tuple(told[key]) for key in ("start_xy_m", "end_xy_m") if key in told}
    return PlayEvent(**{**_known(PlayEvent, told), **places, "kind": PlayKind(kind)})


def _shot(told: dict[str, Any]) -> ShotEvent:
    more: dict[str, Any] = {"phase": ShotPhase(told["phase"])}
    more |= {"outcome": Outcome(told["outcome"]) if "outcome" in told else None}
    more |= {"player_id": told.get("player_id")}
    if "court_xy_m" in told:
        more["court_xy_m"] = tuple(told["court_xy_m"])
    if "flight" in told:
        more["flight"] = _flight(told["flight"])
    return ShotEvent(**{**_known(ShotEvent, told), **more})


def _flight(told: dict[str, Any]) -> ShotFlight:
    """Those of earlier versions have no arc."""
    names = [field.name for field in fields(ShotFlight) if field.name != "arc"]
    values = {name: None if told.get(name) is None else Estimate(**told[name]) for name in names}
    return ShotFlight(**values, arc=tuple((row[0], row[1], row[2]) for row in told.get("arc", ())))


def _known(kind: type[ShotEvent] | type[PlayEvent], told: dict[str, Any]) -> dict[str, Any]:
    """What this version has a field for; whatever was not told of a play is not known."""
    names = {field.name for field in fields(kind)}
    empty = {"player_id": None} if kind is PlayEvent else {}
    return {**empty, **{key: value for key, value in told.items() if key in names}}


def _dump(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> Any:
    """Evidence may hold NumPy scalars."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} in an event")
