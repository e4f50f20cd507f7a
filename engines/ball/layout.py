"""What the ball's network takes and gives, for whoever trains it and whoever runs it."""

from __future__ import annotations

FRAMES = 3
"""Consecutive frames that go in, the newest last."""
CELL_PX = 4
"""Side of a cell of the grids that come out."""
BALL, RIM = 0, 1
"""The planes of the heat."""
OUTPUTS = ("heat", "ball", "rim")
