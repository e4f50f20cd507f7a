"""The ball: what moves it, who has it and where it is, followed through the candidates of every frame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edge.config import TrackingConfig
from edge.kernels import ball as kernel
from edge.kernels import ball_choice as choice
from edge.tracking.incoming import LONGEST_STEP_S, note, passed_s, step_s
from edge.tracking.places import STATURE_M
from edge.types import BallMode, BallState, FloatArray, TrackStatus

PARTICLES = 48
_GROWN, _WAYS, _PEOPLE, _CANDIDATES = 1200, 6000, 24, 24
# Particles that are so much less likely (log) than the best are not followed.
_BAND = 9.0
_LEAST_CONFIDENCE, _MOST_CONFIDENCE = 0.05, 0.97
# How often, a second, a ball that was followed is somewhere else (out of sight, or never was the ball), and one that
# is nowhere is seen anew.
_LOST_A_S, _FOUND_A_S = 0.15, 3.0
# Where hands are where no pose tells, and how surely, in heights of the box: from its middle and top.
_HANDS_DOWN, _HANDS_SIGMA, _WRISTS_SIGMA = 0.42, (0.2, 0.22), 0.09
_CONFIRM_FRAMES = 3
# Of all weight, what has to speak for a place, or the ball counts as lost; and for how long it may be unseen.
_LEAST_SHARE, _LOST_FRAMES, _LOST_RADII = 0.3, 45, 8.0
# A throw that rises by more than this share of the thrower's height is no pass along the floor.
_LOB = 0.45
# A ball that was so low, in heights of its holder, and comes back to him is dribbled, also while it rides in the hand.
_LOW, _DRIBBLE_S = 0.35, 0.7
_MODES = (BallMode.HELD, BallMode.DRIBBLED, BallMode.PASSED, BallMode.LOOSE)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may have the ball: box (4,) xyxy px, velocity_px_s (2,) of its centre, wrists_px (2, 2) left and
    right, NaN where one was not seen, or None where no pose was taken."""

    track_id: int
    box: FloatArray
    velocity_px_s: FloatArray
    wrists_px: FloatArray | None = None


class BallTracker:
    """`update` takes the candidates of each frame in turn. The surest 24 candidates and 24 people count."""

    def __init__(self, config: TrackingConfig) -> None:
        self._rows = np.zeros((PARTICLES, kernel.ROW))
        self._grown = np.zeros((_GROWN + 3 * _CANDIDATES, kernel.ROW))
        self._value = np.zeros(_WAYS + 3 * _CANDIDATES)
        self._source = np.zeros((_WAYS + 3 * _CANDIDATES, 2), np.int64)
        self._people = np.zeros((_PEOPLE, kernel.PERSON))
        self._before = np.zeros((_CANDIDATES, 3))
        self._elsewhere = np.zeros(_CANDIDATES)
        self.dropped: Counter[str] = Counter()
        self.reset()

    def reset(self) -> None:
        """Forget the ball, as after a cut."""
        self._count, self._absent = 0, 0.0
        self._time_s: float | None = None
        self._ids: list[int] = []
        self._known = 0
        self._best: FloatArray | None = None
        self._share = 0.0
        self._looks = 0
        self._thrown: FloatArray | None = None
        self._dribbled: tuple[int, float] | None = None
        self._lob = False

    def expected(self, after_s: float) -> FloatArray | None:
        """Where the ball is expected `after_s` seconds on, (2,) px, or None where it is lost."""
        state = self._state()
        if state is None or state.status is TrackStatus.LOST:
            return None
        return np.asarray(state.xy_px + after_s * state.velocity_px_s)

    def particles(self) -> FloatArray:
        """(N, 2) px: where each particle has the ball, the likeliest first."""
        return self._rows[: self._count, :2].copy()

    def update(
        self,
        time_s: float,
        candidates: FloatArray,
        move: FloatArray | None,
        people: Sequence[Person] = (),
        image_size: tuple[int, int] = (1280, 720),
    ) -> BallState | None:
        """candidates (N, 4): x, y, radius px, confidence; move (2, 3): the camera's motion since the last frame;
        people: who is seen on this frame; image_size: width and height px."""
        note(self.dropped, "ball not finite", ~np.isfinite(candidates).all(axis=1))
        candidates = _usable(candidates)
        passed = passed_s(self._time_s, time_s, (), self.dropped)
        if not 0 <= passed <= LONGEST_STEP_S:
            self.reset()  # a ball that was anywhere
        self._time_s, dt_s = time_s, step_s(passed)
        if move is not None:
            self._shift(move)
        persons = self._meet(people)
        made = kernel.branch(self._rows, self._count, dt_s, 1.0, self._people, persons, self._grown[:_GROWN])
        area = float(image_size[0] * image_size[1])
        elsewhere = self._elsewhere[: len(candidates)]
        choice.elsewhere(candidates, self._before, self._known, self._people, persons, dt_s, area, elsewhere)
        ways = choice.look(
            self._grown, made, candidates, elsewhere, float(image_size[0]), float(image_size[1]), self._value[:_WAYS],
            self._source,
        )  # fmt: skip
        ways = self._find(made, ways, candidates, dt_s, persons)
        self._count = choice.keep(self._grown, candidates, ways, self._value, self._source, _BAND, self._rows)
        if self._count:
            self._absent -= self._value[0]
            self._normalise()
        self._known = len(candidates)
        self._before[: self._known] = candidates[:, :3]
        self._choose()
        return self._state()

    def _shift(self, move: FloatArray) -> None:
        rows = self._rows[: self._count]
        rows[:, :2] = rows[:, :2] @ move[:, :2].T + move[:, 2]
        rows[:, 2:4] = rows[:, 2:4] @ move[:, :2].T
        self._before[:, :2] = self._before[:, :2] @ move[:, :2].T + move[:, 2]
        if self._thrown is not None:
            self._thrown = move[:, :2] @ self._thrown + move[:, 2]

    def _meet(self, people: Sequence[Person]) -> int:
        """Take down who is there, and whom each particle's holder is now; without him the ball is loose."""
        people = people[:_PEOPLE]
        for row, person in zip(self._people, people, strict=False):
            box = np.asarray(person.box, float)
            height = max(float(box[3] - box[1]), 1.0)
            middle, hands_y = (box[0] + box[2]) / 2, box[1] + _HANDS_DOWN * height
            row[kernel.HANDS] = (middle, hands_y, middle, hands_y)
            row[kernel.HANDS_SIGMA] = np.multiply(_HANDS_SIGMA, height)
            row[kernel.VELOCITY] = person.velocity_px_s
            row[kernel.HEIGHT], row[kernel.MIDDLE], row[kernel.FOOT] = height, middle, box[3]
            wrists = None if person.wrists_px is None else person.wrists_px[np.isfinite(person.wrists_px).all(axis=1)]
            if wrists is not None and len(wrists):
                row[kernel.HANDS] = (*wrists[0], *wrists[-1])
                row[kernel.HANDS_SIGMA] = _WRISTS_SIGMA * height
        ids = [person.track_id for person in people]
        for row in self._rows[: self._count]:
            if row[kernel.HOLDER] >= 0:
                holder = self._ids[int(row[kernel.HOLDER])]
                if holder in ids:
                    row[kernel.HOLDER] = ids.index(holder)
                else:
                    row[kernel.HOLDER], row[kernel.MODE] = -1, kernel.LOOSE
        self._ids = ids
        return len(people)

    def _find(self, made: int, ways: int, candidates: FloatArray, dt_s: float, persons: int) -> int:
        """Weigh that the ball is nowhere, and add what it may be now where it was."""
        leaves = -np.expm1(-_LOST_A_S * max(dt_s, 1e-3))
        finds = -np.expm1(-_FOUND_A_S * max(dt_s, 1e-3)) if self._count else 0.5
        absent = min(np.exp(self._absent) + leaves, 1.0)
        self._absent = float(np.log(absent * (1 - finds)))
        ways = choice.begin(
            candidates,
            self._people,
            persons,
            np.log(absent * finds),
            self._grown,
            made,
            self._value,
            self._source,
            ways,
        )
        if not ways:
            self._absent = 0.0
        return ways

    def _normalise(self) -> None:
        weights = self._rows[: self._count, kernel.WEIGHT]
        total = np.logaddexp(self._absent, _log_sum(weights))
        weights -= total
        self._absent -= total

    def _choose(self) -> None:
        """The place that most weight speaks for, and what it says of the ball there."""
        if not self._count:
            self._best, self._share, self._looks = None, 0.0, 0
            return
        best = np.empty(kernel.ROW)
        self._share = choice.choose(self._rows, self._count, best)
        jumped = self._best is None or np.hypot(*(best[:2] - self._best[:2])) > 10 * best[kernel.RADIUS]
        self._looks = 0 if jumped and self._best is not None else self._looks
        self._looks += int(best[kernel.UNSEEN] == 0)
        self._throw(best)
        self._best = best

    def _state(self) -> BallState | None:
        best = self._best
        if best is None or best[kernel.UNSEEN] > _LOST_FRAMES:
            return None
        covariance = best[kernel.COVARIANCE].reshape(5, 5)[:2, :2].copy()
        wide = np.sqrt(covariance.trace()) > _LOST_RADII * best[kernel.RADIUS]
        status = TrackStatus.CONFIRMED if self._looks >= _CONFIRM_FRAMES else TrackStatus.TENTATIVE
        if best[kernel.UNSEEN]:
            # What was hardly seen before it was lost again was mostly no ball.
            status = TrackStatus.OCCLUDED if self._looks >= _CONFIRM_FRAMES else TrackStatus.LOST
        if wide or self._share < _LEAST_SHARE:
            status = TrackStatus.LOST
        holder = int(best[kernel.HOLDER])
        return BallState(
            xy_px=best[:2].copy(), velocity_px_s=best[2:4].copy(), radius_px=float(best[kernel.RADIUS]),
            covariance=covariance, status=status, confidence=self._share, mode=self._mode(best),
            holder_id=None if holder < 0 else self._ids[holder],
        )  # fmt: skip

    def _throw(self, best: FloatArray) -> None:
        """Take down who dribbles, where a flight began, and whether it is a lob: one that rises well above that place.
        What came from nobody's hands, a rebound, counts as one."""
        holder = self._people[int(best[kernel.HOLDER])]
        if best[kernel.MODE] == kernel.DRIBBLED and holder[kernel.FOOT] - best[1] < _LOW * holder[kernel.HEIGHT]:
            self._dribbled = (self._ids[int(best[kernel.HOLDER])], self._time_s or 0.0)
        if best[kernel.MODE] != kernel.FLIGHT:
            self._thrown, self._lob = best[:2].copy(), False
            return
        if self._thrown is None:
            self._thrown, self._lob = best[:2].copy(), True
        vy, gravity = float(best[3]), max(float(best[4]), 1.0)
        top = best[1] - (vy * vy / (2 * gravity) if vy < 0 else 0.0)
        person_px = STATURE_M / kernel.BALL_M * best[kernel.RADIUS]
        self._lob = self._lob or self._thrown[1] - top > _LOB * person_px

    def _mode(self, best: FloatArray) -> BallMode:
        mode = _MODES[int(best[kernel.MODE])]
        if mode is BallMode.HELD and self._dribbled is not None:
            holder_id, since_s = self._dribbled
            if self._ids[int(best[kernel.HOLDER])] == holder_id and (self._time_s or 0.0) - since_s < _DRIBBLE_S:
                return BallMode.DRIBBLED
        return BallMode.IN_FLIGHT if mode is BallMode.PASSED and self._lob else mode


def _usable(candidates: FloatArray) -> FloatArray:
    """Those that can be a ball, the surest first, their confidence such that none is certain."""
    good = np.isfinite(candidates).all(axis=1) & (candidates[:, 3] > _LEAST_CONFIDENCE) & (candidates[:, 2] > 0.5)
    found = candidates[good].astype(np.float64)
    found = found[np.argsort(-found[:, 3], kind="stable")][:_CANDIDATES]
    found[:, 3] = np.minimum(found[:, 3], _MOST_CONFIDENCE)
    return np.asarray(found)


def _log_sum(values: FloatArray) -> float:
    if not len(values):
        return -np.inf
    top = float(values.max())
    return top + float(np.log(np.exp(values - top).sum()))
