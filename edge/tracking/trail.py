"""Where players have been on the court: the paper's low-pass (equation 8), and a smoother that does not lag.

`LowPass` is equation 8 with its time constant kept at any frame rate. `Trails` runs a Kalman filter of nearly constant
velocity on what the camera says of each player's feet, with the covariance that it has there, for the place of now; and
Rauch, Tung and Striebel's smoother back over the last seconds for the line behind it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from edge.types import FloatArray

TRAIL_S = 3.0
# The paper's k = 0.1 at its 30 frames a second (Drawing a Movement Trajectory).
_PAPER_K, _PAPER_FRAMES_PER_S = 0.1, 30.0
# How hard a player's feet push, m/s^2 at one sigma over a second; how fast one may be who is seen for the first time.
_PUSH = 3.0
_START_SPEED = 2.0
# Feet step and boxes tremble: beside what the camera knows of a spot, one look at it is off by this much.
_STEP_M = 0.3
# A look further off than so many sigmas counts as less sure, in proportion (Huber 1964).
_USUAL = 2.0
# After so many unusual looks in a row the player is where they are.
_UNUSUAL_LOOKS = 8
_FURTHER_M = 2.0
# Unseen for longer, the place is not known.
_UNSEEN_S = 1.0


class LowPass:
    """Equation 8: LPF = (1 - k) LPF_before + k g. One for each player."""

    def __init__(self, k: float = _PAPER_K, frames_per_s: float = _PAPER_FRAMES_PER_S) -> None:
        self._keep_a_s = (1 - k) ** frames_per_s
        self._last: tuple[float, FloatArray] | None = None

    def update(self, time_s: float, xy: FloatArray) -> FloatArray:
        """The place (2,) after another measured place (2,), in its units."""
        if self._last is None:
            self._last = time_s, np.array(xy, np.float64)
        else:
            keep = self._keep_a_s ** max(0.0, time_s - self._last[0])
            self._last = time_s, keep * self._last[1] + (1 - keep) * xy
        return self._last[1].copy()


@dataclass(frozen=True, slots=True)
class _Moment:
    """After one look: mean (4,) x, y, their speeds, and covariance (4, 4); the mean that was expected before it; and
    what a surprise about that says of the moment before, (4, 4)."""

    time_s: float
    mean: FloatArray
    covariance: FloatArray
    expected: FloatArray
    back: FloatArray


@dataclass(slots=True)
class _Walk:
    moments: deque[_Moment] = field(default_factory=deque)
    unusual: int = 0
    seen_s: float = 0.0


class Trails:
    """`update` takes the places of each frame in turn; metres on the court."""

    def __init__(self) -> None:
        self._walks: dict[int, _Walk] = {}

    def reset(self) -> None:
        """Forget everybody, as after a cut or another calibration."""
        self._walks.clear()

    def update(self, time_s: float, seen: Mapping[int, tuple[FloatArray, FloatArray]]) -> None:
        """seen: by track id where the feet are, (2,) m, within covariance (2, 2) m^2. Whoever is not among them goes on
        as before for a second."""
        for track_id in [one for one, walk in self._walks.items() if not 0 <= time_s - walk.seen_s <= _UNSEEN_S]:
            del self._walks[track_id]
        for track_id, (xy, covariance) in seen.items():
            if not (np.all(np.isfinite(xy)) and np.all(np.isfinite(covariance))):
                continue
            walk = self._walks.get(track_id)
            if walk is None or self._elsewhere(walk, xy):
                walk = self._walks[track_id] = _start(time_s, xy, covariance)
            elif time_s > walk.seen_s:
                _go_on(walk, time_s, xy, covariance)
            while walk.moments[0].time_s < time_s - TRAIL_S:
                walk.moments.popleft()

    def place(self, track_id: int, time_s: float) -> tuple[FloatArray, FloatArray] | None:
        """Where somebody is now, (2,) m, and the covariance (2, 2) m^2; None where that is not known."""
        walk = self._walks.get(track_id)
        if walk is None:
            return None
        last = walk.moments[-1]
        mean, covariance, _ = _predict(last.mean, last.covariance, time_s - last.time_s)
        return mean[:2], covariance[:2, :2]

    def trail(self, track_id: int) -> FloatArray:
        """The last seconds of somebody, smoothed with what came after: rows (T, 3) of s, x m and y m, in order."""
        walk = self._walks.get(track_id)
        if walk is None:
            return np.zeros((0, 3))
        moments = list(walk.moments)
        mean = moments[-1].mean
        rows = [(moments[-1].time_s, *mean[:2])]
        for before, after in zip(moments[-2::-1], moments[:0:-1], strict=True):
            mean = before.mean + after.back @ (mean - after.expected)
            rows.append((before.time_s, *mean[:2]))
        return np.array(rows[::-1])

    def _elsewhere(self, walk: _Walk, xy: FloatArray) -> bool:
        """Whether what is followed is not there any more: looks in a row were far off."""
        far = np.hypot(*(xy - walk.moments[-1].mean[:2])) > _FURTHER_M
        return walk.unusual >= _UNUSUAL_LOOKS and bool(far)


def _start(time_s: float, xy: FloatArray, covariance: FloatArray) -> _Walk:
    mean = np.array([*xy, 0.0, 0.0])
    spread = np.diag([0.0, 0.0, _START_SPEED**2, _START_SPEED**2])
    spread[:2, :2] = covariance + _STEP_M**2 * np.eye(2)
    return _Walk(deque([_Moment(time_s, mean, spread, mean, np.eye(4))]), seen_s=time_s)


def _go_on(walk: _Walk, time_s: float, xy: FloatArray, covariance: FloatArray) -> None:
    last = walk.moments[-1]
    expected, spread, transition = _predict(last.mean, last.covariance, time_s - last.time_s)
    off = xy - expected[:2]
    look = covariance + _STEP_M**2 * np.eye(2)
    far = float(np.sqrt(off @ np.linalg.solve(spread[:2, :2] + look, off)))
    if far > _USUAL:
        look = look * (far / _USUAL)
    walk.unusual = walk.unusual + 1 if far > _USUAL else 0
    gain = np.linalg.solve(spread[:2, :2] + look, spread[:2]).T
    mean = expected + gain @ off
    after = spread - gain @ spread[:2]
    back = np.linalg.solve(spread, transition @ last.covariance).T
    walk.moments.append(_Moment(time_s, mean, (after + after.T) / 2, expected, back))
    walk.seen_s = time_s


def _predict(mean: FloatArray, covariance: FloatArray, dt_s: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean (4,), covariance (4, 4) and the step (4, 4) after dt_s; pushes are white."""
    step = np.eye(4)
    step[0, 2] = step[1, 3] = dt_s
    push = np.kron(np.array([[dt_s**3 / 3, dt_s**2 / 2], [dt_s**2 / 2, dt_s]]), np.eye(2)) * _PUSH**2
    return step @ mean, step @ covariance @ step.T + push, step
