"""Engines that answer what a test tells them, and remember what they were fed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from engines.backend import Tensor, TensorSpec
from engines.zoo import Network

Answer = Callable[[Tensor], dict[str, Tensor]]
Ball = tuple[float, float, float, float, float]
"""x, y, radius px, heat, visible share."""


class FakeEngine:
    """An engine with the specs given; `answer` makes the outputs from the one input."""

    def __init__(self, inputs: TensorSpec, outputs: tuple[TensorSpec, ...], answer: Answer) -> None:
        self.inputs, self.outputs = (inputs,), outputs
        self.metadata: Mapping[str, str] = {}
        self.fed: list[Tensor] = []
        self._answer = answer

    def infer(self, feeds: Mapping[str, Tensor]) -> dict[str, Tensor]:
        tensor = feeds[self.inputs[0].name]
        self.fed.append(tensor.copy())
        return self._answer(tensor)

    def close(self) -> None:
        pass


def brightest_blob_picodet(network: Network, row: int, confidence: float = 0.9) -> FakeEngine:
    """A PicoDet that finds one box, the pixels lighter than 0.5 of the scale, and gives it to score row `row`."""

    def answer(tensor: Tensor) -> dict[str, Tensor]:
        height, width = tensor.shape[2:]
        count = sum(-(-height // stride) * -(-width // stride) for stride in (8, 16, 32, 64))
        scores = np.zeros((1, len(network.labels), count), np.float32)
        distances = np.zeros((1, count, 4), np.float32)
        mean, std = np.array(network.input.mean)[:, None, None], np.array(network.input.std)[:, None, None]
        y, x = np.nonzero((tensor[0] * std + mean).mean(axis=0) > 200)
        if x.size:
            column, line = int(x.mean()) // 8, int(y.mean()) // 8
            anchor = line * (-(-width // 8)) + column
            scores[0, row, anchor] = confidence
            centre = np.array([column * 8 + 4, line * 8 + 4])
            near = centre - np.array([x.min(), y.min()])
            far = np.array([x.max() + 1, y.max() + 1]) - centre
            distances[0, anchor] = np.concatenate((near, far)) / 8
        return {"distances": distances, "scores": scores}

    outputs = (TensorSpec("distances", (1, -1, 4), "float32"), TensorSpec("scores", (1, 80, -1), "float32"))
    return FakeEngine(TensorSpec("image", (1, 3, -1, -1), "float32"), outputs, answer)


def heat_engine(balls: Callable[[Tensor], list[Ball]], rims: Sequence[Ball] = ()) -> FakeEngine:
    """Answers with balls and rims (x, y, width, height px, heat) in px of what it is shown."""

    def answer(tensor: Tensor) -> dict[str, Tensor]:
        rows, columns = tensor.shape[2] // 4, tensor.shape[3] // 4
        heat = np.zeros((1, 2, rows, columns), np.float32)
        ball, rim = (np.zeros((1, 4, rows, columns), np.float32) for _ in range(2))
        for x, y, radius, sure, visible in balls(tensor):
            row, column = int(y // 4), int(x // 4)
            heat[0, 0, row, column] = sure
            ball[0, :, row, column] = x / 4 - column - 0.5, y / 4 - row - 0.5, np.log(radius), visible
        for x, y, width, height, sure in rims:
            row, column = int(y // 4), int(x // 4)
            heat[0, 1, row, column] = sure
            rim[0, :, row, column] = x / 4 - column - 0.5, y / 4 - row - 0.5, np.log(width), np.log(height)
        return {"heat": heat, "ball": ball, "rim": rim}

    outputs = tuple(
        TensorSpec(name, (1, count, -1, -1), "float32") for name, count in (("heat", 2), ("ball", 4), ("rim", 4))
    )
    return FakeEngine(TensorSpec("frames", (1, 9, -1, -1), "uint8"), outputs, answer)
