"""What moves below the ring, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from edge.types import Rim
from edge.vision.net import NetMotion

RIM = Rim(300.0, 150.0, 60.0, 15.0)


def scene(seed: int | None = None, below: bool = True) -> np.ndarray:
    """A still wall; with a seed, another picture below (or else beside) the ring."""
    image = np.random.default_rng(0).integers(80, 120, (400, 600, 3)).astype(np.uint8)
    if seed is not None:
        x = 280 if below else 400
        image[160:195, x : x + 40] = (
            np.random.default_rng(seed).integers(0, 2, (7, 8, 3)).repeat(5, 0).repeat(5, 1) * 255
        )
    return image


def test_a_still_net_does_not_move_and_the_first_frame_tells_nothing() -> None:
    net = NetMotion()
    assert net.update(scene(), RIM) is None
    assert net.update(scene(), RIM) == 0


def test_noise_is_no_motion() -> None:
    net, rng = NetMotion(), np.random.default_rng(1)
    for _ in range(5):
        noisy = np.clip(scene() + rng.normal(0, 5, (400, 600, 3)), 0, 255).astype(np.uint8)
        share = net.update(noisy, RIM)
    assert share is not None
    assert share < 0.05


def test_a_net_that_swings_moves_and_what_is_beside_it_does_not_count() -> None:
    net, beside = NetMotion(), NetMotion()
    for seed in range(3):
        moved = net.update(scene(seed), RIM)
        other = beside.update(scene(seed, below=False), RIM)
    assert moved is not None
    assert moved > 0.3
    assert other == 0


def test_with_the_ring_followed_a_moving_camera_is_no_motion() -> None:
    net = NetMotion()
    wide = scene(7)
    for shift in (0, 6, 13):
        share = net.update(np.roll(wide, shift, axis=1), Rim(300.0 + shift, 150.0, 60.0, 15.0))
    assert share == 0


@pytest.mark.parametrize(
    "rim", [None, Rim(300, 150, 8, 3), Rim(10, 150, 60, 15), Rim(595, 150, 60, 15), Rim(300, 380, 60, 15)]
)
def test_without_a_net_in_the_picture_nothing_is_told(rim: Rim | None) -> None:
    net = NetMotion()
    net.update(scene(), RIM)
    assert net.update(scene(), rim) is None
    assert net.update(scene(), RIM) is None
    assert net.update(scene(), RIM) == 0


def test_after_a_cut_the_frame_before_does_not_count() -> None:
    net = NetMotion()
    net.update(scene(), RIM)
    net.reset()
    assert net.update(scene(3), RIM) is None
