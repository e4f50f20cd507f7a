"""Calibration while the box runs: drafts solved beside the frames, kept or taken back when somebody says so."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2

from calibration.files import reference_path
from calibration.lens import LensError, load_lens
from calibration.model import Calibration, CalibrationError, RimBox
from calibration.picture import draw_calibration
from calibration.request import CalibrationRequest, Outcome
from calibration.solve import Stopped, calibrate
from calibration.store import load, save, undo
from calibration.watch import save_reference
from edge.calibrated import Standing, describe_draft, report_of
from edge.job import Job
from edge.publish import CalibrateCourt, CalibrateRim, CalibrateSave, CalibrateUndo, Command
from edge.publish.payloads import CalibrationDraft
from edge.types import CalibrationReport, Image

_log = logging.getLogger(__name__)

Solver = Callable[[Sequence[Image], CalibrationRequest, Callable[[], bool]], Outcome]
CalibrationCommand = CalibrateRim | CalibrateCourt | CalibrateSave | CalibrateUndo

# About a second of frames, evenly; a slow box gets more time for fewer.
COLLECT_S, FRAMES_MOST = 1.0, 15
PATIENCE_S, FRAMES_LEAST = 5.0, 3
DRAFTS_KEPT = 4
# The phone waits longer than the box tries.
SOLVE_S = 45.0
STOP_S = 1.0
JPEG_QUALITY = 85


class Watching(Protocol):
    """Whoever looks at the frames through the calibration; `use` holds from the next frame on."""

    @property
    def newest_image(self) -> Image | None: ...

    @property
    def image_size(self) -> tuple[int, int]: ...

    @property
    def calibration(self) -> Calibration | None: ...

    @property
    def standing(self) -> Standing: ...

    def use(self, calibration: Calibration | None) -> None: ...


class Telling(Protocol):
    """Where answers and the calibration's state go."""

    def reply(self, command: Command, ok: bool, detail: str = "", draft: CalibrationDraft | None = None) -> None: ...

    def calibration(self, report: CalibrationReport) -> None: ...


@dataclass(frozen=True, slots=True)
class _Draft:
    outcome: Outcome
    overlay: bytes
    plain: bytes


class Calibrating:
    """Obeys the calibration commands. `keep_rim` is False where the source knows its own rim anyway.

    Solving runs in a thread of its own, one at a time: whoever asks again stops the one before. Everything else is
    answered at once. `jpeg` may be called from any thread.
    """

    def __init__(
        self, path: Path, watching: Watching, telling: Telling, keep_rim: bool = True, solver: Solver = calibrate
    ) -> None:
        self._path = path
        self._watching = watching
        self._telling = telling
        self._keep_rim = keep_rim
        self._solver = solver
        self._drafts: OrderedDict[str, _Draft] = OrderedDict()
        self._lock = threading.Lock()
        self._telling_lock = threading.Lock()
        self._job: Job | None = None

    def close(self) -> None:
        """Stops what is being solved."""
        if self._job is not None:
            self._job.stop.set()
            self._job.join(STOP_S)

    @property
    def idle(self) -> bool:
        """Whether nothing is being solved."""
        return self._job is None or not self._job.alive

    def tell(self) -> None:
        """Publish what is known of the court now. May be called from any thread: the newest is what is said last."""
        with self._telling_lock:
            self._telling.calibration(report_of(self._watching.calibration, self._watching.standing))

    def obey(self, command: CalibrationCommand) -> None:
        """Answer a command, a court's by a thread later on."""
        if isinstance(command, CalibrateCourt):
            self._begin(command)
            return
        try:
            if isinstance(command, CalibrateSave):
                detail = self._save(command)
            elif isinstance(command, CalibrateUndo):
                detail = self._undo()
            else:
                detail = self._set_rim(command)
        except CalibrationError as error:
            self._telling.reply(command, False, str(error))
        except OSError as error:
            self._telling.reply(command, False, f"{self._path}: cannot be written: {error.strerror}")
        else:
            self._telling.reply(command, True, detail)
        self.tell()

    def jpeg(self, draft_id: str, plain: bool = False) -> bytes | None:
        """The draft's overlay, or with `plain` the picture it was solved on; None where the draft is gone."""
        with self._lock:
            draft = self._drafts.get(draft_id)
        if draft is None:
            return None
        return draft.plain if plain else draft.overlay

    def _begin(self, command: CalibrateCourt) -> None:
        self._job = Job(lambda stop: self._solve(command, stop), self._job)
        self._job.start()

    def _solve(self, command: CalibrateCourt, stop: threading.Event) -> None:
        try:
            outcome = self._outcome(command, stop)
            draft_id = self._keep(outcome)
        except Stopped:
            reason = "somebody calibrates again, or the box stops" if stop.is_set() else "it takes too long"
            self._telling.reply(command, False, f"given up, because {reason}; choose the cones' colour and try again")
        except (CalibrationError, LensError) as error:
            self._telling.reply(command, False, str(error).removeprefix("calibrate: "))
        except Exception as error:
            # Whatever breaks in here must neither end the box nor leave the coach without an answer.
            _log.exception("calibrating")
            self._telling.reply(command, False, f"the box could not work it out ({error!r}); set the points by hand")
        else:
            draft = describe_draft(draft_id, outcome)
            self._telling.reply(command, outcome.calibration is not None, outcome.detail, draft)

    def _outcome(self, command: CalibrateCourt, stop: threading.Event) -> Outcome:
        lens_path = self._path.with_name("lens.json")
        request = CalibrationRequest(
            court=command.court,
            court_changes=command.changes,
            layout=command.layout,
            colour=command.colour,
            cone_tap=command.cone_tap,
            points=command.points,
            rim=command.rim,
            lens=load_lens(lens_path) if lens_path.exists() else None,
        )
        frames = self._collect(stop)
        if stop.is_set():
            raise Stopped
        if not frames:
            raise CalibrationError("no new picture comes from the camera; check its cable, then try again")
        end_s = time.monotonic() + SOLVE_S
        return self._solver(frames, request, lambda: stop.is_set() or time.monotonic() > end_s)

    def _collect(self, stop: threading.Event) -> list[Image]:
        """New frames of about a second; the one that is there already may be old."""
        frames: list[Image] = []
        last = self._watching.newest_image
        start_s = time.monotonic()
        while not stop.wait(COLLECT_S / FRAMES_MOST):
            image, spent_s = self._watching.newest_image, time.monotonic() - start_s
            if image is not None and image is not last and (not frames or image.shape == frames[0].shape):
                frames.append(image)
                last = image
            if spent_s > PATIENCE_S or (spent_s > COLLECT_S and len(frames) >= FRAMES_LEAST):
                break
        return frames

    def _keep(self, outcome: Outcome) -> str:
        draft_id = secrets.token_hex(8)
        # Marks and words are drawn by the page itself, at a size that suits a phone.
        plain = _jpeg(outcome.image)
        proposal = outcome.proposal
        overlay = plain if proposal is None else _jpeg(draw_calibration(outcome.image, proposal))
        draft = _Draft(outcome, overlay, plain)
        with self._lock:
            self._drafts[draft_id] = draft
            while len(self._drafts) > DRAFTS_KEPT:
                self._drafts.popitem(last=False)
        return draft_id

    def _save(self, command: CalibrateSave) -> str:
        with self._lock:
            draft = self._drafts.get(command.draft_id)
        if draft is None:
            raise CalibrationError("this calibration is not known any more; look for the cones again")
        calibration = draft.outcome.calibration
        if calibration is None:
            raise CalibrationError(f"not saved, because it was refused: {draft.outcome.detail}")
        if calibration.image_size != self._watching.image_size:
            raise CalibrationError("the camera's picture has another size now; look for the cones again")
        save(self._path, calibration)
        self._watching.use(calibration)
        self._keep_scene(draft.outcome.image)
        return f"saved in {self._path}"

    def _keep_scene(self, image: Image) -> None:
        """Whoever watches the camera makes a picture of its own where this one cannot be written."""
        scene = reference_path(self._path)
        try:
            save_reference(scene, image)
        except OSError as error:
            _log.warning("%s: cannot be written: %s", scene, error.strerror)

    def _undo(self) -> str:
        try:
            undo(self._path)
        except CalibrationError:
            raise CalibrationError("there is no earlier calibration to go back to") from None
        calibration = load(self._path)
        if calibration.image_size != self._watching.image_size:
            self._watching.use(None)
            sizes = "{}x{}".format(*calibration.image_size)
            raise CalibrationError(f"the one before is back, but is for images of {sizes}: calibrate again")
        self._watching.use(calibration)
        return f"the one before is back ({calibration.status})"

    def _set_rim(self, command: CalibrateRim) -> str:
        rim = RimBox(x=command.x_px, y=command.y_px, width=command.width_px, height=command.height_px)
        standing, image = self._watching.standing, self._watching.newest_image
        calibration = self._base_of_rim(standing).model_copy(update={"rim": rim})
        if not self._keep_rim:
            self._watching.use(calibration)
            return "the rim is used until the box stops"
        try:
            save(self._path, calibration)
        except OSError as error:
            reason = f"{self._path}: cannot be written: {error.strerror}"
            raise CalibrationError(f"the rim is used, but will be forgotten: {reason}") from None
        finally:
            self._watching.use(calibration)
        if standing.realigned and not standing.suspect and image is not None:
            # The camera saved is the realigned one, which the picture of the scene that was kept is not of.
            self._keep_scene(image)
        return f"saved in {self._path}"

    def _base_of_rim(self, standing: Standing) -> Calibration:
        """What a new rim joins: where the camera was moved, what the file holds, to which the picture of the scene
        belongs, else nobody could tell any more that it was moved."""
        if standing.suspect and self._keep_rim:
            try:
                kept = load(self._path)
            except CalibrationError:
                pass
            else:
                if kept.image_size == self._watching.image_size:
                    return kept
        return self._watching.calibration or Calibration(image_size=self._watching.image_size)


def _jpeg(image: Image) -> bytes:
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes()
