"""Events under the numbers that players have once it has settled who was who, for whoever can wait for that.

A tracker that sees two players part again may say then that number 7 was number 3 for a few frames. What was told of
those frames is told under the number that settled there: a shot by the frame of its release, a play by the frames in
which its player had part.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from edge.kernels.boxes import iou
from edge.tracking.settled import SettledFrame
from edge.types import PlayerState, PlayEvent, PlayKind, ShotEvent, Snapshot, Team

# A box as it was told and as it settled are one from this overlap on.
_SAME = 0.5
# What does not settle within this time, as with trackers that never say anything afterwards, is taken as it was told.
_LONGEST_S = 3.0


@dataclass(frozen=True, slots=True)
class Told:
    """One frame, and what was told with it."""

    snapshot: Snapshot
    shots: tuple[ShotEvent, ...]
    plays: tuple[PlayEvent, ...]


class SettledNames:
    """Frames go in by `add`, in order, and come out by `settle`; `rest` when nothing more comes."""

    def __init__(self) -> None:
        self._open: deque[Told] = deque()
        # By frame, and only where any differ, from the numbers that were told to those that settled.
        self._names: dict[int, dict[int, int]] = {}
        self._teams: dict[int, Team] = {}

    def add(self, told: Told) -> None:
        self._open.append(told)

    def settle(self, frames: Iterable[SettledFrame]) -> list[Told]:
        """frames: what has settled since this was last asked. What was told until then, or waits for too long."""
        ready = []
        for frame in frames:
            while self._open and self._open[0].snapshot.time_s <= frame.time_s:
                told = self._open.popleft()
                names = _names(told.snapshot.players, frame) if told.snapshot.time_s == frame.time_s else {}
                ready.append(self._renamed(told, names))
        while self._open and self._open[-1].snapshot.time_s - self._open[0].snapshot.time_s > _LONGEST_S:
            ready.append(self._renamed(self._open.popleft(), {}))
        return ready

    def rest(self) -> list[Told]:
        """All that waits, as it was told."""
        left = [self._renamed(told, {}) for told in self._open]
        self._open.clear()
        return left

    def shots(self, shots: Iterable[ShotEvent]) -> tuple[ShotEvent, ...]:
        """The same shots under the numbers that have settled."""
        return tuple(
            replace(shot, player_id=self._name(shot.player_id, shot.release_index, shot.release_index))
            for shot in shots
        )

    def plays(self, plays: Iterable[PlayEvent]) -> tuple[PlayEvent, ...]:
        """The same plays under the numbers that have settled; without passes and steals from somebody to himself, where
        not the ball but his number changed."""
        settled = (self._play(play) for play in plays)
        return tuple(play for play in settled if play.player_id is None or play.player_id != play.to_player_id)

    def _play(self, play: PlayEvent) -> PlayEvent:
        ends = play.start_index if play.to_player_id is not None else play.end_index
        player_id = self._name(play.player_id, play.start_index, ends)
        to_player_id = self._name(play.to_player_id, play.end_index, play.end_index)
        if (player_id, to_player_id) == (play.player_id, play.to_player_id):
            return play
        team = play.team if player_id == play.player_id else self._team(player_id)
        succeeded = play.succeeded
        if play.kind is PlayKind.PASS and to_player_id is not None:
            other = self._team(to_player_id)
            succeeded = None if team is None or other is None else team == other
        return replace(play, player_id=player_id, to_player_id=to_player_id, team=team, succeeded=succeeded)

    def _name(self, player_id: int | None, first: int, last: int) -> int | None:
        """The number that settled in most of the frames from `first` to `last`."""
        if player_id is None:
            return None
        known = (self._names.get(index, {}).get(player_id, player_id) for index in range(first, last + 1))
        return Counter(known).most_common(1)[0][0]

    def _team(self, player_id: int | None) -> Team | None:
        return None if player_id is None else self._teams.get(player_id)

    def _renamed(self, told: Told, names: dict[int, int]) -> Told:
        if names:
            self._names[told.snapshot.index] = names
        self._teams |= {
            player.track_id: player.team for player in told.snapshot.players if player.team is not None
        }  # fmt: skip
        players = _players(told.snapshot.players, names, self._teams) if names else told.snapshot.players
        return Told(replace(told.snapshot, players=players), self.shots(told.shots), self.plays(told.plays))


def _names(players: Sequence[PlayerState], frame: SettledFrame) -> dict[int, int]:
    """Of the players whose box another number has now, from the one to the other."""
    seen = [k for k, is_seen in enumerate(frame.seen) if is_seen]
    if not seen or not players:
        return {}
    numbers = [frame.track_ids[k] for k in seen]
    shares = iou(np.array([player.box for player in players]), np.asarray(frame.boxes)[seen])
    names = {}
    for player, share in zip(players, shares, strict=True):
        own = numbers.index(player.track_id) if player.track_id in numbers else None
        if (own is None or share[own] < _SAME) and share.max() >= _SAME:
            names[player.track_id] = numbers[int(np.argmax(share))]
    return names


def _players(
    players: Sequence[PlayerState], names: Mapping[int, int], teams: Mapping[int, Team]
) -> tuple[PlayerState, ...]:
    """Each number once: whoever was only thought to be where another number settled is left out."""
    taken = set(names.values())
    kept = [player for player in players if player.track_id in names or player.track_id not in taken]
    renamed = {names.get(player.track_id, player.track_id): player for player in kept}
    return tuple(replace(player, track_id=one, team=teams.get(one)) for one, player in renamed.items())
