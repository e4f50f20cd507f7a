"""ONNX Runtime on the CPU."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import onnxruntime as ort

from engines.backend import FREE, EngineError, Tensor, TensorSpec, check_feeds

_NUMPY_NAMES = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(double)": "float64",
    "tensor(uint8)": "uint8",
    "tensor(int8)": "int8",
    "tensor(int32)": "int32",
    "tensor(int64)": "int64",
    "tensor(bool)": "bool",
}


def _spec(path: Path, node: ort.NodeArg) -> TensorSpec:
    if node.type not in _NUMPY_NAMES:
        raise EngineError(f"{path}: tensor '{node.name}' is of type {node.type}, which no stage here can feed or read")
    shape = tuple(size if isinstance(size, int) else FREE for size in node.shape)
    return TensorSpec(node.name, shape, _NUMPY_NAMES[node.type])


def _options(threads: int) -> ort.SessionOptions:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads or len(os.sched_getaffinity(0))
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Idle threads must not spin: the stages between two networks, and the other networks' pools, need the cores.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


class OrtEngine:
    """An ONNX file run by ONNX Runtime on `threads` CPU threads (0 = all)."""

    def __init__(self, path: Path, threads: int = 0) -> None:
        self._name = path.name
        try:
            session = ort.InferenceSession(str(path), _options(threads), providers=["CPUExecutionProvider"])
        except Exception as error:  # the bindings raise one class a status code, with no common base
            detail = " ".join(str(error).split())
            if "INVALID_PROTOBUF" in detail:
                raise EngineError(f"{path}: is no ONNX file, or only part of one; fetch or copy it again") from None
            raise EngineError(f"{path}: ONNX Runtime cannot load it (fetch or copy it again): {detail}") from None
        self._session: ort.InferenceSession | None = session
        self.inputs = tuple(_spec(path, node) for node in session.get_inputs())
        self.outputs = tuple(_spec(path, node) for node in session.get_outputs())
        self.metadata: Mapping[str, str] = dict(session.get_modelmeta().custom_metadata_map)
        self._output_names = [spec.name for spec in self.outputs]

    def infer(self, feeds: Mapping[str, Tensor]) -> dict[str, Tensor]:
        if self._session is None:
            raise EngineError(f"{self._name}: is closed")
        check_feeds(self._name, self.inputs, feeds)
        try:
            results = self._session.run(self._output_names, dict(feeds))
        except Exception as error:  # as above
            raise EngineError(f"{self._name}: inference failed: {' '.join(str(error).split())}") from None
        return dict(zip(self._output_names, results, strict=True))

    def close(self) -> None:
        self._session = None
