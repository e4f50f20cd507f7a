"""Whether a player's form has changed in the course of a session, as it does when he tires (paper 000, section 6.1).

A change point by energy distances between embeddings before and after it (Matteson and James 2014), with a permutation
test, so that chance alone is called a change in a known share of all sessions.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from edge.types import FloatArray

_LEAST_SIDE = 5
_PERMUTATIONS, _SURE = 499, 0.01
_SEED = 1
# While a session goes on its newest shots are looked at every so often, for that takes a moment.
_NEWEST, _EVERY = 60, 5


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


class DriftWatch:
    """Follows the shots of each player through one session."""

    def __init__(self) -> None:
        self._shots: dict[str, deque[FloatArray]] = {}
        self._taken: dict[str, int] = {}
        self._said: dict[str, str] = {}

    def add(self, name: str, embedding: FloatArray) -> str:
        """After a shot (D,): from which shot of this session on the form is another one, in words; else empty."""
        shots = self._shots.setdefault(name, deque(maxlen=_NEWEST))
        shots.append(embedding)
        taken = self._taken[name] = self._taken.get(name, 0) + 1
        if taken % _EVERY == 0:
            change = find_change(np.stack(shots))
            self._said[name] = "" if change is None else _words(taken - len(shots) + change.index + 1)
        return self._said.get(name, "")

    def forget(self, name: str) -> None:
        """Nothing of him is kept."""
        for known in (self._shots, self._taken, self._said):
            known.pop(name, None)  # type: ignore[attr-defined]


def _words(shot: int) -> str:
    return f"form has changed since shot {shot} of this session: tired? A break may help"
