"""The labelled clips of TAL3x3: real boxes of six players and what they do; the ball is laid where the labels have it.

A zip of trackid3x3 named TAL3x3* holds for each clip `bbox.json` (frame -> rows x1, y1, x2, y2 in shares of the
picture, always in the players' order) and `gt_CLIP.json` (start_frame, end_frame, event_type, player_id "a" or "a,
b"). Types, as the clip shows them: 1 pass from a to b, 2 steal by a from b, 3 shot, 4 block by a of b, 5 rebound, 6
drive by a past b, 7 dribble. Neither ball nor video is there: the ball lies in the hands of who has it by the
labels, flies over the middle of a pass, and rises and falls with a shot. Who passes to whom is of one team, who
steals from or drives past whom is not.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from calibration.court import THREE_BY_THREE
from edge.types import BallState, FloatArray, PlayerState, Snapshot, TrackStatus
from tests.bench.court_play import for_tuning
from tests.bench.event_games import TAL, TEAMS, Game
from tests.bench.mot import IntArray
from tests.bench.scripted_state import TrueEvent

_KINDS = {1: "pass", 2: "steal", 3: "shot", 4: "block", 5: "rebound", 6: "drive", 7: "dribble"}
_SIZE, _FRAMES_PER_S = (3840, 2160), 30.0
_FLIES = (0.35, 0.85)
_HANDS, _OVERHEAD, _FLOOR = 0.42, -0.15, 0.95
_STATURE_M, _RADIUS_M = 1.8, 0.12


def read_tal(root: Path) -> Iterator[Game]:
    """Every clip whose boxes and labels are there."""
    for path in sorted((root / "trackid3x3").glob("TAL3x3*.zip")):
        with zipfile.ZipFile(path) as archive:
            names = sorted(archive.namelist())
            boxes = next((name for name in names if name.endswith("bbox.json")), None)
            if boxes is None:
                continue
            frames = json.loads(archive.read(boxes))
            for name in names:
                stem = PurePosixPath(name).stem
                if stem.startswith("gt_") and name.endswith(".json"):
                    yield clip(stem.removeprefix("gt_"), frames, json.loads(archive.read(name)))


def clip(name: str, frames: dict[str, list[list[float]]], labels: list[dict[str, Any]]) -> Game:
    """One clip."""
    keys = sorted(key for key in frames if key.startswith(name))
    boxes = np.array([[row[:4] for row in frames[key]] for key in keys]) * np.array([*_SIZE, *_SIZE])
    events = [_event(label) for label in labels]
    team = teams(events, boxes.shape[1])
    ball = _lay(boxes, events)
    snapshots = [_snapshot(t, boxes[t], team, ball[t]) for t in range(len(boxes))]
    ids = {k + 1: k for k in range(boxes.shape[1])}
    return Game(name, TAL, for_tuning(name), snapshots, [ids] * len(boxes), THREE_BY_THREE, tuple(events), None, team)


def _event(label: dict[str, Any]) -> TrueEvent:
    players = [int(text) for text in str(label["player_id"]).split(",")]
    begin, end = (float(label[f"{edge}_frame"] - 1) / _FRAMES_PER_S for edge in ("start", "end"))
    return TrueEvent(_KINDS[int(label["event_type"])], begin, end, players[0], players[1] if len(players) > 1 else None)


def teams(events: list[TrueEvent], count: int) -> IntArray:
    """0 or 1 of each player, by whom he passes to or acts against; the first player's is 0."""
    side: dict[int, int] = {}
    for _ in range(count):
        for event in events:
            if event.to_player is None:
                continue
            turn = 0 if event.kind == "pass" else 1
            if event.player is not None and not side:
                side[event.player] = 0
            for one, other in ((event.player, event.to_player), (event.to_player, event.player)):
                if one in side and other is not None:
                    side.setdefault(other, side[one] ^ turn)
    few = int(sum(side.values()) < len(side) / 2)
    found = np.array([side.get(k, few) for k in range(count)])
    return np.asarray(found ^ found[0], np.int64)


def _lay(boxes: FloatArray, events: list[TrueEvent]) -> FloatArray:
    """The ball (T, 2) px."""
    ball = np.full((len(boxes), 2), np.nan)
    has = next((event.player for event in events if event.player is not None), 0) or 0
    t = 0
    for event in sorted(events, key=lambda one: one.start_s):
        begin, end = (min(int(at * _FRAMES_PER_S), len(boxes)) for at in (event.start_s, event.end_s))
        if event.player is None or event.kind in ("block", "drive", "dribble"):
            continue
        if event.kind in ("pass", "steal"):
            first, last = (begin + int(share * (end - begin)) for share in _FLIES)
            taker = event.to_player if event.kind == "pass" else event.player
            first = first if event.kind == "pass" else last - 3
            ball[t:first] = _hands(boxes[t:first], has, events, t)
            _throw(ball, boxes, first, last, _place(boxes[first, has]), _place(boxes[min(last, len(boxes) - 1), taker]))
            has, t = taker if taker is not None else has, last
        elif event.kind == "shot":
            release = begin + (end - begin) // 2
            ball[t:release] = _hands(boxes[t:release], has, events, t)
            t = release
        elif event.kind == "rebound":
            _throw(ball, boxes, t, begin, _place(boxes[t, has], _OVERHEAD), _place(boxes[begin, event.player]))
            has, t = event.player, begin
    ball[t:] = _hands(boxes[t:], has, events, t)
    return ball


def _place(box: FloatArray, share: float = _HANDS) -> FloatArray:
    return np.array([(box[0] + box[2]) / 2, box[1] + share * (box[3] - box[1])])


def _hands(boxes: FloatArray, has: int, events: list[TrueEvent], since: int) -> FloatArray:
    """In the hands, or off the floor and back where he is said to dribble or drive."""
    rows = np.array([_place(box[has]) for box in boxes]).reshape(-1, 2)
    for k, box in enumerate(boxes):
        now_s = (since + k) / _FRAMES_PER_S
        if any(e.kind in ("dribble", "drive") and e.player == has and e.start_s <= now_s < e.end_s for e in events):
            low = abs(np.sin(np.pi * now_s / 0.62)) ** 1.3
            rows[k] = (1 - low) * rows[k] + low * _place(box[has], _FLOOR)
    return rows


def _throw(ball: FloatArray, boxes: FloatArray, first: int, last: int, start: FloatArray, end: FloatArray) -> None:
    """A parabola of frames [first, last), by the fall's pixels where it is."""
    height = float(np.median(boxes[first, :, 3] - boxes[first, :, 1]))
    gravity = 9.81 * height / _STATURE_M
    seconds = max(last - first, 1) / _FRAMES_PER_S
    for t in range(first, min(last, len(ball))):
        share = (t - first + 1) / (last - first + 1)
        ball[t] = start + share * (end - start)
        ball[t, 1] -= 0.5 * gravity * seconds**2 * share * (1 - share)


def _snapshot(t: int, boxes: FloatArray, team: IntArray, ball: FloatArray) -> Snapshot:
    zero = np.zeros((2, 2))
    players = tuple(
        PlayerState(k + 1, box, np.zeros(2), zero, TrackStatus.CONFIRMED, 1.0, team=TEAMS[int(team[k])])
        for k, box in enumerate(boxes)
    )
    nearest = np.argmin(np.abs((boxes[:, 0] + boxes[:, 2]) / 2 - ball[0]))
    radius = float(_RADIUS_M / _STATURE_M * (boxes[nearest, 3] - boxes[nearest, 1]))
    state = BallState(ball, np.zeros(2), radius, zero, TrackStatus.CONFIRMED, 1.0)
    return Snapshot(t, t / _FRAMES_PER_S, _SIZE, players, state, np.array([[*ball, radius, 0.9]], np.float32), None)
