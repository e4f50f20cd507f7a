"""Plans, built for real where TensorRT for RTX is installed: it parses and builds without a GPU."""

import hashlib
import importlib
from pathlib import Path
from typing import Any

import pytest

from engines import build, zoo
from engines.backend import EngineError, ShapeRange
from tests.engines.tiny import save_identity

pytestmark = pytest.mark.filterwarnings("ignore:.*Timing cache operations are no-ops:DeprecationWarning")
TARGET = build.Target("10.3.0", "8.7", "Orin")
SHAPES = {"images": ShapeRange((1, 1), (1, 4), (1, 8))}
SHIPPED = [network for network in zoo.networks().values() if network.shipped]
CALLS = {
    "Builder": "create_network create_builder_config create_optimization_profile build_serialized_network",
    "IBuilderConfig": "set_memory_pool_limit create_timing_cache set_timing_cache get_timing_cache "
    "add_optimization_profile",
    "INetworkDefinition": "num_inputs get_input",
    "IOptimizationProfile": "set_shape",
    "OnnxParser": "parse num_errors get_error",
    "Runtime": "deserialize_cuda_engine",
    "ICudaEngine": "num_io_tensors get_tensor_name get_tensor_mode get_tensor_shape get_tensor_dtype "
    "create_execution_context",
    "IExecutionContext": "set_input_shape get_tensor_shape set_tensor_address execute_async_v3",
    "ITimingCache": "serialize",
    "MemoryPoolType": "WORKSPACE",
    "NetworkDefinitionCreationFlag": "STRONGLY_TYPED",
    "TensorIOMode": "INPUT",
}


@pytest.fixture(scope="module")
def rtx() -> Any:
    try:
        return importlib.import_module("tensorrt_rtx")
    except Exception as error:  # a wheel for another CUDA or system fails to load in many ways
        pytest.skip(f"TensorRT for RTX cannot be imported (pip install 'courtside[rtx]'): {error}")


def test_every_call_we_make_is_in_the_api(rtx: Any) -> None:
    missing = [
        f"{kind}.{name}"
        for kind, names in CALLS.items()
        for name in names.split()
        if not hasattr(getattr(rtx, kind), name)
    ]
    assert missing == []
    assert callable(rtx.nptype)


@pytest.mark.parametrize("network", SHIPPED, ids=lambda network: network.name)
def test_shipped_networks_build(rtx: Any, network: zoo.Network) -> None:
    plan, _ = build.build_plan(zoo.locate(network), rtx, zoo.shape_ranges(network))
    assert len(plan) > 0.5 * zoo.path_of(network).stat().st_size


def test_a_plan_is_built_once_and_again_when_damaged(rtx: Any, tmp_path: Path) -> None:
    onnx = save_identity(tmp_path / "a.onnx", [1, "n"], {"names": "{0: 'x'}"})
    plan = build.cached_plan(onnx, tmp_path / "plans", rtx, TARGET, SHAPES)
    manifest = build.read_manifest(plan)
    assert manifest is not None
    assert manifest.onnx_sha256 == zoo.sha256_of(onnx)
    assert manifest.plan_sha256 == zoo.sha256_of(plan)
    assert manifest.shapes == {"images": [[1, 1], [1, 4], [1, 8]]}
    assert manifest.metadata["names"] == "{0: 'x'}"
    written = plan.stat().st_mtime_ns
    assert build.cached_plan(onnx, tmp_path / "plans", rtx, TARGET, SHAPES) == plan
    assert plan.stat().st_mtime_ns == written
    plan.write_bytes(b"half")
    build.cached_plan(onnx, tmp_path / "plans", rtx, TARGET, SHAPES)
    rebuilt = build.read_manifest(plan)
    assert rebuilt is not None
    assert rebuilt.plan_sha256 == zoo.sha256_of(plan)
    assert not [path for path in (tmp_path / "plans").iterdir() if path.suffix not in (".plan", ".json", ".cache")]


def test_a_free_size_without_shapes_and_a_file_that_is_no_network_are_one_line(rtx: Any, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"input 'images' has free sizes \(1, -1\)"):
        build.build_plan(save_identity(tmp_path / "a.onnx", [1, "n"]), rtx, {})
    bad = tmp_path / "bad.onnx"
    bad.write_bytes(b"not a network")
    with pytest.raises(EngineError, match="cannot read it") as caught:
        build.build_plan(bad, rtx, {})
    assert "\n" not in str(caught.value)


def test_the_key_changes_with_all_that_a_plan_is_tied_to() -> None:
    digest = hashlib.sha256(b"a").hexdigest()
    other = {"images": ShapeRange((1, 1), (1, 4), (1, 9))}
    keys = [
        build.plan_key(digest, TARGET, SHAPES),
        build.plan_key(hashlib.sha256(b"b").hexdigest(), TARGET, SHAPES),
        build.plan_key(digest, build.Target("10.4.0", "8.7"), SHAPES),
        build.plan_key(digest, build.Target("10.3.0", "8.9"), SHAPES),
        build.plan_key(digest, TARGET, other),
    ]
    assert len(set(keys)) == len(keys)
    assert build.plan_key(digest, build.Target("10.3.0", "8.7", "another name"), SHAPES) == keys[0]


def test_a_broken_manifest_says_what_to_delete(tmp_path: Path) -> None:
    plan = tmp_path / "a.plan"
    assert build.read_manifest(plan) is None
    plan.with_suffix(".json").write_text("{")
    with pytest.raises(EngineError, match="delete it and the plan"):
        build.read_manifest(plan)
