"""A look at a video file from outside, before a decoder gets it: what is wrong is said in words people understand."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

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


def played_s(path: Path) -> float | None:
    """How long an MP4 or QuickTime file plays by its movie header (ISO/IEC 14496-12, 8.2.2), s; None elsewhere.

    Where it was trimmed by an edit list, that is less than all the frames in it would last.
    """
    with path.open("rb") as file:
        moov = _box(file, b"moov", 0, path.stat().st_size)
        header = None if moov is None else _box(file, b"mvhd", *moov)
        if header is None:
            return None
        file.seek(header[0])
        body = file.read(32)
    wide = body[:1] == b"\1"
    scale_at, size = (20, 8) if wide else (12, 4)
    timescale = int.from_bytes(body[scale_at : scale_at + 4], "big")
    duration = int.from_bytes(body[scale_at + 4 : scale_at + 4 + size], "big")
    known = timescale and duration and duration != 256**size - 1
    return duration / timescale if known else None


def _box(file: BinaryIO, kind: bytes, begin: int, end: int) -> tuple[int, int] | None:
    """Where the content of the first box of a kind between two places begins and ends."""
    while begin + 8 <= end:
        file.seek(begin)
        header = file.read(16)
        length, content = int.from_bytes(header[:4], "big"), begin + 8
        if length == 1:
            length, content = int.from_bytes(header[8:16], "big"), begin + 16
        if header[4:8] == kind:
            return content, end if length == 0 else min(end, begin + length)
        if length < 8:
            return None
        begin += length
    return None


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
