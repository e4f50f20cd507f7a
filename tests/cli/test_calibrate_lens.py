"""`courtside calibrate lens`: from pictures of a checkerboard to a lens file that `calibrate --lens` reads."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from calibration.lens import load_lens
from tests.calibration.boards import draw_board, draw_boards, lens_camera
from tests.cli.test_cli import run

Capture = pytest.CaptureFixture[str]
SIZE = (480, 360)
BENT = lens_camera(SIZE, 300.0, (240.0, 180.0), (-0.2, 0.02))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("boards")
    names = []
    for k, image in enumerate([*draw_boards(BENT), np.full((SIZE[1], SIZE[0], 3), 110, np.uint8)]):
        names.append(str(folder / f"board{k}.png"))
        cv2.imwrite(names[-1], image)
    return names


def test_boards_become_a_lens_and_those_without_one_are_named(
    capsys: Capture, files: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "new" / "lens.json"
    code, told, err = run(capsys, "calibrate", "lens", "--image", *files, "--out", str(out))
    assert (code, err) == (0, "")
    lens = load_lens(out)
    assert lens.focal_px == pytest.approx(300.0, rel=0.01)
    assert lens.distortion[0] == pytest.approx(-0.2, abs=0.02)
    assert lens.boards == len(files) - 1
    assert told.count("board found") == len(files) - 1
    assert f"{files[-1]}: no board" in told
    assert "7x5" in told
    assert f"{lens.focal_px:.1f} px" in told


def test_it_lies_beside_the_calibration_and_never_in_its_place(
    capsys: Capture, files: list[str], tmp_path: Path
) -> None:
    court = tmp_path / "box" / "court.json"
    argv = ("calibrate", "--out", str(court), "lens", "--image", *files[:5], "--board", "7x5")
    code, _, err = run(capsys, *argv, "--set", f"calibration={court}")
    assert (code, err) == (0, "")
    assert not court.exists()
    assert load_lens(tmp_path / "box" / "lens.json").image_size == SIZE


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("{0}", "{1}", "{2}"), "4 are needed"),
        (("{0}", "{1}", "{2}", "{7}"), "3 of 4"),
        (("{7}",), "no checkerboard"),
        (("{0}", "{1}", "{2}", "{3}", "{4}", "--board", "9x6"), "9x6"),
        (("{0}", "{1}", "--board", "9by6"), "COLUMNSxROWS"),
        (("{0}", "{1}", "--board", "2x6"), "at least 3"),
        (("{0}", "{small}"), "different sizes"),
        (("{0}", "absent.png"), "absent.png: cannot be read"),
        (("{flat}", "{flat}", "{flat}", "{flat}"), "angles"),
        ((), "expected at least one argument"),
    ],
)
def test_bad_input_is_one_line_and_the_lens_before_stays(
    capsys: Capture, files: list[str], tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    out, small, flat = tmp_path / "lens.json", tmp_path / "small.png", tmp_path / "flat.png"
    out.write_text("the one before")
    cv2.imwrite(str(small), np.zeros((120, 160, 3), np.uint8))
    if "{flat}" in options:
        straight = lens_camera(SIZE, 340.0, (240.0, 180.0), (0.0, 0.0))
        cv2.imwrite(str(flat), draw_board(straight, 7, 5, (0.0, 0.0, 1.0), (0.0, 0.0, 0.0)))
    names = {f"{{{k}}}": file for k, file in enumerate(files)} | {"{small}": str(small), "{flat}": str(flat)}
    argv = [names.get(option, option) for option in options]
    code, _, err = run(capsys, "calibrate", "lens", "--image", *argv, "--out", str(out))
    assert code == 2
    assert err.startswith("courtside: error: ")
    assert err.count("\n") == 1
    assert message in err
    assert out.read_text() == "the one before"
