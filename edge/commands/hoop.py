"""The hoop of a recording, looked for before it is analysed."""

from __future__ import annotations

import sys

from tqdm import tqdm

from calibration.model import Calibration, RimBox
from edge.capture import Source, spread_frames
from edge.config import Config


def with_hoop(config: Config, source: Source, limit: int | None, known: Calibration | None) -> Calibration | None:
    """The calibration with the hoop that a look through the recording shows; as it was where that is unsure, or where
    it tells the hoop or the court already."""
    if known is not None and (known.rim is not None or known.camera is not None):
        return known
    from edge.hoop_search import looks_at, search
    from edge.vision.models import open_ball

    length = min(source.info.frames or 0, limit or sys.maxsize)
    if not length:
        return known
    looks = looks_at(length)
    frames = spread_frames(config.source, length, looks)
    with open_ball(config.engines) as network:
        rim = search(tqdm(frames, "hoop", looks, leave=False, dynamic_ncols=True, file=sys.stderr), network)
    if rim is None:
        return known
    width, height = rim.width_px, rim.height_px
    box = RimBox(x=rim.x_px - width / 2, y=rim.y_px - height / 2, width=width, height=height)
    place = f"{box.x:.0f},{box.y:.0f},{width:.0f},{height:.0f}"
    print(
        f"courtside: hoop found at {place} by looking through the recording first; --rim tells a better one",
        file=sys.stderr,
    )
    base = known or Calibration(image_size=(source.info.width, source.info.height))
    return base.model_copy(update={"rim": box})
