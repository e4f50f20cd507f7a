"""The paper's tables 1 and 3 (equations 11 and 12) for a scene whose truth is known.

A player's frame counts where at least half of him is in the picture. It is right where his own track is on him: the
boxes overlap by IoU 0.5, or the track's feet are within half a metre of where he stands. His own track is the first
confirmed one that was on him and was not somebody else's own (where there are several, pairs that overlap most are
taken first), and it remains his own for the whole scene: what any other track shows of him is wrong, until the first is
back on him. Frames before he has one are wrong. He is covered where any confirmed track is on him.

A ball's frame counts where its centre is in the picture, hidden or not. It is right where the followed ball is within
1.5 radii or 6 px, whichever is more, and is not said to be lost. Each frame is of one condition: occluded, where more
than half of the ball's disc cannot be seen; else fast, where it moved further in two frames than the paper's 30 px,
told for this picture's width (3840 there); else normal.

The mode is right where the state says the true one. The holder is right where, held or dribbled in truth, the state's
holder is the track that is on the true one in this frame, whatever number it should have. Of a ball that is lost or not
there, both are wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from edge.kernels.boxes import iou
from edge.types import BallMode, BallState, FloatArray, TrackStatus
from tests.bench.court_play import SIZE, Scene
from tests.bench.mot import feet
from tests.bench.play_followers import FrameFollowed, same

ANYBODY = "player_covered"
PLAYERS, BALL, MODE, HOLDER = "player_accuracy", "ball_accuracy", "ball_mode_accuracy", "ball_holder_accuracy"
NORMAL, FAST, OCCLUDED = "ball_accuracy_normal", "ball_accuracy_fast", "ball_accuracy_occluded"
KEYS = (PLAYERS, ANYBODY, BALL, NORMAL, FAST, OCCLUDED, MODE, HOLDER)
_IOU, _NEAR_M = 0.5, 0.5
_RADII, _LEAST_PX = 1.5, 6.0
_HIDDEN, _FAST_PX, _PAPER_WIDTH_PX = 0.5, 30.0, 3840
BoolArray = npt.NDArray[np.bool_]


@dataclass
class Score:
    """Frames by key, and pairs of true and told mode."""

    right: Counter[str] = field(default_factory=Counter)
    total: Counter[str] = field(default_factory=Counter)
    modes: Counter[tuple[str, str]] = field(default_factory=Counter)

    def count(self, key: str, right: BoolArray) -> None:
        self.right[key] += int(right.sum())
        self.total[key] += right.size

    def share(self, key: str) -> float:
        """NaN where nothing was counted."""
        return self.right[key] / self.total[key] if self.total[key] else float("nan")


def add(scores: Iterable[Score]) -> Score:
    """All of them as one."""
    found = Score()
    for score in scores:
        found.right += score.right
        found.total += score.total
        found.modes += score.modes
    return found


def score(scene: Scene, frames: list[FrameFollowed]) -> Score:
    """What was followed against the truth."""
    found = Score()
    own, any_track = players_right(scene, frames)
    found.count(PLAYERS, own[scene.seen])
    found.count(ANYBODY, any_track[scene.seen])
    _count_ball(found, scene, ball_right(scene, frames))
    told = [_mode(frame.ball) for frame in frames]
    mode = np.array([here is true for here, true in zip(told, scene.modes, strict=True)])
    found.count(MODE, mode[scene.in_picture])
    for here, true, counts in zip(told, scene.modes, scene.in_picture, strict=True):
        if counts:
            found.modes[true.value, "none" if here is None else here.value] += 1
    has = scene.in_picture & (scene.holder > 0)
    found.count(HOLDER, np.array([_holder(scene, frames[t], t) for t in np.flatnonzero(has).tolist()], np.bool_))
    return found


def score_joined(scene: Scene, candidates: list[FloatArray]) -> Score:
    """What the sightings of the true ball alone tell, joined by straight lines: what is between two of them is known
    only later, so that no tracker of a running play can be expected to be much better."""
    found = Score()
    seen = [(t, rows[n, :2]) for t, rows in enumerate(candidates) if (n := _true_ball(scene, rows, t)) is not None]
    if seen:
        times, places = np.array([t for t, _ in seen]), np.array([xy for _, xy in seen])
        every = np.arange(len(scene))
        joined = np.column_stack([np.interp(every, times, places[:, axis]) for axis in (0, 1)])
        _count_ball(found, scene, np.linalg.norm(joined - scene.ball_px, axis=1) <= reach_px(scene))
    return found


def _true_ball(scene: Scene, rows: FloatArray, t: int) -> int | None:
    """Which of the candidates (M, 4) of a frame is the ball, or None."""
    away = np.hypot(rows[:, 0] - scene.ball_px[t, 0], rows[:, 1] - scene.ball_px[t, 1])
    return int(np.argmin(away)) if len(away) and away.min() <= reach_px(scene)[t] else None


def _count_ball(found: Score, scene: Scene, right: BoolArray) -> None:
    kinds = conditions(scene)
    found.count(BALL, right[scene.in_picture])
    for key in (NORMAL, FAST, OCCLUDED):
        found.count(key, right[scene.in_picture & (kinds == key)])


def reach_px(scene: Scene) -> FloatArray:
    """How far from the ball the followed one may be, (T,) px."""
    return np.maximum(_RADII * scene.radius_px, _LEAST_PX)


def players_right(scene: Scene, frames: list[FrameFollowed]) -> tuple[BoolArray, BoolArray]:
    """(T, P): whether his own track is on him, and whether any is."""
    count = scene.boxes.shape[1]
    own: dict[int, int] = {}
    right, any_track = np.zeros((len(frames), count), bool), np.zeros((len(frames), count), bool)
    for t, frame in enumerate(frames):
        overlap = iou(frame.boxes, scene.boxes[t])
        floor = scene.camera.floor(feet(frame.boxes)) if len(frame.boxes) else np.zeros((0, 2))
        with np.errstate(invalid="ignore"):
            near = np.linalg.norm(floor[:, None] - scene.feet_m[t][None], axis=2) <= _NEAR_M
        on = (near | (overlap >= _IOU)) & scene.seen[t]
        rows, players = np.nonzero(on)
        for n in np.argsort(-overlap[rows, players], kind="stable"):
            track, player = frame.ids[rows[n]], int(players[n])
            if player not in own and track not in own.values():
                own[player] = track
        for row, who in zip(rows, players, strict=True):
            right[t, who] |= own.get(int(who)) == frame.ids[row]
        any_track[t] = on.any(axis=0)
    return right, any_track


def ball_right(scene: Scene, frames: list[FrameFollowed]) -> BoolArray:
    """(T,): whether the followed ball is where the ball is."""
    found, reach = np.zeros(len(frames), bool), reach_px(scene)
    for t, frame in enumerate(frames):
        if frame.ball is not None and frame.ball.status is not TrackStatus.LOST:
            away = float(np.hypot(*(frame.ball.xy_px - scene.ball_px[t])))
            found[t] = away <= reach[t]
    return found


def conditions(scene: Scene) -> npt.NDArray[np.str_]:
    """(T,) of NORMAL, FAST, OCCLUDED."""
    before = scene.ball_px[np.maximum(np.arange(len(scene)) - 2, 0)]
    with np.errstate(invalid="ignore"):
        fast = np.linalg.norm(scene.ball_px - before, axis=1) > _FAST_PX * SIZE[0] / _PAPER_WIDTH_PX
    return np.where(scene.hidden > _HIDDEN, OCCLUDED, np.where(fast, FAST, NORMAL))


def _mode(ball: BallState | None) -> BallMode | None:
    return None if ball is None or ball.status is TrackStatus.LOST else ball.mode


def _holder(scene: Scene, frame: FrameFollowed, t: int) -> bool:
    """Whether the one who is said to have the ball has it."""
    ball = frame.ball
    if ball is None or ball.status is TrackStatus.LOST or ball.holder_id not in frame.ids:
        return False
    boxes: FloatArray = np.where(scene.seen[t][:, None], scene.boxes[t], 0.0)
    who = same(frame.boxes[frame.ids.index(ball.holder_id)], boxes)
    return who is not None and who + 1 == scene.holder[t]
