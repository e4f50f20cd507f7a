"""The particle filter of the paper's method: positions alone, a particle seen where it lies in a candidate region.

Sections named here are of the paper's *Tracking: Particle Filter*. Clouds are (P, 2) x, y px with weights (P,); random
numbers come from the caller's generator.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from edge.types import FloatArray

# Equation 2's sigma, "should be tuned": on what is for tuning in the tracking benchmark, with looks whose cosines are
# those of the appearance network (the same person .85, a team-mate .75, an opponent .6), .03 to .1 do alike, .2 worse.
SIGMA = 0.06


def scatter(xy: FloatArray, count: int, sigma_px: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Initialization: `count` particles with Gaussian noise of deviations sigma_px (2,) around xy (2,)."""
    return np.asarray(xy + sigma_px * rng.standard_normal((count, 2)))


def scatter_within(
    xy: FloatArray, count: int, low_px: FloatArray, high_px: FloatArray, rng: np.random.Generator
) -> FloatArray:
    """`count` particles all over the range from xy + low_px (2,) to xy + high_px (2,)."""
    return np.asarray(xy + rng.uniform(low_px, high_px, (count, 2)))


def inside(xy: FloatArray, regions: FloatArray) -> npt.NDArray[np.bool_]:
    """(P, N): which of the points (P, 2) lie in which of the regions (N, 4) xyxy px."""
    x, y = xy[:, :1], xy[:, 1:]
    return np.asarray((x >= regions[:, 0]) & (x <= regions[:, 2]) & (y >= regions[:, 1]) & (y <= regions[:, 3]))


def within(xy: FloatArray, centre: FloatArray, reach_px: FloatArray) -> npt.NDArray[np.bool_]:
    """(P,): which of the points (P, 2) lie not further than reach_px (2,) from centre (2,), across and down."""
    return np.asarray((np.abs(xy - centre) <= reach_px).all(axis=1))


def cosine(one: FloatArray, others: FloatArray) -> FloatArray:
    """Calculate Similarity, equation 1: of an embedding (D,) with others (N, D), (N,) in -1..1."""
    lengths = np.linalg.norm(one) * np.linalg.norm(others, axis=1)
    return np.asarray(others @ one / np.maximum(lengths, 1e-12))


def likelihood(similarity: FloatArray) -> FloatArray:
    """Determine Observation Likelihood, equation 2."""
    return np.asarray(np.exp(-0.5 * ((1.0 - similarity) / SIGMA) ** 2))


def associate(xy: FloatArray, regions: FloatArray, similarity: FloatArray) -> npt.NDArray[np.int64]:
    """Handling Multiple Detections: for each particle (P, 2) the most similar (N,) of the candidate regions (N, 4) that
    it lies in, -1 where it lies in none."""
    if not len(regions):
        return np.full(len(xy), -1)
    alike = np.where(inside(xy, regions), similarity, -np.inf)
    best = np.argmax(alike, axis=1)
    return np.where(np.isfinite(alike[np.arange(len(xy)), best]), best, -1)


def reweigh(weight: FloatArray, region: npt.NDArray[np.int64], similarity: FloatArray) -> FloatArray:
    """Update Particle Weights, equation 3: the weights (P,) times equation 2 of each particle's region, which sum to 1;
    all zero where every particle lies outside of all of them."""
    if not len(similarity):
        return np.zeros(len(weight))
    updated = np.where(region >= 0, weight * likelihood(similarity)[region], 0.0)
    total = float(updated.sum())
    return np.asarray(updated / total) if total > 0 else np.zeros(len(weight))


def resample(xy: FloatArray, weight: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Resampling: as many particles, drawn by their weights (systematic)."""
    count = len(xy)
    reached = np.cumsum(weight)
    chosen = np.searchsorted(reached, (np.arange(count) + rng.random()) / count * reached[-1])
    return np.asarray(xy[np.minimum(chosen, count - 1)])


def roughen(xy: FloatArray, jitter_px: float, rng: np.random.Generator) -> FloatArray:
    """Overview: a small jitter after resampling, so that no two particles are the same."""
    return np.asarray(xy + jitter_px * rng.standard_normal(xy.shape))


def moments(xy: FloatArray, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Weighted mean (2,) px and covariance (2, 2) px^2 of a cloud."""
    mean = weight @ xy
    apart = xy - mean
    return np.asarray(mean), np.asarray((weight[:, None] * apart).T @ apart)
