"""The ball's launch: from parabolas in closed form, from the side only, and what it means for a shot's distance."""

from __future__ import annotations

import numpy as np
import pytest

from edge.form.baseline import make_baseline
from edge.form.explain import launch_fault
from edge.form.launch import launch
from edge.types import Estimate, FloatArray

_STATURE_PX, _RELEASE_S = 200.0, 1.0


def _seen(deg: float, looks: float = 1.0, fps: float = 30.0, until_s: float = 1.3, noise_px: float = 0.0) -> Estimate:
    """Of a ball that leaves with 8.6 m/s, of a player of 1.85 m whose camera sees `looks` of the way ahead."""
    times_s = np.arange(0.5, until_s, 1 / fps)
    since_s = times_s - _RELEASE_S
    speed = 8.6 / 1.85 * _STATURE_PX
    ahead = looks * speed * np.cos(np.radians(deg)) * since_s
    up = speed * np.sin(np.radians(deg)) * since_s - 9.81 / 1.85 / 2 * _STATURE_PX * since_s**2
    ball: FloatArray = np.stack([600 + ahead, 300 - up], axis=1)
    ball[since_s < 0] = np.nan
    ball += np.random.default_rng(3).normal(0.0, noise_px, ball.shape)
    return launch(times_s, ball, _RELEASE_S, _STATURE_PX, looks)


@pytest.mark.parametrize("deg", [40.0, 52.0, 65.0])
@pytest.mark.parametrize("looks", [1.0, -1.0, 0.7])
@pytest.mark.parametrize("fps", [12.0, 30.0, 60.0])
def test_angle_of_a_parabola(deg: float, looks: float, fps: float) -> None:
    assert _seen(deg, looks, fps).value == pytest.approx(deg, abs=0.3)


def test_sigma_holds_what_noise_does() -> None:
    found = _seen(52.0, noise_px=2.4)
    assert abs(found.value - 52.0) < 3 * found.sigma
    assert found.sigma < 3.0 < _seen(52.0, until_s=1.11, noise_px=2.4).sigma


@pytest.mark.parametrize(("looks", "until_s"), [(0.3, 1.3), (1.0, 1.06), (1.0, 1.0)])
def test_nothing_is_told_from_in_front_or_of_too_little(looks: float, until_s: float) -> None:
    assert not np.isfinite(_seen(52.0, looks, until_s=until_s).value)


def _baseline(launches: FloatArray):  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(4)
    rows = np.eye(16)[0] + rng.normal(0.0, 0.02, (len(launches), 16))
    return make_baseline(rows / np.linalg.norm(rows, axis=1, keepdims=True), list(launches)), np.eye(16)[0]


def test_a_flat_shot_is_beyond_the_limit_and_told_in_degrees() -> None:
    baseline, usual = _baseline(52.0 + np.random.default_rng(5).normal(0.0, 1.0, 10))
    assert baseline.distance(usual, 52.5) < 1 < baseline.distance(usual, 42.0)
    assert launch_fault(baseline, 52.5) is None
    fault = launch_fault(baseline, 42.0)
    assert fault is not None
    assert (fault.joint, fault.unit, fault.frame) == ("ball", "deg", 63)
    assert fault.amount == pytest.approx(-10.0, abs=1.0)
    assert fault.words.startswith("The ball leaves 10 degrees flatter than usual.")


def test_own_launches_are_beyond_the_limit_as_seldom_as_said() -> None:
    rng = np.random.default_rng(6)
    beyond = []
    for _ in range(200):
        baseline, _ = _baseline(rng.normal(52.0, 2.0, 10))
        beyond += [abs(baseline.flatness(one)) > 1 for one in rng.normal(52.0, 2.0, 20)]
    assert np.mean(beyond) < 0.01


def test_without_launches_only_the_motion_counts() -> None:
    baseline, usual = _baseline(np.array([52.0, 51.0, 53.0, 52.0, *[np.nan] * 6]))
    assert baseline.launch is None
    assert baseline.distance(usual, 20.0) == baseline.distance(usual)
