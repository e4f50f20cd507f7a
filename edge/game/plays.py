"""What happens in a game beside shots, told when it is over: a state machine over snapshots and the shots in them.

Possession (edge/game/possession.py) makes spells (edge/game/spells.py); what lies between two of them is a pass, an
interception, a steal (edge/game/passes.py), a shot and its rebound, or a block (edge/game/blocks.py); what somebody
does while he has it are dribbles and drives (edge/game/runs.py). A flight that is a shot is no pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from calibration.court import Court
from edge.game import runs
from edge.game.blocks import find_block
from edge.game.passes import judge
from edge.game.possession import Possession, PossessionFinder
from edge.game.spells import BallAt, Change, Spell, SpellFinder
from edge.game.still import still_snapshot
from edge.types import Outcome, PlayEvent, PlayKind, Rim, ShotEvent, Snapshot

# A shot was released from a little before its shooter is seen to have lost the ball; a ball that is taken so long after
# it was released is a rebound.
_BEFORE_S, _REBOUND_S = 0.6, 6.0
_KEPT_S = 12.0
# A ball that another has so soon after its release has been to no ring, whatever its flight looked like.
_TO_RING_S = 0.5
# After a basket the ball is taken out as the rules have it.
_AFTER_BASKET_S = 6.0


class PlayFinder:
    """`update` takes the snapshots of one source in order, with what is new about its shots."""

    def __init__(self, court: Court | None = None) -> None:
        self._court = court
        self._possession = PossessionFinder()
        self._spells = SpellFinder()
        self._shots: dict[str, ShotEvent] = {}
        self._rim: Rim | None = None
        self._judged: Spell | None = None
        self._out_s = -np.inf

    def use(self, court: Court | None) -> None:
        """Measure on this court from now on; None where there is no calibration."""
        self._court = court

    def update(self, snapshot: Snapshot, shots: Sequence[ShotEvent] = ()) -> list[PlayEvent]:
        """Plays that became sure with this snapshot, oldest first."""
        self._remember(snapshot.time_s, shots)
        events = []
        snapshot = still_snapshot(snapshot)
        broken = self._possession.breaks(snapshot)
        for told in self._possession.update(snapshot):
            events += self._step(told)
        if broken:
            events += self._end()
            self._shots.clear()
        self._rim = snapshot.rim
        return events

    def finish(self) -> list[PlayEvent]:
        """The source has ended: the rest of what is known."""
        events = []
        for told in self._possession.finish():
            events += self._step(told)
        return events + self._end()

    def _remember(self, now_s: float, shots: Sequence[ShotEvent]) -> None:
        for shot in shots:
            self._shots[shot.shot_id] = shot
        self._shots = {key: shot for key, shot in self._shots.items() if now_s - shot.release_time_s < _KEPT_S}

    def _end(self) -> list[PlayEvent]:
        open_spells = [spell for spell in (self._spells.last, self._spells.current) if spell and spell.announced]
        self._spells.reset()
        self._judged = None
        return [event for spell in open_spells if not spell.told for event in self._of(spell)]

    def _step(self, told: Possession) -> list[PlayEvent]:
        change, over = self._spells.update(told)
        events = [] if over is None else self._of(over)
        last = self._spells.last
        if change is not None:
            events += self._between(change)
        elif last is not None and self._spells.current is None and last is not self._judged:
            events += self._lost(last, tuple(self._spells.way), told.seen.time_s)
        return events

    def _of(self, spell: Spell) -> list[PlayEvent]:
        """What somebody did while he had the ball."""
        away = runs.to_rim(self._court, self._rim)
        return [*runs.dribbles(spell), *runs.drives(spell, away), runs.possession(spell)]

    def _lost(self, last: Spell, way: tuple[BallAt, ...], now_s: float) -> list[PlayEvent]:
        """A block is told without waiting for who takes the ball."""
        if now_s - last.last.time_s < 1.0:
            return []
        self._judged = last
        block = find_block(last, way, self._rim)
        return [] if block is None else [block]

    def _between(self, change: Change) -> list[PlayEvent]:
        before, after = change.before, change.after
        shot = self._shot_between(before, after)
        events: list[PlayEvent] = []
        if before is not None and before is not self._judged:
            block = find_block(before, change.way, self._rim)
            events += [] if block is None else [block]
        self._judged = None
        if before is not None and runs.outside(after, self._court) and not self._after_basket(after.first.time_s):
            if after.first.time_s - self._out_s > _REBOUND_S:
                events.append(_out_event(before, after))
                self._out_s = after.first.time_s
            return events
        if shot is not None:
            return [*events, *_rebound(shot, after)]
        blocked = any(event.kind is PlayKind.BLOCK for event in events)
        return [*events, *([] if blocked else judge(change))]

    def _shot_between(self, before: Spell | None, after: Spell) -> ShotEvent | None:
        """The shot that was taken after (or as) one lost the ball and before another had it."""
        since_s = after.first.time_s - _REBOUND_S if before is None else before.last.time_s - _BEFORE_S
        if before is not None:
            since_s = max(since_s, before.first.time_s)
        found = [shot for shot in self._shots.values() if since_s <= shot.release_time_s < after.first.time_s]
        if before is not None and after.first.time_s - before.last.time_s < _TO_RING_S:
            found = [
                shot for shot in found if shot.outcome in (Outcome.MADE, Outcome.MISSED) or shot.rim_index is not None
            ]
        return max(found, key=lambda shot: shot.release_time_s, default=None)

    def _after_basket(self, now_s: float) -> bool:
        made = (shot for shot in self._shots.values() if shot.outcome is Outcome.MADE)
        return any(0 < now_s - shot.release_time_s < _AFTER_BASKET_S for shot in made)


def _rebound(shot: ShotEvent, after: Spell) -> list[PlayEvent]:
    """Nothing after a basket, or where the shot is long over."""
    since_s = after.first.time_s - shot.release_time_s
    if shot.outcome is Outcome.MADE or since_s > _REBOUND_S:
        return []
    sure = 1.0 if shot.outcome is Outcome.MISSED else 0.7
    event = runs.possession(after)
    return [
        replace(
            event, kind=PlayKind.REBOUND, start_time_s=shot.release_time_s, start_index=shot.release_index,
            end_index=after.first.index, end_time_s=after.first.time_s, start_xy_m=shot.court_xy_m,
            end_xy_m=after.first.xy_m, to_player_id=None, confidence=round(sure * after.confidence, 3),
            evidence={"shot_id": shot.shot_id, "after_s": round(since_s, 3)},
        )
    ]  # fmt: skip


def _out_event(last: Spell, taker: Spell) -> PlayEvent:
    """Of whoever had the ball last; where it is thrown in tells that it was out."""
    return PlayEvent(
        kind=PlayKind.OUT_OF_BOUNDS, start_index=last.last.index, end_index=taker.first.index,
        start_time_s=last.last.time_s, end_time_s=taker.first.time_s, player_id=last.player_id, team=last.team,
        start_xy_m=last.last.xy_m, end_xy_m=taker.first.xy_m, confidence=round(last.confidence, 3),
    )  # fmt: skip
