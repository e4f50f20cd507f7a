"""Whether two pictures are of one view."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from edge.types import Image
from edge.vision.scene import apply
from edge.vision.view import same_view


def picture(seed: int) -> Image:
    """A wall (270, 480) with thirty bright boards."""
    rng = np.random.default_rng(seed)
    image = np.full((270, 480, 3), 60, np.uint8)
    for x, y in rng.uniform((0, 0), (450, 250), (30, 2)).astype(int).tolist():
        cv2.rectangle(image, (x, y), (x + 25, y + 15), rng.integers(90, 255, 3).tolist(), -1)
    return cv2.GaussianBlur(image, (3, 3), 0)


def test_a_view_with_somebody_in_it_is_the_same() -> None:
    first, other = picture(1), picture(1)
    cv2.rectangle(other, (150, 60), (260, 269), (30, 30, 200), -1)
    move = same_view(first, other)
    assert move is not None
    assert apply(move, [240.0, 20.0]) == pytest.approx([240, 20], abs=0.5)


def test_a_camera_that_moved_a_little_is_measured() -> None:
    first = picture(2)
    other = cv2.warpAffine(first, np.array([[1.0, 0, 8], [0, 1, -5]]), (480, 270), borderMode=cv2.BORDER_REPLICATE)
    move = same_view(first, np.asarray(other, np.uint8))
    assert move is not None
    assert apply(move, [108.0, 95.0]) == pytest.approx([100, 100], abs=0.6)


def test_another_view_an_empty_one_and_another_size_are_not() -> None:
    assert same_view(picture(3), picture(4)) is None
    assert same_view(picture(3), np.zeros((270, 480, 3), np.uint8)) is None
    assert same_view(np.zeros((270, 480, 3), np.uint8), picture(3)) is None
    assert same_view(picture(3), picture(3)[:200]) is None
