"""The virtual gym: a small software renderer with exact ground truth."""

from edge.simulator.gym import VirtualGym
from edge.simulator.scenario import SCENARIOS, Scenario, SimulatorError, find_scenario
from edge.simulator.style import FAULTS, ShotForm
from edge.simulator.truth import BallTruth, EventKind, GymEvent, PlayerTruth, ShotTruth, Truth
from edge.types import BallMode

__all__ = [
    "FAULTS",
    "SCENARIOS",
    "BallMode",
    "BallTruth",
    "EventKind",
    "GymEvent",
    "PlayerTruth",
    "Scenario",
    "ShotForm",
    "ShotTruth",
    "SimulatorError",
    "Truth",
    "VirtualGym",
    "find_scenario",
]
