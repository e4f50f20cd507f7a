"""Who shot this: by the embeddings of those who are enrolled, and by whom the track was last time.

A track is one person until it is lost, so what several shots of it say adds up; that a track has changed its person
in between is possible, and allowed for. Whoever is alone on the court is most likely who was a moment ago, though he
went out of view for the ball and came back as another track. A shot that its player takes as he never does says little
against him where his track is known, and nothing for him where it is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import stats

from edge.form.baseline import Baseline
from edge.types import FloatArray

# Of another person's shots the logarithm of the distance to somebody's, in units of his limit, and of his own shots
# with a fault: middle and spread. Measured on virtual shooters (0.78, 0.21 and 0.51, 0.22), and wider for people.
_OTHERS, _FAULTY, _SPREAD = 0.78, 0.5, 0.3
# Between two of its shots a track has come to be somebody else in so many cases; and so likely is a stranger at first.
_EXCHANGED, _STRANGER = 0.01, 0.25
# Who is alone so soon after the last shot was of somebody alone is somebody else in so many cases.
_SOON_S, _NEWCOMER = 60.0, 0.45
# So many of somebody's shots may have a fault: those are the ones that are worth telling him of. However bad it is, a
# track says more than one shot.
_UNUSUAL, _LEAST_FAULTY = 0.5, float(np.log(0.8))
_SURE = 0.7
_MOST = 12.0
_TRACKS_KEPT = 500


@dataclass(frozen=True, slots=True)
class Identity:
    """name: None where it is nobody's or not sure enough; probability of that name or, without one, of a stranger;
    nearest: enrolled players and the distances in their own limits, nearest first. by_track: something was known of
    the track before this shot."""

    name: str | None
    probability: float
    nearest: tuple[tuple[str, float], ...]
    by_track: bool = False


class Identifier:
    """`identify` is asked once a shot, in the order of the shots."""

    def __init__(self) -> None:
        self._known: dict[int, dict[str | None, float]] = {}
        # Who the last shot was of, if he was alone, and when.
        self._alone: dict[str | None, float] = {}
        self._alone_s = -np.inf

    def assign(self, track_id: int, name: str, alone_s: float | None = None) -> None:
        """Somebody said who this track is; alone_s: when, if nobody else was in view."""
        self._known[track_id] = {name: 1 - _EXCHANGED, None: _EXCHANGED}
        self._remember(self._known[track_id], alone_s)

    def _remember(self, shares: Mapping[str | None, float], alone_s: float | None) -> None:
        self._alone = {} if alone_s is None else dict(shares)
        self._alone_s = -np.inf if alone_s is None else alone_s

    def forget(self, name: str) -> None:
        """What is known of him goes to nobody."""
        for shares in (*self._known.values(), self._alone):
            shares[None] = shares.get(None, 0.0) + shares.pop(name, 0.0)

    def identify(
        self,
        track_id: int | None,
        embeddings: Mapping[str, FloatArray],
        baselines: Mapping[str, Baseline],
        alone_s: float | None = None,
    ) -> Identity:
        """Of a shot's embedding (D,), as it is if it is that player's, whose hand is known; and its shooter's track.

        alone_s: when the shot was, if nobody but its shooter was in view."""
        by_track = track_id is not None and track_id in self._known
        before = self._before(track_id, list(baselines), alone_s)
        log = {name: np.log(share) + _evidence(baselines, name, embeddings) for name, share in before.items()}
        most = max(log.values())
        shares = {name: float(np.exp(value - most)) for name, value in log.items()}
        total = sum(shares.values())
        shares = {name: share / total for name, share in shares.items()}
        if track_id is not None:
            self._known.pop(track_id, None)
            self._known[track_id] = dict(shares)
            while len(self._known) > _TRACKS_KEPT:
                del self._known[next(iter(self._known))]
        self._remember(shares, alone_s)
        away = ((name, one.distance(embeddings[name])) for name, one in baselines.items())
        nearest = sorted(away, key=lambda row: row[1])
        best = max(shares, key=lambda name: shares[name])
        if best is None or shares[best] < _SURE or best not in baselines:
            return Identity(None, shares[None], tuple(nearest), by_track)
        return Identity(best, shares[best], tuple(nearest), by_track)

    def _before(self, track_id: int | None, names: list[str], alone_s: float | None) -> dict[str | None, float]:
        """What is thought before this shot is looked at: as after the track's last one, or that of who was alone just
        now, a little less so."""
        anybody: dict[str | None, float] = {name: (1 - _STRANGER) / len(names) for name in names}
        anybody[None] = _STRANGER if names else 1.0
        known, changed = {} if track_id is None else self._known.get(track_id, {}), _EXCHANGED
        if not known and alone_s is not None and 0 <= alone_s - self._alone_s <= _SOON_S:
            known, changed = self._alone, _NEWCOMER
        if not known:
            return anybody
        # Who cannot be asked about this shot, since it could not be looked at as one of his hand's, stays as likely.
        total = max(sum(known.values()), 1e-9)
        return {
            name: max((1 - changed) * known.get(name, 0.0) / total + changed * anybody.get(name, 0.0), 1e-9)
            for name in {**anybody, **known}
        }


def _evidence(baselines: Mapping[str, Baseline], name: str | None, embeddings: Mapping[str, FloatArray]) -> float:
    """How much the shot speaks for a name, against a stranger: a log ratio of densities; 0 for who is not asked."""
    if name is None or name not in baselines:
        return 0.0
    own, embedding = baselines[name], embeddings[name]
    away = np.log(max(own.distance(embedding), 1e-6))
    other = stats.norm.logpdf(away, _OTHERS, _SPREAD)
    same = min(own.log_density(embedding) - other, _MOST)
    faulty = stats.norm.logpdf(max(away, _FAULTY), _FAULTY, _SPREAD) - other
    faulty = float(np.clip(faulty, _LEAST_FAULTY, _MOST))
    return float(np.logaddexp(np.log(1 - _UNUSUAL) + same, np.log(_UNUSUAL) + faulty))
