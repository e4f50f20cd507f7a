"""The ball's flight from one camera: release, entry angle, depth and left-right, and the outcome from its first third.

    make bench-flight ARGS="--data DIR --json OUT --plot FILE"

Virtual shots (tests/bench/flight_shots.py) over the gym's mounts and four distances, and real free throws
(flight_free_throws.py, keys `spl_`) through the same mounts. `_all` counts every view, the keys without it those where
the camera sees the flight from the side. Peers on the same sightings: `parabola_` (a curve in the picture, the rim as
scale) and `nodrag_` (a flight in space without drag, size and place); `centre_` says of every shot that it came down in
the rim's middle. `blind_` is ours without the outcome, which it is otherwise told as a box knows it, one in twenty
wrong. `spin_`: balls with backspin and other drag than is thought. Seeds from 1000 on were for tuning, those
reported, from 0 on, were not. Of the free throws two things were taken: how far before the feet a ball is let go was
moved towards theirs (0.25 to 0.28 m), and that a guess from a third of a flight needs to know who shoots.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path as FilePath

import numpy as np
from scipy.stats import rankdata

from calibration.court import FIBA, NBA, Court
from edge.game.trajectory import FlightFit, fit_flight
from edge.game.trajectory_model import BallTrack, Knowledge, eye_of
from edge.game.trajectory_told import shot_flight
from edge.types import Estimate
from tests.bench.common import Figure, parser, report, table
from tests.bench.flight_free_throws import read_free_throws
from tests.bench.flight_guess import for_shooter, made_chance
from tests.bench.flight_peers import Found, free_rows, image_parabola, without_drag
from tests.bench.flight_plot import draw
from tests.bench.flight_shots import DISTANCES_M, Air, virtual_path
from tests.bench.flight_sight import MOUNTS, SeenShot, see

SEEDS, QUICK_SEEDS, TUNING_FROM = 14, 1, 1000
MEDIANS = {
    "entry_angle_deg": "entry_angle_median_deg", "depth_cm": "depth_median_cm",
    "left_right_cm": "left_right_median_cm",
}  # fmt: skip
# Half of a normal distribution's middle 90 %.
_NINETY = 1.645
_OUTCOME_WRONG = 0.05


@dataclass(frozen=True, slots=True)
class Judged:
    """One seen shot and what each method made of it, by the names of `ShotFlight`; fit_ms: processor time."""

    shot: SeenShot
    ours: Found
    blind: Found
    parabola: Found
    nodrag: Found
    third: float | None
    parabola_third: float | None
    fit: FlightFit | None
    fit_ms: float


def judge(shot: SeenShot, court: Court, made_share: float) -> Judged:
    """made_share: of the shots before this one."""
    rng = np.random.default_rng([len(shot.track.times_s), int(1e6 * abs(shot.track.times_s[0])), 7])
    said = shot.path.truth.made != bool(rng.random() < _OUTCOME_WRONG)
    began = time.process_time()
    fit = _fit(shot, shot.track, said)
    spent = 1000 * (time.process_time() - began)
    flight_s = shot.path.truth.values["flight_s"]
    early = free_rows(shot, flight_s / 3)
    first = BallTrack(shot.track.times_s[early], shot.track.xy_px[early], shot.track.radius_px[early])
    third = _fit(shot, first, known=for_shooter(Knowledge(), made_share))
    guess = image_parabola(shot, court, flight_s / 3).get("depth_cm")
    return Judged(
        shot, _told(fit), _told(_fit(shot, shot.track)), image_parabola(shot, court), without_drag(shot),
        None if third is None else made_chance(third), None if guess is None else -abs(guess.value), fit, spent,
    )  # fmt: skip


def _fit(shot: SeenShot, track: BallTrack, made: bool = False, known: Knowledge | None = None) -> FlightFit | None:
    known = known or Knowledge()
    return fit_flight(track, eye_of(shot.camera, shot.covariance, known), shot.basket, shot.launch, known, made)


def _told(fit: FlightFit | None) -> Found:
    flight = None if fit is None else shot_flight(fit)
    if flight is None:
        return {}
    values = {name: getattr(flight, name) for name in flight.__dataclass_fields__}
    return {name: value for name, value in values.items() if isinstance(value, Estimate)}


def _errors(judged: Iterable[Judged], name: str, of: Callable[[Judged], Found]) -> tuple[np.ndarray, np.ndarray]:
    """Errors (N,) of what was told, and in stated standard deviations."""
    pairs = [(of(one)[name], one.shot.path.truth.values[name]) for one in judged if name in of(one)]
    errors = np.array([estimate.value - truth for estimate, truth in pairs])
    return errors, errors / np.maximum([estimate.sigma for estimate, _ in pairs], 1e-9)


def _method(judged: list[Judged], of: Callable[[Judged], Found], prefix: str) -> dict[str, Figure]:
    """Medians, coverage and how much is told, of one method."""
    figures: dict[str, Figure] = {}
    for ending, part in (("", [one for one in judged if one.shot.from_side]), ("_all", judged)):
        scaled = []
        for name, key in MEDIANS.items():
            errors, sigmas = _errors(part, name, of)
            figures[f"{prefix}{key}{ending}"] = float(np.median(np.abs(errors))) if len(errors) else float("nan")
            figures[f"{prefix}{name.rsplit('_', 1)[0]}_known_share{ending}"] = len(errors) / max(len(part), 1)
            scaled.append(sigmas)
        held = np.abs(np.concatenate(scaled)) < _NINETY
        figures[f"{prefix}interval_coverage{ending}"] = float(held.mean()) if len(held) else float("nan")
        told = sum(len(errors) for errors in scaled)
        figures[f"{prefix}known_share{ending}"] = told / max(len(MEDIANS) * len(part), 1)
    return figures


def _of_release(judged: list[Judged], prefix: str) -> dict[str, Figure]:
    """The other values, over all views: median error and coverage."""
    figures: dict[str, Figure] = {}
    for name in ("release_height_m", "release_speed_m_s", "release_angle_deg", "flight_s", "apex_m"):
        errors, sigmas = _errors(judged, name, lambda one: one.ours)
        figures[f"{prefix}{name}_median"] = float(np.median(np.abs(errors)))
        figures[f"{prefix}{name}_interval_coverage"] = float(np.mean(np.abs(sigmas) < _NINETY))
    return figures


def _outcome(judged: list[Judged], prefix: str) -> dict[str, Figure]:
    """Area under the curve, and Brier's score beside that of the share made, from a third of the flight."""
    known = [(one.third, one.shot.path.truth.made) for one in judged if one.third is not None]
    chance, made = np.array([c for c, _ in known]), np.array([m for _, m in known])
    peer = [(one.parabola_third, one.shot.path.truth.made) for one in judged if one.parabola_third is not None]
    return {
        f"{prefix}outcome_third_auc": auc(chance, made),
        f"{prefix}outcome_third_brier": float(np.mean((chance - made) ** 2)),
        f"{prefix}outcome_third_brier_chance": float(made.mean() * (1 - made.mean())),
        f"{prefix}outcome_third_told_share": len(known) / max(len(judged), 1),
        f"{prefix}parabola_outcome_third_auc": auc(np.array([c for c, _ in peer]), np.array([m for _, m in peer])),
    }


def auc(score: np.ndarray, positive: np.ndarray) -> float:
    """How often one of the positives has the higher score (Mann-Whitney)."""
    count = int(positive.sum())
    if count in (0, len(positive)):
        return float("nan")
    ranks = rankdata(score)[positive.astype(bool)].sum()
    return float((ranks - count * (count + 1) / 2) / (count * (len(positive) - count)))


def figures_of(judged: list[Judged], prefix: str) -> dict[str, Figure]:
    centre = {"depth_cm": Estimate(0.0, 15.0), "left_right_cm": Estimate(0.0, 15.0)}
    return {
        f"{prefix}shots": len(judged),
        f"{prefix}shots_from_side": int(sum(one.shot.from_side for one in judged)),
        **_method(judged, lambda one: one.ours, prefix),
        **_of_release(judged, prefix),
        **_outcome(judged, prefix),
        f"{prefix}fit_ms": float(np.median([one.fit_ms for one in judged])),
        **_method(judged, lambda one: one.blind, f"{prefix}blind_"),
        **_method(judged, lambda one: one.parabola, f"{prefix}parabola_"),
        **_method(judged, lambda one: one.nodrag, f"{prefix}nodrag_"),
        **_method(judged, lambda _: centre, f"{prefix}centre_"),
    }


@dataclass
class _Share:
    """Of the shots until now, how many went in; half of them, before there are any."""

    made: int = 0
    shots: int = 0

    @property
    def so_far(self) -> float:
        return (self.made + 2) / (self.shots + 4)

    def add(self, made: bool) -> None:
        self.made, self.shots = self.made + made, self.shots + 1


def virtual(seeds: Iterable[int], noise: float = 1.0, spin: bool = False) -> list[Judged]:
    """All mounts and distances of some seeds."""
    judged: list[Judged] = []
    share = _Share()
    for seed in seeds:
        rng = np.random.default_rng([seed, 63])
        for distance in DISTANCES_M:
            air = Air(float(rng.uniform(0.85, 1.15)), float(rng.uniform(0.01, 0.06))) if spin else None
            path = virtual_path(seed, distance, air=air)
            shots = (see(path, mount, seed, noise=noise) for mount in MOUNTS)
            judged += [judge(shot, FIBA, share.so_far) for shot in shots if shot is not None]
            share.add(path.truth.made)
        print(f"seed {seed}: {len(judged)} shots", file=sys.stderr)
    return judged


def free_throws(folder: FilePath, quick: bool) -> tuple[list[Judged], dict[str, Figure]]:
    """Each free throw through each mount."""
    throws = read_free_throws(folder)
    throws = throws[::17] if quick else throws
    judged: list[Judged] = []
    share = _Share()
    for k, throw in enumerate(throws):
        shots = (see(throw.path, mount, 5000 + k, NBA) for mount in MOUNTS)
        judged += [judge(shot, NBA, share.so_far) for shot in shots if shot is not None]
        share.add(throw.path.truth.made)
    tails = np.array([throw.tail_cm for throw in throws])
    tail = float(np.nanmedian(tails)) if np.isfinite(tails).any() else float("nan")
    return judged, {"spl_throws": len(throws), "spl_tail_off_flight_median_cm": tail}


def by_view(judged: list[Judged]) -> str:
    """One row for each mount and distance."""
    rows: list[list[Figure]] = []
    for mount in MOUNTS:
        for distance in sorted({_near(one) for one in judged}):
            part = [j for j in judged if j.shot.mount == mount and _near(j) == distance]
            if not part:
                continue
            cells: list[Figure] = [mount, distance, len(part), sum(one.shot.from_side for one in part)]
            for name in MEDIANS:
                errors, _ = _errors(part, name, lambda one: one.ours)
                cells += [float(np.median(np.abs(errors))) if len(errors) else "-", f"{len(errors) / len(part):.0%}"]
            rows.append(cells)
    header = ["mount", "from, m", "shots", "from the side"]
    for name in ("entry, deg", "depth, cm", "left-right, cm"):
        header += [name, "told"]
    return table(header, rows)


def _near(one: Judged) -> float:
    """The distance to half a metre."""
    return round(2 * one.shot.distance_m) / 2


def main() -> None:
    arguments = parser(__doc__.splitlines()[0])
    arguments.add_argument("--seeds", type=int, default=SEEDS, help="virtual shots: seeds of all mounts and distances")
    arguments.add_argument("--tuning", action="store_true", help="the seeds that are looked at while tuning")
    arguments.add_argument("--plot", type=FilePath, default=None, metavar="FILE", help="a flight and all errors, PNG")
    options = arguments.parse_args()
    first = TUNING_FROM if options.tuning else 0
    count = QUICK_SEEDS if options.quick else options.seeds
    judged = virtual(range(first, first + count))
    figures = figures_of(judged, "")
    few = range(first, first + max(1, count // 4))
    for prefix, noise, spin in (("half_noise_", 0.5, False), ("double_noise_", 2.0, False), ("spin_", 1.0, True)):
        figures |= _method(virtual(few, noise, spin), lambda one: one.ours, prefix)
    print(by_view(judged) + "\n")
    folder = options.data / "spl_freethrow"
    if options.tuning or not folder.is_dir():
        print(f"no free throws: {'tuning' if options.tuning else f'{folder}: no such folder'}", file=sys.stderr)
    else:
        real, about = free_throws(folder, options.quick)
        figures |= about | figures_of(real, "spl_")
        print(by_view(real) + "\n")
    if options.plot is not None:
        draw([(one.shot, one.fit, one.ours) for one in judged], options.plot)
    report(figures, options.json)


if __name__ == "__main__":
    main()
