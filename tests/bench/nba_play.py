"""From a recording of places to play at 30 frames/s: who has the ball, what moves it, and how high it is.

Players and ball go by monotone cubics (PCHIP) through what was recorded, which never overshoot. Who has the ball is
whoever it stays with: within arm's reach on the floor plan and hardly faster than he is. Between two who have it, it is
PASSED where it goes straight and soon, IN_FLIGHT from the hand until it is over the rim, LOOSE otherwise. Whoever has
it DRIBBLES from the first to the last moment at which he moves about (once, as the rules have it), and HOLDS it
otherwise; where the height was recorded 25 times a second, it tells. Heights: tests/bench/nba_heights.py.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.interpolate import PchipInterpolator

from calibration.court import NBA
from edge.types import BallMode, FloatArray
from tests.bench.mot import IntArray
from tests.bench.nba import Recording
from tests.bench.nba_heights import HANDS_M, Gap, carried_height, gap_height

BoolArray = npt.NDArray[np.bool_]
FRAMES_PER_S = 30.0
NOBODY = -1
# To take the ball and to keep it: how near it is, m, and how fast beside the player, m/s.
_TAKE_M, _TAKE_M_S, _KEEP_M, _KEEP_M_S = 1.2, 3.5, 1.5, 5.0
_OVERHEAD_M = 2.5
_LEAST_HELD_S, _FUMBLE_S = 0.2, 0.6
_AT_RIM_M, _RIM_LEAST_M = 0.6, 2.3
_PASS_LASTS_S, _STRAIGHT = 2.0, 0.8
_MOVING_M_S, _LEAST_DRIBBLE_S, _CAUGHT_S, _GATHER_S = 1.2, 0.5, 0.2, 0.3
_BOUNCED_M, _BOUNCE_S = 0.6, 0.45
_STANDING_DRIBBLE, _STANDING_S = 0.25, 1.2
# How far beyond the half-way line a half's play goes on, m.
_BEYOND_M, _DEAD_S = 1.0, 2.5
# Where hands can have it beside the body's axis.
_NEAREST_M, _FURTHEST_M = 0.35, 0.75


@dataclass(frozen=True, slots=True)
class CourtPlay:
    """players_m (T, P, 2); team (P,); ball_m (T, 3); modes, one a frame; holder (T,): index of who holds or dribbles,
    or NOBODY."""

    name: str
    match: str
    players_m: FloatArray
    team: IntArray
    ball_m: FloatArray
    modes: list[BallMode]
    holder: IntArray


def play_from(recording: Recording, seed: int) -> CourtPlay:
    """The recording at 30 frames/s. What was not recorded follows `seed` and the recording's name."""
    rng = np.random.default_rng([seed, zlib.crc32(recording.name.encode())])
    times_s = np.arange(0.0, recording.times_s[-1], 1 / FRAMES_PER_S)
    players = PchipInterpolator(recording.times_s, recording.players_m)(times_s)
    ball = PchipInterpolator(recording.times_s, recording.ball_m[:, :2])(times_s)
    height = _recorded_height(recording, times_s)
    holder = who_has_it(ball, players, height)
    gaps = list(_gaps(ball, height, holder, recording.team, players.shape[1]))
    ball = _in_hands(ball, players, holder, gaps)
    often = np.median(np.diff(recording.times_s)) < 1 / 20
    modes = _modes(players, holder, gaps, height if often else None, rng)
    if height is None or not often:
        height = _heights(len(times_s), height, modes, holder, gaps, rng)
    return CourtPlay(
        recording.name, recording.match, players, recording.team, np.column_stack([ball, height]), modes, holder
    )


def live(play: CourtPlay) -> slice:
    """The longest stretch whose ball lies or rolls about for no longer than a rebound takes, in one half of the court:
    else it is out, or somebody has it who was not recorded."""
    side = play.ball_m[:, 0] > -_BEYOND_M if np.median(play.ball_m[:, 0]) > 0 else play.ball_m[:, 0] < _BEYOND_M
    good = side.copy()
    loose = np.array([mode is BallMode.LOOSE for mode in play.modes])
    for begin, end in runs(loose):
        if loose[begin] and end - begin > _DEAD_S * FRAMES_PER_S:
            good[begin:end] = False
    stretches = [(begin, end) for begin, end in runs(good) if good[begin]]
    return slice(*max(stretches, key=lambda stretch: stretch[1] - stretch[0], default=(0, 0)))


def _recorded_height(recording: Recording, times_s: FloatArray) -> FloatArray | None:
    """(T,) m with a fall's curve between what was recorded, never below the ball's radius; None if none was."""
    if not recording.has_height:
        return None
    known_s, height = recording.times_s, recording.ball_m[:, 2]
    k = np.clip(np.searchsorted(known_s, times_s, side="right") - 1, 0, len(known_s) - 2)
    since, until = times_s - known_s[k], known_s[k + 1] - times_s
    straight = (height[k] * until + height[k + 1] * since) / (since + until)
    return np.asarray(np.maximum(straight + 0.5 * 9.81 * since * until, 0.12))


def who_has_it(ball_m: FloatArray, players_m: FloatArray, height_m: FloatArray | None) -> IntArray:
    """Who has the ball on each frame (T,), NOBODY for nobody. ball_m (T, 2), players_m (T, P, 2)."""
    offset = ball_m[:, None] - players_m
    away = np.linalg.norm(offset, axis=2)
    beside = np.linalg.norm(np.gradient(_smooth(offset), 1 / FRAMES_PER_S, axis=0), axis=2)
    low = np.ones(len(ball_m), bool) if height_m is None else height_m < _OVERHEAD_M
    take = (away < _TAKE_M) & (beside < _TAKE_M_S) & low[:, None]
    keep = (away < _KEEP_M) & (beside < _KEEP_M_S) & low[:, None]
    holder, now = np.full(len(ball_m), NOBODY), NOBODY
    for t in range(len(ball_m)):
        if now == NOBODY or not keep[t, now]:
            near = int(np.argmin(away[t]))
            now = near if take[t, near] else NOBODY
        holder[t] = now
    _forget_short(holder)
    return _join(holder, away, low)


def _smooth(values: FloatArray) -> FloatArray:
    """Running mean of five frames along the first axis."""
    padded = np.concatenate([values[:1], values[:1], values, values[-1:], values[-1:]])
    return np.asarray(sum(padded[k : k + len(values)] for k in range(5)) / 5)


def runs(values: npt.NDArray[np.generic]) -> list[tuple[int, int]]:
    """Begin and end of the stretches of equal values."""
    if len(values) == 0:
        return []
    edges = np.flatnonzero(values[1:] != values[:-1]) + 1
    return list(zip([0, *edges.tolist()], [*edges.tolist(), len(values)], strict=True))


def _forget_short(holder: IntArray) -> None:
    for begin, end in runs(holder):
        if end - begin < _LEAST_HELD_S * FRAMES_PER_S:
            holder[begin:end] = NOBODY


def _join(holder: IntArray, away: FloatArray, low: BoolArray) -> IntArray:
    """A ball that leaves a player's reach for a moment and comes back low was his all along."""
    found = holder.copy()
    stretches = runs(holder)
    for k in range(1, len(stretches) - 1):
        (begin, end), before = stretches[k], holder[stretches[k - 1][0]]
        again = holder[begin] == NOBODY and before == holder[stretches[k + 1][0]]
        if again and end - begin < _FUMBLE_S * FRAMES_PER_S and away[begin:end, before].max() < 2.0:
            found[begin:end] = before if low[begin:end].all() else NOBODY
    return found


def _gaps(ball: FloatArray, height: FloatArray | None, holder: IntArray, team: IntArray, count: int) -> Iterator[Gap]:
    rim = NBA.rim_centre()[:2]
    to_rim = np.minimum(np.linalg.norm(ball - rim, axis=1), np.linalg.norm(ball + rim, axis=1))
    at_rim = to_rim < _AT_RIM_M
    if height is not None:
        at_rim &= height > _RIM_LEAST_M
    for begin, end in runs(holder):
        if holder[begin] != NOBODY:
            continue
        before = int(holder[begin - 1]) if begin else NOBODY
        after = int(holder[end]) if end < len(holder) else NOBODY
        over = np.flatnonzero(at_rim[begin:end])
        reached = begin + int(over[0]) if len(over) else None
        yield Gap(begin, end, before, after, reached, _passed(ball[begin:end], before, after, reached))


def _passed(way_m: FloatArray, before: int, after: int, reached: int | None) -> bool:
    """Whether a ball that goes this way (T, 2) between two was passed."""
    seconds = len(way_m) / FRAMES_PER_S
    length = float(np.linalg.norm(np.diff(way_m, axis=0), axis=1).sum())
    far = float(np.linalg.norm(way_m[-1] - way_m[0]))
    somebody = before != NOBODY or after != NOBODY
    soon = seconds < _PASS_LASTS_S and far > 2.5 * seconds
    return somebody and before != after and reached is None and soon and far > _STRAIGHT * length


def _in_hands(ball: FloatArray, players: FloatArray, holder: IntArray, gaps: list[Gap]) -> FloatArray:
    """Ball (T, 2) m that is beside its holder's body where somebody has it, and goes on from there in between."""
    found = ball.copy()
    carried = np.flatnonzero(holder != NOBODY)
    body = players[carried, holder[carried]]
    offset = ball[carried] - body
    away = np.linalg.norm(offset, axis=1, keepdims=True)
    found[carried] = body + offset / np.maximum(away, 1e-6) * np.clip(away, _NEAREST_M, _FURTHEST_M)
    moved = found - ball
    for gap in gaps:
        first = moved[gap.begin - 1] if gap.begin else np.zeros(2)
        last = moved[gap.end] if gap.end < len(ball) else np.zeros(2)
        share = np.linspace(0.0, 1.0, gap.end - gap.begin + 2)[1:-1, None]
        found[gap.begin : gap.end] += first * (1 - share) + last * share
    return found


def _modes(
    players: FloatArray, holder: IntArray, gaps: list[Gap], height: FloatArray | None, rng: np.random.Generator
) -> list[BallMode]:
    modes = [BallMode.HELD] * len(holder)
    for gap in gaps:
        flies = gap.reached if gap.reached is not None and gap.before != NOBODY else gap.begin
        for t in range(gap.begin, gap.end):
            loose = BallMode.IN_FLIGHT if t < flies else BallMode.LOOSE
            modes[t] = BallMode.PASSED if gap.passed else loose
    for begin, end in runs(holder):
        if holder[begin] == NOBODY:
            continue
        if height is None:
            first, last = _dribble(players[begin:end, holder[begin]], rng)
            bounced = np.arange(end - begin)
            dribbled = (bounced >= first) & (bounced < last)
        else:
            dribbled = _bounces(height[begin:end])
        for k in np.flatnonzero(dribbled):
            modes[begin + int(k)] = BallMode.DRIBBLED
    return modes


def _dribble(way_m: FloatArray, rng: np.random.Generator) -> tuple[int, int]:
    """First frame and end of the dribbling of one who has the ball along a way (T, 2)."""
    first, last = int(_CAUGHT_S * FRAMES_PER_S), len(way_m) - int(_GATHER_S * FRAMES_PER_S)
    standing = rng.random() < _STANDING_DRIBBLE and len(way_m) > _STANDING_S * FRAMES_PER_S
    if len(way_m) < 3 or last - first < _LEAST_DRIBBLE_S * FRAMES_PER_S:
        return 0, 0
    speed = np.linalg.norm(np.gradient(_smooth(way_m), 1 / FRAMES_PER_S, axis=0), axis=1)
    moving = np.flatnonzero(speed > _MOVING_M_S)
    if not standing:
        if len(moving) < _LEAST_DRIBBLE_S * FRAMES_PER_S / 2:
            return 0, 0
        first, last = max(first, int(moving[0])), min(last, int(moving[-1]) + 1)
    return (first, last) if last - first >= _LEAST_DRIBBLE_S * FRAMES_PER_S else (0, 0)


def _bounces(height: FloatArray) -> BoolArray:
    """Whether the ball was or will be near the floor within half a dribble, (T,)."""
    reach = int(_BOUNCE_S * FRAMES_PER_S)
    padded = np.pad(height, reach, mode="edge")
    lowest = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).min(axis=1)
    return np.asarray(lowest < _BOUNCED_M)


def _heights(
    count: int, known: FloatArray | None, modes: list[BallMode], holder: IntArray, gaps: list[Gap],
    rng: np.random.Generator,
) -> FloatArray:  # fmt: skip
    """(T,) m: between holders first, then with them, so that it leaves and comes where it is."""
    height = np.full(count, HANDS_M)
    for gap in gaps:
        flight = gap_height(gap, FRAMES_PER_S, rng)
        height[gap.begin : gap.end] = flight if known is None else known[gap.begin : gap.end]
    for begin, end in runs(holder):
        if holder[begin] != NOBODY:
            dribbled = np.array([mode is BallMode.DRIBBLED for mode in modes[begin:end]])
            first = height[begin - 1] if begin else HANDS_M
            last = height[end] if end < count else HANDS_M
            height[begin:end] = carried_height(dribbled, first, last, FRAMES_PER_S, rng)
    return height
