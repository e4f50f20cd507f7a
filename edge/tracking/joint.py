"""Who is which box: particles that are histories of joint associations, each with every player as a Gaussian."""

from __future__ import annotations

import numpy as np

from edge.kernels.joint import advance, branch, choose, follow, score
from edge.types import FloatArray

PARTICLES = 40
PLAYERS, BOXES = 24, 48
_BRANCHES = 4000
# A step is what a person of 1.8 m does: on the floor in metres, in the picture in pixels of the same measure.
_PUSH = 4.0
FASTEST = 8.0
_UNKNOWN = 3.0
_START_SPEED = 3.0
_DETECTED = 0.97
_CLUTTER = 2e-4
# Branches that are this much less likely (log) are not followed, particles twice as much.
_BAND = 10.0
# Particles that agree on who was which box for so many frames are one.
_FRAMES = 20
_SCALE_GAIN = 0.2


class JointAssociation:
    """Up to 24 players among up to 48 boxes. `predict`, then `assign`, in turn; players are numbered from 0."""

    def __init__(self, particles: int = PARTICLES) -> None:
        # Two of each: the particles of now, and room for those of the next frame.
        self._mean = [np.zeros((particles, PLAYERS, 4)) for _ in range(2)]
        self._spread = [np.zeros((particles, PLAYERS, 4, 4)) for _ in range(2)]
        self._recent = [np.full((particles, _FRAMES, PLAYERS), -1, np.int16) for _ in range(2)]
        self._weight = np.zeros(particles)
        self._cost = np.zeros((particles, PLAYERS, BOXES))
        self._room = np.zeros((4, PLAYERS + BOXES + 2))
        self._links = np.zeros((2, PLAYERS + BOXES + 2), np.int64)
        self._best = np.full((particles, PLAYERS), -1, np.int16)
        self._chosen_boxes = np.full((particles, PLAYERS), -1, np.int16)
        self._value = np.zeros(_BRANCHES)
        self._parent = np.zeros(_BRANCHES, np.int64)
        self._change = np.full((_BRANCHES, 4), -1, np.int64)
        self._chosen = np.zeros(particles, np.int64)
        self._marks = np.zeros(particles, np.uint64)
        self._particles, self._players = 1, 0
        self._scale = np.ones(PLAYERS)

    def reset(self) -> None:
        """Forget everybody."""
        self._particles, self._players = 1, 0
        self._weight[:] = 0.0
        self._recent[0][:] = -1

    def add(self, xy: FloatArray, covariance: FloatArray, scale: float) -> int | None:
        """Another player, in every particle, at rest at xy (2,) within covariance (2, 2); its number, or None where
        there is no room. scale: units of the plane to a metre there.

        Particles in which somebody else is there have two players at one place for a while, and lose weight by it."""
        if self._players == PLAYERS:
            return None
        t = self._players
        self._mean[0][:, t] = (*xy, 0.0, 0.0)
        self._spread[0][:, t] = 0.0
        self._spread[0][:, t, :2, :2] = covariance
        self._spread[0][:, t, 2, 2] = self._spread[0][:, t, 3, 3] = (_START_SPEED * scale) ** 2
        self._recent[0][:, :, t] = -1
        self._scale[t] = scale
        self._players += 1
        return t

    def drop(self, t: int) -> None:
        """Player t is gone; those after it move up by one."""
        last = self._players - 1
        for array in (self._mean[0], self._spread[0]):
            array[:, t:last] = array[:, t + 1 : last + 1]
        self._recent[0][:, :, t:last] = self._recent[0][:, :, t + 1 : last + 1]
        self._recent[0][:, :, last] = -1
        self._scale[t:last] = self._scale[t + 1 : last + 1]
        self._players = last

    def shift(self, move: FloatArray) -> None:
        """The plane is a picture whose camera moved: move (2, 3) from old to new pixels."""
        mean = self._mean[0][: self._particles, : self._players]
        mean[..., :2] = mean[..., :2] @ move[:, :2].T + move[:, 2]
        mean[..., 2:] = mean[..., 2:] @ move[:, :2].T

    def predict(self, dt_s: float) -> None:
        """Everybody moves on for dt_s."""
        scale = self._scale
        advance(
            self._mean[0], self._spread[0], self._particles, self._players, dt_s,
            _PUSH * scale**2, FASTEST * scale, (_UNKNOWN * scale) ** 2,
        )  # fmt: skip

    def assign(self, xy: FloatArray, covariance: FloatArray, scale: FloatArray, more: FloatArray) -> list[int]:
        """The box of each player in the heaviest particle, or -1.

        xy (N, 2): where the boxes stand, within covariance (N, 2, 2). scale (N,): units of the plane to a metre there.
        more (players, N): further cost of a pair, as minus a log likelihood. Not more than `BOXES` of them.
        """
        boxes = len(xy)
        gain = np.log(_DETECTED / (1 - _DETECTED)) - np.log(_CLUTTER / scale**2)
        score(
            self._mean[0],
            self._spread[0],
            self._particles,
            self._players,
            boxes,
            xy,
            covariance,
            gain,
            more,
            self._cost,
        )
        count = branch(
            self._weight, self._cost, self._particles, self._players, boxes, _BAND, self._room, self._links,
            self._best, self._value, self._parent, self._change,
        )  # fmt: skip
        kept = choose(
            count, self._players, len(self._weight), 2 * _BAND, self._best, self._value, self._parent, self._change,
            self._recent[0], self._chosen, self._chosen_boxes, self._marks,
        )  # fmt: skip
        follow(
            self._mean[0], self._spread[0], self._recent[0], kept, self._players, self._chosen, self._chosen_boxes,
            xy, covariance, self._mean[1], self._spread[1], self._recent[1],
        )  # fmt: skip
        for pair in (self._mean, self._spread, self._recent):
            pair.reverse()  # type: ignore[attr-defined]
        self._weight[:kept] = self._value[:kept]
        self._particles = kept
        found = [int(box) for box in self._chosen_boxes[0, : self._players]]
        for t, box in enumerate(found):
            if box >= 0:
                self._scale[t] += _SCALE_GAIN * (scale[box] - self._scale[t])
        return found
