"""From the address in the settings to an open source."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

from edge.capture.live import LiveSource
from edge.capture.reader import VideoReader, open_camera, open_stream, public_name
from edge.capture.recorded import OfflineSource, PacedSource
from edge.capture.source import CaptureError, Reader, Source, SourceInfo
from edge.config import SourceConfig

_PICTURES = (".bmp", ".gif", ".heic", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
_STREAMS = ("rtsp", "rtsps", "http", "https", "udp", "tcp")


def open_source(config: SourceConfig) -> Source:
    """Open what `config.uri` names.

    Files and the virtual gym are opened here and now (CaptureError where that fails); cameras and streams are opened
    by their own thread, whose success or failure shows in `Source.state`.
    """
    scheme = source_kind(config.uri)
    if scheme == "gym":
        # The renderer takes seconds to load and most boxes have a camera: it is imported only where it is the source.
        from edge.capture.gym import open_gym

        gym = open_gym(config)
        return PacedSource(gym) if config.realtime else OfflineSource(gym)
    if scheme == "file":
        return OfflineSource(VideoReader(file_path(config.uri)), paced=config.realtime)
    opener: Callable[[SourceConfig], Reader] = open_camera if scheme == "camera" else open_stream
    info = SourceInfo(public_name(config.uri), config.width, config.height, config.fps, live=True)
    if scheme == "camera":
        config = config.model_copy(update={"uri": _device(config.uri)})
    return LiveSource(partial(opener, config), info, config.reopen_after_s, config.reopen_max_s)


def source_kind(uri: str) -> str:
    """`gym`, `file`, `camera` or `stream`. Raises CaptureError for a scheme that nobody here speaks."""
    if uri.startswith("/dev/") or uri.isdigit():
        return "camera"
    scheme = uri.partition("://")[0].lower() if re.match(r"^[A-Za-z][A-Za-z0-9+.-]*://", uri) else "file"
    if scheme in ("gym", "file"):
        return scheme
    if scheme in ("v4l2", "camera"):
        return "camera"
    if scheme in _STREAMS:
        return "stream"
    raise CaptureError(f"{public_name(uri)}: unknown kind of source; use gym://, a file, /dev/video0 or rtsp://...")


def file_path(uri: str) -> Path:
    """Where the file of an address lies. Raises CaptureError for a picture."""
    path = Path(unquote(urlsplit(uri).path) if uri.startswith("file://") else uri).expanduser()
    if path.suffix.lower() in _PICTURES and path.is_file():
        raise CaptureError(f"{path}: is a picture; give a recording, such as an .mp4 of your phone")
    return path


def _device(uri: str) -> str:
    bare = uri.partition("://")[2] or uri
    return f"/dev/video{bare}" if bare.isdigit() else bare
