"""Who watches the mount: what it makes of its looks, on the virtual gym's pictures."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from calibration.files import reference_path
from calibration.model import Calibration
from calibration.store import load, save, undo
from calibration.watch import load_reference, save_reference
from edge.calibrated import STEADY, Standing, realigned, report_of
from edge.guard import REFERENCE_PICTURES, Guard, Sight
from edge.health import find_warnings
from edge.simulator import VirtualGym, find_scenario
from edge.types import FloatArray, Image, SourceState
from tests.bench.bump import seconds

SIZE = (960, 540)
NOBODY: FloatArray = np.zeros((0, 4))


@dataclass
class FakeAnalysis:
    """Uses what it is given, and remembers how the camera stands."""

    calibration: Calibration | None
    sight: Sight | None = None
    standing: Standing = STEADY
    stood: list[Standing] = field(default_factory=list)
    busy: bool = False

    def stand(self, known: Calibration, calibration: Calibration, standing: Standing) -> bool:
        if self.busy or known is not self.calibration:
            return False
        self.calibration, self.standing = calibration, standing
        self.stood.append(standing)
        return True


class Scene:
    """A gym, what is analysed of it, and its guard, a second at a time."""

    def __init__(self, path: Path | None = None) -> None:
        play = replace(find_scenario("practice"), players_per_team=(1, 0))
        self.gym = VirtualGym(play, seed=3, width=SIZE[0], height=SIZE[1], fps=10)
        self._frames = seconds(self.gym)
        self.analysis = FakeAnalysis(self.gym.calibration)
        self.told: list[Standing] = []
        self.guard = Guard(self.analysis, path, lambda: self.told.append(self.analysis.standing))

    def pass_s(self, count: int, cover: bool = False) -> None:
        for _ in range(count):
            image, boxes, time_s = next(self._frames)
            self.analysis.sight = Sight(np.zeros_like(image) if cover else image, boxes, time_s)
            self.guard.look()

    def rim_error_px(self) -> float:
        calibration = self.analysis.calibration
        assert calibration is not None
        assert calibration.rim is not None
        rim = calibration.rim
        truth, _ = self.gym.camera.project(self.gym.court.rim_centre())
        return float(np.hypot(rim.x + rim.width / 2 - truth[0], rim.y + rim.height / 2 - truth[1]))


def test_a_small_knock_is_made_up_for_with_the_ring() -> None:
    scene = Scene()
    scene.pass_s(REFERENCE_PICTURES + 4)
    assert scene.told == []
    scene.gym.turn(1.0, 0.5, 0.0)
    before = scene.rim_error_px()
    scene.pass_s(5)
    (standing,) = scene.told
    assert standing.realigned
    assert not standing.suspect
    assert standing.moved_cm is not None
    assert standing.moved_cm > 5
    assert before > 8
    assert scene.rim_error_px() < 1.5
    scene.pass_s(5)
    assert len(scene.told) == 1, "it is said once"
    report = report_of(scene.analysis.calibration, standing)
    assert (report.state, report.suspect, report.realigned) == ("calibrated", False, True)


def test_a_large_knock_makes_figures_suspect_until_somebody_calibrates() -> None:
    scene = Scene()
    scene.pass_s(REFERENCE_PICTURES + 3)
    known = scene.analysis.calibration
    scene.gym.turn(9.0, 0.0, 0.0)
    scene.pass_s(10)
    (standing,) = scene.told
    assert standing.state == "moved"
    assert standing.suspect
    assert "calibrate again" in standing.detail
    assert scene.analysis.calibration is known, "not proven, so nothing is made up for"
    report = report_of(known, standing)
    assert (report.state, report.suspect, report.moved_cm) == ("moved", True, standing.moved_cm)
    # Whoever calibrates begins anew with the scene as it is now.
    scene.analysis.calibration = known.model_copy() if known else None
    scene.analysis.standing = STEADY
    scene.pass_s(REFERENCE_PICTURES + 4)
    assert len(scene.told) == 1


def test_a_covered_lens_is_suspect_and_is_taken_back() -> None:
    scene = Scene()
    scene.pass_s(REFERENCE_PICTURES + 3)
    scene.pass_s(10, cover=True)
    assert [standing.state for standing in scene.told] == ["blocked"]
    scene.pass_s(4)
    assert scene.told[-1] == STEADY


def test_whoever_calibrates_meanwhile_is_not_overruled() -> None:
    scene = Scene()
    scene.pass_s(REFERENCE_PICTURES + 3)
    scene.analysis.busy = True
    scene.gym.turn(1.0, 0.0, 0.0)
    scene.pass_s(6)
    assert scene.told == []
    assert scene.analysis.calibration is scene.gym.calibration


def test_the_scene_is_kept_beside_the_calibration_and_outlives_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    scene = Scene(path)
    save(path, scene.gym.calibration)
    scene.pass_s(REFERENCE_PICTURES)
    kept = load_reference(reference_path(path), SIZE)
    assert kept is not None
    again = Scene(path)
    again.gym.turn(0.0, 0.8, 0.0)
    again.pass_s(5)
    assert [standing.realigned for standing in again.told] == [True], "moved while the box was off"


@pytest.mark.parametrize("image", [None, np.zeros((4, 6), np.uint8)])
def test_a_damaged_scene_is_replaced(tmp_path: Path, image: Image | None) -> None:
    path = tmp_path / "calibration.json"
    scene = Scene(path)
    save(path, scene.gym.calibration)
    if image is None:
        reference_path(path).write_bytes(b"nonsense")
    else:
        save_reference(reference_path(path), image)
    scene.pass_s(REFERENCE_PICTURES)
    assert load_reference(reference_path(path), SIZE) is not None


def test_a_camera_moved_before_an_undo_is_noticed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "calibration.json"
    scene = Scene(path)
    save(path, scene.gym.calibration)
    scene.pass_s(REFERENCE_PICTURES)
    save(path, Calibration(image_size=SIZE))
    scene.gym.turn(9.0, 0.0, 0.0)
    undo(path)
    scene.analysis.calibration = load(path)
    caplog.clear()
    scene.pass_s(10)
    assert [standing.state for standing in scene.told] == ["moved"]
    assert "no picture of the calibrated scene" not in caplog.text


def test_a_scene_it_had_to_take_itself_is_said_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "calibration.json"
    scene = Scene(path)
    save(path, scene.gym.calibration)
    scene.pass_s(REFERENCE_PICTURES + 2)
    assert caplog.text.count("no picture of the calibrated scene is kept") == 1
    assert scene.told == []


def test_a_scene_that_is_written_while_it_collects_one_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    scene = Scene(path)
    save(path, scene.gym.calibration)
    scene.pass_s(2)
    picture = scene.analysis.sight.image[..., 1] if scene.analysis.sight else None
    assert picture is not None
    save_reference(reference_path(path), picture)
    scene.pass_s(REFERENCE_PICTURES)
    kept = load_reference(reference_path(path), SIZE)
    assert kept is not None
    assert np.array_equal(kept, picture)


def test_whose_calibration_is_replaced_meanwhile_keeps_no_scene(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    scene = Scene(path)
    save(path, scene.gym.calibration)
    scene.pass_s(REFERENCE_PICTURES - 1)
    guard, known = scene.guard, scene.gym.calibration
    guard._known, scene.analysis.calibration = known, known.model_copy()
    guard._keep(np.zeros((SIZE[1], SIZE[0]), np.uint8))
    assert not reference_path(path).exists()


def test_a_picture_with_nothing_in_it_is_said_once() -> None:
    scene = Scene()
    for _ in range(2):
        scene.pass_s(REFERENCE_PICTURES + 3, cover=True)
    (standing,) = scene.told
    assert standing.state == "steady"
    assert not standing.suspect
    assert "nobody watches" in standing.detail
    report = report_of(scene.analysis.calibration, scene.analysis.standing)
    assert (report.state, report.suspect, report.detail) == ("calibrated", False, standing.detail)
    warnings = find_warnings(SourceState("connected", ""), "calibrated", "", {}, scene.analysis.standing.detail)
    assert warnings == (standing.detail,)


def test_without_a_court_there_is_nothing_to_watch() -> None:
    scene = Scene()
    for calibration in (None, Calibration(image_size=SIZE)):
        scene.analysis.calibration = calibration
        scene.pass_s(2)
    scene.analysis.calibration = scene.gym.calibration
    scene.analysis.sight = None
    scene.guard.look()
    assert scene.told == []


def test_a_ring_that_is_turned_out_of_the_picture_s_reach_is_not_known() -> None:
    gym = VirtualGym("practice", seed=3)
    away = replace(gym.camera, R=np.diag([-1.0, 1.0, -1.0]) @ gym.camera.R)
    assert gym.calibration.rim is not None
    assert realigned(gym.calibration, gym.camera, away).rim is None


def test_the_thread_ends_when_told_and_says_why_when_not() -> None:
    class Broken(FakeAnalysis):
        @property
        def sight(self) -> Sight | None:
            raise RuntimeError("no sight")

        @sight.setter
        def sight(self, _: Sight | None) -> None: ...

    guard = Guard(FakeAnalysis(None), None, lambda: None, every_s=0.01)
    guard.start()
    assert guard.alive
    guard.close()
    assert not guard._thread.is_alive()
    broken = Guard(Broken(None), None, lambda: None, every_s=0.01)
    broken.start()
    broken._thread.join(5.0)
    assert not broken.alive
    assert broken.reason == "no sight"
