"""Calibration on virtual mounts: what the solver makes of a second of frames, against the gym's own truth."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import islice

import numpy as np

from calibration.camera import FloatArray
from calibration.colour import COLOURS, Image
from calibration.cones import PAPER_HIGH, PAPER_LOW, paper_cones
from calibration.homography import apply_homography, fit_homography
from calibration.quality import visible_floor
from calibration.solve import CalibrationRequest, Outcome, calibrate
from edge.simulator import Scenario, VirtualGym, find_scenario

WRONG_CM = 30.0
FRAMES, EVERY = 12, 3
_NEAR_PX = 25.0


@dataclass
class Tally:
    """One method on many mounts: cm of error at all visible floor points and px at the ring, where it solved."""

    mounts: int = 0
    solved: int = 0
    wrong: int = 0
    points_cm: list[FloatArray] = field(default_factory=list)
    rim_px: list[float] = field(default_factory=list)
    expected: list[float] = field(default_factory=list)

    def figures(self, prefix: str = "") -> dict[str, float | int]:
        points = np.concatenate(self.points_cm) if self.points_cm else np.array([np.nan])
        out: dict[str, float | int] = {
            f"{prefix}solved_share": self.solved / max(self.mounts, 1),
            f"{prefix}court_error_median_cm": float(np.median(points)),
            f"{prefix}court_error_p95_cm": float(np.percentile(points, 95)),
            f"{prefix}wrong_accepted": self.wrong,
        }
        if self.rim_px:
            out[f"{prefix}rim_error_p95_px"] = float(np.percentile(self.rim_px, 95))
        if self.expected:
            # True over stated 95th percentile, mount by mount: below 1 where the stated error is not too small.
            out[f"{prefix}true_over_stated"] = float(np.median(self.expected))
            out[f"{prefix}true_over_stated_p95"] = float(np.percentile(self.expected, 95))
            out[f"{prefix}true_over_stated_max"] = max(self.expected)
        return out


def scenario(seed: int) -> Scenario:
    """What varies besides the mount: cones, light, distractors, other lines, people, the court."""
    rng = np.random.default_rng([seed, 99])
    return replace(
        find_scenario("cones"),
        cone_layout="auto",
        court=str(rng.choice(["fiba", "nba", "ncaa", "high-school"], p=[0.55, 0.15, 0.15, 0.15])),
        players_per_team=((0, 0), (1, 0), (2, 1), (3, 2))[int(rng.integers(4))],
        cone_height_m=float(rng.uniform(0.23, 0.5)),
        distractors=int(rng.integers(0, 4)),
        other_lines=bool(rng.random() < 0.5),
        uneven=float(rng.uniform(0.0, 0.5)),
        lamp_change=float(rng.uniform(0.0, 0.15)),
    )


def second_of(gym: VirtualGym) -> list[Image]:
    return [frame.image for frame, _ in islice(gym.some_frames(EVERY), FRAMES)]


def court_errors_cm(gym: VirtualGym, to_court: Callable[[FloatArray], FloatArray]) -> FloatArray:
    """Distance (N,) cm between the true floor points that are seen and where a calibration puts their pixels."""
    grid, pixels = visible_floor(gym.camera, gym.court)
    return np.asarray(100 * np.linalg.norm(np.nan_to_num(to_court(pixels), nan=1e3) - grid, axis=1))


def judge(tally: Tally, gym: VirtualGym, outcome: Outcome) -> None:
    """Count one mount. A wrong one is accepted with a 95th percentile over `WRONG_CM`."""
    tally.mounts += 1
    if outcome.calibration is None:
        return
    camera = outcome.calibration.camera_model()
    assert camera is not None
    errors = court_errors_cm(gym, camera.floor)
    p95 = float(np.percentile(errors, 95))
    tally.wrong += p95 > WRONG_CM
    tally.solved += p95 <= WRONG_CM
    tally.points_cm.append(errors)
    ring, _ = gym.camera.project(gym.court.rim_centre())
    found, _ = camera.project(gym.court.rim_centre())
    tally.rim_px.append(float(np.nan_to_num(np.hypot(*(ring - found)), nan=1e3)))
    if outcome.calibration.quality is not None:
        tally.expected.append(p95 / outcome.calibration.quality.error_p95_cm)


def judge_paper(tally: Tally, gym: VirtualGym, image: Image, cones: FloatArray) -> None:
    """The paper's plain method, given the best order of its regions: solved where it has exactly one for each cone."""
    tally.mounts += 1
    truth, _ = gym.camera.project(gym.cones_m)
    if len(cones) != len(truth):
        return
    away = np.linalg.norm(truth[:, None] - cones[None], axis=2)
    order = away.argmin(axis=1)
    if len(set(order.tolist())) < len(truth) or away.min(axis=1).max() > _NEAR_PX:
        return
    homography = fit_homography(cones[order], np.array(list(gym.landmarks.values())))
    if homography is None:
        return
    inverse = np.asarray(np.linalg.inv(homography))
    errors = court_errors_cm(gym, lambda pixels: apply_homography(inverse, pixels))
    tally.wrong += float(np.percentile(errors, 95)) > WRONG_CM
    tally.solved += float(np.percentile(errors, 95)) <= WRONG_CM
    tally.points_cm.append(errors)


# Without the court's lines most mounts are refused, and slowly: some of them show it.
ALONE_EVERY = 5


def run(seeds: Iterable[int], say: Callable[[str], None]) -> dict[str, float | int]:
    """All methods on the mounts of all seeds; cones without lines on every fifth of them."""
    ours, alone, paper, hued = Tally(), Tally(), Tally(), Tally()
    for seed in seeds:
        gym = VirtualGym(scenario(seed), seed=seed)
        frames = second_of(gym)
        assert gym.layout is not None
        request = CalibrationRequest(court=gym.court.name, layout=gym.layout)
        outcome = calibrate(frames, request)
        before = ours.solved
        judge(ours, gym, outcome)
        if seed % ALONE_EVERY == 0:
            judge(alone, gym, calibrate(frames, replace(request, lines=False)))
        judge_paper(paper, gym, outcome.image, paper_cones(frames[-1]))
        hue = COLOURS[gym.scenario.cone_colour].hue_deg / 2
        low, high = (hue - 12, *PAPER_LOW[1:]), (hue + 12, *PAPER_HIGH[1:])
        judge_paper(hued, gym, outcome.image, paper_cones(frames[-1], low, high))
        if ours.solved == before:
            say(f"seed {seed} ({gym.layout}, {gym.scenario.cone_colour}, {gym.court.name}): {outcome.detail}")
    return {
        **ours.figures(),
        **alone.figures("cones_only_"),
        **paper.figures("paper_"),
        **hued.figures("paper_with_the_cones_hue_"),
    }
