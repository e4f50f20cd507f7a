"""The benchmark's own arithmetic: what counts as found, and how its data is read."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge.types import ShotEvent, ShotPhase
from tests.bench.segmentation import Tally, _rows, by_frame, naive, ours, score
from tests.bench.segmentation_data import _COLUMNS, KnownShot, Stretch, longvid
from tests.bench.segmentation_videos import Watched, unknown_spans
from tests.form.stick import RELEASE_S, Stick, ball_at, joints, stick_clip


def _stretch(shots: tuple[KnownShot, ...]) -> Stretch:
    clip = stick_clip()
    return Stretch("stick", "test", True, clip.times_s, clip.keypoints, clip.ball, shots)


def test_ours_finds_the_stick_figure_and_the_naive_rule_is_late() -> None:
    release = int(np.ceil(RELEASE_S * 30))
    stretch = _stretch((KnownShot(12, release),))
    tally = score(stretch, stretch.shots, ours(stretch))
    assert (tally.true, tally.found, tally.false) == (1, 1, 0)
    assert abs(tally.frames_off[0]) <= 1
    assert abs(tally.gathers_off_s[0]) < 0.12
    assert naive(stretch)[0][1] > RELEASE_S + 0.1


@pytest.mark.parametrize(
    ("found", "counts"),
    [
        ([(None, 1.0)], (1, 1, 0)),
        ([(None, 1.2), (None, 0.9)], (1, 1, 1)),
        ([(None, 1.6)], (1, 0, 1)),
        ([], (1, 0, 0)),
    ],
)
def test_a_shot_is_found_once_and_near(found: list[tuple[float | None, float]], counts: tuple[int, int, int]) -> None:
    tally = score(_stretch(()), (KnownShot(None, 30),), found)
    assert (tally.true, tally.found, tally.false) == counts


def test_where_no_release_is_known_any_will_do_once() -> None:
    tally = score(_stretch(()), (KnownShot(None, None),), [(None, 0.2), (None, 1.9)])
    assert (tally.found, tally.false, tally.frames_off) == (1, 1, [])


def test_figures() -> None:
    figures = Tally(4, 3, 1, [0, -2, 3]).figures("x_")
    assert figures["x_recall"] == pytest.approx(0.75)
    assert figures["x_precision"] == pytest.approx(0.75)
    assert figures["x_release_within_2_frames"] == pytest.approx(2 / 3)


def test_what_is_told_of_a_shot_whose_release_is_not_known_is_neither_right_nor_wrong() -> None:
    shots: list[dict[str, Any]] = [
        {"release": 10, "rim_crossing": 25}, {"release": None, "rim_crossing": 60}, {"release": 80, "rim_crossing": 95},
    ]  # fmt: skip
    spans = unknown_spans(shots)
    assert spans == [(26, 60)]
    tally = by_frame([10, 80], spans, [12, 40, 61, 100])
    assert (tally.true, tally.found, tally.false, tally.unknown) == (2, 1, 2, 1)
    assert tally.frames_off == [2]


def test_a_shot_with_no_known_release_is_called_unknown_in_the_table() -> None:
    event = ShotEvent("s", ShotPhase.NEW, 0, 0.0, None, None, 0.5)
    assert _rows(Watched("v", 30.0, [], [(0, 29)], [(event, "nobody")])) == [["v", "unknown", 0, "-", "-", "nobody"]]
    assert _rows(Watched("v", 30.0, [4], [], [(event, "nobody")]))[0][1] == 4


def _write(path: Path, labelled: range) -> None:
    """One shot of the stick figure at 60 frames a second, relative to the hips' middle, y down."""
    stick = Stick(stature_px=800.0, fps=60.0)
    names = ["video", "frame", "sports_ball_positions", "is_shot", "shot_id", "make"]
    names += [f"{joint}_pos_{axis}" for joint in _COLUMNS if joint is not None for axis in "xy"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        for frame in range(int(60 * stick.lasts_s)):
            points, ball = joints(stick, frame / 60), ball_at(stick, frame / 60)
            hips = points[11:13].mean(axis=0)
            row = {"video": "v", "frame": frame + 1, "is_shot": int(frame in labelled), "make": 0}
            row["shot_id"] = int(frame in labelled)
            row["sports_ball_positions"] = "{:.2f},{:.2f}".format(*(ball - hips))
            for joint, name in enumerate(_COLUMNS):
                if name is not None:
                    row |= {f"{name}_pos_{axis}": points[joint, k] - hips[k] for k, axis in enumerate("xy")}
            writer.writerow(row)


@pytest.mark.parametrize(("labelled", "real"), [(range(50, 69), True), (range(10, 30), False)])
def test_label_counts_where_the_ball_flies_up_after_it(tmp_path: Path, labelled: range, real: bool) -> None:
    _write(tmp_path / "v.csv", labelled)
    (stretch,) = longvid(tmp_path)
    assert stretch.labels == (KnownShot(labelled.start, labelled.stop),)
    (shot,) = stretch.shots
    assert (shot == stretch.labels[0]) == real
    assert shot.release == pytest.approx(RELEASE_S * 60, abs=3)
