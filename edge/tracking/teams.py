"""Two teams by the colours that people wear, without labels: who is with whom, and who with neither.

The last looks of each track make one point; two centres are sought that explain most points, each point that is far
from both counting as an official's or another's. Every track then has a probability over (A, B, neither) from its own
looks, and a name once that is sure. Centres outlive tracks, so that names stay the same after a cut.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from edge.types import FloatArray, Team

NAMES: tuple[Team, Team] = ("A", "B")

_LOOKS = 12
_LOOKS_TO_COUNT = 3
_TRACKS = 40
_FIT_EVERY = 12
# In the scale of the looks (Lab): how far one look is from its cloth's colour, and where somebody is of neither team.
_SIGMA = 8.0
_NEITHER = 26.0
# Two colours are two teams where they are this far apart, also in spreads of the points around them.
_LEAST_APART, _LEAST_APART_SPREADS = 17.0, 3.0
# This share of the points, by looks, has to belong to one of the two, and so many tracks to each.
_LEAST_EXPLAINED, _LEAST_TRACKS = 0.7, 2
# Looks of one track share their light and their folds: each counts as this much of one.
_EVIDENCE_OF_A_LOOK = 0.5
_SURE, _DOUBT = 0.9, 0.5
# After so many fits that found no two teams the old ones are given up.
_PATIENCE = 4
# A player is looked at where no more than this share of his trunk is behind somebody.
_MOST_HIDDEN = 0.15


@dataclass(slots=True)
class _Wearer:
    looks: deque[FloatArray] = field(default_factory=lambda: deque(maxlen=_LOOKS))
    team: Team | None = None
    last: int = 0

    @property
    def point(self) -> FloatArray:
        return np.asarray(np.median(np.array(self.looks), axis=0))


class TeamFinder:
    """`see` takes one look of one track; `team` says what it is by now. Nothing is drawn by chance."""

    def __init__(self) -> None:
        self._wearers: OrderedDict[int, _Wearer] = OrderedDict()
        self._centres: FloatArray | None = None
        self._seen = 0
        self._failed = 0

    def next_to_see(self, ids: Iterable[int], count: int) -> list[int]:
        """Whom of these tracks to look at: those seen least, then those not seen for longest."""

        def order(track_id: int) -> tuple[int, int]:
            wearer = self._wearers.get(track_id)
            return (0, 0) if wearer is None else (len(wearer.looks), wearer.last)

        return sorted(ids, key=order)[:count]

    def see(self, track_id: int, look: FloatArray) -> None:
        """look (D,): what the track wears, on a scale on which 10 is a difference that one sees."""
        if not np.all(np.isfinite(look)):
            return
        self._seen += 1
        wearer = self._wearers.setdefault(track_id, _Wearer())
        wearer.looks.append(np.asarray(look, np.float64))
        wearer.last = self._seen
        self._wearers.move_to_end(track_id)
        while len(self._wearers) > _TRACKS:
            self._wearers.popitem(last=False)
        if self._seen % _FIT_EVERY == 0:
            self._fit()
        self._decide(wearer)

    def team(self, track_id: int) -> Team | None:
        """ "A", "B", or None: not seen enough, of neither, or the colours do not part."""
        wearer = self._wearers.get(track_id)
        return None if wearer is None else wearer.team

    def probability(self, track_id: int) -> FloatArray:
        """Of A, B and neither, (3,); equal where nothing is known."""
        wearer = self._wearers.get(track_id)
        if wearer is None or self._centres is None:
            return np.full(3, 1 / 3)
        return _posterior(np.array(wearer.looks), self._centres)

    @property
    def colours(self) -> FloatArray | None:
        """The looks (2, D) of A and B, or None while there are not two."""
        return None if self._centres is None else self._centres.copy()

    def _decide(self, wearer: _Wearer) -> None:
        if self._centres is None:
            wearer.team = None
            return
        chance = _posterior(np.array(wearer.looks), self._centres)
        best = int(np.argmax(chance))
        if len(wearer.looks) >= _LOOKS_TO_COUNT and chance[best] >= _SURE:
            wearer.team = NAMES[best] if best < 2 else None
        elif wearer.team is not None and chance[NAMES.index(wearer.team)] < _DOUBT:
            wearer.team = None

    def _fit(self) -> None:
        known = [wearer for wearer in self._wearers.values() if len(wearer.looks) >= _LOOKS_TO_COUNT]
        found = None
        if len(known) >= 2 * _LEAST_TRACKS:
            points = np.array([wearer.point for wearer in known])
            found = two_centres(points, np.array([float(len(wearer.looks)) for wearer in known]))
        if found is None:
            self._failed += 1
            if self._failed >= _PATIENCE:
                self._centres = None
        else:
            self._failed = 0
            self._centres = found if self._centres is None else _same_order(found, self._centres)
        for wearer in self._wearers.values():
            self._decide(wearer)


def two_centres(points: FloatArray, weight: FloatArray) -> FloatArray | None:
    """Centres (2, D) of two groups among points (N, D), or None where they do not part in two.

    Every pair of points is tried; the cost of a point stops growing where it is of neither group, so that a few
    others pull no centre to them.
    """
    square = np.sum((points[:, None] - points[None]) ** 2, axis=2)
    capped = np.minimum(square, _NEITHER**2)
    first, second = np.triu_indices(len(points), 1)
    cost = np.minimum(capped[first], capped[second]) @ weight
    best = int(np.argmin(cost))
    centres = points[[first[best], second[best]]]
    for _ in range(5):
        away = np.linalg.norm(points[:, None] - centres[None], axis=2)
        own, inside = away.argmin(axis=1), away.min(axis=1) < _NEITHER
        groups = [inside & (own == k) for k in (0, 1)]
        if min(group.sum() for group in groups) < _LEAST_TRACKS:
            return None
        centres = np.array([np.average(points[group], axis=0, weights=weight[group]) for group in groups])
    if weight[inside].sum() < _LEAST_EXPLAINED * weight.sum():
        return None
    apart = centres[1] - centres[0]
    gap = float(np.linalg.norm(apart))
    # Only the spread along the line between them can mix them up.
    off = (points[inside] - centres[own[inside]]) @ (apart / max(gap, 1e-9))
    spread = float(np.sqrt(np.average(off**2, weights=weight[inside])))
    return centres if gap > max(_LEAST_APART, _LEAST_APART_SPREADS * spread) else None


def _same_order(centres: FloatArray, before: FloatArray) -> FloatArray:
    straight = np.linalg.norm(centres - before)
    crossed = np.linalg.norm(centres[::-1] - before)
    return centres if straight <= crossed else centres[::-1].copy()


def _posterior(looks: FloatArray, centres: FloatArray) -> FloatArray:
    """Probability (3,) of A, B and neither from looks (N, D)."""
    square = np.sum((looks[:, None] - centres[None]) ** 2, axis=2)
    log = -0.5 * np.minimum(square, _NEITHER**2) / _SIGMA**2
    # Of neither: as likely as a look on the edge of both.
    edge = np.full((len(looks), 1), -0.5 * (0.8 * _NEITHER / _SIGMA) ** 2)
    total = _EVIDENCE_OF_A_LOOK * np.concatenate([log, edge], axis=1).sum(axis=0)
    share = np.exp(total - total.max())
    return np.asarray(share / share.sum())


def unhidden(boxes: FloatArray) -> npt.NDArray[np.bool_]:
    """Which of boxes (N, 4) show their trunk, (N,) bool: nobody nearer, whose lower edge is further down, covers it."""
    if not len(boxes):
        return np.zeros(0, bool)
    height = boxes[:, 3] - boxes[:, 1]
    trunk = np.column_stack([boxes[:, 0], boxes[:, 1] + 0.2 * height, boxes[:, 2], boxes[:, 1] + 0.65 * height])
    low, high = np.maximum(trunk[:, None, :2], boxes[None, :, :2]), np.minimum(trunk[:, None, 2:], boxes[None, :, 2:])
    shared = np.prod(np.maximum(high - low, 0.0), axis=2) / np.prod(trunk[:, 2:] - trunk[:, :2], axis=1)[:, None]
    nearer = boxes[None, :, 3] > boxes[:, None, 3]
    return np.asarray((shared * nearer).max(axis=1, initial=0.0) <= _MOST_HIDDEN)
