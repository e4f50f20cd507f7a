"""What the virtual gym teaches the ball's network: three frames in a row of many gyms, with the truth of the last."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import numpy as np

from edge.simulator.flight import NET_LENGTH_M
from edge.simulator.gym import VirtualGym
from edge.simulator.scenario import SCENARIOS, Scenario
from edge.simulator.truth import BallTruth, Truth
from edge.types import FloatArray
from engines.ball.clips import SIDE_PX, Clip, cut_out
from engines.ball.layout import FRAMES

MOMENTS = 12
_EVERY = 14
_SIZES = ((1280, 720), (1280, 720), (960, 540), (1920, 1080))
_SCALES = (0.55, 1.4)
# A part is cut out about the ball, about the rim, or anywhere.
_ABOUT_BALL, _ABOUT_RIM = 0.7, 0.12
_LEAST_VISIBLE = 0.2
_HEM_OF_RING = 0.57


def gym_clips(seeds: range) -> Iterator[Clip]:
    """`MOMENTS` clips of SIDE_PX squares of each seed's gym: its play, mount, looks, light and lens are all drawn."""
    for seed in seeds:
        rng = np.random.default_rng([seed, 20])
        width, height = _SIZES[int(rng.integers(len(_SIZES)))]
        gym = VirtualGym(draw_scenario(rng), seed, width, height, float(rng.choice([24.0, 30.0, 30.0, 60.0])))
        hoop = _hoop(gym)
        for burst in islice(gym.bursts(_EVERY, FRAMES), MOMENTS):
            frames = np.stack([frame.image for frame, _ in burst])
            whole = Clip(frames, balls_of(burst[-1][1]), hoop)
            yield _part(whole, rng)


def draw_scenario(rng: np.random.Generator) -> Scenario:
    """Any play under any conditions."""
    name = str(rng.choice(["practice", "threes", "threes", "game", "cones"]))
    return replace(
        SCENARIOS[name],
        mount=str(rng.choice(["any", "wall"])),
        cones=bool(rng.random() < 0.3),
        distractors=0,  # its cushion is round and of a ball's colours
        cone_layout="auto",
        cone_colour=str(rng.choice(["orange", "any"])),
        other_lines=bool(rng.random() < 0.5),
        uneven=float(rng.uniform(0, 0.5)),
        noise=float(rng.uniform(0, 5)),
        blur_px=float(rng.uniform(0, 1.2)),
        extra_balls=int(rng.choice([0, 0, 1, 2, 3])),
        props="any" if rng.random() < 0.85 else "plain",
        shutter_s=float(np.exp(rng.uniform(math.log(1 / 1000), math.log(1 / 40)))),
        exposure=float(rng.uniform(0, 1)),
        frame_blur_px=float(max(0.0, rng.uniform(-0.8, 1.2))),
    )


def balls_of(truth: Truth) -> FloatArray:
    """Balls (N, 4): x, y, radius px and the share of the disc that is seen."""
    rows = [_row(ball) for ball in (truth.ball, *truth.other_balls) if ball is not None]
    return np.array(rows, dtype=np.float64).reshape(-1, 4)


def _row(ball: BallTruth) -> tuple[float, float, float, float]:
    return (float(ball.centre_px[0]), float(ball.centre_px[1]), ball.radius_px, 1.0 - ball.hidden_share)


def _hoop(gym: VirtualGym) -> FloatArray:
    """The box (1, 4) around ring and net: middle x, y, width and height px."""
    ring = gym.court.ring(24)
    middle = gym.court.rim_centre(1)
    hem = middle + _HEM_OF_RING * (ring - middle) - np.array([0.0, 0.0, NET_LENGTH_M])
    seen, _ = gym.camera.project(np.concatenate([ring, hem]))
    low, high = seen.min(axis=0), seen.max(axis=0)
    return np.array([[*(low + high) / 2, *(high - low)]])


def _part(clip: Clip, rng: np.random.Generator) -> Clip:
    height, width = clip.frames.shape[1:3]
    scale = float(np.exp(rng.uniform(math.log(_SCALES[0]), math.log(_SCALES[1]))))
    scale = max(scale, SIDE_PX / min(height, width))
    side = SIDE_PX / scale
    balls = clip.balls[clip.balls[:, 3] > _LEAST_VISIBLE]
    focus: FloatArray = rng.uniform(0, 1, 2) * [width, height]
    kind = rng.random()
    if len(balls) and kind < _ABOUT_BALL:
        focus = balls[int(rng.integers(len(balls))), :2]
    elif len(clip.rims) and kind < _ABOUT_BALL + _ABOUT_RIM:
        focus = clip.rims[0, :2]
    corner = np.clip(focus - rng.uniform(0.15, 0.85, 2) * side, 0, [width - side, height - side])
    return cut_out(clip, (float(corner[0]), float(corner[1])), scale, SIDE_PX)
