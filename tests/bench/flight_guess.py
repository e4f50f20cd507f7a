"""A guess at made or missed from the part of a flight that was seen so far.

It is measured and not told to players: `make bench-flight` has its Brier score no better than that of always saying the
share of shots made, and what became of the shot is known half a second later.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from edge.game.trajectory import FlightFit
from edge.game.trajectory_model import Knowledge
from edge.game.trajectory_told import drawn_flights, landings_m
from edge.kernels.ballistics import arrivals

# The chance that a ball goes in whose centre comes down this far from the ring's, m: at most, half of that there, and
# how soon it changes. Balls that touch the ring and still go in are in it.
_SUREST, _EVEN_M, _EDGE_M = 0.9, 0.165, 0.03


def made_chance(fit: FlightFit) -> float:
    """How likely it is that the ball goes in, 0..1, for all flights that the fit thinks possible."""
    came = arrivals(drawn_flights(fit), float(fit.basket.rim_m[2]))
    away = np.hypot(*landings_m(fit, came).T)
    with np.errstate(over="ignore"):
        chance = _SUREST / (1 + np.exp((np.nan_to_num(away, nan=9.0) - _EVEN_M) / _EDGE_M))
    return float(chance.mean())


def for_shooter(known: Knowledge, made_share: float) -> Knowledge:
    """What is known of the shots of somebody who makes this share of them.

    Shots that scatter about the rim's centre by s to all sides come down within r of it 1 - exp(-r^2 / 2 s^2) of the
    time. For `made_chance`: a guess before the ball is there rests on who throws it.
    """
    share = min(max(made_share / _SUREST, 0.1), 0.95)
    spread = _EVEN_M / float(np.sqrt(-2 * np.log(1 - share)))
    return replace(known, aim_m=(spread, spread))
