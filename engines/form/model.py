"""Encoders of a shot's 64 frames: the paper's LSTM, and a stronger one of temporal convolutions.

Both give two unit vectors side by side, one that tells shooters apart and one that tells apart what one shooter does
differently (types of shot, faults); together they are the embedding, of unit length. Needs PyTorch (`pip install
courtside[train]`); running the exported network does not.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from engines.form.layout import FRAMES, JOINTS

SHOOTER, MOTION = 64, 64
"""Sizes of the two parts of an embedding."""
_CHANNELS = 3 * JOINTS + 1
# Seconds from gather to release: the usual, and the spread of its logarithm.
_USUAL_S, _SPREAD = 0.9, 0.25


class Features(nn.Module):
    """pose, present, duration_s -> (B, 52, 64): standard scores of the joints, what is known, how long it took."""

    middle: Tensor
    spread: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("middle", torch.zeros(FRAMES, JOINTS, 2))
        self.register_buffer("spread", torch.ones(JOINTS, 2))

    def fit(self, pose: Tensor, present: Tensor) -> None:
        """Take middle and spread from shots (N, ...)."""
        known = (present > 0).float()[..., None]
        self.middle.copy_((pose * known).sum(0) / known.sum(0).clamp(min=1.0))
        off = ((pose - self.middle) * known) ** 2
        self.spread.copy_((off.sum((0, 1)) / known.sum((0, 1)).clamp(min=1.0)).sqrt().clamp(min=1e-3))

    def forward(self, pose: Tensor, present: Tensor, duration_s: Tensor) -> Tensor:
        known = torch.clamp(present * 2.0, 0.0, 1.0)
        scores = (pose - self.middle) / self.spread * known[..., None]
        scores = torch.clamp(scores, -6.0, 6.0).flatten(2)
        took = torch.log(torch.clamp(duration_s, min=0.05) / _USUAL_S) / _SPREAD
        whole = took[:, None, None].expand(-1, FRAMES, 1)
        return torch.cat([scores, present, whole], dim=2).transpose(1, 2)


class Lstm(nn.Module):
    """The paper's (section 3.3): one LSTM over the frames, its last state the summary (B, size)."""

    def __init__(self, size: int = 160) -> None:
        super().__init__()
        self.size = size
        self.lstm = nn.LSTM(_CHANNELS, size, batch_first=True)

    def forward(self, features: Tensor) -> Tensor:
        states, _ = self.lstm(features.transpose(1, 2))
        return states[:, -1]


class _Block(nn.Module):
    """Two convolutions over time with a way around them."""

    def __init__(self, size: int, dilation: int) -> None:
        super().__init__()
        self.first = nn.Conv1d(size, size, 3, padding=dilation, dilation=dilation)
        self.second = nn.Conv1d(size, size, 3, padding=1)
        self.norms = nn.ModuleList([nn.GroupNorm(8, size), nn.GroupNorm(8, size)])

    def forward(self, x: Tensor) -> Tensor:
        y = self.first(functional.gelu(self.norms[0](x)))
        return x + self.second(functional.gelu(self.norms[1](y)))


class Convolutions(nn.Module):
    """Temporal convolutions (after Bai et al. 2018, both ways in time) on 16 steps, and a weighted mean and the largest
    over them as the summary (B, 2 size). Each step's place in time is told, since the phases of a shot are."""

    def __init__(self, size: int = 160) -> None:
        super().__init__()
        self.size = 2 * size
        self.stem = nn.Conv1d(_CHANNELS, 96, 5, stride=2, padding=2)
        self.down = nn.Conv1d(96, size, 3, stride=2, padding=1)
        self.place = nn.Parameter(torch.zeros(1, size, FRAMES // 4))
        self.blocks = nn.Sequential(_Block(size, 1), _Block(size, 2), _Block(size, 4))
        self.heed = nn.Conv1d(size, size, 1)

    def forward(self, features: Tensor) -> Tensor:
        x = self.blocks(self.down(functional.gelu(self.stem(features))) + self.place)
        share = torch.softmax(self.heed(x), dim=2)
        return torch.cat([(share * x).sum(2), x.amax(2)], dim=1)


ARCHITECTURES: dict[str, type[Lstm] | type[Convolutions]] = {"lstm": Lstm, "convolutions": Convolutions}


class Encoder(nn.Module):
    """pose (B, 64, 17, 2), present (B, 64, 17), duration_s (B,) -> embedding (B, 128) of unit length.

    motion_share: how much of an embedding's squared length is the motion's part.
    """

    def __init__(self, architecture: str = "convolutions", motion_share: float = 0.5) -> None:
        super().__init__()
        self.architecture, self.motion_share = architecture, motion_share
        self.features = Features()
        self.trunk = ARCHITECTURES[architecture]()
        self.shooter = nn.Sequential(nn.Linear(self.trunk.size, 128), nn.GELU(), nn.Linear(128, SHOOTER))
        self.motion = nn.Sequential(nn.Linear(self.trunk.size, 128), nn.GELU(), nn.Linear(128, MOTION))

    def parts(self, pose: Tensor, present: Tensor, duration_s: Tensor) -> tuple[Tensor, Tensor]:
        """The two parts (B, 64), each of unit length."""
        summary = self.trunk(self.features(pose, present, duration_s))
        return functional.normalize(self.shooter(summary), dim=1), functional.normalize(self.motion(summary), dim=1)

    def forward(self, pose: Tensor, present: Tensor, duration_s: Tensor) -> Tensor:
        who, how = self.parts(pose, present, duration_s)
        return torch.cat([math.sqrt(1 - self.motion_share) * who, math.sqrt(self.motion_share) * how], dim=1)
