"""Files of results: whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from edge.commands.options import CommandError


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
