"""Pictures of form (paper 000, section 4): deviation heatmaps, a shot laid over the usual one, the map of all shots,
who shoots like whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from edge.form.atlas import update_atlas
from edge.form.explain import USUAL_HEIGHT_M
from edge.form.skeleton import JOINT_NAMES
from edge.types import FloatArray

_BONES = (
    (5, 6), (5, 7), (7, 9), (6, 8), (8, 10), (5, 11), (6, 12), (11, 12), (11, 13), (13, 15), (12, 14), (14, 16), (0, 5),
    (0, 6),
)  # fmt: skip
_FULL_SCALE_CM = 20.0
_USUAL, _SHOT, _ARROW = "#9aa0a6", "#d9480f", "#1c7ed6"
_MOMENTS = (0, 21, 42, 50, 56, 63)


def heatmap(deviation: FloatArray, height_m: float | None = None) -> Figure:
    """deviation (64, 17, 2) in body heights, shot minus usual: joints down, frames across, red up and right, blue down
    and left."""
    cm = 100 * (height_m or USUAL_HEIGHT_M) * deviation
    figure = Figure(figsize=(11, 8), layout="constrained")
    for axes, axis, title in zip(figure.subplots(2, 1), (1, 0), ("up and down", "right and left"), strict=True):
        image = axes.imshow(
            cm[:, :, axis].T, cmap="RdBu_r", vmin=-_FULL_SCALE_CM, vmax=_FULL_SCALE_CM, aspect="auto",
            interpolation="nearest",
        )  # fmt: skip
        axes.set_yticks(range(len(JOINT_NAMES)), JOINT_NAMES, fontsize=8)
        axes.set(title=f"shot against usual form, {title}", xlabel="frame, gather to release")
        figure.colorbar(image, ax=axes, label="cm")
    return figure


def overlay(pose: FloatArray, usual: FloatArray) -> Figure:
    """Both (64, 17, 2): the shot over the usual form at six moments, arrows from where joints were to where they
    usually are."""
    figure = Figure(figsize=(13, 4.6), layout="constrained")
    both = np.concatenate([pose, usual]).reshape(-1, 2)
    low, high = np.nanmin(both, axis=0) - 0.05, np.nanmax(both, axis=0) + 0.05
    for axes, frame in zip(figure.subplots(1, len(_MOMENTS)), _MOMENTS, strict=True):
        _skeleton(axes, usual[frame], _USUAL)
        _skeleton(axes, pose[frame], _SHOT)
        move = usual[frame] - pose[frame]
        axes.quiver(*pose[frame].T, *move.T, angles="xy", scale_units="xy", scale=1, color=_ARROW, width=0.012)
        axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="equal", title=f"frame {frame}")
        axes.set_axis_off()
    figure.suptitle("this shot (orange), usual (grey), what to change (arrows)")
    return figure


def shot_map(embeddings: Mapping[str, FloatArray]) -> Figure:
    """Shots (N, D) by name as points: near each other where they are alike."""
    figure = Figure(figsize=(7, 6), layout="constrained")
    axes = figure.subplots()
    atlas = update_atlas(None, np.concatenate(list(embeddings.values()))) if embeddings else None
    axes.set(title="shots, near each other where they are alike" if atlas else "too few shots for a map")
    axes.set_axis_off()
    if atlas is not None:
        for name, rows in embeddings.items():
            axes.scatter(*atlas.place(rows).T, label=f"{name} {len(rows)}", alpha=0.8)
        axes.legend(frameon=False)
    return figure


def distances(names: Sequence[str], away: FloatArray) -> Figure:
    """away (N, N): how far apart shots are, by their names."""
    figure = Figure(figsize=(1.6 + 0.45 * len(names), 1.4 + 0.45 * len(names)), layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(away, cmap="viridis", vmin=0.0)
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=8)
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.set_title("distance of form")
    figure.colorbar(image, ax=axes, shrink=0.8)
    return figure


def _skeleton(axes: Axes, joints: FloatArray, colour: str) -> None:
    """joints (17, 2); bones with an end that is not known are left out."""
    lines = [joints[list(bone)] for bone in _BONES if np.isfinite(joints[list(bone)]).all()]
    axes.add_collection(LineCollection(lines, colors=colour, linewidths=2.2))
    axes.scatter(joints[:, 0], joints[:, 1], color=colour, s=9)
