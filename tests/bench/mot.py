"""Boxes of people, frame by frame, and the truth about who is who: readers of the MOT files in the zips of real data.

Frames count from 0 here, whatever a file counts from; boxes are xyxy px here, top left and size in the files.
"""

from __future__ import annotations

import configparser
import json
import re
import zipfile
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt

from calibration.homography import apply_homography, fit_homography
from edge.types import FloatArray

IntArray = npt.NDArray[np.int64]

INDOOR_FRAMES_PER_S = 20.0
TUNING_TRIALS = (1, 2)
ONCOURT, RAW = "oncourt", "raw"
_TRUTH = "ground_truth/Indoor/MOT_files"
_TRUTH_COURT = "ground_truth/Indoor/transformed_MOT"
_BOXES = {RAW: "BoT-SORT_outputs/Indoor", ONCOURT: "BoT-SORT_outputs/Indoor/filtered"}


@dataclass(frozen=True, slots=True)
class CourtView:
    """The floor as the camera sees it. image_from_court (3, 3): metres to px; origin at the centre of the marked
    rectangle, x along its length towards the basket, y along its width, z up. length_m, width_m: that rectangle.
    image_size: width and height, px."""

    image_from_court: FloatArray
    length_m: float
    width_m: float
    image_size: tuple[int, int] = (1280, 720)

    def floor_m(self, feet_px: npt.ArrayLike) -> FloatArray:
        """Points of the floor (N, 2) px in court metres (N, 2)."""
        return apply_homography(np.linalg.inv(self.image_from_court.astype(np.float64)), feet_px)


@dataclass(frozen=True, slots=True)
class MotSequence:
    """One recording. Lists hold one array a frame: boxes (N, 4) xyxy px and confidence (N,) as a detector gave them,
    without identities; truth_boxes (M, 4) and truth_ids (M,). tuning: may be looked at while a tracker is made."""

    name: str
    frames_per_s: float
    boxes: list[FloatArray]
    confidence: list[FloatArray]
    truth_boxes: list[FloatArray]
    truth_ids: list[IntArray]
    tuning: bool

    def __len__(self) -> int:
        return len(self.truth_boxes)


def feet(boxes: FloatArray) -> FloatArray:
    """Middle of the lower edge (N, 2) px of boxes (N, 4)."""
    return np.column_stack([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]])


def parse(text: str) -> FloatArray:
    """Rows of a MOT file (R, 7): frame, id, x, y, w, h, confidence; (0, 7) for an empty file."""
    if not text.strip():
        return np.zeros((0, 7))
    return np.loadtxt(StringIO(text), delimiter=",", usecols=range(7), ndmin=2)


def by_frame(rows: FloatArray, first: int, count: int) -> list[FloatArray]:
    """The rows of each of `count` frames, the first of which the file calls `first`."""
    return [rows[rows[:, 0] == first + k] for k in range(count)]


def xyxy(rows: FloatArray) -> FloatArray:
    """Boxes (N, 4) of MOT rows (N, 7)."""
    return np.column_stack([rows[:, 2], rows[:, 3], rows[:, 2] + rows[:, 4], rows[:, 3] + rows[:, 5]])


def read_sequence(
    name: str, truth: FloatArray, boxes: FloatArray, first_box: int, frames_per_s: float, tuning: bool
) -> MotSequence:
    """From the rows (R, 7) of two MOT files; truth counts from 1, boxes from `first_box`. Truth decides the length."""
    count = int(truth[:, 0].max()) if len(truth) else 0
    true, seen = by_frame(truth, 1, count), by_frame(boxes, first_box, count)
    return MotSequence(
        name, frames_per_s,
        [xyxy(rows) for rows in seen], [rows[:, 6] for rows in seen],
        [xyxy(rows) for rows in true], [rows[:, 1].astype(np.int64) for rows in true], tuning,
    )  # fmt: skip


def read_indoor(folder: Path, kind: str) -> list[MotSequence]:
    """trackid3x3: every indoor sequence of every zip that has truth and the detector's boxes of this kind (ONCOURT,
    RAW), by name. Sequences of trials 1 and 2 (T1, T2 in the name) are for tuning.

    Every box counts as sure: another tracker chose them before, and the peers do better for it."""
    found = []
    for path in sorted(folder.glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            here = set(archive.namelist())
            for truth in sorted(name for name in here if _folder(name) == _TRUTH and name.endswith(".txt")):
                stem = PurePosixPath(truth).stem
                boxes = f"{_BOXES[kind]}/{stem}.txt"
                if boxes in here:
                    true, seen = (parse(archive.read(name).decode()) for name in (truth, boxes))
                    tuning = _trial(stem) in TUNING_TRIALS
                    found.append(_sure(read_sequence(stem, true, seen, 0, INDOOR_FRAMES_PER_S, tuning)))
    return found


def _sure(sequence: MotSequence) -> MotSequence:
    return replace(sequence, confidence=[np.ones(len(boxes)) for boxes in sequence.boxes])


def read_truth_on_court_cm(folder: Path) -> dict[str, FloatArray]:
    """trackid3x3: rows (R, 4) of frame (from 1), id and the authors' court coordinates in cm, by sequence."""
    found: dict[str, FloatArray] = {}
    for path in sorted(folder.glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                stem = PurePosixPath(name).stem
                if _folder(name) == _TRUTH_COURT and name.endswith(".txt") and not stem.endswith("_color"):
                    found[stem] = np.loadtxt(StringIO(archive.read(name).decode()), delimiter=",", ndmin=2)
    return found


def _folder(name: str) -> str:
    return str(PurePosixPath(name).parent)


def _trial(stem: str) -> int | None:
    found = re.search(r"T(\d+)", stem)
    return int(found[1]) if found else None


def read_court(path: Path) -> CourtView:
    """trackid3x3: the indoor court, through the four clicked corners with the authors' coordinates.

    Theirs are cm from a corner: the first along the length, away from the base line under the basket, the second
    along that line. Seen from above both count the same way round as ours, so ours are theirs turned by half a circle.
    """
    data = json.loads(path.read_text(encoding="utf-8"))
    clicked = {re.sub(r"_[A-Z].*$", "", key): xy for key, xy in data["indoor"]["points"].items()}
    known: dict[str, Any] = data["indoor_court_cm_authors"]
    theirs_m = np.array([known[key] for key in known]) / 100
    size_m = theirs_m.max(axis=0)
    image_from_court = fit_homography([clicked[key] for key in known], court_from_authors(theirs_m, size_m))
    if image_from_court is None:
        raise SystemExit(f"{path}: its corners determine no homography; four are needed, no three on a line")
    return CourtView(image_from_court, float(size_m[0]), float(size_m[1]))


def court_error_m(court: CourtView, sequences: list[MotSequence], truth_cm: dict[str, FloatArray]) -> float:
    """How far, at worst, the feet of the true boxes are from where the authors have them on the court; NaN for none."""
    away_m: list[float] = []
    for sequence in sequences:
        theirs = truth_cm.get(sequence.name, np.zeros((0, 4)))
        for frame, (boxes, ids) in enumerate(zip(sequence.truth_boxes, sequence.truth_ids, strict=True)):
            here = theirs[theirs[:, 0] == frame + 1]
            _, mine, other = np.intersect1d(ids, here[:, 1], return_indices=True)
            expected = court_from_authors(here[other, 2:4] / 100, (court.length_m, court.width_m))
            away_m += np.hypot(*(court.floor_m(feet(boxes[mine])) - expected).T).tolist()
    return max(away_m, default=float("nan"))


def court_from_authors(theirs_m: FloatArray, size_m: npt.ArrayLike) -> FloatArray:
    """Court coordinates (N, 2) m of the authors' (N, 2) m on a court of this length and width (2,) m."""
    return np.asarray(size_m) / 2 - theirs_m


def read_sportsmot(folder: Path) -> list[MotSequence]:
    """sportsmot_basketball: every sequence of every zip, its truth standing in for a detector's boxes. The first match
    by name is for tuning, all others are held out."""
    found: list[MotSequence] = []
    for path in sorted(folder.glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            truths = sorted(name for name in archive.namelist() if name.endswith("/gt/gt.txt"))
            for truth in truths:
                home = PurePosixPath(truth).parent.parent
                info = configparser.ConfigParser()
                info.read_string(archive.read(f"{home}/seqinfo.ini").decode())
                rows = parse(archive.read(truth).decode())
                rate = info.getfloat("Sequence", "frameRate")
                tuning = _match(home.name) == _match(PurePosixPath(truths[0]).parent.parent.name)
                found.append(read_sequence(home.name, rows, rows, 1, rate, tuning))
    return found


def _match(name: str) -> str:
    return name.rsplit("_", 1)[0]
