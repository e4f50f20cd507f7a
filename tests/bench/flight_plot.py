"""One flight as seen, fitted and true in side view, and where all shots came down against where they were said to."""

from __future__ import annotations

from pathlib import Path as FilePath

import matplotlib.pyplot as plt
import numpy as np

from edge.game.trajectory import FlightFit
from edge.types import FloatArray
from tests.bench.flight_peers import Found
from tests.bench.flight_sight import SeenShot

_FAR_M = 4.0
Shown = tuple[SeenShot, FlightFit | None, Found]


def draw(shots: list[Shown], path: FilePath) -> None:
    """Write a PNG: the flight that lies at the median of depth errors, and scatters of depth, left-right, angle."""
    fitted = [
        (shot, fit, told)
        for shot, fit, told in shots
        if fit is not None and shot.from_side and shot.distance_m > _FAR_M and "depth_cm" in told
    ]
    figure, axes = plt.subplots(2, 2, figsize=(12, 9), constrained_layout=True)
    if fitted:
        fitted.sort(key=lambda one: abs(one[2]["depth_cm"].value - one[0].path.truth.values["depth_cm"]))
        _side_view(axes[0, 0], fitted[len(fitted) // 2][0], fitted[len(fitted) // 2][1])
    for axis, name, title in (
        (axes[0, 1], "depth_cm", "depth at the rim, cm"),
        (axes[1, 0], "left_right_cm", "left-right at the rim, cm"),
        (axes[1, 1], "entry_angle_deg", "entry angle, degrees"),
    ):
        _scatter(axis, shots, name, title)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=90)
    plt.close(figure)


def _side_view(axis: plt.Axes, shot: SeenShot, fit: FlightFit) -> None:
    rim = shot.basket.rim_m
    along = (rim[:2] - shot.path.place_m) / np.linalg.norm(rim[:2] - shot.path.place_m)

    def side(points: FloatArray) -> tuple[FloatArray, FloatArray]:
        return (points[:, :2] - shot.path.place_m) @ along, points[:, 2]

    flying = (shot.path.times_s >= 0) & (shot.path.times_s <= shot.path.truth.values["flight_s"] + 0.1)
    axis.plot(*side(shot.path.points_m[flying]), "k-", lw=4, alpha=0.25, label="true")
    times = np.linspace(0.0, shot.path.truth.values["flight_s"], 60)
    axis.plot(*side(fit.positions_m(times)), "C0-", lw=1.5, label="fitted")
    for used, mark, label in ((True, "C0o", "sightings used"), (False, "C3x", "not used")):
        rows = np.isfinite(shot.track.xy_px[:, 0]) & (fit.used == used) & flying
        # Where the sighting's ray passes the flight at that time.
        ray, here = shot.camera.ray(shot.track.xy_px[rows]), fit.positions_m(shot.track.times_s[rows])
        reach = np.sum((here - shot.camera.centre) * ray, axis=1, keepdims=True)
        axis.plot(*side(shot.camera.centre + reach * ray), mark, ms=4, label=label)
    ring = shot.basket.ring_radius_m
    centre = float((rim[:2] - shot.path.place_m) @ along)
    axis.plot([centre - ring, centre + ring], [rim[2], rim[2]], "C1-", lw=4, label="ring")
    axis.set(xlabel="from the shooter, m", ylabel="height, m", title=f"{shot.path.name}, {shot.mount}")
    axis.set_aspect("equal", adjustable="box")
    axis.legend(loc="lower center", fontsize=8)


def _scatter(axis: plt.Axes, shots: list[Shown], name: str, title: str) -> None:
    for side, colour, label in ((True, "C0", "from the side"), (False, "C7", "other views")):
        part = [
            (shot.path.truth.values[name], told[name])
            for shot, _, told in shots
            if name in told and shot.from_side == side
        ]
        if part:
            axis.errorbar(
                [truth for truth, _ in part], [told.value for _, told in part], [told.sigma for _, told in part],
                fmt=".", ms=3, lw=0.4, color=colour, label=label,
            )  # fmt: skip
    ends = np.array(axis.get_xlim())
    axis.plot(ends, ends, "k-", lw=0.8)
    axis.set(xlabel=f"true {title}", ylabel="told, with one standard deviation", title=title)
    axis.legend(fontsize=8)
