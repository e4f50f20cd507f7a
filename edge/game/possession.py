"""Who has the ball: the probability of each player and of nobody, a moment after it happened.

A hidden Markov chain over the players in view and nobody; it keeps whose team had the ball last, since a ball that is
nobody's comes to a team mate more often than to an opponent. Every frame speaks for and against each player
(edge/game/reach.py); what it says is weighed by the time it covers, since frames that follow each other err alike. The
answer of a frame is given once what came within `_LAG_S` after it has been heard as well: a ball that flies past
somebody is not his. One who has the ball loses it only when it is clearly not his any more (hysteresis).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edge.game.reach import log_odds, m_per_px, size
from edge.types import FloatArray, PlayerState, Snapshot, Team, TrackStatus

IntArray = npt.NDArray[np.int64]

_LAG_S, _AT_ONCE_S = 0.6, 0.1
# How often, a second, somebody lets the ball go, and a ball of nobody's is taken, and one takes it from another.
_LEAVES_A_S, _TAKEN_A_S, _CHANGES_A_S = 0.6, 1.2, 0.03
# Frames this far apart err independently, s; and over this time the ball's speed is measured.
_INDEPENDENT_S, _SPEED_S = 0.1, 0.14
_TAKE, _KEEP = 0.6, 0.35
# The ball's usual size is learnt from frames that are so sure, beginning with this many frames' worth of a real one's.
_SURE, _SIZE_FRAMES = 0.95, 30
# How much less likely an opponent is to have the ball next than a team mate.
_OPPONENT = 0.3
# The chain's first states are nobody's ball: after nobody known, after team A, after team B; then players.
_TEAMS: dict[Team | None, int] = {None: 0, "A": 1, "B": 2}
_NOBODY = len(_TEAMS)
_UNSEEN_S, _GONE_S, _GAP_S = 1.5, 2.0, 1.0
_SIZE = _NOBODY + 48


@dataclass(frozen=True, slots=True)
class Possession:
    """One frame: who has the ball, None for nobody or where it is not known; how likely that is; the probability of
    each player by track id (what is missing to 1 is nobody's). known: the ball was seen not long before or after."""

    seen: Snapshot
    holder_id: int | None
    confidence: float
    shares: dict[int, float]
    known: bool


@dataclass(frozen=True, slots=True)
class _Heard:
    snapshot: Snapshot
    likelihood: FloatArray
    dt_s: float
    known: bool


class PossessionFinder:
    """`update` takes the snapshots of one source in order and tells of those that are `_LAG_S` old, several at once."""

    def __init__(self) -> None:
        self._size, self._sizes = 0.0, float(_SIZE_FRAMES)
        self.reset()

    def reset(self) -> None:
        """Forget everything but how large the ball is beside people, as after a cut."""
        self._window: deque[_Heard] = deque()
        self._recent: deque[Snapshot] = deque()
        self._slot: dict[int, int] = {}
        self._last_seen_s: dict[int, float] = {}
        self._forward: FloatArray = np.zeros(_SIZE)
        self._forward[0] = 1.0
        self._team = np.zeros(_SIZE, np.int64)
        self._holder: int | None = None
        self._ball_s = -np.inf

    def breaks(self, snapshot: Snapshot) -> bool:
        """Whether a snapshot, the next one, does not go on from the last: after a cut, a gap, or back in time."""
        before = self._window[-1].snapshot.time_s if self._window else None
        return snapshot.scene_cut or (before is not None and not 0 <= snapshot.time_s - before <= _GAP_S)

    def update(self, snapshot: Snapshot) -> list[Possession]:
        """What is known now of earlier frames, oldest first. A cut or a gap ends what was before it."""
        told: list[Possession] = []
        if self.breaks(snapshot):
            told = self.finish()
        before = self._window[-1].snapshot.time_s if self._window else None
        self._window.append(self._hear(snapshot, 0.0 if before is None else snapshot.time_s - before))
        if snapshot.time_s - self._window[0].snapshot.time_s >= _LAG_S + _AT_ONCE_S:
            late = sum(snapshot.time_s - heard.snapshot.time_s >= _LAG_S for heard in self._window)
            told += self._tell(late)
        return told

    def finish(self) -> list[Possession]:
        """The rest of what is known; begins anew."""
        told = self._tell(len(self._window))
        self.reset()
        return told

    def _hear(self, snapshot: Snapshot, dt_s: float) -> _Heard:
        ball, now_s = snapshot.ball, snapshot.time_s
        if ball is not None and ball.status in (TrackStatus.CONFIRMED, TrackStatus.TENTATIVE):
            self._ball_s = now_s
        self._recent.append(snapshot)
        while now_s - self._recent[0].time_s > 2 * _SPEED_S:
            self._recent.popleft()
        odds = log_odds(ball, snapshot.players, self._speeds(snapshot), self._size)
        weight = float(np.clip(dt_s / _INDEPENDENT_S, 0.1, 1.0))
        likelihood = np.ones(_SIZE)
        for player in snapshot.players:
            self._last_seen_s[player.track_id] = now_s
            slot = self._slot_of(player.track_id)
            if slot is not None:
                likelihood[slot] = np.exp(weight * odds[player.track_id])
                self._team[slot] = _TEAMS[player.team]
        return _Heard(snapshot, likelihood, dt_s, now_s - self._ball_s < _UNSEEN_S)

    def _slot_of(self, track_id: int) -> int | None:
        """The player's place in the chain; None where there are more than it holds."""
        if track_id not in self._slot:
            free = set(range(_NOBODY, _SIZE)) - set(self._slot.values())
            if not free:
                return None
            self._slot[track_id] = min(free)
        return self._slot[track_id]

    def _speeds(self, snapshot: Snapshot) -> dict[int, float]:
        """How fast the ball moves aside of each player along the floor, m/s."""
        then = min(self._recent, key=lambda one: abs(snapshot.time_s - one.time_s - _SPEED_S))
        dt_s = snapshot.time_s - then.time_s
        if dt_s < 0.5 * _SPEED_S or then.ball is None or snapshot.ball is None:
            return {}
        before = {player.track_id: player for player in then.players}
        found = {}
        for player in snapshot.players:
            earlier = before.get(player.track_id)
            moved = None if earlier is None else _moved_m(snapshot, player, then, earlier)
            if moved is not None and np.isfinite(moved):
                found[player.track_id] = moved / dt_s
        return found

    def _tell(self, count: int) -> list[Possession]:
        """The `count` oldest frames of the window, by what came before, with them, and since."""
        chain = _chain(self._team, list(self._slot.values()))
        later = [np.ones(_SIZE)]
        for heard in reversed(list(self._window)[1:]):
            value = chain.backward(heard.likelihood * later[-1], heard.dt_s)
            later.append(value / value.max())
        return [self._one(self._window.popleft(), later[-1 - k], chain) for k in range(count)]

    def _one(self, heard: _Heard, later: FloatArray, chain: _Chain) -> Possession:
        state = chain.forward(self._forward, heard.dt_s) * heard.likelihood
        self._forward = np.asarray(state / max(float(state.sum()), 1e-300))
        both = self._forward * later
        both /= max(float(both.sum()), 1e-300)
        shares = {track_id: float(both[slot]) for track_id, slot in self._slot.items()}
        self._decide(shares, heard.known)
        self._learn_size(heard.snapshot, shares)
        self._forget(heard.snapshot.time_s)
        sure = float(both[:_NOBODY].sum()) if self._holder is None else shares[self._holder]
        return Possession(heard.snapshot, self._holder, sure, shares, heard.known)

    def _learn_size(self, seen: Snapshot, shares: dict[int, float]) -> None:
        holder = next((player for player in seen.players if shares.get(player.track_id, 0.0) >= _SURE), None)
        if holder is None or seen.ball is None or seen.ball.status is not TrackStatus.CONFIRMED:
            return
        found = size(seen.ball, holder)
        if found is not None and abs(found) < 1.0:
            self._sizes = min(self._sizes + 1, 50.0 * _SIZE_FRAMES)
            self._size += (found - self._size) / self._sizes

    def _decide(self, shares: dict[int, float], known: bool) -> None:
        if self._holder is not None and (shares.get(self._holder, 0.0) < _KEEP or not known):
            self._holder = None
        best = max(shares, key=lambda one: shares[one], default=None)
        if best is not None and best != self._holder and shares[best] >= _TAKE and known:
            self._holder = best

    def _forget(self, now_s: float) -> None:
        """Who has not been seen for long is gone; what he may have had is nobody's."""
        for track_id in [one for one, last_s in self._last_seen_s.items() if now_s - last_s > _GONE_S]:
            del self._last_seen_s[track_id]
            slot = self._slot.pop(track_id, None)
            if slot is not None:
                self._forward[self._team[slot]] += self._forward[slot]
                self._forward[slot], self._team[slot] = 0.0, 0


def _rates(dt_s: float) -> tuple[float, float, float]:
    leaves, taken, changes = (float(-np.expm1(-rate * dt_s)) for rate in (_LEAVES_A_S, _TAKEN_A_S, _CHANGES_A_S))
    return leaves, taken, changes


@dataclass(frozen=True, slots=True)
class _Chain:
    """How the ball goes from one to another. team (S,): of each state, 0 for unknown; takes (3, S): who has it next,
    by whose it was, adding up to 1; players (S,): which states are players."""

    team: IntArray
    takes: FloatArray
    players: FloatArray

    def forward(self, state: FloatArray, dt_s: float) -> FloatArray:
        """The state (S,) a time later."""
        leaves, taken, changes = _rates(dt_s)
        held = np.bincount(self.team, state * self.players, _NOBODY)
        free = state[:_NOBODY]
        after = state * self.players * (1 - leaves - changes) + (taken * free + changes * held) @ self.takes
        after[:_NOBODY] += (1 - taken) * free + leaves * held
        return np.asarray(after)

    def backward(self, later: FloatArray, dt_s: float) -> FloatArray:
        """What is said later (S,), carried to the time before."""
        leaves, taken, changes = _rates(dt_s)
        next_one = self.takes @ later
        before = (1 - leaves - changes) * later + leaves * later[self.team] + changes * next_one[self.team]
        before[:_NOBODY] = (1 - taken) * later[:_NOBODY] + taken * next_one
        return np.asarray(before)


def _chain(team: IntArray, slots: list[int]) -> _Chain:
    players = np.zeros(len(team))
    players[slots] = 1.0
    known = (team[None] > 0) & (np.arange(_NOBODY)[:, None] > 0)
    takes = np.where(known & (team[None] != np.arange(_NOBODY)[:, None]), _OPPONENT, 1.0) * players
    return _Chain(team.copy(), takes / np.maximum(takes.sum(axis=1, keepdims=True), 1e-9), players)


def _moved_m(now: Snapshot, player: PlayerState, then: Snapshot, earlier: PlayerState) -> float | None:
    """How far the ball moved beside a player: on the court, or aside in the picture at his depth."""
    ball, last = now.ball, then.ball
    if ball is None or last is None:
        return None
    if ball.court_xyz_m is not None and last.court_xyz_m is not None:
        if player.court_xy_m is None or earlier.court_xy_m is None:
            return None
        gap = ball.court_xyz_m[:2] - player.court_xy_m - (last.court_xyz_m[:2] - earlier.court_xy_m)
        return float(np.hypot(*gap))
    scale = m_per_px(player)
    if scale is None:
        return None
    middles = [(float(one.box[0]) + float(one.box[2])) / 2 for one in (player, earlier)]
    return scale * abs(float(ball.xy_px[0]) - middles[0] - (float(last.xy_px[0]) - middles[1]))
