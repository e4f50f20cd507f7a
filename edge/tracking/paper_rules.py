"""The paper's rules about players, one function or constant each, by section.

Its pictures are 3840 x 2160 with players of about 300 px height; every pixel figure is told here as printed and scaled
by `PLAYER_PX` to the height of the player that it is applied to. Its candidate regions are upper bodies.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from edge.tracking.paper_filter import inside, within
from edge.types import FloatArray

PLAYER_PX = 300.0

# Initialization: "a standard deviation corresponding to a range of approximately" this; state estimation's noise too.
START_PX = np.array([20.0, 30.0])
# Overview: where similarity drops below a threshold the noise grows. Neither figure is printed.
ALIKE, WIDER = 0.5, 1.5
# Overview: "a small amount of jitter"; the figure is not printed.
JITTER_PX = 2.0
# Resampling, close players: where a front player's particles count, and a back player's.
FRONT_WINDOW_PX = np.array([10.0, 15.0])
BACK_WINDOW_PX = np.array([15.0, 15.0])
# Dealing with Occlusions.
CLOSE_PX = 50.0
OCCLUDED_FRAMES = 3
OCCLUDED_PX = np.array([30.0, 35.0])
_HIDDEN_PX = np.array([[-25.0, -20.0], [25.0, 0.0]])
_IN_FRONT_PX = np.array([15.0, 15.0])
# Handling Mis-tracking During Running Motion.
_RUN_INTERVALS = 5
_RUN_PX = 1.0
_RUN_SPREAD_PX = np.array([60.0, 30.0])
HISTORY = _RUN_INTERVALS + 2
# Redetecting Players.
REDETECT_FRAMES = 10
_TAKEN_PX = np.array([20.0, 25.0])

# Which share of a person's box is the upper body.
_UPPER = 0.5


def upper_bodies(boxes: FloatArray) -> FloatArray:
    """Candidate regions (N, 4) of persons' boxes (N, 4)."""
    regions = boxes.astype(np.float64)
    regions[:, 3] = boxes[:, 1] + _UPPER * (boxes[:, 3] - boxes[:, 1])
    return regions


def box_around(xy: FloatArray, size: FloatArray) -> FloatArray:
    """The box (4,) of a person of that size (2,) whose upper body has its centre at xy (2,)."""
    corner = xy - size * [0.5, _UPPER / 2]
    return np.concatenate([corner, corner + size])


def centres(regions: FloatArray) -> FloatArray:
    """(N, 2) of regions (N, 4)."""
    return np.asarray((regions[:, :2] + regions[:, 2:]) / 2)


def close(a: FloatArray, b: FloatArray, unit: float) -> bool:
    """Dealing with Occlusions: within 50 px of each other in both directions. unit: px here for one of the paper's."""
    return bool((np.abs(a - b) < CLOSE_PX * unit).all())


def counts_in_front(xy: FloatArray, before: FloatArray, unit: float) -> npt.NDArray[np.bool_]:
    """Resampling, close players: a front player's particles (P, 2) count near where he was."""
    return within(xy, before, FRONT_WINDOW_PX * unit)


def counts_behind(xy: FloatArray, before: FloatArray, front: FloatArray, unit: float) -> npt.NDArray[np.bool_]:
    """Resampling, close players: a back player's count near where he was, and by the front player's position now.

    How the window "with respect to the current position of the front player" is meant is not printed; as it is there
    to keep the two apart, what lies within it is the front player's, as in Dealing with Occlusions (ii)."""
    return within(xy, before, BACK_WINDOW_PX * unit) & ~within(xy, front, BACK_WINDOW_PX * unit)


def counts_hidden(xy: FloatArray, known: FloatArray, front: FloatArray, unit: float) -> npt.NDArray[np.bool_]:
    """Dealing with Occlusions: the particles of somebody hidden count neither (i) around and right above where he was
    last known (2,) nor (ii) on who hides him, at front (2,)."""
    apart = xy - known
    above = ((apart >= _HIDDEN_PX[0] * unit) & (apart <= _HIDDEN_PX[1] * unit)).all(axis=1)
    return np.asarray(~above & ~within(xy, front, _IN_FRONT_PX * unit))


def mistracked(history: Sequence[FloatArray], regions: FloatArray) -> bool:
    """Handling Mis-tracking: the coordinates of the last frame are those of the one before it ("two frames earlier",
    seen from this one), and lie in no candidate region. history: the latest last."""
    if len(history) < 2 or np.abs(history[-1] - history[-2]).max() > 1e-6:
        return False
    return not inside(history[-1][None], regions).any()


def running(history: Sequence[FloatArray], unit: float) -> int:
    """Equations 4 and 5: 1 for running right, -1 left, 0 neither, by the sum over five intervals that end two frames
    before this one. Equation 5 is printed with <= 1, which would hold for who stands still: -1 is meant."""
    if len(history) < HISTORY:
        return 0
    x = [xy[0] for xy in list(history)[-HISTORY:-1]]
    moved = float(np.diff(x).sum())
    return int(moved >= _RUN_PX * unit) - int(moved <= -_RUN_PX * unit)


def directed(direction: int, unit: float) -> tuple[FloatArray, FloatArray]:
    """Handling Mis-tracking: from where to where (2,), (2,) px particles of a runner are spread: 0..60 px ahead of
    where he was, +-30 px up and down."""
    reach = _RUN_SPREAD_PX * unit
    ahead = sorted((0.0, direction * reach[0]))
    return np.array([ahead[0], -reach[1]]), np.array([ahead[1], reach[1]])


def largest(boxes: FloatArray, count: int) -> npt.NDArray[np.int64]:
    """Redetecting Players, preprocessing: the smallest areas go until there are as many as players. Which of the boxes
    (N, 4) are left, in their order."""
    area = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    return np.sort(np.argsort(-area, kind="stable")[:count])


def redetect(
    lost: FloatArray, regions: FloatArray, team: FloatArray, others: FloatArray, unit: float
) -> FloatArray | None:
    """Redetecting Players: where (2,) somebody lost at (2,) is, or None. regions (N, 4): candidate areas; team (T, 2):
    where the others of his team are; others (O, 2): where all others are."""
    middle = centres(regions)
    order = np.argsort(np.linalg.norm(middle - lost, axis=1), kind="stable")
    # First stage: the nearest area without one of his team at its centre.
    for n in order:
        if not within(team, middle[n], _TAKEN_PX * unit).any():
            return np.asarray(middle[n])
    # Second stage: the nearest area without anybody within its bounds.
    holds = inside(others, regions)
    for n in order:
        if not holds[:, n].any():
            return np.asarray(middle[n])
    # "In cases with multiple players within the same area": where the nearest of them is.
    crowd = others[holds[:, holds.sum(axis=0) > 1].any(axis=1)]
    return None if not len(crowd) else np.asarray(crowd[np.argmin(np.linalg.norm(crowd - lost, axis=1))])


def two_teams(embeddings: FloatArray) -> FloatArray:
    """The mean looks (2, D) of two teams among the players (N >= 2, D) of a first frame. The paper's detector is
    trained to tell the teams; here the embeddings fall into two groups."""
    alike = embeddings @ embeddings.T
    means = embeddings[list(np.unravel_index(np.argmin(alike), alike.shape))]
    for _ in range(10):
        group = np.argmax(embeddings @ means.T, axis=1)
        means = np.stack([embeddings[group == g].mean(axis=0) if (group == g).any() else means[g] for g in (0, 1)])
    return np.asarray(means)
