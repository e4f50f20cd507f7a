"""The map of all shots: two main directions of what is known, fixed, so that points stay where they were.

New shots are laid onto the same two directions. They are found anew only when there are half as many shots again as
when they were, and then turned and mirrored to lie as near as can be to the old map (Procrustes).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge.types import FloatArray

_ANEW = 1.5
LEAST = 3


@dataclass(frozen=True, slots=True)
class Atlas:
    """centre (D,), axes (2, D), and of how many shots they were found."""

    centre: FloatArray
    axes: FloatArray
    count: int

    def place(self, embeddings: FloatArray) -> FloatArray:
        """Where shots (..., D) lie: (..., 2)."""
        return np.asarray((embeddings - self.centre) @ self.axes.T)


def update_atlas(known: Atlas | None, embeddings: FloatArray) -> Atlas | None:
    """The map for all shots (N, D) so far; the known one as long as it will do, None where there are too few."""
    count = len(embeddings)
    if count < LEAST or (known is not None and count < _ANEW * known.count):
        return known
    centre = embeddings.mean(axis=0)
    axes = np.linalg.svd(embeddings - centre, full_matrices=False)[2][:2]
    if known is None:
        return Atlas(centre, axes, count)
    before, after = known.place(embeddings), (embeddings - centre) @ axes.T
    left, _, right = np.linalg.svd((after - after.mean(axis=0)).T @ (before - before.mean(axis=0)))
    turned = (left @ right).T @ axes
    # The old and the new middle of all that is there lie at the same place.
    shift = after.mean(axis=0) @ (left @ right) - before.mean(axis=0)
    return Atlas(centre + shift @ turned, turned, count)
