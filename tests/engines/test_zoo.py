import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pytest

from engines import zoo
from engines.backend import EngineError, open_engine
from tests.engines.tiny import save_ball, save_table

SHIPPED = [network for network in zoo.networks().values() if network.shipped]
MODELS = Path(zoo.__file__).parent / "models"


@pytest.mark.parametrize("network", SHIPPED, ids=lambda network: network.name)
def test_shipped_networks_are_what_the_table_says(network: zoo.Network) -> None:
    engine = open_engine(zoo.locate(network), "onnxruntime", threads=1)
    zoo.check(network, engine)
    assert [spec.name for spec in engine.inputs] == list(zoo.shape_ranges(network))
    engine.close()


def test_shipped_files_are_small_licensed_and_all_listed() -> None:
    files = {zoo.path_of(network): network.owner for network in SHIPPED}
    assert set(MODELS.glob("*.onnx")) == set(files)
    assert sum(path.stat().st_size for path in files) <= 60e6
    for path, owner in files.items():
        notice = path.with_suffix(".txt").read_text(encoding="utf-8")
        words = ["Copyright", "Apache License, Version 2.0", "Origin:"]
        if owner != "the courtside authors":
            words.append("Changed:")
        assert [word for word in words if word not in notice] == []
    assert zoo.path_of(zoo.find("courtside-ball")).stat().st_size < 5e6


@pytest.mark.parametrize("network", zoo.networks().values(), ids=lambda network: network.name)
def test_every_row_can_be_got_and_decoded(network: zoo.Network) -> None:
    assert len(network.sha256) == 64
    assert network.shipped or (network.package.rpartition("@")[0] and network.member.endswith(network.file))
    assert network.input.height % network.input.step == 0
    assert network.task in ("detection", "pose", "ball", "appearance", "form")


@pytest.mark.parametrize(("name", "near"), [("picodet-640", "picodet-s-640"), ("yolo11-pose", "yolo11n-pose")])
def test_an_unknown_name_names_the_nearest(name: str, near: str) -> None:
    with pytest.raises(EngineError, match=f"unknown network '{name}'; did you mean '{near}'"):
        zoo.find(name)


def test_a_name_like_none_lists_all() -> None:
    with pytest.raises(EngineError, match=r"known: picodet-s-640, .*yolo11n-pose"):
        zoo.find("qqq")


def test_missing_empty_and_damaged_files_say_how_to_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURTSIDE_CACHE", str(tmp_path))
    network = zoo.find("yolo11n-pose")
    path = tmp_path / network.file
    for content, word in ((None, "not here"), (b"", "empty"), (b"junk", "damaged")):
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(EngineError, match=rf"{word}.*courtside engines fetch yolo11n-pose"):
            zoo.locate(network)


def test_the_cache_follows_the_users_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("COURTSIDE_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert zoo.cache_dir() == tmp_path / "courtside" / "engines"


def _names(*labels: str) -> dict[str, str]:
    return {"names": str(dict(enumerate(labels)))}


@pytest.mark.parametrize(
    ("metadata", "rows", "word"),
    [
        (_names("person", "sports ball"), 6, None),
        ({}, 6, None),
        (_names("person", "frisbee"), 6, "'frisbee' as number 1"),
        (_names("person"), 6, "1 labels, 'nothing' as number 1"),
        ({"names": "{0: oops"}, 6, "cannot be read"),
        ({}, 84, "output of shape"),
    ],
)
def test_labels_are_checked_against_the_file(
    tmp_path: Path, metadata: dict[str, str], rows: int, word: str | None
) -> None:
    spec = dataclasses.replace(zoo.find("yolov8n").input, height=32, width=32)
    network = dataclasses.replace(zoo.find("yolov8n"), labels=("person", "sports ball"), input=spec)
    path = save_table(tmp_path / "a.onnx", [1, 3, 32, 32], [1, rows, 21], metadata)
    engine = open_engine(path, "onnxruntime", threads=1)
    if word is None:
        zoo.check(network, engine)
        return
    with pytest.raises(EngineError, match=word):
        zoo.check(network, engine)


def test_a_network_of_another_input_size_is_refused(tmp_path: Path) -> None:
    network = zoo.find("yolov8n")
    engine = open_engine(save_table(tmp_path / "a.onnx", [1, 3, 32, 32], [1, 84, 21]), "onnxruntime", threads=1)
    with pytest.raises(EngineError, match=r"takes .*32, 32.* expected 'images' of shape"):
        zoo.check(network, engine)


def test_a_file_of_ones_own_is_told_by_its_labels_and_shapes(tmp_path: Path) -> None:
    path = save_table(tmp_path / "mine.onnx", [1, 3, "height", "width"], [1, 6, 21], _names("person", "sports ball"))
    network = zoo.find(str(path))
    assert (network.task, network.output, network.labels) == ("detection", "yolo", ("person", "sports ball"))
    assert network.input.any_size
    assert zoo.locate(network) == path
    pose = save_table(tmp_path / "pose.onnx", [1, 3, 64, 64], [1, 56, 84], _names("person"))
    assert zoo.find(str(pose)).task == "pose"


def test_a_balls_network_of_ones_own_is_told_by_its_outputs(tmp_path: Path) -> None:
    path = save_ball(tmp_path / "mine.onnx")
    network = zoo.find(str(path))
    shipped = zoo.find("courtside-ball")
    assert (network.task, network.output, network.input) == ("ball", shipped.output, shipped.input)
    assert (network.name, network.shipped, network.licence) == ("mine", False, "your own")
    assert zoo.locate(network) == path
    engine = open_engine(path, "onnxruntime", threads=1)
    zoo.check(network, engine)
    answer = engine.infer({"frames": np.full((1, 9, 32, 48), 255, np.uint8)})
    assert [answer[name].shape for name in ("heat", "ball", "rim")] == [(1, 2, 8, 12), (1, 4, 8, 12), (1, 4, 8, 12)]
    engine.close()


@pytest.mark.parametrize(("channels", "name", "word"), [(3, "frames", "takes"), (9, "images", "expected 'frames'")])
def test_a_balls_network_with_another_input_is_refused(tmp_path: Path, channels: int, name: str, word: str) -> None:
    path = save_ball(tmp_path / "mine.onnx", channels, name)
    engine = open_engine(path, "onnxruntime", threads=1)
    with pytest.raises(EngineError, match=word) as caught:
        zoo.check(zoo.find(str(path)), engine)
    assert "\n" not in str(caught.value)


def test_three_frames_are_nine_channels_in_steps_of_32() -> None:
    sizes = zoo.shape_range(zoo.find("courtside-ball"))
    assert (sizes.least, sizes.usual, sizes.most) == ((1, 9, 32, 32), (1, 9, 736, 1280), (1, 9, 1280, 1280))


@pytest.mark.parametrize(
    ("metadata", "rows", "word"), [({}, 6, "carries no labels"), (_names("person"), 84, "gives 84 rows where 1 labels")]
)
def test_a_file_of_ones_own_that_is_no_yolo_is_refused(
    tmp_path: Path, metadata: dict[str, str], rows: int, word: str
) -> None:
    path = save_table(tmp_path / "mine.onnx", [1, 3, 64, 64], [1, rows, 84], metadata)
    with pytest.raises(EngineError, match=word):
        zoo.find(str(path))


def test_sizes_that_tensorrt_builds_for() -> None:
    free = zoo.shape_range(zoo.find("picodet-s-640"))
    assert (free.least, free.usual, free.most) == ((1, 3, 32, 32), (1, 3, 384, 640), (1, 3, 640, 640))
    fixed = zoo.shape_range(zoo.find("yolov8n"))
    assert fixed.least == fixed.usual == fixed.most == (1, 3, 640, 640)


def test_a_damaged_shipped_file_asks_for_a_new_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(MODELS, tmp_path / "models", ignore=shutil.ignore_patterns("*.onnx"))
    (tmp_path / "models" / "picodet_s.onnx").write_bytes(b"")
    monkeypatch.setattr(zoo, "HERE", tmp_path)
    with pytest.raises(EngineError, match=r"empty .*install courtside again"):
        zoo.locate(SHIPPED[0])
