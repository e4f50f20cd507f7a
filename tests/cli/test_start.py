"""The command `courtside` before its own code is loaded."""

from __future__ import annotations

import builtins
from typing import Any

import pytest

from edge.start import main


def test_who_stops_it_while_it_loads_gets_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    load = builtins.__import__

    def interrupted(name: str, *rest: Any) -> Any:
        if name == "edge.cli":
            raise KeyboardInterrupt
        return load(name, *rest)

    monkeypatch.setattr(builtins, "__import__", interrupted)
    assert main() == 130


def test_it_does_what_the_command_line_says(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["courtside", "version"])
    assert main() == 0
    assert capsys.readouterr().out.startswith("courtside ")
