"""Who looks like whom: every player's look over time against how he has looked of late.

Two who stood before each other for a second may have been taken for each other, and nothing in their way tells it
afterwards: their looks do. One or two of those who stand free are looked at a frame, in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from edge.types import FloatArray

Embed = Callable[[FloatArray], FloatArray]

# Looks a frame; what a gallery and what "of late" is the mean of; how many looks since they met a judgement needs.
_A_FRAME, _GALLERY, _RECENT, _ENOUGH = 2, 30.0, 6.0, 3
# A gallery of fewer looks is young; after so many frames a look is due anyway.
_YOUNG, _REST = 8, 90
# Cosines by which looks must agree better, for both of a pair together, to take them for exchanged; and how much longer
# than that those who met lately count as a pair.
_CLEARLY, _MET_S = 0.12, 20.0
# Boxes that overlap by this share of the smaller are of people who met; of one that stands free less is covered.
_MET, FREE = 0.5, 0.3


@dataclass(slots=True)
class _Look:
    gallery: FloatArray
    recent: FloatArray
    count: int = 1
    since: int = 1
    turn: int = 0


class Looks:
    """`update` sees where everybody is; `exchanged` says who was taken for whom."""

    def __init__(self) -> None:
        self._known: dict[int, _Look] = {}
        self._met: dict[tuple[int, int], float] = {}
        self._turn = 0
        self._ids: list[int] = []

    def reset(self) -> None:
        """Forget everybody."""
        self._known.clear()
        self._met.clear()

    def of(self, track_id: int) -> FloatArray | None:
        """The unit vector that a track's looks come to, or None where he was not looked at yet."""
        known = self._known.get(track_id)
        return None if known is None else known.gallery / np.linalg.norm(known.gallery)

    def forget(self, track_id: int) -> None:
        """A track has ended."""
        self._known.pop(track_id, None)
        self._met = {pair: time_s for pair, time_s in self._met.items() if track_id not in pair}

    def update(
        self, time_s: float, ids: Sequence[int], boxes: FloatArray, seen: npt.NDArray[np.bool_], embed: Embed
    ) -> None:
        """ids of all and their boxes (N, 4) px; seen (N,): who is in sight; embed: boxes (M, 4) to unit vectors
        (M, D)."""
        self._ids = list(ids)
        if not self._ids:
            return
        share = covered(boxes)
        for i, j in zip(*np.nonzero(np.triu(share > _MET, 1)), strict=True):
            self._met[min(ids[i], ids[j]), max(ids[i], ids[j])] = time_s
            for n in (i, j):
                if ids[n] in self._known:
                    self._known[ids[n]].since = 0
        self._met = {pair: met_s for pair, met_s in self._met.items() if 0 <= time_s - met_s <= _MET_S}
        self._turn += 1
        free = [n for n in np.flatnonzero(seen).tolist() if share[n].max() < FREE and self._wanted(ids[n])]
        free.sort(key=lambda n: self._known[ids[n]].turn if ids[n] in self._known else -1)
        chosen = free[:_A_FRAME]
        for n, look in zip(chosen, embed(boxes[chosen].astype(np.float32)) if chosen else (), strict=True):
            self._see(ids[n], np.asarray(look, np.float64))

    def exchanged(self) -> list[tuple[int, int]]:
        """Pairs of tracks that met of late and whose looks since fit the other's much better than their own.

        Nobody is in two of them: where three went round, the rest shows once the first two are set right.
        """
        judged = sorted({one for pair in self._met for one in pair if one in self._ids and self._enough(one)})
        if len(judged) < 2:
            return []
        own = np.array([self.of(one) for one in judged])
        late = np.array([self._known[one].recent / np.linalg.norm(self._known[one].recent) for one in judged])
        alike = late @ own.T
        rows, columns = linear_sum_assignment(-alike)
        found: list[tuple[int, int]] = []
        for a, b in zip(rows.tolist(), columns.tolist(), strict=True):
            pair = (judged[a], judged[b])
            gain = alike[a, b] + alike[b, a] - alike[a, a] - alike[b, b]
            alone = all(one not in other for other in found for one in pair)
            if a < b and alone and pair in self._met and gain > _CLEARLY:
                found.append(pair)
        return found

    def exchange(self, one: int, other: int) -> None:
        """From now on each is the other: the looks of late go with the body, the gallery with the number."""
        first, second = self._known[one], self._known[other]
        first.gallery, second.gallery = second.gallery, first.gallery
        first.count, second.count = second.count, first.count
        self._known[one], self._known[other] = second, first
        self._met.pop((min(one, other), max(one, other)), None)

    def _wanted(self, track_id: int) -> bool:
        """Whether a look at him is worth its time: his gallery is young, or he met somebody; of others now and then."""
        known = self._known.get(track_id)
        if known is None or known.count < _YOUNG or self._turn - known.turn > _REST:
            return True
        return known.since < _RECENT and any(track_id in pair for pair in self._met)

    def _himself(self, track_id: int, known: _Look) -> bool:
        """Whether he has looked like himself, more than like anybody whom he met of late."""
        others = [one if other == track_id else other for one, other in self._met if track_id in (one, other)]
        galleries = [one.gallery for number, one in self._known.items() if number in others]
        if not galleries:
            return True
        fits = [float(known.recent @ gallery / np.linalg.norm(gallery)) for gallery in (known.gallery, *galleries)]
        return known.since >= _ENOUGH and max(fits) == fits[0]

    def _enough(self, track_id: int) -> bool:
        known = self._known.get(track_id)
        return known is not None and known.since >= _ENOUGH

    def _see(self, track_id: int, look: FloatArray) -> None:
        known = self._known.get(track_id)
        if known is None:
            self._known[track_id] = _Look(look.copy(), look.copy(), turn=self._turn)
            return
        known.since += 1
        known.turn = self._turn
        known.recent += (look - known.recent) / min(known.since, _RECENT)
        if self._himself(track_id, known):
            known.count += 1
            known.gallery += (look - known.gallery) / min(known.count, _GALLERY)


def covered(boxes: FloatArray) -> npt.NDArray[np.floating]:
    """Overlap of each pair of boxes as a share of the smaller of both, (N, N); nobody covers himself."""
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    size = np.clip(np.minimum(boxes[:, None, 2:], boxes[None, :, 2:]) - low, 0, None).prod(axis=2)
    area = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    share = size / np.maximum(np.minimum(area[:, None], area[None, :]), 1e-9)
    np.fill_diagonal(share, 0.0)
    return np.asarray(share)
