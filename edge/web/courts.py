"""What the page needs to know of courts, cone layouts and colours: made from the calibration's own tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from calibration.colour import AUTO, COLOURS
from calibration.court import COURT_NAMES, CUSTOM, DIMENSIONS, LAYOUTS, Court, CourtError, find_court
from edge.publish.messages import court_dimensions

# What a coach can measure with a tape; the rest of a custom court is FIBA's.
CUSTOM_FIELDS = ("length_m", "width_m", "rim_height_m", "key_width_m", "free_throw_m")


def describe_courts(changes: Mapping[str, str]) -> dict[str, Any]:
    """All courts with dimensions and landmarks, and where cones may stand; `changes` are the custom court's.

    Raises CourtError.
    """
    numbers = {name: _metres(name, text) for name, text in changes.items()}
    courts = [find_court(name, numbers if name == CUSTOM else None) for name in COURT_NAMES]
    custom = courts[COURT_NAMES.index(CUSTOM)]
    return {
        "courts": [_describe(court) for court in courts],
        "layouts": [{"name": name, "landmarks": list(landmarks)} for name, landmarks in LAYOUTS.items()],
        "colours": [AUTO, *COLOURS],
        "custom": {name: getattr(custom, name) for name in CUSTOM_FIELDS},
    }


def _describe(court: Court) -> dict[str, Any]:
    landmarks = {name: {"x": x, "y": y} for name, (x, y) in court.landmarks().items()}
    return {**court_dimensions(court).model_dump(), "landmarks": landmarks}


def _metres(name: str, text: str) -> float:
    if name not in DIMENSIONS:
        raise CourtError(f"a court has no {name!r}; known: {', '.join(CUSTOM_FIELDS)}")
    try:
        return float(text)
    except ValueError:
        raise CourtError(f"{name}={text!r}: must be metres") from None
