"""What lies behind a snapshot, gathered from the trackers for those who draw it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from edge.kernels.boxes import iou
from edge.tracking.method import Track
from edge.types import FloatArray

_LEAST_OVERLAP = 0.3


def boxes_taken(tracks: Iterable[Track], boxes: FloatArray) -> dict[int, int]:
    """By track id the row of boxes (M, 4) px that a track seen on this frame is nearest to, each row once."""
    seen = [track for track in tracks if not track.misses and np.all(np.isfinite(track.box))]
    if not seen or not len(boxes):
        return {}
    overlap = iou(np.array([track.box for track in seen], np.float32), np.asarray(boxes, np.float32))
    taken: dict[int, int] = {}
    while overlap.max() >= _LEAST_OVERLAP:
        row, column = (int(place) for place in np.unravel_index(int(np.argmax(overlap)), overlap.shape))
        taken[seen[row].track_id] = column
        overlap[row], overlap[:, column] = -1.0, -1.0
    return taken
