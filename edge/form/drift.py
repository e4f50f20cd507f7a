"""Whether a player's form has changed in the course of a session, as it does when he tires (paper 000, section 6.1).

A change point by energy distances between embeddings before and after it (Matteson and James 2014), with a permutation
test, so that chance alone is called a change in a known share of all sessions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge.types import FloatArray

_LEAST_SIDE = 5
_PERMUTATIONS, _SURE = 499, 0.01
_SEED = 1


@dataclass(frozen=True, slots=True)
class Change:
    """From shot `index` on (from 0) the form is another one; p_value: how often chance alone does as much."""

    index: int
    p_value: float


def find_change(embeddings: FloatArray) -> Change | None:
    """In a session's shots (N, D) in their order; None where nothing has changed that chance would not explain."""
    if len(embeddings) < 2 * _LEAST_SIDE:
        return None
    away = np.linalg.norm(embeddings[:, None] - embeddings[None], axis=2)
    strength, index = _strongest(away)
    rng = np.random.default_rng(_SEED)
    orders = (rng.permutation(len(away)) for _ in range(_PERMUTATIONS))
    as_strong = sum(_strongest(away[np.ix_(order, order)])[0] >= strength for order in orders)
    p_value = (1 + as_strong) / (1 + _PERMUTATIONS)
    return Change(index, p_value) if p_value <= _SURE else None


def _strongest(away: FloatArray) -> tuple[float, int]:
    """The scaled energy distance between the two sides of the best place to cut, and that place. away (N, N)."""
    count = len(away)
    total = np.zeros((count + 1, count + 1))
    total[1:, 1:] = away.cumsum(axis=0).cumsum(axis=1)
    cuts = np.arange(_LEAST_SIDE, count - _LEAST_SIDE + 1)
    left, right = cuts.astype(float), count - cuts.astype(float)
    within_left = total[cuts, cuts]
    across = total[cuts, count] - within_left
    within_right = total[count, count] - total[cuts, count] - total[count, cuts] + within_left
    energy = (
        2 * across / (left * right)
        - within_left / (left * (left - 1))
        - within_right / (right * (right - 1))
    )  # fmt: skip
    scaled = energy * left * right / count
    best = int(np.argmax(scaled))
    return float(scaled[best]), int(cuts[best])
