"""`courtside doctor`: one line for each thing, a code for all, and what mends it."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from edge.cli import main
from edge.commands import checks
from edge.config import Config, parse


def settings(tmp_path: Path, **more: object) -> Config:
    return parse({"data_dir": str(tmp_path), **more}, "test")


def test_it_goes_on_after_what_fails(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    absent = str(tmp_path / "absent.mp4")
    overrides = (f"data_dir={tmp_path}", "engines.detector=picodet", "mqtt.broker=127.0.0.1", "mqtt.port=9")
    code = main(["doctor", "--source", absent, *(part for one in overrides for part in ("--set", one))])
    rows = {line.split()[1]: line for line in capsys.readouterr().out.splitlines()}
    assert code == 1
    assert list(rows) == ["source", "rim", "networks", "gpu", "broker", "page", "disk", "clock"]
    assert rows["source"].startswith("fail")
    assert "no such file" in rows["source"]
    assert rows["networks"].startswith("fail")
    assert "did you mean" in rows["networks"]
    assert rows["broker"].startswith("fail")
    assert "is it running" in rows["broker"]
    assert rows["disk"].startswith("ok")


def test_the_virtual_gym_and_the_shipped_networks_are_well(tmp_path: Path) -> None:
    config = settings(tmp_path, source={"width": 320, "height": 180})
    assert checks.check_source(config) == checks.Finding("ok", "gym://form: 320x180 at 30 frames/s")
    assert checks.check_calibration(config).level == "ok"
    networks = checks.check_networks(config)
    assert networks.level == "ok"
    assert "picodet-s-640, courtside-ball, movenet-thunder, efficientnet-lite0: loaded" in networks.text


def test_a_camera_without_a_rim_is_a_warning(tmp_path: Path) -> None:
    found = checks.check_calibration(settings(tmp_path, source={"uri": "/dev/video97"}))
    assert found.level == "warn"
    assert "looked for by itself" in found.text
    assert "courtside calibrate" in found.text


def test_a_gpu_that_is_asked_for_and_missing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engines.trt.missing", lambda: "no NVIDIA driver")
    assert checks.check_gpu(settings(tmp_path, engines={"backend": "tensorrt"})).level == "fail"
    assert checks.check_gpu(settings(tmp_path)).level == "ok"


def test_taken_ports_fail_and_name_the_setting(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        broker = checks.check_broker(settings(tmp_path, mqtt={"bind": "127.0.0.1", "port": port}))
        page = checks.check_page(settings(tmp_path, web={"bind": "127.0.0.1", "port": port}))
    assert (broker.level, page.level) == ("fail", "fail")
    assert "mqtt.port" in broker.text
    assert "web.port" in page.text


def test_a_data_folder_that_cannot_be_made_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = checks.check_disk(settings(tmp_path / "file" / "below"))
    assert found.level == "fail"
    assert "data_dir" in found.text


def test_a_clock_before_the_installation_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.commands.checks.time.time", lambda: 0.0)
    assert checks.check_clock(settings(tmp_path)).level == "fail"


@pytest.mark.parametrize(("answer", "level"), [(True, "ok"), (False, "warn"), (None, "ok")])
def test_a_clock_that_nobody_sets_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: bool | None, level: str
) -> None:
    monkeypatch.setattr(checks, "_synchronised", lambda: answer)
    assert checks.check_clock(settings(tmp_path)).level == level
