from __future__ import annotations

import http.client
import json
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from calibration.court import COURT_NAMES, LAYOUTS, find_court
from edge.config import Config, parse
from edge.publish.broker import EmbeddedBroker
from edge.types import Image
from edge.web import WebError, WebServer
from edge.web.server import STATIC
from edge.web.snapshot import SnapshotEncoder


def config(port: int = 0, bind: str = "127.0.0.1") -> Config:
    return parse({"site": "gym", "court": "a", "web": {"port": port, "bind": bind}}, "test")


@pytest.fixture
def server() -> Iterator[WebServer]:
    with WebServer(config(), ("127.0.0.1", 1), lambda: None) as running:
        yield running


def get(server: WebServer, path: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=15)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def test_the_page_names_nothing_outside(server: WebServer) -> None:
    response, body = get(server, "/")
    assert response.status == 200
    assert response.getheader("Content-Type", "").startswith("text/html")
    policy = response.getheader("Content-Security-Policy", "")
    assert "default-src 'none'" in policy
    assert re.findall(r"(?:ws|wss|https?)://([^ ;]+)", policy) == [f"127.0.0.1:{server.port}"] * 2
    assert "unsafe" not in policy
    assert b"://" not in body


def test_every_asset_that_the_page_names_is_served(server: WebServer) -> None:
    _, body = get(server, "/")
    named = set(re.findall(r'(?:src|href)="(/assets/[^"]+)"', body.decode()))
    assert len(named) >= 4
    modules = {f"/assets/js/{path.name}" for path in (STATIC / "js").glob("*.js")}
    for path in named | modules:
        response, _ = get(server, path)
        assert response.status == 200, path
        assert response.getheader("X-Content-Type-Options") == "nosniff"


def test_own_files_name_no_other_host() -> None:
    for path in [*STATIC.glob("*.*"), *(STATIC / "js").glob("*.js")]:
        hosts = re.findall(r"https?://([^/\"'\s]+)", path.read_text(encoding="utf-8"))
        assert set(hosts) <= {"www.w3.org"}, path  # the name of the SVG language, never asked for


def test_scripts_are_javascript_to_the_browser(server: WebServer) -> None:
    for path in ("/assets/js/app.js", "/assets/vendor/mqtt-5.16.0.esm.js"):
        response, _ = get(server, path)
        assert "javascript" in response.getheader("Content-Type", "")


def test_versioned_files_are_cached_and_others_asked_for_again(server: WebServer) -> None:
    assert "immutable" in get(server, "/assets/vendor/mqtt-5.16.0.esm.js")[0].getheader("Cache-Control", "")
    first, _ = get(server, "/assets/js/app.js")
    assert first.getheader("Cache-Control") == "no-cache"
    again, body = get(server, "/assets/js/app.js", **{"If-None-Match": first.getheader("ETag", "")})
    assert (again.status, body) == (304, b"")
    assert get(server, "/config.json")[0].getheader("Cache-Control") == "no-store"


def test_the_vendored_library_comes_with_its_licence(server: WebServer) -> None:
    _, body = get(server, "/assets/vendor/mqtt-5.16.0.LICENSE.txt")
    assert b"MIT License" in body


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../server.py",
        "/assets/%2e%2e/server.py",
        "/assets/..%2fserver.py",
        "/assets/js/../../server.py",
        "/assets//etc/passwd",
        "/assets/%2fetc%2fpasswd",
        "/assets/",
        "/../../etc/passwd",
        "/server.py",
    ],
)
def test_nothing_outside_the_folder_is_served(server: WebServer, path: str) -> None:
    response, body = get(server, path)
    assert response.status in (403, 404)
    assert b"import" not in body
    assert b"root:" not in body


def test_a_strange_host_header_does_not_get_into_the_policy(server: WebServer) -> None:
    response, _ = get(server, "/", Host="evil.example *; script-src *")
    policy = response.getheader("Content-Security-Policy") or ""
    assert "evil" not in policy


def test_settings_of_the_page(server: WebServer) -> None:
    _, body = get(server, "/config.json")
    assert json.loads(body) == {"site": "gym", "court": "a", "prefix": "courtside/gym/a", "schema_version": 1}


def test_the_court_is_drawn_over_the_newest_frame_or_not_found() -> None:
    frames: list[Image | None] = [None]
    with WebServer(config(), ("127.0.0.1", 1), court=lambda: frames[-1]) as server:
        assert get(server, "/court.jpg")[0].status == 404
        frames.append(np.full((20, 30, 3), 90, np.uint8))
        response, body = get(server, "/court.jpg")
        assert response.getheader("Content-Type") == "image/jpeg"
        assert cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR).shape == (20, 30, 3)


def test_snapshot_is_the_newest_frame_or_not_found() -> None:
    frames: list[Image | None] = [None]
    with WebServer(config(), ("127.0.0.1", 1), lambda: frames[-1]) as server:
        assert get(server, "/snapshot.jpg")[0].status == 404
        frames.append(np.full((90, 160, 3), (200, 100, 50), np.uint8))
        response, body = get(server, "/snapshot.jpg")
        assert response.getheader("Content-Type") == "image/jpeg"
        image = cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR)
        assert image.shape == (90, 160, 3)
        np.testing.assert_allclose(image.mean((0, 1)), (200, 100, 50), atol=3)


def test_pictures_of_drafts_come_by_their_id() -> None:
    pictures = {("d1", False): b"court", ("d1", True): b"plain"}
    drafts = lambda draft_id, plain: pictures.get((draft_id, plain))  # noqa: E731
    with WebServer(config(), ("127.0.0.1", 1), drafts=drafts) as server:
        response, body = get(server, "/calibration.jpg?draft=d1")
        assert (response.getheader("Content-Type"), body) == ("image/jpeg", b"court")
        assert response.getheader("Cache-Control") == "no-store"
        assert get(server, "/calibration.jpg?draft=d1&plain=1")[1] == b"plain"
        for path in ("/calibration.jpg", "/calibration.jpg?draft=d2"):
            assert get(server, path)[0].status == 404


def test_courts_are_the_calibrations_own(server: WebServer) -> None:
    response, body = get(server, "/courts.json")
    found = json.loads(body)
    assert response.status == 200
    assert [court["name"] for court in found["courts"]] == list(COURT_NAMES)
    assert {one["name"]: tuple(one["landmarks"]) for one in found["layouts"]} == LAYOUTS
    three = next(court for court in found["courts"] if court["name"] == "3x3")
    assert (three["baskets"], three["length_m"]) == (1, 11.0)
    for court in found["courts"]:
        known = find_court(court["name"]).landmarks()
        assert {name: (at["x"], at["y"]) for name, at in court["landmarks"].items()} == known


def test_a_custom_court_is_changed_and_checked_by_the_box(server: WebServer) -> None:
    _, body = get(server, "/courts.json?length_m=24&key_width_m=3.6")
    found = json.loads(body)
    custom = next(court for court in found["courts"] if court["name"] == "custom")
    assert (custom["length_m"], custom["key_width_m"], custom["width_m"]) == (24.0, 3.6, 15.0)
    assert custom["landmarks"]["corner-left"]["x"] == pytest.approx(12.025)
    assert found["custom"]["length_m"] == 24.0
    for query, words in (
        ("length_m=long", "must be metres"),
        ("length_m=nan", "must be metres"),
        ("wide=3", "a court has no 'wide'"),
        ("key_width_m=20", "does not fit"),
    ):
        response, body = get(server, f"/courts.json?{query}")
        assert response.status == 400, query
        assert words in body.decode()


def test_a_frame_is_encoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[int] = []
    encode = cv2.imencode

    def counting(*arguments: object) -> object:
        counted.append(1)
        return encode(*arguments)

    monkeypatch.setattr(cv2, "imencode", counting)
    frame = np.zeros((8, 8, 3), np.uint8)
    encoder = SnapshotEncoder(lambda: frame)
    assert encoder.newest() == encoder.newest()
    assert len(counted) == 1


def test_a_port_in_use_is_one_line_that_says_what_to_do(server: WebServer) -> None:
    with pytest.raises(WebError) as caught:
        WebServer(config(server.port), ("127.0.0.1", 1)).__enter__()
    message = f"port {server.port} on 127.0.0.1 is in use; set web.port to a free port, or 0 for any"
    assert str(caught.value) == message


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(WebError, match=r"on 192\.0\.2\.1:0 .*web\.bind"):
        WebServer(config(bind="192.0.2.1"), ("127.0.0.1", 1)).__enter__()


def test_addresses_name_the_port_that_was_found() -> None:
    with WebServer(config(), ("127.0.0.1", 1)) as server:
        assert server.addresses() == [f"http://127.0.0.1:{server.port}/"]
    with WebServer(config(bind="0.0.0.0"), ("127.0.0.1", 1)) as server:
        assert server.addresses()[0] == f"http://localhost:{server.port}/"


def test_leaving_ends_the_thread_and_frees_the_port_with_a_client_connected() -> None:
    with WebServer(config(), ("127.0.0.1", 1)) as server:
        idle = socket.create_connection(("127.0.0.1", server.port))
    assert not server.alive
    with WebServer(config(server.port), ("127.0.0.1", 1)) as again:
        assert get(again, "/config.json")[0].status == 200
    idle.close()


Upgrade = Callable[..., tuple[socket.socket, bytes]]


@pytest.fixture
def upgrade() -> Iterator[Upgrade]:
    """Opens `/mqtt` as a WebSocket by hand: the socket and the first answer."""
    opened: list[socket.socket] = []

    def make(port: int, origin: str | None = None) -> tuple[socket.socket, bytes]:
        lines = [
            "GET /mqtt HTTP/1.1",
            f"Host: 127.0.0.1:{port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: mqtt",
            *([f"Origin: {origin}"] if origin else []),
        ]
        channel = socket.create_connection(("127.0.0.1", port), timeout=15)
        opened.append(channel)
        channel.sendall("\r\n".join([*lines, "", ""]).encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += channel.recv(1)
        return channel, answer

    yield make
    for channel in opened:
        channel.close()


def masked(payload: bytes) -> bytes:
    """A binary WebSocket frame of a client (RFC 6455, section 5.2) with a mask of zeros."""
    return bytes([0x82, 0x80 | len(payload), 0, 0, 0, 0]) + payload


def test_the_pipe_carries_mqtt_to_the_broker_and_back(upgrade: Upgrade) -> None:
    broker = EmbeddedBroker("127.0.0.1", 0)
    broker.start()
    try:
        with WebServer(config(), ("127.0.0.1", broker.port)) as server:
            channel, answer = upgrade(server.port, f"http://127.0.0.1:{server.port}")
            assert b" 101 " in answer
            assert b"Sec-WebSocket-Protocol: mqtt" in answer
            connect = b"\x10\x0f\x00\x04MQTT\x04\x02\x00\x3c\x00\x03abc"
            for part in (connect[:5], connect[5:]):  # a packet may come in pieces
                channel.sendall(masked(part))
            assert channel.recv(64) == b"\x82\x04\x20\x02\x00\x00"  # CONNACK: accepted
    finally:
        broker.stop()


def test_pages_of_other_sites_cannot_steer_the_box(server: WebServer, upgrade: Upgrade) -> None:
    _, answer = upgrade(server.port, "http://evil.example")
    assert answer.startswith(b"HTTP/1.1 403")


def test_a_broker_that_is_down_closes_the_socket_with_try_again(upgrade: Upgrade) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    with WebServer(config(), ("127.0.0.1", port)) as server:
        channel, answer = upgrade(server.port)
        assert b" 101 " in answer
        frame = channel.recv(64)
        assert frame[0] == 0x88
        assert int.from_bytes(frame[2:4], "big") == 1013


def test_static_files_belong_to_the_package() -> None:
    patterns = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    assert '"edge.web" = ["static/**/*"]' in patterns
