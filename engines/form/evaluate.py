"""How well embeddings tell shots apart: the paper's evaluation (section 3.5), and the pictures it shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating]
IntArray = npt.NDArray[np.integer]
Refine = Callable[[FloatArray, IntArray], Callable[[FloatArray], FloatArray]]
"""Learns from embeddings (N, D) and labels (N,) how to map embeddings so that labels are further apart."""

NEIGHBOURS = 3
SPLITS = 100
# The paper holds out "a randomly held-out validation set" without its size; a quarter of each class here.
HELD_OUT = 0.25


@dataclass(frozen=True, slots=True)
class Score:
    """accuracy (splits,) 0..1; confusion (C, C): rows true, columns predicted, shares of a row; labels of the rows."""

    accuracy: FloatArray
    confusion: FloatArray
    labels: tuple[int, ...]

    @property
    def mean(self) -> float:
        """Per cent."""
        return 100 * float(self.accuracy.mean())

    @property
    def std(self) -> float:
        """Per cent, over the splits."""
        return 100 * float(self.accuracy.std())


def nearest(
    known: FloatArray, labels: IntArray, asked: FloatArray, neighbours: int = NEIGHBOURS
) -> npt.NDArray[np.integer]:
    """k-nearest neighbours (section 3.5.1) by Euclidean distance; of labels named equally often the nearer one's."""
    return by_distance(apart(asked, known), labels, neighbours)


def apart(first: FloatArray, second: FloatArray) -> FloatArray:
    """Euclidean distances (N, M) of rows (N, D) and (M, D)."""
    squared = (first**2).sum(axis=1)[:, None] + (second**2).sum(axis=1) - 2 * first @ second.T
    return np.asarray(np.sqrt(np.maximum(squared, 0.0)))


def by_distance(away: FloatArray, labels: IntArray, neighbours: int = NEIGHBOURS) -> npt.NDArray[np.integer]:
    """The same from distances (asked, known)."""
    names, numbers = np.unique(labels, return_inverse=True)
    order = np.argsort(away, axis=1, kind="stable")[:, :neighbours]
    votes = np.zeros((len(away), len(names)))
    for rank in range(order.shape[1]):
        votes[np.arange(len(away)), numbers[order[:, rank]]] += 1.0 + 1e-3 / (1 + rank)
    return np.asarray(names[votes.argmax(axis=1)])


def split(
    labels: IntArray, rng: np.random.Generator, held_out: float = HELD_OUT
) -> tuple[npt.NDArray[np.int_], npt.NDArray[np.int_]]:
    """Rows to know and rows to ask for, the same share of every label, at least one of each."""
    known, asked = [], []
    for label in np.unique(labels):
        rows = rng.permutation(np.flatnonzero(labels == label))
        count = min(max(1, round(held_out * len(rows))), len(rows) - 1)
        asked.append(rows[:count])
        known.append(rows[count:])
    return np.concatenate(known), np.concatenate(asked)


def score(
    embeddings: FloatArray,
    labels: IntArray,
    seed: int = 0,
    splits: int = SPLITS,
    refine: Refine | None = None,
    distances: FloatArray | None = None,
) -> Score:
    """k-NN over random splits (section 3.5). `refine`: learnt anew on each split's known shots, as the paper's phase 2
    is. distances (N, N): used in place of the embeddings' where given."""
    rng = np.random.default_rng([seed, 35])
    names = np.unique(labels)
    confusion = np.zeros((len(names), len(names)))
    accuracy = np.empty(splits)
    if distances is None and refine is None:
        distances = apart(embeddings, embeddings)
    for number in range(splits):
        known, asked = split(labels, rng)
        if distances is not None:
            told = by_distance(distances[np.ix_(asked, known)], labels[known])
        elif refine is not None:
            view = refine(embeddings[known], labels[known])
            told = nearest(view(embeddings[known]), labels[known], view(embeddings[asked]))
        accuracy[number] = (told == labels[asked]).mean()
        np.add.at(confusion, (np.searchsorted(names, labels[asked]), np.searchsorted(names, told)), 1)
    return Score(
        accuracy, confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1), tuple(int(name) for name in names)
    )


def discriminant(embeddings: FloatArray, labels: IntArray, shrink: float = 0.1) -> Callable[[FloatArray], FloatArray]:
    """Fisher's discriminant directions of a few shots, the covariance within labels shrunk towards a round one (after
    Friedman 1989): a last, linear layer that is learnt in a millisecond."""
    names, middle = np.unique(labels), embeddings.mean(axis=0)
    # All that the shots say lies in the space that they span, which is small.
    span = np.linalg.svd(embeddings - middle, full_matrices=False)[2]
    known = (embeddings - middle) @ span.T
    middles = np.stack([known[labels == name].mean(axis=0) for name in names])
    within = known - middles[np.searchsorted(names, labels)]
    covariance = within.T @ within / max(1, len(labels) - len(names))
    round_ = np.trace(covariance) / embeddings.shape[1]
    values, vectors = np.linalg.eigh((1 - shrink) * covariance + shrink * round_ * np.eye(len(covariance)))
    white = vectors / np.sqrt(np.maximum(values, 1e-12))
    _, sizes, directions = np.linalg.svd((middles - middles.mean(axis=0)) @ white, full_matrices=False)
    kept = span.T @ white @ directions[: len(names) - 1][sizes[: len(names) - 1] > 1e-9].T
    return lambda x: np.asarray((x - middle) @ kept)


def tsne(embeddings: FloatArray, seed: int = 0) -> FloatArray:
    """(N, D) -> (N, 2) by t-SNE (section 3.5.2). Needs scikit-learn (`pip install courtside[bench]`)."""
    from sklearn.manifold import TSNE

    perplexity = min(30.0, max(2.0, (len(embeddings) - 1) / 4))
    return np.asarray(TSNE(2, perplexity=perplexity, init="pca", random_state=seed).fit_transform(embeddings))


def draw_map(
    places: FloatArray, colours: IntArray, marks: IntArray, names: Sequence[str], title: str, path: Path
) -> None:
    """Points (N, 2), a colour for each of `names` by number and a mark by number, as PNG (figures 4 to 6, 10, 11)."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 5.2), layout="constrained")
    axes = figure.add_subplot()
    for number, name in enumerate(names):
        for mark, shape in enumerate("o^sxD"):
            rows = (colours == number) & (marks == mark)
            if rows.any():
                x, y = places[rows].T
                label = name if mark == 0 else ""
                axes.plot(x, y, shape, markersize=4, color=f"C{number % 10}", label=label)
    axes.set(title=title, xticks=[], yticks=[])
    if len(names) <= 12:
        axes.legend(fontsize=8)
    figure.savefig(path, dpi=110)


def draw_confusion(confusion: FloatArray, names: Sequence[str], title: str, path: Path) -> None:
    """A confusion matrix (C, C) of shares as PNG (figures 7 and 8)."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.8, 4.4), layout="constrained")
    axes = figure.add_subplot()
    axes.imshow(confusion, cmap="Blues", vmin=0, vmax=1)
    if len(names) <= 6:
        for row, column in np.ndindex(confusion.shape):
            shade = "white" if confusion[row, column] > 0.6 else "black"
            axes.text(column, row, f"{100 * confusion[row, column]:.1f} %", ha="center", va="center", color=shade)
    axes.set(title=title, xlabel="told", ylabel="true", xticks=range(len(names)), yticks=range(len(names)))
    axes.set_xticklabels(names, rotation=30, ha="right", fontsize=8)
    axes.set_yticklabels(names, fontsize=8)
    figure.savefig(path, dpi=110)
