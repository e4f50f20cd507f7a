"""Results out, commands in, over MQTT."""

from edge.publish.client import Publisher, PublisherState
from edge.publish.commands import CalibrateCourt, CalibrateRim, CalibrateSave, CalibrateUndo, Command, ResetStats
from edge.publish.errors import PublishError

__all__ = [
    "CalibrateCourt",
    "CalibrateRim",
    "CalibrateSave",
    "CalibrateUndo",
    "Command",
    "PublishError",
    "Publisher",
    "PublisherState",
    "ResetStats",
]
