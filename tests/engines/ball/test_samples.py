"""A lesson asks for what it shows: heat where the labels are, nothing where nobody looked."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from engines.ball import samples
from engines.ball.clips import Clip, photo_clip
from engines.ball.layout import FRAMES
from engines.ball.samples import (
    BALL,
    CELL_PX,
    HARDLY_VISIBLE,
    LEAST_VISIBLE,
    RIM,
    SIDE_PX,
    Lesson,
    Lessons,
    ball_spread_cells,
    sensor,
)

CELLS = SIDE_PX // CELL_PX


def answer(
    balls: list[tuple[float, ...]], rims: Sequence[tuple[float, ...]] = (), whole: bool = True, rims_known: bool = True
) -> Lesson:
    frames = np.zeros((FRAMES, SIDE_PX, SIDE_PX, 3), np.uint8)
    rows = np.array(balls, float).reshape(-1, 4)
    clip = Clip(frames, rows, np.array(rims, float).reshape(-1, 4), whole, rims_known)
    return samples._lesson(frames, rows, clip)


def gym_clips() -> list[Clip]:
    rng = np.random.default_rng(0)
    clips = []
    for k in range(4):
        frames = np.repeat(rng.integers(60, 120, (1, 384, 384, 3), np.uint8), 3, axis=0)
        clips.append(Clip(frames, np.array([[150.0 + 20 * k, 200, 12, 1]]), np.array([[100.0, 80, 40, 45]])))
    return clips


def photos() -> list[Clip]:
    rng = np.random.default_rng(1)
    return [photo_clip(rng.integers(0, 255, (400, 500, 3), np.uint8)) for _ in range(2)]


@pytest.mark.parametrize(("x", "y"), [(100.0, 60.0), (101.9, 63.99), (0.3, 255.5)])
def test_heat_peaks_at_the_balls_cell_and_the_rest_leads_to_its_centre(x: float, y: float) -> None:
    lesson = answer([(x, y, 9.0, 0.8)])
    row, column = np.unravel_index(np.argmax(lesson.heat[BALL]), (CELLS, CELLS))
    assert (row, column) == (int(y // 4), int(x // 4))
    assert lesson.heat[BALL].max() == 1
    assert lesson.at.tolist() == [[BALL, row, column]]
    dx, dy, log_radius, visible = lesson.values[0]
    assert CELL_PX * (column + 0.5 + dx) == pytest.approx(x, abs=1e-4)
    assert CELL_PX * (row + 0.5 + dy) == pytest.approx(y, abs=1e-4)
    assert (math.exp(log_radius), visible) == (pytest.approx(9), pytest.approx(0.8))
    assert abs(dx) <= 0.5
    assert abs(dy) <= 0.5
    assert (lesson.weight == 1).all()
    assert not lesson.heat[RIM].any()


def test_heat_falls_as_a_gaussian_of_the_balls_size() -> None:
    heat = answer([(162.0, 162.0, 20.0, 1.0)]).heat[BALL]
    spread = ball_spread_cells(20.0)
    for away in (1, 2, 3):
        assert heat[40, 40 + away] == pytest.approx(math.exp(-(away**2) / (2 * spread**2)), rel=1e-4)
        assert heat[40 - away, 40] == heat[40, 40 + away]
    assert ball_spread_cells(3.0) < ball_spread_cells(20.0) < ball_spread_cells(40.0)


def test_a_hoop_has_its_own_plane_and_size() -> None:
    lesson = answer([], [(81.0, 43.0, 60.0, 70.0)])
    assert lesson.heat[RIM, 10, 20] == 1
    assert not lesson.heat[BALL].any()
    assert lesson.at.tolist() == [[RIM, 10, 20]]
    assert np.allclose(np.exp(lesson.values[0, 2:]), [60, 70], rtol=1e-5)


def test_a_ball_of_which_little_is_seen_counts_neither_way_and_a_hidden_one_is_none() -> None:
    half = answer([(100, 100, 10, 0.5 * (LEAST_VISIBLE + HARDLY_VISIBLE))])
    assert not half.heat.any()
    assert half.weight[BALL, 25, 25] == 0
    assert half.weight[BALL].mean() > 0.98
    assert (half.weight[RIM] == 1).all()
    hidden = answer([(100, 100, 10, 0.5 * HARDLY_VISIBLE)])
    assert not hidden.heat.any()
    assert (hidden.weight == 1).all()
    assert len(half.at) == len(hidden.at) == 0


def test_where_nobody_looked_for_more_only_the_labelled_counts() -> None:
    lesson = answer([(100, 100, 10, 1.0)], whole=False, rims_known=False)
    counted = lesson.weight[BALL] > 0
    assert counted[25, 25]
    assert 1 < counted.sum() < 100
    assert (lesson.heat[BALL][~counted] <= 0.01).all()
    assert not lesson.weight[RIM].any()
    assert not answer([], whole=False).weight[BALL].any()


def test_what_lies_outside_is_not_asked_for() -> None:
    lesson = answer([(-1, 100, 10, 0.9), (256.5, 100, 10, 0.9)], [(100, -3, 40, 40)])
    assert len(lesson.at) == 0


def test_frames_are_rgb_oldest_first() -> None:
    frames = np.zeros((FRAMES, SIDE_PX, SIDE_PX, 3), np.uint8)
    for k in range(FRAMES):
        frames[k] = (10 * k + 1, 10 * k + 2, 10 * k + 3)
    lesson = samples._lesson(frames, np.zeros((0, 4)), Clip(frames, np.zeros((0, 4)), np.zeros((0, 4))))
    assert lesson.frames[:, 5, 5].tolist() == [3, 2, 1, 13, 12, 11, 23, 22, 21]


def test_the_same_seed_and_number_give_the_same_lesson_in_any_order() -> None:
    first, second = (Lessons(gym_clips(), photos(), [], [], seed=3) for _ in range(2))
    second.lesson(7)
    for number in range(4):
        one, two = first.lesson(number), second.lesson(number)
        assert np.array_equal(one.frames, two.frames)
        assert np.array_equal(one.heat, two.heat)
        assert np.array_equal(one.weight, two.weight)
        assert np.array_equal(one.values, two.values)
    other = Lessons(gym_clips(), photos(), [], [], seed=4)
    assert not np.array_equal(first.lesson(0).frames, other.lesson(0).frames)
    assert not np.array_equal(first.lesson(0).frames, first.lesson(1).frames)


def test_every_lesson_has_the_networks_shape_and_its_answers_at_the_peaks() -> None:
    lessons = Lessons(gym_clips(), photos(), [], [], seed=0)
    asked = 0
    for number in range(30):
        lesson = lessons.lesson(number)
        assert lesson.frames.shape == (3 * FRAMES, SIDE_PX, SIDE_PX)
        assert lesson.frames.dtype == np.uint8
        assert lesson.heat.shape == lesson.weight.shape == (2, CELLS, CELLS)
        assert len(lesson.at) == len(lesson.values)
        peaks = {tuple(at) for at in np.argwhere(lesson.heat == 1)}
        assert peaks == {tuple(at) for at in lesson.at}
        assert np.isfinite(lesson.values).all()
        assert (np.abs(lesson.values[:, :2]) <= 0.5).all()
        asked += len(lesson.at)
    assert asked > 20


def test_a_painted_ball_is_labelled_where_the_picture_changed() -> None:
    lessons = Lessons([], photos(), [], [], seed=0)
    rng = np.random.default_rng(2)
    seen = 0
    for _ in range(40):
        frames = np.full((FRAMES, SIDE_PX, SIDE_PX, 3), (200, 60, 20), np.uint8)
        before = frames[-1].copy()
        ((x, y, radius, visible),) = lessons._paint(frames, np.zeros((0, 4)), rng, np.zeros((40, 40, 3), np.uint8))
        if visible < 1 or radius < 5:
            continue
        changed = (frames[-1] != before).any(axis=2)
        v, u = np.nonzero(changed)
        assert abs((u.min() + u.max() + 1) / 2 - x) < 1.6
        assert abs((v.min() + v.max() + 1) / 2 - y) < 1.6
        seen += 1
    assert seen > 8


def test_a_ball_painted_before_another_hides_it() -> None:
    lessons = Lessons([], photos(), [], [], seed=0)
    there = np.array([[160.0, 160.0, 500.0, 1.0]])
    frames = np.zeros((FRAMES, SIDE_PX, SIDE_PX, 3), np.uint8)
    balls = lessons._paint(frames, there, np.random.default_rng(0), np.zeros((40, 40, 3), np.uint8))
    assert HARDLY_VISIBLE < balls[0, 3] < LEAST_VISIBLE
    assert there[0, 3] == 1


def test_a_mirrored_clip_carries_its_labels_along() -> None:
    frames = np.zeros((FRAMES, SIDE_PX, SIDE_PX, 3), np.uint8)
    frames[:, 100:110, 30:40] = 255
    clip = Clip(frames, np.array([[35.0, 105, 5, 1]]), np.array([[20.0, 50, 30, 40]]))
    mirrored = samples._mirrored(clip)
    rows, columns = np.nonzero(mirrored.frames[0, ..., 0])
    assert mirrored.balls.tolist() == [[columns.mean() + 0.5, rows.mean() + 0.5, 5, 1]]
    assert mirrored.rims.tolist() == [[SIDE_PX - 20, 50, 30, 40]]
    assert clip.balls[0, 0] == 35
    again = samples._mirrored(mirrored)
    assert np.array_equal(again.frames, clip.frames)
    assert np.array_equal(again.balls, clip.balls)


def test_a_ball_that_something_covers_is_less_visible() -> None:
    before = np.zeros((100, 100, 3), np.uint8)
    now = before.copy()
    now[:, 50:] = 1
    balls = np.array([[50.0, 50, 10, 1], [20.0, 50, 10, 1], [80.0, 50, 10, 0.8]])
    half, free, gone = samples._still_there(balls, now, before)[:, 3]
    assert abs(half - 0.5) < 0.05
    assert (free, gone) == (1, 0)


def test_a_camera_changes_no_shape_and_sees_all_three_frames_alike() -> None:
    still = np.repeat(np.random.default_rng(0).integers(0, 255, (1, 64, 64, 3), np.uint8), 3, axis=0)
    for seed in range(20):
        seen = sensor(still, np.random.default_rng(seed))
        assert seen.shape == still.shape
        assert seen.dtype == np.uint8
        assert np.abs(seen[0].astype(int) - seen[2]).mean() < 20


def test_nothing_to_learn_from_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing to learn from"):
        Lessons([], [], [], [], seed=0)
