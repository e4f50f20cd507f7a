"""Passes, interceptions and steals: what a change of who has the ball was.

Whose team the receiver is of decides whether a pass arrived (paper 004, *Pass Success Rate Determination*). Where the
paper asks how far the ball has gone aside, a change of holder is asked for here: dribbles change none, and passes that
are short or go along the camera's view do.
"""

from __future__ import annotations

import numpy as np

from edge.game.reach import STATURE_M
from edge.game.spells import Change, ball_moved_m, between_m
from edge.types import FloatArray, PlayEvent, PlayKind

# A ball that was on its way for longer lay or rolled about: it was picked up, neither passed nor taken from anybody.
_LONGEST_S, _TAKEN_S = 2.2, 1.0
# A ball that an opponent takes without its having flown so long and so far was taken from the hands.
_FLEW_S, _FLEW_M = 0.2, 1.6
# No ball comes from one to another faster than this; when it left and came is known to about so much. Where it seems
# to, one of them never had it: they stand behind each other in the picture.
_FASTEST_M_S, _WHEN_S = 16.0, 0.1
# So much of how far apart the two are in the picture, where that is so many metres, the ball goes from a little before
# it left to when it is caught; where that is less than a metre, it looks larger or smaller as they do, to within this
# (log). Else it stayed. Whom a ball went to that nobody saw in that time is a guess.
_GOES, _APART_M, _AROUND_S, _CLEARLY_M, _SIZE_SLACK = 0.35, 0.6, 0.15, 1.0, 0.2
_LEAST_SEEN = 2


def judge(change: Change) -> list[PlayEvent]:
    """A pass with its success, an interception, a steal, or nothing."""
    before, after = change.before, change.after
    if before is None or before.player_id == after.player_id:
        return []
    gap_s = after.first.time_s - before.last.time_s
    away = between_m(before.last, after.first)
    known = before.team is not None and after.team is not None
    opponents = known and before.team != after.team
    if gap_s > _LONGEST_S:
        return []
    went = _went(change)
    if went is False or (went is None and away is not None and away > _FASTEST_M_S * (gap_s + _WHEN_S)):
        return []
    evidence: dict[str, float | int | str] = {"flight_s": round(gap_s, 3)}
    if away is not None:
        evidence["distance_m"] = round(away, 2)
    moved = ball_moved_m(tuple(row for row in change.way if row.time_s >= before.last.time_s))
    if moved is not None:
        evidence["ball_m"], evidence["path_m"] = round(moved[0], 2), round(moved[1], 2)
    flew = gap_s >= _FLEW_S and (away is None or away >= _FLEW_M)
    if not opponents:
        return [_event(PlayKind.PASS, change, True if known else None, evidence)]
    if flew:
        return [
            _event(PlayKind.PASS, change, False, evidence),
            _event(PlayKind.INTERCEPTION, change, None, evidence),
        ]
    return [_event(PlayKind.STEAL, change, None, evidence)] if gap_s <= _TAKEN_S else []


def _went(change: Change) -> bool | None:
    """Whether the ball is seen to go from the one to the other, aside and in depth; None where the picture cannot tell.

    Who stands before or behind whoever has the ball is as near to it in the picture; the ball stays where it is.
    """
    before, after = change.before, change.after
    if before is None or any(row.ball.court_xyz_m is not None for row in change.way):
        return None
    boxes = (before.last.box, after.first.box)
    heights = [float(box[3] - box[1]) for box in boxes]
    if not min(heights) > 4:
        return None
    scale = STATURE_M / (sum(heights) / 2)
    apart_m = scale * float(np.hypot(*(_middle(boxes[1]) - _middle(boxes[0]))))
    rows = [row for row in change.way if row.time_s >= before.last.time_s - _AROUND_S]
    seen = [row.ball.xy_px for row in (*rows, *change.caught[1:])]
    moved_m = 0.0 if len(seen) < 2 else scale * float(np.hypot(*(seen[-1] - seen[0])))
    if apart_m >= _APART_M and moved_m >= max(_GOES * apart_m, _CLEARLY_M):
        return True
    if len(change.way) + len(change.caught) < _LEAST_SEEN:
        return False
    had = [row.ball.radius_px for row in change.way if row.time_s <= before.last.time_s]
    has = [row.ball.radius_px for row in change.caught]
    if had and has:
        grown = np.log(np.median(has) / np.median(had)) - np.log(heights[1] / heights[0])
        if abs(float(grown)) > _SIZE_SLACK:
            return False
    if len(seen) < 2 or not has or not apart_m >= _APART_M:
        return None
    return moved_m >= _GOES * apart_m


def _middle(box: FloatArray) -> FloatArray:
    return np.asarray((box[:2] + box[2:]) / 2, float)


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
