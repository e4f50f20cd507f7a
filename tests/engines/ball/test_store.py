from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from engines.ball.clips import Clip, photo_clip
from engines.ball.store import ClipStore, keep


def clips() -> list[Clip]:
    rng = np.random.default_rng(0)
    moving = Clip(
        rng.integers(0, 256, (3, 20, 30, 3), np.uint8),
        np.array([[3.25, 4.5, 2.0, 0.75], [9.0, 8.0, 3.0, 1.0]]),
        np.zeros((0, 4)),
        whole=False,
        rims_known=False,
    )
    still = photo_clip(rng.integers(0, 256, (11, 7, 3), np.uint8), [(1, 2, 3)], [(4, 5, 6, 7)])
    return [moving, still, photo_clip(rng.integers(0, 256, (5, 5, 3), np.uint8))]


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    given = clips()
    store = keep(iter(given), tmp_path / "new" / "folder")
    assert len(store) == 3
    for want, have in zip(given, store, strict=True):
        assert np.array_equal(want.frames, have.frames)
        assert np.array_equal(want.balls, have.balls)
        assert np.array_equal(want.rims, have.rims)
        assert (want.whole, want.rims_known) == (have.whole, have.rims_known)


def test_of_a_still_picture_one_frame_is_written(tmp_path: Path) -> None:
    keep(clips(), tmp_path)
    assert (tmp_path / "frames.u8").stat().st_size == 3 * 20 * 30 * 3 + 11 * 7 * 3 + 5 * 5 * 3


def test_another_process_is_handed_the_path_alone(tmp_path: Path) -> None:
    store = keep(clips(), tmp_path)
    packed = pickle.dumps(store)
    assert len(packed) < 500
    again = pickle.loads(packed)
    assert isinstance(again, ClipStore)
    assert np.array_equal(again[1].frames, store[1].frames)


def test_nothing_kept_is_an_empty_store(tmp_path: Path) -> None:
    assert len(keep([], tmp_path)) == 0


def test_a_folder_without_clips_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"labels\.json"):
        ClipStore(tmp_path)
