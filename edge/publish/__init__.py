"""Results out, commands in, over MQTT."""

from edge.publish.client import Publisher, PublisherState
from edge.publish.commands import (
    CalibrateCourt,
    CalibrateRim,
    CalibrateSave,
    CalibrateUndo,
    Command,
    Ping,
    ResetStats,
)
from edge.publish.errors import PublishError

__all__ = [
    "CalibrateCourt",
    "CalibrateRim",
    "CalibrateSave",
    "CalibrateUndo",
    "Command",
    "Ping",
    "PublishError",
    "Publisher",
    "PublisherState",
    "ResetStats",
]
