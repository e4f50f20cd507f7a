"""What is asked of a calibration, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from calibration.colour import AUTO, Image
from calibration.lens import Lens
from calibration.model import Calibration

Verdict = Literal["good", "usable", "refused"]


@dataclass(frozen=True, slots=True)
class CalibrationRequest:
    """What is known of the court and the cones.

    colour: "auto" or a name of `cones.COLOURS`; cone_tap: px on one cone, whose colour is learnt. points: landmark
    name, or "x,y" in metres, to px, given by hand; then no cones are looked for. rim: px, one tap on the middle of
    the ring. lens: where it was measured. lines: False where the painted lines are not this court's.
    """

    court: str = "fiba"
    court_changes: Mapping[str, float] = field(default_factory=dict)
    layout: str = "key"
    colour: str = AUTO
    cone_tap: tuple[float, float] | None = None
    points: Mapping[str, tuple[float, float]] | None = None
    rim: tuple[float, float] | None = None
    lens: Lens | None = None
    lines: bool = True


@dataclass(frozen=True, slots=True)
class SeenPoint:
    """A cone that was found, or a point that was given: the landmark's name, None for one that is left over; px."""

    name: str | None
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """verdict and, in one line, why and what to move. `calibration` is None when refused; `proposal` is the best fit
    even then, None where there is none at all. image: the averaged picture (H, W, 3)."""

    verdict: Verdict
    detail: str
    calibration: Calibration | None
    proposal: Calibration | None
    image: Image
    seen: tuple[SeenPoint, ...]
