"""Whether a player's form has changed in the course of a session, as it does when he tires (paper 000, section 6.1).

A change point by energy distances between embeddings before and after it (Matteson and James 2014), with a permutation
test. One look at a session is wrong in at most 1 % of those without a change. `DriftWatch`, which looks again and
again, divides what a whole session may be wrong among its looks (Bonferroni): chance alone is called a change in at
most 5 % of sessions of up to 200 shots of a player. Both hold as far as his shots do not depend on the ones before.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edge.types import FloatArray

_LEAST_SIDE = 5
# One look alone is wrong so often.
_SURE = 0.01
# Random orders of the shots: so many times what the level needs at least; so many at once.
_TIMES, _AT_ONCE = 5, 100
_SEED = 1
# While a session goes on its newest shots are looked at every so often, for that takes a moment; all looks of so many
# shots together are wrong so often.
_NEWEST, _EVERY = 60, 5
_WHOLE, _WHOLE_SURE = 200, 0.05
_LOOK_SURE = _WHOLE_SURE * _EVERY / _WHOLE


@dataclass(frozen=True, slots=True)
class Change:
    """From shot `index` on (from 0) the form is another one; p_value: how often chance alone does as much."""

    index: int
    p_value: float


def find_change(embeddings: FloatArray, sure: float = _SURE) -> Change | None:
    """In a session's shots (N, D) in their order; None where chance alone does as much more often than `sure`."""
    if len(embeddings) < 2 * _LEAST_SIDE:
        return None
    away = np.linalg.norm(embeddings[:, None] - embeddings[None], axis=2)
    strengths = _strengths(away)
    best = int(np.argmax(strengths))
    orders = math.ceil(_TIMES / sure) - 1
    as_strong = _as_strong(away, float(strengths[best]), orders, math.floor(sure * (1 + orders)))
    p_value = (1 + as_strong) / (1 + orders)
    return Change(best + _LEAST_SIDE, p_value) if p_value <= sure else None


def _as_strong(away: FloatArray, strength: float, orders: int, enough: int) -> int:
    """In how many random orders of the shots some cut is as strong; counted no further than `enough`."""
    rng = np.random.default_rng(_SEED)
    least, found = strength - 1e-9 * abs(strength), 0
    for start in range(0, orders, _AT_ONCE):
        count = min(_AT_ONCE, orders - start)
        order = rng.permuted(np.tile(np.arange(len(away)), (count, 1)), axis=1)
        mixed = away[order[:, :, None], order[:, None, :]]
        found += int((_strengths(mixed).max(axis=1) >= least).sum())
        if found >= enough:
            break
    return found


def _strengths(away: FloatArray) -> npt.NDArray[np.floating]:
    """The scaled energy distance between the two sides of each cut, from `_LEAST_SIDE` on. away (..., N, N)."""
    count = away.shape[-1]
    cuts = np.arange(_LEAST_SIDE, count - _LEAST_SIDE + 1)
    left, right = cuts.astype(float), count - cuts.astype(float)
    before = np.tri(count, k=-1)
    within_left = 2 * np.einsum("...ij,ij->...i", away, before).cumsum(axis=-1)[..., cuts - 1]
    rows = away.sum(axis=-1).cumsum(axis=-1)
    across = rows[..., cuts - 1] - within_left
    within_right = rows[..., -1:] - within_left - 2 * across
    energy = (
        2 * across / (left * right)
        - within_left / (left * (left - 1))
        - within_right / (right * (right - 1))
    )  # fmt: skip
    return np.asarray(energy * left * right / count)


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
            # What was said is taken back only where not even a look by itself finds it any more.
            change = find_change(np.stack(shots), _SURE if self._said.get(name) else _LOOK_SURE)
            self._said[name] = "" if change is None else _words(taken - len(shots) + change.index + 1)
        return self._said.get(name, "")

    def forget(self, name: str) -> None:
        """Nothing of him is kept."""
        for known in (self._shots, self._taken, self._said):
            known.pop(name, None)  # type: ignore[attr-defined]


def _words(shot: int) -> str:
    return f"form has changed since shot {shot} of this session: tired? A break may help"
