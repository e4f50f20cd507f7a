"""A look at a video file from outside, before a decoder gets it: what is wrong is said in words people understand."""

from __future__ import annotations

from pathlib import Path

from edge.capture.source import CaptureError


def check_file(path: Path) -> None:
    """Raises CaptureError where `path` cannot be a video."""
    if path.is_dir():
        raise CaptureError(f"{path}: is a folder; name one video file in it")
    if not path.exists():
        raise CaptureError(f"{path}: no such file")
    try:
        with path.open("rb") as file:
            start = file.read(1)
    except OSError as error:
        raise CaptureError(f"{path}: cannot be read: {error.strerror}") from None
    if not start:
        raise CaptureError(f"{path}: is empty (0 bytes); copy or record it again")


def missing_bytes(path: Path) -> int:
    """How many bytes an MP4 or QuickTime file lacks at its end by the sizes of its boxes (ISO/IEC 14496-12, 4.2).

    0 for a whole file and for every other container.
    """
    size = path.stat().st_size
    position = 0
    with path.open("rb") as file:
        while position + 8 <= size:
            file.seek(position)
            header = file.read(16)
            length, kind = int.from_bytes(header[:4], "big"), header[4:8]
            if position == 0 and kind not in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
                return 0
            if length == 1 and len(header) == 16:
                length = int.from_bytes(header[8:16], "big")
            if length == 0:
                return 0
            if length < 8:
                return 0
            position += length
    return max(0, position - size)
