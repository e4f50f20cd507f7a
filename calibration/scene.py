"""What is calibrated: the averaged picture, the court, and the marks on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import cv2
import numpy as np

from calibration.colour import Image
from calibration.court import Court, CourtError, find_court, layout_landmarks
from calibration.request import CalibrationRequest

Marks = dict[int, tuple[float, float]]
# More of them take longer and tell no more.
_MOST_CONES, _MOST_POINTS = 8, 24


class Stopped(Exception):
    """Whoever asked does not want the answer any more."""


class Scene:
    """The averaged picture and what does not change while hypotheses are tried on it. Raises CourtError.

    Trying raises Stopped as soon as `stop` says so.
    """

    def __init__(self, image: Image, request: CalibrationRequest, stop: Callable[[], bool] = lambda: False) -> None:
        self.image, self.request, self.stop = image, request, stop
        self.size = (image.shape[1], image.shape[0])
        self.scale = image.shape[1] / 1280
        self.grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32)
        self.court = find_court(request.court, request.court_changes)
        named = layout_landmarks(self.court, request.layout)
        if request.points is not None:
            named = _named(self.court, request.points)
        most, what = (_MOST_POINTS, "points") if request.points is not None else (_MOST_CONES, "cones")
        if len(named) > most:
            raise CourtError(f"{len(named)} {what} are too many: give at most {most}")
        self.names = list(named)
        self.landmarks_m = np.array(list(named.values())).reshape(-1, 2)

    def on(self, court: Court) -> Scene:
        """The same picture taken for another court, with its marks on the landmarks of the same names."""
        return Scene(self.image, replace(self.request, court=court.name, court_changes={}), self.stop)

    def at(self, layout: str) -> Scene:
        """The same picture taken for another layout of the same court. Raises CourtError where it has none such."""
        return Scene(self.image, replace(self.request, layout=layout), self.stop)


def stopped(scene: Scene) -> bool:
    """False, or the end of it all: raises Stopped."""
    if scene.stop():
        raise Stopped
    return False


def _named(court: Court, points: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Court metres of points by their names: landmarks, or places written "x,y"."""
    known, found = court.landmarks(), {}
    for name in points:
        if name in known:
            found[name] = known[name]
            continue
        try:
            x, y = (float(part) for part in name.split(","))
        except ValueError:
            raise CourtError(f"no landmark {name!r} on court {court.name!r}; known: {', '.join(known)}") from None
        if not np.isfinite((x, y)).all():
            raise CourtError(f"landmark {name!r}: its place must be two numbers, in metres")
        found[name] = (x, y)
    return found
