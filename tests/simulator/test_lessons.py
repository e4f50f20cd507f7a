"""What the virtual gym teaches: its labels lie on what is drawn."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from edge.simulator import SCENARIOS, VirtualGym, lessons
from edge.simulator.lessons import MOMENTS, balls_of, draw_scenario, gym_clips
from engines.ball.clips import SIDE_PX, Clip
from engines.ball.layout import FRAMES


@pytest.fixture(scope="module")
def clips() -> list[Clip]:
    return list(gym_clips(range(2)))


def test_clips_are_squares_of_so_many_moments_with_labels_inside(clips: list[Clip]) -> None:
    assert len(clips) == 2 * MOMENTS
    for clip in clips:
        assert clip.frames.shape == (FRAMES, SIDE_PX, SIDE_PX, 3)
        assert clip.whole
        assert clip.rims_known or not len(clip.rims)  # a hoop that is cut through counts neither way
        x, y, radius, visible = clip.balls.T
        assert ((x > -radius) & (x < SIDE_PX + radius) & (y > -radius) & (y < SIDE_PX + radius)).all()
        assert ((radius > 1) & (radius < 100)).all()
        assert ((visible >= 0) & (visible <= 1)).all()
        assert (clip.rims[:, 2:] > 4).all()
    assert sum(len(clip.balls) for clip in clips) > len(clips) / 3
    assert sum(len(clip.rims) for clip in clips) > 3


def test_the_same_seed_gives_the_same_clip(clips: list[Clip]) -> None:
    again = next(iter(gym_clips(range(1, 2))))
    assert np.array_equal(again.frames, clips[MOMENTS].frames)
    assert np.array_equal(again.balls, clips[MOMENTS].balls)


def test_scenarios_are_drawn_far_apart() -> None:
    rng = np.random.default_rng(0)
    drawn = [draw_scenario(rng) for _ in range(40)]
    assert {scenario.mount for scenario in drawn} == {"any", "wall"}
    assert {scenario.props for scenario in drawn} == {"any", "plain"}
    assert len({scenario.name for scenario in drawn}) >= 3
    assert max(scenario.shutter_s for scenario in drawn) > 4 * min(scenario.shutter_s for scenario in drawn)


def test_bursts_are_frames_in_a_row_as_they_would_be_drawn_anyhow() -> None:
    gym = VirtualGym("practice", 0, 160, 120, 30.0)
    bursts = list(islice(gym.bursts(7, FRAMES), 3))
    assert [[frame.index for frame, _ in burst] for burst in bursts] == [[4, 5, 6], [11, 12, 13], [18, 19, 20]]
    all_frames = {frame.index: frame for frame, _ in islice(gym.frames(), 21)}
    for burst in bursts:
        for frame, truth in burst:
            assert truth.index == frame.index
            assert np.array_equal(frame.image, all_frames[frame.index].image)


def test_a_ball_in_flight_is_drawn_where_its_label_says() -> None:
    """Against the frame before, what changed about the label is the ball: its weight's middle lies on the label."""
    plain = replace(SCENARIOS["threes"], noise=0.0, blur_px=0.0, shutter_s=0.0, uneven=0.0, lamp_change=0.0)
    gym = VirtualGym(plain, 3, 1280, 720, 30.0)
    checked = 0
    for burst in islice(gym.bursts(5, FRAMES), 60):
        (before, _), (_, _), (now, truth) = burst
        ((x, y, radius, visible),) = balls_of(truth)
        if visible < 1 or truth.ball is None or truth.ball.phase.value != "in_flight" or y < 2 * radius:
            continue
        x0, y0, reach = int(x), int(y), int(1.5 * radius) + 2
        part = slice(y0 - reach, y0 + reach + 1), slice(x0 - reach, x0 + reach + 1)
        changed = np.abs(now.image[part].astype(int) - before.image[part]).max(axis=2) > 12
        v, u = np.nonzero(changed)
        assert abs((u.min() + u.max() + 1) / 2 + x0 - reach - x) < 0.3 * radius + 0.7
        assert abs((v.min() + v.max() + 1) / 2 + y0 - reach - y) < 0.3 * radius + 0.7
        assert abs(np.sqrt(changed.sum() / np.pi) - radius) < 0.2 * radius + 1
        checked += 1
    assert checked >= 5


@pytest.mark.parametrize("seed", range(3))
def test_the_hoops_box_holds_the_ring_and_what_hangs_from_it(seed: int) -> None:
    gym = VirtualGym("threes", seed, 1280, 720, 30.0)
    ((x, y, width, height),) = lessons._hoop(gym)
    ring, _ = gym.camera.project(gym.court.ring(48))
    assert abs(x - ring[:, 0].mean()) < 0.05 * width
    assert abs(width - np.ptp(ring[:, 0])) < 0.02 * width + 0.5
    assert y - height / 2 == pytest.approx(ring[:, 1].min(), abs=0.5)
    assert ring[:, 1].max() < y + height / 2
    assert 0.6 < height / width < 2


@pytest.mark.parametrize("seed", [1, 2])
def test_the_ring_is_drawn_at_the_top_of_the_hoops_box(seed: int) -> None:
    gym = VirtualGym("threes", seed, 1280, 720, 30.0)  # walls of blue and of green
    ((x, y, width, height),) = lessons._hoop(gym)
    frame, _ = next(iter(gym.frames()))
    left, top = int(x - width), int(y - height)
    near = frame.image[top : int(y + height), left : int(x + width)].astype(int)
    v, u = np.nonzero((near[..., 2] - near[..., 0] > 60) & (near[..., 2] - near[..., 1] > 60))
    assert len(v) > width
    assert abs(u.min() + left - (x - width / 2)) < 3
    assert abs(u.max() + 1 + left - (x + width / 2)) < 3
    assert abs(v.min() + top - (y - height / 2)) < 3
