"""The filter's steps against their equations."""

from __future__ import annotations

import numpy as np
import pytest

from edge.tracking import paper_filter as filt


def test_initialization_is_gaussian_with_the_deviations_asked_for() -> None:
    cloud = filt.scatter(np.array([500.0, 300.0]), 20000, np.array([20.0, 30.0]), np.random.default_rng(0))
    np.testing.assert_allclose(cloud.mean(axis=0), [500, 300], atol=1.0)
    np.testing.assert_allclose(cloud.std(axis=0), [20, 30], rtol=0.03)
    beyond = (np.abs(cloud[:, 0] - 500) > 40).mean()
    assert beyond == pytest.approx(0.0455, abs=0.01)


def test_equation_1_is_the_cosine_whatever_the_lengths() -> None:
    found = filt.cosine(np.array([2.0, 0.0]), np.array([[5.0, 0.0], [0.0, 3.0], [-1.0, 0.0], [1.0, 1.0]]))
    np.testing.assert_allclose(found, [1, 0, -1, np.sqrt(0.5)], atol=1e-12)


def test_equation_2_falls_as_a_gaussian_of_what_lacks_in_similarity() -> None:
    found = filt.likelihood(np.array([1.0, 1 - filt.SIGMA, 1 - 2 * filt.SIGMA]))
    np.testing.assert_allclose(found, [1.0, np.exp(-0.5), np.exp(-2.0)])


def test_sigma_tells_players_apart_at_the_cosines_of_the_appearance_network() -> None:
    same, mate, other = filt.likelihood(np.array([0.85, 0.75, 0.6]))
    assert mate < 0.2 * same
    assert other < 0.01 * same


def test_the_most_similar_of_the_regions_around_a_particle_decides() -> None:
    regions = np.array([[0.0, 0, 10, 10], [5, 0, 15, 10]])
    points = np.array([[2.0, 5], [7, 5], [12, 5], [20, 5]])
    assert filt.associate(points, regions, np.array([0.9, 0.4])).tolist() == [0, 0, 1, -1]
    assert filt.associate(points, regions, np.array([0.4, 0.9])).tolist() == [0, 1, 1, -1]
    assert filt.associate(points, np.zeros((0, 4)), np.zeros(0)).tolist() == [-1] * 4


def test_equation_3_multiplies_the_weight_before_and_normalises() -> None:
    similarity = np.array([1.0, 1 - filt.SIGMA])
    found = filt.reweigh(np.array([0.2, 0.4, 0.4]), np.array([0, 1, -1]), similarity)
    expected = np.array([0.2, 0.4 * np.exp(-0.5), 0.0])
    np.testing.assert_allclose(found, expected / expected.sum())
    assert not filt.reweigh(np.full(3, 1 / 3), np.full(3, -1), similarity).any()


def test_resampling_draws_by_weight() -> None:
    points = np.arange(8.0).reshape(4, 2)
    drawn = filt.resample(np.tile(points, (25, 1)), np.tile([0.0, 0.5, 0.5, 0.0], 25) / 25, np.random.default_rng(0))
    values, counts = np.unique(drawn[:, 0], return_counts=True)
    assert values.tolist() == [2.0, 4.0]
    assert counts.tolist() == pytest.approx([50, 50], abs=1)


def test_roughening_makes_each_particle_its_own_and_moves_none_far() -> None:
    rough = filt.roughen(np.zeros((500, 2)), 2.0, np.random.default_rng(0))
    assert len(np.unique(rough[:, 0])) == 500
    np.testing.assert_allclose(rough.std(axis=0), [2, 2], rtol=0.15)


def test_moments_are_those_of_the_weighted_cloud() -> None:
    mean, covariance = filt.moments(np.array([[0.0, 0], [4, 0], [4, 2]]), np.array([0.5, 0.25, 0.25]))
    np.testing.assert_allclose(mean, [2, 0.5])
    np.testing.assert_allclose(covariance, [[4, 1], [1, 0.75]])
