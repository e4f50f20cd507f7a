"""Small ONNX files made on the spot."""

from __future__ import annotations

from pathlib import Path

import onnx
from onnx import TensorProto, helper

Size = int | str


def save_identity(path: Path, shape: list[Size], metadata: dict[str, str] | None = None, name: str = "images") -> Path:
    """A network that returns its float input of `shape` as 'output0'; a size may be a name: free."""
    return save(path, helper.make_node("Identity", [name], ["output0"]), name, shape, shape, metadata)


def save_table(path: Path, takes: list[Size], gives: list[int], metadata: dict[str, str] | None = None) -> Path:
    """A network that takes 'images' and returns zeros of shape `gives`, whatever it is shown."""
    zeros = helper.make_tensor("zeros", TensorProto.FLOAT, gives, [0.0] * _count(gives))
    nodes = [
        helper.make_node("ReduceMax", ["images"], ["peak"], keepdims=0),
        helper.make_node("Mul", ["zeros", "peak"], ["output0"]),
    ]
    graph = helper.make_graph(nodes, "table", [_info("images", takes)], [_info("output0", list(gives))], [zeros])
    return _write(path, graph, metadata)


def save_ball(path: Path, channels: int = 9, name: str = "frames") -> Path:
    """A network laid out as the ball's: uint8 frames in, heat, ball and rim out, each the input's mean by cells."""
    nodes = [
        helper.make_node("Cast", [name], ["light"], to=TensorProto.FLOAT),
        helper.make_node("AveragePool", ["light"], ["cells"], kernel_shape=[4, 4], strides=[4, 4]),
        helper.make_node("ReduceMean", ["cells"], ["plane"], axes=[1], keepdims=1),
    ]
    counts = {"heat": 2, "ball": 4, "rim": 4}
    nodes += [helper.make_node("Concat", ["plane"] * count, [key], axis=1) for key, count in counts.items()]
    gives = [_info(key, [1, count, f"{key}_height", f"{key}_width"]) for key, count in counts.items()]
    takes = helper.make_tensor_value_info(name, TensorProto.UINT8, [1, channels, "height", "width"])
    return _write(path, helper.make_graph(nodes, "ball", [takes], gives), None)


def save(
    path: Path, node: onnx.NodeProto, name: str, takes: list[Size], gives: list[Size], metadata: dict[str, str] | None
) -> Path:
    graph = helper.make_graph([node], "tiny", [_info(name, takes)], [_info("output0", gives)])
    return _write(path, graph, metadata)


def _count(shape: list[int]) -> int:
    count = 1
    for size in shape:
        count *= size
    return count


def _info(name: str, shape: list[Size]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def _write(path: Path, graph: onnx.GraphProto, metadata: dict[str, str] | None) -> Path:
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, metadata or {})
    onnx.save(model, path)
    return path
