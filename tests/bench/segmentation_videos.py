"""Shots of real videos as the box cuts them: through the pipeline with its own networks, release frames looked up by
eye in tests/bench/truth/shots.json."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from calibration.model import Calibration, RimBox
from edge.capture import open_source
from edge.config import parse
from edge.form.errors import FormError
from edge.form.find import find_shots
from edge.form.recorder import Recorder
from edge.pipeline import open_pipeline
from edge.types import FloatArray, ShotClip, ShotEvent, ShotPhase, Snapshot, TrackStatus

# A found release belongs to a true one within so many frames.
MATCH_FRAMES = 8


@dataclass(slots=True)
class Watched:
    """One video: each shot as its event told it, its clip or why there is none; and, of each scene and track, frames
    and joints in which shots are looked for without any event."""

    name: str
    fps: float
    releases: list[int]
    cut: list[tuple[ShotEvent, ShotClip | str]] = field(default_factory=list)
    found: list[int] = field(default_factory=list)


def watch(name: str, video: Path, clip: dict[str, Any]) -> Watched:
    """The video from start to end, frame by frame. clip: its entry in the truth file."""
    config = parse({"source": {"uri": str(video), "realtime": False}}, "benchmark")
    rim = None
    if clip.get("rim") is not None:
        x, y, width, height = clip["rim"]
        rim = RimBox(x=x, y=y, width=width, height=height, frame=clip.get("rim_frame", 0))
    releases = [shot["release"] for shot in clip["shots"] if shot["release"] is not None]
    with open_source(config.source) as source:
        pipeline = open_pipeline(config, Calibration(image_size=(source.info.width, source.info.height), rim=rim))
        watched = Watched(name, float(clip.get("fps", 30.0)), releases)
        try:
            snapshots = list(_cut_events(watched, pipeline, source))
        finally:
            pipeline.close()
    watched.found = _by_pose(snapshots)
    return watched


def _cut_events(watched: Watched, pipeline: Any, frames: Any) -> Iterator[Snapshot]:
    """The snapshots; of each new shot the clip as it can be cut at that moment, which is what an alert is made of."""
    recorder = Recorder()
    for frame in frames:
        step = pipeline.step(frame)
        recorder.update(step.snapshot)
        for event in step.events:
            if event.phase is ShotPhase.NEW and event.evidence.get("release_seen") == "yes":
                try:
                    watched.cut.append((event, recorder.cut(event)))
                except FormError as error:
                    watched.cut.append((event, str(error)))
        yield step.snapshot


def _by_pose(snapshots: list[Snapshot]) -> list[int]:
    """Frames of the releases that poses and ball alone tell, of whoever is seen, without events."""
    scenes: list[list[Snapshot]] = []
    for snapshot in snapshots:
        if not scenes or snapshot.scene_cut:
            scenes.append([])
        scenes[-1].append(snapshot)
    found = []
    for scene in scenes:
        for track_id in {player.track_id for snapshot in scene for player in snapshot.players}:
            times_s, keypoints, ball = _track(scene, track_id)
            spans = find_shots(times_s, keypoints, ball)
            found += [scene[int(np.searchsorted(times_s, span.release_s - 1e-6))].index for span in spans]
    return sorted(found)


def _track(scene: list[Snapshot], track_id: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    keypoints = np.full((len(scene), 17, 3), np.nan)
    ball = np.full((len(scene), 2), np.nan)
    for row, snapshot in enumerate(scene):
        move = np.eye(2, 3) if snapshot.scene_from_image is None else snapshot.scene_from_image
        player = next((p for p in snapshot.players if p.track_id == track_id), None)
        if player is not None and player.keypoints is not None:
            keypoints[row] = player.keypoints
            keypoints[row, :, :2] = player.keypoints[:, :2] @ move[:, :2].T + move[:, 2]
        if snapshot.ball is not None and snapshot.ball.status in (TrackStatus.CONFIRMED, TrackStatus.TENTATIVE):
            ball[row] = move[:, :2] @ snapshot.ball.xy_px + move[:, 2]
    return np.array([snapshot.time_s for snapshot in scene]), keypoints, ball
