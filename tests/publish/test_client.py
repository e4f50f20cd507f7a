from __future__ import annotations

import logging
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from calibration.court import FIBA
from edge.config import Config
from edge.publish import CalibrateRim, Publisher, PublishError, ResetStats
from edge.publish import link as link_module
from edge.types import (
    BoxHealth,
    CalibrationReport,
    Outcome,
    PlayEvent,
    PlayKind,
    ShotEvent,
    ShotPhase,
    Snapshot,
    SourceState,
)
from tests.publish.counted import counted, session
from tests.publish.observer import Observer, free_port, wait_until

Settings = Callable[..., Config]


def shot(number: int, phase: ShotPhase = ShotPhase.END, outcome: Outcome | None = Outcome.MADE) -> ShotEvent:
    return ShotEvent(f"s{number}", phase, number, number / 30, 1, outcome, 0.9)


def snapshot(index: int = 0) -> Snapshot:
    return Snapshot(index, index / 30, (1280, 720), (), None, np.zeros((0, 4)), None)


def connected(publisher: Publisher) -> None:
    wait_until(lambda: publisher.state.connected, "connection")


def test_everything_arrives_through_the_embedded_broker(settings: Settings) -> None:
    with Publisher(settings()) as publisher, Observer(publisher.broker_address[1]) as observer:
        connected(publisher)
        publisher.source(SourceState("connected", "virtual gym", 3, 0))
        publisher.health(BoxHealth(24.0, 40.0, 1.0, "calibrated"))
        publisher.stats(session(counted(2, 1, 1), {7: counted(2, 1, 1)}))
        publisher.shot(shot(1))
        publisher.play(PlayEvent(PlayKind.REBOUND, 3, 9, 0.1, 0.3, 7, "B"))
        publisher.live(snapshot(5), FIBA)
        publisher.calibration(CalibrationReport("calibrated", "good", 3.96, "fiba"))
        assert observer.wait_for("/status")[0]["state"] == "online"
        assert observer.wait_for("/calibration")[0]["error_cm"] == 4.0
        with Observer(publisher.broker_address[1]) as later:
            assert later.wait_for("/calibration")[0]["court"] == "fiba", "retained"
        assert observer.wait_for("/source")[0]["detail"] == "virtual gym"
        assert observer.wait_for("/health")[0]["outbox"] == {"waiting": 0, "dropped": 0}
        assert observer.wait_for("/stats/session")[0]["percentage"] == 50.0
        assert observer.wait_for("/stats/player/7")[0]["player_id"] == 7
        assert observer.wait_for("/shot")[0]["outcome"] == "made"
        assert observer.wait_for("/play")[0]["kind"] == "rebound"
        assert observer.wait_for("/live")[0]["court"]["name"] == "fiba"
        assert publisher.state.protocol == "3.1.1"
        wait_until(lambda: publisher.state.waiting == 0, "acknowledgement")


def test_status_is_stopped_after_a_clean_close(settings: Settings, mosquitto: Any) -> None:
    broker = mosquitto()
    broker.start()
    with Observer(broker.port) as observer:
        with Publisher(settings(broker="127.0.0.1", port=broker.port)) as publisher:
            connected(publisher)
        states = [message["state"] for message in observer.wait_for("/status", 2)]
        assert states == ["online", "stopped"]
        with Observer(broker.port) as later:
            assert later.wait_for("/status")[0]["state"] == "stopped"


def test_mosquitto_is_spoken_to_in_mqtt_5(settings: Settings, mosquitto: Any) -> None:
    broker = mosquitto()
    broker.start()
    with Publisher(settings(broker="127.0.0.1", port=broker.port)) as publisher:
        connected(publisher)
        assert publisher.state.protocol == "5"


def test_falls_back_to_3_1_1_where_the_broker_refuses_5(settings: Settings) -> None:
    with Publisher(settings()) as old, Publisher(settings(broker="127.0.0.1", port=old.broker_address[1])) as publisher:
        connected(publisher)
        assert publisher.state.protocol == "3.1.1"


def test_falls_back_to_3_1_1_where_the_broker_never_answers_5(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_module, "ANSWER_TIMEOUT_S", 0.2)
    levels: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_answers_3_1_1_only, args=(server, levels), daemon=True).start()
        with Publisher(settings(broker="127.0.0.1", port=server.getsockname()[1])) as publisher:
            connected(publisher)
            assert publisher.state.protocol == "3.1.1"
    assert levels[:2] == [5, 4]


def _answers_3_1_1_only(server: socket.socket, levels: list[int]) -> None:
    """A broker of the old days: silent to MQTT 5, and it accepts 3.1.1."""
    kept = []
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        kept.append(connection)
        packet = connection.recv(4096)
        levels.append(packet[packet.index(b"MQTT") + 4])
        if levels[-1] == 4:
            connection.sendall(b"\x20\x02\x00\x00")


def test_shots_survive_a_broker_that_is_down_and_a_new_start(settings: Settings, mosquitto: Any) -> None:
    broker = mosquitto()
    config = settings(broker="127.0.0.1", port=broker.port)
    with Publisher(config) as publisher:
        for number in range(3):
            publisher.shot(shot(number))
        wait_until(lambda: publisher.state.waiting == 3, "three kept shots")
        assert not publisher.state.connected
        assert publisher.state.down_since is not None
    broker.start()
    with Observer(broker.port) as observer, Publisher(config) as publisher:
        publisher.shot(shot(3))
        arrived = observer.wait_for("/shot", 4)
        assert [message["shot_id"] for message in arrived] == ["s0", "s1", "s2", "s3"]
        wait_until(lambda: publisher.state.waiting == 0, "acknowledgement")


def test_a_broker_that_dies_and_comes_back(
    settings: Settings, mosquitto: Any, caplog: pytest.LogCaptureFixture
) -> None:
    broker = mosquitto()
    broker.start()
    said: list[bool] = []
    config = settings(broker="127.0.0.1", port=broker.port)
    caplog.set_level(logging.INFO, logger="edge.publish")
    with Publisher(config, on_state=lambda state: said.append(state.connected)) as publisher:
        connected(publisher)
        publisher.stats(session(counted(1, 1)))
        broker.stop()
        wait_until(lambda: not publisher.state.connected, "loss")
        publisher.shot(shot(1))
        publisher.live(snapshot())
        wait_until(lambda: publisher.state.waiting == 1, "kept shot")
        broker.start()
        with Observer(broker.port) as observer:
            assert observer.wait_for("/shot")[0]["shot_id"] == "s1"
            # Retained messages are given again to a broker that forgot them; positions are not kept for it.
            assert observer.wait_for("/stats/session")[0]["made"] == 1
            assert observer.wait_for("/status")[-1]["state"] == "online"
            assert observer.of("/live") == []
    assert False in said
    assert said[0]
    warnings = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(warnings) <= 2, "an outage is said once, not with each try"


def test_the_last_will_says_offline_when_the_process_is_killed(settings: Settings, mosquitto: Any) -> None:
    broker = mosquitto()
    broker.start()
    config = settings(broker="127.0.0.1", port=broker.port)
    program = (
        "import sys, time; from edge.config import Config; from edge.publish import Publisher\n"
        "with Publisher(Config.model_validate_json(sys.argv[1])): time.sleep(60)"
    )
    box = subprocess.Popen([sys.executable, "-c", program, config.model_dump_json()])
    with Observer(broker.port) as observer:
        assert observer.wait_for("/status")[-1]["state"] == "online"
        box.kill()
        box.wait()
        assert observer.wait_for("/status", 2)[-1]["state"] == "offline"


def test_password_and_user_are_used(settings: Settings, mosquitto: Any, tmp_path: Path) -> None:
    passwords = tmp_path / "passwords"
    made = subprocess.run(
        ["mosquitto_passwd", "-b", "-c", str(passwords), "box", "secret"], capture_output=True, check=False
    )
    if made.returncode != 0:
        pytest.skip("mosquitto_passwd does not work here")
    passwords.chmod(0o644)
    broker = mosquitto(f"allow_anonymous false\npassword_file {passwords}\nuser root")
    broker.start()
    secret = tmp_path / "secret"
    secret.write_text("secret\n")
    login = {"broker": "127.0.0.1", "port": broker.port, "username": "box"}
    with Publisher(settings(**login, password_file=str(secret))) as publisher:
        connected(publisher)
    secret.write_text("wrong\n")
    with Publisher(settings(**login, password_file=str(secret))) as publisher:
        wait_until(lambda: "refuses us" in publisher.state.detail, "refusal")
        assert "mqtt.password_file" in publisher.state.detail
        assert publisher.alive


def test_a_password_file_that_is_missing_is_named(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "nothing"
    config = settings(broker="127.0.0.1", username="box", password_file=str(path))
    with pytest.raises(
        PublishError, match=r"nothing: the password cannot be read: No such file or directory; see mqtt\.password_file"
    ):
        Publisher(config).__enter__()


def test_a_ca_file_of_no_use_is_named(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_text("not a certificate")
    config = settings(broker="127.0.0.1", tls=True, ca_file=str(path))
    with pytest.raises(PublishError, match=r"ca\.pem: not a usable CA certificate .*mqtt\.ca_file"):
        Publisher(config).__enter__()


def test_commands_arrive_and_are_answered(settings: Settings) -> None:
    with Publisher(settings()) as publisher, Observer(publisher.broker_address[1]) as observer:
        connected(publisher)
        observer.publish(publisher.topics.command("ping"), '{"request_id": "a"}')
        assert observer.wait_for("/cmd/reply")[0]["detail"] == "pong"
        observer.publish(
            publisher.topics.command("calibrate-rim"), '{"request_id": "b", "x": 1, "y": 2, "width": 3, "height": 4}'
        )
        observer.publish(publisher.topics.command("reset-stats"), '{"request_id": "c"}')
        found: list[Any] = []
        wait_until(lambda: found.extend(publisher.commands()) or len(found) == 2, "two commands")
        assert found == [CalibrateRim("b", 1.0, 2.0, 3.0, 4.0), ResetStats("c")]
        publisher.reply(found[0], False, "no picture yet")
        reply = observer.wait_for("/cmd/reply", 2)[1]
        assert (reply["request_id"], reply["command"], reply["ok"], reply["detail"]) == (
            "b",
            "calibrate-rim",
            False,
            "no picture yet",
        )


def test_a_bad_command_is_answered_and_a_retained_one_is_not_obeyed(settings: Settings, mosquitto: Any) -> None:
    broker = mosquitto()
    broker.start()
    with Observer(broker.port) as observer:
        observer.publish("courtside/gym/a/cmd/reset-stats", '{"request_id": "old"}', retain=True)
        with Publisher(settings(broker="127.0.0.1", port=broker.port)) as publisher:
            connected(publisher)
            observer.publish(publisher.topics.command("dance"), '{"request_id": "x"}')
            reply = observer.wait_for("/cmd/reply")[0]
            assert (reply["request_id"], reply["ok"]) == ("x", False)
            assert publisher.commands() == []


def test_live_is_rate_limited_and_newest_wins(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    with Publisher(settings()) as publisher, Observer(publisher.broker_address[1]) as observer:
        connected(publisher)
        monkeypatch.setattr("edge.publish.client.time", SimpleNamespace(monotonic=lambda: clock[0]))
        for index in range(13):
            publisher.live(snapshot(index))
            clock[0] += 0.0625
            sent = index // 2 + 1
            wait_until(lambda sent=sent: len(observer.of("/live")) >= sent, "positions")
        assert [message["index"] for message in observer.of("/live")] == list(range(0, 13, 2))


def test_a_full_disk_is_said_and_the_worker_lives(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with Publisher(settings(broker="127.0.0.1", port=free_port())) as publisher:

        def refuse(*_: object) -> None:
            raise PublishError("outbox.sqlite: cannot keep a message (disk full); free some disk space")

        monkeypatch.setattr(publisher._outbox, "add", refuse)
        publisher.shot(shot(1))
        wait_until(lambda: "free some disk space" in caplog.text, "the word about the disk")
        assert publisher.alive


def test_the_outbox_lies_in_the_data_folder(settings: Settings) -> None:
    config = settings(broker="127.0.0.1", port=free_port())
    with Publisher(config) as publisher:
        publisher.shot(shot(1))
        wait_until(lambda: publisher.state.waiting == 1, "kept shot")
    with sqlite3.connect(config.data_path / "outbox-gym-a.sqlite") as database:
        assert database.execute("SELECT topic FROM waiting").fetchall() == [("courtside/gym/a/shot",)]
