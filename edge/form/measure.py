"""All that is known of a clip by itself: its 64 frames, its figures, from where it was seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge.form.launch import LAUNCH, launch
from edge.form.normalise import FRAMES, normalise, span_s
from edge.form.scalars import measure_scalars
from edge.form.sides import Hand
from edge.form.standards import VIEW
from edge.types import FormSequence, ShotClip


@dataclass(frozen=True, slots=True)
class Measured:
    """set_frame: 0 to 63."""

    sequence: FormSequence
    scalars: dict[str, float]
    set_frame: int


def measure(clip: ShotClip, hand: Hand | None = None) -> Measured:
    """hand: the one that he shoots with, where it is known. Raises FormError where the clip says too little."""
    sequence = normalise(clip, hand=hand)
    gather_s, release_s = span_s(clip)
    share = (float(clip.times_s[clip.set_point]) - gather_s) / (release_s - gather_s)
    scalars = {**measure_scalars(clip, hand), VIEW: sequence.view_rad}
    launched = launch(clip.times_s, clip.ball, release_s, clip.stature_px, sequence.facing)
    if np.isfinite(launched.value):
        scalars[LAUNCH] = launched.value
    return Measured(sequence, scalars, round(min(max(share, 0.0), 1.0) * (FRAMES - 1)))
