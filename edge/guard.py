"""Watches that the camera still hangs where it was calibrated, once a second, beside the frames."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from calibration.camera import Camera
from calibration.files import reference_path
from calibration.model import Calibration, CalibrationError
from calibration.watch import (
    Drift,
    MountWatch,
    load_reference,
    make_reference,
    save_reference,
)
from edge.calibrated import STEADY, Standing, realigned
from edge.types import FloatArray, Image

_log = logging.getLogger(__name__)

LOOK_S = 1.0
# Pictures of the scene that a reference is made of where none was kept: whoever walks through is in few of them.
REFERENCE_PICTURES = 5
STOP_S = 2.0
_BLOCKED = (
    "nothing of the calibrated scene is recognised: the camera was turned far, or it is covered or dark; "
    "clear its view, or calibrate again"
)
_FEATURELESS = "the picture has too little in it to tell whether the camera moves: nobody watches that"


@dataclass(frozen=True, slots=True)
class Sight:
    """The newest frame, the persons in it, boxes (K, 4) xyxy px, and when it was seen, s."""

    image: Image
    persons: FloatArray
    time_s: float


class Watched(Protocol):
    """Whoever looks at the frames through a calibration; `stand` changes it only where nobody else just did."""

    @property
    def sight(self) -> Sight | None: ...

    @property
    def calibration(self) -> Calibration | None: ...

    def stand(self, known: Calibration, calibration: Calibration, standing: Standing) -> bool: ...


class Guard:
    """Compares each second's picture with the calibrated scene's; `tell` is called whenever something changed.

    `path`: the calibration file whose picture of the scene is kept beside it, or None where the source knows its own
    calibration. Without such a picture the first seconds are taken for the calibrated scene.
    """

    def __init__(self, watched: Watched, path: Path | None, tell: Callable[[], None], every_s: float = LOOK_S) -> None:
        self._watched = watched
        self._path = path
        self._tell = tell
        self._every_s = every_s
        self._known: Calibration | None = None
        self._first: list[Image] = []
        self._watch: MountWatch | None = None
        self._given_up = False
        self._standing = self._at_rest = STEADY
        self._last_s = float("-inf")
        self._stop = threading.Event()
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="courtside-guard", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join(STOP_S)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive() or self._stop.is_set()

    @property
    def reason(self) -> str:
        return str(self._error or "ended without a reason")

    def _run(self) -> None:
        try:
            while not self._stop.wait(self._every_s):
                self.look()
        except Exception as error:
            self._error = error
            _log.debug("guard", exc_info=True)

    def look(self) -> None:
        """One look at what is seen now. Raises nothing that a camera or a file can cause."""
        sight, calibration = self._watched.sight, self._watched.calibration
        if calibration is not self._known:
            self._begin(calibration)
        if sight is None or sight.time_s <= self._last_s or self._known is None or self._given_up:
            return
        self._last_s = sight.time_s
        camera = self._known.camera_model()
        if camera is None or sight.image.shape[1::-1] != camera.image_size:
            return
        if self._watch is None:
            self._open(sight, camera)
            return
        self._follow(self._watch.look(sight.image, sight.time_s, np.asarray(sight.persons, dtype=np.float64)))

    def _begin(self, calibration: Calibration | None) -> None:
        self._known, self._watch, self._given_up = calibration, None, False
        self._standing = self._at_rest = STEADY
        self._first.clear()

    def _open(self, sight: Sight, camera: Camera) -> None:
        """Find the picture of the calibrated scene, or collect one."""
        assert self._known is not None
        # Whoever has just calibrated may still be writing it.
        reference = self._kept(camera)
        if reference is None:
            self._first.append(sight.image)
            if len(self._first) < REFERENCE_PICTURES:
                return
            if self._path is not None:
                _log.warning("no picture of the calibrated scene is kept: the scene as it is now is taken for it")
            reference = make_reference(self._first)
            self._keep(reference)
        self._watch = MountWatch(camera, self._known.court_model(), reference)
        if not self._watch.usable:
            self._given_up = True
            self._put(Standing(detail=_FEATURELESS))

    def _kept(self, camera: Camera) -> Image | None:
        try:
            return None if self._path is None else load_reference(reference_path(self._path), camera.image_size)
        except CalibrationError as error:
            if not self._first:
                _log.warning("%s", error)
            return None

    def _keep(self, reference: Image) -> None:
        if self._path is None or not self._path.exists() or self._watched.calibration is not self._known:
            return
        try:
            save_reference(reference_path(self._path), reference)
        except OSError as error:
            _log.warning("%s: cannot be written: %s", reference_path(self._path), error.strerror)

    def _follow(self, drift: Drift) -> None:
        """What a look says, put to use."""
        assert self._known is not None
        if drift.state == "steady":
            self._say(self._at_rest)
        elif drift.state == "moved" and drift.proven and drift.camera is not None:
            self._realign(drift, drift.camera)
        elif drift.state == "moved":
            off = _length(drift.error_cm)
            detail = f"the camera was moved; positions are off by {off}: turn it back, or calibrate again"
            self._say(Standing("moved", moved_cm=drift.error_cm, detail=detail))
        elif drift.state == "blocked":
            self._say(Standing("blocked", detail=_BLOCKED))

    def _realign(self, drift: Drift, camera: Camera) -> None:
        assert self._known is not None
        assert self._watch is not None
        calibration = realigned(self._known, self._watch.in_use, camera, drift.unsure_cm)
        was_off = _length(drift.error_cm)
        detail = f"the camera was turned; positions were off by {was_off}, and the box made up for it: nothing to do"
        standing = Standing(moved_cm=drift.error_cm, realigned=True, detail=detail)
        if self._watched.stand(self._known, calibration, standing):
            self._watch.accept(camera)
            self._known, self._standing, self._at_rest = calibration, standing, standing
            _log.warning("%s", detail)
            self._tell()

    def _say(self, standing: Standing) -> None:
        """Unless it is known already."""
        if not standing.like(self._standing):
            self._put(standing)

    def _put(self, standing: Standing) -> None:
        """Unless somebody calibrated meanwhile."""
        assert self._known is not None
        if not self._watched.stand(self._known, self._known, standing):
            return
        self._standing = standing
        _log.log(logging.WARNING if standing.detail else logging.INFO, "%s", standing.detail or "the camera is back")
        self._tell()


def _length(error_cm: float) -> str:
    return f"{error_cm:.0f} cm" if error_cm < 1000 else "more than ten metres"
