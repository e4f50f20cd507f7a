"""One lesson for the network: a part of a clip, disturbed, with balls painted in, and what it should answer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from engines.ball.clips import Clip, Floats, Image, cut_out
from engines.ball.distract import cover_up, put_thing, walk_in
from engines.ball.layout import BALL, CELL_PX, FRAMES, RIM
from engines.ball.paint import Layer, Path, ball_sprite, draw_path, paint_ball

SIDE_PX = 256
# A ball of which less is visible is nothing to be found; in between it counts neither way.
LEAST_VISIBLE, HARDLY_VISIBLE = 0.35, 0.1
_UNSURE = 0.5 * (LEAST_VISIBLE + HARDLY_VISIBLE)
RADII_PX = (3.5, 45.0)
# A ball at rest that is smaller is told from nothing by nothing.
_LEAST_RESTING_PX = 4.5
_RIM_WIDTHS_PX = (20.0, 130.0)
# A ball that changes its surroundings by less is lost in them, grey levels.
_LEAST_CONTRAST = 12.0
_MOST_ENLARGED = 3.0
# How often no hand is before a painted ball, one, or two.
_HANDS = (0.55, 0.25, 0.2)
_SPRITES = 160
# How many of the lessons are of the gym, of photos to paint into, of photos with balls, of balls in flight in videos.
_SHARES = (0.4, 0.32, 0.14, 0.14)


@dataclass(frozen=True, slots=True)
class Lesson:
    """frames (9, S, S) uint8 RGB, oldest first. On the grid of cells of 4 px (h, w): heat (2, h, w) of ball and rim,
    how much each cell counts (2, h, w), and at the cells `at` (K, 3: kind, row, column) the answer `values` (K, 4)."""

    frames: Image
    heat: npt.NDArray[np.float32]
    weight: npt.NDArray[np.float32]
    at: npt.NDArray[np.int64]
    values: npt.NDArray[np.float32]


class Lessons:
    """Lessons by number: the same seed and number give the same one, in whichever process.

    gym: parts of virtual scenes; photos: pictures to paint balls into; labelled: pictures with known balls; flights:
    moments of videos with known balls. An empty kind is left out; at least one must be there (ValueError).
    """

    def __init__(
        self,
        gym: Sequence[Clip],
        photos: Sequence[Clip],
        labelled: Sequence[Clip],
        flights: Sequence[Clip],
        seed: int,
    ) -> None:
        kinds = zip((gym, photos, labelled, flights), _SHARES, strict=True)
        self._kinds = [(clips, share) for clips, share in kinds if len(clips)]
        if not self._kinds:
            raise ValueError("nothing to learn from: no gym, no photos, no videos")
        self._gym = gym
        self._seed = seed
        rng = np.random.default_rng([seed, 1])
        self._sprites = [ball_sprite(rng) for _ in range(_SPRITES)]

    def lesson(self, number: int) -> Lesson:
        """The lesson of that number."""
        rng = np.random.default_rng([self._seed, 2, number])
        shares = np.array([share for _, share in self._kinds])
        source = self._kinds[int(rng.choice(len(shares), p=shares / shares.sum()))][0]
        clip = _part(source[int(rng.integers(len(source)))], rng)
        if rng.random() < 0.5:
            clip = _mirrored(clip)
        texture = self._texture(rng)
        painted = 0.3 if source is self._gym else 0.85
        frames = clip.frames.copy()
        if source is not self._gym:
            frames = _shaken(frames, rng)
            for _ in range(int(rng.poisson(0.7))):
                walk_in(frames, rng, texture)
        for _ in range(int(rng.poisson(0.8))):
            put_thing(frames, rng)
        balls = clip.balls
        if len(balls):
            balls = _still_there(balls, frames[-1], clip.frames[-1])
        if rng.random() < painted:
            for _ in range(1 + int(rng.random() < 0.25)):
                balls = self._paint(frames, balls, rng, texture)
        frames = sensor(frames, rng)
        return _lesson(frames, balls, clip)

    def _texture(self, rng: np.random.Generator) -> Image:
        source = self._kinds[int(rng.integers(len(self._kinds)))][0]
        frame = source[int(rng.integers(len(source)))].frames[0]
        side = min(160, frame.shape[0], frame.shape[1])
        y, x = rng.integers(frame.shape[0] - side + 1), rng.integers(frame.shape[1] - side + 1)
        return np.ascontiguousarray(frame[y : y + side, x : x + side])

    def _paint(self, frames: Image, balls: Floats, rng: np.random.Generator, texture: Image) -> Floats:
        """Another ball, before all that is known; the balls (N, 4) of the last frame now."""
        radius = float(np.exp(rng.uniform(*np.log(RADII_PX))))
        path = draw_path(rng, frames.shape[1], radius)
        if np.hypot(*path.velocity[-1]) < 0.5:
            radius = max(radius, _LEAST_RESTING_PX)
        sprite: list[Layer] = self._sprites[int(rng.integers(len(self._sprites)))]
        gain, haze = float(np.exp(rng.normal(0, 0.22))), float(rng.uniform(0, 0.2) * (rng.random() < 0.4))
        smear = rng.uniform(0.0, 0.9) if rng.random() < 0.7 else 0.0
        before = frames[-1].copy()
        paint_ball(frames, sprite, path, radius, smear, gain, haze)
        visible = 1.0
        for _ in range(int(rng.choice(3, p=_HANDS))):
            visible *= cover_up(frames, rng, path.centre, radius, texture)
        visible *= _inside(path, radius, frames.shape[1])
        if visible > HARDLY_VISIBLE and _contrast(frames[-1], before, path.centre[-1], radius) < _LEAST_CONTRAST:
            visible = _UNSURE
        kept = balls.copy()
        if len(kept):
            near = np.hypot(*(kept[:, :2] - path.centre[-1]).T) < 0.8 * (kept[:, 2] + radius)
            kept[near, 3] = np.minimum(kept[near, 3], _UNSURE)
        return np.vstack([kept, [*path.centre[-1], radius, visible]])


def _part(clip: Clip, rng: np.random.Generator) -> Clip:
    """A square part at a scale drawn so that its ball, if any, is of a size worth seeing."""
    height, width = clip.frames.shape[1:3]
    least = SIDE_PX / min(height, width)
    scale = float(np.exp(rng.uniform(math.log(0.6), math.log(1.7))))
    if min(height, width) < 1.4 * SIDE_PX:  # hardly larger than the square
        scale = float(rng.uniform(least, max(1.25, least)))
    balls = clip.balls[clip.balls[:, 3] > LEAST_VISIBLE]
    focus: Floats = rng.uniform(0, 1, 2) * [width, height]
    if len(balls) and rng.random() < 0.7:
        focus = balls[int(rng.integers(len(balls))), :2]
        radius = float(balls[:, 2].max())
        scale = float(np.clip(scale, RADII_PX[0] / radius, RADII_PX[1] / radius))
    elif len(clip.rims) and rng.random() < 0.5:
        rim = clip.rims[int(rng.integers(len(clip.rims)))]
        focus = rim[:2]
        scale = float(np.exp(rng.uniform(*np.log(_RIM_WIDTHS_PX)))) / max(float(rim[2]), 1.0)
        scale = min(scale, _MOST_ENLARGED)
    scale = max(scale, least)
    side = SIDE_PX / scale
    corner = focus - rng.uniform(0.1, 0.9, 2) * side
    corner = np.clip(corner, 0, [max(width - side, 0), max(height - side, 0)])
    return cut_out(clip, (float(corner[0]), float(corner[1])), scale, SIDE_PX)


def _mirrored(clip: Clip) -> Clip:
    balls, rims = clip.balls.copy(), clip.rims.copy()
    balls[:, 0], rims[:, 0] = SIDE_PX - balls[:, 0], SIDE_PX - rims[:, 0]
    return replace(clip, frames=np.ascontiguousarray(clip.frames[:, :, ::-1]), balls=balls, rims=rims)


def _shaken(frames: Image, rng: np.random.Generator) -> Image:
    """Now and then the camera was not quite at rest."""
    if rng.random() > 0.25:
        return frames
    drift = rng.normal(0, rng.uniform(0.3, 4.0), 2)
    out = frames.copy()
    for k in range(FRAMES - 1):
        shift = drift * (k + 1 - FRAMES)
        matrix = np.array([[1, 0, shift[0]], [0, 1, shift[1]]])
        size = (frames.shape[2], frames.shape[1])
        out[k] = cv2.warpAffine(frames[k], matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return out


def _still_there(balls: Floats, now: Image, before: Image) -> Floats:
    changed = (now != before).any(axis=2)
    out = balls.copy()
    for ball in out:
        x0, y0 = np.maximum(np.floor(ball[:2] - ball[2]).astype(int), 0)
        x1, y1 = np.ceil(ball[:2] + ball[2]).astype(int) + 1
        part = changed[y0:y1, x0:x1]
        if part.size:
            ball[3] *= 1.0 - float(part.mean())
    return out


def _contrast(now: Image, before: Image, centre: Floats, radius: float) -> float:
    """How much the ball changed its surroundings, grey levels."""
    x0, y0 = np.maximum(np.floor(centre - radius).astype(int), 0)
    x1, y1 = np.maximum(np.ceil(centre + radius).astype(int), 0)
    part = cv2.absdiff(np.ascontiguousarray(now[y0:y1, x0:x1]), np.ascontiguousarray(before[y0:y1, x0:x1]))
    return 0.0 if part is None or not part.size else float(part.max(axis=2).mean())


def _inside(path: Path, radius: float, side_px: int) -> float:
    """Roughly the share of the disc inside the picture."""
    x, y = np.clip((np.minimum(path.centre[-1], side_px - path.centre[-1]) + radius) / (2 * radius), 0, 1)
    return float(x * y)


def sensor(frames: Image, rng: np.random.Generator) -> Image:
    """Light, colour, lens, noise and compression of some camera, the same for all three frames."""
    out = frames
    if rng.random() < 0.8:
        out = _toned(out, rng)
    if rng.random() < 0.5:
        sigma = rng.uniform(0.4, 1.4)
        out = np.stack([cv2.GaussianBlur(frame, (0, 0), sigma) for frame in out])
    if rng.random() < 0.6:
        out = _noisy(out, rng)
    if rng.random() < 0.6:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 92))]
        out = np.stack([_compressed(frame, quality) for frame in out])
    return np.asarray(out, dtype=np.uint8)


def _compressed(frame: Image, quality: list[int]) -> Image:
    packed = cv2.imencode(".jpg", frame, quality)[1]
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)


def _noisy(frames: Image, rng: np.random.Generator) -> Image:
    """Noise of the sensor, another on each frame: parts of one field."""
    size = frames[0].size
    field = np.round(rng.standard_normal(size // 2, dtype=np.float32) * rng.uniform(1, 9)).astype(np.int16)
    grains = [np.take(field, np.arange(start, start + size), mode="wrap") for start in rng.integers(0, size, FRAMES)]
    return np.clip(frames.astype(np.int16) + np.stack(grains).reshape(frames.shape), 0, 255).astype(np.uint8)


def _toned(frames: Image, rng: np.random.Generator) -> Image:
    """Gain, gamma, white balance, and seldom no colour or another one."""
    levels = np.arange(256) / 255.0
    table = np.empty((256, 1, 3), np.uint8)
    gamma, gain, black = np.exp(rng.normal(0, 0.25)), np.exp(rng.normal(0, 0.2)), rng.uniform(-0.06, 0.08)
    for channel in range(3):
        white = np.exp(rng.normal(0, 0.08))
        table[:, 0, channel] = np.clip(255 * (gain * white * levels**gamma + black), 0, 255)
    out = np.stack([cv2.LUT(frame, table) for frame in frames])
    kind = rng.random()
    if kind < 0.05:
        out = np.repeat(np.stack([cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY) for frame in out])[..., None], 3, axis=3)
    elif kind < 0.09:
        out = np.ascontiguousarray(out[..., ::-1])
    return out


def _lesson(frames: Image, balls: Floats, clip: Clip) -> Lesson:
    cells = SIDE_PX // CELL_PX
    heat = np.zeros((2, cells, cells), np.float32)
    weight = np.ones((2, cells, cells), np.float32)
    if not clip.whole:
        weight[BALL] = 0.0
    if not clip.rims_known:
        weight[RIM] = 0.0
    at: list[tuple[int, int, int]] = []
    values: list[tuple[float, float, float, float]] = []
    for x, y, radius, visible in balls:
        if visible < HARDLY_VISIBLE:
            continue
        if visible < LEAST_VISIBLE:
            _bump(weight[BALL], x, y, max(1.5, 1.2 * radius / CELL_PX), floor=True)
            continue
        cell = _cell(x, y, cells)
        if cell is None:  # its middle is outside: what is seen of it counts neither way
            _bump(weight[BALL], x, y, 1.2 * radius / CELL_PX, floor=True)
            continue
        _bump(heat[BALL], x, y, ball_spread_cells(radius))
        weight[BALL] = np.maximum(weight[BALL], heat[BALL] > 0.01)
        at.append((BALL, *cell))
        values.append((*_offset(x, y, cell), math.log(radius), visible))
    for x, y, width, height in clip.rims:
        cell = _cell(x, y, cells)
        if cell is None or min(width, height) < 1:
            continue
        _bump(heat[RIM], x, y, max(0.8, 0.1 * width / CELL_PX))
        at.append((RIM, *cell))
        values.append((*_offset(x, y, cell), math.log(width), math.log(height)))
    rgb = frames[..., ::-1].transpose(0, 3, 1, 2).reshape(3 * FRAMES, SIDE_PX, SIDE_PX)
    return Lesson(
        np.ascontiguousarray(rgb),
        heat,
        weight,
        np.array(at, dtype=np.int64).reshape(-1, 3),
        np.array(values, dtype=np.float32).reshape(-1, 4),
    )


def ball_spread_cells(radius_px: float) -> float:
    """Standard deviation of a ball's heat, cells."""
    return max(0.7, 0.3 * radius_px / CELL_PX)


def _cell(x: float, y: float, cells: int) -> tuple[int, int] | None:
    row, column = math.floor(y / CELL_PX), math.floor(x / CELL_PX)
    return (row, column) if 0 <= row < cells and 0 <= column < cells else None


def _offset(x: float, y: float, cell: tuple[int, int]) -> tuple[float, float]:
    return x / CELL_PX - cell[1] - 0.5, y / CELL_PX - cell[0] - 0.5


def _bump(plane: npt.NDArray[np.float32], x: float, y: float, spread: float, floor: bool = False) -> None:
    """A Gaussian with a peak of 1 at the cell of (x, y) px, laid over the plane; or with `floor` a hole of 0 there."""
    rows, columns = plane.shape
    cx, cy = math.floor(x / CELL_PX), math.floor(y / CELL_PX)
    reach = math.ceil(3 * spread)
    x0, x1 = max(cx - reach, 0), min(cx + reach + 1, columns)
    y0, y1 = max(cy - reach, 0), min(cy + reach + 1, rows)
    if x0 >= x1 or y0 >= y1:
        return
    v, u = np.mgrid[y0:y1, x0:x1]
    far = ((u - cx) ** 2 + (v - cy) ** 2) / (2 * spread**2)
    part = plane[y0:y1, x0:x1]
    if floor:
        part[far < 0.5] = 0.0
    else:
        np.maximum(part, np.exp(-far).astype(np.float32), out=part)
