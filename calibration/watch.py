"""Whether the camera still hangs where it was calibrated: the scene then, kept as a picture, against the scene now."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from calibration.background import Background, Found, grey
from calibration.camera import Camera, FloatArray
from calibration.cones import average as median_picture
from calibration.court import Court
from calibration.files import write_atomically
from calibration.model import CalibrationError
from calibration.quality import visible_floor
from calibration.turn import average, predict, refine, turned, vote

Image = npt.NDArray[np.uint8]


def save_reference(path: Path, image: Image) -> None:
    """Write the scene as grey PNG, atomically. Raises OSError."""
    write_atomically(path, cv2.imencode(".png", grey(image))[1].tobytes())


def make_reference(images: Sequence[Image]) -> Image:
    """The scene (H, W) uint8 without whoever walks through it: the median of pictures of one size."""
    return median_picture([grey(image) for image in images])


def load_reference(path: Path, image_size: tuple[int, int]) -> Image | None:
    """The scene (H, W) uint8, or None where none was kept. Raises CalibrationError where it cannot be used."""
    try:
        data = np.fromfile(path, dtype=np.uint8)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CalibrationError(f"{path}: cannot be read: {error.strerror}") from None
    try:
        image = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
    except cv2.error:
        image = None
    if image is None:
        raise CalibrationError(f"{path}: is not a picture; delete it, or calibrate again")
    if (image.shape[1], image.shape[0]) != image_size:
        raise CalibrationError(f"{path}: is not of the calibration's size; delete it, or calibrate again")
    return np.asarray(image, dtype=np.uint8)


State = Literal["steady", "moved", "blocked", "unsure"]

# Of a picture 1280 px wide; less cannot be told from what light does to the points. Fewer cm matter to nobody.
_MOVED_PX, _MOVED_CM = 0.6, 1.5
_REFERENCE_WIDTH = 1280
# How near, px of the work picture, a point must be to where a turn puts it for the turn to be right about it.
_AGREE_PX = 1.0
# Where the camera was not only turned but moved, near and far things only roughly agree on a turn.
_ROUGHLY_PX = 8.0
# A turn is believed where so many points, in so many cells of the picture, agree on it.
_POINTS_LEAST, _CELLS_LEAST, _SHARE_LEAST = 15, 5, 0.45
# And must be better about them than that nothing moved.
_BETTER = 1.15
# Looks that must say the same, of the last ones; and for how long nothing may be recognised.
_AGREEING, _LOOKS, _BLIND_S = 3, 5, 6.0
# What is proven well enough to go on measuring with.
_PROVEN_DEG, _PROVEN_POINTS, _PROVEN_CELLS, _PROVEN_RESIDUAL_PX, _PROVEN_SPLIT_CM = 6.0, 40, 10, 0.25, 2.5


@dataclass(frozen=True, slots=True)
class Drift:
    """What the last looks say. state: steady, moved, blocked (nothing of the scene is recognised) or unsure (not enough
    looks yet). shift_px: by how much the picture is shifted, median; error_cm: how far court figures are off, 95th
    percentile over the visible court; `camera`: how it looks now, `proven` whether that may be measured with, and
    unsure_cm: how far halves of the points disagree on it, on the court."""

    state: State
    shift_px: float = 0.0
    error_cm: float = 0.0
    camera: Camera | None = None
    proven: bool = False
    unsure_cm: float = 0.0


@dataclass(frozen=True, slots=True)
class _Look:
    """One look's turn (3, 3) since the reference, or None where too little was recognised; how good it is."""

    time_s: float
    turn: FloatArray | None = None
    points: int = 0
    cells: int = 0
    residual_px: float = 0.0
    split_cm: float = 0.0


class MountWatch:
    """Compares the scene now with the picture (H, W) uint8 that was taken when `camera` was calibrated on `court`.

    Always with the first picture, so that nothing adds up. `in_use` is the camera that figures are measured with: the
    calibrated one, until `accept` says otherwise.
    """

    def __init__(self, camera: Camera, court: Court, reference: Image) -> None:
        self._background = Background(camera, reference)
        self._grid_m, self._grid_px = visible_floor(camera, court)
        self._rng = np.random.default_rng(0)
        self._looks: deque[_Look] = deque(maxlen=_LOOKS)
        self._known_s: float | None = None
        self.in_use = camera

    @property
    def usable(self) -> bool:
        """Whether the reference has enough points to compare anything with."""
        return len(self._background.pixels) >= _PROVEN_POINTS and len(self._grid_m) > 0

    def accept(self, camera: Camera) -> None:
        """Figures are measured with this camera from now on."""
        self.in_use = camera
        self._looks.clear()

    def look(self, image: Image, time_s: float, persons: FloatArray) -> Drift:
        """A picture (H, W, 3) BGR at a time, s, that has persons' boxes (K, 4) xyxy px in it.

        Raises ValueError for a picture of another size.
        """
        picture = self._background.picture(image)
        if self._known_s is None:
            self._known_s = time_s
        look = self._measure(picture, time_s, persons)
        if look is None:  # hidden by people: that says nothing
            self._known_s = time_s
            return self._judge(time_s)
        if look.turn is not None:
            self._known_s = time_s
        self._looks.append(look)
        return self._judge(time_s)

    def _measure(self, picture: Image, time_s: float, persons: FloatArray) -> _Look | None:
        before = [look.turn for look in self._looks if look.turn is not None]
        start = turned(self._background.camera, before[-1]) if before else self.in_use
        found = self._background.find(picture, start, persons)
        look = self._judge_turn(found, start, time_s)
        if look is not None:
            return look
        if found.sought < _POINTS_LEAST:
            return None
        guess = self._background.search(picture, self._rng)
        if guess is not None:
            look = self._judge_turn(self._background.find(picture, guess, persons), guess, time_s)
        return look or _Look(time_s)

    def _judge_turn(self, found: Found, start: Camera, time_s: float) -> _Look | None:
        """The turn that most of the points agree on; None where too few do."""
        if len(found.index) < _POINTS_LEAST:
            return None
        for agree_px in (_AGREE_PX, _ROUGHLY_PX):
            look = self._agreed(found, start, time_s, agree_px * self._background.scale)
            if look is not None:
                return look if agree_px == _AGREE_PX else replace(look, points=0)
        return None

    def _agreed(self, found: Found, start: Camera, time_s: float, reach: float) -> _Look | None:
        camera, then_px = self._background.camera, self._background.pixels[found.index]
        begin = start.R @ camera.R.T
        guess = vote(camera, then_px, found.pixels, reach, self._rng)
        turn, residual = refine(camera, begin if guess is None else guess, then_px, found.pixels)
        good = _near(residual, reach)
        cells = len(set(self._background.cell[found.index[good]].tolist()))
        if good.sum() < max(_POINTS_LEAST, _SHARE_LEAST * len(good)) or cells < _CELLS_LEAST:
            return None
        split = self._split_cm(turn, then_px[good], found.pixels[good])
        remains = float(np.median(np.linalg.norm(residual[good], axis=1))) / self._background.scale
        if not self._better(then_px, found.pixels, residual, reach):
            turn = self.in_use.R @ camera.R.T
        return _Look(time_s, turn, int(good.sum()), cells, remains, split)

    def _split_cm(self, turn: FloatArray, then_px: FloatArray, now_px: FloatArray) -> float:
        """How far the turns by halves of the points (N, 2) disagree: every other one, upper and lower, left and right.

        Near and far things disagree where the camera was not only turned but moved.
        """
        camera, index = self._background.camera, np.arange(len(then_px))
        upper, left = (then_px[:, k] < np.median(then_px[:, k]) for k in (1, 0))
        apart = []
        for half in (index % 2 == 0, upper, left):
            first, second = (refine(camera, turn, then_px[part], now_px[part])[0] for part in (half, ~half))
            apart.append(self._apart_cm(turned(camera, first), turned(camera, second)))
        return max(apart)

    def _better(self, then_px: FloatArray, now_px: FloatArray, residual: FloatArray, reach: float) -> bool:
        """Whether a turn that leaves `residual` (N, 2) px explains more than that the camera in use still holds.

        Scenery that is moved must not be taken for a camera that is.
        """
        unmoved = now_px - predict(self._background.camera, then_px, self.in_use)
        return _support(residual, reach) > _BETTER * _support(unmoved, reach)

    def _judge(self, time_s: float) -> Drift:
        looks = [look for look in self._looks if look.turn is not None]
        assert self._known_s is not None
        if time_s - self._known_s >= _BLIND_S:
            return Drift("blocked")
        drifts = [self._drift(look) for look in looks]
        moved = [(look, drift) for look, drift in zip(looks, drifts, strict=True) if drift is not None]
        if len(looks) >= _AGREEING and len(moved) <= len(looks) - _AGREEING:
            return Drift("steady")
        if len(moved) < _AGREEING or looks[-1] is not moved[-1][0]:
            return Drift("unsure")
        return self._moved([look for look, _ in moved[-_AGREEING:]])

    def _moved(self, looks: list[_Look]) -> Drift:
        """What looks that all say so make of it, if they say the same."""
        camera = self._background.camera
        turn = average([look.turn for look in looks if look.turn is not None])
        now = turned(camera, turn)
        error = self._apart_cm(self.in_use, now)
        apart = max(self._apart_cm(now, turned(camera, look.turn)) for look in looks if look.turn is not None)
        if apart > max(_MOVED_CM, error / 3):
            return Drift("unsure")
        angle = math.degrees(math.acos(min(1.0, max(-1.0, (float(np.trace(turn)) - 1) / 2))))
        proven = angle <= _PROVEN_DEG and all(
            look.points >= _PROVEN_POINTS
            and look.cells >= _PROVEN_CELLS
            and look.residual_px <= _PROVEN_RESIDUAL_PX
            and look.split_cm <= _PROVEN_SPLIT_CM
            for look in looks
        )
        unsure = max(look.split_cm for look in looks)
        return Drift("moved", self._shift_px(now), error, now, proven, unsure)

    def _drift(self, look: _Look) -> float | None:
        """Centimetres by which figures are off, or None where the camera in use still holds."""
        assert look.turn is not None
        now = turned(self._background.camera, look.turn)
        shift = self._shift_px(now) * _REFERENCE_WIDTH / now.image_size[0]
        error = self._apart_cm(self.in_use, now)
        return error if shift > _MOVED_PX and error > _MOVED_CM else None

    def _shift_px(self, now: Camera) -> float:
        there, here = (predict(self._background.camera, self._grid_px, camera) for camera in (now, self.in_use))
        return float(np.nanmedian(np.linalg.norm(there - here, axis=1)))

    def _apart_cm(self, first: Camera, second: Camera) -> float:
        """95th percentile over the visible court of how far apart two cameras put the same pixel."""
        away = 100 * np.linalg.norm(first.floor(self._grid_px) - second.floor(self._grid_px), axis=1)
        return float(np.percentile(np.nan_to_num(away, nan=1e4), 95))


def _near(residual: FloatArray, reach: float) -> npt.NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        return np.asarray(np.linalg.norm(residual, axis=1) < reach)


def _support(residual: FloatArray, reach: float) -> float:
    """How many points (N, 2) px agree, each by how near it is."""
    size = np.nan_to_num(np.linalg.norm(residual, axis=1), nan=np.inf)
    return float(np.sum(np.maximum(0.0, 1.0 - (size / reach) ** 2)))
