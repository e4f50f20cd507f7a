"""The painted lines of the FIBA half court against the rule book's figures."""

import numpy as np
import pytest

from calibration.court import FIBA


def test_three_point_line_keeps_its_distance() -> None:
    ring = FIBA.rim_centre(1)[:2]
    three = FIBA.half_court_lines()[4]
    distance = np.linalg.norm(three[1:-1] - ring, axis=1)
    assert distance == pytest.approx(np.full(len(distance), 6.75))
    assert np.abs(three[:, 1]).max() == pytest.approx(7.5 - 0.9)
    # The straight parts run along the side line: both ends of each have the same y.
    assert three[0, 1] == pytest.approx(three[1, 1])
    assert three[-1, 1] == pytest.approx(three[-2, 1])


def test_free_throw_line_and_key() -> None:
    key = FIBA.half_court_lines()[2]
    assert key[:, 0].min() == pytest.approx(14.0 - 5.8)
    assert np.ptp(key[:, 1]) == pytest.approx(4.9)


def test_other_side_is_the_mirror_image_and_stays_inside() -> None:
    for here, there in zip(FIBA.half_court_lines(1), FIBA.half_court_lines(-1), strict=True):
        assert there == pytest.approx(here * [-1.0, 1.0])
        assert np.all(here[:, 0] >= -1e-9)
        assert np.all(np.abs(here) <= [14.0 + 1e-9, 7.5 + 1e-9])
