"""Balls in free flight, found among the candidates of the last second and followed while they fly."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from edge.kernels.flight import find_flight
from edge.types import FloatArray

# A flight is believed once this many frames lie on it, or a little fewer over so long a time, as where frames are few;
# each fits so well on the average; and for this share of the frames it spans.
LEAST_FRAMES = 5
_FEW_FRAMES, _FEW_S = 4, 0.2
_LEAST_SCORE = 0.72
_LEAST_SHARE = 0.6
_WINDOW_S = 0.75
_SLACK_PX = 1.5
# Gravity in the image against that of a nearby thing of known size: films that run at half or double speed have a
# quarter or four times of it, and what is nearer to the camera than the known thing more again.
GRAVITY_RANGE = (0.2, 7.0)
GRAVITY_M_S2 = 9.81
# Frames without a fitting candidate after which a flight has ended, and for how long a ball above the picture is
# waited for.
_MOST_MISSES = 4
_UNSEEN_S = 2.0
_MOST_FLIGHTS = 4
_FIRM_SIGHTINGS = 9
_SAME_FLIGHT = 3


@dataclass(slots=True)
class Sighting:
    """One candidate that lies on a flight: frame index, time s, x, y, radius px."""

    index: int
    time_s: float
    x: float
    y: float
    radius: float


@dataclass(slots=True, eq=False)
class Flight:
    """A ball's curve in the image and what supports it: x = x0 + vx s, y = y0 + vy s + g s^2 / 2 with s = t - t_ref."""

    curve: FloatArray
    sightings: list[Sighting] = field(default_factory=list)
    misses: int = 0
    # Already part of a shot, so that it cannot begin another.
    taken: bool = False

    @property
    def first(self) -> Sighting:
        return self.sightings[0]

    @property
    def last(self) -> Sighting:
        return self.sightings[-1]

    @property
    def radius_px(self) -> float:
        return float(np.median([s.radius for s in self.sightings]))

    @property
    def gravity_px_s2(self) -> float:
        return float(self.curve[5])

    def position(self, time_s: float) -> tuple[float, float]:
        s = time_s - self.curve[0]
        return (
            float(self.curve[1] + self.curve[2] * s),
            float(self.curve[3] + self.curve[4] * s + 0.5 * self.curve[5] * s * s),
        )

    def velocity(self, time_s: float) -> tuple[float, float]:
        return float(self.curve[2]), float(self.curve[4] + self.curve[5] * (time_s - self.curve[0]))

    def apex_time_s(self) -> float:
        return float(self.curve[0] - self.curve[4] / self.curve[5])

    def falls_through(self, y_px: float) -> float | None:
        """When the ball comes down through height `y_px`, s; None where it never rises to it."""
        square = self.curve[4] ** 2 - 2 * self.curve[5] * (self.curve[3] - y_px)
        if square < 0:
            return None
        return float(self.curve[0] + (-self.curve[4] + np.sqrt(square)) / self.curve[5])

    def bent(self, share: float) -> Flight:
        """The same flight with `share` of its gravity: the same place and speed at the middle of what was seen."""
        middle_s = (self.first.time_s + self.last.time_s) / 2
        (x, y), (vx, vy) = self.position(middle_s), self.velocity(middle_s)
        return Flight(np.array([middle_s, x, vx, y, vy, share * self.curve[5]]), self.sightings)

    def refit(self) -> None:
        """Least squares over all sightings; the curve of the search stays while there are fewer than five."""
        if len(self.sightings) < LEAST_FRAMES:
            return
        t = np.array([s.time_s for s in self.sightings]) - self.first.time_s
        x = np.array([s.x for s in self.sightings])
        y = np.array([s.y for s in self.sightings])
        across = np.polynomial.polynomial.polyfit(t, x, 1)
        down = np.polynomial.polynomial.polyfit(t, y, 2)
        if down[2] > 0:
            self.curve = np.array([self.first.time_s, across[0], across[1], down[0], down[1], 2 * down[2]])


class FlightFinder:
    """Feed it the ball candidates of every frame; it keeps the flights that are going on."""

    def __init__(self) -> None:
        self.flights: list[Flight] = []
        self._window: deque[tuple[int, float, FloatArray]] = deque()

    def reset(self) -> None:
        self.flights.clear()
        self._window.clear()

    def update(
        self, index: int, time_s: float, candidates: FloatArray, px_per_m: tuple[float, float], height_px: int
    ) -> list[Flight]:
        """Flights that this frame supports, or that fly on above the picture.

        candidates (N, 4): x, y, radius px, confidence. px_per_m: least and largest scale of known things, for gravity.
        height_px: the picture's.
        """
        free = np.ones(len(candidates), bool)
        for flight in self.flights:
            self._extend(flight, index, time_s, candidates, free)
        self.flights = [f for f in self.flights if self._goes_on(f, time_s)]
        self._window.append((index, time_s, candidates[free]))
        while time_s - self._window[0][1] > _WINDOW_S:
            self._window.popleft()
        if free.any():
            found = self._search(px_per_m)
            if found is not None:
                self._add(found)
        return self.flights

    def _add(self, found: Flight) -> None:
        """Take a new flight, in place of one that it shares sightings with and that goes on worse."""
        rivals = [f for f in self.flights if _shared(f, found) >= _SAME_FLIGHT]
        if any(not rival.misses for rival in rivals):
            return
        self.flights = [f for f in self.flights if f not in rivals]
        if len(self.flights) < _MOST_FLIGHTS:
            self.flights.append(found)

    def _extend(self, flight: Flight, index: int, time_s: float, candidates: FloatArray, free: np.ndarray) -> None:
        x, y = flight.position(time_s)
        radius = flight.radius_px
        away = np.hypot(candidates[:, 0] - x, candidates[:, 1] - y)
        travelled = np.hypot(x - flight.last.x, y - flight.last.y)
        gate = _SLACK_PX + 0.5 * radius + (0.12 * travelled if flight.misses else 0.04 * travelled)
        fits = free & (away < gate) & (candidates[:, 2] > 0.4 * radius) & (candidates[:, 2] < 2.2 * radius)
        if not fits.any():
            flight.misses += 1
            return
        best = int(np.flatnonzero(fits)[np.argmin(away[fits])])
        # A flight of few sightings may be a hand's push or chance: what it takes, a better one may take from it.
        free[best] = len(flight.sightings) < _FIRM_SIGHTINGS
        flight.misses = 0
        flight.sightings.append(Sighting(index, time_s, *(float(v) for v in candidates[best, :3])))
        flight.refit()

    @staticmethod
    def _goes_on(flight: Flight, time_s: float) -> bool:
        above = flight.position(time_s)[1] < flight.radius_px
        return flight.misses <= _MOST_MISSES or (above and time_s - flight.last.time_s < _UNSEEN_S)

    def _search(self, px_per_m: tuple[float, float]) -> Flight | None:
        # Frames that a live source dropped do not count against a flight.
        turn = np.concatenate([np.full(len(c), k, np.int64) for k, (_, _, c) in enumerate(self._window)])
        times = np.concatenate([np.full(len(c), t) for _, t, c in self._window])
        all_candidates = np.concatenate([c for _, _, c in self._window]).astype(np.float64)
        x, y, radius = (np.ascontiguousarray(all_candidates[:, k]) for k in range(3))
        weight = weights(all_candidates[:, 3])
        low, high = (GRAVITY_M_S2 * k * s for k, s in zip(GRAVITY_RANGE, px_per_m, strict=True))
        score, count, first, curve = find_flight(turn, times, x, y, radius, weight, low, high, _SLACK_PX)
        if first < 0 or not enough(count, self._window[-1][1] - self._window[first][1]):
            return None
        if score < _LEAST_SCORE * min(count, LEAST_FRAMES) or count < _LEAST_SHARE * (turn[-1] - first + 1):
            return None
        flight = Flight(curve)
        for k in np.unique(turn[turn >= first]):
            here = np.flatnonzero(turn == k)
            index = self._window[k][0]
            px, py = flight.position(float(times[here[0]]))
            away = np.hypot(x[here] - px, y[here] - py)
            best = int(here[np.argmin(away)])
            if away.min() < _SLACK_PX + 0.35 * radius[best]:
                flight.sightings.append(Sighting(index, float(times[best]), x[best], y[best], radius[best]))
        if not flight.sightings or not enough(len(flight.sightings), flight.last.time_s - flight.first.time_s):
            return None
        heights = [s.y for s in flight.sightings]
        if max(heights) - min(heights) < 2 * flight.radius_px:
            return None
        flight.refit()
        return flight


def enough(sightings: int, over_s: float) -> bool:
    """Whether so many, over so long a time, tell a flight from chance."""
    return sightings >= LEAST_FRAMES or (sightings >= _FEW_FRAMES and over_s >= _FEW_S)


def _shared(one: Flight, other: Flight) -> int:
    """How many sightings two flights have in common."""
    known = {(s.index, s.x) for s in one.sightings}
    return sum((s.index, s.x) in known for s in other.sightings)


def weights(confidence: FloatArray) -> FloatArray:
    """How much a candidate counts as support: about one from a network, less from motion alone, hardly at rest."""
    return np.where(confidence < 0.05, 0.1, np.clip(0.5 + 1.5 * confidence, 0.0, 1.0)).astype(np.float64)
