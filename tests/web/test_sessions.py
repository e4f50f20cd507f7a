"""Kept sessions over HTTP: listed, counted, downloaded, deleted, and only under the broker's login where it has one."""

from __future__ import annotations

import asyncio
import base64
import csv
import http.client
import io
import json
import socket
import threading
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from calibration.court import FIBA
from edge.config import Config, parse
from edge.game.recount import recount
from edge.game.sessions import Session, SessionStore
from edge.session_task import NAMES, answer
from edge.web import WebServer
from edge.web.login import BrokerLogin
from edge.web.sessions import MOST_ASKED, SessionPages
from tests.web.games import game

EVENTS = game(shots=6)
FIGURES = recount(EVENTS, FIBA)
STARTED = datetime(2026, 5, 1, 17, 2, tzinfo=timezone.utc)
OLD = Session("old", STARTED, None, "gym://game", FIBA)


def config(folder: Path, **mqtt: object) -> Config:
    return parse({"data_dir": str(folder), "web": {"port": 0, "bind": "127.0.0.1"}, "mqtt": mqtt}, "test")


@pytest.fixture
def store(tmp_path: Path) -> SessionStore:
    kept = SessionStore(tmp_path / "sessions.db")
    kept.write(OLD, EVENTS)
    kept.write(Session("going", STARTED.replace(day=3), None, "/dev/video0"))
    return kept


@pytest.fixture
def server(tmp_path: Path, store: SessionStore) -> Iterator[WebServer]:
    with WebServer(config(tmp_path), ("127.0.0.1", 1), running=lambda: "going") as running:
        yield running


def ask(server: WebServer, path: str, method: str = "GET", **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=90)
    try:
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def test_the_list_is_newest_first_and_says_which_goes_on(server: WebServer) -> None:
    response, body = ask(server, "/sessions.json")
    told = json.loads(body)
    assert response.getheader("Cache-Control") == "no-store"
    assert [(one["id"], one["running"], one["shots"], one["court"]) for one in told["sessions"]] == [
        ("going", True, 0, None),
        ("old", False, 6, "fiba"),
    ]
    assert told["formats"][:2] == ["csv", "json"]


def test_a_box_without_sessions_has_an_empty_list(tmp_path: Path) -> None:
    with WebServer(config(tmp_path / "new"), ("127.0.0.1", 1)) as server:
        assert json.loads(ask(server, "/sessions.json")[1])["sessions"] == []
        assert not (tmp_path / "new").exists()


def test_figures_come_as_the_messages_that_the_page_knows(server: WebServer) -> None:
    response, body = ask(server, "/sessions/old/figures.json")
    told = json.loads(body)
    assert response.getheader("Content-Disposition") is None
    assert told["session"]["made"] == FIGURES.session.shots.made
    assert {one["player_id"]: one["touches"] for one in told["players"]} == {
        player_id: one.touches for player_id, one in FIGURES.players.items()
    }
    assert [one["team"] for one in told["teams"]] == [0, 1]
    assert [one["shot_id"] for one in told["chart"]["shots"]] == [mark.shot_id for mark in FIGURES.chart]
    assert told["chart"]["court"]["name"] == "fiba"
    assert sum(pair["lost"] for pair in told["passes"]["pairs"]) == FIGURES.session.passes_lost
    assert told["recent"][0]["shot_id"] == "s-5"
    assert told["recent"][0]["time"].startswith("2026-05-01T17:10:")
    assert told["recent"][1]["flight"]["entry_angle_deg"] == {"value": 44.2, "sigma": 1.1}


def test_a_download_is_a_file(server: WebServer) -> None:
    response, body = ask(server, "/sessions/old/players.csv")
    assert response.getheader("Content-Disposition") == 'attachment; filename="courtside-old-players.csv"'
    assert response.getheader("Content-Type", "").startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(body.decode())))
    assert {int(one["player_id"]): int(one["touches"]) for one in rows} == {
        player_id: one.touches for player_id, one in FIGURES.players.items()
    }


def test_every_file_can_be_read() -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is an extra")
    files = {name: answer(name, OLD, EVENTS) for name in NAMES}
    events = list(csv.DictReader(io.StringIO(files["events.csv"].decode())))
    assert json.loads(files["session.json"])["figures"]["session"]["attempts"] == 6
    assert parquet.read_table(io.BytesIO(files["events.parquet"])).num_rows == len(events)
    assert parquet.read_table(io.BytesIO(files["players.parquet"])).num_rows == len(FIGURES.players)
    shot = next(one for one in events if one["shot_id"] == "s-1")
    assert (shot["entry_angle_deg"], shot["depth_cm_sigma"]) == ("44.2", "3.0")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/sessions/never/figures.json", "no such session"),
        ("/sessions/old/secret.txt", "players.csv"),
        ("/sessions/..%2f..%2fetc/players.csv", ""),
        ("/sessions/-c/players.csv", "no such session"),
    ],
)
def test_what_is_not_there_is_said(server: WebServer, path: str, words: str) -> None:
    response, body = ask(server, path)
    assert response.status == 404
    assert words in body.decode()


def test_a_session_is_deleted_by_the_own_page_only_and_never_while_it_goes_on(
    server: WebServer, store: SessionStore
) -> None:
    assert ask(server, "/sessions/old", "DELETE", Origin="http://evil.example")[0].status == 403
    response, body = ask(server, "/sessions/going", "DELETE")
    assert (response.status, "still goes on" in body.decode()) == (409, True)
    assert len(store.sessions()) == 2
    assert ask(server, "/sessions/old", "DELETE", Origin=f"http://127.0.0.1:{server.port}")[0].status == 204
    assert [line.session.id for line in store.sessions()] == ["going"]
    assert ask(server, "/sessions/old", "DELETE")[0].status == 404


def test_a_damaged_store_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "sessions.db").write_bytes(b"no database" * 200)
    with WebServer(config(tmp_path), ("127.0.0.1", 1)) as server:
        response, body = ask(server, "/sessions.json")
        assert response.status == 503
        assert "move the file away" in body.decode()


class Doorkeeper:
    """A broker that does nothing but let in whoever says `coach` and `secret`."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                channel, _ = self._server.accept()
            except OSError:
                return
            with channel:
                self.asked.append(channel.recv(4096))
                good = b"\x00\x05coach\x00\x06secret" in self.asked[-1]
                channel.sendall(b"\x20\x02\x00" + (b"\x00" if good else b"\x05"))

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)  # whoever waits for the next one stops waiting
        self._server.close()


def basic(name: str, password: str) -> dict[str, Any]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def test_where_the_broker_asks_for_a_login_so_do_the_sessions(tmp_path: Path, store: SessionStore) -> None:
    door = Doorkeeper()
    with WebServer(config(tmp_path, broker="127.0.0.1", username="box"), ("127.0.0.1", door.port)) as server:
        response, _ = ask(server, "/sessions.json")
        assert response.status == 401
        assert not response.getheader("WWW-Authenticate", "").startswith("Basic"), "the page asks, not the browser"
        assert ask(server, "/sessions.json", **basic("coach", "guess"))[0].status == 401
        assert ask(server, "/sessions/old", "DELETE")[0].status == 401
        assert ask(server, "/sessions/old/players.csv")[0].status == 401
        assert len(store.sessions()) == 2
        for _ in range(2):
            assert ask(server, "/sessions.json", **basic("coach", "secret"))[0].status == 200
        assert len(door.asked) == 2, "who was let in is remembered for a while"
        assert ask(server, "/sessions.json", Authorization="Basic ???")[0].status == 401
        door.close()
        assert ask(server, "/sessions.json", **basic("new", "one"))[0].status == 503
        assert ask(server, "/sessions/old", "DELETE", **basic("coach", "secret"))[0].status == 204


def test_who_asks_for_too_much_at_once_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes a processor for seconds, also when nobody waits for it any more."""

    async def ask_all() -> list[int]:
        go = asyncio.Event()

        async def wait(*_: object) -> bytes:
            await go.wait()
            return b""

        pages = SessionPages(tmp_path / "sessions.db", lambda: None, BrokerLogin("", 1, None, asked=False))
        monkeypatch.setattr(pages, "_task", wait)
        about = {"id": "old", "name": "players.csv"}
        asked = [
            asyncio.ensure_future(pages._file(make_mocked_request("GET", "/", match_info=about)))
            for _ in range(MOST_ASKED + 2)
        ]
        await asyncio.sleep(0)
        go.set()
        told = await asyncio.gather(*asked, return_exceptions=True)
        told.append(await pages._file(make_mocked_request("GET", "/", match_info=about)))
        return [one.status for one in told if isinstance(one, (web.Response, web.HTTPException))]

    assert asyncio.run(ask_all()) == [200] * MOST_ASKED + [503] * 2 + [200]
