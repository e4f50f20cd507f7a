"""A network of the user's own, named by its path: an ONNX file in the layout that YOLOv8 to YOLO11 are exported in,
without suppression, its labels in the file's metadata; or one that 'courtside engines train-ball' or 'courtside form
train' made."""

from __future__ import annotations

from pathlib import Path

from engines.backend import FREE, EngineError, open_engine
from engines.ball.layout import OUTPUTS
from engines.form.layout import EMBEDDING, INPUTS
from engines.zoo import KEYPOINTS, InputSpec, Network, networks, own_labels

LONGEST_PX = 640


def from_file(path: Path) -> Network:
    """The network in an .onnx file, told by its metadata and shapes. Raises EngineError where it is of another kind."""
    engine = open_engine(path, "onnxruntime", threads=1)
    try:
        if [spec.name for spec in engine.outputs] == list(OUTPUTS):
            known = networks()["courtside-ball"]
            return _own(path, known.task, known.input, known.output, known.labels)
        if [spec.name for spec in engine.outputs] == [EMBEDDING] and [s.name for s in engine.inputs] == list(INPUTS):
            known = networks()["courtside-form"]
            return _own(path, known.task, known.input, known.output, known.labels)
        labels = own_labels(path.name, engine)
        if labels is None:
            raise EngineError(f"{path}: carries no labels ('names' in its metadata); export it with ultralytics")
        if len(engine.inputs) != 1 or len(engine.inputs[0].shape) != 4 or len(engine.outputs[0].shape) != 3:
            raise EngineError(f"{path}: is not laid out like YOLO (one picture in, one table out)")
        takes, rows = engine.inputs[0], engine.outputs[0].shape[1]
    finally:
        engine.close()
    outputs = {4 + len(labels): "yolo", 4 + len(labels) + 3 * KEYPOINTS: "yolo-pose"}
    if rows not in outputs:
        raise EngineError(f"{path}: gives {rows} rows where {len(labels)} labels have {4 + len(labels)}: other labels?")
    height, width = (LONGEST_PX if size == FREE else size for size in takes.shape[2:])
    spec = InputSpec(
        takes.name,
        "letterbox",
        "NCHW",
        takes.dtype,
        height,
        width,
        114,
        std=(255.0, 255.0, 255.0),
        any_size=FREE in takes.shape[2:],
    )
    return _own(path, "pose" if outputs[rows] == "yolo-pose" else "detection", spec, outputs[rows], labels)


def _own(path: Path, task: str, takes: InputSpec, output: str, labels: tuple[str, ...]) -> Network:
    return Network(
        name=path.stem,
        task=task,
        file=str(path.absolute()),
        sha256="",
        shipped=False,
        licence="your own",
        owner="you",
        origin=str(path),
        about="a file of your own",
        input=takes,
        output=output,
        labels=labels,
    )
