"""Random numbers that the kernels make themselves, and their exponential."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from numba import config
from scipy import stats

from edge.kernels.normal import exp_of, fill_normal, seed_streams, unit

INTERPRETED = bool(config.DISABLE_JIT)


def numbers(count: int, seed: int = 0, rounds: int = 1) -> np.ndarray:
    """(rounds, 4, count)."""
    streams, out = seed_streams(np.random.default_rng(seed), count), np.zeros((rounds, 4, count), np.float32)
    for k in range(rounds):
        fill_normal(streams, out[k])
    return out


@pytest.mark.skipif(INTERPRETED, reason="half a million numbers take minutes without the compiler")
def test_they_are_normal_and_none_has_to_do_with_another() -> None:
    drawn = numbers(2000, rounds=64).astype(np.float64)
    flat = drawn.ravel()
    n = len(flat)
    assert abs(flat.mean()) < 4 / np.sqrt(n)
    assert abs(flat.var() - 1) < 4 * np.sqrt(2 / n)
    assert abs(stats.skew(flat)) < 4 * np.sqrt(6 / n)
    assert abs(stats.kurtosis(flat)) < 4 * np.sqrt(24 / n)
    assert stats.kstest(flat, "norm").pvalue > 1e-3
    assert (np.abs(flat) > 3.5).mean() == pytest.approx(2 * stats.norm.sf(3.5), rel=0.3)
    for one, other in (
        (drawn[:, 0], drawn[:, 1]),  # the two of one pair
        (drawn[:, 0], drawn[:, 2]),
        (drawn[:-1, 0], drawn[1:, 0]),  # one stream from frame to frame
        (drawn[:, 0, :-1], drawn[:, 0, 1:]),  # neighbours
        (drawn[:, 0] ** 2, drawn[:, 1] ** 2),
    ):
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 4 / np.sqrt(one.size)


def test_a_seed_gives_the_same_numbers_and_another_does_not() -> None:
    assert numbers(40, 3).tobytes() == numbers(40, 3).tobytes()
    assert not np.any(numbers(40, 3) == numbers(40, 4))


def test_the_bits_are_marsaglias_whether_compiled_or_not() -> None:
    """His own seeds; the reference are whole numbers of Python's."""
    state = [123456789, 362436069, 521288629, 88675123]
    streams = np.array(state, np.uint32)[:, None]
    for _ in range(3):
        for _ in range(4):
            t = (state[0] ^ (state[0] << 11)) & 0xFFFFFFFF
            state = [*state[1:], state[3] ^ (state[3] >> 19) ^ t ^ (t >> 8)]
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # of an overflow, without the compiler
            drawn = unit(streams, 0)
        assert streams[:, 0].tolist() == state
        assert drawn == state[3] / 2**32


def test_normal_numbers_follow_box_and_muller() -> None:
    streams, out = seed_streams(np.random.default_rng(5), 50), np.zeros((4, 50), np.float32)
    fill_normal(streams, out)
    for a, b, first in ((0, 1, 0), (2, 3, 2)):
        length = np.sqrt(-2 * np.log(((streams[a] >> 8) + 0.5) / 2**24))
        turn = 2 * np.pi * streams[b].astype(np.int32) / 2**32
        assert np.allclose(out[first], length * np.cos(turn), atol=3e-5)
        assert np.allclose(out[first + 1], length * np.sin(turn), atol=3e-5)


def test_the_ends_of_the_range_are_numbers() -> None:
    ends = np.array([0, 1, 2**31 - 1, 2**31, 2**32 - 1], np.uint32)
    streams = np.stack([axis.ravel() for axis in np.meshgrid(ends, ends, ends, ends)])
    out = np.zeros(streams.shape, np.float32)
    fill_normal(streams, out)
    assert np.isfinite(out).all()
    assert np.abs(out).max() < 6


def test_the_exponential_is_one() -> None:
    for x in np.linspace(-86, 0, 700, dtype=np.float32):
        assert exp_of(x) == pytest.approx(np.exp(float(x)), rel=5e-6)
    assert exp_of(np.float32(0)) == 1
    assert 0 <= exp_of(np.float32(-1e30)) < 1e-37
    assert 0 <= exp_of(np.float32(-np.inf)) < 1e-37
