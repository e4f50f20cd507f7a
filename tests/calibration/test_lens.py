"""A lens measured from drawn checkerboards, against the one that drew them; and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from calibration.camera import FloatArray
from calibration.colour import Image
from calibration.lens import (
    LEAST_BOARDS,
    Lens,
    LensError,
    board_size,
    find_board,
    load_lens,
    measure_lens,
    save_lens,
)
from tests.calibration.boards import POSES, SQUARE_M, draw_board, draw_boards, lens_camera

SIZE = (480, 360)
BENT = lens_camera(SIZE, 300.0, (244.0, 177.0), (-0.2, 0.02))
STRAIGHT = lens_camera(SIZE, 340.0, (240.0, 180.0), (0.0, 0.0))
LENS = Lens(SIZE, 300.0, (244.0, 177.0), (-0.2, 0.02), 0.1, 7)


@pytest.fixture(scope="module")
def boards() -> list[Image]:
    return draw_boards(BENT)


def corners(images: list[Image]) -> list[FloatArray]:
    found = [find_board(image, 7, 5) for image in images]
    return [board for board in found if board is not None]


@pytest.fixture(scope="module")
def measured(boards: list[Image]) -> Lens:
    return measure_lens(corners(boards), 7, 5, SIZE)


def test_corners_are_where_they_were_drawn_to_a_fraction_of_a_pixel(boards: list[Image]) -> None:
    found = find_board(boards[0], 7, 5)
    assert found is not None
    x, y = np.meshgrid((np.arange(7) - 3) * SQUARE_M, (np.arange(5) - 2) * SQUARE_M)
    expected, _ = BENT.project(np.column_stack([x.ravel(), y.ravel(), np.ones(35)]))
    # The board may be counted from either end.
    either = min(np.abs(found - expected).max(), np.abs(found[::-1] - expected).max())
    assert either < 0.2


def test_the_lens_that_drew_the_boards_comes_back(measured: Lens) -> None:
    assert measured.focal_px == pytest.approx(300.0, rel=0.005)
    assert measured.centre_px == pytest.approx((244.0, 177.0), abs=1.5)
    assert measured.distortion[0] == pytest.approx(-0.2, abs=0.01)
    assert measured.error_px < 0.15
    assert (measured.boards, measured.image_size) == (len(POSES), SIZE)


def test_its_rays_are_those_of_the_true_lens_out_to_the_corners(measured: Lens) -> None:
    """What counts, for the coefficients share their work."""
    found = lens_camera(SIZE, measured.focal_px, measured.centre_px, measured.distortion)
    x, y = np.meshgrid(np.linspace(5, 475, 12), np.linspace(5, 355, 9))
    px = np.column_stack([x.ravel(), y.ravel()])
    off_px, _ = found.project(BENT.ray(px))
    assert np.median(np.linalg.norm(off_px - px, axis=1)) < 1.0
    assert np.linalg.norm(off_px - px, axis=1).max() < 3.0


def test_a_lens_that_is_straight_is_found_to_be() -> None:
    lens = measure_lens(corners(draw_boards(STRAIGHT, count=5)), 7, 5, SIZE)
    assert lens.focal_px == pytest.approx(340.0, rel=0.01)
    assert abs(lens.distortion[0]) < 0.02


def test_noise_and_one_misread_board_do_little(boards: list[Image], measured: Lens) -> None:
    rng = np.random.default_rng(0)
    noisy = [board + rng.normal(0, 0.2, board.shape) for board in corners(boards)]
    noisy[3][10:14] += 6.0
    lens = measure_lens(noisy, 7, 5, SIZE)
    assert lens.focal_px == pytest.approx(measured.focal_px, rel=0.02)
    assert lens.distortion[0] == pytest.approx(measured.distortion[0], abs=0.03)
    assert lens.error_px > measured.error_px + 0.1


def test_the_board_s_size_is_found_out(boards: list[Image]) -> None:
    assert board_size(boards) == (7, 5)
    assert board_size([boards[0][..., 0]]) == (7, 5), "grey is as good"


def test_where_no_board_is_none_is_found(boards: list[Image]) -> None:
    grey = np.full((360, 480, 3), 120, np.uint8)
    assert board_size([grey, grey]) is None
    assert find_board(grey, 7, 5) is None
    assert find_board(boards[0], 9, 6) is None, "another board"
    half = boards[0].copy()
    half[:, 240:] = 120
    assert find_board(half, 7, 5) is None, "half a board"


def test_too_few_boards_say_how_many_are_needed(boards: list[Image]) -> None:
    with pytest.raises(LensError, match=rf"\b3\b.*\b{LEAST_BOARDS}\b"):
        measure_lens(corners(boards[:3]), 7, 5, SIZE)


@pytest.mark.parametrize(
    "turns_deg",
    [[(0.0, 0.0, 0.0)] * 4, [(3.0 * k, -2.0 * k, 0.0) for k in range(4)]],
    ids=["square to the camera", "nearly so"],
)
def test_boards_that_leave_the_focal_length_open_are_refused(turns_deg: list[tuple[float, float, float]]) -> None:
    """They fit many lenses equally well: the reprojection error alone would look fine."""
    places = [(-0.3, -0.1, 1.0), (0.3, -0.1, 1.1), (-0.3, 0.1, 1.2), (0.3, 0.1, 1.3)]
    flat = [draw_board(STRAIGHT, 7, 5, place, turn) for place, turn in zip(places, turns_deg, strict=True)]
    assert len(corners(flat)) == 4
    with pytest.raises(LensError, match="angles"):
        measure_lens(corners(flat), 7, 5, SIZE)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "lens.json"
    save_lens(path, LENS)
    assert load_lens(path) == LENS
    assert json.loads(path.read_text())["lens_version"] == 1


def test_a_power_cut_leaves_the_lens_that_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "lens.json"
    save_lens(path, LENS)

    def cut(_: int) -> None:
        raise OSError("power")

    monkeypatch.setattr("calibration.files.os.fsync", cut)
    with pytest.raises(OSError, match="power"):
        save_lens(path, replace(LENS, focal_px=400.0))
    assert load_lens(path) == LENS
    assert [entry.name for entry in tmp_path.iterdir()] == ["lens.json"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such lens file"),
        (b"{", "JSON"),
        (b"\x00\xff\x10", "lens"),
        (b"[1, 2]", "lens"),
        (b"{}", "image_size"),
        ({"focal_px": -3.0}, "focal_px"),
        ({"focal_px": None}, "focal_px"),
        ({"distortion": [0.1]}, "distortion"),
        ({"lens_version": 2}, "lens_version"),
        ({"zoom": 3}, "zoom"),
        ({"image_size": [0, 360]}, "image_size"),
        ({"image_size": [480, -360]}, "image_size"),
    ],
)
def test_a_file_that_cannot_be_used_says_so_in_one_line(
    tmp_path: Path, content: bytes | dict[str, object] | None, message: str
) -> None:
    path = tmp_path / "lens.json"
    if isinstance(content, dict):
        save_lens(path, LENS)
        path.write_text(json.dumps({**json.loads(path.read_text()), **content}), encoding="utf-8")
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(LensError, match=message) as caught:
        load_lens(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_is_no_lens(tmp_path: Path) -> None:
    with pytest.raises(LensError, match="cannot be read"):
        load_lens(tmp_path)
