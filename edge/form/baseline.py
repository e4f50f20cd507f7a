"""A player's own shots as a yardstick: how far a new one is from them, in his own spread.

Paper 000, section 6.1, looks whether a shot's embedding lies apart from the usual ones by eye; here the distance is
calibrated, so that 1 means the same for a steady player and for an unsteady one, after ten shots and after a hundred.
Beside the embedding, which is of the pose alone, it asks how steeply the ball left (`edge.form.launch`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from edge.form.errors import FormError
from edge.types import FloatArray

NEIGHBOURS = 3
LEAST_SHOTS = 5
# A shot as usual as a player's others is beyond 1 in so many cases; of these the ball's way has a quarter.
FALSE_ALARMS = 0.02
_BY_LAUNCH = 0.25 * FALSE_ALARMS
# What is usual in most players counts as so many shots beside a player's own: by how much the logarithm of a shot's
# distance to its neighbours scatters, and the launch, deg.
_COUNTS_AS = 4.0
_USUAL_SPREAD, _USUAL_LAUNCH_DEG = 0.2, 2.0
_LEAST = 1e-6
# One shot of an enrolment that was seen badly does not widen the limit further than this, as a logarithm.
_ODD = 0.3
# From further round than this a player's form looks different; so many of his shots must have been seen from nearer.
_SAME_VIEW_RAD = 0.4


@dataclass(frozen=True, slots=True)
class Expected:
    """Where a figure of a player's next shot is expected: Student's t of so much freedom about `middle`."""

    middle: float
    spread: float
    freedom: float

    def beyond(self, share: float) -> float:
        """How far above the middle all but that share of his own shots stay."""
        return float(stats.t.ppf(1 - share, self.freedom)) * self.spread


def expected(values: FloatArray, usual_spread: float) -> Expected:
    """From values (N,) of a player's shots, whose spread is joined with what is usual; so few give a wide one."""
    count = len(values)
    freedom = _COUNTS_AS + count - 1
    own = float(((values - values.mean()) ** 2).sum())
    spread = np.sqrt((_COUNTS_AS * usual_spread**2 + own) / freedom * (1 + 1 / count))
    return Expected(float(values.mean()), float(spread), freedom)


@dataclass(frozen=True, slots=True)
class Baseline:
    """embeddings (N, D), unit length, of the shots that a player is compared with. away: the logarithm of the next
    one's distance to them; launch: of its ball, deg, None where too few were seen from the side. views_rad (N,): from
    where each was seen (`FormSequence.view_rad`), NaN where that is not known."""

    embeddings: FloatArray
    away: Expected
    launch: Expected | None
    views_rad: FloatArray

    @property
    def limit(self) -> float:
        """The distance that his own shots hardly exceed."""
        return float(np.exp(self.away.middle + self.away.beyond(FALSE_ALARMS - _BY_LAUNCH)))

    def distance(self, embedding: FloatArray, launch_deg: float = np.nan) -> float:
        """Of a shot (D,), in units of what his own exceed in `FALSE_ALARMS` of all cases."""
        return max(_to_nearest(self.embeddings, embedding) / self.limit, abs(self.flatness(launch_deg)))

    def seen_alike(self, view_rad: float) -> npt.NDArray[np.bool_]:
        """Which of the shots (N,) were seen from about there, or from nobody knows where."""
        away = np.abs((self.views_rad - view_rad + np.pi) % (2 * np.pi) - np.pi)
        return np.asarray(~(away > _SAME_VIEW_RAD))

    def knows(self, view_rad: float) -> bool:
        """Whether a shot that was seen from there can be compared with these."""
        return int(self.seen_alike(view_rad).sum()) >= LEAST_SHOTS

    def flatness(self, launch_deg: float) -> float:
        """How much flatter (-) or steeper (+) than usual the ball left, in units of the limit; 0 where not known."""
        if self.launch is None or not np.isfinite(launch_deg):
            return 0.0
        return (launch_deg - self.launch.middle) / self.launch.beyond(_BY_LAUNCH / 2)

    def log_density(self, embedding: FloatArray) -> float:
        """How well a shot (D,) fits among his own: the log density of its distance's logarithm; one that is nearer than
        his own mostly are fits as well as those."""
        own = self.away
        log = max(float(np.log(max(_to_nearest(self.embeddings, embedding), _LEAST))), own.middle)
        return float(stats.t.logpdf((log - own.middle) / own.spread, own.freedom) - np.log(own.spread))


def make_baseline(
    embeddings: FloatArray, launches_deg: Sequence[float] = (), views_rad: Sequence[float] = ()
) -> Baseline:
    """Of shots (N, D), their balls' launches, and from where they were seen; NaN, or none at all, where not known.

    Each shot's distance to the others, left out in turn, says how far apart a player's shots are; their logarithms are
    taken as normal. Raises FormError."""
    count = len(embeddings)
    if count < LEAST_SHOTS:
        raise FormError(f"{count} shots to compare with: take {LEAST_SHOTS - count} more")
    away = [_to_nearest(np.delete(embeddings, row, axis=0), embeddings[row]) for row in range(count)]
    logs = np.log(np.maximum(away, _LEAST))
    logs = np.clip(logs, np.median(logs) - _ODD, np.median(logs) + _ODD)
    launches = np.array([one for one in launches_deg if np.isfinite(one)])
    launch = expected(launches, _USUAL_LAUNCH_DEG) if len(launches) >= LEAST_SHOTS else None
    views = np.asarray(views_rad, dtype=np.float64) if len(views_rad) else np.full(count, np.nan)
    return Baseline(np.asarray(embeddings), expected(logs, _USUAL_SPREAD), launch, views)


def _to_nearest(embeddings: FloatArray, embedding: FloatArray) -> float:
    """Mean distance to the nearest three."""
    away = np.sort(np.linalg.norm(embeddings - embedding, axis=1))
    return float(away[:NEIGHBOURS].mean())
