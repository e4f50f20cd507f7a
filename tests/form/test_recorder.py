"""Clips cut out of snapshots: whose joints, which frames, free of camera motion; and when there is none."""

from __future__ import annotations

import numpy as np
import pytest

from edge.form.errors import FormError
from edge.form.recorder import Recorder
from edge.types import BallState, FloatArray, PlayerState, ShotClip, ShotEvent, ShotPhase, Snapshot, TrackStatus
from tests.form.stick import GATHER_S, RELEASE_S, Stick, stick_clip

PLAYER, FPS = 7, 30.0
EVENT = ShotEvent("s-1", ShotPhase.NEW, round((RELEASE_S + 0.03) * FPS), RELEASE_S + 0.03, PLAYER, None, 0.9)


def _snapshot(row: int, clip: ShotClip, move: FloatArray | None = None, **changes: object) -> Snapshot:
    """A frame of the stick figure's clip; `move` takes pixels of that frame to the scene."""
    joints, ball = clip.keypoints[row].copy(), clip.ball[row]
    if move is not None:
        back = np.linalg.inv(np.vstack([move, [0, 0, 1]]))[:2]
        joints[:, :2] = joints[:, :2] @ back[:, :2].T + back[:, 2]
        ball = back[:, :2] @ ball + back[:, 2]
    low, high = np.nanmin(joints[:, :2], axis=0), np.nanmax(joints[:, :2], axis=0)
    box = np.concatenate([low - 10, high + 10])
    player = PlayerState(PLAYER, box, np.zeros(2), np.eye(2), TrackStatus.CONFIRMED, 0.9, joints)
    state = BallState(ball, np.zeros(2), 12.0, np.eye(2), TrackStatus.CONFIRMED, 0.9)
    values = {"players": (player,), "ball": state, "scene_from_image": move} | changes
    return Snapshot(row, row / FPS, (1280, 720), ball_candidates=np.zeros((0, 4)), rim=None, **values)  # type: ignore[arg-type]


def _recorded(until_s: float = 2.0, clip: ShotClip | None = None) -> Recorder:
    recorder, shown = Recorder(), stick_clip() if clip is None else clip
    for row in range(int(until_s * FPS)):
        recorder.update(_snapshot(row, shown))
    return recorder


def test_clip_has_the_shot_with_a_margin() -> None:
    clip = _recorded().cut(EVENT)
    assert clip.player_id == PLAYER
    assert clip.release_s == pytest.approx(RELEASE_S, abs=0.012)
    assert clip.times_s[clip.release] == pytest.approx(RELEASE_S, abs=0.02)
    assert clip.times_s[0] < GATHER_S - 0.1
    assert clip.follow_through is not None
    np.testing.assert_array_equal(
        clip.keypoints, stick_clip().keypoints[clip.first_index : clip.first_index + len(clip.times_s)]
    )


def test_clip_cut_early_has_no_follow_through_and_one_cut_later_has() -> None:
    early = _recorded(RELEASE_S + 0.2).cut(EVENT)
    assert early.follow_through is None
    assert early.release_s == pytest.approx(_recorded().cut(EVENT).release_s, abs=0.005)


def test_moving_camera_is_taken_out() -> None:
    clip, recorder = stick_clip(), Recorder()
    for row in range(len(clip.times_s)):
        turn = 0.002 * row
        move = np.array([[np.cos(turn), -np.sin(turn), 3.0 * row], [np.sin(turn), np.cos(turn), -1.0 * row]])
        recorder.update(_snapshot(row, clip, move))
    cut = recorder.cut(EVENT)
    np.testing.assert_allclose(cut.keypoints, clip.keypoints[cut.first_index : cut.first_index + len(cut.times_s)])
    np.testing.assert_allclose(cut.ball[cut.release], clip.ball[cut.first_index + cut.release])


def test_frames_without_a_pose_are_bridged() -> None:
    clip = stick_clip()
    keypoints = clip.keypoints.copy()
    keypoints[18:20] = np.nan
    recorder = Recorder()
    for row in range(60):
        snapshot = _snapshot(row, clip)
        if row in (18, 19):
            bare = PlayerState(PLAYER, snapshot.players[0].box, np.zeros(2), np.eye(2), TrackStatus.CONFIRMED, 0.9)
            snapshot = _snapshot(row, clip, players=(bare,))
        recorder.update(snapshot)
    cut = recorder.cut(EVENT)
    assert np.isnan(cut.keypoints[18 - cut.first_index]).all()
    assert cut.release_s == pytest.approx(RELEASE_S, abs=0.012)


def test_ball_that_is_lost_is_nowhere() -> None:
    recorder = Recorder()
    for row in range(60):
        lost = BallState(np.zeros(2), np.zeros(2), 9.0, np.eye(2), TrackStatus.LOST, 0.2)
        recorder.update(_snapshot(row, stick_clip(), ball=lost))
    cut = recorder.cut(EVENT)
    assert np.isnan(cut.ball).all()
    assert cut.release_s == pytest.approx(EVENT.release_time_s)


def test_nothing_is_joined_over_a_cut() -> None:
    recorder = _recorded(1.0)
    recorder.update(_snapshot(30, stick_clip(), scene_cut=True))
    with pytest.raises(FormError, match="frames before the release"):
        recorder.cut(EVENT)


def test_what_is_old_is_forgotten() -> None:
    recorder = Recorder(kept_s=0.5)
    clip = stick_clip(Stick(lasts_s=2.0))
    for row in range(60):
        recorder.update(_snapshot(row, clip))
    with pytest.raises(FormError, match="only 0 frames"):
        recorder.cut(EVENT)


@pytest.mark.parametrize(("player", "word"), [(None, "nobody"), (8, "only 0 frames")])
def test_shooter_who_was_not_seen(player: int | None, word: str) -> None:
    event = ShotEvent("s-1", ShotPhase.NEW, EVENT.release_index, EVENT.release_time_s, player, None, 0.9)
    with pytest.raises(FormError, match=word) as refused:
        _recorded().cut(event)
    assert "\n" not in str(refused.value)
