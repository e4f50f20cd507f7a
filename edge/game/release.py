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
# Shares of a person's height: the hands with the ball in them end this far from the ball's middle; a flight that starts
# further than this from everybody's hands was thrown by nobody in view; hands reach this far above the head's top.
_IN_HAND = 0.12
_NEAR_HANDS = 0.30
_REACH_UP = 0.22
# A shot leaves the hands above this share of the body, measured down from the head's top.
_LOWEST = 0.42
_TRACE_BACK_S = 0.4
_GATHER_S = 1.3
_UNSEEN_FRAMES = 7


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


def find_release(flight: Flight, moments: Sequence[Moment], persons: Sequence[PersonsAt]) -> Release | None:
    """Trace a flight back to the hands it came from; None where it came from nobody's hands, or not from above."""
    heights = _heights(persons)
    first = flight.first
    traced: list[tuple[float, int, float, Person]] = []
    for index, time_s, here in persons:
        if time_s > first.time_s + 0.12 or time_s < first.time_s - _TRACE_BACK_S:
            continue
        if flight.velocity(time_s)[1] >= 0:
            continue
        xy = flight.position(time_s)
        for person in here:
            height = heights[person.track_id]
            if _inside_reach(xy, person, height):
                traced.append((person.hand_distance(xy, height), index, time_s, person))
    if not traced:
        return None
    nearest = min(traced, key=lambda item: item[0])
    if nearest[0] > _NEAR_HANDS:
        return None
    player = nearest[3].track_id
    height = heights[player]
    own = sorted((item for item in traced if item[3].track_id == player), key=lambda item: item[1])
    # The last frame at the hands before the ball is on its own; never later than the flight's first free frames.
    at_hands = [item for item in own if item[0] <= max(_IN_HAND, nearest[0] + 0.02)]
    last = at_hands[-1]
    index = max(last[1] + 1, first.index) if last[1] < first.index + 2 else first.index
    time_s = next((t for i, t, _ in persons if i == index), last[2])
    return Release(
        index, time_s, player, height, _gather(moments, persons, player, index, time_s),
        float(np.clip(0.9 - nearest[0], 0.4, 0.9)), nearest[0], last[3].court_xy_m,
    )  # fmt: skip


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


def held_above_picture(moments: Sequence[Moment], persons: Sequence[PersonsAt]) -> Release | None:
    """A ball that rose in somebody's hands out of the top of the picture and did not come back to them.

    The flight itself cannot be seen then; the hands tell. The release is the last frame in which the ball was seen.
    """
    if len(moments) < _UNSEEN_FRAMES + 6:
        return None
    gone = len(moments) - _UNSEEN_FRAMES
    for person in persons[-1][2]:
        track = [_ball_overhead(moments[k], persons[k][2], person.track_id) for k in range(len(moments))]
        if any(xy is not None for xy in track[gone:]):
            continue
        rising = [(k, xy) for k, xy in enumerate(track[max(0, gone - 12) : gone], max(0, gone - 12)) if xy is not None]
        if len(rising) < 4 or rising[-1][0] != gone - 1:
            continue
        last = rising[-1][1]
        climbed = rising[0][1][1] - last[1]
        if last[1] > 2.2 * last[2] or climbed < 0.5 * last[2] or not _hands_up(person):
            continue
        k = gone
        height = _heights(persons)[person.track_id]
        gather = _gather(moments, persons, person.track_id, moments[k].index, moments[k].time_s)
        return Release(
            moments[k].index, moments[k].time_s, person.track_id, height, gather, 0.5, None, person.court_xy_m
        )
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
        (known[:, 3] > 0.1)
        & (np.abs(known[:, 0] - middle) < reach)
        & (known[:, 1] < person.box[1] + 0.12 * person.height_px)
    )
    if not over.any():
        return None
    best = known[over][np.argmax(known[over][:, 3])]
    return float(best[0]), float(best[1]), float(best[2])


def _hands_up(person: Person) -> bool:
    """Both the wrist and the head seen, the wrist above."""
    if person.keypoints is None:
        return False
    wrists, head = person.keypoints[list(_WRISTS)], person.keypoints[list(_HEAD)]
    wrists = wrists[wrists[:, 2] > _KEYPOINT_CONFIDENCE]
    head = head[head[:, 2] > _KEYPOINT_CONFIDENCE]
    return len(wrists) > 0 and len(head) > 0 and float(wrists[:, 1].min()) < float(head[:, 1].min())
