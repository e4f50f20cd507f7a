"""Which cone stands where, against cones put into a known camera's picture by projection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from calibration.assign import KEPT, hypotheses, hypotheses_of_three
from calibration.camera import Camera, FloatArray, look_at
from calibration.court import FIBA, LAYOUTS, layout_landmarks
from calibration.silhouette import Cone

SIZE = (1280, 720)
CORNER = replace(look_at([0.5, -10.5, 4.0], [9.5, -0.5, 0.5], SIZE, 85.0), distortion=(-0.1, 0.0))
SIDE = replace(look_at([8.0, -11.5, 3.2], [8.5, 0.0, 0.3], SIZE, 100.0), distortion=(-0.15, 0.0))
HEIGHT_M, WIDTH_M = 0.36, 0.24


def marks(layout: str) -> FloatArray:
    return np.array(list(layout_landmarks(FIBA, layout).values()))


def cone_at(camera: Camera, place_m: FloatArray, size: float = 1.0) -> Cone:
    foot, depth = camera.project([*place_m, 0.0])
    focal, upright = camera.K[0, 0], np.sqrt(1 - camera.R[2, 2] ** 2)
    height, width = size * HEIGHT_M * focal * upright / depth, size * WIDTH_M * focal / depth
    return Cone((float(foot[0]), float(foot[1])), float(width), float(height), 110.0, 1.0)


def cones_at(camera: Camera, places_m: FloatArray, order: Sequence[int] = ()) -> list[Cone]:
    cones = [cone_at(camera, place) for place in places_m]
    return [cones[k] for k in order] if order else cones


def floor_error_m(camera: Camera, truth: Camera) -> float:
    """Median distance between where two cameras see the floor around the middle of the half court."""
    x, y = np.meshgrid(np.arange(5.0, 12.0), np.arange(-4.0, 5.0))
    grid = np.column_stack([x.ravel(), y.ravel()])
    px, _ = truth.project(np.column_stack([grid, np.zeros(len(grid))]))
    return float(np.median(np.nan_to_num(np.linalg.norm(camera.floor(px) - grid, axis=1), nan=99.0)))


@pytest.mark.parametrize("layout", ["key", "three-point", "key-and-left-sideline"])
@pytest.mark.parametrize("camera", [CORNER, SIDE], ids=["corner", "side"])
@pytest.mark.parametrize("order", [(0, 1, 2, 3), (2, 0, 3, 1)])
def test_the_true_assignment_is_among_the_least_odd(camera: Camera, layout: str, order: tuple[int, ...]) -> None:
    found = hypotheses(cones_at(camera, marks(layout), order), marks(layout), SIZE)
    # A key is nearly a square: turned by a quarter it may look as usual, and only the lines tell.
    true = [one for one in found[:3] if one.cone_of == {mark: order.index(mark) for mark in range(4)}]
    assert len(true) == 1
    assert layout == "key" or true[0] is found[0]
    assert floor_error_m(true[0].camera, camera) < 0.4, "rough, for the lens is one of a few"
    assert true[0].oddity < 1.5


def test_all_that_is_proposed_could_be_and_is_proposed_once() -> None:
    rng = np.random.default_rng(3)
    stray = rng.uniform([2.0, -6.0], [13.0, 6.0], (8, 2))
    cones = cones_at(CORNER, np.concatenate([marks("key"), stray]))
    found = hypotheses(cones, marks("key"), SIZE)
    assert 1 < len(found) <= KEPT
    assert [one.oddity for one in found] == sorted(one.oddity for one in found)
    assert len({tuple(sorted(one.cone_of.items())) for one in found}) == len(found)
    for one in found:
        assert sorted(one.cone_of) == [0, 1, 2, 3]
        assert len(set(one.cone_of.values())) == 4
        assert one.camera.centre[2] > 1.5
        assert pytest.approx(np.eye(3), abs=1e-9) == one.camera.R @ one.camera.R.T
        _, depth = one.camera.project(np.column_stack([marks("key"), np.zeros(4)]))
        assert (depth > 0).all()


@pytest.mark.parametrize("seed", range(3))
def test_the_true_assignment_is_among_them_whatever_else_looks_like_a_cone(seed: int) -> None:
    rng = np.random.default_rng(seed)
    stray = rng.uniform([3.0, -5.0], [13.0, 6.0], (4, 2))
    others = [cone_at(CORNER, place, float(rng.uniform(0.3, 2.0))) for place in stray]
    cones = [*others[:2], *cones_at(CORNER, marks("key")), *others[2:]]
    found = hypotheses(cones, marks("key"), SIZE)
    assert {0: 2, 1: 3, 2: 4, 3: 5} in [one.cone_of for one in found]


def test_things_of_other_sizes_are_odder_than_four_cones_of_one() -> None:
    even = hypotheses(cones_at(CORNER, marks("key")), marks("key"), SIZE)[0]
    sizes = (1.0, 1.6, 0.7, 1.3)
    uneven = [cone_at(CORNER, place, size) for place, size in zip(marks("key"), sizes, strict=True)]
    found = hypotheses(uneven, marks("key"), SIZE)
    assert not found or found[0].oddity > even.oddity + 1.0


def test_a_shape_unlike_a_cone_makes_an_assignment_odder() -> None:
    cones = cones_at(CORNER, marks("key"))
    blurred = [replace(cones[0], likeness=0.2), *cones[1:]]
    plain, doubtful = (hypotheses(some, marks("key"), SIZE)[0] for some in (cones, blurred))
    assert doubtful.oddity == pytest.approx(plain.oddity + 0.5 * np.log(5.0))


def test_a_mirrored_picture_gives_no_camera_that_sees_the_marks_in_their_order() -> None:
    cones = [replace(cone, foot=(SIZE[0] - cone.foot[0], cone.foot[1])) for cone in cones_at(SIDE, marks("key"))]
    for one in hypotheses(cones, marks("key"), SIZE):
        assert one.cone_of != {0: 0, 1: 1, 2: 2, 3: 3}


def test_three_cones_or_four_on_a_line_are_no_layout() -> None:
    cones = cones_at(CORNER, marks("key"))
    assert hypotheses(cones[:3], marks("key"), SIZE) == []
    line = cones_at(CORNER, np.column_stack([np.linspace(6.0, 13.0, 4), np.zeros(4)]))
    assert hypotheses(line, marks("key"), SIZE) == []
    assert hypotheses([], marks("key"), SIZE) == []


def test_of_six_marks_four_whose_cones_are_seen_suffice() -> None:
    six = marks("half-court-and-key")
    names = LAYOUTS["half-court-and-key"]
    shown = [names.index(name) for name in ("corner-left", "corner-right", "free-throw-left", "free-throw-right")]
    wide = replace(look_at([1.0, -10.0, 4.5], [10.5, -0.5, 0.0], SIZE, 100.0), distortion=(-0.1, 0.0))
    found = hypotheses(cones_at(wide, six[shown]), six, SIZE)
    assert {mark: k for k, mark in enumerate(shown)} in [one.cone_of for one in found]


@pytest.mark.parametrize("hidden", range(4))
def test_where_one_of_four_is_hidden_the_other_three_propose_their_camera(hidden: int) -> None:
    shown = [k for k in range(4) if k != hidden]
    cones = cones_at(CORNER, marks("key"), shown)
    truth = {mark: k for k, mark in enumerate(shown)}
    true = [one for one in hypotheses_of_three(cones, marks("key"), SIZE) if one.cone_of == truth]
    assert true
    assert min(floor_error_m(one.camera, CORNER) for one in true) < 1.0


def test_two_cones_propose_nothing() -> None:
    assert hypotheses_of_three(cones_at(CORNER, marks("key"))[:2], marks("key"), SIZE) == []
