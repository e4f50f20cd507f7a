"""A player's own shots as a yardstick: how far a new one is from them, in his own spread.

Paper 000, section 6.1, looks whether a shot's embedding lies apart from the usual ones by eye; here the distance is
calibrated, so that 1 means the same for a steady player and for an unsteady one, after ten shots and after a hundred.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from edge.form.error import FormError
from edge.types import FloatArray

NEIGHBOURS = 3
LEAST_SHOTS = 5
# A shot as usual as a player's others is beyond 1 in so many cases.
FALSE_ALARMS = 0.02
# The logarithm of a shot's distance to its neighbours scatters by so much in most players; it counts as so many shots.
_USUAL_SPREAD, _COUNTS_AS = 0.25, 4.0


@dataclass(frozen=True, slots=True)
class Baseline:
    """embeddings (N, D), unit length, of the shots that a player is compared with; limit: the distance that his own
    shots exceed in `FALSE_ALARMS` of all cases."""

    embeddings: FloatArray
    limit: float

    def distance(self, embedding: FloatArray) -> float:
        """Of a shot (D,), in units of the limit."""
        return _to_nearest(self.embeddings, embedding) / self.limit


def make_baseline(embeddings: FloatArray) -> Baseline:
    """Of shots (N, D). Each shot's distance to the others, left out in turn, says how far apart a player's shots are:
    their logarithms are taken as normal, their spread is joined with what is usual, and the limit is the quantile
    of the next one (Student's t, so that few shots give a wide limit). Raises FormError."""
    count = len(embeddings)
    if count < LEAST_SHOTS:
        raise FormError(f"{count} shots to compare with: take {LEAST_SHOTS - count} more")
    logs = np.log([
        max(_to_nearest(np.delete(embeddings, row, axis=0), embeddings[row]), 1e-6) for row in range(count)
    ])  # fmt: skip
    freedom = _COUNTS_AS + count - 1
    spread = np.sqrt((_COUNTS_AS * _USUAL_SPREAD**2 + ((logs - logs.mean()) ** 2).sum()) / freedom)
    beyond = stats.t.ppf(1 - FALSE_ALARMS, freedom) * spread * np.sqrt(1 + 1 / count)
    return Baseline(np.asarray(embeddings), float(np.exp(logs.mean() + beyond)))


def _to_nearest(embeddings: FloatArray, embedding: FloatArray) -> float:
    """Mean distance to the nearest three."""
    away = np.sort(np.linalg.norm(embeddings - embedding, axis=1))
    return float(away[:NEIGHBOURS].mean())
