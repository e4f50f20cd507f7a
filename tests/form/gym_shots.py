"""Shots of the virtual gym as the pipeline would have seen them, with their truth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from edge.form.recorder import Recorder
from edge.simulator import SCENARIOS, VirtualGym
from edge.simulator.truth import PlayerTruth, ShotTruth, Truth
from edge.types import BallState, PlayerState, ShotClip, ShotEvent, ShotPhase, Snapshot, TrackStatus

SIZE = (1280, 720)


@dataclass(frozen=True, slots=True)
class GymShot:
    """clip: as the recorder cut it; truths: every frame of the clip."""

    clip: ShotClip
    shot: ShotTruth
    truths: tuple[Truth, ...]
    fps: float

    def player(self, row: int) -> PlayerTruth:
        return self.truths[row].player(self.shot.player_id)


def snapshot_of(truth: Truth, rng: np.random.Generator, noise: float) -> Snapshot:
    """noise: of joints, in statures; what is hidden is seen with little confidence."""
    players = []
    for player in truth.players:
        if player.box is None:
            continue
        height = float(player.box[3] - player.box[1])
        joints = np.column_stack([player.keypoints_px, np.where(player.visible, 0.8, 0.3)])
        joints[:, :2] += rng.normal(0, noise * height, (17, 2)) if noise else 0.0
        players.append(
            PlayerState(player.player_id, player.box, np.zeros(2), np.eye(2), TrackStatus.CONFIRMED, 0.9, joints)
        )
    ball = truth.ball
    state = None
    if ball is not None and ball.hidden_share < 0.7:
        state = BallState(ball.centre_px, np.zeros(2), ball.radius_px, np.eye(2), TrackStatus.CONFIRMED, 0.9)
    return Snapshot(truth.index, truth.time_s, SIZE, tuple(players), state, np.zeros((0, 4)), None)


def event_of(shot: ShotTruth, fps: float) -> ShotEvent:
    assert shot.release_index is not None
    return ShotEvent(
        f"gym-{shot.shot_id}", ShotPhase.NEW, shot.release_index, shot.release_index / fps, shot.player_id, None, 0.9
    )


def gym_shots(
    seed: int, seconds: float = 10.0, fps: float = 30.0, noise: float = 0.0, after_s: float = 0.9, **scenario: object
) -> Iterator[GymShot]:
    """Shots of one player's practice, cut `after_s` after their release. scenario: what of it is changed."""
    gym = VirtualGym(replace(SCENARIOS["practice"], **scenario), seed, *SIZE, fps)  # type: ignore[arg-type]
    truths = list(islice(gym.play(), int(seconds * fps)))
    rng, recorder = np.random.default_rng(seed), Recorder()
    shots = [s for s in truths[-1].shots if s.release_index is not None]
    due = {shot.release_index + int(after_s * fps): shot for shot in shots if shot.release_index is not None}
    for truth in truths:
        recorder.update(snapshot_of(truth, rng, noise))
        if truth.index in due:
            shot = due[truth.index]
            clip = recorder.cut(event_of(shot, fps))
            first = clip.first_index
            yield GymShot(clip, shot, tuple(truths[first : first + len(clip.times_s)]), fps)
