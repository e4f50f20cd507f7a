"""A player's own shots as a yardstick: how far a new one is from them, in his own spread.

Paper 000, section 6.1, looks whether a shot's embedding lies apart from the usual ones by eye; here the distance is
calibrated, so that 1 means the same for a steady player and for an unsteady one, after ten shots and after a hundred.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from edge.form.errors import FormError
from edge.types import FloatArray

NEIGHBOURS = 3
LEAST_SHOTS = 5
# A shot as usual as a player's others is beyond 1 in so many cases.
FALSE_ALARMS = 0.02
# The logarithm of a shot's distance to its neighbours scatters by so much in most players; it counts as so many shots.
_USUAL_SPREAD, _COUNTS_AS = 0.25, 4.0
_LEAST = 1e-6
# One shot of an enrolment that was seen badly does not widen the limit further than this, as a logarithm.
_ODD = 0.5


@dataclass(frozen=True, slots=True)
class Baseline:
    """embeddings (N, D), unit length, of the shots that a player is compared with. middle, spread: of the logarithm of
    his own shots' distances, as the next one's is expected; freedom: of the Student's t that it follows."""

    embeddings: FloatArray
    middle: float
    spread: float
    freedom: float

    @property
    def limit(self) -> float:
        """The distance that his own shots exceed in `FALSE_ALARMS` of all cases."""
        return float(np.exp(self.middle + stats.t.ppf(1 - FALSE_ALARMS, self.freedom) * self.spread))

    def distance(self, embedding: FloatArray) -> float:
        """Of a shot (D,), in units of the limit."""
        return _to_nearest(self.embeddings, embedding) / self.limit

    def log_density(self, embedding: FloatArray) -> float:
        """How well a shot (D,) fits among his own: the log density of its distance's logarithm; one that is nearer than
        his own mostly are fits as well as those."""
        log = max(float(np.log(max(_to_nearest(self.embeddings, embedding), _LEAST))), self.middle)
        return float(stats.t.logpdf((log - self.middle) / self.spread, self.freedom) - np.log(self.spread))


def make_baseline(embeddings: FloatArray) -> Baseline:
    """Of shots (N, D). Each shot's distance to the others, left out in turn, says how far apart a player's shots are:
    their logarithms are taken as normal, their spread is joined with what is usual, and the next one's follows
    Student's t, so that few shots give a wide limit. Raises FormError."""
    count = len(embeddings)
    if count < LEAST_SHOTS:
        raise FormError(f"{count} shots to compare with: take {LEAST_SHOTS - count} more")
    away = [_to_nearest(np.delete(embeddings, row, axis=0), embeddings[row]) for row in range(count)]
    logs = np.log(np.maximum(away, _LEAST))
    logs = np.clip(logs, np.median(logs) - _ODD, np.median(logs) + _ODD)
    freedom = _COUNTS_AS + count - 1
    spread = np.sqrt((_COUNTS_AS * _USUAL_SPREAD**2 + ((logs - logs.mean()) ** 2).sum()) / freedom)
    return Baseline(np.asarray(embeddings), float(logs.mean()), float(spread * np.sqrt(1 + 1 / count)), freedom)


def _to_nearest(embeddings: FloatArray, embedding: FloatArray) -> float:
    """Mean distance to the nearest three."""
    away = np.sort(np.linalg.norm(embeddings - embedding, axis=1))
    return float(away[:NEIGHBOURS].mean())
