"""A shot that is going on: what is known of it, what is told, and the last word where nothing certain was seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from edge.game.flight import Flight
from edge.game.outcome import Decision, Moment, net_motion
from edge.game.release import Release
from edge.types import Outcome, Rim, ShotEvent, ShotPhase

# In rim widths from the ring's middle: who comes down so far aside has missed everything.
_ASIDE_WIDTHS = 0.8
_LEAST_FALLING = 3


@dataclass(slots=True)
class OpenShot:
    """flight None: the ball left the picture. announced: the outcome that was told last, decided_s when that was."""

    shot_id: str
    release: Release
    flight: Flight | None
    decision: Decision = field(default_factory=lambda: Decision(None, 0.0, None, None))
    announced: Outcome | None = None
    decided_s: float | None = None


def last_word(shot: OpenShot, rim: Rim | None) -> Decision:
    """Nothing certain was seen in time: an air ball where the flight passed the rim well aside, else unknown."""
    known = shot.decision
    if shot.flight is None or rim is None:
        return Decision(Outcome.UNKNOWN, 0.0, known.rim_index, known.offset_widths)
    if known.offset_widths is not None and abs(known.offset_widths) > _ASIDE_WIDTHS:
        return Decision(Outcome.MISSED, 0.6, known.rim_index, known.offset_widths)
    near = [s for s in shot.flight.sightings if s.y > rim.y_px]
    falling = [s for s in near if shot.flight.velocity(s.time_s)[1] > 0]
    if len(falling) >= _LEAST_FALLING and abs(falling[0].x - rim.x_px) > _ASIDE_WIDTHS * rim.width_px:
        return Decision(Outcome.MISSED, 0.6, falling[0].index, None)
    return Decision(Outcome.UNKNOWN, 0.0, known.rim_index, known.offset_widths)


def shot_event(shot: OpenShot, phase: ShotPhase, moments: Iterable[Moment]) -> ShotEvent:
    """What is told of a shot. moments: all that are remembered."""
    release, decision, flight = shot.release, shot.decision, shot.flight
    apex_index = None
    if flight is not None:
        apex_s = flight.apex_time_s()
        apex_index = min(flight.sightings, key=lambda s: abs(s.time_s - apex_s)).index
    return ShotEvent(
        shot_id=shot.shot_id, phase=phase, release_index=release.index, release_time_s=release.time_s,
        player_id=release.player_id, outcome=decision.outcome,
        confidence=release.confidence if decision.outcome is None else decision.confidence,
        gather_index=release.gather_index, apex_index=apex_index, rim_index=decision.rim_index,
        court_xy_m=release.court_xy_m, evidence=_evidence(shot, moments),
    )  # fmt: skip


def _evidence(shot: OpenShot, moments: Iterable[Moment]) -> dict[str, float | int | str]:
    release, decision, flight = shot.release, shot.decision, shot.flight
    evidence: dict[str, float | int | str] = {"release_seen": "yes" if release.seen else "no"}
    if flight is not None:
        evidence["sightings"] = len(flight.sightings)
        evidence["gravity_px_s2"] = round(flight.gravity_px_s2, 1)
    if release.hand_distance is not None:
        evidence["hand_distance_heights"] = round(release.hand_distance, 3)
    if decision.offset_widths is not None:
        evidence["rim_offset_widths"] = round(decision.offset_widths, 3)
    moved = None if decision.rim_index is None else net_motion(moments, decision.rim_index)
    if moved is not None:
        evidence["net_motion"] = round(moved, 3)
    return evidence
