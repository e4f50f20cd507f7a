"""The paper's evaluation on embeddings whose accuracy is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engines.form.evaluate import by_distance, discriminant, draw_confusion, draw_map, nearest, score, split
from engines.form.shots import load, pack, save
from tests.engines.form.shots import made_up


def test_three_nearest_vote_and_the_nearer_one_wins_a_tie() -> None:
    known, labels = np.array([[0.0], [1.0], [1.2], [5.0]]), np.array([7, 8, 8, 9])
    assert nearest(known, labels, np.array([[0.1]]))[0] == 8
    assert nearest(known, labels, np.array([[0.1]]), neighbours=1)[0] == 7
    assert by_distance(np.array([[3.0, 1.0, 2.0]]), np.array([4, 5, 6]))[0] == 5


def test_every_label_is_split_alike_and_nothing_is_on_both_sides() -> None:
    labels = np.repeat([0, 1, 2], [4, 8, 20])
    known, asked = split(labels, np.random.default_rng(0))
    assert sorted([*known, *asked]) == list(range(32))
    assert np.bincount(labels[asked]).tolist() == [1, 2, 5]


def test_apart_is_all_right_and_noise_is_chance() -> None:
    labels = np.repeat([3, 5, 9], 20)
    rng = np.random.default_rng(0)
    apart = np.eye(3)[np.repeat([0, 1, 2], 20)] + 0.05 * rng.normal(size=(60, 3))
    found = score(apart, labels)
    assert found.mean == 100.0
    assert found.std == 0.0
    assert found.labels == (3, 5, 9)
    assert np.array_equal(found.confusion, np.eye(3))
    noise = score(rng.normal(size=(60, 3)), labels)
    assert noise.mean == pytest.approx(33, abs=9)
    assert noise.confusion.sum(axis=1) == pytest.approx(1.0)


def test_a_discriminant_finds_the_direction_that_noise_hides() -> None:
    rng = np.random.default_rng(1)
    labels = np.repeat([0, 1], 40)
    embeddings = rng.normal(size=(80, 6)) * [0.1, 1, 1, 1, 1, 1]
    embeddings[:, 0] += labels
    assert score(embeddings, labels).mean < 85
    assert score(embeddings, labels, refine=discriminant).mean > 95


def test_distances_may_take_the_place_of_embeddings() -> None:
    labels = np.repeat([0, 1], 10)
    away = np.abs(labels[:, None] - labels[None]).astype(float)
    assert score(np.zeros((20, 1)), labels, distances=away).mean == 100.0


def test_pictures_are_written(tmp_path: Path) -> None:
    draw_confusion(np.eye(3), ["a", "b", "c"], "confusion", tmp_path / "confusion.png")
    labels = np.repeat([0, 1], 10)
    draw_map(np.random.default_rng(0).normal(size=(20, 2)), labels, labels * 0, ["a", "b"], "map", tmp_path / "map.png")
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in tmp_path.iterdir())
    assert len(list(tmp_path.iterdir())) == 2


def test_shots_come_back_as_they_were_kept(tmp_path: Path) -> None:
    shots = made_up()
    save(shots, tmp_path / "shots.npz")
    again = load(tmp_path / "shots.npz")
    assert np.array_equal(again.session, shots.session)
    assert again.pose == pytest.approx(shots.pose, abs=1e-3)
    (tmp_path / "shots.npz").write_bytes(b"nothing")
    with pytest.raises(ValueError, match="holds no shots"):
        load(tmp_path / "shots.npz")


def test_packing_tells_seen_filled_in_and_unknown_apart() -> None:
    pose, present = np.full((64, 17, 2), 0.5), np.ones((64, 17), dtype=bool)
    pose[:, 3] = np.nan
    present[:, 3] = present[:, 4] = False
    packed, level = pack(pose, present)
    assert level[0, [2, 3, 4]].tolist() == [1.0, 0.0, 0.5]
    assert np.isfinite(packed).all()
