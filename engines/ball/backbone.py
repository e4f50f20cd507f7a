"""What the ball's network knows of the world before its first lesson: PicoDet-S, trained on COCO's people and things.

PP-LCNet (Cui et al. 2021) of width 0.75 and the way down of LC-PAN (Yu et al. 2021, PicoDet), as layers of PyTorch with
the weights of the zoo's file, its batch normalisation folded in. Needs PyTorch and `onnx`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import torch
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn import functional

FINE, COARSE = 48, 96
"""Channels of the features at a quarter and at an eighth of the picture."""
_FETCH = "install courtside anew: the file comes with it"
_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class _Separable(nn.Module):
    """A convolution of each channel by itself, then one across them; `squeeze`: channels are weighed in between."""

    def __init__(self, inside: int, outside: int, kernel: int = 3, step: int = 1, squeeze: bool = False) -> None:
        super().__init__()
        self.deep = nn.Conv2d(inside, inside, kernel, step, kernel // 2, groups=inside)
        self.wide = nn.Conv2d(inside, outside, 1)
        self.weigh = nn.ModuleList(
            [nn.Conv2d(inside, inside // 4, 1), nn.Conv2d(inside // 4, inside, 1)] if squeeze else []
        )

    def forward(self, x: Tensor) -> Tensor:
        # Backwards through it a processor is three times slower at half precision.
        with torch.autocast(x.device.type, enabled=False):
            x = functional.hardswish(self.deep(x.float()))
        if len(self.weigh):
            mean = functional.adaptive_avg_pool2d(x, 1)
            x = x * functional.hardsigmoid(self.weigh[1](functional.relu(self.weigh[0](mean))))
        return functional.hardswish(self.wide(x))


class Backbone(nn.Module):
    """A frame (B, 3, H, W) RGB 0..1, H and W in steps of 32 -> features (B, 48, H/4, W/4) and (B, 96, H/8, W/8)."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, 2, 1)
        self.to2 = _Separable(16, 24)
        self.to4 = nn.Sequential(_Separable(24, FINE, step=2), _Separable(FINE, FINE))
        self.to8 = nn.Sequential(_Separable(FINE, 96, step=2), _Separable(96, 96))
        self.to16 = nn.Sequential(_Separable(96, 192, step=2), *[_Separable(192, 192, 5) for _ in range(5)])
        self.to32 = nn.Sequential(_Separable(192, 384, 5, 2, squeeze=True), _Separable(384, 384, 5, squeeze=True))
        self.from8, self.from16, self.from32 = (nn.Conv2d(width, COARSE, 1) for width in (96, 192, 384))
        self.join16 = nn.Sequential(_Separable(2 * COARSE, 2 * COARSE, 5), _Separable(2 * COARSE, COARSE, 5))
        self.join8 = nn.Sequential(_Separable(2 * COARSE, 2 * COARSE, 5), _Separable(2 * COARSE, COARSE, 5))

    def forward(self, frame: Tensor) -> tuple[Tensor, Tensor]:
        fine = self.to4(self.to2(functional.hardswish(self.stem(frame))))
        x8 = self.to8(fine)
        x16 = self.to16(x8)
        x32 = functional.hardswish(self.from32(self.to32(x16)))
        x16 = self.join16(torch.cat([_twice(x32), functional.hardswish(self.from16(x16))], dim=1))
        return fine, self.join8(torch.cat([_twice(x16), functional.hardswish(self.from8(x8))], dim=1))


def _twice(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2, mode="nearest")


def load_backbone(path: Path) -> Backbone:
    """The backbone with the weights of PicoDet-S's ONNX file. Raises ValueError where the file is another one."""
    try:
        model = onnx.load(str(path))
    except (OSError, DecodeError) as error:
        raise ValueError(f"{path}: cannot be read as a network ({error}); {_FETCH}") from None
    given = [node for node in model.graph.node if node.op_type == "Conv"]
    weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    network = Backbone()
    by_name = {node.input[1]: node for node in given}
    for layer, name in zip(_layers(network), _names(), strict=True):
        node = by_name.get(name)
        weight = weights.get(name)
        if node is None or weight is None or weight.shape != tuple(layer.weight.shape):
            raise ValueError(f"{path}: not PicoDet-S as the zoo has it ('{name}'); {_FETCH}")
        layer.weight.data = torch.tensor(np.array(weight))
        layer.bias.data = torch.tensor(np.array(weights[node.input[2]]))  # type: ignore[union-attr]
    _fold(network.stem)
    return network


def _layers(network: Backbone) -> Iterator[nn.Conv2d]:
    """The convolutions in the order of `_names`."""
    blocks = [network.to2, *network.to4, *network.to8, *network.to16, *network.to32]
    yield network.stem
    for block in blocks:
        yield from (block.deep, block.wide)  # type: ignore[misc]
    yield from (network.from8, network.from16, network.from32)
    for block in (*network.join16, *network.join8):
        yield from (block.deep, block.wide)  # type: ignore[misc]
    for block in network.to32:
        yield from block.weigh  # type: ignore[misc]


def _names() -> Iterator[str]:
    yield from (f"p2o.pd_op.batch_norm_.{number}.0_weight" for number in range(38))
    yield from (f"conv2d_{number}.w_0" for number in (24, 25, 28, 29))


def _fold(stem: nn.Conv2d) -> None:
    """The mean and spread of colours that it was trained with go into the first weights: frames stay 0..1."""
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (_MEAN, _STD))
    stem.weight.data = stem.weight.data / std
    stem.bias.data = stem.bias.data - (stem.weight.data * mean).sum(dim=(1, 2, 3))  # type: ignore[union-attr]
