import ctypes
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from engines import trt
from engines.backend import FREE, EngineError, TensorSpec, open_engine
from tests.engines.fake_gpu import FakeCuda, FakeTrt
from tests.engines.tiny import save_identity


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "a.plan"
    path.write_bytes(b"plan")
    return path


def test_shapes_results_and_memory_of_a_network_with_a_free_size(plan: Path) -> None:
    cuda = FakeCuda()
    module = FakeTrt(cuda)
    engine = trt.TrtEngine(plan, module, cuda)
    assert engine.inputs == (TensorSpec("images", (1, FREE), "float32"),)
    for count in (2, 5, 3):
        values = np.arange(count, dtype=np.float32)[None]
        np.testing.assert_array_equal(engine.infer({"images": values})["output0"], values + 1)
    assert cuda.depth == 0, "no context is left current between calls"
    assert len(cuda.allocated) == 2, "outgrown memory is given back"


def test_close_gives_everything_back_once(plan: Path) -> None:
    cuda = FakeCuda()
    engine = trt.TrtEngine(plan, FakeTrt(cuda), cuda)
    engine.infer({"images": np.zeros((1, 2), np.float32)})
    engine.close()
    engine.close()
    assert (cuda.allocated, cuda.depth, cuda.detached) == ({}, 0, 1)
    with pytest.raises(EngineError, match="is closed"):
        engine.infer({"images": np.zeros((1, 2), np.float32)})


def test_a_shape_outside_the_plan_is_named_and_the_engine_goes_on(plan: Path) -> None:
    cuda = FakeCuda()
    engine = trt.TrtEngine(plan, FakeTrt(cuda, most=4), cuda)
    with pytest.raises(EngineError, match=r"not built for images of shape \(1, 5\)"):
        engine.infer({"images": np.zeros((1, 5), np.float32)})
    assert cuda.depth == 0
    assert engine.infer({"images": np.ones((1, 4), np.float32)})["output0"].sum() == 8


def test_a_plan_of_another_version_is_refused_and_the_context_given_back(tmp_path: Path) -> None:
    cuda = FakeCuda()
    path = tmp_path / "old.plan"
    path.write_bytes(b"other")
    with pytest.raises(EngineError, match="refuses this plan; delete it"):
        trt.TrtEngine(path, FakeTrt(cuda), cuda)
    assert (cuda.depth, cuda.detached) == (0, 1)


def test_labels_come_from_the_manifest(plan: Path) -> None:
    fields = {"onnx": "a", "onnx_sha256": "", "tensorrt": "", "capability": "", "gpu": "", "shapes": {}}
    manifest = {**fields, "plan_sha256": "", "metadata": {"names": "{0: 'person'}"}}
    plan.with_suffix(".json").write_text(json.dumps(manifest))
    cuda = FakeCuda()
    assert trt.TrtEngine(plan, FakeTrt(cuda), cuda).metadata == {"names": "{0: 'person'}"}


@pytest.mark.parametrize(
    ("status", "count", "word"), [(100, 1, "cuInit gives 100"), (0, 0, "finds no GPU"), (0, 1, None)]
)
def test_the_driver_is_asked_first(monkeypatch: pytest.MonkeyPatch, status: int, count: int, word: str | None) -> None:
    def device_count(reference: Any) -> int:
        reference._obj.value = count
        return 0

    driver = SimpleNamespace(cuInit=lambda flags: status, cuDeviceGetCount=device_count)
    monkeypatch.setattr(ctypes, "CDLL", lambda name: driver)
    reason = trt.driver_error()
    assert (reason is None) if word is None else (reason is not None and word in reason)


def test_without_a_driver_it_says_so_and_auto_takes_onnx_runtime(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trt, "CUDA_DRIVER", "libno-such-driver.so.1")
    path = save_identity(tmp_path / "a.onnx", [1])
    with pytest.raises(EngineError, match=r"no NVIDIA driver.*set engines.backend to onnxruntime"):
        open_engine(path, "tensorrt")
    assert type(open_engine(path, "auto")).__name__ == "OrtEngine"
