"""What only a GPU can show: a plan gives what ONNX Runtime gives."""

import numpy as np
import pytest

from engines import trt, zoo
from engines.backend import open_engine

REASON = trt.missing()
pytestmark = [pytest.mark.gpu, pytest.mark.skipif(REASON is not None, reason=f"no TensorRT here: {REASON}")]


@pytest.mark.parametrize("network", [n for n in zoo.networks().values() if n.shipped], ids=lambda network: network.name)
def test_a_plan_agrees_with_onnx_runtime(network: zoo.Network) -> None:
    path, shapes = zoo.locate(network), zoo.shape_ranges(network)
    peer, engine = open_engine(path, "onnxruntime"), open_engine(path, "tensorrt", shapes=shapes)
    spec = network.input
    usual = shapes[spec.name].usual if spec.layout == "NCHW" else (1, spec.height, spec.width, 3)
    sizes = {spec.name: usual} if len(shapes) == 1 else {name: shape.usual for name, shape in shapes.items()}
    rng = np.random.default_rng(0)
    feeds = {name: rng.integers(0, 3, size).astype(spec.dtype) for name, size in sizes.items()}
    expected, found = peer.infer(feeds), engine.infer(feeds)
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-2, atol=1e-2)
    engine.close()
    peer.close()
