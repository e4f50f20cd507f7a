"""The network: three frames in, heat of ball and rim out on a grid of 4 px cells, and what to refine them by.

After TrackNet (Huang et al. 2019) and WASB (Tarashima et al. 2023), which see a ball by its way through consecutive
frames, with CenterNet's offsets and sizes (Zhou et al. 2019) on a coarser grid, so that one pass over the court is
cheap; on the shoulders of a network that knows a ball at rest from a head. Needs PyTorch (`pip install
courtside[train]`); running the exported network does not.
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn
from torch.nn import functional

from engines.ball.backbone import COARSE, FINE, Backbone
from engines.ball.layout import FRAMES

IN_CHANNELS = 3 * FRAMES
WIDTHS = (16, 32, 64)
# A heat of 1 in 100 at the start: almost everywhere there is nothing.
_FIRST_HEAT = -4.6


def _conv(inside: int, outside: int, step: int = 1) -> nn.Sequential:
    layers = [nn.Conv2d(inside, outside, 3, step, 1, bias=False), nn.BatchNorm2d(outside), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers)


class BallNetwork(nn.Module):
    """frames (B, 9, H, W) RGB 0..1, oldest first, H and W in steps of 32 -> logits (B, 2, H/4, W/4) of ball and rim,
    (B, 4, ...) of the ball: offset x, y in cells, log radius px, logit of the visible share, and (B, 4, ...) of the
    rim: offset x, y, log width, log height px.

    What the newest frame shows is told by the backbone, which knows people and things; what moves by layers of its own.
    """

    def __init__(self, backbone: Backbone | None = None) -> None:
        super().__init__()
        half, quarter, eighth = WIDTHS
        self.backbone = Backbone() if backbone is None else backbone
        self.move4 = nn.Sequential(_conv(IN_CHANNELS, half, 2), _conv(half, quarter, 2))
        self.move8 = _conv(quarter, eighth, 2)
        self.see8, self.join8 = nn.Conv2d(COARSE, eighth, 1), _conv(eighth, eighth)
        self.see4, self.up4, self.join4 = (
            nn.Conv2d(FINE, quarter, 1),
            nn.Conv2d(eighth, quarter, 1),
            _conv(quarter, quarter),
        )
        self.head = _conv(quarter, quarter)
        self.heat, self.ball, self.rim = (nn.Conv2d(quarter, count, 1) for count in (2, 4, 4))
        nn.init.constant_(self.heat.bias, _FIRST_HEAT)  # type: ignore[arg-type]

    def forward(self, frames: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        fine, coarse = self.backbone(frames[:, -3:])
        x4 = self.move4(frames)
        x8 = self.join8(functional.relu(self.see8(coarse) + self.move8(x4)))
        x4 = self.head(self.join4(self.see4(fine) + x4 + _twice_smooth(self.up4(x8))))
        return self.heat(x4), self.ball(x4), self.rim(x4)


def _twice_smooth(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)


class Answering(nn.Module):
    """The network as it is exported: frames (1, 9, H, W) uint8 in, heat and visible share as 0..1 out."""

    def __init__(self, network: BallNetwork) -> None:
        super().__init__()
        self.network = copy.deepcopy(network).eval()
        # The division by 255 goes into the first weights: the padding's zeros stay zeros.
        for first in (self.network.backbone.stem, self.network.move4[0][0]):  # type: ignore[index]
            first.weight.data = first.weight.data / 255.0

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
