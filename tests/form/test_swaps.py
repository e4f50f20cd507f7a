"""Left and right put straight where a pose network took one for the other."""

from __future__ import annotations

import numpy as np
import pytest

from edge.form.skeleton import EXCHANGED
from edge.form.swaps import unswapped
from edge.types import FloatArray

T, STATURE_PX = 40, 200.0
ARMS, LEGS = list(range(5, 11)), list(range(11, 17))


def _walking(apart_px: float = 30.0) -> FloatArray:
    """(T, 17, 2): somebody who goes to the right, left and right so far apart."""
    points = np.zeros((T, 17, 2))
    points[..., 0] = 4.0 * np.arange(T)[:, None]
    points[..., 1] = 20.0 * np.arange(17)
    points[:, 5:17:2, 0] += apart_px
    return points


@pytest.mark.parametrize("joints", [ARMS, LEGS, ARMS + LEGS], ids=["arms", "legs", "all"])
@pytest.mark.parametrize("rows", [[7], [7, 8, 9], [3, 11, 12, 30]], ids=["one", "three in a row", "some"])
def test_exchanged_frames_are_put_straight(joints: list[int], rows: list[int]) -> None:
    true = _walking()
    seen = true.copy()
    seen[np.ix_(rows, joints)] = true[np.ix_(rows, EXCHANGED[joints])]
    np.testing.assert_array_equal(unswapped(seen, STATURE_PX), true)


def test_what_is_right_stays() -> None:
    noisy = _walking(6.0) + np.random.default_rng(1).normal(0.0, 2.0, (T, 17, 2))
    np.testing.assert_array_equal(unswapped(noisy, STATURE_PX), noisy)


def test_most_frames_say_which_side_is_left() -> None:
    true = _walking()
    seen = true.copy()
    rows = list(range(26, T))
    seen[np.ix_(rows, ARMS)] = true[np.ix_(rows, EXCHANGED[ARMS])]
    np.testing.assert_array_equal(unswapped(seen, STATURE_PX), true)


def test_joints_that_were_not_seen_stay_unseen() -> None:
    seen = _walking()
    seen[10:14] = np.nan
    seen[20, 9] = np.nan
    np.testing.assert_array_equal(unswapped(seen, STATURE_PX), seen)
