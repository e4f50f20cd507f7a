"""ONNX to a TensorRT plan, once a machine: built, kept with a manifest, found again by what it was built from and for.

Precision lives in the ONNX file: networks are always strongly typed, there are no precision flags and no calibration.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from engines.backend import FREE, EngineError, ShapeRange

WORKSPACE_BYTES = 1 << 30
TIMING_CACHE = "tensorrt-timing.cache"


@dataclass(frozen=True, slots=True)
class Target:
    """What a plan is tied to: TensorRT's version and the GPU's compute capability; `gpu` is its name, for people."""

    tensorrt: str
    capability: str
    gpu: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Stands beside a plan as JSON: what it was built from and for, and what the ONNX file said of itself."""

    onnx: str
    onnx_sha256: str
    tensorrt: str
    capability: str
    gpu: str
    shapes: dict[str, list[list[int]]]
    plan_sha256: str
    metadata: dict[str, str] = field(default_factory=dict)


def plan_key(onnx_sha256: str, target: Target, shapes: Mapping[str, ShapeRange]) -> str:
    """16 hex digits that change with the network, TensorRT, the compute capability and the shapes."""
    ranges = {name: asdict(shape) for name, shape in sorted(shapes.items())}
    text = json.dumps([onnx_sha256, target.tensorrt, target.capability, ranges], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _write(path: Path, data: bytes) -> None:
    """All of the file or nothing of it, also when the power goes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _parse(onnx: Path, trt: Any, builder: Any, logger: Any) -> Any:
    network = builder.create_network(1 << int(trt.NetworkDefinitionCreationFlag.STRONGLY_TYPED))
    parser = trt.OnnxParser(network, logger)
    if not parser.parse(onnx.read_bytes()):
        reasons = "; ".join(" ".join(parser.get_error(i).desc().split()) for i in range(parser.num_errors))
        raise EngineError(f"{onnx}: TensorRT {trt.__version__} cannot read it: {reasons}")
    return network


def _set_shapes(network: Any, builder: Any, config: Any, shapes: Mapping[str, ShapeRange], onnx: Path) -> None:
    """One profile for all inputs with free sizes."""
    profile = builder.create_optimization_profile()
    free = False
    for index in range(network.num_inputs):
        tensor = network.get_input(index)
        if FREE not in tuple(tensor.shape):
            continue
        if tensor.name not in shapes:
            raise EngineError(f"{onnx}: input '{tensor.name}' has free sizes {tuple(tensor.shape)}; say which to build")
        wanted = shapes[tensor.name]
        profile.set_shape(tensor.name, wanted.least, wanted.usual, wanted.most)
        free = True
    if free:
        config.add_optimization_profile(profile)


def build_plan(
    onnx: Path,
    trt: Any,
    shapes: Mapping[str, ShapeRange],
    timing_cache: bytes = b"",
    workspace_bytes: int = WORKSPACE_BYTES,
) -> tuple[bytes, bytes]:
    """Build the network with TensorRT (module `trt`): the plan, and the timing cache to keep for the next build.

    shapes: least, usual and most size of each input with free sizes. Raises EngineError.
    """
    logger = trt.Logger(trt.Logger.ERROR)
    builder = trt.Builder(logger)
    network = _parse(onnx, trt, builder, logger)
    config = builder.create_builder_config()
    config.set_memory_pool_limit(trt.MemoryPoolType.WORKSPACE, workspace_bytes)
    _set_shapes(network, builder, config, shapes, onnx)
    timings = config.create_timing_cache(timing_cache)
    if timings is not None:
        config.set_timing_cache(timings, False)
    plan = builder.build_serialized_network(network, config)
    if plan is None:
        raise EngineError(f"{onnx}: TensorRT {trt.__version__} could not build it; its messages above say why")
    kept = config.get_timing_cache()
    return bytes(plan), b"" if kept is None else bytes(kept.serialize())


def read_manifest(plan: Path) -> Manifest | None:
    """The manifest beside a plan, or None where there is none. Raises EngineError where it cannot be read."""
    path = plan.with_suffix(".json")
    if not path.is_file():
        return None
    try:
        return Manifest(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise EngineError(
            f"{path}: not a plan's manifest ({error}); delete it and the plan, they are built anew"
        ) from None


def _intact(plan: Path) -> bool:
    manifest = read_manifest(plan) if plan.is_file() else None
    return manifest is not None and hashlib.sha256(plan.read_bytes()).hexdigest() == manifest.plan_sha256


def cached_plan(onnx: Path, folder: Path, trt: Any, target: Target, shapes: Mapping[str, ShapeRange]) -> Path:
    """The plan of `onnx` for `target` in `folder`, built where it is missing or damaged. Raises EngineError."""
    from engines.ort import OrtEngine

    digest = hashlib.sha256(onnx.read_bytes()).hexdigest()
    plan = folder / f"{onnx.stem}-{plan_key(digest, target, shapes)}.plan"
    if _intact(plan):
        return plan
    cache = folder / TIMING_CACHE
    data, timings = build_plan(onnx, trt, shapes, cache.read_bytes() if cache.is_file() else b"")
    engine = OrtEngine(onnx, threads=1)
    manifest = Manifest(
        onnx.name,
        digest,
        target.tensorrt,
        target.capability,
        target.gpu,
        {name: [list(shape.least), list(shape.usual), list(shape.most)] for name, shape in shapes.items()},
        hashlib.sha256(data).hexdigest(),
        dict(engine.metadata),
    )
    engine.close()
    _write(plan, data)
    _write(plan.with_suffix(".json"), json.dumps(asdict(manifest), indent=2).encode())
    if timings:
        _write(cache, timings)
    return plan
