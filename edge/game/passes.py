"""Passes, interceptions and steals: what a change of who has the ball was.

Whose team the receiver is of decides whether a pass arrived (paper 004, *Pass Success Rate Determination*). Where the
paper asks how far the ball has gone aside, a change of holder is asked for here: dribbles change none, and passes that
are short or go along the camera's view do.
"""

from __future__ import annotations

from edge.game.spells import Change, ball_moved_m, between_m
from edge.types import PlayEvent, PlayKind

# A ball that was on its way for longer lay or rolled about: it was picked up, not passed.
_LONGEST_S, _LOOSE_S = 2.2, 3.5
# A ball that an opponent takes without its having flown so long and so far was taken from the hands.
_FLEW_S, _FLEW_M = 0.2, 1.6
# No ball comes from one to another faster than this; when it left and came is known to about so much. Where it seems
# to, one of them never had it: they stand behind each other in the picture.
_FASTEST_M_S, _WHEN_S = 16.0, 0.1


def judge(change: Change) -> list[PlayEvent]:
    """A pass with its success, an interception, a steal, or nothing."""
    before, after = change.before, change.after
    if before is None or before.player_id == after.player_id:
        return []
    gap_s = after.first.time_s - before.last.time_s
    away = between_m(before.last, after.first)
    known = before.team is not None and after.team is not None
    opponents = known and before.team != after.team
    if gap_s > (_LOOSE_S if opponents else _LONGEST_S):
        return []
    if away is not None and away > _FASTEST_M_S * (gap_s + _WHEN_S):
        return []
    evidence: dict[str, float | int | str] = {"flight_s": round(gap_s, 3)}
    if away is not None:
        evidence["distance_m"] = round(away, 2)
    moved = ball_moved_m(tuple(row for row in change.way if row.time_s >= before.last.time_s))
    if moved is not None:
        evidence["ball_m"], evidence["path_m"] = round(moved[0], 2), round(moved[1], 2)
    flew = gap_s >= _FLEW_S and (away is None or away >= _FLEW_M) and gap_s <= _LONGEST_S
    if not opponents:
        return [_event(PlayKind.PASS, change, True if known else None, evidence)]
    if flew:
        return [
            _event(PlayKind.PASS, change, False, evidence),
            _event(PlayKind.INTERCEPTION, change, None, evidence),
        ]
    return [_event(PlayKind.STEAL, change, None, evidence)]


def _event(kind: PlayKind, change: Change, succeeded: bool | None, evidence: dict[str, float | int | str]) -> PlayEvent:
    """A pass is its thrower's; an interception or a steal is of whoever took the ball, and away from whom."""
    before, after = change.before or change.after, change.after
    passed = kind is PlayKind.PASS
    mine, other = (before, after) if passed else (after, before)
    return PlayEvent(
        kind=kind, start_index=before.last.index, end_index=after.first.index, start_time_s=before.last.time_s,
        end_time_s=after.first.time_s, player_id=mine.player_id, team=mine.team, to_player_id=other.player_id,
        succeeded=succeeded, start_xy_m=before.last.xy_m, end_xy_m=after.first.xy_m,
        confidence=round(min(before.confidence, after.confidence), 3), evidence=evidence,
    )  # fmt: skip
