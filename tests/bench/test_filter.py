"""The filter benchmark on made-up players."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.bench import filter as bench
from tests.bench import filter_peers
from tests.bench.filter_cost import allocations, crowd, plot
from tests.bench.filter_input import BALL, TARGETS, Scene, scenes
from tests.bench.filter_own import Compiled, PlainNumpy, WholeBox


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return scenes(tmp_path_factory.mktemp("empty"), 1, 3)[0]


def test_made_up_play_is_the_same_for_a_seed_and_moves_as_players_do(scene: Scene, tmp_path: Path) -> None:
    again, other = scenes(tmp_path, 1, 3)[0], scenes(tmp_path, 1, 4)[0]
    assert np.array_equal(again.truth, scene.truth)
    assert all(np.array_equal(a, b) for a, b in zip(again.looks, scene.looks, strict=True))
    assert not np.array_equal(other.truth, scene.truth)
    speed = np.linalg.norm(np.diff(scene.truth[:, :BALL], axis=0), axis=2) * scene.frames_per_s
    assert 40 < speed.mean() < 300
    assert speed.max() < 400


def test_looks_lie_where_those_are_whose_they_are(scene: Scene) -> None:
    seen = np.zeros(TARGETS)
    for frame in range(len(scene)):
        looks, told = scene.looks[frame], scene.told[frame]
        own = told >= 0
        seen[told[own]] += 1
        assert np.all(np.linalg.norm(looks[own, :2] - scene.truth[frame, told[own]], axis=1) < 60)
        assert np.array_equal(looks[:, 3] == 1, told == BALL)
    assert np.all(seen[:BALL] > 0.8 * len(scene))
    assert 0.6 * len(scene) < seen[BALL] < 0.95 * len(scene)


def test_compiled_and_numpy_are_one_filter(scene: Scene) -> None:
    away = bench.errors([scene], [Compiled(300, 1), PlainNumpy(300, 1)])
    assert away["ours"][0] < 0.06 * scene.height_px
    assert away["ours"][1] < 2 * scene.radius_px
    # The ball is lost now and then by either: that is chance, not arithmetic.
    assert away["ours"][0] == pytest.approx(away["numpy"][0], rel=0.1)


def test_they_find_out_whose_each_look_is(scene: Scene) -> None:
    for one in (Compiled(300, 1), PlainNumpy(300, 1)):
        one.begin(scene)
        for frame in range(40):
            one.step(frame)
        off = np.linalg.norm(one.places() - scene.truth[39], axis=1)
        assert np.median(off) < 0.1 * scene.height_px


def test_the_box_follows_the_same_input(scene: Scene) -> None:
    spent, single = bench.measure([scene], [Compiled(50, 1), WholeBox()], 1)
    blocks = len(scene) // bench.BLOCK_FRAMES
    assert [len(one) for one in spent.values()] == [blocks, blocks]
    assert len(single) == blocks * bench.BLOCK_FRAMES
    assert min(spent["tracker"]) > 0


def test_ratios_are_theirs_over_ours_block_by_block() -> None:
    spent = {"ours": [10.0, 20.0, 10.0], "numpy": [100.0, 100.0, 30.0], "tracker": [50.0] * 3, "ocsort": [100.0] * 3}
    found = bench.figures(spent, [10.0, 10.0, 20.0], 500)
    assert found["us_per_frame"] == 10
    assert found["particle_steps_per_s"] == pytest.approx(11 * 500 / 10e-6)
    assert (found["ratio_to_numpy"], found["ratio_to_ocsort"], found["tracker_ratio_to_ocsort"]) == (5, 10, 2)


def test_frames_keep_no_memory_and_compiled_code_takes_none() -> None:
    found = allocations(*crowd(11, 50), frames=400)
    assert found["compiled_allocations_per_frame"] == 0
    assert found["bytes_allocated_per_frame"] < 1
    assert found["python_bytes_peak"] < 20_000


def test_what_cannot_be_had_is_left_out_with_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(particles: int, seed: int) -> list[object]:
        raise ImportError("No module named 'nothing'")

    said: list[str] = []
    for name in ("_chopin", "_filterpy", "_trackers"):
        monkeypatch.setattr(filter_peers, name, missing)
    assert filter_peers.peers(10, 1, said.append) == []
    assert said == ["peer left out: No module named 'nothing'"] * 3


def test_the_plot_is_a_picture_of_what_was_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.bench.filter_cost.PARTICLES", (20, 40))
    monkeypatch.setattr("tests.bench.filter_cost.TARGET_COUNTS", (1, 3))
    found = plot(tmp_path / "deep" / "cost.png", 2, 30)
    assert set(found) == {"us_20_particles", "us_40_particles", "us_1_targets", "us_3_targets"}
    assert min(found.values()) > 0
    assert (tmp_path / "deep" / "cost.png").read_bytes()[:4] == b"\x89PNG"
