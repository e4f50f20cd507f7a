"""Pictures of the virtual gym that several tests look at: drawn once."""

from __future__ import annotations

from itertools import islice

import pytest

from calibration.colour import Image
from edge.simulator import Scenario, VirtualGym

SIZE = (960, 540)


def bare(**changes: object) -> Scenario:
    """A gym without people, its camera anywhere on the walls, with blue cones."""
    usual = {"players_per_team": (0, 0), "cones": True, "mount": "wall", "cone_layout": "key", "cone_colour": "blue"}
    return Scenario(**{**usual, **changes})  # type: ignore[arg-type]


def pictures(gym: VirtualGym, count: int = 3) -> list[Image]:
    return [frame.image for frame, _ in islice(gym.some_frames(3), count)]


@pytest.fixture(scope="session")
def gym() -> VirtualGym:
    """Cones on the corners of the key, seen through a bent lens."""
    return VirtualGym(bare(), 12, *SIZE)


@pytest.fixture(scope="session")
def frames(gym: VirtualGym) -> list[Image]:
    return pictures(gym)
