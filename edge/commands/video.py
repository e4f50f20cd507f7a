"""Writes an mp4: H.264, which browsers play, where ffmpeg is installed; MPEG-4 part 2 by OpenCV elsewhere."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Protocol

import cv2

from edge.commands.options import CommandError
from edge.types import Image


class VideoWriter(Protocol):
    codec: str

    def write(self, image: Image) -> None: ...

    def close(self) -> None: ...


class _H264Writer:
    """Raw frames down a pipe to ffmpeg, which has a session of its own so that Ctrl-C here lets it finish."""

    codec = "H.264"

    def __init__(self, ffmpeg: str, path: Path, fps: float, size: tuple[int, int]) -> None:
        self._path = path
        source = ["-f", "rawvideo", "-pix_fmt", "bgr24", "-s", f"{size[0]}x{size[1]}", "-r", f"{fps:.6f}", "-i", "-"]
        # H.264 in its common form halves the colour planes: both sides must be even.
        output = ["-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-c:v", "libx264", "-preset", "veryfast", "-crf", "23"]
        output += ["-pix_fmt", "yuv420p", "-movflags", "+faststart", str(path)]
        self._process = subprocess.Popen(
            [ffmpeg, "-v", "error", "-nostdin", "-y", *source, *output],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def write(self, image: Image) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(image.tobytes())
        except BrokenPipeError:
            self.close()

    def close(self) -> None:
        _, complaint = self._process.communicate()
        if self._process.returncode:
            reason = " ".join(complaint.decode(errors="replace").split())
            raise CommandError(f"{self._path}: cannot be written: {reason}; --no-video does without it")


class _Mpeg4Writer:
    codec = "MPEG-4 part 2"

    def __init__(self, path: Path, fps: float, size: tuple[int, int]) -> None:
        self._writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"mp4v"), fps, size)
        if not self._writer.isOpened():
            raise CommandError(f"{path}: cannot be written; --no-video does without it")

    def write(self, image: Image) -> None:
        self._writer.write(image)

    def close(self) -> None:
        self._writer.release()


def open_video_writer(path: Path, fps: float, size: tuple[int, int]) -> VideoWriter:
    """A writer of frames of `size` (w, h) px, BGR. Raises CommandError where the file cannot be written."""
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is not None and _has_x264(ffmpeg):
        return _H264Writer(ffmpeg, path, fps, size)
    return _Mpeg4Writer(path, fps, size)


def _has_x264(ffmpeg: str) -> bool:
    command = [ffmpeg, "-hide_banner", "-encoders"]
    try:
        listed = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return b"libx264" in listed.stdout
