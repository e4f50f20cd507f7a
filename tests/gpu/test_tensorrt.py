"""What only a GPU can show: a plan gives what ONNX Runtime gives."""

import numpy as np
import pytest

from engines import trt, zoo
from engines.backend import open_engine

REASON = trt.missing()
pytestmark = [pytest.mark.gpu, pytest.mark.skipif(REASON is not None, reason=f"no TensorRT here: {REASON}")]


@pytest.mark.parametrize("network", [n for n in zoo.networks().values() if n.shipped], ids=lambda network: network.name)
def test_a_plan_agrees_with_onnx_runtime(network: zoo.Network) -> None:
    path, shapes = zoo.locate(network), {network.input.name: zoo.shape_range(network)}
    peer, engine = open_engine(path, "onnxruntime"), open_engine(path, "tensorrt", shapes=shapes)
    spec = network.input
    usual = shapes[spec.name].usual if spec.layout == "NCHW" else (1, spec.height, spec.width, 3)
    tensor = np.random.default_rng(0).integers(0, 3, usual).astype(spec.dtype)
    expected, found = peer.infer({spec.name: tensor}), engine.infer({spec.name: tensor})
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-2, atol=1e-2)
    engine.close()
    peer.close()
