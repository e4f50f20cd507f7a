"""Where players' boxes are in the picture: Kalman filters of their middles, and what covers what.

state (T, 14), one row a player: 0-3 middle x, y px and velocity px/s; 4-6 variances and covariance of the middle px^2
(the noise being the same along and across, the covariance is nought); 7, 8 covariance of place and velocity, variance
of velocity; 9, 10 width and height px; 11 seconds since the last look, 12, 13 the middle then.
"""

from __future__ import annotations

import numba as nb
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Small = npt.NDArray[np.int16]

COLUMNS = 14
# All in heights of a player (1.8 m). How exact a box's middle is; how suddenly players turn, as spectral density.
_SEEN, _PUSH = 0.03, 2.0
_START_SPEED = 0.5
# Further from what was foreseen than this, a player is where his box is, at the speed that it took.
_BEHIND = 0.15
_SIZE_GAIN = 0.35
_LIKE_HEIGHT, _NEAR = 1.35, 0.6


@nb.njit(cache=True, nogil=True, error_model="numpy")
def begin(row: Floats, box: Floats) -> None:
    """A player at rest in a box (4,)."""
    width, height = box[2] - box[0], box[3] - box[1]
    row[0], row[1] = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    row[2] = row[3] = row[5] = row[7] = row[11] = 0.0
    row[4] = row[6] = (_SEEN * height) ** 2
    row[8] = (_START_SPEED * height) ** 2
    row[9], row[10] = width, height
    row[12], row[13] = row[0], row[1]


@nb.njit(cache=True, nogil=True, error_model="numpy")
def foresee(state: Floats, players: int, dt: float, hidden: Floats) -> None:
    """Move everybody on by dt s; hidden (T,): the share of each that the player before him who covers most covers.
    Lower in the picture is in front."""
    for t in range(players):
        row = state[t]
        push = _PUSH * row[10] ** 2
        row[0] += dt * row[2]
        row[1] += dt * row[3]
        row[4] += 2 * dt * row[7] + dt * dt * row[8] + push * dt**3 / 3
        row[7] += dt * row[8] + push * dt**2 / 2
        row[8] += push * dt
        row[6] = row[4]
        row[11] += dt
    for t in range(players):
        a, hidden[t] = state[t], 0.0
        for j in range(players):
            b = state[j]
            if b[1] + b[10] / 2 <= a[1] + a[10] / 2:
                continue
            width = min(a[0] + a[9] / 2, b[0] + b[9] / 2) - max(a[0] - a[9] / 2, b[0] - b[9] / 2)
            height = a[1] + a[10] / 2 - max(a[1] - a[10] / 2, b[1] - b[10] / 2)
            if width > 0 and height > 0:
                hidden[t] = max(hidden[t], width * height / (a[9] * a[10]))


@nb.njit(cache=True, nogil=True, error_model="numpy")
def look(state: Floats, players: int, pairs: Small, boxes: Floats, fastest: float) -> None:
    """Player t was seen as box pairs[t], -1 for none: Kalman's update. fastest: nobody exceeds it, heights/s."""
    for t in range(players):
        if pairs[t] < 0:
            continue
        row, box = state[t], boxes[pairs[t]]
        row[9] += _SIZE_GAIN * (box[2] - box[0] - row[9])
        row[10] += _SIZE_GAIN * (box[3] - box[1] - row[10])
        x, y, height = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, row[10]
        noise = (_SEEN * height) ** 2
        place, speed = row[4] / (row[4] + noise), row[7] / (row[4] + noise)
        off_x, off_y = x - row[0], y - row[1]
        row[0] += place * off_x
        row[1] += place * off_y
        row[2] += speed * off_x
        row[3] += speed * off_y
        row[8] -= speed * row[7]
        row[7] -= place * row[7]
        row[4] -= place * row[4]
        row[6] = row[4]
        if np.sqrt((row[0] - x) ** 2 + (row[1] - y) ** 2) > _BEHIND * height:
            last_x, last_y, since = row[12], row[13], max(row[11], 1e-3)
            begin(row, box)
            row[10] = height
            row[2], row[3] = (x - last_x) / since, (y - last_y) / since
        most, fast = fastest * height, np.sqrt(row[2] ** 2 + row[3] ** 2)
        if fast > most:
            row[2] *= most / fast
            row[3] *= most / fast
        row[11], row[12], row[13] = 0.0, x, y


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _median(values: Floats, count: int) -> float:
    """Of the first few, which are put in order."""
    for i in range(1, count):
        value, j = values[i], i
        while j > 0 and values[j - 1] > value:
            values[j] = values[j - 1]
            j -= 1
        values[j] = value
    return (values[(count - 1) // 2] + values[count // 2]) / 2


@nb.njit(cache=True, nogil=True, error_model="numpy")
def common_shift(state: Floats, players: int, boxes: Floats, count: int, shift: Floats, room: Floats) -> int:
    """By how much the picture shifted under everybody: the median of what separates those seen in the last frame from
    the boxes nearest to where they should be. From how many; shift (3,) dx, dy px, taken as a first guess, and the
    variance of one such separation, px^2. room (2, T) is scratch."""
    found = 0
    for _ in range(3):
        found = 0
        for t in range(players):
            row = state[t]
            if row[11] > 0.2:
                continue
            best, least = -1, _NEAR * row[10]
            for n in range(count):
                ratio = (boxes[n, 3] - boxes[n, 1]) / row[10]
                if ratio > _LIKE_HEIGHT or ratio < 1 / _LIKE_HEIGHT:
                    continue
                x = (boxes[n, 0] + boxes[n, 2]) / 2 - row[0] - shift[0]
                y = (boxes[n, 1] + boxes[n, 3]) / 2 - row[1] - shift[1]
                away = np.sqrt(x * x + y * y)
                if away < least:
                    best, least = n, away
            if best >= 0:
                room[0, found] = (boxes[best, 0] + boxes[best, 2]) / 2 - row[0]
                room[1, found] = (boxes[best, 1] + boxes[best, 3]) / 2 - row[1]
                found += 1
        if found == 0:
            return 0
        shift[0], shift[1] = _median(room[0], found), _median(room[1], found)
    for k in range(found):
        room[0, k], room[1, k] = abs(room[0, k] - shift[0]), abs(room[1, k] - shift[1])
    shift[2] = (1.48 * (_median(room[0], found) + _median(room[1], found)) / 2) ** 2
    return found
