"""What the paper's method keeps of a player, and what it is shown of a frame."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field

import numpy as np

from edge.tracking import paper_rules as rules
from edge.tracking.incoming import usable
from edge.tracking.paper_filter import cosine
from edge.tracking.players import Embed
from edge.types import FloatArray, TrackStatus

_MOST_BOXES = 48


@dataclass(slots=True)
class PaperTrack:
    """One player: xy (2,) px of the upper body's centre, history of it, cloud (P, 2) and where it was last known before
    he was hidden. seen: the box (4,) of the region he is in. similarity: of that to how he looked at first."""

    track_id: int
    xy: FloatArray
    seen: FloatArray
    cloud: FloatArray
    seen_s: float
    confidence: float
    embedding: FloatArray | None
    history: deque[FloatArray] = field(default_factory=lambda: deque(maxlen=rules.HISTORY))
    known: FloatArray = field(default_factory=lambda: np.zeros(2))
    velocity: FloatArray = field(default_factory=lambda: np.zeros(2))
    covariance: FloatArray = field(default_factory=lambda: np.eye(2))
    similarity: float = 1.0
    misses: int = 0
    hidden: bool = False

    @property
    def size(self) -> FloatArray:
        return self.seen[2:] - self.seen[:2]

    @property
    def unit(self) -> float:
        """Pixels here for one of the paper's."""
        return float(self.size[1]) / rules.PLAYER_PX

    @property
    def box(self) -> FloatArray:
        """That of the region he is in; unseen, one of that size around where he was."""
        return rules.box_around(self.xy, self.size) if self.misses else self.seen

    @property
    def mean(self) -> FloatArray:
        box, cov = rules.box_around(self.xy, self.size), self.covariance
        return np.array([*(box[:2] + box[2:]) / 2, *self.velocity, cov[0, 0], cov[0, 1], cov[1, 1]])

    @property
    def status(self) -> TrackStatus:
        if self.misses >= rules.REDETECT_FRAMES:
            return TrackStatus.LOST
        return TrackStatus.OCCLUDED if self.misses or self.hidden else TrackStatus.CONFIRMED


@dataclass(frozen=True, slots=True)
class Seen:
    """The boxes (N, 4) of a frame, their confidence (N,), upper bodies (N, 4) and embeddings (N, D) or None."""

    boxes: FloatArray
    confidence: FloatArray
    regions: FloatArray
    embeddings: FloatArray | None

    def similarity(self, embedding: FloatArray | None) -> FloatArray:
        """To how a player looks, (N,); without a network everybody looks like everybody."""
        if self.embeddings is None or embedding is None:
            return np.ones(len(self.boxes))
        return cosine(embedding, self.embeddings)


def see(
    boxes: FloatArray, confidence: FloatArray, embed: Embed | None, image_size: tuple[int, int] | None,
    dropped: Counter[str],
) -> Seen:  # fmt: skip
    """What of a frame's boxes can be used, the surest first; what cannot is counted in `dropped`."""
    boxes, confidence = usable(boxes, confidence, _MOST_BOXES, image_size, dropped)
    surest = np.argsort(-confidence, kind="stable")
    chosen = boxes[surest]
    embeddings = embed(chosen) if embed is not None and len(chosen) else None
    return Seen(chosen, confidence[surest], rules.upper_bodies(chosen), embeddings)
