"""What a network looks like to whoever runs it, and the one place that chooses the runtime."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Tensor = npt.NDArray[Any]
FREE = -1
"""A size that is open until a tensor arrives."""


class EngineError(Exception):
    """A network cannot be found, read, built or run; the message names it and says what to do."""


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """Name, shape (`FREE` = any size) and numpy type name of one input or output."""

    name: str
    shape: tuple[int, ...]
    dtype: str


@dataclass(frozen=True, slots=True)
class ShapeRange:
    """Least, usual and most size of an input with free sizes: what TensorRT builds for."""

    least: tuple[int, ...]
    usual: tuple[int, ...]
    most: tuple[int, ...]


class Engine(Protocol):
    """A network that is loaded and ready. It belongs to the thread that opened it."""

    @property
    def inputs(self) -> tuple[TensorSpec, ...]: ...

    @property
    def outputs(self) -> tuple[TensorSpec, ...]: ...

    @property
    def metadata(self) -> Mapping[str, str]:
        """What the model's file says of itself, such as `names`, its labels."""
        ...

    def infer(self, feeds: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Outputs by name. The arrays are the caller's to read until the next call. Raises EngineError."""
        ...

    def close(self) -> None:
        """Give everything back. May be called twice."""
        ...


class TimedEngine:
    """Passes on to another engine and adds up the time spent in it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._spent_s = 0.0

    @property
    def inputs(self) -> tuple[TensorSpec, ...]:
        return self._engine.inputs

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        return self._engine.outputs

    @property
    def metadata(self) -> Mapping[str, str]:
        return self._engine.metadata

    def infer(self, feeds: Mapping[str, Tensor]) -> dict[str, Tensor]:
        start_s = time.perf_counter()
        try:
            return self._engine.infer(feeds)
        finally:
            self._spent_s += time.perf_counter() - start_s

    def take_ms(self) -> float:
        """Milliseconds spent in the network since the last call."""
        spent_s, self._spent_s = self._spent_s, 0.0
        return spent_s * 1000

    def close(self) -> None:
        self._engine.close()


def check_feeds(name: str, specs: tuple[TensorSpec, ...], feeds: Mapping[str, Tensor]) -> None:
    """Raises EngineError where `feeds` does not fit `specs` of the network `name`."""
    for spec in specs:
        tensor = feeds.get(spec.name)
        if tensor is None:
            raise EngineError(f"{name}: input '{spec.name}' is missing; given: {', '.join(feeds) or 'nothing'}")
        fits = len(tensor.shape) == len(spec.shape) and all(
            want in (FREE, have) for want, have in zip(spec.shape, tensor.shape, strict=True)
        )
        if not fits or tensor.dtype != np.dtype(spec.dtype):
            raise EngineError(
                f"{name}: input '{spec.name}' takes {spec.dtype} {spec.shape}, got {tensor.dtype} {tensor.shape}"
            )


def open_engine(
    path: Path, backend: str = "auto", threads: int = 0, shapes: Mapping[str, ShapeRange] | None = None
) -> Engine:
    """Load the network in `path` (an .onnx file, or a .plan that TensorRT built).

    backend: auto takes TensorRT where a GPU, its driver, TensorRT and pycuda are present, else ONNX Runtime.
    threads: CPU threads for ONNX Runtime, 0 = all cores. shapes: what TensorRT builds inputs with free sizes for.
    Raises EngineError.
    """
    if not path.is_file():
        raise EngineError(f"{path}: no such network file")
    if path.stat().st_size == 0:
        raise EngineError(f"{path}: is empty (0 bytes); fetch or copy it again")
    if backend == "auto":
        from engines import trt

        backend = "tensorrt" if trt.missing() is None else "onnxruntime"
    if backend == "onnxruntime":
        from engines.ort import OrtEngine

        return OrtEngine(path, threads)
    if backend == "tensorrt":
        from engines import trt

        return trt.open_network(path, shapes or {})
    raise EngineError(f"unknown backend '{backend}'; known: auto, onnxruntime, tensorrt")
