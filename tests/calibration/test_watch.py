"""A camera that is knocked, covered, or only thought to be: on the virtual gym's pictures."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from calibration.model import CalibrationError
from calibration.watch import Drift, Image, MountWatch, load_reference, make_reference, save_reference
from edge.simulator import VirtualGym, find_scenario
from tests.bench.bump import seconds

NOBODY = np.zeros((0, 4))
PLAY = replace(find_scenario("practice"), players_per_team=(2, 1), lamp_change=0.15)


def gym_at(seed: int = 3) -> VirtualGym:
    return VirtualGym(PLAY, seed=seed, width=960, height=540, fps=10)


def follow(watch: MountWatch, frames: Iterator[tuple[Image, np.ndarray, float]], count: int) -> list[Drift]:
    return [watch.look(image, time_s, boxes) for image, boxes, time_s in (next(frames) for _ in range(count))]


def test_nobody_touches_the_camera() -> None:
    gym = gym_at()
    frames = seconds(gym)
    watch = MountWatch(gym.camera, gym.court, next(frames)[0])
    states = [drift.state for drift in follow(watch, frames, 8)]
    assert states == ["unsure"] * 2 + ["steady"] * 6


@pytest.mark.parametrize("angles", [(0.25, 0.0, 0.0), (0.0, 0.0, 1.0), (-2.0, 1.5, 0.5)])
def test_a_knock_is_found_in_centimetres_and_made_up_for(angles: tuple[float, float, float]) -> None:
    gym = gym_at()
    frames = seconds(gym)
    before = gym.camera
    watch = MountWatch(before, gym.court, next(frames)[0])
    follow(watch, frames, 4)
    gym.turn(*angles)
    drifts = follow(watch, frames, 5)
    found = next(drift for drift in drifts if drift.state == "moved")
    assert found.camera is not None
    assert found.proven
    grid = np.array([[4.0, 0.0, 0.0], [9.0, 2.0, 0.0], [12.0, -3.0, 0.0]])
    pixels, _ = gym.camera.project(grid)
    off = 100 * np.linalg.norm(before.floor(pixels) - grid[:, :2], axis=1)
    left = 100 * np.linalg.norm(found.camera.floor(pixels) - grid[:, :2], axis=1)
    assert off.min() > 1.5
    assert left.max() < 1.0
    # The 95th percentile over the court in sight, where three points are only a sample.
    assert 0.5 * off.max() < found.error_cm < 5 * off.max()
    watch.accept(found.camera)
    assert [drift.state for drift in follow(watch, frames, 4)][-1] == "steady"


@pytest.mark.parametrize("shift_m", [(0.0, 0.0, -0.06), (0.04, 0.0, 0.0), (0.1, 0.05, 0.0)])
def test_a_camera_that_was_moved_along_is_found_but_not_made_up_for(shift_m: tuple[float, float, float]) -> None:
    gym = gym_at()
    frames = seconds(gym)
    watch = MountWatch(gym.camera, gym.court, next(frames)[0])
    follow(watch, frames, 4)
    gym.turn(0.3, 0.2, 0.0, shift_m)
    drifts = follow(watch, frames, 5)
    assert drifts[-1].state == "moved"
    assert not any(drift.proven for drift in drifts)


def test_scenery_that_is_moved_is_no_camera_that_is() -> None:
    gym = gym_at()
    reference = next(seconds(gym))[0]
    watch = MountWatch(gym.camera, gym.court, reference)
    width = reference.shape[1]
    image = reference.copy()
    # A third of the picture, as a curtain or a folding stand, six pixels to the right.
    image[:, 6 : width // 3] = reference[:, : width // 3 - 6]
    assert [watch.look(image, float(second), NOBODY).state for second in range(4)][-1] == "steady"


@pytest.mark.parametrize("level", [0, 128])
def test_a_covered_lens_is_said_within_ten_seconds_and_forgiven(level: int) -> None:
    gym = gym_at()
    reference = next(seconds(gym))[0]
    watch = MountWatch(gym.camera, gym.court, reference)
    covered = np.full_like(reference, level)
    states = [watch.look(covered, float(second), NOBODY).state for second in range(10)]
    assert states[0] == "unsure"
    assert states[-1] == "blocked"
    assert [watch.look(reference, 10.0 + second, NOBODY).state for second in range(4)][-1] == "steady"


def test_a_camera_that_looks_elsewhere_altogether_is_blocked_not_realigned() -> None:
    gym = gym_at()
    frames = seconds(gym)
    watch = MountWatch(gym.camera, gym.court, next(frames)[0])
    gym.turn(120.0, 0.0, 0.0)
    drifts = follow(watch, frames, 10)
    assert drifts[-1].state == "blocked"
    assert not any(drift.proven for drift in drifts)


def test_people_before_the_lens_say_nothing() -> None:
    gym = gym_at()
    reference = next(seconds(gym))[0]
    height, width = reference.shape[:2]
    watch = MountWatch(gym.camera, gym.court, reference)
    everything = np.array([[0.0, 0.0, width, height]])
    noise = np.random.default_rng(0).integers(0, 255, reference.shape).astype(np.uint8)
    assert {watch.look(noise, float(second), everything).state for second in range(12)} == {"unsure"}


def test_a_wall_without_anything_on_it_is_of_no_use() -> None:
    gym = gym_at()
    flat = np.full((540, 960), 90, np.uint8)
    assert not MountWatch(gym.camera, gym.court, flat).usable
    assert MountWatch(gym.camera, gym.court, next(seconds(gym))[0]).usable


def test_a_picture_of_another_size_is_an_error() -> None:
    gym = gym_at()
    watch = MountWatch(gym.camera, gym.court, next(seconds(gym))[0])
    with pytest.raises(ValueError, match="960"):
        watch.look(np.zeros((10, 10, 3), np.uint8), 0.0, NOBODY)


def test_who_walks_through_is_not_in_the_reference() -> None:
    pictures = [np.full((20, 30, 3), 100, np.uint8) for _ in range(5)]
    for number, picture in enumerate(pictures):
        picture[:, 6 * number : 6 * number + 6] = 255
    assert np.array_equal(make_reference(pictures), np.full((20, 30), 100))


def test_the_reference_takes_the_room_of_few_pictures() -> None:
    pictures = list(np.random.default_rng(2).integers(0, 255, (5, 600, 400), dtype=np.uint8))
    tracemalloc.start()
    reference = make_reference(pictures)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert np.array_equal(reference, np.median(pictures, axis=0))
    assert most < 4 * pictures[0].nbytes


def test_a_power_cut_leaves_the_reference_that_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "scene.png"
    synced: list[int] = []
    monkeypatch.setattr("calibration.files.os.fsync", synced.append)
    save_reference(path, np.zeros((20, 30), np.uint8))
    assert len(synced) == 1, "on the disk before it takes its name"
    before = path.read_bytes()

    def cut(_: int) -> None:
        raise OSError("power")

    monkeypatch.setattr("calibration.files.os.fsync", cut)
    with pytest.raises(OSError, match="power"):
        save_reference(path, np.ones((20, 30), np.uint8))
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["scene.png"]


def test_the_reference_comes_back_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "scene.png"
    assert load_reference(path, (30, 20)) is None
    picture = np.random.default_rng(1).integers(0, 255, (20, 30)).astype(np.uint8)
    save_reference(path, picture)
    found = load_reference(path, (30, 20))
    assert found is not None
    assert np.array_equal(found, picture)
    with pytest.raises(CalibrationError, match=r"scene\.png: is not of the calibration's size"):
        load_reference(path, (31, 20))
    path.write_bytes(b"no picture")
    with pytest.raises(CalibrationError, match=r"scene\.png: is not a picture"):
        load_reference(path, (30, 20))
    assert [entry.name for entry in tmp_path.iterdir()] == ["scene.png"]
