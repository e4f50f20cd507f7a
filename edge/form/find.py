"""Shots found by themselves in a stretch of poses, told from passes, dribbles, rebounds and other gestures.

Every time that a wrist goes up over the head and slows down there is looked at, together with what came in the two
seconds before and the 0.3 s after it; so a shot is known 0.3 s after its release, and nothing later is used. A shot has
most marks of one (`edge.form.gesture`): both hands come up together, the shooting arm straightens over the head and
stays there; and a ball, where one is seen, is in the hands and flies up out of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from edge.form.errors import FormError
from edge.form.gesture import Gesture, look_at
from edge.form.letting_go import rises
from edge.form.motion import Motion, open_motion
from edge.form.phases import LONGEST_S, Phases, find_phases
from edge.types import FloatArray

LAG_S = 0.3
_BACK_S = LONGEST_S + 0.9
# Rises of both wrists this near to each other are one; so are shots.
_TOGETHER_S, _PAUSE_S = 0.35, 0.6
# Of each measure of a gesture: where it says nothing, how far from there it is clear (negative: shots have less), and
# how much it counts; and what all of them together have to make up for. A logistic regression on virtual play of seeds
# below 9000 and the even half of the real data, every kind of data counting alike.
_MARKS: dict[str, tuple[float, float, float]] = {
    "lift": (0.25, 0.10, 0.6),
    "apart": (0.22, -0.08, 0.85),
    "guide": (0.04, 0.10, 0.9),
    "reach": (0.15, 0.06, 0.65),
    "straightens": (0.06, 0.05, 0.55),
    "stays": (0.05, 0.10, 0.8),
}
_CLEAREST, _OWED = 2.0, 3.6
# A ball that was not in the hands, or did not leave them, is against any shot.
_BALL, _BALL_SPREAD = -0.3, 0.07


@dataclass(frozen=True, slots=True)
class Span:
    """A shot that was found; confidence 0..1, 0.5 = as likely as not; lacks: what speaks least for it."""

    phases: Phases
    confidence: float
    lacks: str

    @property
    def gather_s(self) -> float:
        return self.phases.gather_s

    @property
    def release_s(self) -> float:
        return self.phases.release_s


def find_shots(
    times_s: FloatArray, keypoints: FloatArray, ball: FloatArray | None, least_confidence: float = 0.5
) -> list[Span]:
    """times_s (T,), keypoints (T, 17, 3) of one player, ball (T, 2) px or None -> shots in order of time."""
    if len(times_s) < 3:
        return []
    motion = open_motion(times_s, keypoints, ball)
    if not np.isfinite(motion.stature_px):
        return []
    kept: list[Span] = []
    for span in sorted(_spans(motion), key=lambda span: -span.confidence):
        if span.confidence >= least_confidence and all(
            abs(span.release_s - other.release_s) > _PAUSE_S for other in kept
        ):
            kept.append(span)
    return sorted(kept, key=lambda span: span.release_s)


def confidence_of(gesture: Gesture) -> tuple[float, str]:
    """How much like a shot, 0..1, and what speaks least for it. What was not seen speaks neither way."""
    says = {name: _says(getattr(gesture, name), *mark) for name, mark in _MARKS.items()}
    sure = _logistic(sum(says.values()) - _OWED)
    ball = _logistic((gesture.ball - _BALL) / _BALL_SPREAD) if np.isfinite(gesture.ball) else 1.0
    return (ball, "ball") if ball < sure else (sure, min(says, key=lambda name: says[name]))


def _says(value: float, nothing: float, clear: float, counts: float) -> float:
    return counts * float(np.clip((value - nothing) / clear, -_CLEAREST, _CLEAREST)) if np.isfinite(value) else 0.0


def _logistic(value: float) -> float:
    return float(1 / (1 + np.exp(-np.clip(value, -30, 30))))


def _spans(motion: Motion) -> Iterator[Span]:
    for about_s in _rises(motion):
        part = motion.between(about_s - _BACK_S, about_s + LAG_S)
        try:
            phases = find_phases(part)
        except FormError:
            continue
        confidence, lacks = confidence_of(look_at(part, phases))
        yield Span(phases, confidence, lacks)


def _rises(motion: Motion) -> list[float]:
    """When wrists go up over the head; both hands' together, by the quicker one."""
    groups: list[list[tuple[float, float]]] = []
    for rise in sorted(rise for side in (0, 1) for rise in rises(motion, side)):
        if groups and rise[0] - groups[-1][-1][0] < _TOGETHER_S:
            groups[-1].append(rise)
        else:
            groups.append([rise])
    return [max(group, key=lambda rise: rise[1])[0] for group in groups]
