"""How steeply the ball leaves the hand: what pose alone hardly shows of a flat shot.

A pose network is off by more than what ten degrees of launch change about a wrist, so the ball itself is asked: its
first third of a second lies on a parabola, which the picture shows in its true shape where the shot is seen from the
side.
"""

from __future__ import annotations

import numpy as np

from edge.form.angles import UNKNOWN
from edge.types import Estimate, FloatArray

LAUNCH = "launch_deg"
"""Of the figures: the ball's angle above the horizontal at the release."""
# Seen from the side (1) or from in front (0): from here on the picture shows the angle.
_SIDE = 0.6
# From when to when after the release the ball is looked at; so many sightings over so long a time are needed.
_FROM_S, _UNTIL_S, _LEAST, _LEAST_S = 0.01, 0.35, 3, 0.08
# Gravity, statures/s^2, of a player of 1.85 m; a sighting's standard deviation, statures.
_GRAVITY, _SIGHTING = 5.3, 0.012
# Off by so much more where the side that it is seen from is known badly only, deg.
_VIEW_SIGMA_DEG = 1.0


def launch(times_s: FloatArray, ball: FloatArray, release_s: float, stature_px: float, facing: float) -> Estimate:
    """times_s (T,), ball (T, 2) px, NaN where not seen; facing: `edge.form.sides.facing` -> degrees.

    Not known where the shot is seen from in front or behind, or too little of the ball was."""
    since_s = times_s - release_s
    flown = (since_s > _FROM_S) & (since_s <= _UNTIL_S) & np.isfinite(ball).all(axis=1)
    t = since_s[flown]
    if abs(facing) < _SIDE or len(t) < _LEAST or t[-1] - t[0] < _LEAST_S:
        return UNKNOWN
    x, y = ball[flown].T * [[1.0], [-1.0]] / stature_px
    about = t - t.mean()
    square = float((about**2).sum())
    ahead = float(about @ x) / square
    up = float(about @ (y + _GRAVITY / 2 * t**2)) / square
    if up <= 0:
        return UNKNOWN
    ahead = abs(ahead) / min(abs(facing), 1.0)
    sigma = np.degrees(_SIGHTING / np.sqrt(square) / np.hypot(ahead, up))
    return Estimate(float(np.degrees(np.arctan2(up, ahead))), float(np.hypot(sigma, _VIEW_SIGMA_DEG)))
