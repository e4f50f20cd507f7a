"""Which calibration a source is looked at with: the rim given by hand, the source's own truth, or the file's; and what
is said of it to others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from calibration.camera import Camera
from calibration.model import Calibration, CalibrationError, CameraModel, RimBox
from calibration.request import Outcome
from calibration.store import load
from calibration.turn import predict
from edge.config import Config
from edge.publish.payloads import CalibrationDraft, DraftPoint, LiveRim
from edge.types import CalibrationReport

UNCALIBRATED = (
    "not calibrated: the hoop is looked for by itself; calibrate for positions on the court and to be sure of the rim"
)


def own_calibration(config: Config, known: Calibration | None) -> Calibration | None:
    """What the source knows of itself, unless the settings name a file, which overrules it."""
    return known if config.calibration is None else None


def choose_calibration(
    config: Config, known: Calibration | None, image_size: tuple[int, int], rim: RimBox | None
) -> tuple[Calibration | None, str]:
    """The calibration, or None, and one line on where it comes from or what to do to get one.

    `known` is the source's own. A file for another image size is not used: its pixels would be wrong.
    Raises CalibrationError where the file is damaged, or the settings name one that is missing or does not fit.
    """
    base, origin = known, "calibration: the virtual gym's own"
    if base is None:
        base, origin = _from_file(config, image_size)
    elif config.calibration_path.exists():
        origin += f"; {config.calibration_path} is used only where --set calibration=... names it"
    if rim is None:
        return base, origin
    if not _inside(rim, image_size):
        width, height = image_size
        raise CalibrationError(f"rim {rim.x:g},{rim.y:g},{rim.width:g},{rim.height:g}: not in a {width}x{height} image")
    if base is None:
        base = Calibration(image_size=image_size)
    return base.model_copy(update={"rim": rim}), "calibration: the rim given by hand"


def _from_file(config: Config, image_size: tuple[int, int]) -> tuple[Calibration | None, str]:
    path = config.calibration_path
    if config.calibration is None and not path.exists():
        return None, "no calibration: the hoop is looked for by itself; --rim x,y,w,h (pixels) makes sure of it"
    found = load(path)
    if found.image_size == image_size:
        return found, f"calibration: {path} ({found.status})"
    sizes = f"{found.image_size[0]}x{found.image_size[1]}, not {image_size[0]}x{image_size[1]}"
    if config.calibration is not None:
        raise CalibrationError(f"{path}: is for images of {sizes}; calibrate again with 'courtside calibrate rim'")
    return None, f"{path} is for images of {sizes}, so it is not used: the hoop is looked for; --rim x,y,w,h makes sure"


def _inside(rim: RimBox, image_size: tuple[int, int]) -> bool:
    centre_x, centre_y = rim.x + rim.width / 2, rim.y + rim.height / 2
    return 0 <= centre_x < image_size[0] and 0 <= centre_y < image_size[1]


def describe_draft(draft_id: str, outcome: Outcome) -> CalibrationDraft:
    """What the phone is told of an outcome; figures only where it can be saved."""
    height, width = outcome.image.shape[:2]
    quality = None if outcome.calibration is None else outcome.calibration.quality
    rim = None if outcome.proposal is None else outcome.proposal.rim
    return CalibrationDraft(
        draft_id=draft_id,
        verdict=outcome.verdict,
        error_median_cm=None if quality is None else quality.error_median_cm,
        error_p95_cm=None if quality is None else quality.error_p95_cm,
        points=[DraftPoint(name=one.name, x=round(one.x, 1), y=round(one.y, 1)) for one in outcome.seen],
        rim=None if rim is None else _ellipse(rim),
        image_width=width,
        image_height=height,
        picture=f"/calibration.jpg?draft={draft_id}",
    )


def _ellipse(rim: RimBox) -> LiveRim:
    centre = (round(rim.x + rim.width / 2, 1), round(rim.y + rim.height / 2, 1))
    return LiveRim(x=centre[0], y=centre[1], width=round(rim.width, 1), height=round(rim.height, 1))


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether the camera still hangs where it was calibrated. moved_cm: by how much court figures were off when that
    was last found; realigned: the box made up for it."""

    state: Literal["steady", "moved", "blocked"] = "steady"
    moved_cm: float | None = None
    realigned: bool = False
    detail: str = ""

    @property
    def suspect(self) -> bool:
        return self.state != "steady"

    def like(self, other: Standing) -> bool:
        """Whether there is nothing new in the other to tell anybody."""
        if (self.state, self.realigned) != (other.state, other.realigned):
            return False
        first, second = self.moved_cm or 0.0, other.moved_cm or 0.0
        return abs(first - second) <= _NEWS * max(first, second)


STEADY = Standing()
# A camera that is moved further is worth another word.
_NEWS = 0.3
_EXPECTED = ("error_median_cm", "error_p95_cm")


def realigned(calibration: Calibration, before: Camera, now: Camera, unsure_cm: float = 0.0) -> Calibration:
    """The calibration as its camera looks now, the ring moved along; `before` is how it was thought to look.

    unsure_cm: what is not known of the turn, on the court; it joins the expected error.
    """
    known = calibration.camera
    assert known is not None
    camera = CameraModel(
        K=now.K.tolist(),
        R=now.R.tolist(),
        t=now.t.tolist(),
        distortion=now.distortion,
        covariance=known.covariance,
    )
    rim = calibration.rim
    if rim is not None:
        corners = np.array([[rim.x, rim.y], [rim.x + rim.width, rim.y + rim.height]])
        moved = predict(before, corners.mean(axis=0, keepdims=True), now)[0]
        where = {"x": float(moved[0]) - rim.width / 2, "y": float(moved[1]) - rim.height / 2}
        rim = rim.model_copy(update=where) if np.all(np.isfinite(moved)) else None
    quality = calibration.quality
    if quality is not None:
        expected = {name: round(float(np.hypot(getattr(quality, name), unsure_cm)), 2) for name in _EXPECTED}
        quality = quality.model_copy(update=expected)
    return calibration.model_copy(update={"camera": camera, "rim": rim, "quality": quality})


def report_of(calibration: Calibration | None, standing: Standing = STEADY) -> CalibrationReport:
    """The state of a calibration and of the camera that it was made with."""
    if calibration is None or calibration.status == "uncalibrated":
        return CalibrationReport("uncalibrated", detail=UNCALIBRATED)
    if calibration.camera is None:
        detail = "only the rim is known: shots are counted, nothing is said in metres"
        return CalibrationReport("rim-only", created=calibration.created, detail=detail)
    quality = calibration.quality
    return CalibrationReport(
        "calibrated" if standing.state == "steady" else standing.state,
        verdict=None if quality is None else quality.verdict,
        error_cm=None if quality is None else quality.error_p95_cm,
        court=calibration.court,
        created=calibration.created,
        moved_cm=standing.moved_cm,
        suspect=standing.suspect,
        realigned=standing.realigned,
        detail=standing.detail or ("" if quality is None else quality.detail),
    )
