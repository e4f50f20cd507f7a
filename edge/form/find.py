"""Shots found by themselves in a stretch of poses, told from passes, dribbles, rebounds and other gestures.

Every time that a wrist goes up over the head and slows down there is looked at, together with what came in the two
seconds before and the 0.3 s after it; so a shot is known 0.3 s after its release, and nothing later is used. A shot is
what has all marks of one (`edge.form.gesture`): both hands come up together, the shooting arm straightens over the head
and stays there, and a ball, where one is seen, is in the hands and flies up out of them.
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
# Of each measure of a gesture: about where a shot's begin, halfway to what is none, and how much further on it is quite
# sure (negative: shots have less). From virtual play of seeds below 9000 and the even half of the real data.
_MARKS: dict[str, tuple[float, float]] = {
    "lift": (0.18, 0.06),
    "apart": (0.24, -0.06),
    "guide": (0.02, 0.06),
    "reach": (0.11, 0.03),
    "straightens": (0.03, 0.02),
    "stays": (-0.05, 0.08),
    "ball": (-0.30, 0.20),
}


@dataclass(frozen=True, slots=True)
class Span:
    """A shot that was found; confidence 0..1, 0.5 = as likely as not; lacks: the mark that it shows least."""

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
    """How much like a shot, and its weakest mark: what lacks one mark is no shot, however well it has the others."""
    sure = {}
    for name, (begins, more) in _MARKS.items():
        value = getattr(gesture, name)
        # What was not seen speaks neither way.
        steps = np.clip(3 * (value - begins) / more, -30, 30) if np.isfinite(value) else 0.0
        sure[name] = float(1 / (1 + np.exp(-steps)))
    worst = min(sure, key=lambda name: sure[name])
    return sure[worst], worst


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
