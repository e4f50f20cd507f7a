"""Readers that OpenCV backs: video files, V4L2 cameras, network streams."""

from __future__ import annotations

import math
import os
import time
from pathlib import Path

import cv2
import numpy as np

from calibration.model import Calibration
from edge.capture.container import check_file, missing_bytes, played_s
from edge.capture.source import CaptureError, Reader, SourceInfo
from edge.config import SourceConfig
from edge.types import Image

# OpenCV reads this once, when a video is first read or written by anyone here: what FFmpeg would print to stderr says
# less than our own one line.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")

# A stream that does not answer is given up after this long; the capture worker then opens it again.
STREAM_TIMEOUT_MS = 5000
# Containers may carry broken timestamps: a step beyond this is replaced by the frame rate's own.
LONGEST_STEP_S = 1.0


class VideoReader:
    """A video file. Times are the container's, from 0, kept strictly increasing."""

    def __init__(self, path: Path) -> None:
        check_file(path)
        self._missing = missing_bytes(path)
        self._capture = _open(str(path), cv2.CAP_FFMPEG, [])
        if not self._capture.isOpened():
            reason = "is cut off before its end, and nothing of it" if self._missing else "is not a video that"
            raise CaptureError(f"{path}: {reason} can be decoded; record or copy it again, or convert it to H.264 mp4")
        frames = int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT))
        fps = self._capture.get(cv2.CAP_PROP_FPS)
        fps = fps if 1 <= fps <= 1000 else 30.0
        plays_s = played_s(path)
        if plays_s is not None:
            # Its index also counts what an edit list leaves out.
            frames = min(frames, math.ceil(plays_s * fps))
        self._info = SourceInfo(
            name=str(path),
            width=int(self._capture.get(cv2.CAP_PROP_FRAME_WIDTH)),
            height=int(self._capture.get(cv2.CAP_PROP_FRAME_HEIGHT)),
            fps=fps,
            frames=frames if frames > 0 else None,
        )
        self._count = 0
        self._first_s = 0.0
        self._last_s = 0.0

    @property
    def info(self) -> SourceInfo:
        return self._info

    @property
    def calibration(self) -> Calibration | None:
        return None

    @property
    def damage(self) -> str:
        if not self._missing:
            return ""
        of = f" of {self._info.frames}" if self._info.frames else ""
        return f"cut off: {self._missing} bytes are missing at its end; {self._count}{of} frames could be decoded"

    def read(self) -> tuple[float, Image] | None:
        good, image = self._capture.read()
        if not good:
            if self._count == 0:
                raise CaptureError(f"{self._info.name}: not one frame can be decoded; record or copy it again")
            return None
        time_s = self._time_s(self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0)
        self._count += 1
        self._last_s = time_s
        return time_s, np.asarray(image, dtype=np.uint8)

    def _time_s(self, container_s: float) -> float:
        if self._count == 0:
            self._first_s = container_s
            return 0.0
        step_s = container_s - self._first_s - self._last_s
        if 0 < step_s <= LONGEST_STEP_S:
            return self._last_s + step_s
        expected_s = self._last_s + 1 / self._info.fps
        self._first_s = container_s - expected_s
        return expected_s

    def close(self) -> None:
        self._capture.release()


class CameraReader:
    """A V4L2 camera or a network stream. Times are taken from the monotonic clock when a frame arrives."""

    def __init__(self, name: str, capture: cv2.VideoCapture, config: SourceConfig) -> None:
        self._capture = capture
        fps = capture.get(cv2.CAP_PROP_FPS)
        self._info = SourceInfo(
            name=name,
            width=int(capture.get(cv2.CAP_PROP_FRAME_WIDTH)) or config.width,
            height=int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)) or config.height,
            fps=fps if 1 <= fps <= 1000 else config.fps,
            live=True,
        )

    @property
    def info(self) -> SourceInfo:
        return self._info

    @property
    def calibration(self) -> Calibration | None:
        return None

    @property
    def damage(self) -> str:
        return ""

    def read(self) -> tuple[float, Image] | None:
        if not self._capture.grab():
            return None
        time_s = time.monotonic()
        good, image = self._capture.retrieve()
        return (time_s, np.asarray(image, dtype=np.uint8)) if good else None

    def close(self) -> None:
        self._capture.release()


def open_camera(config: SourceConfig) -> Reader:
    """Open a V4L2 device for the size and rate asked for. Raises CaptureError where it is absent or taken."""
    device = config.uri
    if not os.path.exists(device):
        raise CaptureError(f"{device}: no such camera; plug it in, or see which there are with: ls /dev/video*")
    if not os.access(device, os.R_OK | os.W_OK):
        raise CaptureError(f"{device}: no permission; add this user to the group 'video' and log in again")
    capture = _open(device, cv2.CAP_V4L2, [])
    if not capture.isOpened():
        raise CaptureError(f"{device}: cannot be opened; another program may be using it")
    # Most USB cameras reach their full size at full rate only as MJPEG; those without it keep their own format.
    capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
    capture.set(cv2.CAP_PROP_FRAME_WIDTH, config.width)
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, config.height)
    capture.set(cv2.CAP_PROP_FPS, config.fps)
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    return CameraReader(device, capture, config)


def open_stream(config: SourceConfig) -> Reader:
    """Open an RTSP or HTTP stream over TCP. Raises CaptureError where nobody answers."""
    os.environ.setdefault("OPENCV_FFMPEG_CAPTURE_OPTIONS", "rtsp_transport;tcp")
    limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, STREAM_TIMEOUT_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, STREAM_TIMEOUT_MS]
    capture = _open(config.uri, cv2.CAP_FFMPEG, limits)
    if not capture.isOpened():
        raise CaptureError(f"{public_name(config.uri)}: does not answer; check its address, password and network")
    return CameraReader(public_name(config.uri), capture, config)


def public_name(uri: str) -> str:
    """The address without user name and password, fit for logs and MQTT."""
    scheme, mark, rest = uri.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}"


def _open(name: str, backend: int, parameters: list[int]) -> cv2.VideoCapture:
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    return cv2.VideoCapture(name, backend, parameters)
