"""Files of results: whole or not at all; whether they can be written is seen before hours of work."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from edge.commands.options import CommandError

if TYPE_CHECKING:  # matplotlib takes a second to load
    from matplotlib.figure import Figure


def write_file(path: Path, content: bytes) -> None:
    """Beside it first, so that a full disk leaves what was there. Raises CommandError."""
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_bytes(content)
        os.replace(beside, path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise CommandError(f"--out {path}: cannot be written: {error.strerror}") from None


def write_text(path: Path, text: str) -> None:
    """As `write_file`, in UTF-8."""
    write_file(path, text.encode())


def write_pictures(folder: Path, figures: Mapping[str, Figure]) -> None:
    """As NAME.png in the folder, which is made if absent, and said so. Raises CommandError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, figure in figures.items():
            figure.savefig(folder / f"{name}.png", dpi=110)
            print(f"courtside: {folder / name}.png: written", file=sys.stderr)
    except OSError as error:
        raise CommandError(f"--pictures {folder}: cannot be written: {error.strerror or error}") from None


def check_network_out(out: Path) -> None:
    """Sees that a trained network can be written there, before its training has gone by. Raises CommandError."""
    if out.suffix != ".onnx" or out.is_dir():
        raise CommandError(f"--out {out}: cannot be written as a network; name a file that ends in .onnx")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out.parent):
            pass
    except OSError as error:
        raise CommandError(f"--out {out}: cannot be written there ({error.strerror}); name another folder") from None
