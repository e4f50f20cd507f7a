"""The trained encoder as an ONNX file that answers alike. Needs PyTorch (`pip install courtside[train]`)."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import torch

from engines.form.layout import EMBEDDING, FRAMES, INPUTS, JOINTS
from engines.form.model import MOTION, SHOOTER, Encoder

_PARITY = 1e-4


def export(encoder: Encoder, path: Path, trained_by: str = "courtside form train") -> None:
    """Write the encoder as ONNX (opset 17, any number of shots at once) and see that it answers alike.

    Raises ValueError where ONNX Runtime's answers are off.
    """
    encoder = encoder.eval()
    path.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            encoder,
            _example(2),
            str(path),
            opset_version=17,
            dynamo=False,
            input_names=list(INPUTS),
            output_names=[EMBEDDING],
            dynamic_axes={name: {0: "shots"} for name in (*INPUTS, EMBEDDING)},
        )
    _describe(path, encoder, trained_by)
    _compare(encoder, path)


def _example(count: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(count)
    pose = torch.randn((count, FRAMES, JOINTS, 2), generator=random) * 0.3
    present = torch.randint(0, 3, (count, FRAMES, JOINTS), generator=random) / 2.0
    return pose, present, 0.6 + 0.6 * torch.rand(count, generator=random)


def _describe(path: Path, encoder: Encoder, trained_by: str) -> None:
    """Write into the file what whoever runs it has to know."""
    import onnx

    model = onnx.load(str(path))
    facts = {
        "architecture": encoder.architecture, "normalisation": "body", "shooter_part": str(SHOOTER),
        "motion_part": str(MOTION), "trained_by": trained_by,
    }  # fmt: skip
    onnx.helper.set_model_props(model, facts)
    onnx.save(model, str(path))


def _compare(encoder: Encoder, path: Path) -> None:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    for count in (1, 5):
        shots = _example(count)
        with torch.no_grad():
            wanted = encoder(*shots).numpy()
        given = session.run(None, {name: part.numpy() for name, part in zip(INPUTS, shots, strict=True)})[0]
        off = float(np.abs(wanted - np.asarray(given)).max())
        if not off < _PARITY:
            raise ValueError(f"{path}: its embeddings are off by {off:.2g} in ONNX Runtime")
