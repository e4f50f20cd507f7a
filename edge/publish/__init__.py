"""Results out, commands in, over MQTT."""

from edge.publish.client import Publisher, PublisherState
from edge.publish.commands import CalibrateRim, Command, ResetStats
from edge.publish.errors import PublishError

__all__ = ["CalibrateRim", "Command", "PublishError", "Publisher", "PublisherState", "ResetStats"]
