"""A painted ball lies where its label says, at every size and speed."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from engines.ball.layout import FRAMES
from engines.ball.paint import Path, ball_sprite, capsule_layer, draw_path, lay_over, paint_ball

WHITE = 200.0


def white_sprite() -> list[np.ndarray]:
    """A sprite of the true cover, all of one grey level."""
    sprite = ball_sprite(np.random.default_rng(0))
    return [np.concatenate([layer[..., 3:] * WHITE] * 3 + [layer[..., 3:]], axis=-1) for layer in sprite]


def painted(centre: tuple[float, float], radius: float, velocity: tuple[float, float] = (0, 0), smear: float = 0.0):  # type: ignore[no-untyped-def]
    """Cover 0..1 (200, 240) of a white ball on black, of each frame."""
    frames = np.zeros((FRAMES, 200, 240, 3), np.uint8)
    path = Path(np.tile(centre, (FRAMES, 1)).astype(float), np.tile(velocity, (FRAMES, 1)).astype(float))
    paint_ball(frames, white_sprite(), path, radius, smear, gain=1.0, haze=0.0)
    return frames[..., 0] / WHITE


def middle_of(cover: np.ndarray) -> np.ndarray:
    """Centre of mass in continuous coordinates: the first pixel's centre lies at one half."""
    y, x = np.mgrid[: cover.shape[0], : cover.shape[1]] + 0.5
    return np.array([(cover * x).sum(), (cover * y).sum()]) / cover.sum()


@pytest.mark.parametrize("radius", [2.5, 3.0, 5.0, 8.3, 12.0, 24.0, 40.0, 60.0])
@pytest.mark.parametrize("centre", [(100.0, 100.0), (100.5, 90.5), (101.27, 99.81)])
def test_centre_and_area_are_those_of_the_label(radius: float, centre: tuple[float, float]) -> None:
    for cover in painted(centre, radius):
        assert np.hypot(*(middle_of(cover) - centre)) < 0.05
        assert abs(np.sqrt(cover.sum() / np.pi) - radius) < 0.06 + 0.01 * radius


@pytest.mark.parametrize("velocity", [(30.0, 0.0), (0.0, -25.0), (18.0, 24.0)])
def test_a_smear_keeps_the_centre_and_is_as_long_as_the_way_with_an_open_shutter(velocity: tuple[float, float]) -> None:
    radius, smear = 8.0, 0.8
    cover = painted((110.3, 95.7), radius, velocity, smear)[-1]
    assert np.hypot(*(middle_of(cover) - (110.3, 95.7))) < 0.1
    assert abs(np.sqrt(cover.sum() / np.pi) - radius) < 0.15
    along = np.array(velocity) / np.hypot(*velocity)
    y, x = np.nonzero(cover > 0.02)
    length = np.ptp(np.column_stack([x, y]) @ along)
    assert abs(length - (2 * radius + smear * np.hypot(*velocity))) < 4


def test_beyond_the_border_nothing_is_painted_and_inside_all_stays() -> None:
    whole, cut, gone = (painted((x, 100.0), 10.0)[-1] for x in (50.0, 0.0, -20.0))
    assert abs(cut.sum() / whole.sum() - 0.5) < 0.02
    assert np.allclose(cut[:, :12], whole[:, 50:62], atol=0.02)
    assert gone.sum() == 0


def test_gain_and_haze_change_the_light_as_told() -> None:
    frames = np.full((FRAMES, 80, 80, 3), 100, np.uint8)
    path = Path(np.full((FRAMES, 2), 40.0), np.zeros((FRAMES, 2)))
    paint_ball(frames, white_sprite(), path, 10.0, 0.0, gain=0.5, haze=0.0)
    assert frames[0, 40, 40].tolist() == [100, 100, 100]
    frames[:] = 0
    paint_ball(frames, white_sprite(), path, 10.0, 0.0, gain=1.0, haze=0.25)
    assert abs(int(frames[0, 40, 40, 0]) - 150) <= 1


def test_the_sprite_is_a_lit_disc_in_sizes_that_halve() -> None:
    sprite = ball_sprite(np.random.default_rng(3))
    sides = [layer.shape[0] for layer in sprite]
    assert all(small * 2 == large for large, small in pairwise(sides))
    for layer in sprite:
        cover = layer[..., 3]
        assert cover.min() >= 0
        assert cover.max() <= 1
        assert (layer[..., :3] <= 255 * cover[..., None] + 1e-3).all()
        assert abs(cover.mean() - np.pi / 4) < 0.02


def test_sprites_are_drawn_by_seed() -> None:
    first, again, other = (ball_sprite(np.random.default_rng(seed))[0] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_paths_end_in_or_at_the_picture_and_their_velocity_is_their_slope() -> None:
    rng = np.random.default_rng(5)
    at_rest = 0
    for _ in range(300):
        path = draw_path(rng, 320, 10.0)
        assert (path.centre[-1] > -3.01).all()
        assert (path.centre[-1] < 323.01).all()
        # Even acceleration: the mean of two velocities is the step between them.
        steps = np.diff(path.centre, axis=0)
        assert np.allclose(steps, (path.velocity[:-1] + path.velocity[1:]) / 2)
        at_rest += not steps.any()
    assert 30 < at_rest < 90


def test_a_layer_wholly_outside_changes_nothing() -> None:
    frame = np.full((50, 60, 3), 7, np.uint8)
    for corner in ((-40, 10), (60, 10), (10, 50), (10, -40)):
        lay_over(frame, np.full((30, 40, 4), 1.0, np.float32), corner)
    assert (frame == 7).all()


def test_a_limb_is_as_long_and_wide_as_told() -> None:
    layer = capsule_layer((60, 120), np.array([[[30.0, 30.0], [90.0, 30.0]]]), np.array([12.0]), np.full(3, 90.0), None)
    cover = layer[..., 3]
    assert abs(cover[:, 60].sum() - 12) < 1.5
    assert abs(cover[30].sum() - (60 + 12)) < 2.5
    assert np.allclose(layer[30, 60], [90, 90, 90, 1])
