"""What is different about a shot, in the picture and in words.

The deviation is the paper's (000, section 4.1): shot minus usual form, joint by joint and frame by frame, horizontally
and vertically. For words it is told by parts of the body, each relative to the one that carries it, so that a lean of
the trunk is not told again as a fault of the wrist; and in the player's own spread, so that what always varies is no
fault. Of each part and phase the worst frame counts, and the two or three worst are told.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edge.form.baseline import Baseline
from edge.form.normalise import FRAMES
from edge.form.phrases import WHEN, launch_phrase, phases, phrase
from edge.form.skeleton import HIPS, SHOULDERS, middle
from edge.types import FloatArray, FormFault, FormSequence

USUAL_HEIGHT_M = 1.8
MOST_FAULTS = 3
# Frames that are looked at together, against the pose network's jitter.
_SMOOTH = 5
# What the pose network alone scatters, in body heights; it counts as so many shots beside the player's own spread.
_NOISE, _COUNTS_AS = 0.014, 6.0
# No fault is smaller than this.
_LEAST_SIGMAS, _LEAST_CM = 3.0, 4.0


@dataclass(frozen=True, slots=True)
class Part:
    """Of the body: joints whose middle it is, and joints whose middle carries it (none: the floor)."""

    name: str
    joints: tuple[int, ...]
    carried_by: tuple[int, ...] = ()


PARTS = (
    Part("hips", HIPS),
    Part("shoulders", SHOULDERS, HIPS),
    Part("head", (0, 3, 4), SHOULDERS),
    Part("shooting elbow", (8,), SHOULDERS),
    Part("shooting wrist", (10,), SHOULDERS),
    Part("guide elbow", (7,), SHOULDERS),
    Part("guide wrist", (9,), SHOULDERS),
    Part("knees", (13, 14), HIPS),
)
# What is one thing to a player, of which the worst is told.
_ARMS = {"shooting elbow": "shooting arm", "shooting wrist": "shooting arm"}
_KNEE_BEND = (("knees", "dip"), ("knees", "lift"), ("hips", "dip"), ("hips", "lift"))


def usual_form(usual: Sequence[FormSequence]) -> FloatArray:
    """The mean pose (64, 17, 2) of some shots, NaN where none of them knows a joint."""
    return _mean(np.stack([one.pose for one in usual]))


def deviation(shot: FormSequence, usual: Sequence[FormSequence]) -> FloatArray:
    """(64, 17, 2): the shot minus the usual form, x to the right and y up, NaN where either is not known."""
    return np.asarray(shot.pose - usual_form(usual))


def find_faults(
    shot: FormSequence,
    usual: Sequence[FormSequence],
    set_frame: int,
    height_m: float | None = None,
    launched: FormFault | None = None,
) -> tuple[FormFault, ...]:
    """The worst first, at most `MOST_FAULTS`; none where everything is within the player's own spread.

    set_frame: 0 to 63, the set point. height_m: his height, for centimetres. launched: `launch_fault`.
    """
    found = [] if launched is None else [launched]
    facing = shot.facing
    outward = _outward(usual)
    for part in PARTS:
        mine = _part(shot.pose, part)
        others = np.stack([_part(one.pose, part) for one in usual])
        found += _of_part(part, mine, others, set_frame, _View(facing, outward), height_m or USUAL_HEIGHT_M)
    worst: dict[str, FormFault] = {}
    for fault in sorted(found, key=lambda one: -abs(one.sigmas)):
        worst.setdefault(_told_once(fault), fault)
    return tuple(list(worst.values())[:MOST_FAULTS])


def launch_fault(baseline: Baseline, launch_deg: float) -> FormFault | None:
    """Where the ball leaves flatter or steeper than the player's own limit."""
    if baseline.launch is None or abs(baseline.flatness(launch_deg)) <= 1:
        return None
    more = launch_deg - baseline.launch.middle
    words = launch_phrase(more)
    return FormFault("ball", "release", FRAMES - 1, more, "deg", more / baseline.launch.spread, words)


def _told_once(fault: FormFault) -> str:
    return "knee bend" if (fault.joint, fault.phase) in _KNEE_BEND else _ARMS.get(fault.joint, fault.joint)


@dataclass(frozen=True, slots=True)
class _View:
    """facing: see `find_faults`; outward: which way of x leads from the middle to the shooting side, seen from in
    front."""

    facing: float
    outward: float


def _of_part(
    part: Part, mine: FloatArray, others: FloatArray, set_frame: int, view: _View, height_m: float
) -> list[FormFault]:
    """mine (64, 2), others (N, 64, 2)."""
    usual = _mean(others)
    away = mine - usual
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        own = np.nansum((others - usual) ** 2, axis=0)
    spread = np.sqrt((own + _COUNTS_AS * _NOISE**2) / (len(others) - 1 + _COUNTS_AS) * (1 + 1 / len(others)))
    sigmas = np.where(np.isfinite(away), away / spread, 0.0)
    found = []
    for phase, first, last in phases(set_frame):
        for axis in (0, 1):
            frame = first + int(np.argmax(np.abs(sigmas[first : last + 1, axis])))
            cm = 100 * height_m * float(away[frame, axis])
            if abs(sigmas[frame, axis]) < _LEAST_SIGMAS or not abs(cm) >= _LEAST_CM:
                continue
            words = phrase(part.name, phase, axis, cm, view.facing, view.outward)
            if words is not None:
                said = f"{words[0]} than usual {WHEN[phase]} (frame {frame}). {words[1]}"
                found.append(FormFault(part.name, phase, frame, cm, "cm", float(sigmas[frame, axis]), said))
    return found


def _part(pose: FloatArray, part: Part) -> FloatArray:
    """(64, 17, 2) -> (64, 2), smoothed over time; NaN where it is not known."""
    place = _mean(np.moveaxis(pose[:, list(part.joints)], 1, 0))
    if part.carried_by:
        place = place - middle(pose, (part.carried_by[0], part.carried_by[1]))
    kernel = np.ones(_SMOOTH)
    known = np.isfinite(place[:, 0])
    weight = np.convolve(known, kernel, "same")
    total = np.stack([np.convolve(np.where(known, place[:, axis], 0.0), kernel, "same") for axis in (0, 1)], axis=1)
    return np.where(weight[:, None] > _SMOOTH // 2, total / np.maximum(weight, 1)[:, None], np.nan)


def _outward(usual: Sequence[FormSequence]) -> float:
    """The sign of x from the left shoulder to the right one."""
    across = _mean(np.stack([one.pose[:, SHOULDERS[1], 0] - one.pose[:, SHOULDERS[0], 0] for one in usual]))
    known = across[np.isfinite(across)]
    return 1.0 if not len(known) or known.mean() >= 0 else -1.0


def _mean(rows: FloatArray) -> FloatArray:
    """Over the first axis, of what is known; NaN where nothing is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(np.nanmean(rows, axis=0))
