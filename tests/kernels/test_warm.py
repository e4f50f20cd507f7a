"""What is compiled before the first frame is all that a frame calls: no frame waits for the compiler."""

from __future__ import annotations

import os

import numpy as np
import pytest

from edge.config import TrackingConfig
from edge.kernels import ball, ball_choice, joint
from edge.kernels.warm import warm
from edge.tracking.ball import BallTracker, Person
from edge.tracking.players import PlayerTracker


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="nothing is compiled with NUMBA_DISABLE_JIT=1")
def test_trackers_meet_no_kernel_that_is_not_compiled() -> None:
    warm()
    kernels = (
        ball.branch, ball_choice.look, ball_choice.keep, ball_choice.begin, ball_choice.choose, ball_choice.elsewhere,
        joint.step,
    )  # fmt: skip
    before = [len(kernel.signatures) for kernel in kernels]
    players, balls = PlayerTracker(TrackingConfig()), BallTracker(TrackingConfig())
    for frame in range(6):
        boxes = np.array([[100.0 + frame, 100, 160 + frame, 280], [400, 100, 460, 280]], np.float32)
        tracks = players.update(frame / 30, boxes, np.full(2, 0.9, np.float32), None, None, None)
        people = [Person(track.track_id, track.box, np.zeros(2)) for track in tracks]
        balls.update(frame / 30, np.array([[130.0 + frame, 180, 8, 0.8]], np.float32)[: frame % 3], None, people)
    assert all(before)
    assert [len(kernel.signatures) for kernel in kernels] == before
