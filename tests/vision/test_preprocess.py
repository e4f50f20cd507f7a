import numpy as np
import pytest

from edge.vision.preprocess import Letterbox, clip_region, crop_square, square_around
from engines.zoo import find

SPEC = find("picodet-s-640").input


def _grid(height: int, width: int) -> np.ndarray:
    """A picture whose blue grows with x and green with y."""
    image = np.zeros((height, width, 3), np.uint8)
    image[..., 0] = np.linspace(0, 255, width, dtype=np.uint8)
    image[..., 1] = np.linspace(0, 255, height, dtype=np.uint8)[:, None]
    return image


@pytest.mark.parametrize(
    ("size", "any_size", "expected"),
    [
        ((720, 1280), True, (384, 640)),
        ((720, 1280), False, (640, 640)),
        ((960, 540), True, (640, 384)),
        ((100, 100), True, (640, 640)),
    ],
)
def test_the_tensor_is_as_small_as_the_picture_allows(
    size: tuple[int, int], any_size: bool, expected: tuple[int, int]
) -> None:
    image = np.zeros((*size, 3), np.uint8)
    tensor, _ = Letterbox(SPEC, any_size).fit(image, clip_region(None, image), (640, 640))
    assert tensor.shape == (1, 3, *expected)


def test_values_are_normalised_rgb_and_the_border_is_grey() -> None:
    image = np.full((360, 640, 3), (10, 20, 30), np.uint8)
    tensor, _ = Letterbox(SPEC, True).fit(image, (0, 0, 640, 360), (640, 640))
    mean, std = np.array(SPEC.mean), np.array(SPEC.std)
    np.testing.assert_allclose(tensor[0, :, 100, 100], (np.array([30, 20, 10]) - mean) / std, atol=1e-5)
    np.testing.assert_allclose(tensor[0, :, 380, 100], (SPEC.pad - mean) / std, atol=1e-5)


def test_the_border_stays_grey_when_pictures_of_other_sizes_go_through() -> None:
    letterbox = Letterbox(SPEC, True)
    grey = (SPEC.pad - np.array(SPEC.mean)) / np.array(SPEC.std)
    for height in (384, 370, 384, 360):
        image = np.full((height, 640, 3), 255, np.uint8)
        tensor, _ = letterbox.fit(image, (0, 0, 640, height), (640, 640))
        for row in range(height, 384):
            np.testing.assert_allclose(tensor[0, :, row, 5], grey, atol=1e-5)


@pytest.mark.parametrize("region", [(0, 0, 1280, 720), (100, 50, 340, 290), (1000, 400, 1280, 720)])
def test_input_pixels_go_back_to_frame_pixels(region: tuple[int, int, int, int]) -> None:
    image = _grid(720, 1280)
    tensor, placement = Letterbox(SPEC, True).fit(image, region, (320, 320))
    x, y = 100, 80
    blue = tensor[0, 2, y, x] * SPEC.std[2] + SPEC.mean[2]
    green = tensor[0, 1, y, x] * SPEC.std[1] + SPEC.mean[1]
    frame_x, frame_y = placement.to_frame(np.array([x + 0.5, y + 0.5], np.float32))
    assert frame_x == pytest.approx((blue + 0.5) / 255 * 1280, abs=6)
    assert frame_y == pytest.approx((green + 0.5) / 255 * 720, abs=4)


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        (None, (0, 0, 64, 48)),
        ((-5, -5, 10, 10), (0, 0, 10, 10)),
        ((60, 40, 100, 100), (60, 40, 64, 48)),
        ((200, 200, 300, 300), (63, 47, 64, 48)),
        ((10, 10, 10, 10), (10, 10, 11, 11)),
    ],
)
def test_regions_are_cut_to_the_picture_and_never_empty(
    region: tuple[int, int, int, int] | None, expected: tuple[int, int, int, int]
) -> None:
    assert clip_region(region, np.zeros((48, 64, 3), np.uint8)) == expected


def test_the_square_is_about_the_box_and_wider() -> None:
    assert square_around(np.array([100, 100, 140, 200]), 1.25) == (58, 88, 183, 213)


@pytest.mark.parametrize("square", [(0, 0, 100, 100), (-50, -50, 50, 50), (590, 310, 690, 410), (-200, 0, 800, 1000)])
def test_a_square_that_leaves_the_frame_is_black_there_and_in_place_elsewhere(
    square: tuple[int, int, int, int],
) -> None:
    image = np.full((360, 640, 3), 200, np.uint8)
    crop, placement = crop_square(image, square, 256)
    points = np.stack(np.meshgrid(np.arange(4, 256, 8), np.arange(4, 256, 8)), axis=-1).reshape(-1, 2)
    frame = placement.to_frame(points.astype(np.float32) + 0.5)
    margin = 1.5 / placement.scale_x
    low, high = np.array([margin, margin]), np.array([640, 360]) - margin
    inside = np.all((frame > low) & (frame < high), axis=1)
    outside = np.any((frame < -margin) | (frame > np.array([640, 360]) + margin), axis=1)
    values = crop[points[:, 1], points[:, 0]]
    assert np.all(values[inside] == 200)
    assert np.all(values[outside] == 0)


def test_a_square_beside_the_frame_is_all_black() -> None:
    crop, _ = crop_square(np.full((48, 64, 3), 200, np.uint8), (-300, -300, -200, -200), 64)
    assert not crop.any()
