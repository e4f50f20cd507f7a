"""Networks on frames: detection, pose, appearance."""

from edge.vision.models import Vision, open_vision

__all__ = ["Vision", "open_vision"]
