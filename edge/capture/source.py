"""What every source of frames offers, wherever they come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from calibration.model import Calibration
from edge.types import Frame, Image, SourceState


class CaptureError(Exception):
    """The source cannot be used; the message names it and what to do."""


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What is known before the first frame. Sizes px. `frames`: as the container's header says, which may be more
    than can be decoded; None where there is no end. `live`: frames that are not taken in time are gone."""

    name: str
    width: int
    height: int
    fps: float
    frames: int | None = None
    live: bool = False


class Source(Protocol):
    """Frames in order, each at most once. Iterating ends when the source ends or is closed; `close` never hangs."""

    @property
    def info(self) -> SourceInfo: ...

    @property
    def state(self) -> SourceState: ...

    @property
    def calibration(self) -> Calibration | None:
        """What the source itself knows of its camera: the virtual gym's truth, None elsewhere."""

    def __iter__(self) -> Iterator[Frame]: ...

    def __enter__(self) -> Source: ...

    def __exit__(self, *reason: object) -> None: ...

    def close(self) -> None: ...


class Reader(Protocol):
    """One opened file, device or stream. `read` gives (time_s, image), or None where there is no more; it may block
    for as long as the driver likes. `damage` says in words why the end came too early, or is empty."""

    @property
    def info(self) -> SourceInfo: ...

    @property
    def calibration(self) -> Calibration | None: ...

    @property
    def damage(self) -> str: ...

    def read(self) -> tuple[float, Image] | None: ...

    def close(self) -> None: ...
