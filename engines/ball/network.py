"""The network: three frames in, heat of ball and rim out on a grid of 4 px cells, and what to refine them by.

After TrackNet (Huang et al. 2019) and WASB (Tarashima et al. 2023), which see a ball by its way through consecutive
frames, with CenterNet's offsets and sizes (Zhou et al. 2019) on a coarser grid, so that one pass over the court is
cheap. Needs PyTorch (`pip install courtside[train]`); running the exported network does not.
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn
from torch.nn import functional

from engines.ball.layout import FRAMES

IN_CHANNELS = 3 * FRAMES
WIDTHS = (16, 32, 64, 96)
# A heat of 1 in 100 at the start: almost everywhere there is nothing.
_FIRST_HEAT = -4.6


def _conv(inside: int, outside: int, step: int = 1) -> nn.Sequential:
    layers = [nn.Conv2d(inside, outside, 3, step, 1, bias=False), nn.BatchNorm2d(outside), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers)


class _Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = _conv(width, width)
        self.second = nn.Sequential(nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width))

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(x + self.second(self.first(x)))


class BallNetwork(nn.Module):
    """frames (B, 9, H, W) RGB 0..1, oldest first, H and W in steps of 16 -> logits (B, 2, H/4, W/4) of ball and rim,
    (B, 4, ...) of the ball: offset x, y in cells, log radius px, logit of the visible share, and (B, 4, ...) of the
    rim: offset x, y, log width, log height px."""

    def __init__(self) -> None:
        super().__init__()
        half, quarter, eighth, sixteenth = WIDTHS
        self.stem = _conv(IN_CHANNELS, half, 2)
        self.to4 = nn.Sequential(_conv(half, quarter, 2), _Residual(quarter))
        self.to8 = nn.Sequential(_conv(quarter, eighth, 2), _Residual(eighth))
        self.to16 = nn.Sequential(_conv(eighth, sixteenth, 2), _Residual(sixteenth), _Residual(sixteenth))
        self.up8, self.join8 = nn.Conv2d(sixteenth, eighth, 1), _conv(eighth, eighth)
        self.up4, self.join4 = nn.Conv2d(eighth, quarter, 1), _conv(quarter, quarter)
        self.head = _conv(quarter, quarter)
        self.heat, self.ball, self.rim = (nn.Conv2d(quarter, count, 1) for count in (2, 4, 4))
        nn.init.constant_(self.heat.bias, _FIRST_HEAT)  # type: ignore[arg-type]

    def forward(self, frames: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x4 = self.to4(self.stem(frames))
        x8 = self.to8(x4)
        x8 = self.join8(x8 + _twice(self.up8(self.to16(x8))))
        x4 = self.head(self.join4(x4 + _twice(self.up4(x8))))
        return self.heat(x4), self.ball(x4), self.rim(x4)


def _twice(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)


class Answering(nn.Module):
    """The network as it is exported: frames (1, 9, H, W) uint8 in, heat and visible share as 0..1 out."""

    def __init__(self, network: BallNetwork) -> None:
        super().__init__()
        self.network = copy.deepcopy(network).eval()
        # The division by 255 goes into the first weights: the padding's zeros stay zeros.
        first = self.network.stem[0].weight
        first.data = first.data / 255.0  # type: ignore[operator]

    def forward(self, frames: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        heat, ball, rim = self.network(frames.float())
        return torch.sigmoid(heat), torch.cat([ball[:, :3], torch.sigmoid(ball[:, 3:])], dim=1), rim


def loss(answer: tuple[Tensor, Tensor, Tensor], heat: Tensor, weight: Tensor, at: Tensor, values: Tensor) -> Tensor:
    """CornerNet's focal loss (Law & Deng 2018, eq. 1) on the heat, and what the answers at the true cells are off by.

    heat and weight (B, 2, h, w); at (K, 4): sample, kind, row, column; values (K, 4).
    """
    logits = answer[0].float()
    sure, log_yes, log_no = torch.sigmoid(logits), functional.logsigmoid(logits), functional.logsigmoid(-logits)
    hit = (heat >= 0.999).float()
    found = hit * (1 - sure) ** 2 * log_yes
    empty = (1 - hit) * (1 - heat) ** 4 * sure**2 * log_no
    total = -(weight * (found + empty)).sum() / hit.sum().clamp(min=1.0)
    for kind, plane in ((0, answer[1]), (1, answer[2])):
        rows = at[:, 1] == kind
        if rows.any():
            place = at[rows]
            given = plane.float()[place[:, 0], :, place[:, 2], place[:, 3]]
            wanted = values[rows]
            total = total + 1.0 * functional.l1_loss(given[:, :2], wanted[:, :2])
            if kind == 0:
                total = total + functional.l1_loss(given[:, 2], wanted[:, 2])
                total = total + 0.2 * functional.binary_cross_entropy_with_logits(given[:, 3], wanted[:, 3])
            else:
                total = total + functional.l1_loss(given[:, 2:], wanted[:, 2:])
    return total
