"""Readers of NBA play, on small made files."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tests.bench.nba import FOOT_M, has_nba, parse_scene, read_nba


def _scene(frames: int, swap: bool = False) -> str:
    """A ball that moves along x from the court's corner; ten players at rest, number n at x = n feet."""
    lines = []
    for k in range(frames):
        lines.append(f"{12 * k} -1 {k}.0 0.0 BALL")
        order = reversed(range(1, 11)) if swap and k else range(1, 11)
        lines += [f"{12 * k} {100 + n} {n}.0 25.0 PLAYER" for n in order]
    return "\n".join(lines)


def test_scenes_are_in_metres_from_the_centre_and_hundredths_of_a_second(tmp_path: Path) -> None:
    (tmp_path / "nba_socialvae").mkdir()
    with zipfile.ZipFile(tmp_path / "nba_socialvae" / "nba_scenes_some.zip", "w") as archive:
        archive.writestr("nba/score/test/AAA_BBB_001_2_30.0_27.0.txt", _scene(26))
        archive.writestr("nba/score/test/AAA_BBB_001_3_10.0_09.0.txt", _scene(4))
    (found,) = read_nba(tmp_path)
    assert (found.name, found.match, found.kind) == ("AAA_BBB_001_2_30.0_27.0", "AAA_BBB_001", "scenes")
    assert found.times_s[-1] == pytest.approx(25 * 0.12)
    np.testing.assert_allclose(found.ball_m[3, :2], [(3 - 47) * FOOT_M, -25 * FOOT_M])
    assert np.isnan(found.ball_m[:, 2]).all()
    assert not found.has_height
    np.testing.assert_allclose(found.players_m[7, 9], [(10 - 47) * FOOT_M, 0.0], atol=1e-9)
    assert found.team.tolist() == [0] * 5 + [1] * 5


def test_a_scene_whose_rows_change_order_is_left_out() -> None:
    assert parse_scene(_scene(5), "A_B_1") is not None
    assert parse_scene(_scene(5, swap=True), "A_B_1") is None
    assert parse_scene(_scene(5).rsplit("\n", 1)[0], "A_B_1") is None
    assert parse_scene("", "A_B_1") is None


def _moment(clock: float, first: int = 1) -> dict[str, object]:
    return {
        "wall_clock": clock, "ball_x": 47.0, "ball_y": 25.0, "ball_z": 10.0,
        "player_ids": list(range(first, first + 10)), "player_xs": [47.0 + n for n in range(10)],
        "player_ys": [25.0] * 10, "player_hoop_sides": [1] * 5 + [0] * 5,
    }  # fmt: skip


def test_events_are_cut_where_the_clock_jumps_or_people_change(tmp_path: Path) -> None:
    (tmp_path / "nba_tufts").mkdir()
    clocks = [200.0 * k for k in range(12)]
    moments = [_moment(1e12 + clock) for clock in clocks]
    moments += [_moment(1e12 + 9000 + clock) for clock in clocks]
    moments += [_moment(1e12 + 11400 + clock, first=2) for clock in clocks]
    with gzip.open(tmp_path / "nba_tufts" / "events_X.jsonl.gz", "wt", encoding="utf-8") as stream:
        stream.write(json.dumps({"idx": 4, "label": "shot_made", "moments": moments}) + "\n")
        stream.write(json.dumps({"idx": 5, "label": "foul", "moments": []}) + "\n")
    found = list(read_nba(tmp_path))
    assert [one.name for one in found] == ["events_X_4_0", "events_X_4_1", "events_X_4_2"]
    assert len({one.match for one in found}) == 1
    assert all(one.has_height and one.times_s[-1] == pytest.approx(2.2) for one in found)
    np.testing.assert_allclose(found[0].ball_m[0], [0.0, 0.0, 10 * FOOT_M], atol=1e-9)
    np.testing.assert_allclose(found[0].players_m[0, 3], [3 * FOOT_M, 0.0], atol=1e-9)
    assert found[0].team.tolist() == [1] * 5 + [0] * 5


def test_arrays_are_cut_at_stops_and_at_moments_that_are_not_known(tmp_path: Path) -> None:
    folder = tmp_path / "nba_tufts"
    folder.mkdir()
    np.save(folder / "ball_coords_s.npy", np.tile([0.5, 1.0, 6.0], (40, 1)))
    np.save(folder / "player_coords_s.npy", np.tile([1.0, 0.5], (40, 10, 1)))
    np.save(folder / "example_stop_idxs_s.npy", np.array([-1, 19, 39]))
    np.save(folder / "ball_coords_alone.npy", np.zeros((40, 3)))
    plays = np.tile([94.0, 25.0], (160, 5, 1))
    plays[80, 2] = np.nan
    np.save(folder / "game_stacked_starter_plays.npy", plays)
    np.save(folder / "game_covariates_raw.npy", np.tile([0.0, 0.0, 3.0], (160, 1)))
    np.save(folder / "game_end_times.npy", np.array([-1, 160]))
    found = list(read_nba(tmp_path))
    assert [(one.kind, len(one.times_s)) for one in found] == [
        ("coords", 20), ("coords", 20), ("starters", 80), ("starters", 79),
    ]  # fmt: skip
    np.testing.assert_allclose(found[0].ball_m[0], [0.0, 25 * FOOT_M, 6 * FOOT_M], atol=1e-9)
    assert found[0].times_s[1] == pytest.approx(0.2)
    assert found[2].times_s[1] == pytest.approx(0.04)
    np.testing.assert_allclose(found[2].players_m[0, 0], [47 * FOOT_M, 0.0], atol=1e-9)
    assert found[2].team.tolist() == [0] * 5


def test_without_the_folders_there_is_nothing(tmp_path: Path) -> None:
    assert list(read_nba(tmp_path)) == []
    assert not has_nba(tmp_path)
