"""Possession in one piece: from when somebody has the ball to when he has not, and the ball's way in between."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from edge.game.possession import Possession
from edge.game.reach import STATURE_M, m_per_px
from edge.types import BallMode, BallState, FloatArray, PlayerState, Team, TrackStatus

# A touch shorter than this is a deflection; one who has it again within this time never lost it.
_LEAST_S, _AGAIN_S = 0.12, 1.0
# So much of the ball's way before it is seen to have left somebody is kept: he lets it go a little earlier. And so much
# of it while nobody has it: no pass takes as long.
_BEFORE_S, _WAY_S = 0.5, 4.0
# Whoever seems to have it for longer, such as somebody who stands where a ball lies, has it in pieces of that length.
_PIECE_S = 120.0
# Whoever was not seen for this long is somebody new when he is.
_FORGET_S = 60.0
# A ball this near to the floor, m, or in shares of its holder's box, is being dribbled.
_LOW_M, _LOW_SHARE = 0.55, 0.35


@dataclass(frozen=True, slots=True)
class Instant:
    """A player on one frame: where on the court, (x, y) m or None, his box (4,) px, whether he bounces the ball."""

    index: int
    time_s: float
    xy_m: tuple[float, float] | None
    box: FloatArray
    dribbles: bool = False


@dataclass(frozen=True, slots=True)
class BallAt:
    """The ball on one frame where it was seen, and who was there."""

    index: int
    time_s: float
    ball: BallState
    players: tuple[PlayerState, ...]


@dataclass(slots=True, eq=False)
class Spell:
    """Somebody's possession: where he was frame by frame, and how likely it was, summed; announced once it is no mere
    touch, told once it is over for good."""

    player_id: int
    path: list[Instant] = field(default_factory=list)
    teams: Counter[Team] = field(default_factory=Counter)
    sure: float = 0.0
    announced: bool = False
    told: bool = False

    @property
    def first(self) -> Instant:
        return self.path[0]

    @property
    def last(self) -> Instant:
        return self.path[-1]

    @property
    def team(self) -> Team | None:
        return self.teams.most_common(1)[0][0] if self.teams else None

    @property
    def confidence(self) -> float:
        return self.sure / len(self.path)

    @property
    def lasts_s(self) -> float:
        return self.last.time_s - self.first.time_s


@dataclass(frozen=True, slots=True)
class Change:
    """The ball came from one to another, `before` None for the first. way: the ball in between, from a little
    before it left the one to the first frame with the other; caught: from there to where that is sure."""

    before: Spell | None
    way: tuple[BallAt, ...]
    after: Spell
    caught: tuple[BallAt, ...] = ()


class SpellFinder:
    """Feed it possession frame by frame."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget everything, as after a cut."""
        self.current: Spell | None = None
        self.last: Spell | None = None
        self.way: deque[BallAt] = deque()
        # By track id, when somebody was seen first, and last.
        self._seen_s: dict[int, tuple[float, float]] = {}
        self._here: set[int] = set()

    def update(self, told: Possession) -> tuple[Change | None, Spell | None]:
        """A change that this frame makes sure, and a spell that is over for good."""
        seen = told.seen
        self._here = {player.track_id for player in seen.players}
        for track_id in self._here:
            self._seen_s[track_id] = self._seen_s.get(track_id, (seen.time_s, 0.0))[0], seen.time_s
        self._seen_s = {one: times for one, times in self._seen_s.items() if seen.time_s - times[1] < _FORGET_S}
        spot = next((one for one in seen.players if one.track_id == told.holder_id), None)
        if self.current is not None and told.holder_id != self.current.player_id:
            self._let_go()
        if told.holder_id is not None and self.current is None:
            self.current = Spell(told.holder_id)
        if self.current is not None and spot is not None:
            _extend(self.current, told, spot)
        elif self.current is not None and not self.current.path:
            self.current = None
        self._follow_ball(told)
        return self._look(seen.time_s)

    def _follow_ball(self, told: Possession) -> None:
        ball = told.seen.ball
        if ball is None or ball.status in (TrackStatus.LOST, TrackStatus.OCCLUDED) or not np.isfinite(ball.xy_px).all():
            return
        row = BallAt(told.seen.index, told.seen.time_s, ball, told.seen.players)
        self.way.append(row)
        kept_s = _BEFORE_S if self.current is not None and self.current.announced else _WAY_S
        while row.time_s - self.way[0].time_s > kept_s:
            self.way.popleft()

    def _let_go(self) -> None:
        """Nobody has it now, or another: a spell that was announced is the last, another was a touch."""
        if self.current is not None and self.current.announced:
            self.last = self.current
        self.current = None

    def _look(self, now_s: float) -> tuple[Change | None, Spell | None]:
        current = self.current
        if current is not None and current.announced and current.lasts_s >= _PIECE_S:
            self.current = _rest(current)
            return None, self._told(current)
        if current is None or current.announced or current.lasts_s < _LEAST_S:
            over = self.last if current is None and self.last and now_s - self.last.last.time_s > _AGAIN_S else None
            return None, self._told(over)
        before = self.last
        if before is not None and self._is_same(before, current):
            before.player_id = current.player_id
            before.path += current.path
            before.sure += current.sure
            before.teams += current.teams
            self.current, self.last = before, None
            return None, None
        current.announced = True
        self.last = None
        way = tuple(row for row in self.way if row.time_s <= current.first.time_s)
        caught = tuple(row for row in self.way if row.time_s >= current.first.time_s)
        return Change(before, way, current, caught), self._told(before)

    def _told(self, over: Spell | None) -> Spell | None:
        """Each spell is over once; who had it last is still known."""
        if over is None or over.told:
            return None
        over.told = True
        return over

    def _is_same(self, before: Spell, after: Spell) -> bool:
        """Whether he has it again, or a track that was lost goes on under another number."""
        if before.told or after.first.time_s - before.last.time_s > _AGAIN_S:
            return False
        if before.player_id == after.player_id:
            return True
        came_s, _ = self._seen_s.get(after.player_id, (-np.inf, 0.0))
        return before.player_id not in self._here and came_s >= before.last.time_s


def _rest(spell: Spell) -> Spell:
    """What goes on of a spell that ends with the frame before its last."""
    sure, teams = spell.confidence, Counter(spell.teams.keys())
    last = spell.path.pop()
    spell.sure -= sure
    return Spell(spell.player_id, [last], teams, sure, announced=True)


def _extend(spell: Spell, told: Possession, player: PlayerState) -> None:
    court = player.court_xy_m
    place = None if court is None or not np.isfinite(court).all() else (float(court[0]), float(court[1]))
    low = told.seen.ball is not None and _bounces(told.seen.ball, player)
    spell.path.append(Instant(told.seen.index, told.seen.time_s, place, player.box, low))
    spell.sure += told.confidence
    if player.team is not None:
        spell.teams[player.team] += 1


def _bounces(ball: BallState, holder: PlayerState) -> bool:
    """Whether the ball in somebody's possession is on its way to the floor or back."""
    if ball.mode is not None:
        return ball.mode is BallMode.DRIBBLED
    if ball.court_xyz_m is not None:
        return bool(ball.court_xyz_m[2] < _LOW_M)
    return bool(holder.box[3] - ball.xy_px[1] < _LOW_SHARE * (holder.box[3] - holder.box[1]))


def between_m(one: Instant, other: Instant) -> float | None:
    """How far apart two were: on the court, or in the picture by their stature; None where boxes say nothing."""
    if one.xy_m is not None and other.xy_m is not None:
        return ((one.xy_m[0] - other.xy_m[0]) ** 2 + (one.xy_m[1] - other.xy_m[1]) ** 2) ** 0.5
    heights = [float(box[3] - box[1]) for box in (one.box, other.box)]
    if not all(height >= 4 for height in heights):
        return None
    gap = [(one.box[k] + one.box[k + 2] - other.box[k] - other.box[k + 2]) / 2 for k in (0, 1)]
    return float(STATURE_M / (sum(heights) / 2) * (gap[0] ** 2 + gap[1] ** 2) ** 0.5)


def ball_moved_m(way: tuple[BallAt, ...]) -> tuple[float, float] | None:
    """From where to where a ball went, and how far it went to get there, m; None where it was not seen twice."""
    if len(way) < 2:
        return None
    scales = [scale for row in (way[0], way[-1]) for p in row.players if (scale := m_per_px(p)) is not None]
    places = []
    for row in way:
        if row.ball.court_xyz_m is not None:
            places.append((float(row.ball.court_xyz_m[0]), float(row.ball.court_xyz_m[1])))
        elif scales:
            scale = sorted(scales)[len(scales) // 2]
            places.append((scale * float(row.ball.xy_px[0]), scale * float(row.ball.xy_px[1])))
    if len(places) < 2:
        return None
    steps = [((b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2) ** 0.5 for a, b in pairwise(places)]
    far = ((places[-1][0] - places[0][0]) ** 2 + (places[-1][1] - places[0][1]) ** 2) ** 0.5
    return far, sum(steps)
