from pathlib import Path

import numpy as np
import pytest

from engines.backend import FREE, EngineError, TensorSpec, TimedEngine, open_engine
from tests.engines.tiny import save_identity


def test_specs_metadata_and_inference_of_a_network_with_a_free_size(tmp_path: Path) -> None:
    engine = open_engine(save_identity(tmp_path / "a.onnx", [1, "n"], {"names": "{0: 'x'}"}), "onnxruntime", threads=1)
    assert engine.inputs == (TensorSpec("images", (1, FREE), "float32"),)
    assert engine.outputs[0].name == "output0"
    assert engine.metadata["names"] == "{0: 'x'}"
    for count in (1, 5):
        values = np.arange(count, dtype=np.float32)[None]
        np.testing.assert_array_equal(engine.infer({"images": values})["output0"], values)


@pytest.mark.parametrize(
    ("feeds", "word"),
    [
        ({}, "missing"),
        ({"images": np.zeros((1, 3), np.float32)}, r"takes float32 \(1, 2\)"),
        ({"images": np.zeros((1, 2), np.float64)}, "got float64"),
        ({"images": np.zeros((1, 2, 1), np.float32)}, r"got float32 \(1, 2, 1\)"),
    ],
)
def test_feeds_that_do_not_fit_are_named(tmp_path: Path, feeds: dict[str, np.ndarray], word: str) -> None:
    engine = open_engine(save_identity(tmp_path / "a.onnx", [1, 2]), "onnxruntime")
    with pytest.raises(EngineError, match=word):
        engine.infer(feeds)


def test_close_may_be_called_twice_and_ends_inference(tmp_path: Path) -> None:
    engine = open_engine(save_identity(tmp_path / "a.onnx", [1]), "onnxruntime")
    engine.close()
    engine.close()
    with pytest.raises(EngineError, match="closed"):
        engine.infer({"images": np.zeros(1, np.float32)})


@pytest.mark.parametrize(("content", "word"), [(None, "no such"), (b"", "0 bytes"), (b"not a network", "no ONNX file")])
def test_files_that_are_no_network_end_in_one_line(tmp_path: Path, content: bytes | None, word: str) -> None:
    path = tmp_path / "bad.onnx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EngineError, match=word) as caught:
        open_engine(path, "onnxruntime")
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


def test_unknown_backend_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="unknown backend 'abacus'"):
        open_engine(save_identity(tmp_path / "a.onnx", [1]), "abacus")


def test_time_in_the_network_is_added_up_and_taken_once(tmp_path: Path) -> None:
    engine = TimedEngine(open_engine(save_identity(tmp_path / "a.onnx", [1]), "onnxruntime"))
    engine.infer({"images": np.zeros(1, np.float32)})
    assert engine.take_ms() > 0
    assert engine.take_ms() == 0
