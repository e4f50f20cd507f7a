"""Thousands of virtual shots as arrays: whose, of which type, with which fault, seen by which camera."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from edge.form.errors import FormError
from edge.form.launch import launch
from edge.form.normalise import FRAMES, normalise, span_s
from edge.form.sides import Hand
from edge.form.skeleton import EXCHANGED, JOINTS
from edge.form.virtual import Conditions, View, draw_view, film
from edge.simulator.shooters import BONES, Motion, Shooter, ShotType, make_shooter, move, repeat
from edge.simulator.style import FAULTS, ShotForm
from edge.types import FloatArray, ShotClip
from engines.form.shots import NO_FAULT, Shots, join, pack

KINDS = tuple(ShotType)
FAULT_NAMES = ("", *FAULTS)
AFTER_RELEASE = ("short_follow_through",)
"""Faults that are not to be seen from gather to release."""
_BEFORE_S, _AFTER_S = 0.12, 0.32
# Whoever stands a little elsewhere each time is seen from a little elsewhere.
_ABOUT_RAD, _ABOUT_M = 0.02, 0.15
# Of the sessions seen from behind, where the network takes left for right at times.
_EXCHANGED = 0.15
# pose, present, duration_s, depth, launch_deg and view_rad of one shot, as `Shots` has them.
_Found = tuple[FloatArray, FloatArray, float, FloatArray, float, float]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A shot of a session: its type and its fault by number of `FAULT_NAMES`."""

    kind: ShotType
    fault: int = NO_FAULT


def repeated(shooter: Shooter, one: Wanted, rng: np.random.Generator) -> ShotForm:
    """One repetition of what is wanted."""
    return repeat(shooter, one.kind, rng, FAULT_NAMES[one.fault] or None)


def session(
    shooter: Shooter,
    wanted: Iterable[Wanted],
    view: View,
    number: int,
    rng: np.random.Generator,
    conditions: Conditions | None = None,
    any_body: bool = False,
    hand: Hand | None = None,
    sightings: int | None = None,
    draw: Callable[[Shooter, Wanted, np.random.Generator], ShotForm] = repeated,
) -> Shots | None:
    """Shots of one shooter, whose hand is known, before one camera; those that are too poor to be compared are left
    out, None if all are.

    any_body: with other limbs and another height at each shot, so that nothing can be learnt from them. hand: looked at
    as shots of that hand, whichever he shoots with; those too poor for it stay as rows of which nothing is present, so
    that rows match those of the same `rng` and the other hand. sightings: so many of the ball after the release count,
    None = all. draw: how he moves at each shot.
    """
    parts: list[Shots] = []
    for one in wanted:
        body = replace(shooter, bones=_limbs(rng), height_m=float(rng.normal(1.86, 0.1))) if any_body else shooter
        form = draw(body, one, rng)
        start_s = -_BEFORE_S - float(rng.uniform(0.0, 1.0)) / view.fps
        motion = move(body, form, view.fps, start_s, _AFTER_S)
        about = replace(
            view,
            azimuth_rad=view.azimuth_rad + _ABOUT_RAD * float(rng.normal()),
            distance_m=view.distance_m + _ABOUT_M * float(rng.normal()),
        )
        clip = _early(film(motion, about, rng, body.height_m, conditions), sightings)
        own: Hand = "left" if form.left_handed else "right"
        found = _shot(clip, motion, about, body.height_m, hand or own)
        if found is not None or hand is not None:
            pose, present, duration_s, depth, launch_deg, view_rad = found or _nothing()
            label = np.array([shooter.number]), np.array([KINDS.index(one.kind)]), np.array([one.fault])
            parts.append(
                Shots(
                    pose[None], present[None], np.array([duration_s], np.float32), *label, np.array([number]),
                    np.array([view.azimuth_rad]), depth[None], np.array([launch_deg]), np.array([view_rad]),
                )
            )  # fmt: skip
    return join(parts) if parts else None


def _limbs(rng: np.random.Generator) -> FloatArray:
    return np.exp(0.05 * np.clip(rng.normal(size=len(BONES)), -2.0, 2.0))


def _early(clip: ShotClip, sightings: int | None) -> ShotClip:
    """The clip with no more of the ball after the release than so many frames."""
    if sightings is None:
        return clip
    ball = clip.ball.copy()
    ball[np.flatnonzero(clip.times_s > span_s(clip)[1])[sightings:]] = np.nan
    return replace(clip, ball=ball)


def _nothing() -> _Found:
    """In place of a shot that is too poor to be compared."""
    nowhere = np.zeros((FRAMES, JOINTS), np.float32)
    return np.zeros((FRAMES, JOINTS, 2), np.float32), nowhere, float("nan"), nowhere, float("nan"), float("nan")


def _shot(clip: ShotClip, motion: Motion, view: View, height_m: float, hand: Hand) -> _Found | None:
    try:
        sequence = normalise(clip, hand=hand)
    except FormError:
        return None
    pose, present = pack(sequence.pose, sequence.present)
    depth = _depth(motion, view, np.linspace(*span_s(clip), FRAMES), height_m)
    left = launch(clip.times_s, clip.ball, span_s(clip)[1], clip.stature_px, sequence.facing)
    if sequence.mirrored:
        depth = depth[:, EXCHANGED]
    return pose, present, sequence.duration_s, depth, left.value, sequence.view_rad


def _depth(motion: Motion, view: View, at_s: FloatArray, height_m: float) -> FloatArray:
    """How far each joint is behind the hips at the gather, along the camera's axis, in body heights (64, 17)."""
    ahead = view.camera().R[2]
    behind = motion.joints_m @ ahead
    behind = (behind - behind[:1, [11, 12]].mean()) / height_m
    return np.stack([np.interp(at_s, motion.times_s, behind[:, j]) for j in range(JOINTS)], axis=1).astype(np.float32)


def rehearsals(numbers: Iterable[int], seed: int = 0) -> Iterable[Shots]:
    """What the encoder is polished with: one session of each shooter with limbs of his own, six catch and shoots, three
    of the other types, and every fault that shows before the release twice."""
    shown = [number for number, name in enumerate(FAULT_NAMES) if name and name not in AFTER_RELEASE]
    for number in numbers:
        rng = np.random.default_rng([seed, number, 22])
        shooter = make_shooter(number, hard=number % 3 == 0)
        wanted = [Wanted(kind) for kind in KINDS for _ in range(6 if kind is ShotType.CATCH else 3)]
        wanted += [Wanted(ShotType.CATCH, fault) for fault in shown for _ in range(2)]
        found = session(shooter, wanted, draw_view(rng), number, rng)
        if found is not None:
            yield found


def school(numbers: Iterable[int], sessions: int, seed: int = 0) -> Iterable[Shots]:
    """What the encoder learns from: each shooter in so many sessions of different cameras, all types of shot three
    times each and two faults twice each; a third of the shooters show little between two types."""
    for number in numbers:
        rng = np.random.default_rng([seed, number, 21])
        shooter = make_shooter(number, hard=number % 3 == 0)
        for k in range(sessions):
            faults = rng.permutation(np.arange(1, len(FAULT_NAMES)))[:2]
            kinds = [KINDS[int(rng.integers(len(KINDS)))] for _ in faults]
            wanted = [Wanted(kind) for kind in KINDS for _ in range(3)]
            wanted += [Wanted(kind, int(fault)) for kind, fault in zip(kinds, faults, strict=True) for _ in range(2)]
            view = draw_view(rng)
            seen = Conditions(
                noise=float(rng.uniform(0.5, 1.4)), blur_s=float(rng.choice([0.0, 0.0, 0.004])),
                exchanged=0.4 * float(np.cos(view.azimuth_rad) < 0 and rng.random() < _EXCHANGED),
            )  # fmt: skip
            found = session(shooter, wanted, view, number * 64 + k, rng, seen, any_body=True)
            if found is not None:
                yield found
