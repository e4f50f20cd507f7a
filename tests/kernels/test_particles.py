"""The particle filter's arithmetic against closed form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numba import config, njit

from edge.kernels import particles
from edge.kernels.motion import moved
from edge.kernels.normal import seed_streams
from edge.kernels.particles import (
    associate,
    estimate,
    move,
    predict,
    resample,
    roughen,
    weigh_one,
)

INTERPRETED = bool(config.DISABLE_JIT)


def cloud_of(count: int = 400, seed: int = 0) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    x, y, vx, vy = (rng.normal(0, 10, count).astype(np.float32) for _ in range(4))
    return x, y, vx, vy, np.full(count, 1 / count, np.float32)


def arguments(targets: int, count: int, seed: int = 0, looks: int = 8) -> dict[str, Any]:
    """What a step takes: targets 100 px apart, each scattered by 3 px and 30 px/s."""
    rng = np.random.default_rng(seed)
    cloud = np.zeros((5, targets, count), np.float32)
    cloud[:2] = 100 * np.arange(targets)[None, :, None] + rng.normal(0, 3, (2, targets, count))
    cloud[2:4] = rng.normal(0, 30, (2, targets, count))
    cloud[4] = 1 / count
    return {
        "cloud": cloud, "alive": np.ones(targets, bool), "kind": np.zeros(targets, np.int16), "dt": 0.04,
        "spread": np.full(targets, 0.5, np.float32), "push": np.full(targets, 10, np.float32),
        "looks": np.zeros((looks, 4)), "count": 0, "gain": 16.0, "least_share": 0.5, "rough": 0.0,
        "streams": seed_streams(rng, count + 1), "noise": np.zeros((4, count), np.float32),
        "cost": np.zeros((targets, looks)), "room": np.zeros((4, targets + looks + 2)),
        "links": np.zeros((2, targets + looks + 2), np.int64), "summary": np.zeros((targets, 7)),
        "pair": np.full(targets, -1, np.int16), "size": np.zeros(targets), "drawn": np.zeros(targets, bool),
    }  # fmt: skip


def step(given: dict[str, Any], looks: list[list[float]]) -> int:
    given["count"] = len(looks)
    if looks:
        given["looks"][: len(looks)] = looks
    return int(particles.step(*given.values()))


def test_weights_follow_the_gaussian_and_sum_to_one() -> None:
    x, y, _, _, w = cloud_of()
    weigh_one(x, y, w, 3.0, -2.0, 4.0)
    expected = np.exp(-((x - 3.0) ** 2 + (y + 2.0) ** 2) / 32)
    assert w.sum() == pytest.approx(1.0, abs=1e-5)
    assert np.allclose(w, expected / expected.sum(), atol=1e-5)


@pytest.mark.parametrize("at", [200.0, 1e4, 1e9])
def test_a_look_far_from_all_particles_leaves_weights_that_are_weights(at: float) -> None:
    x, y, _, _, w = cloud_of()
    for _ in range(3):
        weigh_one(x, y, w, at, 0.0, 2.0)
    assert np.isfinite(w).all()
    assert w.sum() == pytest.approx(1, abs=1e-4)
    # In logarithms: far away the nearest particle is the likeliest still.
    assert np.argmax(w) == np.argmin(np.hypot(x - at, y)) or at > 1e6


def test_the_likeliest_of_those_that_weigh_something_wins() -> None:
    x, y, _, _, w = cloud_of(10)
    nearest, second = np.argsort(np.hypot(x - 1e3, y))[:2]
    w[nearest] = 0
    weigh_one(x, y, w, 1e3, 0.0, 1.0)
    assert w[nearest] == 0
    assert np.argmax(w) == second


@pytest.mark.parametrize("at", [np.nan, np.inf])
def test_a_look_that_is_no_number_changes_no_weight(at: float) -> None:
    x, y, _, _, w = cloud_of()
    w[::2] *= 0.5
    before = w.copy()
    weigh_one(x, y, w, at, 0.0, 2.0)
    assert np.array_equal(w, before)


@pytest.mark.parametrize("far", [0.0, 3000.0])
def test_the_estimate_is_the_weighted_mean_and_covariance(far: float) -> None:
    x, y, vx, vy, w = cloud_of()
    x, y = x + np.float32(far), y + np.float32(far)
    w[:] = np.random.default_rng(1).random(len(w))
    w /= w.sum()
    out = np.zeros(7)
    estimate(x, y, vx, vy, w, out)
    exact = np.stack([x, y, vx, vy]).astype(np.float64)
    assert np.allclose(out[:4], exact @ w, atol=2e-3)
    covariance = np.cov(exact[:2], aweights=w, ddof=0)
    assert np.allclose(out[4:], [covariance[0, 0], covariance[0, 1], covariance[1, 1]], rtol=1e-3, atol=0.01)


def test_resampling_keeps_the_mean_and_evens_the_weights() -> None:
    x, y, vx, vy, w = cloud_of(4000)
    weigh_one(x, y, w, 8.0, 0.0, 3.0)
    out = np.zeros(7)
    estimate(x, y, vx, vy, w, out)
    before = out.copy()
    assert resample(x, y, vx, vy, w, 0.37, np.zeros((4, 4000), np.float32), 0.9)
    estimate(x, y, vx, vy, w, out)
    assert np.allclose(out[:2], before[:2], atol=0.1)
    assert np.allclose(w, 1 / 4000)


def test_resampling_is_unbiased_and_copies_no_particle_a_whole_one_too_often() -> None:
    count = 60
    weight = np.random.default_rng(2).gamma(0.3, size=count).astype(np.float32)
    weight /= weight.sum()
    names = np.arange(count, dtype=np.float32)
    starts = (np.arange(200) + 0.5) / 200
    copies = np.zeros((len(starts), count))
    for row, start in zip(copies, starts, strict=True):
        x, w = names.copy(), weight.copy()
        assert resample(x, names.copy(), names.copy(), names.copy(), w, float(start), np.zeros((4, count), "f4"), 1.0)
        row[:] = np.bincount(x.astype(int), minlength=count)
    expected = weight.astype(np.float64) * count
    assert np.all(np.abs(copies - expected) < 1 + 1e-3)
    assert np.allclose(copies.mean(axis=0), expected, atol=0.02)


def test_all_weight_on_one_particle_makes_all_of_them_that_one() -> None:
    for heavy in (0, 7, 399):
        x, y, vx, vy, w = cloud_of()
        w[:] = 0
        w[heavy] = 1
        there = x[heavy]
        assert resample(x, y, vx, vy, w, 0.999, np.zeros((4, 400), np.float32), 0.5)
        assert np.all(x == there)


def test_even_weights_are_not_resampled() -> None:
    x, y, vx, vy, w = cloud_of()
    kept = x.copy()
    assert not resample(x, y, vx, vy, w, 0.5, np.zeros((4, 400), np.float32), 0.5)
    assert np.array_equal(x, kept)


def test_roughening_tells_copies_apart_and_keeps_mean_and_variance() -> None:
    rng = np.random.default_rng(3)
    row = np.repeat(rng.normal(1500, 8, 40), 50).astype(np.float32)
    before = row.astype(np.float64)
    roughen(row, 0.2, rng.standard_normal(2000).astype(np.float32))
    assert len(np.unique(row)) > 1900
    assert row.mean(dtype=np.float64) == pytest.approx(before.mean(), abs=5 * 0.2 * 8 / np.sqrt(2000))
    assert row.var(dtype=np.float64) == pytest.approx(before.var(), rel=0.04)


def test_particles_move_by_their_velocity_and_the_dead_do_not() -> None:
    x, y, vx, vy = (np.ones(3, np.float32) for _ in range(4))
    move(x, y, vx, vy, 0.5, 2.0, 3.0, np.tile(np.arange(4, dtype=np.float32)[:, None], 3))
    assert (x[0], y[0], vx[0], vy[0]) == (1.5, 3.5, 7.0, 10.0)
    given = arguments(2, 10)
    given["alive"][1] = False
    before = given["cloud"].copy()
    predict(*(given[key] for key in ("cloud", "alive", "dt", "spread", "push", "streams", "noise", "summary")))
    assert np.array_equal(given["cloud"][:, 1], before[:, 1])
    assert np.all(given["cloud"][:4, 0] != before[:4, 0])


def kalman(given: dict[str, Any], looks: list[list[float]], mean: np.ndarray, spread: np.ndarray) -> tuple[Any, Any]:
    """One axis each row: mean (2, 2) of place and velocity, spread (2, 2) shared by both."""
    onward = np.array([[1, given["dt"]], [0, 1]])
    mean = mean @ onward.T
    spread = onward @ spread @ onward.T + np.diag([given["spread"][0] ** 2, given["push"][0] ** 2])
    for x, y, sigma, _ in looks:
        gain = spread[:, 0] / (spread[0, 0] + sigma**2)
        mean = mean + np.outer(np.array([x, y]) - mean[:, 0], gain)
        spread = spread - np.outer(gain, spread[0])
    return mean, spread


@pytest.mark.skipif(INTERPRETED, reason="so many particles take minutes without the compiler")
@pytest.mark.parametrize("rough", [0.0, 0.1])
def test_where_all_is_linear_and_gaussian_it_is_kalmans_posterior(rough: float) -> None:
    """In units of what as many independent draws from the posterior would be off by; a plain filter in float64 is off
    by 3.5 to 5 of them, root mean square, as errors add up over the frames that a filter remembers."""
    count, off, widths, resampled = 3000, [], [], 0
    for seed in range(12):
        given, rng = arguments(1, count, seed), np.random.default_rng(seed)
        given["rough"] = rough
        mean, spread = np.zeros((2, 2)), np.diag([9.0, 900.0])
        for frame in range(20):
            looks = [] if frame in (8, 9, 10) else [[frame * 2 + rng.normal(0, 2), rng.normal(0, 2), 2.0, 0.0]]
            mean, spread = kalman(given, looks, mean, spread)
            step(given, looks)
            found, resampled = given["summary"][0], resampled + int(given["drawn"][0])
            off.append((found[:4].reshape(2, 2).T - mean) / np.sqrt(np.diag(spread) / count))
            widths.append(found[4:] / spread[0, 0])
    assert np.sqrt(np.mean(np.square(off))) < 6
    assert np.all(np.abs(np.mean(off, axis=0)) < 2)
    assert np.allclose(np.mean(widths, axis=0), [1, 0, 1], atol=0.03)
    assert resampled > 20


def test_a_seed_gives_the_same_bits() -> None:
    runs = []
    for seed in (5, 5, 6):
        given = arguments(3, 50, seed)
        given["rough"] = 0.1
        for frame in range(6):
            step(given, [[100.0 * k + frame, 100.0 * k, 1.0, 0.0] for k in range(3)])
        assert given["size"].min() >= 1
        runs.append(given["cloud"].tobytes() + given["summary"].tobytes())
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_each_look_is_one_targets_at_most_and_the_likeliest_way_overall_wins() -> None:
    given = arguments(2, 200)
    # Between the two, nearer to the first; the other look is only the first's.
    assert step(given, [[48.0, 48.0, 20.0, 0.0], [-2.0, -2.0, 20.0, 0.0]]) == 0
    assert given["pair"].tolist() == [1, 0]
    assert step(given, [[1.0, 1.0, 2.0, 0.0]]) == 0
    assert given["pair"].tolist() == [0, -1]


def test_a_look_of_another_kind_or_far_away_or_of_the_dead_is_nobodys() -> None:
    given = arguments(2, 200)
    step(given, [[0.0, 0.0, 2.0, 1.0], [500.0, 500.0, 2.0, 0.0]])
    assert given["pair"].tolist() == [-1, -1]
    given["kind"][0], given["alive"][1] = 1, False
    step(given, [[0.0, 0.0, 2.0, 1.0], [100.0, 100.0, 2.0, 0.0]])
    assert given["pair"].tolist() == [0, -1]


@pytest.mark.parametrize("look", [[np.nan, 0, 2, 0], [0, np.inf, 2, 0], [0, 0, np.nan, 0], [0, 0, 0, 0], [0, 0, -1, 0]])
def test_a_look_that_is_none_is_ignored_and_counted(look: list[float]) -> None:
    given = arguments(2, 100)
    assert step(given, [look, [100.0, 100.0, 2.0, 0.0]]) == 1
    assert given["pair"].tolist() == [-1, 1]
    assert np.isfinite(given["cloud"]).all()
    assert np.isfinite(given["summary"]).all()


def test_without_looks_a_cloud_only_widens() -> None:
    given = arguments(2, 100)
    widths = []
    for _ in range(20):
        assert step(given, []) == 0
        assert given["pair"].tolist() == [-1, -1]
        assert not given["drawn"].any()
        widths.append(given["summary"][0, 4])
    assert widths[-1] > 4 * widths[0]


def test_where_nobody_is_alive_nothing_happens() -> None:
    given = arguments(2, 20)
    given["alive"][:] = False
    before = given["cloud"].copy()
    step(given, [[0.0, 0.0, 2.0, 0.0]])
    assert np.array_equal(given["cloud"], before)
    assert associate(*(given[key] for key in (
        "summary", "alive", "kind", "looks", "count", "gain", "cost", "room", "links", "pair")
    )) == 0  # fmt: skip


@pytest.mark.skipif(INTERPRETED, reason="it is compiled code that Numba counts allocations of")
def test_frames_allocate_nothing() -> None:
    from numba.core.runtime import _nrt_python, rtsys

    @njit
    def frames(count: int, *given: Any) -> None:
        for _ in range(count):
            particles.step(*given)

    given = arguments(11, 100, looks=16)
    step(given, [[100.0 * k, 100.0 * k, 1.0, 0.0] for k in range(11)])
    given["rough"] = 0.1
    _nrt_python.memsys_enable_stats()
    taken = []
    for count in (1, 1, 300):
        before = rtsys.get_allocation_stats()
        frames(count, *given.values())
        after = rtsys.get_allocation_stats()
        taken.append((after.alloc - before.alloc, after.mi_alloc - before.mi_alloc))
    # The arrays handed over take something once a call; 300 frames take no more than one.
    assert taken[2] == taken[1]


def test_moved_marks_the_new_place_and_not_the_one_left() -> None:
    frames = [np.zeros((20, 30, 3), np.uint8) for _ in range(3)]
    for k, frame in enumerate(frames):
        frame[8:12, 5 + 7 * k : 9 + 7 * k] = 200
    mask = np.zeros((20, 30), np.uint8)
    moved(frames[2], frames[1], frames[0], 22, mask)
    assert mask[10, 20] == 255
    assert mask[:, :18].sum() == 0
