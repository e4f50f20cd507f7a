"""Who let the ball go, and when: a flight traced back to somebody's hands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edge.game.flight import Flight
from edge.game.outcome import Moment
from edge.types import FloatArray

_WRISTS = (9, 10)
_HEAD = (0, 1, 2, 3, 4)
_KEYPOINT_CONFIDENCE = 0.25
# Shares of a person's height: from the wrist to the ball's surface while the fingers touch it; a flight that starts
# further than this from everybody's hands was thrown by nobody in view; hands reach this far above the head's top.
_HAND = 0.08
_NEAR_HANDS = 0.30
_REACH_UP = 0.22
# A shot leaves the hands above this share of the body, measured down from the head's top.
_LOWEST = 0.42
_TRACE_BACK_S = 0.4
_TRACE_ON_S = 0.12
_GATHER_S = 1.3
# A ball that left the picture in somebody's hands: it was seen to rise in a third of so many frames, has not been seen
# for so many, and the hands have come down again for so many.
_RISING_FRAMES = 20
_UNSEEN_FRAMES = 7
_LOWERED_FRAMES = 3
# A thing over the head that is smaller than this share of the ball expected for the person's height is not the ball.
_BALL_OF_HEIGHT = 0.12 / 1.8
_LEAST_BALL = 0.5
# A ball within so many of its radii of the picture's upper edge is about to leave it.
_TOP_RADII, _OVERHEAD_CONFIDENCE = 2.2, 0.1


@dataclass(frozen=True, slots=True)
class Person:
    """A player of one frame, free of camera motion: box (4,) xyxy px, keypoints (17, 3) or None."""

    track_id: int
    box: FloatArray
    keypoints: FloatArray | None
    court_xy_m: tuple[float, float] | None

    @property
    def height_px(self) -> float:
        return float(self.box[3] - self.box[1])

    def hand_distance(self, xy: tuple[float, float], height_px: float) -> float:
        """From a point to the nearer wrist, or to where hands can be above the chest, as a share of `height_px`."""
        if self.keypoints is not None:
            wrists = self.keypoints[list(_WRISTS)]
            seen = wrists[wrists[:, 2] > _KEYPOINT_CONFIDENCE]
            if len(seen):
                return float(np.hypot(seen[:, 0] - xy[0], seen[:, 1] - xy[1]).min()) / height_px
        middle = (self.box[0] + self.box[2]) / 2
        half = (self.box[2] - self.box[0]) / 2
        aside = max(0.0, abs(xy[0] - middle) - half)
        above = max(0.0, self.box[1] - _REACH_UP / 2 * height_px - xy[1])
        below = max(0.0, xy[1] - (self.box[1] + _LOWEST * height_px))
        return float(np.hypot(aside, max(above, below))) / height_px


@dataclass(frozen=True, slots=True)
class Release:
    """index: first frame in which the ball no longer touches the hand. seen False: it happened out of view."""

    index: int
    time_s: float
    player_id: int | None
    height_px: float
    gather_index: int | None
    confidence: float
    hand_distance: float | None = None
    court_xy_m: tuple[float, float] | None = None
    seen: bool = True


PersonsAt = tuple[int, float, tuple[Person, ...]]


def find_release(
    flight: Flight, moments: Sequence[Moment], persons: Sequence[PersonsAt], had_by: int | None = None
) -> Release | None:
    """Trace a flight back to the hands it came from; None where it came from nobody's hands, or not from above.

    had_by: who had the ball before by its tracker. His hands count before those of others who stand as near to it in
    the picture.
    """
    heights = _heights(persons)
    first = flight.first
    traced: list[tuple[float, int, float, Person]] = []
    for index, time_s, here in persons:
        if not first.time_s - _TRACE_BACK_S <= time_s <= first.time_s + _TRACE_ON_S or flight.velocity(time_s)[1] >= 0:
            continue
        xy = flight.position(time_s)
        for person in here:
            height = heights[person.track_id]
            if _inside_reach(xy, person, height):
                traced.append((person.hand_distance(xy, height), index, time_s, person))
    if not traced:
        return None
    traced = [item for item in traced if item[0] <= _NEAR_HANDS]
    nearest = min(traced, key=lambda item: (item[3].track_id != had_by, item[0]), default=None)
    if nearest is None:
        return None
    player = nearest[3].track_id
    height = heights[player]
    after = max(first.index, _last_touch(flight, persons, player, height) + 1)
    # Of a live source frames are dropped, and so are their numbers.
    found = next(((index, time_s) for index, time_s, _ in persons if index >= after), None)
    if found is None:
        return None
    index, time_s = found
    return Release(
        index, time_s, player, height, _gather(moments, persons, player, index, time_s),
        float(np.clip(0.9 - nearest[0], 0.4, 0.9)), nearest[0], nearest[3].court_xy_m,
    )  # fmt: skip


def _last_touch(flight: Flight, persons: Sequence[PersonsAt], player: int, height_px: float) -> int:
    """The last frame of the unbroken row, from the first sighting on, in which a wrist is at the ball; else -1.

    Hands push a ball up along nearly the curve on which it flies on.
    """
    at = {s.index: (s.x, s.y) for s in flight.sightings}
    reach = flight.radius_px / height_px + _HAND
    last = -1
    for index, _, here in persons:
        person = next((p for p in here if p.track_id == player and p.keypoints is not None), None)
        if index not in at or person is None:
            continue
        if person.hand_distance(at[index], height_px) > reach:
            break
        last = index
    return last


def _heights(persons: Sequence[PersonsAt]) -> dict[int, float]:
    """The height of each person when standing up: the 80th percentile of the boxes in memory, px."""
    seen: dict[int, list[float]] = {}
    for _, _, here in persons:
        for person in here:
            seen.setdefault(person.track_id, []).append(person.height_px)
    return {track: float(np.percentile(values, 80)) for track, values in seen.items()}


def _inside_reach(xy: tuple[float, float], person: Person, height_px: float) -> bool:
    middle = (person.box[0] + person.box[2]) / 2
    half = max((person.box[2] - person.box[0]) / 2, 0.18 * height_px)
    beside = abs(xy[0] - middle) < half + 0.15 * height_px
    return beside and person.box[1] - 0.45 * height_px < xy[1] < person.box[1] + _LOWEST * height_px


def _gather(
    moments: Sequence[Moment], persons: Sequence[PersonsAt], player: int, release_index: int, release_s: float
) -> int | None:
    """The frame where the ball is lowest in the player's hands before it goes up to the release."""
    lowest: tuple[float, int] | None = None
    for moment, (index, time_s, here) in zip(moments, persons, strict=True):
        if not release_s - _GATHER_S <= time_s <= release_s or index > release_index:
            continue
        person = next((p for p in here if p.track_id == player), None)
        if person is None:
            continue
        box = person.box
        known = moment.candidates
        at = (
            (known[:, 3] > 0.05)
            & (known[:, 0] > box[0] - 0.1 * person.height_px)
            & (known[:, 0] < box[2] + 0.1 * person.height_px)
            & (known[:, 1] > box[1] - 0.3 * person.height_px)
            & (known[:, 1] < box[1] + 0.65 * person.height_px)
        )
        if at.any():
            ball = known[at][np.argmax(known[at][:, 3])]
            if lowest is None or ball[1] >= lowest[0]:
                lowest = (float(ball[1]), index)
    return None if lowest is None else lowest[1]


def at_top(candidates: FloatArray) -> bool:
    """Whether one of the candidates (N, 4) is where a ball leaves the picture upward."""
    high = candidates[:, 1] <= _TOP_RADII * candidates[:, 2]
    return bool((high & (candidates[:, 3] > _OVERHEAD_CONFIDENCE)).any())


def held_above_picture(moments: Sequence[Moment], persons: Sequence[PersonsAt]) -> Release | None:
    """A ball that rose in somebody's hands out of the top of the picture and did not come back to them.

    The flight itself cannot be seen then; the hands tell. They are highest when they let go.
    """
    if len(moments) < _UNSEEN_FRAMES + _RISING_FRAMES:
        return None
    for person in persons[-1][2]:
        track = [_ball_overhead(moments[k], persons[k][2], person.track_id) for k in range(len(moments))]
        last = max((k for k, xy in enumerate(track) if xy is not None), default=-1)
        if last < _RISING_FRAMES or len(track) - 1 - last < _UNSEEN_FRAMES:
            continue
        rising = [(k, xy) for k, xy in enumerate(track) if xy is not None and last - k <= _RISING_FRAMES]
        _, y, radius = rising[-1][1]
        if len(rising) < _RISING_FRAMES // 3 or y > _TOP_RADII * radius or rising[0][1][1] - y < 0.5 * radius:
            continue
        last = next(k for k, xy in rising if xy[1] <= _TOP_RADII * xy[2])
        hands = [_hand_height(persons[k][2], person.track_id) for k in range(last, len(persons))]
        top = int(np.argmin(hands))
        if not np.isfinite(hands[top]) or len(hands) - 1 - top < _LOWERED_FRAMES:
            continue
        index, time_s, _ = persons[last + top + 1]
        gather = _gather(moments, persons, person.track_id, index, time_s)
        height = _heights(persons)[person.track_id]
        return Release(index, time_s, person.track_id, height, gather, 0.5, None, person.court_xy_m)
    return None


def _ball_overhead(moment: Moment, here: Sequence[Person], track_id: int) -> tuple[float, float, float] | None:
    """x, y, radius of the ball over a person's head, or None."""
    person = next((p for p in here if p.track_id == track_id), None)
    if person is None:
        return None
    known = moment.candidates
    reach = 0.35 * person.height_px
    middle = (person.box[0] + person.box[2]) / 2
    over = (
        (known[:, 3] > _OVERHEAD_CONFIDENCE)
        & (known[:, 2] > _LEAST_BALL * _BALL_OF_HEIGHT * person.height_px)
        & (np.abs(known[:, 0] - middle) < reach)
        & (known[:, 1] < person.box[1] + 0.12 * person.height_px)
    )
    if not over.any():
        return None
    best = known[over][np.argmax(known[over][:, 3])]
    return float(best[0]), float(best[1]), float(best[2])


def _hand_height(here: Sequence[Person], track_id: int) -> float:
    """y of the higher wrist where it is above the head, px; infinite where it is not, or was not seen."""
    person = next((p for p in here if p.track_id == track_id and p.keypoints is not None), None)
    if person is None or person.keypoints is None:
        return np.inf
    wrists, head = person.keypoints[list(_WRISTS)], person.keypoints[list(_HEAD)]
    wrists = wrists[wrists[:, 2] > _KEYPOINT_CONFIDENCE]
    head = head[head[:, 2] > _KEYPOINT_CONFIDENCE]
    if not len(wrists) or not len(head) or wrists[:, 1].min() >= head[:, 1].min():
        return np.inf
    return float(wrists[:, 1].min())
