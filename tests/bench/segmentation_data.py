"""Stretches of poses in which shots are looked for, and what is known of the shots in them.

shot_segmentation_longvid (any *.csv there): one video, upper body and ball relative to the hips' middle; `is_shot` is
on from the lift to the release. Its files state no frame rate: the ball falls by 1.6 px/frame^2 where a body of usual
proportions is 800 px tall, which makes 60 frames a second, so that is taken (times matter, pixels do not). A label
counts where the ball flies up after it (by `_flies_up`, which looks at the ball alone): four of 26 labels are on a
dribble or on a ball that is raised and lowered again, and two shots have none. Figures against the labels as they are
stand beside (`longvid_as_labelled_...`).

utd_mhad: skeletons of a depth camera (20 joints, 30 frames a second) seen from the camera; action 7 is a basketball
shot without a ball. It is not known when the hand would let go, so only shot or not counts.

Virtual play: every player's joints with the noise of a pose network, and the ball where it is seen.

Held out by the crc32 of the name: what is even was tuned on, what is odd is what the figures are of; of virtual play,
seeds below 9000 were tuned on. The odd half of utd_mhad is not quite untouched: a first rule that asked mark by mark
found 6 of its 10 shots, and what these lacked was the reason to weigh all marks together. The weights are of the even
half.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from zlib import crc32

import numpy as np
from scipy.io import loadmat

from edge.simulator import VirtualGym
from edge.simulator.truth import Truth
from edge.types import FloatArray
from tests.bench.form_real import KINECT

LONGVID_FPS, UTD_FPS = 60.0, 30.0
SHOOTS = 7
FIRST_SEED = 9000
_COLUMNS = (
    "NOSE", None, None, None, None, "LEFT_SHOULDER", "RIGHT_SHOULDER", "LEFT_ELBOW", "RIGHT_ELBOW", "LEFT_WRIST",
    "RIGHT_WRIST", "LEFT_HIP", "RIGHT_HIP", None, None, None, None,
)  # fmt: skip
_POSE_NOISE = 0.008
# A shot counts where so much is seen after its release.
_AFTER_FRAMES = 15


@dataclass(frozen=True, slots=True)
class KnownShot:
    """Frames of a stretch: lift is where a label begins or the gather; release the first frame with the hand off, None
    where that is not known."""

    lift: int | None
    release: int | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """times_s (T,), keypoints (T, 17, 3), ball (T, 2) or None; `shots` in it, and `labels` as the data had them."""

    name: str
    source: str
    held_out: bool
    times_s: FloatArray
    keypoints: FloatArray
    ball: FloatArray | None
    shots: tuple[KnownShot, ...]
    labels: tuple[KnownShot, ...] = ()


def is_held_out(name: str) -> bool:
    return bool(crc32(name.encode()) % 2)


def longvid(folder: Path) -> Iterator[Stretch]:
    """The video cut halfway between labels."""
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        keypoints, ball = _upper_body(rows), _ball(rows)
        numbers = np.array([int(float(row["shot_id"] or 0)) for row in rows])
        labels = [np.flatnonzero(numbers == number) for number in sorted(set(numbers) - {0})]
        known = [KnownShot(int(rows_of[0]), int(rows_of[-1]) + 1) for rows_of in labels]
        begins = [int(rows_of[0]) for rows_of in labels]
        lasts = [int(rows_of[-1]) for rows_of in labels]
        ends = [0, *((last + begin) // 2 for last, begin in zip(lasts, begins[1:], strict=False)), len(rows)]
        flights = _flights(keypoints, ball)
        for n, (start, end) in enumerate(pairwise(ends)):
            name = f"{path.stem}/{n}"
            here = [shot for shot in known if shot.release is not None and start <= shot.release < end]
            real = [_true_shot(flight, here) for flight in flights if start <= flight < end]
            yield Stretch(
                name, "longvid", is_held_out(name), np.arange(end - start) / LONGVID_FPS, keypoints[start:end],
                ball[start:end], tuple(_from(shot, start) for shot in real), tuple(_from(shot, start) for shot in here),
            )  # fmt: skip


def _from(shot: KnownShot, start: int) -> KnownShot:
    lift = None if shot.lift is None else shot.lift - start
    return KnownShot(lift, None if shot.release is None else shot.release - start)


def _true_shot(flight: int, labels: list[KnownShot]) -> KnownShot:
    """The label that ends where a flight begins, or the flight alone."""
    return next((s for s in labels if s.release is not None and abs(s.release - flight) <= 8), KnownShot(None, flight))


def _upper_body(rows: list[dict[str, str]]) -> FloatArray:
    out = np.full((len(rows), 17, 3), np.nan)
    for joint, name in enumerate(_COLUMNS):
        if name is not None:
            for axis, letter in enumerate("xy"):
                out[:, joint, axis] = [float(row[f"{name}_pos_{letter}"] or "nan") for row in rows]
            out[:, joint, 2] = 0.9
    nobody = (np.nan_to_num(out[:, 5:13, :2]) == 0).all(axis=(1, 2))
    out[nobody] = np.nan
    return out


def _ball(rows: list[dict[str, str]]) -> FloatArray:
    places = [row["sports_ball_positions"].split(",") for row in rows]
    return np.array([[float(p[0]), float(p[1])] if len(p) == 2 else [np.nan, np.nan] for p in places])


def _flights(keypoints: FloatArray, ball: FloatArray) -> list[int]:
    """First frames of the ball's flights up and away from hands over the head: where it is more than a hand and its
    own radius (0.16 statures) from both wrists, having been above the head at a wrist within the quarter second before
    (or come from nowhere above the head), and goes on up by half a body."""
    trunk = np.hypot(*(keypoints[:, 5:7, :2].mean(axis=1) - keypoints[:, 11:13, :2].mean(axis=1)).T)
    stature = float(np.nanmedian(trunk)) / 0.274
    away = np.nanmin(
        np.nan_to_num(np.hypot(*np.moveaxis(keypoints[:, 9:11, :2] - ball[:, None], -1, 0)), nan=1e9), axis=1
    )
    head = keypoints[:, 0, 1]
    hands = np.fmin(keypoints[:, 9, 1], keypoints[:, 10, 1])
    found: list[int] = []
    for k in range(2, len(ball) - 12):
        if not (0.16 * stature < away[k] < 0.45 * stature and hands[k] < head[k] and ball[k, 1] < hands[k]):
            continue
        later = ball[k : k + 10, 1]
        later = later[np.isfinite(later)]
        rises = len(later) >= 5 and later[-1] < later[0] - 0.35 * stature and (np.diff(later) < 0).all()
        near = away[max(0, k - 3) : k] <= 0.16 * stature
        if rises and near.any() and (not found or k - found[-1] > 30):
            found.append(k)
    return found


def utd(folder: Path) -> Iterator[Stretch]:
    for path in sorted(folder.glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            for name in sorted(archive.namelist()):
                action = re.search(r"a(\d+)_s(\d+)_t(\d+)\w*\.mat$", name)
                if action is None:
                    continue
                joints = loadmat(io.BytesIO(archive.read(name)))["d_skel"]
                shots = (KnownShot(None, None),) if int(action[1]) == SHOOTS else ()
                key = Path(name).stem
                times = np.arange(joints.shape[2]) / UTD_FPS
                yield Stretch(key, "utd", is_held_out(key), times, _from_kinect(joints), None, shots, shots)


def _from_kinect(joints: FloatArray) -> FloatArray:
    """(20, 3, T) m, x to the picture's left, y up, z away from the camera -> (T, 17, 3) as a camera of 600 px focal
    length sees it."""
    out = np.full((joints.shape[2], 17, 3), np.nan)
    for coco, kinect in KINECT.items():
        x, y, z = joints[kinect]
        out[:, coco] = np.stack([-600 * x / z, -600 * y / z, np.full(len(x), 0.9)], axis=1)
    return out


def virtual(seeds: range, seconds: float, scenarios: tuple[str, ...] = ("practice", "threes")) -> Iterator[Stretch]:
    """Every player of virtual play, 30 frames a second."""
    for seed in seeds:
        for scenario in scenarios:
            gym = VirtualGym(scenario, seed, 1280, 720, 30.0)
            truths = list(islice(gym.play(), int(30 * seconds)))
            for player in truths[0].players:
                yield _player_stretch(f"{scenario} {seed} {player.player_id}", seed, player.player_id, truths)


def _player_stretch(name: str, seed: int, player_id: int, truths: list[Truth]) -> Stretch:
    rng = np.random.default_rng([seed, player_id, 7])
    players = [truth.player(player_id) for truth in truths]
    keypoints = np.stack([np.column_stack([p.keypoints_px, np.where(p.visible, 0.8, 0.35)]) for p in players])
    height = np.ptp(keypoints[:, :, 1], axis=1).mean() * 1.1
    hidden = keypoints[..., 2:] < 0.5
    noise = rng.normal(0, _POSE_NOISE * height, keypoints[..., :2].shape) * np.where(hidden, 3.0, 1.0)
    keypoints[..., :2] += noise
    # What lies outside the picture is not there for a pose network.
    inside = (keypoints[..., 0] > 0) & (keypoints[..., 0] < 1280) & (keypoints[..., 1] > 0) & (keypoints[..., 1] < 720)
    keypoints[~inside] = np.nan
    ball = np.array(
        [t.ball.centre_px if t.ball is not None and t.ball.hidden_share < 0.6 else (np.nan,) * 2 for t in truths]
    )
    mine = [shot for shot in truths[-1].shots if shot.player_id == player_id]
    # What is going on at the end belongs to no stretch.
    whole = [s for s in mine if s.release_index is not None and s.release_index < len(truths) - _AFTER_FRAMES]
    end = min((s.gather_index for s in mine if s not in whole), default=len(truths))
    shots = tuple(KnownShot(shot.gather_index, shot.release_index) for shot in whole)
    times = np.array([truth.time_s for truth in truths])
    return Stretch(name, "virtual", seed >= FIRST_SEED, times[:end], keypoints[:end], ball[:end], shots, shots)
