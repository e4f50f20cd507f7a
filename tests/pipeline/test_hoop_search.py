"""A recording is looked through for its hoop; a fake network says what it sees where."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
import pytest

from edge import hoop_search
from edge.hoop_search import search
from edge.types import FloatArray, Image
from edge.vision.heatmap import HeatmapFinder, Sighting
from tests.vision.test_view import picture


class FakeNetwork:
    """Sees a ball of this radius and a hoop with its box's middle at (300, 80), in pixels of a picture 480 wide."""

    def __init__(self, radius_px: float = 10.0) -> None:
        self.radius_px = radius_px
        self.looks = 0

    def look_still(self, image: Image, least: float) -> Sighting:
        self.looks += 1
        size = image.shape[1] / 480
        ball = np.array([[50.0, 50, self.radius_px * size, 0.8, 1.0]])
        hoop = np.array([[300 * size, 80 * size, 37.5 * size, 40 * size, 0.2]])
        return Sighting(ball, hoop, np.zeros((1, 1)))

    def search(self, images: list[Image]) -> object:
        return search(images, cast(HeatmapFinder, self))


def test_an_unsure_hoop_at_one_place_is_found_in_pixels_of_the_recording(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hoop_search, "_WIDEST_PX", 480)
    large = np.asarray(cv2.resize(picture(1), (1920, 1080)), np.uint8)
    for image, scale in ((picture(1), 1.0), (large, 4.0)):
        rim = search([image] * 8, cast(HeatmapFinder, FakeNetwork()))
        assert rim is not None
        # The ring lies at the box's top, a quarter as high as wide.
        assert rim.x_px == pytest.approx(300 * scale, rel=0.01)
        assert rim.y_px == pytest.approx((60 + 37.5 / 8) * scale, rel=0.01)
        assert rim.width_px == pytest.approx(37.5 * scale, rel=0.01)


def test_another_view_in_between_ends_the_search_before_it_costs_more() -> None:
    network = FakeNetwork()
    assert network.search([picture(1), picture(1), picture(2), picture(1)]) is None
    assert network.looks == 2


def test_a_camera_that_moves_the_ring_is_left_to_whoever_follows_it() -> None:
    moved = np.asarray(cv2.warpAffine(picture(1), np.array([[1.0, 0, 12], [0, 1, 0]]), (480, 270)), np.uint8)
    assert FakeNetwork().search([picture(1)] * 6 + [moved]) is None


def test_without_a_ball_nobody_knows_how_large_a_ring_would_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeNetwork, "look_still", lambda *_: Sighting(np.zeros((0, 5)), np.zeros((0, 5)), np.zeros(1)))
    assert FakeNetwork().search([picture(1)] * 8) is None
    assert FakeNetwork().search([]) is None


def test_a_close_view_is_looked_at_as_small_as_the_network_learnt_hoops(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ball of 40 px goes with a ring of 150: whole pictures show parts of it, shrunk ones the hoop."""
    scales: list[float] = []

    def shrunk(_: Image, scale: float, __: object) -> FloatArray:
        scales.append(scale)
        return np.array([[200.0, 90, 140, 150, 0.3]])

    monkeypatch.setattr(hoop_search, "look_for_hoops", shrunk)
    rim = search([picture(1)] * 12, cast(HeatmapFinder, FakeNetwork(40.0)))
    assert rim is not None
    assert rim.width_px == pytest.approx(140)
    assert sorted(set(scales)) == pytest.approx([0.2, 0.28, 0.4])
