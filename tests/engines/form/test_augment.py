"""Augmentations change what they say and nothing else."""

from __future__ import annotations

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from engines.form.augment import AUGMENTATIONS, Augmentation, augmented  # noqa: E402
from tests.engines.form.shots import made_up  # noqa: E402


def batch() -> tuple[torch.Tensor, ...]:
    shots = made_up()
    depth = np.random.default_rng(0).normal(0.0, 0.1, shots.depth.shape).astype(np.float32)
    return tuple(torch.from_numpy(part) for part in (shots.pose, shots.present, shots.duration_s, depth))


def again(how: Augmentation, seed: int = 0) -> tuple[torch.Tensor, ...]:
    return augmented(batch(), how, torch.Generator().manual_seed(seed))  # type: ignore[arg-type]


def test_none_is_the_same() -> None:
    for before, after in zip(batch(), again(AUGMENTATIONS["none"]), strict=True):
        assert torch.equal(before, after)


def test_the_same_seed_gives_the_same_and_another_another() -> None:
    one, same, other = again(AUGMENTATIONS["ours"]), again(AUGMENTATIONS["ours"]), again(AUGMENTATIONS["ours"], 1)
    assert torch.equal(one[0], same[0])
    assert not torch.equal(one[0], other[0])


def test_jitter_is_as_large_as_told_and_masking_as_frequent() -> None:
    pose, present, _, _ = again(Augmentation(jitter=0.01, masked=0.15))
    assert float((pose - batch()[0]).std()) == pytest.approx(0.01, rel=0.02)
    gone = present == 0
    assert torch.equal(gone.any(dim=1), gone.all(dim=1))
    assert float(gone[:, 0].float().mean()) == pytest.approx(0.15, abs=0.03)


def test_gaps_are_shorter_than_the_shot() -> None:
    present = again(Augmentation(gaps=0.5))[1]
    missing = (present == 0).sum(dim=1)
    assert 0 < int(missing.max()) < 24


def test_a_warp_keeps_both_ends_and_the_shape_of_a_still_body() -> None:
    pose, _, _, _ = again(Augmentation(warp=0.03))
    before = batch()[0]
    assert torch.allclose(pose[:, 0], before[:, 0], atol=1e-5)
    assert torch.allclose(pose[:, -1], before[:, -1], atol=1e-5)
    assert not torch.allclose(pose[:, 32], before[:, 32], atol=1e-4)
    still = batch()
    still = (torch.ones_like(still[0]), *still[1:])
    kept = augmented(still, Augmentation(warp=0.03), torch.Generator().manual_seed(0))  # type: ignore[arg-type]
    assert torch.allclose(kept[0], still[0])


def test_a_turn_keeps_lengths_in_space_for_small_angles() -> None:
    before, _, _, depth = batch()
    after = again(Augmentation(turn_rad=0.05))[0]
    moved = (after - before).abs().amax()
    reach = float((before.norm(dim=-1) + depth.abs()).amax())
    assert 0 < float(moved) < math.sin(0.3) * reach


def test_mirrored_only_turns_the_picture_round() -> None:
    before, after = batch()[0], again(Augmentation(mirrored=1.0))[0]
    assert torch.equal(after[..., 0], -before[..., 0])
    assert torch.equal(after[..., 1], before[..., 1])
