"""What is cut out of a clip keeps its labels on what they show."""

from __future__ import annotations

import numpy as np
import pytest

from engines.ball.clips import Clip, cut_out, photo_clip
from engines.ball.layout import FRAMES

GREY = 114


def dot_clip(x: float, y: float, radius: float = 6.0) -> Clip:
    """A bright, soft dot about (x, y), continuous px, on grey."""
    rows, columns = np.mgrid[:300, :400] + 0.5
    bump = np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * radius**2))
    image = np.repeat((GREY + 130 * bump).astype(np.uint8)[..., None], 3, axis=2)
    return photo_clip(image, [(x, y, radius)], [(x, y, 40.0, 50.0)])


def dot_of(frame: np.ndarray) -> np.ndarray:
    light = np.clip(frame[..., 0].astype(float) - GREY, 0, None)
    y, x = np.mgrid[: frame.shape[0], : frame.shape[1]] + 0.5
    return np.array([(light * x).sum(), (light * y).sum()]) / light.sum()


@pytest.mark.parametrize("scale", [0.4, 0.59, 0.6, 0.8, 1.0, 1.5])
@pytest.mark.parametrize("corner", [(100.0, 60.0), (93.4, 71.7)])
def test_a_dot_lands_where_its_label_says(scale: float, corner: tuple[float, float]) -> None:
    part = cut_out(dot_clip(180.3, 140.8), corner, scale, 200)
    assert part.frames.shape == (FRAMES, 200, 200, 3)
    for frame in part.frames:
        assert np.hypot(*(dot_of(frame) - part.balls[0, :2])) < 0.12
    assert np.allclose(part.balls[0], [(180.3 - corner[0]) * scale, (140.8 - corner[1]) * scale, 6 * scale, 1])
    assert np.allclose(part.rims[0, 2:], [40 * scale, 50 * scale])


def test_outside_the_picture_it_is_grey() -> None:
    part = cut_out(photo_clip(np.full((50, 60, 3), 9, np.uint8)), (0.0, 0.0), 1.0, 100)
    assert (part.frames[:, :50, :60] == 9).all()
    assert (part.frames[:, 51:] == GREY).all()
    assert (part.frames[:, :, 61:] == GREY).all()


def test_labels_outside_are_left_away_and_balls_on_the_border_stay() -> None:
    clip = photo_clip(
        np.zeros((200, 200, 3), np.uint8),
        [(50, 50, 10), (95, 50, 10), (111, 50, 10), (50, 199, 10)],
        [(50, 50, 30, 30), (103, 50, 30, 30)],
    )
    part = cut_out(clip, (0.0, 0.0), 1.0, 100)
    assert part.balls[:, 0].tolist() == [50, 95]
    assert part.rims[:, 0].tolist() == [50]
    assert clip.balls.shape == (4, 4)


def test_a_part_knows_as_much_as_the_whole() -> None:
    clip = Clip(np.zeros((3, 60, 60, 3), np.uint8), np.zeros((0, 4)), np.zeros((0, 4)), whole=False, rims_known=False)
    part = cut_out(clip, (5.0, 5.0), 2.0, 40)
    assert (part.whole, part.rims_known) == (False, False)
    assert part.balls.shape == part.rims.shape == (0, 4)
