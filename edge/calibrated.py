"""Which calibration a source is looked at with: the rim given by hand, the source's own truth, or the file's."""

from __future__ import annotations

from calibration.store import Calibration, CalibrationError, RimBox, load
from edge.config import Config


def choose_calibration(
    config: Config, known: Calibration | None, image_size: tuple[int, int], rim: RimBox | None
) -> tuple[Calibration | None, str]:
    """The calibration, or None, and one line on where it comes from or what to do to get one.

    `known` is the source's own. A calibration file for another image size is not used: its pixels would be wrong.
    Raises CalibrationError where the file is damaged, or the settings name one that is missing or does not fit.
    """
    base, origin = known, "calibration: the virtual gym's own"
    if base is None:
        base, origin = _from_file(config, image_size)
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
        return None, "no rim is known, so no shot can be told made or missed: give it with --rim x,y,w,h (pixels)"
    found = load(path)
    if found.image_size == image_size:
        return found, f"calibration: {path} ({found.status})"
    sizes = f"{found.image_size[0]}x{found.image_size[1]}, not {image_size[0]}x{image_size[1]}"
    if config.calibration is not None:
        raise CalibrationError(f"{path}: is for images of {sizes}; calibrate again with 'courtside calibrate rim'")
    return None, f"{path} is for images of {sizes}, so it is not used: give the rim with --rim x,y,w,h (pixels)"


def _inside(rim: RimBox, image_size: tuple[int, int]) -> bool:
    centre_x, centre_y = rim.x + rim.width / 2, rim.y + rim.height / 2
    return 0 <= centre_x < image_size[0] and 0 <= centre_y < image_size[1]
