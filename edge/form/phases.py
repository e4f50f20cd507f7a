"""When a shot begins, pauses at its set point, leaves the hand and is followed through.

Gather: the ball is in the hands and the shot's own motion begins: hands and ball go down into the dip, or straight up
where there is none; a catch or the last dribble ends before it. Dip: hands lowest. Set point: the shooting elbow begins
to straighten. Release: the ball leaves the hand, told by its distance from the wrists; without a ball by the shooting
wrist, which stops rising. Follow-through: until the wrist has come down again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from edge.form.errors import FormError
from edge.form.letting_go import release_by_ball, release_by_pose
from edge.form.motion import STEP_S, Motion
from edge.form.sides import Hand, elbow_deg, facing, shooting_hand
from edge.form.skeleton import WRISTS
from edge.types import FloatArray

# No shot takes longer from gather to release, or is lifted quicker than this.
LONGEST_S, _SHORTEST_S = 1.3, 0.15
# In statures: hands that were so much higher before came down into a dip; by so much the hands rise in a shot at least;
# so much above its lowest a hand still rests; a descent of less is no dip.
_CAME_DOWN, _LEAST_LIFT, _RESTS, _LEAST_DIP = 0.08, 0.20, 0.03, 0.035
# Hands go down where they are quicker than this (statures a second), and than this share of the quickest; a dip begins
# where they are slower than this share of its own quickest.
_DESCENDS, _DESCENT_SHARE, _BEGUN, _SMOOTH = 0.12, 0.25, 0.12, 8
_LONGEST_DIP_S = 0.6
# Before the release, the hands with the ball are ahead of the body for so long.
_ARMS_UP_S = 0.5
# The ball is not in the hands yet where it is further from both wrists, and not in both where they are so far apart.
_NOT_HELD, _NOT_BOTH = 0.18, 0.38
# An elbow within so much of its sharpest bend has not begun to straighten; bends that change less say nothing.
_BENT_DEG, _LEAST_BEND_DEG = 8.0, 25.0
# The wrist has come down when it is so much (statures) under its highest.
_LOWERED, _HIGHEST_S = 0.08, 0.35


@dataclass(frozen=True, slots=True)
class Phases:
    """Times in s on the frames' clock. follow_through_s: None where the arm was not seen to come down. release_by: what
    told the release. hand: the one that shoots, hand_sure 0..1."""

    gather_s: float
    dip_s: float
    set_point_s: float
    release_s: float
    follow_through_s: float | None
    release_by: Literal["ball", "event", "pose"]
    hand: Hand
    hand_sure: float


def find_phases(motion: Motion, about_s: float | None = None, hand: Hand | None = None) -> Phases:
    """about_s: when the ball was let go, as the ball's flight told; None: it is looked for in the pose.

    Raises FormError where hands or body were not seen, or nothing is thrown.
    """
    if not np.isfinite(motion.stature_px):
        raise FormError("hips and shoulders were not seen: the player is hidden or out of the picture")
    pose_s = release_by_pose(motion, about_s)
    guess_s = about_s if about_s is not None else pose_s
    if guess_s is None:
        raise FormError("no arm goes up over the head: this is no shot")
    ball_s = release_by_ball(motion, guess_s)
    release_s, by = (guess_s, "pose" if about_s is None else "event") if ball_s is None else (ball_s, "ball")
    clock = motion.frames_s, motion.seen
    looks = facing(*clock, motion.ball, release_s - _ARMS_UP_S, release_s, motion.stature_px)
    found, sure = shooting_hand(*clock, release_s, motion.stature_px, looks)
    shooting = 1 if (hand or found) == "right" else 0
    dip_s, low = find_dip(motion, release_s)
    gather_s = max(_gather(motion, dip_s, low, release_s), release_s - LONGEST_S)
    return Phases(
        gather_s, max(dip_s, gather_s), _set_point(motion, shooting, dip_s, release_s), release_s,
        _follow_through(motion, shooting, release_s), by,  # type: ignore[arg-type]
        found if hand is None else hand, sure if hand is None else 1.0,
    )  # fmt: skip


def find_dip(motion: Motion, release_s: float) -> tuple[float, float]:
    """When the hands were lowest before they went up to the release, and how high they were then (statures).

    Looked for backwards from the release, until the hands were clearly higher before.
    """
    hands, end = motion.hands_y(), motion.row(release_s)
    if not np.isfinite(hands[max(0, end - 15) : end + 1]).any():
        raise FormError("the hands were not seen at the release")
    low = top = float(np.nanmax(hands[max(0, end - 15) : end + 1]))
    at = end
    for row in range(end, max(-1, end - int(LONGEST_S / STEP_S)), -1):
        if not np.isfinite(hands[row]):
            continue
        if hands[row] < low:
            low, at = float(hands[row]), row
        elif hands[row] > low + _CAME_DOWN and top - low > _LEAST_LIFT:
            break
    if top - low < _LEAST_LIFT / 2 or (end - at) * STEP_S < _SHORTEST_S:
        raise FormError("the hands do not go up to the release: the shot's beginning was not seen")
    return float(motion.times_s[at]), low


def _gather(motion: Motion, dip_s: float, low: float, release_s: float) -> float:
    hands, at = motion.hands_y(), motion.row(dip_s)
    begin = at
    high = low
    for row in range(at, max(-1, at - int(_LONGEST_DIP_S / STEP_S)), -1):
        if np.isfinite(hands[row]):
            if hands[row] > high:
                high, begin = float(hands[row]), row
            elif hands[row] < high - _CAME_DOWN / 2:
                break
    if high - low >= _LEAST_DIP:
        start = begin + _last_descent(hands[begin : at + 1])
    else:
        end = motion.row(release_s)
        rests = np.flatnonzero(hands[at : end + 1] <= low + _RESTS)
        start = at + int(rests[-1])
    return max(float(motion.times_s[start]), _taken(motion, float(motion.times_s[start]), release_s))


def _last_descent(hands: FloatArray) -> int:
    """Where the last going-down of hands that end low begins: a catch brings them down too, to where they hold it."""
    padded = np.pad(np.nan_to_num(hands, nan=hands[-1]), _SMOOTH, mode="edge")
    # Noise that is smoothed enough for a place is not for a speed.
    bell = np.hanning(2 * _SMOOTH + 3)[1:-1]
    speed = -np.gradient(np.convolve(padded, bell / bell.sum(), mode="valid"), STEP_S)
    counts = np.flatnonzero(speed >= max(_DESCENDS, _DESCENT_SHARE * float(speed.max())))
    if not len(counts):
        return 0
    last = int(counts[-1])
    still = np.flatnonzero(speed[:last] < _BEGUN * float(speed[max(0, last - 15) : last + 1].max()))
    return int(still[-1]) if len(still) else 0


def _taken(motion: Motion, from_s: float, release_s: float) -> float:
    """When both hands had the ball for good, or `from_s` where they had it then already."""
    latest_s = from_s
    until_s = release_s - _SHORTEST_S - 0.1
    both = (motion.frames_s >= from_s) & (motion.frames_s <= until_s)
    away = _ball_away(motion)
    loose = np.flatnonzero(both & (away > _NOT_HELD))
    if len(loose):
        latest_s = float(motion.frames_s[min(loose[-1] + 1, len(motion.frames_s) - 1)])
    apart = np.hypot(*(motion.points[:, WRISTS[0]] - motion.points[:, WRISTS[1]]).T) / motion.stature_px
    inside = (motion.times_s >= from_s) & (motion.times_s <= until_s)
    single = np.flatnonzero(inside & (apart > _NOT_BOTH))
    return max(latest_s, float(motion.times_s[single[-1]])) if len(single) else latest_s


def _ball_away(motion: Motion) -> FloatArray:
    """(T,): the ball's distance from the nearer wrist, in statures; NaN where one of them was not seen."""
    ways = [np.hypot(*(motion.seen[:, wrist] - motion.ball).T) for wrist in WRISTS]
    return np.asarray(np.fmin(*ways) / motion.stature_px)


def _set_point(motion: Motion, side: int, dip_s: float, release_s: float) -> float:
    """Where the shooting elbow, sharply bent, begins to straighten; where the view hides the bend, where the wrist
    rises slowest on its way from the shoulder to the release."""
    begin, end = motion.row(dip_s), motion.row(release_s)
    raised, bend = motion.raised(side)[begin : end + 1], elbow_deg(motion.points[begin : end + 1], side)
    high = np.flatnonzero(raised > 0.0)
    first = int(high[0]) if len(high) else (end - begin) // 2
    bend, raised = bend[first:], raised[first:]
    if len(bend) < 3:
        return release_s
    if np.isfinite(bend).sum() > len(bend) / 2 and np.nanmax(bend) - np.nanmin(bend) > _LEAST_BEND_DEG:
        row = int(np.flatnonzero(bend <= np.nanmin(bend) + _BENT_DEG)[-1])
    else:
        with np.errstate(invalid="ignore"):
            speed = np.gradient(np.nan_to_num(raised, nan=np.inf))
        inner = slice(len(speed) // 5, max(len(speed) * 4 // 5, len(speed) // 5 + 1))
        speed = np.where(np.isfinite(speed), speed, np.inf)
        row = inner.start + int(np.argmin(speed[inner]))
    return float(motion.times_s[begin + first + row])


def _follow_through(motion: Motion, side: int, release_s: float) -> float | None:
    """When the shooting wrist has come down from its highest; None where that was not seen."""
    end = motion.row(release_s)
    raised = motion.raised(side)[end:]
    first = raised[: int(_HIGHEST_S / STEP_S)]
    if not np.isfinite(first).any():
        return None
    top = int(np.nanargmax(first))
    down = np.flatnonzero(raised[top:] < raised[top] - _LOWERED)
    return float(motion.times_s[end + top + down[0]]) if len(down) else None
