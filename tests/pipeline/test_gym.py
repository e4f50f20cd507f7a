"""The whole pipeline with the shipped networks on the virtual gym: nothing injected, truth against findings."""

from __future__ import annotations

import numpy as np
import pytest

from edge.config import Config
from edge.pipeline import open_pipeline
from edge.simulator import EventKind, VirtualGym
from edge.types import ShotPhase

FRAMES = 140


@pytest.fixture(scope="module")
def practice():  # type: ignore[no-untyped-def]
    gym = VirtualGym("practice", 0, 1280, 720, 30.0)
    pipeline = open_pipeline(Config(), gym.calibration)
    steps, truths = [], []
    for frame, truth in gym.frames():
        steps.append(pipeline.step(frame))
        truths.append(truth)
        if frame.index + 1 >= FRAMES:
            break
    last = pipeline.finish()
    pipeline.close()
    return steps, truths, last


def test_the_shot_is_found_with_release_shooter_and_outcome(practice) -> None:  # type: ignore[no-untyped-def]
    steps, truths, last = practice
    events = [event for step in steps for event in step.events] + list(last)
    kinds = [(event.kind, event.index) for truth in truths for event in truth.events]
    release = next(index for kind, index in kinds if kind is EventKind.SHOT_RELEASED)
    made = any(kind is EventKind.SHOT_MADE for kind, _ in kinds)
    ended = [event for event in events if event.phase is ShotPhase.END]
    assert len(ended) == 1
    assert abs(ended[0].release_index - release) <= 3
    assert ended[0].outcome is not None
    assert (ended[0].outcome.value == "made") == made
    assert ended[0].player_id is not None


def test_the_player_stands_where_the_truth_says(practice) -> None:  # type: ignore[no-untyped-def]
    steps, truths, _ = practice
    errors = []
    for step, truth in zip(steps[10:], truths[10:], strict=True):
        if step.snapshot.players and truth.players:
            box = step.snapshot.players[0].box
            true = np.asarray(truth.players[0].box)
            errors.append(np.abs((box[:2] + box[2:]) / 2 - (true[:2] + true[2:]) / 2).max() / (true[3] - true[1]))
    assert len(errors) > 100
    assert np.median(errors) < 0.06


def test_everything_but_the_first_frame_continues_the_scene(practice) -> None:  # type: ignore[no-untyped-def]
    steps, _, _ = practice
    assert [step.snapshot.index for step in steps if step.snapshot.scene_cut] == [0]
