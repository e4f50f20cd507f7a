"""What a normalised shot does not depend on, what it does, and which clips are refused."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from edge.form.errors import FormError
from edge.form.normalise import FRAMES, normalise
from edge.form.skeleton import FOREARM, UPPER_ARM
from edge.form.virtual import Conditions, View, film
from edge.simulator.shooters import ShotType, make_shooter, move, repeat
from tests.form.stick import RELEASE_S, Stick, stick_clip


def _apart(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.nanmax(np.linalg.norm(a - b, axis=-1)))


USUAL = normalise(stick_clip()).pose


@pytest.mark.parametrize(
    ("stick", "tolerance"),
    [
        (Stick(stature_px=420.0), 0.005),
        (Stick(foot_px=(100.0, 900.0)), 0.001),
        (Stick(arm=1.12), 0.02),
        (Stick(leg=0.93), 0.02),
        (Stick(looks=-1.0), 0.03),
        (Stick(fps=60.0), 0.015),
        (Stick(fps=15.0), 0.05),
    ],
    ids=["nearer", "elsewhere", "long arms", "short legs", "from the left", "60 fps", "15 fps"],
)
def test_says_nothing_of_size_place_side_and_rate(stick: Stick, tolerance: float) -> None:
    assert _apart(normalise(stick_clip(stick)).pose, USUAL) < tolerance


def test_left_handed_player_is_mirrored_to_a_right_handed_one() -> None:
    # A mirror image: left-handed and looking to the other side.
    sequence = normalise(stick_clip(Stick(left_handed=True, looks=-1.0)))
    assert sequence.mirrored
    assert _apart(sequence.pose, USUAL) < 0.005


def test_known_hand_is_believed() -> None:
    assert normalise(stick_clip(), hand="left").mirrored
    assert not normalise(stick_clip()).mirrored


def test_units_and_origin() -> None:
    sequence = normalise(stick_clip())
    assert sequence.pose.shape == (FRAMES, 17, 2)
    np.testing.assert_allclose(sequence.pose[0, 11:13].mean(axis=0), 0.0, atol=0.01)
    arm = np.linalg.norm(np.diff(sequence.pose[:, [6, 8, 10]], axis=1), axis=2).max(axis=0)
    np.testing.assert_allclose(arm, [UPPER_ARM, FOREARM], rtol=0.03)
    # The jump is kept: hips at the release are higher than at the gather.
    assert sequence.pose[-1, 12, 1] > 0.08
    assert sequence.duration_s == pytest.approx(RELEASE_S - 0.40)


def test_paper_puts_the_left_shoulder_at_the_origin_and_keeps_size() -> None:
    small, tall = (normalise(stick_clip(Stick(stature_px=px)), "paper").pose for px in (200.0, 400.0))
    np.testing.assert_allclose(small[:, 5], 0.0, atol=1e-6)
    np.testing.assert_allclose(tall, 2 * small, atol=1e-3)


def test_release_between_two_frames_moves_the_last_frame() -> None:
    early = [normalise(replace(stick_clip(), release_s=RELEASE_S - back_s)).pose[-1, 10, 1] for back_s in (0.06, 0.05)]
    assert USUAL[-1, 10, 1] - early[0] > 0.02
    assert early[1] - early[0] > 0.002


def test_missing_joint_is_filled_for_a_moment_and_left_out_for_long() -> None:
    clip = stick_clip()
    keypoints = clip.keypoints.copy()
    keypoints[20:23, 13] = np.nan
    short = normalise(replace(clip, keypoints=keypoints))
    assert np.isfinite(short.pose[:, 13]).all()
    assert 0 < (~short.present[:, 13]).sum() < 16
    keypoints[14:32, 13] = np.nan
    long = normalise(replace(clip, keypoints=keypoints))
    assert np.isnan(long.pose[:, 13]).any()
    assert long.present[:, 14].all()


def test_jump_of_a_joint_to_another_place_is_left_out() -> None:
    clip = stick_clip()
    keypoints = clip.keypoints.copy()
    keypoints[22, 9:11, :2] = keypoints[22, [10, 9], :2] + 90.0
    assert _apart(normalise(replace(clip, keypoints=keypoints)).pose, USUAL) < 0.05


def test_noise_is_smoothed() -> None:
    noisy = normalise(stick_clip(noise=0.01)).pose
    assert float(np.nanmean(np.linalg.norm(noisy - USUAL, axis=-1))) < 0.02


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"release_s": 0.45}, "so little"),
        ({"stature_px": 30.0}, "tall"),
        ({"keypoints": stick_clip().keypoints * [1, 1, 0.1]}, "hardly seen"),
    ],
)
def test_poor_clip_is_refused_in_one_line(change: dict[str, object], word: str) -> None:
    with pytest.raises(FormError, match=word) as refused:
        normalise(replace(stick_clip(), **change))  # type: ignore[arg-type]
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(("joints", "word"), [([10], "right wrist"), ([5, 6, 7, 8], "arms"), ([11, 12], "hips")])
def test_clip_without_what_matters_is_refused(joints: list[int], word: str) -> None:
    clip = stick_clip()
    keypoints = clip.keypoints.copy()
    keypoints[6:, joints] = np.nan
    with pytest.raises(FormError, match=word):
        normalise(replace(clip, keypoints=keypoints), hand="right")


def test_clip_that_begins_with_the_hands_up_is_refused() -> None:
    clip, begins = stick_clip(), 29
    late = replace(
        clip, times_s=clip.times_s[begins:], keypoints=clip.keypoints[begins:], ball=clip.ball[begins:], gather=0,
        gather_s=float(clip.times_s[begins]), set_point=1, release=6, release_s=RELEASE_S + 0.15,
    )  # fmt: skip
    with pytest.raises(FormError, match="beginning was not seen"):
        normalise(late)


def test_coarse_frame_rate_is_refused() -> None:
    with pytest.raises(FormError, match=r"coarse|frames"):
        normalise(stick_clip(Stick(fps=6.0)))


@pytest.mark.parametrize("side_deg", [-160, -120, -90, -60, -20, 10, 60, 90, 120, 170])
def test_from_where_he_was_seen(side_deg: int) -> None:
    """Whoever looks to the left is mirrored: from in front on his left is as from behind on his right."""
    shooter = next(one for one in map(make_shooter, range(9)) if not one.forms[ShotType.CATCH].left_handed)
    rng = np.random.default_rng(side_deg + 200)
    motion = move(shooter, repeat(shooter, ShotType.CATCH, rng), 30.0, -0.15, 0.3)
    clip = film(motion, View(math.radians(side_deg), 8.0, 2.5), rng, shooter.height_m, Conditions(noise=0.0))
    clip.keypoints[..., 2] = 0.9
    sequence = normalise(clip, hand="right")
    told = 180 - side_deg if 30 < side_deg < 150 else -side_deg
    assert abs((math.degrees(sequence.view_rad) - told + 180) % 360 - 180) < 25
    assert sequence.facing == pytest.approx(abs(math.sin(sequence.view_rad)))
