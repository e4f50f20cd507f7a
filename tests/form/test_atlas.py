"""The map of shots: points do not jump when others come, nor when the map is made anew."""

from __future__ import annotations

import numpy as np

from edge.form.atlas import Atlas, update_atlas
from edge.types import FloatArray


def _shots(count: int, seed: int = 3) -> FloatArray:
    rng = np.random.default_rng(seed)
    return rng.normal(0.0, 1.0, (count, 6)) * np.array([3.0, 2.0, 0.3, 0.2, 0.1, 0.1])


def test_points_stay_while_the_map_will_do() -> None:
    shots = _shots(14)
    first = update_atlas(None, shots[:10])
    assert first is not None
    again = update_atlas(first, shots)
    assert again is first


def test_a_map_that_is_made_anew_lies_over_the_old_one() -> None:
    shots = _shots(40)
    first = update_atlas(None, shots[:20])
    assert first is not None
    second = update_atlas(first, shots)
    assert isinstance(second, Atlas)
    assert second.count == 40
    moved = np.linalg.norm(first.place(shots) - second.place(shots), axis=1)
    assert np.median(moved) < 0.35 * first.place(shots).std()


def test_too_few_shots_have_no_map() -> None:
    assert update_atlas(None, _shots(2)) is None
