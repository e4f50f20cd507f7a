"""Where frames come from: a video file, a V4L2 camera, a network stream or the virtual gym, all behind one iterator."""

from edge.capture.first import first_frame, first_frames
from edge.capture.opening import open_source
from edge.capture.source import CaptureError, Reader, Source, SourceInfo
from edge.capture.spread import spread_frames

__all__ = [
    "CaptureError",
    "Reader",
    "Source",
    "SourceInfo",
    "first_frame",
    "first_frames",
    "open_source",
    "spread_frames",
]
