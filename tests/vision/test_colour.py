"""The ball's colour before the background: learnt from sure balls, found where it moves and not on a wall."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from edge.vision.colour import ColourCandidates

ORANGE, BLUE = (30, 110, 225), (200, 90, 30)
SIGN = (500, 60)
RADIUS_PX = 14.0


def scene(ball: tuple[float, float] | None, colour: tuple[int, int, int] = ORANGE) -> np.ndarray:
    """A grey wall with a round sign of the ball's colour, a player in blue beside the ball, and the ball."""
    image = np.random.default_rng(0).integers(110, 130, (360, 640, 3), np.uint8)
    cv2.circle(image, SIGN, round(RADIUS_PX), ORANGE, -1)
    if ball is not None:
        x, y = (round(value - 0.5) for value in ball)
        cv2.rectangle(image, (x - 60, y - 10), (x - 25, y + 90), BLUE, -1)
        cv2.circle(image, (x, y), round(RADIUS_PX), colour, -1)
    return image


def ball_at(k: int) -> tuple[float, float]:
    return 120.0 + 12 * k, 100.0 + 6 * k


def row(ball: tuple[float, float]) -> np.ndarray:
    return np.array([[*ball, RADIUS_PX, 0.9, 1.0]], np.float32)


@pytest.fixture
def taught() -> ColourCandidates:
    """Shown the empty scene, then a ball in flight that the network is sure of."""
    colour = ColourCandidates()
    for _ in range(10):
        assert not len(colour.update(scene(None)))
    for k in range(4):
        colour.update(scene(ball_at(k)))
        colour.learn(row(ball_at(k)))
    return colour


def test_the_ball_is_found_and_the_sign_is_not(taught: ColourCandidates) -> None:
    found = taught.update(scene(ball_at(5)))
    assert len(found) == 1
    assert np.allclose(found[0, :2], ball_at(5), atol=1.5)
    assert found[0, 2] == pytest.approx(RADIUS_PX, rel=0.15)
    assert 0 < found[0, 3] < 1


def test_a_ball_of_another_colour_is_not_it(taught: ColourCandidates) -> None:
    assert not len(taught.update(scene(ball_at(5), colour=(60, 180, 60))))


def test_nothing_is_told_before_the_colour_is_known() -> None:
    colour = ColourCandidates()
    for k in range(12):
        assert not len(colour.update(scene(ball_at(k))))


def test_a_camera_that_turned_has_no_background_yet(taught: ColourCandidates) -> None:
    assert not len(taught.update(scene(ball_at(5)), moved_px=8.0))
    for _ in range(10):
        taught.update(scene(None))
    assert len(taught.update(scene(ball_at(7)), moved_px=0.2)) == 1


def test_after_a_cut_everything_is_learnt_anew(taught: ColourCandidates) -> None:
    taught.reset()
    taught.learn(row((10, 10)))
    for k in range(3):
        assert not len(taught.update(scene(ball_at(k))))


def test_large_frames_are_told_in_their_own_pixels() -> None:
    def large(ball: tuple[float, float] | None) -> np.ndarray:
        return cv2.resize(scene(ball), None, fx=3, fy=3, interpolation=cv2.INTER_NEAREST)

    colour = ColourCandidates()
    for _ in range(10):
        colour.update(large(None))
    for k in range(3):
        colour.update(large(ball_at(k)))
        colour.learn(np.array([[3 * ball_at(k)[0], 3 * ball_at(k)[1], 3 * RADIUS_PX]]))
    found = colour.update(large(ball_at(5)))
    assert np.allclose(found[:, :2], [[3 * ball_at(5)[0], 3 * ball_at(5)[1]]], atol=4)
    assert found[0, 2] == pytest.approx(3 * RADIUS_PX, rel=0.15)


def test_a_ball_beyond_the_picture_teaches_nothing() -> None:
    colour = ColourCandidates()
    colour.update(scene(None))
    colour.learn(np.array([[-400.0, -400.0, 5.0]] * 9))
    assert not len(colour.update(scene(ball_at(1))))
