"""Real shots as the encoder sees them: skeletons of a depth camera, and one man's free throws from virtual cameras.

Nothing was trained or chosen on either.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.io import loadmat

from edge.form.errors import FormError
from edge.form.motion import open_motion
from edge.form.normalise import clean, normalise, views
from edge.form.phases import find_phases
from edge.form.sides import Hand
from edge.form.virtual import View
from edge.simulator.body import (
    FOREARM,
    HIP_HALF,
    SHANK,
    SHOULDER_HALF,
    THIGH,
    TRUNK_LENGTH,
    UPPER_ARM,
)
from edge.simulator.pose_noise import MEASURED, see, self_hidden
from edge.simulator.shooters import proportioned
from edge.types import FloatArray, FormSequence, ShotClip

_FOOT_M, UTD_FPS, SPL_FPS = 0.3048, 30.0, 30.0
SHOOTS = 7
# COCO joints among the depth camera's 20; it has a head and no face: the head stands for the nose.
KINECT = {0: 0, 5: 4, 6: 8, 7: 5, 8: 9, 9: 6, 10: 10, 11: 12, 12: 16, 13: 13, 14: 17, 15: 14, 16: 18}
_REFERENCE_M = (HIP_HALF, THIGH, SHANK, TRUNK_LENGTH, SHOULDER_HALF, UPPER_ARM, FOREARM, 0.22)
_SPL_JOINTS = (
    "NOSE", "L_EYE", "R_EYE", "L_EAR", "R_EAR", "L_SHOULDER", "R_SHOULDER", "L_ELBOW", "R_ELBOW", "L_WRIST", "R_WRIST",
    "L_HIP", "R_HIP", "L_KNEE", "R_KNEE", "L_ANKLE", "R_ANKLE",
)  # fmt: skip
# The ball has left the hands where it is this far from the nearer wrist, m.
_HELD_M = 0.34


@dataclass(frozen=True, slots=True)
class Kinect:
    """One recording of the depth camera: person, trial, joints_m (T, 17, 3) with x to the picture's left (so
    that the right hand of who faces it is there), y up, z away from the camera; joints that it has not are NaN."""

    person: int
    trial: int
    joints_m: FloatArray


def read_utd(folder: Path, action: int = SHOOTS) -> list[Kinect]:
    """All recordings of one action in all archives of the folder, by person and trial."""
    found = []
    for path in sorted(folder.glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                parts = re.search(r"a(\d+)_s(\d+)_t(\d+)\w*\.mat$", name)
                if parts is not None and int(parts[1]) == action:
                    joints = np.asarray(loadmat(io.BytesIO(archive.read(name)))["d_skel"], dtype=np.float64)
                    out = np.full((joints.shape[2], 17, 3), np.nan)
                    for coco, kinect in KINECT.items():
                        out[:, coco] = joints[kinect].T
                    found.append(Kinect(int(parts[2]), int(parts[3]), out))
    return sorted(found, key=lambda one: (one.person, one.trial))


def bone_lengths(joints_m: FloatArray) -> FloatArray:
    """Median lengths (8,) m over a recording (T, 17, 3), in the order of `edge.simulator.shooters.BONES`."""
    p = joints_m
    hips, neck = p[:, [11, 12]].mean(axis=1), p[:, [5, 6]].mean(axis=1)

    def length(a: FloatArray, b: FloatArray) -> float:
        return float(np.median(np.linalg.norm(a - b, axis=-1)))

    def both(a: int, b: int) -> float:
        return (length(p[:, a], p[:, b]) + length(p[:, a + 1], p[:, b + 1])) / 2

    return np.array(
        [
            length(p[:, 11], p[:, 12]) / 2, both(11, 13), both(13, 15), length(hips, neck),
            length(p[:, 5], p[:, 6]) / 2, both(5, 7), both(7, 9), length(neck, p[:, 0]),
        ]
    )  # fmt: skip


def of_usual_build(joints_m: FloatArray) -> FloatArray:
    """The same motion with every bone as long as a usual body's."""
    return proportioned(joints_m, np.array(_REFERENCE_M) / bone_lengths(joints_m))


def utd_clip(one: Kinect) -> ShotClip:
    """As the depth camera's own lens saw it, body size taken out in 3D. Raises FormError where no shot is found."""
    joints = of_usual_build(one.joints_m)
    px = np.stack([640 - 600 * joints[..., 0] / joints[..., 2], 360 - 600 * joints[..., 1] / joints[..., 2]], axis=-1)
    keypoints = np.concatenate([px, np.where(np.isfinite(px[..., :1]), 0.9, 0.0)], axis=-1)
    stature_px = 600 * 1.9 / float(np.nanmedian(joints[..., 2]))
    return _cut(np.arange(len(px)) / UTD_FPS, keypoints, None, stature_px)


def _cut(times_s: FloatArray, keypoints: FloatArray, ball: FloatArray | None, stature_px: float) -> ShotClip:
    """Gather and release as the box finds them. Raises FormError."""
    phases = find_phases(open_motion(times_s, keypoints, ball, stature_px))
    rows = [int(np.argmin(np.abs(times_s - at))) for at in (phases.gather_s, phases.set_point_s, phases.release_s)]
    where = np.full((len(times_s), 2), np.nan) if ball is None else ball
    return ShotClip(
        "real", None, 0, times_s, keypoints, where, rows[0], rows[1], rows[2], None, stature_px,
        gather_s=phases.gather_s, release_s=phases.release_s,
    )  # fmt: skip


def sequences(
    clips: list[ShotClip], hands: Sequence[Hand | None] | None = None
) -> tuple[list[FormSequence], npt.NDArray[np.bool_]]:
    """Those that can be compared, and which they are; hands: where they are known."""
    out, kept = [], np.zeros(len(clips), dtype=bool)
    for number, (clip, hand) in enumerate(zip(clips, hands or [None] * len(clips), strict=True)):
        try:
            out.append(normalise(clip, hand=hand))
            kept[number] = True
        except FormError:
            continue
    return out, kept


def usual_hands(clips: list[ShotClip], people: list[int]) -> list[Hand]:
    """Of each clip's person the hand that most of his clips show, as the box asks it when somebody is enrolled."""
    told: dict[int, list[bool]] = {}
    for clip, person in zip(clips, people, strict=True):
        told.setdefault(person, []).append(views(clip, clean(clip)).hand == "left")
    return ["left" if np.mean(told[person]) > 0.5 else "right" for person in people]


def raw_dtw(first: FloatArray, second: FloatArray) -> float:
    """Dynamic time warping of motions (T, 17, 3) relative to the hips: the joints' mean distance on the best way."""
    a, b = (_relative(one) for one in (first, second))
    cost = np.linalg.norm(a[:, None] - b[None], axis=-1).mean(axis=-1)
    total = np.full((len(a) + 1, len(b) + 1), np.inf)
    total[0, 0] = 0.0
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            total[i, j] = cost[i - 1, j - 1] + min(total[i - 1, j], total[i, j - 1], total[i - 1, j - 1])
    return float(total[-1, -1] / (len(a) + len(b)))


def _relative(joints_m: FloatArray) -> FloatArray:
    known = joints_m[:, list(KINECT)]
    return np.asarray(known - joints_m[:, [11, 12]].mean(axis=1, keepdims=True))


@dataclass(frozen=True, slots=True)
class Throw:
    """A free throw in a frame as the virtual shooters' (x to the ring): joints_m (T, 17, 3), ball_m (T, 3), NaN where
    it was not seen; release_s; whether it went in."""

    times_s: FloatArray
    joints_m: FloatArray
    ball_m: FloatArray
    release_s: float
    made: bool


def read_throws(folder: Path) -> list[Throw]:
    """All throws of all recordings (*.npz) of the folder whose release was seen."""
    throws = []
    for file in sorted(folder.glob("*.npz")):
        with np.load(file) as data:
            order = [list(data["joint_names"]).index(name) for name in _SPL_JOINTS]
            for k in range(len(data["made"])):
                joints = _FOOT_M * data["joints_ft"][k][:, order].astype(np.float64)
                ball = _FOOT_M * data["ball_ft"][k].astype(np.float64)
                throw = _throw(joints, ball, bool(data["made"][k]))
                if throw is not None:
                    throws.append(throw)
    return throws


def _throw(joints: FloatArray, ball: FloatArray, made: bool) -> Throw | None:
    whole = np.isfinite(joints).all(axis=(1, 2))
    away = np.linalg.norm(joints[:, [9, 10]] - ball[:, None], axis=-1).min(axis=1)
    held = np.flatnonzero(whole & (away < _HELD_M))
    if len(held) < 20:
        return None
    release = int(held[-1]) + 1
    rows = np.arange(max(0, release - 60), min(len(joints), release + 15))
    rows = rows[whole[rows]]
    hips = joints[release - 1, [11, 12]].mean(axis=0)
    left = joints[release - 1, 5] - joints[release - 1, 6]
    # He throws the way that the ball flies.
    flown = ball[min(release + 3, len(ball) - 1)] - ball[release - 1]
    ahead = flown[:2] if np.isfinite(flown).all() else np.array([left[1], -left[0]])
    ahead = ahead / np.linalg.norm(ahead)
    turn = np.array([[ahead[0], ahead[1], 0.0], [-ahead[1], ahead[0], 0.0], [0.0, 0.0, 1.0]])
    origin = np.array([hips[0], hips[1], 0.0])
    return Throw(
        rows / SPL_FPS, (joints[rows] - origin) @ turn.T, (ball[rows] - origin) @ turn.T, release / SPL_FPS, made
    )


def film_throw(throw: Throw, view: View, rng: np.random.Generator, amount: float = 1.0) -> ShotClip:
    """As a camera and the pose network see it, gather and release as the box finds them. Raises FormError."""
    camera = view.camera()
    px, ball = camera.project(throw.joints_m)[0], camera.project(throw.ball_m)[0]
    ends = camera.project(np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 1.9]]))[0]
    stature_px = float(np.hypot(*(ends[1] - ends[0])))
    hidden = self_hidden(throw.joints_m, camera.centre)
    keypoints = see(px, hidden, throw.times_s, stature_px, MEASURED, rng, amount)
    return _cut(throw.times_s, keypoints, ball + rng.normal(0.0, 0.01 * stature_px, ball.shape), stature_px)
