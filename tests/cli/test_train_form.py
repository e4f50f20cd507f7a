"""`courtside form train` and `form evaluate`, end to end on a handful of virtual shooters."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from edge.cli import main
from edge.form.virtual import View
from edge.form.virtual_shots import Wanted, session
from edge.simulator.shooters import ShotType, make_shooter


def test_a_network_is_trained_written_and_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("torch", reason="training needs PyTorch: pip install 'courtside[train]'")
    pytest.importorskip("onnx")
    pytest.importorskip("sklearn", reason="t-SNE comes with the extra 'bench'")
    out, work = tmp_path / "form.onnx", tmp_path / "work"
    small = ["--shooters", "6", "--sessions", "1", "--pretrain", "2", "--refine", "2", "--polish", "2"]
    assert main(["form", "train", "--out", str(out), "--work", str(work), *small]) == 0
    assert 10_000 < out.stat().st_size < 3_000_000
    assert {path.suffix for path in work.iterdir() if path.is_file()} == {".npz", ".pt", ".csv", ".onnx"}
    from edge.form.embed import open_embedder

    embedder = open_embedder(str(out), "onnxruntime")
    shots = session(make_shooter(9), [Wanted(ShotType.CATCH)] * 2, View(-1.5, 7.0, 2.0), 0, np.random.default_rng(0))
    assert shots is not None
    found = embedder.embed_arrays(shots.pose, shots.present, shots.duration_s)
    assert np.linalg.norm(found, axis=1) == pytest.approx(1.0, abs=1e-5)
    embedder.close()
    first = work / "convolutions-ours-contrastive-0-phase1.onnx"
    for network, pictures in ((first, tmp_path / "before"), (out, tmp_path / "after")):
        assert main(["form", "evaluate", str(network), "--shooters", "3", "--pictures", str(pictures)]) == 0
        told = capsys.readouterr().out
        assert "shooter, one of 3:" in told
        assert "nan" not in told, "one of them has one shot of each type: nothing to ask for"
        assert {path.name for path in pictures.iterdir()} == {"shooters.png", "types.png", "map.png"}


def test_what_cannot_be_written_or_is_not_known_is_said_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("torch", reason="training needs PyTorch: pip install 'courtside[train]'")
    assert main(["form", "train", "--out", "form.txt"]) == 2
    assert "ends in .onnx" in capsys.readouterr().err
    pytest.importorskip("torch", reason="training needs PyTorch: pip install 'courtside[train]'")
    assert main(["form", "train", "--out", "form.onnx", "--architecture", "dream"]) == 2
    assert "choose one of lstm, convolutions" in capsys.readouterr().err


def test_pictures_without_scikit_learn_are_refused_before_any_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "sklearn.manifold", None)
    assert main(["form", "evaluate", "--pictures", str(tmp_path / "pictures")]) == 2
    said = capsys.readouterr().err
    assert said.startswith("courtside: error: --pictures needs scikit-learn (")
    assert said.endswith("pip install 'courtside[bench]'\n")
    assert not (tmp_path / "pictures").exists()
