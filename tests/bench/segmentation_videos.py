"""Shots of real videos as the box cuts them: through the pipeline with its own networks, release frames looked up by
eye in tests/bench/truth/shots.json.

Some shots' release lies before the video or outside the picture, so its frame is not known: what is told of such a shot
is neither right nor wrong, and is counted by itself.
"""

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
from edge.form.recorder import Recorder
from edge.pipeline import open_pipeline
from edge.types import FloatArray, ShotClip, ShotEvent, ShotPhase, Snapshot, TrackStatus
from tests.bench.segmentation_data import Stretch

# A found release belongs to a true one within so many frames.
MATCH_FRAMES = 8


@dataclass(slots=True)
class Watched:
    """One video: frames of the releases that are known, spans of frames in which a shot is under way whose release is
    not, each shot as its event told it with its clip or why there is none, and every track of every scene with the
    frames that its rows are."""

    name: str
    fps: float
    releases: list[int]
    unknown: list[tuple[int, int]]
    cut: list[tuple[ShotEvent, ShotClip | str]] = field(default_factory=list)
    tracks: list[tuple[list[int], Stretch]] = field(default_factory=list)


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
        watched = Watched(name, float(clip.get("fps", 30.0)), releases, unknown_spans(clip["shots"]))
        try:
            snapshots = list(_cut_events(watched, pipeline, source))
        finally:
            pipeline.close()
    watched.tracks = _tracks(name, snapshots)
    return watched


def unknown_spans(shots: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """First and last frame of the shots whose release is not known: from where the shot before is over to where the
    ball is at the rim."""
    spans, over = [], -1
    for shot in shots:
        at_rim = shot.get("rim_crossing")
        if shot["release"] is None and at_rim is not None:
            spans.append((over + 1, int(at_rim)))
        over = max(over, -1 if at_rim is None else int(at_rim))
    return spans


def _cut_events(watched: Watched, pipeline: Any, frames: Any) -> Iterator[Snapshot]:
    """The snapshots; of each new shot the clip as it can be cut at that moment, which is what an alert is made of."""
    recorder = Recorder()
    for frame in frames:
        step = pipeline.step(frame)
        recorder.update(step.snapshot)
        for event in step.events:
            if event.phase is ShotPhase.NEW:
                try:
                    watched.cut.append((event, recorder.cut(event)))
                except FormError as error:
                    watched.cut.append((event, str(error)))
        yield step.snapshot


def _tracks(name: str, snapshots: list[Snapshot]) -> list[tuple[list[int], Stretch]]:
    scenes: list[list[Snapshot]] = []
    for snapshot in snapshots:
        if not scenes or snapshot.scene_cut:
            scenes.append([])
        scenes[-1].append(snapshot)
    return [
        ([snapshot.index for snapshot in scene], Stretch(name, "videos", True, *_track(scene, track_id), ()))
        for scene in scenes
        for track_id in sorted({player.track_id for snapshot in scene for player in snapshot.players})
    ]


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
