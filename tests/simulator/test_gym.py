"""Frames: the same seed gives the same pixels, and what should change the picture does."""

import itertools

import numpy as np
import pytest

from calibration.court import FIBA
from edge.simulator import SCENARIOS, BallMode, Scenario, SimulatorError, Truth, VirtualGym
from edge.simulator.mount import MOUNT_TABLE
from edge.types import Frame

SIZE = (640, 360)
BARE = Scenario(players_per_team=(0, 0), noise=0.0, blur_px=0.0)


def take(scenario: str | Scenario, seed: int, count: int) -> list[tuple[Frame, Truth]]:
    return list(itertools.islice(VirtualGym(scenario, seed, *SIZE).frames(), count))


def test_same_seed_same_pixels_and_truth() -> None:
    one, two = take("threes", 5, 40), take("threes", 5, 40)
    for (frame, truth), (other, same) in zip(one, two, strict=True):
        assert np.array_equal(frame.image, other.image)
        assert truth.events == same.events
        for player, twin in zip(truth.players, same.players, strict=True):
            assert np.array_equal(player.keypoints_px, twin.keypoints_px)


def test_frames_of_one_gym_start_anew_and_agree_with_play() -> None:
    gym = VirtualGym("practice", 3, *SIZE)
    drawn = list(itertools.islice(gym.frames(), 30))
    again = list(itertools.islice(gym.frames(), 30))
    undrawn = list(itertools.islice(gym.play(), 30))
    assert np.array_equal(drawn[-1][0].image, again[-1][0].image)
    for (frame, truth), plain in zip(drawn, undrawn, strict=True):
        assert (frame.index, frame.time_s) == (plain.index, plain.time_s)
        assert truth.ball is not None
        assert plain.ball is not None
        assert np.array_equal(truth.ball.position_m, plain.ball.position_m)


def test_another_seed_is_another_gym() -> None:
    (first, _), (second, _) = take("practice", 1, 1)[0], take("practice", 2, 1)[0]
    assert first.image.shape == (360, 640, 3)
    assert first.image.dtype == np.uint8
    assert np.mean(np.abs(first.image.astype(int) - second.image)) > 2


def test_the_picture_changes_where_player_and_ball_are() -> None:
    practice = Scenario(spots_m=((8.2, -0.4),), noise=0.0, blur_px=0.0)
    run = take(practice, 7, 100)
    (early, before), (late, after) = run[60], run[99]
    changed = np.abs(early.image.astype(int) - late.image).sum(axis=2) > 30
    assert before.ball is not None
    assert after.ball is not None
    boxes = [player.box for truth in (before, after) for player in truth.players if player.box is not None]
    allowed = np.zeros(changed.shape, dtype=bool)
    for x0, y0, x1, y1 in boxes:
        allowed[max(0, int(y0) - 4) : int(y1) + 40, max(0, int(x0) - 50) : int(x1) + 50] = True
    for ball in (before.ball, after.ball):
        x, y = ball.centre_px
        allowed[max(0, int(y) - 20) : int(y) + 20, max(0, int(x) - 20) : int(x) + 20] = True
    assert changed.sum() > 200
    assert (changed & ~allowed).sum() < 0.1 * changed.sum()


def test_the_flying_ball_is_drawn_in_its_colour_where_the_truth_says() -> None:
    found = 0
    for frame, truth in take("practice", 0, 140):
        ball = truth.ball
        if ball is None or ball.phase is not BallMode.IN_FLIGHT or ball.hidden_share > 0:
            continue
        x, y = ball.centre_px.astype(int)
        patch = frame.image[y - 2 : y + 3, x - 2 : x + 3].reshape(-1, 3).mean(axis=0)
        assert patch[2] > patch[1] > patch[0]
        found += 1
    assert found > 10


def test_cones_stand_at_the_corners_of_the_key() -> None:
    (frame, truth) = take(Scenario(players_per_team=(0, 0), cones=True, noise=0.0), 1, 1)[0]
    assert truth.cones_m.shape == (4, 3)
    assert truth.ball is None
    assert truth.players == ()
    px, _ = truth.camera.project(truth.cones_m + np.array([0.0, 0.0, 0.05]))
    seen = 0
    for x, y in px:
        if 0 <= x < SIZE[0] and 0 <= y < SIZE[1]:
            b, _, r = frame.image[int(y), int(x)].astype(int)
            assert r > b + 50
            seen += 1
    assert seen >= 3


@pytest.mark.parametrize("mount", [*MOUNT_TABLE, "any"])
@pytest.mark.parametrize("seed", [0, 1])
def test_every_mount_sees_the_ring_and_its_calibration_fits(mount: str, seed: int) -> None:
    gym = VirtualGym(Scenario(mount=mount), seed, *SIZE)
    rim = gym.calibration.rim
    assert rim is not None
    assert gym.calibration.status == "calibrated"
    assert 2.5 <= gym.camera.centre[2] <= 5.0
    ring, _ = gym.camera.project(FIBA.ring())
    assert ring.min(axis=0) == pytest.approx([rim.x, rim.y])
    assert ring.max(axis=0) == pytest.approx([rim.x + rim.width, rim.y + rim.height])
    spot = np.array([8.2, -0.4, 0.0])
    px, _ = gym.camera.project(spot)
    mapped = gym.camera.court_from_image() @ [*px, 1.0]
    assert mapped[:2] / mapped[2] == pytest.approx(spot[:2], abs=1e-6)


def test_noise_and_jpeg_change_the_picture_a_little() -> None:
    clean = take(BARE, 2, 1)[0][0].image.astype(int)
    noisy = take(Scenario(players_per_team=(0, 0), noise=4.0, blur_px=0.0), 2, 2)
    packed = take(Scenario(players_per_team=(0, 0), noise=0.0, blur_px=0.0, jpeg_quality=40), 2, 1)[0][0].image
    assert (noisy[0][0].image - clean).std() == pytest.approx(4.0, rel=0.15)
    assert not np.array_equal(noisy[0][0].image, noisy[1][0].image)
    assert 0.3 < np.abs(packed - clean).mean() < 12


def test_named_scenarios_have_their_players() -> None:
    counts = {name: len(next(VirtualGym(name, 0, *SIZE).play()).players) for name in SCENARIOS}
    assert counts == {"practice": 1, "threes": 6, "game": 10, "empty": 0, "cones": 3, "form": 1}


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: VirtualGym("practise"), "practice"),
        (lambda: VirtualGym(width=40), "40x720"),
        (lambda: VirtualGym(fps=1.0), "fps"),
        (lambda: VirtualGym(seed=-1), "seed"),
        (lambda: Scenario(players_per_team=(6, 0)), "players_per_team"),
        (lambda: Scenario(mount="roof"), "sideline"),
        (lambda: Scenario(fault="clumsy"), "elbow_out"),
        (lambda: Scenario(skill=1.2), "skill"),
    ],
)
def test_bad_parameters_are_refused_in_one_line(make: object, words: str) -> None:
    with pytest.raises(SimulatorError, match=words) as error:
        make()  # type: ignore[operator]
    assert "\n" not in str(error.value)
