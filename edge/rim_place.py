"""Where the rim is in each frame, and how its net moves."""

from __future__ import annotations

import numpy as np

from calibration.model import Calibration
from edge.types import FloatArray, Image, Rim
from edge.vision.net import NetMotion
from edge.vision.rim import RimFinder
from edge.vision.scene import apply, invert


class RimPlace:
    """Where the calibration saw it, carried along with a moving camera; where it knows of none, where the ball's
    network keeps seeing one. to_scene (2, 3) maps a frame's pixels to those of the first since the last cut."""

    def __init__(self, moving: bool) -> None:
        self._moving = moving
        self._hoops = RimFinder()
        self._net = NetMotion()
        self._calibration: Calibration | None = None
        self._in_scene: Rim | None = None

    def recalibrate(self, calibration: Calibration | None) -> None:
        """Use another calibration from the next frame on."""
        self._calibration, self._in_scene = calibration, None

    def reset(self) -> None:
        """Forget what was seen, as after a cut."""
        self._hoops.reset()
        self._net.reset()
        self._in_scene = None

    def see(self, hoops: FloatArray, to_scene: FloatArray) -> None:
        """Hoops (M, 5) of a look at a whole frame: x, y of the middle, width, height and confidence."""
        if self._moving and len(hoops):
            hoops = hoops.copy()
            hoops[:, :2] = apply(to_scene, hoops[:, :2])
        self._hoops.update(hoops)

    def rim(self, index: int, to_scene: FloatArray) -> Rim | None:
        """The rim in this frame, as far as it is known yet."""
        known = None if self._calibration is None else self._calibration.rim
        if known is None:
            return self._in_image(self._hoops.rim(), to_scene)
        if index < known.frame:
            return None
        rim = Rim(known.x + known.width / 2, known.y + known.height / 2, known.width, known.height)
        if not self._moving:
            return rim
        if self._in_scene is None:
            x, y = apply(to_scene, [rim.x_px, rim.y_px])
            self._in_scene = Rim(float(x), float(y), rim.width_px, rim.height_px)
        return self._in_image(self._in_scene, to_scene)

    def net_motion(self, image: Image, rim: Rim | None) -> float | None:
        """See `Snapshot.net_motion`."""
        return self._net.update(image, rim)

    def _in_image(self, rim: Rim | None, to_scene: FloatArray) -> Rim | None:
        """The scene's rim in this frame."""
        if rim is None or not self._moving:
            return rim
        x, y = apply(invert(to_scene), np.array([rim.x_px, rim.y_px]))
        return Rim(float(x), float(y), rim.width_px, rim.height_px)
