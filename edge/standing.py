"""Who stands where on the calibrated court, also in the pictures of a recording whose camera has moved since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from calibration.model import Calibration
from calibration.view import CourtView
from edge.tracking.feet import stand
from edge.tracking.ground import floor_under
from edge.tracking.method import Track
from edge.tracking.places import Floor, Places
from edge.tracking.trail import Trails
from edge.types import FloatArray
from edge.vision.scene import apply, invert


class Standing:
    """`turn` is told of every frame first.

    A calibration belongs to the picture that a recording begins with: where the camera moves, boxes are carried back to
    it. After a cut nobody knows where the camera looks.
    """

    def __init__(self, moving: bool) -> None:
        self._moving = moving
        self._trails = Trails()
        self._view: CourtView | None = None
        self._under: Floor | None = None
        self._floor: Floor | None = None
        self._scene_from_image: FloatArray | None = None
        self._begun, self._lost = False, False

    def recalibrate(self, calibration: Calibration | None) -> None:
        """Use another calibration from the next frame on."""
        self._view = None if calibration is None else calibration.view()
        self._under = None if calibration is None else _floor(calibration)
        # One object for each calibration: by that a tracker knows that it is another plane.
        self._floor = None if self._under is None else self._places
        self._lost = False
        self._trails.reset()

    def turn(self, cut: bool, scene_from_image: FloatArray) -> None:
        """A new frame: whether it continues the last one, and the map of its pixels to those of the scene's first."""
        if cut:
            self._trails.reset()
            self._lost = self._lost or (self._moving and self._begun)
        self._begun = True
        self._scene_from_image = scene_from_image if self._moving else None

    @property
    def floor(self) -> Floor | None:
        """Where boxes stand, the same function until another calibration is used; None where that is not known."""
        return None if self._lost else self._floor

    def update(self, time_s: float, tracks: Iterable[Track], poses: Mapping[int, FloatArray]) -> None:
        """Where those are who are seen on this frame; poses (17, 3) by track id."""
        if self._view is None or self._lost:
            return
        found = {}
        for track in tracks:
            if not track.misses:
                pose = poses.get(track.track_id)
                at = stand(self._view, self._carried(track.box[None])[0], None if pose is None else self._pose(pose))
                if at is not None:
                    found[track.track_id] = at
        self._trails.update(time_s, found)

    def place(self, track_id: int, time_s: float) -> tuple[FloatArray, FloatArray] | None:
        """Where a player is now, (2,) m, and the covariance (2, 2) m^2."""
        return self._trails.place(track_id, time_s)

    def trail(self, track_id: int) -> FloatArray:
        """Where a player was during the last seconds, (N, 2) m, oldest first."""
        return self._trails.trail(track_id)

    def in_picture(self, places: Mapping[int, tuple[FloatArray, float]]) -> dict[int, tuple[FloatArray, float]]:
        """Places (2,) of the plane that players are followed on, with their shares, in pixels of this frame."""
        if self.floor is None:
            return dict(places)
        return {one: (self.pixels(xy[None])[0], share) for one, (xy, share) in places.items()}

    def pixels(self, places_m: FloatArray) -> FloatArray:
        """Places (N, 2) of the court as pixels (N, 2) of this frame; none without a calibration."""
        if self._view is None:
            return np.zeros((0, 2))
        pixels = self._view.camera.project(np.column_stack([places_m, np.zeros(len(places_m))]))[0]
        return pixels if self._scene_from_image is None else apply(invert(self._scene_from_image), pixels)

    def _places(self, boxes: FloatArray) -> Places:
        assert self._under is not None
        return self._under(self._carried(boxes))

    def _carried(self, boxes: FloatArray) -> FloatArray:
        """Boxes (N, 4) in the picture that was calibrated."""
        if self._scene_from_image is None:
            return boxes
        corners = apply(self._scene_from_image, np.asarray(boxes, np.float64).reshape(-1, 2, 2))
        return np.asarray(corners.reshape(-1, 4))

    def _pose(self, pose: FloatArray) -> FloatArray:
        if self._scene_from_image is None:
            return pose
        return np.column_stack([apply(self._scene_from_image, pose[:, :2]), pose[:, 2]])


def _floor(calibration: Calibration) -> Floor | None:
    camera, court = calibration.camera_model(), calibration.court_model()
    if camera is None:
        return None
    # With one basket the court begins at the line opposite to it.
    low = np.array([0.0 if court.baskets == 1 else -court.end_m, -court.width_m / 2])
    return floor_under(camera, low, np.array([court.end_m, court.width_m / 2]))
