"""What the box says of itself, and to systemd; which calibration it looks through."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from calibration.camera import look_at
from calibration.model import Calibration, CalibrationError, RimBox, from_camera
from calibration.store import save
from edge.calibrated import choose_calibration, own_calibration
from edge.config import Config
from edge.health import Meter, find_warnings
from edge.host import Host, hottest_c
from edge.systemd import Notifier
from edge.types import SourceState, StageTimes

RIM = RimBox(x=60, y=20, width=30, height=10)
SIZE = (160, 128)


def test_systemd_is_told(tmp_path: Path) -> None:
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(path)
        notifier = Notifier({"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "30000000"})
        notifier.ready()
        notifier.alive()
        notifier.status("two\nlines")
        notifier.stopping()
        said = [systemd.recv(100).decode() for _ in range(4)]
    assert said == ["READY=1", "WATCHDOG=1", "STATUS=two lines", "STOPPING=1"]
    assert notifier.watchdog_s == 30


def test_without_systemd_nothing_is_said(tmp_path: Path) -> None:
    Notifier({}).ready()
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "nobody")}).ready()
    assert Notifier({}).watchdog_s is None


def test_frames_a_second_and_milliseconds() -> None:
    meter, now_s = Meter(), time.monotonic()
    for index in range(11):
        times = StageTimes({"detector": 20.0}, {"detector": 22.0, "game": float(index), "networks": -20.0})
        meter.add(now_s - 1 + index / 10, 40.0 + index, times)
    health = meter.health("rim-only", {}, ())
    assert health.fps == pytest.approx(10)
    assert health.frame_ms == 45
    assert health.stages_ms == {"detector": 22.0, "game": 5.0, "network:detector": 20.0}


def test_frames_of_long_ago_say_nothing() -> None:
    meter = Meter()
    for index in range(5):
        meter.add(time.monotonic() - 100 + index, 40.0, StageTimes({}, {}))
    health = meter.health("calibrated", {}, ("one",))
    assert (health.fps, health.frame_ms, health.stages_ms, health.warnings) == (0.0, 0.0, {}, ("one",))


@pytest.mark.parametrize(
    ("source", "calibration", "broker", "host", "word"),
    [
        ("reconnecting", "calibrated", "", {}, "source: gone"),
        ("connected", "uncalibrated", "", {}, "the hoop is looked for by itself"),
        ("connected", "calibrated", "refuses us", {}, "broker: refuses us"),
        ("connected", "rim-only", "", {"temperature_c": 91.0}, "hot: 91"),
        ("connected", "rim-only", "", {"disk_free_mb": 12.0}, "12 MB"),
    ],
)
def test_each_trouble_is_one_line(
    source: str, calibration: str, broker: str, host: dict[str, float], word: str
) -> None:
    found = find_warnings(SourceState(source, "gone"), calibration, broker, host)
    assert len(found) == 1
    assert word in found[0]


def test_no_trouble_no_line() -> None:
    host = {"temperature_c": 50.0, "disk_free_mb": 9000.0}
    assert find_warnings(SourceState("connected", "fine"), "calibrated", "", host) == ()


def test_the_hottest_sensor_counts(tmp_path: Path) -> None:
    for name, text in (("thermal_zone0", "41500\n"), ("thermal_zone1", "63000\n"), ("thermal_zone2", "broken")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "temp").write_text(text)
    assert hottest_c(tmp_path) == 63.0
    read = Host(tmp_path / "not" / "yet", tmp_path).read()
    assert read["temperature_c"] == 63.0
    assert read["disk_free_mb"] > 0
    assert hottest_c(tmp_path / "nothing") is None


def test_the_rim_given_by_hand_wins_and_the_rest_stays(tmp_path: Path) -> None:
    known = from_camera(look_at([2, -9, 3.5], [11, 0, 1.5], SIZE, 70), RimBox(x=1, y=1, width=9, height=5), "fiba")
    config = Config(data_dir=tmp_path)
    assert choose_calibration(config, known, SIZE, None)[0] == known
    found, _ = choose_calibration(config, known, SIZE, RIM)
    assert found is not None
    assert (found.rim, found.camera) == (RIM, known.camera)
    assert own_calibration(config, known) is known
    assert own_calibration(Config(data_dir=tmp_path, calibration=tmp_path / "mine.json"), known) is None


def test_the_file_is_used_where_it_fits_the_picture(tmp_path: Path) -> None:
    config = Config(data_dir=tmp_path)
    assert choose_calibration(config, None, SIZE, None)[0] is None
    save(config.calibration_path, Calibration(image_size=SIZE, rim=RIM))
    found, origin = choose_calibration(config, None, SIZE, None)
    assert found is not None
    assert found.rim == RIM
    assert str(config.calibration_path) in origin
    other, told = choose_calibration(config, None, (1280, 720), None)
    assert other is None
    assert "not 1280x720" in told


def test_a_file_that_the_settings_name_has_to_fit(tmp_path: Path) -> None:
    path = tmp_path / "court.json"
    config = Config(data_dir=tmp_path, calibration=path)
    with pytest.raises(CalibrationError, match="no such calibration file"):
        choose_calibration(config, None, SIZE, None)
    save(path, Calibration(image_size=SIZE, rim=RIM))
    with pytest.raises(CalibrationError, match="not 1280x720"):
        choose_calibration(config, None, (1280, 720), None)
    path.write_text("{")
    with pytest.raises(CalibrationError, match="not JSON"):
        choose_calibration(config, None, SIZE, None)


def test_a_moved_camera_is_a_warning() -> None:
    host = {"temperature_c": 50.0, "disk_free_mb": 9000.0}
    found = find_warnings(SourceState("connected", "fine"), "calibrated", "", host, "the camera was moved")
    assert found == ("the camera was moved",)


def test_what_cannot_be_followed_is_a_warning_while_it_is_new() -> None:
    meter, now_s = Meter(), time.monotonic()
    meter.count(now_s - 60, {"not finite": 7})
    meter.count(now_s - 2, {"not finite": 9, "beside the court": 40})
    meter.count(now_s - 1, {"not finite": 9, "beside the court": 80, "gap": 1})
    assert meter.odd() == {"not finite": 2, "gap": 1}
    (warning,) = find_warnings(SourceState("connected", ""), "calibrated", "", {}, odd=meter.odd())
    assert "gap (1), not finite (2)" in warning


def test_a_box_too_slow_to_see_shots_says_so() -> None:
    fine = SourceState("connected", "fine")
    assert find_warnings(fine, "calibrated", "", {}, fps=20.0) == ()
    assert find_warnings(fine, "calibrated", "", {}, fps=None) == ()
    (warning,) = find_warnings(fine, "calibrated", "", {}, fps=2.5)
    assert warning.startswith("too slow: 2.5 frames a second are taken, about 8 are needed")


def test_frames_a_second_are_told_once_it_is_warm(monkeypatch: pytest.MonkeyPatch) -> None:
    meter = Meter()
    assert meter.steady_fps() is None
    start = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: start + 40.0)
    for number in range(11):
        meter.add(start + 38.0 + 0.2 * number, 5.0, StageTimes({}, {}))
    assert meter.steady_fps() == pytest.approx(5.0)
