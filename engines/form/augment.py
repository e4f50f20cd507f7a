"""A shot seen once more: as the paper does it (section 3.3), and as a body and a camera would.

All work on batches in place of clips: pose (B, 64, 17, 2), present (B, 64, 17), duration_s (B,), depth (B, 64, 17).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.nn import functional

from engines.form.layout import FRAMES, JOINTS, UNKNOWN

# What is hidden together: head, face without the nose, guide arm, both legs below the hips, one of them.
_PARTS = ((0, 1, 2, 3, 4), (1, 2, 3, 4), (7, 9), (13, 14, 15, 16), (13, 15), (14, 16))

Batch = tuple[Tensor, Tensor, Tensor, Tensor]


@dataclass(frozen=True, slots=True)
class Augmentation:
    """jitter: Gaussian, of each joint and frame, body heights. masked: share of joints that go for the whole clip.

    Beyond the paper: parts: share of shots whose head, face, guide arm, knees and ankles, or one leg's go together
    (each with this share); gaps: share of joints that go for a stretch of frames; smooth: error that a joint keeps for
    a while; warp: how unevenly time runs; longer: spread of the duration's logarithm; turn_rad: small turns of the body
    about the upright and the picture's axis; size: spread of the picture's scale; mirrored: share seen from the other
    side.
    """

    jitter: float = 0.0
    masked: float = 0.0
    parts: float = 0.0
    gaps: float = 0.0
    smooth: float = 0.0
    warp: float = 0.0
    longer: float = 0.0
    turn_rad: float = 0.0
    size: float = 0.0
    mirrored: float = 0.0


AUGMENTATIONS: dict[str, Augmentation] = {
    "none": Augmentation(),
    "paper": Augmentation(jitter=0.01, masked=0.15),
    "ours": Augmentation(
        jitter=0.006, masked=0.04, parts=0.05, gaps=0.06, smooth=0.010, warp=0.012, longer=0.03, turn_rad=0.10,
        size=0.03, mirrored=0.04,
    ),
}  # fmt: skip


def augmented(batch: Batch, how: Augmentation, random: Generator) -> Batch:
    """Another look at the same shots."""
    pose, present, duration_s, depth = batch
    count = len(pose)
    if how.warp > 0:
        pose, present, depth = _warped(pose, present, depth, how.warp, random)
    if how.turn_rad > 0:
        pose = _turned(pose, depth, how.turn_rad, random)
    if how.size > 0:
        pose = pose * torch.exp(how.size * _normal((count, 1, 1, 1), random))
    if how.mirrored > 0:
        flip = torch.where(torch.rand(count, generator=random) < how.mirrored, -1.0, 1.0)
        pose = torch.stack([pose[..., 0] * flip[:, None, None], pose[..., 1]], dim=-1)
    if how.smooth > 0:
        knots = _normal((count, JOINTS * 2, 9), random)
        slow = functional.interpolate(knots, size=FRAMES, mode="linear", align_corners=True)
        pose = pose + how.smooth * slow.transpose(1, 2).reshape(count, FRAMES, JOINTS, 2)
    if how.jitter > 0:
        pose = pose + how.jitter * _normal(tuple(pose.shape), random)
    if how.longer > 0:
        duration_s = duration_s * torch.exp(how.longer * _normal((count,), random))
    return pose, _masked(present, how, random), duration_s, depth


def _normal(shape: tuple[int, ...], random: Generator) -> Tensor:
    return torch.randn(shape, generator=random)


def _warped(
    pose: Tensor, present: Tensor, depth: Tensor, amount: float, random: Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """Time that runs a little quicker here and slower there; start and end stay."""
    count = len(pose)
    even = torch.linspace(0.0, 1.0, FRAMES)
    waves = torch.stack([torch.sin(math.pi * k * even) / k for k in (1, 2, 3)])
    at = even + amount * (_normal((count, 3), random) @ waves)
    at = at.clamp(0.0, 1.0) * (FRAMES - 1)
    below = at.floor().long().clamp(max=FRAMES - 2)
    share = at - below
    rows = torch.arange(count)[:, None]

    def between(values: Tensor) -> Tensor:
        part = share.reshape(count, FRAMES, *[1] * (values.dim() - 2))
        return (1 - part) * values[rows, below] + part * values[rows, below + 1]

    nearest = torch.minimum(present[rows, below], present[rows, below + 1])
    return between(pose), nearest, between(depth)


def _turned(pose: Tensor, depth: Tensor, amount: float, random: Generator) -> Tensor:
    """The body a little turned about the upright, and the camera a little higher or lower and askew."""
    count = len(pose)
    yaw, pitch, roll = amount * _normal((3, count, 1, 1), random) * torch.tensor([1.0, 0.6, 0.25])[:, None, None, None]
    x = pose[..., 0] * torch.cos(yaw) - depth * torch.sin(yaw)
    behind = depth * torch.cos(yaw) + pose[..., 0] * torch.sin(yaw)
    y = pose[..., 1] * torch.cos(pitch) - behind * torch.sin(pitch)
    return torch.stack([x * torch.cos(roll) - y * torch.sin(roll), y * torch.cos(roll) + x * torch.sin(roll)], dim=-1)


def _masked(present: Tensor, how: Augmentation, random: Generator) -> Tensor:
    """Joints that are not known, throughout or for a stretch."""
    count = len(present)
    gone = torch.zeros(present.shape, dtype=torch.bool)
    if how.masked > 0:
        gone |= (torch.rand((count, 1, JOINTS), generator=random) < how.masked).expand_as(gone)
    if how.parts > 0:
        for part in _PARTS:
            gone[:, :, list(part)] |= torch.rand((count, 1, 1), generator=random) < how.parts
    if how.gaps > 0:
        start = torch.randint(0, FRAMES, (count, 1, JOINTS), generator=random)
        length = torch.randint(4, 24, (count, 1, JOINTS), generator=random)
        frame = torch.arange(FRAMES)[None, :, None]
        hit = torch.rand((count, 1, JOINTS), generator=random) < how.gaps
        gone |= hit & (frame >= start) & (frame < start + length)
    return torch.where(gone, torch.full_like(present, UNKNOWN), present)
