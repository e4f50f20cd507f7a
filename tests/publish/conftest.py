from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edge.config import Config, parse
from tests.publish.observer import free_port, wait_until


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., Config]:
    """Settings with their own data folder; `settings(broker=..., port=...)` sets keys of the section mqtt."""

    def make(**mqtt: object) -> Config:
        section = {"bind": "127.0.0.1", "port": 0, **mqtt}
        return parse({"site": "gym", "court": "a", "data_dir": str(tmp_path / "data"), "mqtt": section}, "test")

    return make


class Mosquitto:
    """A real broker on a free port of the loopback; `stop` and `start` as often as a test likes."""

    def __init__(self, folder: Path, lines: str) -> None:
        self.port = free_port()
        self._folder = folder
        self._config = folder / "mosquitto.conf"
        self._config.write_text(f"listener {self.port} 127.0.0.1\n{lines}\n")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        self._process = subprocess.Popen([program, "-c", str(self._config)], stderr=subprocess.DEVNULL)
        wait_until(self._answers)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Callable[[str], Mosquitto]]:
    """Makes a broker, not started yet, from lines of its configuration."""
    if shutil.which("mosquitto") is None and not Path("/usr/sbin/mosquitto").exists():
        pytest.skip("mosquitto is not installed (apt install mosquitto)")
    made: list[Mosquitto] = []

    def make(lines: str = "allow_anonymous true") -> Mosquitto:
        folder = tmp_path / f"mosquitto{len(made)}"
        folder.mkdir()
        folder.chmod(0o755)
        made.append(Mosquitto(folder, lines))
        return made[-1]

    yield make
    for broker in made:
        broker.stop()
