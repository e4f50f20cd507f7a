"""A shot from gather to release as 64 frames that can be compared with another's (paper 000, section 3.2).

Method `body` (the box's own). The result does not say, as far as a picture allows:
- where in the picture the player stood, how near, how tall he is, how long his limbs are: the origin is the middle of
  his hips at the gather, and every limb is rescaled to a usual body's length (body height 1). A limb's true length in
  the picture is taken as an upper percentile of its lengths over the whole clip, since foreshortening only shortens; so
  a limb that points at the camera for a while stays short for that while. Shoulders' and hips' width are never
  measured, since in a view from the side they are not there: they are scaled as the trunk and legs are.
- which arm or leg the pose network took for the other on single frames (`swaps`), as it does from the side.
- which hand he shoots with: a left-handed player's picture is mirrored, left and right exchanged.
- which side the camera is on: who looks to the left is mirrored to look to the right. From far away and level with
  him, both views show the same. A view from in front stays one from in front; only who looks clearly to the left is
  mirrored, so that views about the front do not fall on both sides by chance.
- when he started, at which frame rate he was seen: time runs evenly from gather to release.
It does say: how long the shot took (`duration_s`); how he dips, jumps and drifts, since the origin stays where the hips
were at the gather (in the legs' own scale); where in front, to the side or behind the camera saw him from; how high it
hangs; and the lens's perspective.

Method `paper`: relative to the left shoulder on every frame, pixels times a constant, nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from edge.form.errors import FormError
from edge.form.motion import LEAST_CONFIDENCE, PERCENTILE, body_px
from edge.form.resample import LONGEST_GAP_S, resample, without_jumps
from edge.form.sides import Hand, facing, seen_from, shooting_hand
from edge.form.skeleton import (
    EXCHANGED,
    HEAD,
    HIPS,
    JOINT_NAMES,
    LIMBS,
    SHOULDERS,
    TRUNK,
    WRISTS,
    bone_length,
    middle,
    seen_only,
    trunk_length,
)
from edge.form.swaps import unswapped
from edge.types import FloatArray, FormSequence, ShotClip

FRAMES = 64
# Clips that say too little.
_LEAST_FRAMES, _LEAST_FPS, _LEAST_STATURE_PX = 5, 8.0, 50.0
_DURATION_S = (0.3, 2.5)
_LEAST_PRESENT, _LEAST_MEAN_CONFIDENCE = 0.6, 0.3
# How far from a usual body's a limb's length may be, beside the body's own size.
_BUILD = 1.25
# Whoever looks to the left by more than this (1 = seen from the side) is mirrored.
_CLEARLY_LEFT = -0.45
_PAPER_SCALE = 1 / 200
# A gather so soon after a clip's first frame may have begun before it. Hands that are over the shoulders then, or at
# the head whenever, had the ball before (statures).
_AT_ONCE_S, _UP_ALREADY, _UP_AT_THE_HEAD = 0.05, 0.0, 0.08

Method = Literal["body", "paper"]


@dataclass(frozen=True, slots=True)
class Views:
    """How a clip is to be turned: the hand that shoots, and which way the player looks (`sides.facing`)."""

    hand: Hand
    hand_sure: float
    facing: float


def normalise(clip: ShotClip, method: Method = "body", hand: Hand | None = None) -> FormSequence:
    """The clip's gather to release as 64 frames; frames beyond them are used where they are there.

    hand: the one that he shoots with where it is known; else it is told from the clip. Raises FormError with one line
    where the clip says too little.
    """
    check(clip)
    points = clean(clip)
    gather_s, release_s = span_s(clip)
    at_s = np.linspace(gather_s, release_s, FRAMES)
    weights = np.where(np.isfinite(clip.keypoints[..., 2]), clip.keypoints[..., 2], 0.0)
    pose, present = resample(clip.times_s, points, weights, at_s)
    mirrored, view_rad = False, float("nan")
    if method == "paper":
        pose = (pose - pose[:, SHOULDERS[0] : SHOULDERS[0] + 1]) * _PAPER_SCALE * [1, -1]
    else:
        view = views(clip, points, hand)
        # Limbs are measured where the noise was smoothed away, which would make them longer than they are.
        smooth, _ = resample(clip.times_s, points, weights, clip.times_s)
        pose = to_body(pose * [1, -1], smooth, clip.stature_px)
        mirrored = view.hand == "left"
        if mirrored:
            pose, present = pose[:, EXCHANGED] * [-1, 1], present[:, EXCHANGED]
        looks = -view.facing if mirrored else view.facing
        if looks < _CLEARLY_LEFT:
            pose, looks = pose * [-1, 1], -looks
        view_rad = seen_from(pose, looks)
    _whole(pose, present, gather_s, release_s, "paper" if method == "paper" else "body")
    return FormSequence(pose.astype(np.float32), present, release_s - gather_s, mirrored, view_rad)


def span_s(clip: ShotClip) -> tuple[float, float]:
    """When gather and release were, on the clip's clock."""
    gather_s = float(clip.times_s[clip.gather]) if clip.gather_s is None else clip.gather_s
    release_s = float(clip.times_s[clip.release]) if clip.release_s is None else clip.release_s
    return gather_s, release_s


def clean(clip: ShotClip) -> FloatArray:
    """The joints that were seen (T, 17, 2) px, left and right put straight, without those that jump."""
    seen = unswapped(seen_only(clip.keypoints, LEAST_CONFIDENCE), clip.stature_px)
    return without_jumps(clip.times_s, seen, clip.stature_px)


def views(clip: ShotClip, points: FloatArray, hand: Hand | None = None) -> Views:
    """Told from joints (T, 17, 2) px and ball."""
    gather_s, release_s = span_s(clip)
    looks = facing(clip.times_s, points, clip.ball, gather_s, release_s, clip.stature_px)
    found, sure = shooting_hand(clip.times_s, points, release_s, clip.stature_px, looks)
    return Views(found if hand is None else hand, sure if hand is None else 1.0, looks)


def check(clip: ShotClip) -> None:
    """Raises FormError where there is no use in looking at the joints."""
    gather_s, release_s = span_s(clip)
    inside = (clip.times_s >= gather_s - 1e-6) & (clip.times_s <= release_s + 1e-6)
    if not _DURATION_S[0] <= release_s - gather_s <= _DURATION_S[1]:
        raise FormError(f"{release_s - gather_s:.2f} s from gather to release: no shot takes so little or so much")
    if inside.sum() < _LEAST_FRAMES:
        raise FormError(f"only {inside.sum()} frames from gather to release: at least {_LEAST_FRAMES} are needed")
    fps = 1 / float(np.median(np.diff(clip.times_s[inside])))
    if fps < _LEAST_FPS:
        raise FormError(f"{fps:.0f} frames a second are too coarse: at least {_LEAST_FPS:.0f} are needed")
    if not clip.stature_px >= _LEAST_STATURE_PX:
        raise FormError(f"the player is {clip.stature_px:.0f} px tall: at least {_LEAST_STATURE_PX:.0f} are needed")
    begins_s = gather_s - float(clip.times_s[0])
    if _raised(clip) > (_UP_ALREADY if begins_s < _AT_ONCE_S else _UP_AT_THE_HEAD):
        raise FormError("the shot's beginning was not seen: the hands are up already where it comes into view")
    confidence = clip.keypoints[inside][:, [*SHOULDERS, 7, 8, *WRISTS, *HIPS], 2]
    known = confidence[np.isfinite(confidence)]
    if not len(known) or known.mean() < _LEAST_MEAN_CONFIDENCE:
        raise FormError("the joints are hardly seen: the player is hidden, blurred or too far away")


def _raised(clip: ShotClip) -> float:
    """How high the higher wrist is over the shoulders at the gather, statures; NaN where it was not seen."""
    joints = seen_only(clip.keypoints[clip.gather : clip.gather + 1], LEAST_CONFIDENCE)[0]
    return float((middle(joints, SHOULDERS)[1] - np.fmin(*joints[list(WRISTS), 1])) / clip.stature_px)


def to_body(pose: FloatArray, points: FloatArray, stature_px: float) -> FloatArray:
    """pose (N, 17, 2) px, y up, the gather first -> in body heights, limbs as long as a usual body's.

    points (T, 17, 2) px: all joints of the clip, by which limbs are measured.
    """
    scale = 1 / body_px(points, stature_px)
    hips = middle(pose, HIPS)
    origin = _origin(hips)
    out = (pose - origin) * scale
    root = (hips - origin) * scale
    trunk = root + (middle(pose, SHOULDERS) - hips) * _factor(trunk_length(points, PERCENTILE), TRUNK, scale)
    for joint in HIPS:
        out[:, joint] = root + (pose[:, joint] - hips) * scale
    for joint in (*SHOULDERS, *HEAD):
        hung = trunk + (pose[:, joint] - middle(pose, SHOULDERS)) * scale
        out[:, joint] = np.where(np.isfinite(hung), hung, out[:, joint])
    for near, far, share in LIMBS.values():
        factor = _factor(bone_length(points, near, far, PERCENTILE), share, scale)
        for a, b in zip(near, far, strict=True):
            hung = out[:, a] + (pose[:, b] - pose[:, a]) * factor
            out[:, b] = np.where(np.isfinite(hung), hung, out[:, b])
    return np.asarray(out)


def _origin(hips: FloatArray) -> FloatArray:
    """The hips' middle (2,) at the gather: of the first frames that know it, since one frame is not sure."""
    known = np.flatnonzero(np.isfinite(hips[:, 0]))
    if not len(known) or known[0] > FRAMES // 4:
        raise FormError("the hips were not seen at the gather: the player's legs are hidden or out of the picture")
    return np.asarray(hips[known[:3]].mean(axis=0))


def _factor(length_px: float, share: float, scale: float) -> float:
    """What a limb's vectors are multiplied with: to a usual body's length, as far as people differ."""
    if not np.isfinite(length_px) or length_px <= 0:
        return scale
    return float(np.clip(share / length_px, scale / _BUILD, scale * _BUILD))


def _whole(pose: FloatArray, present: npt.NDArray[np.bool_], gather_s: float, release_s: float, method: str) -> None:
    """Raises FormError where what matters most of a shot was not seen for long."""
    arms = [*SHOULDERS, 7, 8, *WRISTS]
    if present[:, arms].mean() < _LEAST_PRESENT:
        raise FormError(
            f"the arms were seen in {present[:, arms].mean():.0%} of the shot: {_LEAST_PRESENT:.0%} are needed"
        )
    # After mirroring the shooting hand is the right one; the paper's way does not tell.
    shooting = WRISTS[1:] if method == "body" else WRISTS
    for joint in shooting:
        if not np.isfinite(pose[-1, joint]).all():
            raise FormError(f"the {JOINT_NAMES[joint]} was not seen at the release")
        hidden_s = (~np.isfinite(pose[:, joint, 0])).mean() * (release_s - gather_s)
        if hidden_s > LONGEST_GAP_S:
            raise FormError(f"the shooting hand was out of sight for {hidden_s:.2f} s of the shot")
