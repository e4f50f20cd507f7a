"""Who is which box: particles that are histories of joint associations, each with every player as a Gaussian."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from edge.kernels.hypotheses import prune, trace
from edge.kernels.joint import Moves, make_filter, make_seen, step
from edge.types import FloatArray

PARTICLES = 40
PLAYERS, BOXES = 24, 48
# The longest that an answer can wait to be settled, frames.
RING = 160
_BRANCHES = 4000
# A step is what a person of 1.8 m does: on the floor in metres, in the picture in pixels of the same measure.
_PUSH = 4.0
FASTEST = 8.0
_UNKNOWN = 3.0
_START_SPEED = 3.0
_CLUTTER = 2e-4
# Branches that are this much less likely (log) are not followed, particles twice as much.
_BAND = 10.0
# Particles that agree on who was which box for so many frames are one.
_FRAMES = 20
_SCALE_GAIN = 0.2
# Who is told to be who stays so while no other history is likelier by so much (log).
_LOYAL = 2.0
# People's heights, log: how they differ, how much a pose makes of one's own, and for how long.
_TALL, _POSE, _POSE_S = 0.06, 0.075, 0.55


class JointAssociation:
    """Up to 24 players among up to 48 boxes; players are numbered from 0. `frame` counts what was assigned."""

    def __init__(self, particles: int = PARTICLES) -> None:
        self._state = make_filter(particles, PLAYERS, BOXES, _FRAMES, RING, _BRANCHES)
        self._seen = make_seen(BOXES)
        self._more, self._unseen = np.zeros((PLAYERS, BOXES)), np.zeros(PLAYERS)
        self._path = np.full((RING, PLAYERS), -1, np.int16)
        self._particles, self._players, self._now, self.frame, self._shown = 1, 0, 0, 0, 0
        self._scale = np.ones(PLAYERS)
        self._moves = Moves(np.ones(PLAYERS), np.ones(PLAYERS), np.ones(PLAYERS))

    def reset(self) -> None:
        """Forget everybody."""
        self._particles, self._players, self._shown = 1, 0, 0
        self._state.weight[:] = 0.0
        self._state.ring_boxes[:] = -1

    @property
    def weights(self) -> FloatArray:
        """Of each particle, adding up to one."""
        share = np.exp(-self._state.weight[: self._particles])
        return np.asarray(share / share.sum())

    @property
    def means(self) -> FloatArray:
        """Place and velocity of every player in every particle, (H, T, 4), in units of the plane; a view."""
        return self._state.mean[self._now, : self._particles, : self._players]

    @property
    def spreads(self) -> FloatArray:
        """Their covariances, (H, T, 4, 4); a view."""
        return self._state.spread[self._now, : self._particles, : self._players]

    def scale(self, t: int) -> float:
        """Units of the plane to a metre where player t is."""
        return float(self._scale[t])

    def add(self, xy: FloatArray, covariance: FloatArray, scale: float, tall: float, box: int = -1) -> int | None:
        """Another player, in every particle, at rest at xy (2,) within covariance (2, 2); his number, or None where
        there is no room. scale: units of the plane to a metre there; tall: log height; box: which one of the last
        frame he is.

        Particles in which somebody else is there have two players at one place for a while, and lose weight by it."""
        if self._players == PLAYERS:
            return None
        t, state = self._players, self._state
        mean, spread, tallness = state.mean[self._now], state.spread[self._now], state.tall[self._now]
        mean[:, t] = (*xy, 0.0, 0.0)
        spread[:, t] = 0.0
        spread[:, t, :2, :2] = covariance
        spread[:, t, 2, 2] = spread[:, t, 3, 3] = (_START_SPEED * scale) ** 2
        tallness[:, t] = (tall, 0.0, _POSE**2 + _TALL**2, -(_POSE**2), _POSE**2)
        state.ring_boxes[:, :, t] = -1
        state.ring_boxes[self.frame % RING, :, t] = box
        self._rescale(t, scale)
        self._players += 1
        return t

    def drop(self, t: int) -> None:
        """Player t is gone; those after him move up by one."""
        last, state = self._players - 1, self._state
        for array in (state.mean[self._now], state.spread[self._now], state.tall[self._now]):
            array[:, t:last] = array[:, t + 1 : last + 1]
        state.ring_boxes[:, :, t:last] = state.ring_boxes[:, :, t + 1 : last + 1]
        state.ring_boxes[:, :, last] = -1
        for own in (self._scale, *self._moves):
            own[t:last] = own[t + 1 : last + 1]
        self._players = last

    def shift(self, move: FloatArray) -> None:
        """The plane is a picture whose camera moved: move (2, 3) from old to new pixels."""
        mean = self.means
        mean[..., :2] = mean[..., :2] @ move[:, :2].T + move[:, 2]
        mean[..., 2:] = mean[..., 2:] @ move[:, :2].T

    def assign(
        self, dt_s: float, xy: FloatArray, covariance: FloatArray, scale: FloatArray, tall: FloatArray,
        tall_noise: FloatArray | float, detected: FloatArray, more: FloatArray, drift: float = 0.0,
    ) -> list[int]:  # fmt: skip
        """The box of each player in the particle that is told, or -1, dt_s after the last frame.

        xy (N, 2): where the boxes stand, within covariance (N, 2, 2). scale (N,): units of the plane to a metre there.
        tall (N,): log heights, with variances tall_noise (N,). detected (players,): probability that a player gives
        a box. more (players, N): further cost of a pair, as minus a log likelihood. Not more than `BOXES` of them.
        drift: by how much what should be constant in a log height changes, per second^0.5: 0 where distances are known.
        """
        boxes, players, seen = len(xy), self._players, self._seen
        seen.xy[:boxes], seen.noise[:boxes] = xy, covariance
        seen.gain[:boxes] = 2 * np.log(scale) - np.log(_CLUTTER)
        seen.tall[:boxes], seen.tall_noise[:boxes] = tall, tall_noise
        self._unseen[:players] = np.log(detected / (1 - detected))
        self._more[:players, :boxes] = more
        self.frame += 1
        self._particles = step(
            self._state, self._now, self.frame, self._particles, players, boxes, self._moves, dt_s,
            math.exp(-dt_s / _POSE_S), _POSE**2, drift**2 * dt_s, seen, self._unseen, self._more, _BAND,
        )  # fmt: skip
        self._now = 1 - self._now
        self._shown = self._loyal()
        found = [int(box) for box in self._state.boxes_of[self._shown, :players]]
        for t, box in enumerate(found):
            if box >= 0 and scale[box] != self._scale[t]:
                self._rescale(t, self._scale[t] + _SCALE_GAIN * (scale[box] - self._scale[t]))
        return found

    def _rescale(self, t: int, scale: float) -> None:
        """So many units of the plane are a metre where player t is."""
        self._scale[t] = scale
        self._moves.push[t] = _PUSH * scale**2
        self._moves.fastest[t] = FASTEST * scale
        self._moves.widest[t] = (_UNKNOWN * scale) ** 2

    def _loyal(self) -> int:
        """The particle that is told: what goes on from the one told before, unless another is clearly likelier."""
        for k in range(self._particles):
            if self._state.chosen[k] == self._shown:
                return k if self._state.weight[k] < _LOYAL else 0
        return 0

    def settle(self, back: int) -> None:
        """What the history that is the likeliest now says of `back` frames ago, and before, is taken for true."""
        prune(self._state.ring_parents, self.frame % RING, back, self._particles, self._state.weight)

    def history(self, back: int) -> npt.NDArray[np.int16]:
        """Who was which box in the last back + 1 frames, oldest first, by the history that is the likeliest now:
        (back + 1, players), -1 for unseen. A view, until asked again."""
        trace(self._state.ring_boxes, self._state.ring_parents, self.frame % RING, back, self._path)
        return self._path[: back + 1, : self._players]
