"""Cameras on the walls: everything that calibration needs is in their pictures."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from calibration.court import LAYOUTS
from edge.simulator import Scenario, SimulatorError, VirtualGym, find_scenario
from edge.simulator.mount import WALLS_M

CONES = replace(find_scenario("cones"), cone_layout="auto")


@pytest.fixture(scope="module")
def gyms() -> list[VirtualGym]:
    return [VirtualGym(CONES, seed) for seed in range(100)]


def test_walls_height_field_and_roll(gyms: list[VirtualGym]) -> None:
    fields = []
    for gym in gyms:
        x, y, z = gym.camera.centre
        assert 2.5 <= z <= 5.0
        gaps = np.abs([x - WALLS_M[1], y - WALLS_M[2], y - WALLS_M[3]])
        assert gaps.min() == pytest.approx(0.3)
        left, right = gym.camera.ray([[0.0, 360.0], [1280.0, 360.0]])
        fields.append(np.degrees(np.arccos(left @ right)))
        assert abs(gym.camera.R[0, 2]) <= np.sin(np.radians(3.0)) + 1e-9
    assert 59.0 < min(fields) < 70.0
    assert 100.0 < max(fields) < 111.0


def test_lenses_are_bent_by_seed_and_show_the_whole_picture(gyms: list[VirtualGym]) -> None:
    first = np.array([gym.camera.distortion[0] for gym in gyms])
    assert first.max() < 0.01
    assert first.min() < -0.15
    corners = np.array([[0.0, 0.0], [1280.0, 0.0], [0.0, 720.0], [1280.0, 720.0]])
    for gym in gyms:
        rays = gym.camera.ray(corners)
        px, _ = gym.camera.project(gym.camera.centre + rays)
        assert px == pytest.approx(corners, abs=0.05)


def test_ring_and_cones_are_in_the_picture(gyms: list[VirtualGym]) -> None:
    for gym in gyms:
        assert gym.layout in LAYOUTS
        marks = np.array(list(gym.landmarks.values()))
        floor = np.column_stack([marks, np.zeros(len(marks))])
        px, _ = gym.camera.project(floor)
        assert np.all((px >= 12) & (px <= [1268, 708]))
        assert np.linalg.norm(floor - gym.camera.centre, axis=1).min() >= 2.5
        ring, _ = gym.camera.project(gym.court.ring())
        assert np.all((ring > 0) & (ring < [1280, 720]))
    assert len(Counter(gym.layout for gym in gyms)) >= 5


@pytest.mark.parametrize("court", ["nba", "ncaa", "high-school", "3x3"])
def test_there_are_places_on_the_walls_for_every_court(court: str) -> None:
    for seed in range(8):
        gym = VirtualGym(replace(CONES, court=court), seed)
        assert gym.court.name == court
        assert gym.calibration.court == court
        assert len(gym.cones_m) == len(gym.landmarks)


def test_where_no_layout_is_in_the_picture_it_says_so() -> None:
    narrow = Scenario(mount="sideline", court="3x3", cones=True, cone_layout="auto")
    with pytest.raises(SimulatorError, match="another mount"):
        VirtualGym(narrow, 2)
