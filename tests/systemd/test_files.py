"""The files for systemd and mosquitto, checked by the programs that read them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.publish.conftest import mosquitto  # noqa: F401  (a fixture)
from tests.publish.observer import Observer

FOLDER = Path(__file__).parents[2] / "systemd"


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)


needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")


@needs_systemd
def test_systemd_finds_nothing_wrong_with_the_unit() -> None:
    said = run("systemd-analyze", "verify", FOLDER / "courtside.service").stderr.splitlines()
    ours = [line for line in said if "courtside" in line and "is not executable" not in line]
    assert ours == []


@needs_systemd
def test_the_unit_is_well_locked_up() -> None:
    said = run("systemd-analyze", "security", "--offline=true", "--threshold=25", FOLDER / "courtside.service")
    if "offline" in said.stderr and "unrecognized" in said.stderr:
        pytest.skip("this systemd cannot judge a unit offline")
    assert said.returncode == 0, said.stdout[-300:]


def test_the_unit_is_fed_and_restarted() -> None:
    lines = (FOLDER / "courtside.service").read_text(encoding="utf-8").splitlines()
    assert {"Type=notify", "WatchdogSec=20", "Restart=always", "User=courtside"} <= set(lines)


def test_the_installer_only_tells_what_it_would_do() -> None:
    said = run(FOLDER / "install.sh", "--dry-run")
    assert said.returncode == 0, said.stderr
    for part in ("/etc/systemd/system/courtside.service", "-m venv /opt/courtside", "/etc/courtside/courtside.yaml"):
        assert part in said.stdout


def test_the_installer_refuses_what_it_does_not_know() -> None:
    said = run(FOLDER / "install.sh", "--purge")
    assert said.returncode == 2
    assert said.stderr == "install.sh: unknown argument '--purge'; known: --dry-run, --remove\n"


def test_the_installer_names_what_to_do_about_a_wrong_python(tmp_path: Path) -> None:
    old = tmp_path / "python3.8"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    said = subprocess.run(
        [str(FOLDER / "install.sh"), "--dry-run"],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "PYTHON": str(old)},
    )
    assert said.returncode == 1
    assert "name one with PYTHON=" in said.stdout + said.stderr


def test_mosquitto_lets_the_box_write_and_people_only_command(
    mosquitto: Callable[[str], Any],  # noqa: F811
    tmp_path: Path,
) -> None:
    if shutil.which("mosquitto_passwd") is None:
        pytest.skip("mosquitto_passwd is not installed")
    passwords, rights = tmp_path / "courtside.passwords", tmp_path / "courtside.acl"
    passwords.touch()
    for name in ("box", "phone"):
        assert run("mosquitto_passwd", "-b", passwords, name, "secret").returncode == 0
    rights.write_text((FOLDER / "mosquitto" / "courtside.acl").read_text(encoding="utf-8"))
    for path in (tmp_path, passwords, rights):
        path.chmod(0o755)
    text = (FOLDER / "mosquitto" / "courtside.conf").read_text(encoding="utf-8")
    settings = [line for line in text.replace("/etc/mosquitto", str(tmp_path)).splitlines() if not line.startswith("#")]
    broker = mosquitto("\n".join(line for line in settings if not line.startswith("listener")) + "\nuser root")
    broker.start()
    login = {"password": "secret"}
    with (
        Observer(broker.port, username="box", **login) as box,
        Observer(broker.port, username="phone", **login) as phone,
    ):
        phone.publish("courtside/gym/a/shot", '{"from": "phone"}')
        phone.publish("courtside/gym/a/cmd/ping", '{"request_id": "1"}')
        assert box.wait_for("/cmd/ping") == [{"request_id": "1"}]
        assert box.of("/shot") == []
        box.publish("courtside/gym/a/shot", '{"from": "box"}')
        assert phone.wait_for("/shot") == [{"from": "box"}]
