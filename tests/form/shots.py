"""Clips, players and snapshots as tests of form need them."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import numpy as np

from edge.form.analyse import FormAnalyser
from edge.form.errors import FormError
from edge.form.gallery import Gallery
from edge.form.measure import Measured
from edge.form.sides import Hand
from edge.types import (
    FloatArray,
    FormSequence,
    PlayerState,
    ShotClip,
    ShotEvent,
    ShotPhase,
    Snapshot,
    TrackStatus,
)

NOW = datetime(2026, 3, 1, 17, 2, tzinfo=timezone.utc)


def a_player(track_id: int) -> PlayerState:
    """Somebody who stands there."""
    return PlayerState(
        track_id, np.array([10.0, 10.0, 60.0, 160.0]), np.zeros(2), np.eye(2), TrackStatus.CONFIRMED, 0.9
    )  # fmt: skip


def a_snapshot(time_s: float, players: tuple[PlayerState, ...]) -> Snapshot:
    """Without a ball."""
    return Snapshot(int(30 * time_s), time_s, (640, 360), players, None, np.zeros((0, 4), np.float32), None)


def a_clip() -> ShotClip:
    """A second at 30 frames/s in which nobody moves."""
    keypoints = np.ones((30, 17, 3))
    return ShotClip("s", 1, 0, np.arange(30) / 30, keypoints, np.ones((30, 2)), 3, 20, 27, None, 100.0)


class Encoder:
    """The elbow's place, and some noise, are the fingerprint."""

    name = "made-up"

    def embed(self, sequence: FormSequence) -> FloatArray:
        row = np.concatenate([[1.0], 3 * sequence.pose[::8, 8].ravel()])
        return np.asarray(row / np.linalg.norm(row), np.float32)


class Recorder:
    """Cuts what the test says."""

    def __init__(self) -> None:
        self.clip: ShotClip | str = a_clip()
        self.seen = 0

    def update(self, snapshot: Snapshot) -> None:
        self.seen += 1

    def cut(self, event: ShotEvent, hand: Hand | None = None) -> ShotClip:
        if isinstance(self.clip, str):
            raise FormError(self.clip)
        return self.clip


class Gym:
    """Players with forms of their own; shots by request."""

    def __init__(self, path: Path) -> None:
        self.gallery = Gallery(path)
        self.recorder = Recorder()
        self.analyser = FormAnalyser(self.gallery, Encoder(), self.recorder, self._measure, lambda: NOW)
        self._rng = np.random.default_rng(1)
        self._form: FloatArray | float = 0.0
        self._shots, self.time_s = 0, 0.0
        self.hands: list[Hand] = []
        self.view_rad = 1.57
        self.unseen: Hand | None = None

    def _measure(self, clip: ShotClip, hand: Hand) -> Measured:
        self.hands.append(hand)
        if hand == self.unseen:
            raise FormError(f"the {hand} wrist was not seen at the release")
        pose = np.zeros((64, 17, 2)) + self._form + self._rng.normal(0.0, 0.01, (64, 17, 2))
        return Measured(
            FormSequence(pose, np.ones((64, 17), bool), 0.8, view_rad=self.view_rad),
            {"view_rad": self.view_rad, "elbow_release_deg": 171.4},
            46,
        )

    def shoot(self, form: FloatArray, track: int, players: int = 2):  # type: ignore[no-untyped-def]
        self._form = form
        self._shots += 1
        self.time_s += 5.0
        event = ShotEvent(f"s-{self._shots}", ShotPhase.NEW, 10, self.time_s, track, None, 0.9)
        seen = tuple(a_player(number) for number in range(players))
        told = self.analyser.update(a_snapshot(self.time_s + 0.2, seen), [event])
        return next(report for report in told if report.phase == "new")

    def later(self, after_s: float, *events: ShotEvent):  # type: ignore[no-untyped-def]
        return self.analyser.update(a_snapshot(self.time_s + after_s, ()), events)
