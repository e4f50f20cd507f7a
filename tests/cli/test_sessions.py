"""`courtside sessions`: list, show, export, delete."""

from __future__ import annotations

import csv
import json
import sys
from datetime import datetime, timezone
from pathlib import Path

import pytest

from calibration.court import FIBA
from edge.cli import main
from edge.game.recount import recount
from edge.game.sessions import Session, SessionStore
from edge.game.tables import event_rows, figures_object, player_rows
from tests.game.random_events import random_events

EVENTS = random_events(4, 80)
FIGURES = recount(EVENTS, FIBA)


@pytest.fixture
def data(tmp_path: Path) -> str:
    """Two sessions; the setting that leads there."""
    store = SessionStore(tmp_path / "sessions.db")
    store.write(Session("old", datetime(2026, 5, 1, tzinfo=timezone.utc), None, "gym", FIBA), EVENTS)
    store.write(Session("new", datetime(2026, 5, 2, tzinfo=timezone.utc), None, "gym"))
    store.close()
    return f"data_dir={tmp_path}"


def ask(data: str, *words: str) -> int:
    return main(["sessions", *words, "--set", data])


def test_list(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(data, "list") == 0
    header, *lines = capsys.readouterr().out.splitlines()
    assert header.split()[:3] == ["session", "started", "lasted"]
    assert [line.split()[0] for line in lines] == ["new", "old"]
    assert f"{FIGURES.session.shots.attempts}" in lines[1].split()


def test_show(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(data, "show", "old") == 0
    text = capsys.readouterr().out
    everybody = next(line.split() for line in text.splitlines() if line.startswith("all "))
    shots = FIGURES.session.shots
    assert everybody[1:3] == [str(shots.attempts), str(shots.made)]
    assert all(f"\n{player_id} " in text for player_id in FIGURES.players)
    edge = FIGURES.network[0]
    assert f": {edge.count}" in text


def test_pictures(data: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(data, "show", "old", "--pictures", str(tmp_path / "charts")) == 0
    assert {"pass_network.png", "shot_chart.png"} <= {path.name for path in (tmp_path / "charts").iterdir()}
    assert ask(data, "show", "new", "--pictures", str(tmp_path / "none")) == 0
    said = capsys.readouterr().err
    assert "nothing to draw" in said
    assert "not calibrated" in said
    (tmp_path / "file").write_text("")
    assert ask(data, "show", "latest", "--pictures", str(tmp_path / "file")) == 2
    assert "--pictures" in capsys.readouterr().err


def test_latest(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(data, "show", "latest") == 0
    assert capsys.readouterr().out.startswith("new: gym")


def test_json(data: str, tmp_path: Path) -> None:
    out = tmp_path / "one.json"
    assert ask(data, "export", "old", "--format", "json", "--out", str(out)) == 0
    told = json.loads(out.read_text())
    assert told["figures"] == json.loads(json.dumps(figures_object(FIGURES)))
    assert told["court"]["name"] == "fiba"
    assert len(told["events"]) == len(event_rows(EVENTS))


@pytest.mark.parametrize("table", ["events", "players"])
def test_csv_and_parquet_hold_the_same(data: str, tmp_path: Path, table: str) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is an extra")
    for kind in ("csv", "parquet"):
        out = tmp_path / f"one.{kind}"
        assert ask(data, "export", "old", "--format", kind, "--table", table, "--out", str(out)) == 0
    with (tmp_path / "one.csv").open() as file:
        lines = list(csv.DictReader(file))
    rows = parquet.read_table(tmp_path / "one.parquet").to_pylist()
    expected = event_rows(EVENTS, FIBA) if table == "events" else player_rows(FIGURES)
    assert rows == expected
    assert [{key: "" if value is None else str(value) for key, value in row.items()} for row in expected] == lines


def test_an_empty_session_keeps_the_types_of_its_columns(data: str, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is an extra")
    out = tmp_path / "empty.parquet"
    assert ask(data, "export", "new", "--format", "parquet", "--out", str(out)) == 0
    schema = parquet.read_table(out).schema
    assert (str(schema.field("time_s").type), str(schema.field("player_id").type)) == ("double", "int64")


def test_delete(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(data, "delete", "old") == 0
    assert ask(data, "show", "old") == 2
    assert "old: no such session" in capsys.readouterr().err


def test_what_cannot_be_is_said_in_one_line(
    data: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = str(tmp_path / "absent" / "x.csv")
    assert ask(data, "export", "old", "--format", "csv", "--out", nowhere) == 2
    assert ask(f"data_dir={tmp_path / 'none'}", "list") == 2
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert ask(data, "export", "old", "--format", "parquet", "--out", str(tmp_path / "x.parquet")) == 2
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 3
    assert "cannot be written" in errors[0]
    assert "no sessions yet" in errors[1]
    assert "pip install 'courtside[parquet]'" in errors[2]


def test_old_sessions_are_deleted_but_never_the_one_that_may_run(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(data, "delete", "--before", "2026-05-01") == 0
    assert "no session begun before 2026-05-01" in capsys.readouterr().err
    assert ask(data, "delete", "--before", "2027-01-01") == 0
    assert "session old: deleted" in capsys.readouterr().err
    assert ask(data, "list") == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()[1:]] == ["new"]


@pytest.mark.parametrize("words", [(), ("old", "--before", "2026-05-02"), ("--before", "yesterday")])
def test_what_to_delete_must_be_plain(data: str, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        ask(data, "delete", *words)
    assert "delete" in capsys.readouterr().err
