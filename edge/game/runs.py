"""What one does with the ball while he has it: dribbles, drives to the basket, or has it beyond the lines."""

from __future__ import annotations

from collections.abc import Callable

from calibration.court import Court
from edge.game.spells import Instant, Spell
from edge.types import PlayEvent, PlayKind, Rim

# A ball that comes back from the floor within this time is dribbled on; a run of it lasts at least this long.
_AGAIN_S, _LEAST_DRIBBLE_S = 0.8, 0.4
# A drive comes so much nearer to the basket, at such a speed at least, and ends so near to it.
_NEARER_M, _SPEED_M_S, _ENDS_M, _LEAST_DRIVE_S = 2.2, 1.8, 4.6, 0.5
_RIM_M, _STATURE_M = 0.45, 1.8
# One who takes the ball this far beyond a line and stays there while that becomes sure throws it in.
_BEYOND_M = 0.15

ToRim = Callable[[Instant], float | None]


def to_rim(court: Court | None, rim: Rim | None) -> ToRim:
    """How far somebody is from the nearest basket, m: on the court, or in the picture by his stature."""

    def away(where: Instant) -> float | None:
        if court is not None and where.xy_m is not None:
            return min(
                float(((where.xy_m[0] - x) ** 2 + (where.xy_m[1] - y) ** 2) ** 0.5)
                for x, y, _ in (court.rim_centre(side) for side in ((1,) if court.baskets == 1 else (1, -1)))
            )
        height = float(where.box[3] - where.box[1])
        if rim is None or not height >= 4:
            return None
        return _STATURE_M / height * abs(float(where.box[0] + where.box[2]) / 2 - rim.x_px)

    return away


def dribbles(spell: Spell) -> list[PlayEvent]:
    """Each run of a dribble."""
    found: list[list[Instant]] = []
    for where in spell.path:
        if not where.dribbles:
            continue
        if found and where.time_s - found[-1][-1].time_s <= _AGAIN_S:
            found[-1].append(where)
        else:
            found.append([where])
    long = [run for run in found if run[-1].time_s - run[0].time_s >= _LEAST_DRIBBLE_S]
    return [_event(PlayKind.DRIBBLE, spell, run[0], run[-1], {"frames": len(run)}) for run in long]


def drives(spell: Spell, away: ToRim) -> list[PlayEvent]:
    """The way to the basket from where one was furthest from it to where he came nearest, where that is a drive."""
    rows = [(where, distance) for where in spell.path if (distance := away(where)) is not None]
    if len(rows) < 2:
        return []
    best: tuple[float, int, int] | None = None
    start = 0
    for k in range(1, len(rows)):
        nearer = rows[start][1] - rows[k][1]
        slow = rows[start][1] - rows[k][1] < _SPEED_M_S * (rows[k][0].time_s - rows[start][0].time_s)
        if nearer < 0 or slow:
            start = k
        elif best is None or nearer > best[0]:
            best = (nearer, start, k)
    if best is None:
        return []
    nearer, begin, end = best
    lasts_s = rows[end][0].time_s - rows[begin][0].time_s
    if nearer < _NEARER_M or rows[end][1] > _ENDS_M or lasts_s < _LEAST_DRIVE_S:
        return []
    evidence: dict[str, float | int | str] = {
        "nearer_m": round(nearer, 2), "speed_m_s": round(nearer / lasts_s, 2), "ends_m": round(rows[end][1], 2),
    }  # fmt: skip
    return [_event(PlayKind.DRIVE, spell, rows[begin][0], rows[end][0], evidence)]


def outside(spell: Spell, court: Court | None) -> bool:
    """Whether who has it stands beyond the lines, as whoever throws it in does."""
    if court is None:
        return False
    known = [where.xy_m for where in spell.path if where.xy_m is not None]
    return len(known) > 1 and all(out_m(place, court) > _BEYOND_M for place in known)


def out_m(xy_m: tuple[float, float], court: Court) -> float:
    """How far beyond the lines a place is, m; less than 0 on the court."""
    begins = -court.end_m if court.baskets > 1 else 0.0
    return max(xy_m[0] - court.end_m, begins - xy_m[0], abs(xy_m[1]) - court.width_m / 2)


def _event(
    kind: PlayKind, spell: Spell, begin: Instant, end: Instant, evidence: dict[str, float | int | str]
) -> PlayEvent:
    return PlayEvent(
        kind=kind, start_index=begin.index, end_index=end.index, start_time_s=begin.time_s, end_time_s=end.time_s,
        player_id=spell.player_id, team=spell.team, start_xy_m=begin.xy_m, end_xy_m=end.xy_m,
        confidence=round(spell.confidence, 3), evidence=evidence,
    )  # fmt: skip


def possession(spell: Spell) -> PlayEvent:
    """The spell itself."""
    return _event(PlayKind.POSSESSION, spell, spell.first, spell.last, {"frames": len(spell.path)})
