"""The command line: every failure is one line and an exit code, every command teaches by example."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from edge.cli import main
from edge.commands.config import lines
from edge.config import Config, parse

COMMANDS = ("run", "analyze", "calibrate rim", "engines", "doctor", "config")


def run(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one command."""
    try:
        code = main(list(argv))
    except SystemExit as leaving:
        code = int(leaving.code or 0)
    told = capsys.readouterr()
    return code, told.out, told.err


@pytest.mark.parametrize("command", COMMANDS)
def test_help_teaches_by_example(capsys: pytest.CaptureFixture[str], command: str) -> None:
    code, out, _ = run(capsys, *command.split(), "--help")
    assert code == 0
    assert f"\n  courtside {command.split()[0]}" in out.partition("examples:")[2]


@pytest.mark.parametrize(
    ("argv", "code", "message"),
    [
        (("analyze", "absent.mp4", "--out", "{tmp}"), 2, "absent.mp4: no such file"),
        (("analyze", "{tmp}", "--out", "{tmp}"), 2, "is a folder"),
        (("analyze", "gym://", "--out", "{tmp}"), 2, "--frames"),
        (("analyze", "/dev/video97", "--out", "{tmp}"), 2, "is live"),
        (("analyze", "a.mp4"), 2, "--out"),
        (("analyze", "a.mp4", "--out", "{tmp}", "--rim", "1,2,3"), 2, "'1,2,3' is not X,Y,W,H"),
        (("analyze", "a.mp4", "--out", "{tmp}", "--rim", "1,2,0,9"), 2, "W above 1"),
        (("run", "--config", "absent.yaml"), 2, "courtside config"),
        (("config", "--set", "source.fpz=3"), 2, "did you mean 'fps'"),
        (("config", "--set", "source"), 2, "write KEY=VALUE"),
        (("config", "--set", "web.port=lots"), 2, "web.port"),
        (("engines", "bench", "picodet"), 1, "did you mean 'picodet-s-"),
        (("engines", "fetch", "yolo99"), 1, "unknown network"),
        (("calibrate", "rim", "--image", "absent.png", "--rim", "1,2,30,9"), 2, "absent.png: cannot be read"),
        (("calibrate", "rim", "--source", "gym://nowhere"), 2, "unknown scenario"),
        (("dance",), 2, "invalid choice"),
        ((), 2, "COMMAND"),
    ],
)
def test_bad_input_is_one_line_and_a_code(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, argv: tuple[str, ...], code: int, message: str
) -> None:
    found, _, err = run(capsys, *(part.replace("{tmp}", str(tmp_path)) for part in argv))
    assert found == code
    assert err.startswith("courtside: error: ")
    assert err.count("\n") == 1
    assert message in err


def test_a_config_file_with_an_unknown_key_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "box.yaml"
    path.write_text("vision:\n  person_confidance: 0.5\n")
    code, _, err = run(capsys, "run", "--config", str(path))
    assert (code, err.count("\n")) == (2, 1)
    assert str(path) in err
    assert "did you mean 'person_confidence'?" in err


def test_debug_shows_where_an_error_comes_from(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(Exception, match="no such file"):
        main(["--debug", "analyze", "absent.mp4", "--out", str(tmp_path)])


def test_interrupting_is_quiet(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("edge.commands.config.settings", interrupt)
    assert run(capsys, "config") == (130, "", "")


def test_printed_settings_are_yaml_that_gives_them_back(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "config", "--set", "site=north-gym", "--set", "mqtt.password_file=/etc/box/password")
    assert code == 0
    assert "# Settings" in out
    config = parse(yaml.safe_load(out), "printed")
    assert config.site == "north-gym"
    assert str(config.mqtt.password_file) == "/etc/box/password"
    assert config.source == Config().source


def test_every_setting_is_described() -> None:
    printed = lines(Config())
    keys = [index for index, line in enumerate(printed) if line and not line.lstrip().startswith("#")]
    assert len(keys) > 30
    assert all(printed[index - 1].lstrip().startswith("# ") for index in keys)


def test_settings_of_the_command_line_win(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "box.yaml"
    path.write_text("source: {fps: 12, seed: 4}\n")
    _, out, _ = run(capsys, "config", "--config", str(path), "--set", "source.fps=20")
    source = yaml.safe_load(out)["source"]
    assert (source["fps"], source["seed"]) == (20, 4)


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "version")
    assert code == 0
    assert out.startswith("courtside 0.")


def test_engines_list_names_licences(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "engines", "list")
    assert code == 0
    rows = {line.split()[0]: line for line in out.splitlines()[1:]}
    assert "shipped" in rows[Config().engines.detector]
    assert "AGPL-3.0" in rows["yolo11n-pose"]


def test_a_foreign_licence_has_to_be_accepted(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURTSIDE_CACHE", str(tmp_path))
    monkeypatch.setattr("sys.stdin", open("/dev/null"))  # noqa: SIM115  # what CI gives: nobody to ask
    code, out, err = run(capsys, "engines", "fetch", "yolo11n-pose")
    assert code == 2
    assert "AGPL-3.0" in out
    assert "--accept-licence" in err
    assert list(tmp_path.iterdir()) == []
