"""The box as a whole with an embedded broker and a fake pipeline: what it says over MQTT, and how it ends."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from calibration import store
from calibration.model import RimBox
from edge.config import Config, parse
from edge.daemon import DaemonError, Parts, run_box
from edge.game.sessions import SessionStore
from edge.publish import PublishError
from edge.types import Outcome, ShotPhase
from edge.web.server import WebError
from tests.capture.test_recorded import write_video
from tests.daemon.fakes import FakePipeline, shot

SOON_S = 20.0
PREFIX = "courtside/home/court1/"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Listener:
    """Hears everything the box says; `wait` returns the first payload on a topic that fits."""

    def __init__(self, port: int) -> None:
        self.heard: Queue[tuple[str, dict[str, Any]]] = Queue()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv311)
        self.client.on_message = self._on_message
        end_s = time.monotonic() + SOON_S
        while True:
            try:
                self.client.connect("127.0.0.1", port)
                break
            except OSError:
                assert time.monotonic() < end_s, "no broker came up"
                time.sleep(0.05)
        self.client.subscribe("courtside/#", qos=1)
        self.client.loop_start()

    def _on_message(self, _: mqtt.Client, __: Any, message: mqtt.MQTTMessage) -> None:
        if message.payload:
            self.heard.put((message.topic.removeprefix(PREFIX), json.loads(message.payload)))

    def wait(self, topic: str, fits: Callable[[dict[str, Any]], bool] = lambda _: True) -> dict[str, Any]:
        end_s = time.monotonic() + SOON_S
        while time.monotonic() < end_s:
            try:
                name, payload = self.heard.get(timeout=0.5)
            except Empty:
                continue
            if name == topic and fits(payload):
                return payload
        raise AssertionError(f"nothing fitting came on {topic}")

    def ask(self, command: str, **fields: float | str) -> dict[str, Any]:
        self.client.publish(f"{PREFIX}cmd/{command}", json.dumps({"request_id": command, **fields}), qos=1)
        return self.wait("cmd/reply", lambda reply: reply["request_id"] == command)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


class RunningBox:
    """A box in a thread of its own; `join` gives its exit code or raises what it raised."""

    def __init__(self, config: Config, pipeline: FakePipeline, rim: RimBox | None = None) -> None:
        self.stop = threading.Event()
        self.result: int | Exception | None = None
        self.parts = Parts(open_pipeline=lambda *_: pipeline, look_s=0.1)  # type: ignore[arg-type,return-value]
        self.thread = threading.Thread(target=self._run, args=(config, rim), daemon=True)
        self.thread.start()

    def _run(self, config: Config, rim: RimBox | None) -> None:
        try:
            self.result = run_box(config, rim, self.stop, self.parts)
        except Exception as error:
            self.result = error

    def join(self) -> int:
        self.thread.join(SOON_S)
        assert not self.thread.is_alive(), "the box did not end"
        if isinstance(self.result, Exception):
            raise self.result
        assert self.result is not None
        return self.result


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, Any]:
    video = write_video(tmp_path / "clip.mp4", frames=50)
    return {
        "data_dir": str(tmp_path / "data"),
        "source": {"uri": str(video), "realtime": True},
        "mqtt": {"port": free_port(), "bind": "127.0.0.1"},
        "web": {"port": 0, "bind": "127.0.0.1"},
    }


@pytest.fixture
def boxes() -> Iterator[list[RunningBox]]:
    running: list[RunningBox] = []
    yield running
    for box in running:
        box.stop.set()
        box.thread.join(SOON_S)


def endless(settings: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
    """The same settings with a recording that outlasts the test."""
    video = write_video(tmp_path / "long.mp4", frames=3000)
    return {**settings, "source": {"uri": str(video), "realtime": True}}


def test_a_recording_is_played_published_and_then_the_box_ends(
    settings: dict[str, Any], boxes: list[RunningBox]
) -> None:
    pipeline = FakePipeline({}, last=(shot("z", 45), shot("z", 45, ShotPhase.END, Outcome.MADE)))
    boxes.append(RunningBox(parse(settings, "test"), pipeline, RimBox(x=60, y=20, width=30, height=10)))
    listener = Listener(settings["mqtt"]["port"])
    assert listener.wait("shot", lambda one: one["phase"] == "end")["outcome"] == "made"
    assert listener.wait("stats/session", lambda one: one["attempts"] == 1)["made"] == 1
    assert listener.wait("status", lambda one: one["state"] == "stopped")
    listener.close()
    assert boxes[0].join() == 0
    assert pipeline.closed


def test_what_it_told_is_kept_as_a_session(settings: dict[str, Any], boxes: list[RunningBox]) -> None:
    events = {10: [shot("a", 8)], 20: [shot("a", 8, ShotPhase.END, Outcome.MADE)]}
    boxes.append(RunningBox(parse(settings, "test"), FakePipeline(events)))
    assert boxes[0].join() == 0
    store = SessionStore(Path(settings["data_dir"]) / "sessions.db", create=False)
    (line,) = store.sessions()
    assert line.session.ended is not None
    assert line.shots == 2
    assert store.figures(line.session.id).session.shots.made == 1
    assert store.figures(line.session.id).session.frames > 20


def test_it_says_how_it_is_and_obeys(settings: dict[str, Any], boxes: list[RunningBox], tmp_path: Path) -> None:
    settings = endless(settings, tmp_path)
    pipeline = FakePipeline({10: [shot("a", 8, ShotPhase.END, Outcome.MISSED)]})
    boxes.append(RunningBox(parse(settings, "test"), pipeline))
    listener = Listener(settings["mqtt"]["port"])
    health = listener.wait("health", lambda one: one["fps"] > 0)
    assert health["calibration"] == "uncalibrated"
    assert health["stages_ms"] == {"detector": 3.0, "network:detector": 2.0}
    assert any("not calibrated" in warning for warning in health["warnings"])
    assert health["host"]["memory_mb"] > 10
    assert listener.ask("ping")["ok"]
    assert listener.ask("reset-stats")["ok"]
    reply = listener.ask("calibrate-rim", x=60, y=20, width=30, height=10)
    assert reply["ok"]
    saved = store.load(Path(settings["data_dir"]) / "calibration.json")
    assert saved.rim == RimBox(x=60, y=20, width=30, height=10)
    assert saved.image_size == (160, 128)
    assert listener.wait("health", lambda one: one["calibration"] == "rim-only")
    assert pipeline.calibrations == [saved]
    boxes[0].stop.set()
    assert listener.wait("status", lambda one: one["state"] == "stopped")
    listener.close()
    assert boxes[0].join() == 0


def test_reset_begins_the_statistics_anew(settings: dict[str, Any], boxes: list[RunningBox], tmp_path: Path) -> None:
    settings = endless(settings, tmp_path)
    boxes.append(RunningBox(parse(settings, "test"), FakePipeline({10: [shot("a", 8, ShotPhase.END, Outcome.MADE)]})))
    listener = Listener(settings["mqtt"]["port"])
    assert listener.wait("stats/session", lambda one: one["attempts"] == 1)
    assert listener.ask("reset-stats")["ok"]
    listener.close()
    later = Listener(settings["mqtt"]["port"])
    assert later.wait("stats/session")["attempts"] == 0
    later.close()


def test_a_dead_worker_ends_the_box_with_its_reason(settings: dict[str, Any], boxes: list[RunningBox]) -> None:
    boxes.append(RunningBox(parse(settings, "test"), FakePipeline({}, error_at=5)))
    with pytest.raises(DaemonError, match="analysis: the network broke"):
        boxes[0].join()


def test_a_camera_that_is_absent_leaves_the_box_running(settings: dict[str, Any], boxes: list[RunningBox]) -> None:
    settings["source"] = {"uri": "/dev/video97"}
    boxes.append(RunningBox(parse(settings, "test"), FakePipeline({})))
    listener = Listener(settings["mqtt"]["port"])
    assert "plug it in" in listener.wait("source", lambda one: "plug" in one["detail"])["detail"]
    health = listener.wait("health", lambda one: any(warning.startswith("source:") for warning in one["warnings"]))
    assert health["fps"] == 0
    boxes[0].stop.set()
    listener.close()
    assert boxes[0].join() == 0


def test_a_broker_that_is_down_leaves_the_box_running(
    settings: dict[str, Any], boxes: list[RunningBox], caplog: pytest.LogCaptureFixture
) -> None:
    settings["mqtt"] = {"broker": "127.0.0.1", "port": free_port()}
    pipeline = FakePipeline({})
    boxes.append(RunningBox(parse(settings, "test"), pipeline))
    assert boxes[0].join() == 0
    assert pipeline.indices[-1] == 49
    assert any("is it running?" in record.getMessage() for record in caplog.records)


def test_a_taken_port_is_said_at_once(settings: dict[str, Any], boxes: list[RunningBox]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        with pytest.raises(PublishError, match=str(port)):
            run_box(parse({**settings, "mqtt": {"port": port, "bind": "127.0.0.1"}}, "test"), parts=Parts())
        with pytest.raises(WebError, match=str(port)):
            run_box(parse({**settings, "web": {"port": port, "bind": "127.0.0.1"}}, "test"), parts=Parts())


def test_a_knocked_camera_is_said_and_the_next_frames_are_seen_through_the_camera_as_it_looks_now(
    settings: dict[str, Any], boxes: list[RunningBox]
) -> None:
    gym = {"uri": "gym://practice?bump=1.5@3", "realtime": True, "width": 960, "height": 540, "fps": 15}
    pipeline = FakePipeline({})
    boxes.append(RunningBox(parse({**settings, "source": gym}, "test"), pipeline))
    listener = Listener(settings["mqtt"]["port"])
    first = listener.wait("calibration")
    assert (first["state"], first["moved_cm"]) == ("calibrated", None)
    moved = listener.wait("calibration", lambda one: one["realigned"])
    assert moved["moved_cm"] > 10
    assert not moved["suspect"]
    warned = listener.wait("health", lambda one: bool(one["warnings"]))
    assert warned["warnings"] == [moved["detail"]]
    listener.close()
    (used,) = pipeline.calibrations
    assert used is not None
    assert used.camera is not None
