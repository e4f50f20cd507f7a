"""Frames of a scene, drawn to be looked at: the truth, what was seen, what was followed."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from edge.types import FloatArray, Image, TrackStatus
from tests.bench.court_play import SIZE, Scene
from tests.bench.court_sightings import Sightings
from tests.bench.play_followers import FrameFollowed

_TEAMS = ((200, 140, 60), (60, 160, 60))
_GREY, _WHITE, _ORANGE, _RED, _YELLOW = (90, 90, 90), (255, 255, 255), (0, 140, 255), (40, 40, 230), (0, 230, 230)
_FRAMES = 6


def draw(folder: Path, seen: Sightings, frames: list[FrameFollowed]) -> list[Path]:
    """A few frames of the scene, evenly spread, as PNG in the folder; where they lie."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for t in np.linspace(len(frames) // 10, len(frames) - 1, _FRAMES).astype(int):
        path = folder / f"{seen.scene.source}_{seen.scene.name}_{t:04d}.png"
        cv2.imwrite(str(path), picture(seen, frames[t], int(t)))
        paths.append(path)
    return paths


def picture(seen: Sightings, frame: FrameFollowed, t: int) -> Image:
    """True boxes filled in the teams' colours; boxes seen white; tracks yellow with their numbers; the true ball
    orange, hollow where it is hidden; its candidates red with their confidence; the followed ball a yellow cross, grey
    where it is lost; wrists as dots."""
    scene = seen.scene
    image: Image = np.full((SIZE[1], SIZE[0], 3), 30, np.uint8)
    _court(image, scene)
    for p in np.argsort(scene.boxes[t][:, 3]):
        if scene.seen[t, p]:
            low, high = _corners(scene.boxes[t, p])
            colour = tuple(int(part * 0.6) for part in _TEAMS[int(scene.team[p])])
            cv2.rectangle(image, low, high, colour, -1)
            _text(image, f"{p + 1}", (low[0] + 2, high[1] - 4), _WHITE)
    for box in seen.boxes[t]:
        cv2.rectangle(image, *_corners(box), _WHITE, 1)
    for number, box in zip(frame.ids, frame.boxes, strict=True):
        low, high = _corners(box)
        cv2.rectangle(image, low, high, _YELLOW, 1)
        _text(image, f"#{number}", (low[0] + 2, low[1] - 3), _YELLOW)
    for wrist in seen.wrists_px[t].reshape(-1, 2):
        if np.isfinite(wrist).all():
            cv2.circle(image, _point(wrist), 2, _WHITE, -1)
    _ball(image, seen, frame, t)
    words = f"{scene.name} {t}: {scene.modes[t].value} by {scene.holder[t]}, hidden {scene.hidden[t]:.2f}"
    if frame.ball is not None:
        mode = "-" if frame.ball.mode is None else frame.ball.mode.value
        words += f"; followed: {frame.ball.status.value} {mode} by #{frame.ball.holder_id}"
    _text(image, words, (8, 16), _WHITE)
    return image


def _ball(image: Image, seen: Sightings, frame: FrameFollowed, t: int) -> None:
    scene = seen.scene
    if scene.in_picture[t]:
        whole = scene.hidden[t] <= 0.5
        radius = max(2, round(float(scene.radius_px[t])))
        cv2.circle(image, _point(scene.ball_px[t]), radius, _ORANGE, -1 if whole else 1)
    for x, y, radius, sure in seen.candidates[t]:
        cv2.circle(image, _point(np.array([x, y])), round(float(radius)) + 2, _RED, 1)
        _text(image, f"{sure:.2f}", (int(x + radius) + 3, int(y)), _RED)
    if frame.ball is not None:
        lost = frame.ball.status is TrackStatus.LOST
        cv2.drawMarker(image, _point(frame.ball.xy_px), _GREY if lost else _YELLOW, cv2.MARKER_CROSS, 16, 2)


def _court(image: Image, scene: Scene) -> None:
    for line in scene.court.half_court_lines():
        floor = np.column_stack([line, np.zeros(len(line))]) if line.shape[1] == 2 else line
        _curve(image, scene.camera.project(floor)[0])
    _curve(image, scene.camera.project(scene.court.ring())[0])


def _curve(image: Image, px: FloatArray) -> None:
    for first, second in pairwise(px):
        if np.isfinite([*first, *second]).all() and np.abs([*first, *second]).max() < 1e4:
            cv2.line(image, _point(first), _point(second), _GREY, 1, cv2.LINE_AA)


def _point(xy: FloatArray) -> tuple[int, int]:
    return int(xy[0]), int(xy[1])


def _corners(box: FloatArray) -> tuple[tuple[int, int], tuple[int, int]]:
    return _point(box[:2]), _point(box[2:])


def _text(image: Image, words: str, at: tuple[int, int], colour: tuple[int, int, int]) -> None:
    cv2.putText(image, words, at, cv2.FONT_HERSHEY_SIMPLEX, 0.42, colour, 1, cv2.LINE_AA)
