"""`courtside calibrate`: from pictures and the virtual gym to a file with its picture, or a reason and the old file."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from calibration.camera import look_at
from calibration.colour import Image
from calibration.court import COURTS, LAYOUTS
from calibration.files import history_folder, reference_path
from calibration.lens import Lens, save_lens
from calibration.model import Calibration, from_camera
from calibration.quality import visible_floor
from calibration.store import load, save
from calibration.watch import load_reference
from edge.commands import calibrate_court
from edge.commands.calibrate_rim import read_picture
from edge.simulator import VirtualGym
from tests.calibration.conftest import SIZE, bare, pictures
from tests.cli.test_cli import run

Capture = pytest.CaptureFixture[str]
OLD = from_camera(look_at([2, -9, 3.5], [11, 0, 1.5], SIZE, 70), None, "nba")


@pytest.fixture(scope="module")
def gym() -> VirtualGym:
    return VirtualGym(bare(), 12, *SIZE)


@pytest.fixture(scope="module")
def files(gym: VirtualGym, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Pictures of a court with blue cones on the corners of the key."""
    folder = tmp_path_factory.mktemp("court")
    names = []
    for k, image in enumerate(pictures(gym)):
        names.append(str(folder / f"{k}.png"))
        cv2.imwrite(names[-1], image)
    return names


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A picture with nothing in it."""
    path = tmp_path_factory.mktemp("empty") / "wall.png"
    cv2.imwrite(str(path), np.full((SIZE[1], SIZE[0], 3), 120, np.uint8))
    return str(path)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "box" / "calibration.json"


def read(path: Path | str) -> Image:
    return read_picture(Path(path))


def p95_cm(gym: VirtualGym, calibration: Calibration) -> float:
    camera = calibration.camera_model()
    assert camera is not None
    grid, pixels = visible_floor(gym.camera, gym.court)
    found = np.nan_to_num(camera.floor(pixels), nan=1e3)
    return float(np.percentile(100 * np.linalg.norm(found - grid, axis=1), 95))


def at(gym: VirtualGym, place_m: tuple[float, float, float]) -> str:
    x, y = gym.camera.project(place_m)[0]
    return f"{x:.1f},{y:.1f}"


def by_hand(gym: VirtualGym) -> list[str]:
    """The options that give the key's corners by hand."""
    return [part for name, (x, y) in gym.landmarks.items() for part in ("--point", f"{name}={at(gym, (x, y, 0.0))}")]


def test_pictures_with_cones_become_a_calibration_with_its_pictures(
    capsys: Capture, gym: VirtualGym, files: list[str], out: Path
) -> None:
    code, told, err = run(capsys, "calibrate", "--image", *files, "--layout", "key", "--out", str(out))
    assert (code, err) == (0, "")
    assert "good" in told
    assert str(out) in told
    assert p95_cm(gym, load(out)) < 2.0
    drawn = read(out.with_suffix(".png"))
    assert drawn.shape[1] == SIZE[0]
    assert drawn.shape[0] > SIZE[1], "the verdict below"
    assert np.abs(drawn[: SIZE[1]].astype(int) - read(files[0])).max() > 60
    scene = load_reference(reference_path(out), SIZE)
    assert scene is not None
    assert np.abs(scene.astype(int) - cv2.cvtColor(read(files[0]), cv2.COLOR_BGR2GRAY)).mean() < 5, (
        "nothing drawn over it"
    )


def test_the_virtual_gym_is_calibrated_with_people_in_it(capsys: Capture, out: Path) -> None:
    width, height = SIZE
    size = [f"source.width={width}", f"source.height={height}", "source.fps=5", "source.seed=3"]
    gym = VirtualGym("cones", 3, width, height, 5)
    assert gym.layout is not None
    options = [part for pair in size for part in ("--set", pair)]
    argv = ["calibrate", "--source", "gym://cones", "--layout", gym.layout, "--out", str(out), *options]
    code, told, err = run(capsys, *argv)
    assert (code, err) == (0, "")
    assert "saved" in told
    assert p95_cm(gym, load(out)) < 5.0
    assert out.with_suffix(".png").exists()


def test_points_by_hand_a_ring_and_a_lens_are_taken(
    capsys: Capture, gym: VirtualGym, files: list[str], out: Path, tmp_path: Path
) -> None:
    camera, lens = gym.camera, tmp_path / "lens.json"
    centre = (float(camera.K[0, 2]), float(camera.K[1, 2]))
    save_lens(lens, Lens(SIZE, float(camera.K[0, 0]), centre, camera.distortion, 0.1, 9))
    ring = at(gym, tuple(gym.court.rim_centre()))
    more = ["--ring", ring, "--lens", str(lens), "--no-lines"]
    code, _, err = run(capsys, "calibrate", "--image", files[0], *by_hand(gym), *more, "--out", str(out))
    assert (code, err) == (0, "")
    found = load(out)
    assert found.camera is not None
    assert found.camera.K[0][0] == pytest.approx(camera.K[0, 0], rel=0.01)
    assert {mark.name for mark in found.landmarks} == set(gym.landmarks)
    assert found.quality is not None
    assert found.quality.line_share == 0
    assert p95_cm(gym, found) < 10.0


def test_a_custom_court_and_a_tapped_cone_are_taken(
    capsys: Capture, gym: VirtualGym, files: list[str], out: Path
) -> None:
    tap = at(gym, (*gym.cones_m[2, :2], 0.1))
    court = ["--court", "custom", "--dimension", "rim_height_m=3.0", "--layout", "key", "--cone", tap]
    code, _, err = run(capsys, "calibrate", "--image", *files, *court, "--out", str(out))
    assert (code, err) == (0, "")
    found = load(out)
    assert (found.court, found.court_changes) == ("custom", {"rim_height_m": 3.0})
    assert p95_cm(gym, found) < 2.0


def test_places_in_metres_are_landmarks_too(capsys: Capture, gym: VirtualGym, files: list[str], out: Path) -> None:
    places = [(13.0, 2.0), (13.5, -3.0), (9.0, -2.0), (8.5, 3.0)]
    points = [part for x, y in places for part in ("--point", f"{x}:{y}={at(gym, (x, y, 0.0))}")]
    assert run(capsys, "calibrate", "--image", files[0], *points, "--out", str(out))[0] == 0
    assert p95_cm(gym, load(out)) < 2.0


@pytest.mark.parametrize("before", ["a calibration", "nothing", "rubbish"])
def test_what_is_refused_leaves_the_file_as_it_was(capsys: Capture, empty: str, out: Path, before: str) -> None:
    out.parent.mkdir()
    if before == "a calibration":
        save(out, OLD)
    elif before == "rubbish":
        out.write_text("{ torn")
    content = out.read_bytes() if out.exists() else None
    code, told, err = run(capsys, "calibrate", "--image", empty, "--layout", "key", "--out", str(out))
    assert (code, told) == (1, "")
    assert err.startswith("courtside: refused: ")
    assert err.count("\n") == 1
    picture = out.with_suffix(".refused.png")
    assert str(picture) in err
    assert ("kept" in err) == (content is not None)
    assert (out.read_bytes() if out.exists() else None) == content
    assert not history_folder(out).exists()
    assert not reference_path(out).exists()
    assert not out.with_suffix(".png").exists()
    assert read(picture).shape[0] > SIZE[1]


@pytest.mark.parametrize("before", ["a calibration", "rubbish", "of a newer version"])
def test_what_is_replaced_is_kept_and_a_refusal_s_picture_goes(
    capsys: Capture, gym: VirtualGym, files: list[str], out: Path, before: str
) -> None:
    out.parent.mkdir()
    out.with_suffix(".refused.png").write_bytes(b"")
    if before == "a calibration":
        save(out, OLD)
    else:
        out.write_text("{ torn" if before == "rubbish" else '{"schema_version": 99}')
    content = out.read_bytes()
    assert run(capsys, "calibrate", "--image", files[0], *by_hand(gym), "--out", str(out))[0] == 0
    assert load(out).court == "fiba"
    assert [kept.read_bytes() for kept in history_folder(out).iterdir()] == [content]
    assert not out.with_suffix(".refused.png").exists()


def test_a_scene_that_cannot_be_written_is_only_a_warning(
    capsys: Capture, gym: VirtualGym, files: list[str], out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(out, OLD)
    reference_path(out).write_bytes(b"of the old one")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(calibrate_court, "save_reference", full)
    code, told, err = run(capsys, "calibrate", "--image", files[0], *by_hand(gym), "--out", str(out))
    assert code == 0
    assert "saved" in told
    assert err == f"courtside: warning: {reference_path(out)}: cannot be written: No space left on device\n"
    assert load(out) != OLD
    assert not reference_path(out).exists(), "no other calibration's scene beside it"


def test_points_in_mirrored_order_are_refused(capsys: Capture, gym: VirtualGym, files: list[str], out: Path) -> None:
    points = by_hand(gym)
    names, pixels = zip(*(part.split("=") for part in points[1::2]), strict=True)
    swapped = [part for name, px in zip(names, pixels[::-1], strict=True) for part in ("--point", f"{name}={px}")]
    code, _, err = run(capsys, "calibrate", "--image", files[0], *swapped, "--out", str(out))
    assert code == 1
    assert "mirrored" in err
    assert not out.exists()


def test_the_wrong_court_is_refused(capsys: Capture, gym: VirtualGym, files: list[str], out: Path) -> None:
    argv = ("calibrate", "--image", files[0], *by_hand(gym), "--court", "nba", "--out", str(out))
    code, _, err = run(capsys, *argv)
    assert code == 1
    assert "fiba" in err
    assert not out.exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--image", "absent.png"), "absent.png: cannot be read"),
        (("--image", "{court}", "{small}"), "different sizes"),
        (("--image", "{text}"), "not a picture"),
        (("--image", "{court}", "--layout", "keys"), "'key'"),
        (("--image", "{court}", "--layout", "key-left,key-right,free-throw-left,free-thro-right"), "free-throw-right"),
        (("--image", "{court}", "--court", "fibba"), "'fiba'"),
        (("--image", "{court}", "--court", "nba", "--dimension", "width_m=14"), "custom"),
        (("--image", "{court}", "--court", "custom", "--dimension", "widht_m=14"), "width_m"),
        (("--image", "{court}", "--dimension", "width_m"), "KEY=METRES"),
        (("--image", "{court}", "--colour", "purple"), "orange"),
        (("--image", "{court}", "--point", "key-lift=1,2"), "key-lift"),
        (("--image", "{court}", "--point", "key-left"), "LANDMARK=X,Y"),
        (("--image", "{court}", "--point", "key-left=1"), "X,Y"),
        (("--image", "{court}", "--ring", "here"), "X,Y"),
        (("--image", "{court}", "--ring", "nan,3"), "X,Y"),
        (("--image", "{court}", "--cone", "inf,3"), "X,Y"),
        (("--image", "{court}", "--point", "key-left=1,inf"), "X,Y"),
        (("--image", "{court}", "--lens", "absent.json"), "absent.json"),
        (("--image", "{court}", "--lens", "{text}"), "measure the lens again"),
        (("--image", "{court}", "--lens", "{lens}"), "640x480"),
        (("--image", "{court}", "--source", "gym://"), "not allowed"),
        (("--source", "gym://nowhere"), "unknown scenario"),
        (("--source", "absent.mp4"), "absent.mp4"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_written(
    capsys: Capture, empty: str, out: Path, tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    small, text, lens = tmp_path / "small.png", tmp_path / "text.txt", tmp_path / "lens.json"
    cv2.imwrite(str(small), np.zeros((120, 160, 3), np.uint8))
    text.write_text("no picture")
    save_lens(lens, Lens((640, 480), 500.0, (320.0, 240.0), (0.0, 0.0), 0.1, 9))
    names = {"{court}": empty, "{small}": str(small), "{text}": str(text), "{lens}": str(lens)}
    argv = [names.get(option, option) for option in options]
    code, told, err = run(capsys, "calibrate", *argv, "--out", str(out))
    assert (code, told) == (2, "")
    assert err.startswith("courtside: error: ")
    assert err.count("\n") == 1
    assert message in err
    assert not out.parent.exists()


def test_where_nothing_can_be_written_it_says_so(
    capsys: Capture, gym: VirtualGym, files: list[str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    out = tmp_path / "file" / "calibration.json"
    code, _, err = run(capsys, "calibrate", "--image", files[0], *by_hand(gym), "--out", str(out))
    assert code == 2
    assert err.count("\n") == 1
    assert str(out) in err


def test_layouts_and_landmarks_are_listed(capsys: Capture) -> None:
    code, told, _ = run(capsys, "calibrate", "--layout", "help")
    assert code == 0
    for layout in LAYOUTS:
        assert f"  {layout} " in told
    for court in COURTS:
        assert f"  {court}: " in told
    assert f"key-left ({14 + 0.025:.2f}, {4.9 / 2 - 0.025:.2f})" in told
