"""The overlay: the court is drawn where the camera projects it, the floor is tinted by what is known of it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest

from calibration.camera import Camera, FloatArray, look_at
from calibration.colour import Image
from calibration.court import FIBA
from calibration.model import Calibration, RimBox, from_camera, ring_box
from calibration.picture import draw, draw_calibration
from calibration.request import Outcome, SeenPoint, Verdict

SIZE = (960, 540)
STRAIGHT = look_at([1.0, -10.0, 4.0], [9.5, 0.0, 1.2], SIZE, 82.0)
BENT = replace(STRAIGHT, distortion=(-0.2, 0.02))
LINE_BGR = (255, 200, 40)


def grey() -> Image:
    return np.full((SIZE[1], SIZE[0], 3), 90, np.uint8)


def calibration(camera: Camera = BENT, sigma: float | None = None, rim: bool = True) -> Calibration:
    covariance = None if sigma is None else np.eye(10) * sigma**2
    return from_camera(camera, ring_box(camera, FIBA) if rim else None, "fiba", covariance)


def line_pixels(camera: Camera) -> FloatArray:
    """Pixels (N, 2) of the court's lines that are well inside the picture."""
    found = []
    for line in FIBA.half_court_lines(step_m=0.1):
        for start, stop in pairwise(line):
            share = np.linspace(0, 1, max(2, int(np.linalg.norm(stop - start) / 0.01)))[:, None]
            floor = start + share * (stop - start)
            found.append(camera.project(np.column_stack([floor, np.zeros(len(floor))]))[0])
    px = np.concatenate(found)
    return px[np.all((px > 6) & (px < np.array(SIZE) - 6), axis=1)]


def is_line(picture: Image) -> np.ndarray:
    return np.abs(picture[: SIZE[1]].astype(int) - LINE_BGR).max(axis=2) < 60


@pytest.mark.parametrize("camera", [STRAIGHT, BENT], ids=["straight", "bent"])
def test_the_court_is_drawn_where_the_camera_projects_it(camera: Camera) -> None:
    drawn = is_line(draw_calibration(grey(), calibration(camera, rim=False)))
    expected = line_pixels(camera)
    near = cv2.dilate(drawn.astype(np.uint8), np.ones((3, 3)))
    columns, rows = np.floor(expected).astype(int).T
    assert near[rows, columns].mean() > 0.99
    rows, columns = np.nonzero(drawn[6:-6, 6:-6])
    middles = np.column_stack([columns, rows]) + 6.5
    away = [np.linalg.norm(expected - middle, axis=1).min() for middle in middles[::7]]
    assert max(away) < 1.6
    assert len(away) > 200


def test_a_bent_lens_bends_the_drawn_lines() -> None:
    straight, bent = (is_line(draw_calibration(grey(), calibration(camera))) for camera in (STRAIGHT, BENT))
    assert (straight & bent).sum() < 0.5 * bent.sum()


def test_the_given_picture_stays_as_it_was() -> None:
    image = grey()
    drawn = draw_calibration(image, calibration(sigma=1e-3))
    assert np.all(image == 90)
    assert drawn.shape == image.shape
    assert (drawn != 90).any()


def test_the_ring_is_drawn_where_it_is_projected() -> None:
    red = draw_calibration(grey(), calibration()).astype(int)
    red = (red[..., 2] - red[..., :2].max(axis=2)) > 60
    ring, _ = BENT.project(FIBA.ring())
    near = cv2.dilate(red.astype(np.uint8), np.ones((3, 3)))
    assert all(near[int(y), int(x)] for x, y in ring)
    rows, columns = np.nonzero(red)
    assert columns.min() >= ring[:, 0].min() - 4
    assert columns.max() <= ring[:, 0].max() + 4
    assert rows.max() <= ring[:, 1].max() + 4


def test_a_rim_alone_is_drawn_alone() -> None:
    rim = RimBox(x=300, y=100, width=60, height=20)
    drawn = draw_calibration(grey(), Calibration(image_size=SIZE, rim=rim))
    rows, columns = np.nonzero((drawn != 90).any(axis=2))
    assert (columns.min(), columns.max(), rows.min(), rows.max()) == pytest.approx((300, 360, 100, 120), abs=3)


def tint(sigma: float) -> FloatArray:
    """Mean colour that is added to the floor around the free-throw circle, BGR."""
    drawn = draw_calibration(grey(), calibration(sigma=sigma)).astype(float)
    x, y = BENT.project([7.5, 0.6, 0.0])[0].astype(int)
    return np.asarray(drawn[y - 3 : y + 4, x - 3 : x + 4].reshape(-1, 3).mean(axis=0) - 90)


def test_the_floor_is_green_where_it_is_known_and_red_where_it_is_not() -> None:
    known, unknown = tint(1e-5), tint(0.05)
    assert known[1] > 20
    assert known[1] > known[2] + 15
    assert unknown[2] > 20
    assert unknown[2] > unknown[1] + 15


def test_only_the_court_is_tinted() -> None:
    plain, tinted = (draw_calibration(grey(), calibration(sigma=sigma)) for sigma in (None, 1e-5))
    changed = (plain != tinted).any(axis=2)
    rows, columns = np.nonzero(changed)
    floor = BENT.floor(np.column_stack([columns + 0.5, rows + 0.5]))
    assert np.isfinite(floor).all()
    beyond_m = np.maximum(np.abs(floor - [7.0, 0.0]) - [7.0, 7.5], 0).max(axis=1)
    assert np.percentile(beyond_m, 99) < 0.5, "blocks of a few pixels at the court's edge"
    assert changed.mean() > 0.2


def outcome(verdict: Verdict, proposal: Calibration | None, detail: str = "because") -> Outcome:
    seen = (SeenPoint("key-left", 400.0, 300.0), SeenPoint(None, 700.0, 200.0))
    return Outcome(verdict, detail, proposal if verdict != "refused" else None, proposal, grey(), seen)


@pytest.mark.parametrize(
    ("verdict", "strongest"), [("good", 1), ("refused", 2)], ids=["good is green", "refused is red"]
)
def test_the_verdict_stands_below_the_picture_in_its_colour(verdict: Verdict, strongest: int) -> None:
    drawn = draw(outcome(verdict, calibration()))
    strip = drawn[SIZE[1] :]
    assert len(strip) > 20
    assert drawn.shape[1] == SIZE[0]
    assert int(np.argmax(strip[0, 500])) == strongest
    assert (strip[6:] > 200).sum() > 50, "words"


def test_a_long_reason_is_wrapped_and_not_cut() -> None:
    short, long = (draw(outcome("refused", None, "word " * count)) for count in (3, 60))
    assert len(long) > len(short) + 40
    assert (long[SIZE[1] + 6 :, -8:] < 60).all(), "nothing runs out at the right"


def test_a_refusal_shows_its_best_try_and_what_was_seen() -> None:
    without, tried = draw(outcome("refused", None)), draw(outcome("refused", calibration()))
    assert not is_line(without).any()
    assert is_line(tried).sum() > 500
    for x, y in ((400, 300), (700, 200)):
        patch = without[y - 12 : y + 13, x - 12 : x + 13]
        assert (patch != 90).any(axis=2).sum() > 30
    named, unnamed = without[288:312, 388:412], without[188:212, 688:712]
    assert named.max() > unnamed.max(), "one that belongs to no mark is grey"


@pytest.mark.parametrize("size", [(120, 160), (1080, 1920)])
def test_every_size_of_picture_can_be_drawn_on(size: tuple[int, int]) -> None:
    image = np.full((*size, 3), 90, np.uint8)
    seen = (SeenPoint("corner-left", 1.0, 1.0), SeenPoint("corner-right", size[1] - 1.0, size[0] - 1.0))
    drawn = draw(Outcome("refused", "no cone was found", None, None, image, seen))
    assert drawn.shape[1] == size[1]
    assert drawn.shape[0] > size[0]
